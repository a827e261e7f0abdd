//! Find document references: IHE ITI-67, DMP TD3.1; by identifier alone, TD3.1b; by id, the metadata of one document.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, Answer, DocumentView, FindDocuments, FindReference, OwnId, ReadDocumentEntry};
use dmp_core::document::criteria::{Field, Token, Value};
use dmp_core::identity::Ins;
use dmp_store::projector::MOST_HINTED;
use dmp_store::{Ask, Kind, Performed, Target};
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::named::Named;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::render::{Link, listing};
use crate::request::json_response;
use crate::search::{Asked, Parameters, Question, Scope, Searched, json_only, read_parameters};
use crate::service::Fhir;

/// The longest parameters, as they are sent: each byte of the longest search (16 KiB) may be written with three.
const LONGEST_FORM: usize = 64 * 1024;

/// `GET DocumentReference?…`, `POST DocumentReference/_search`
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    run(&fhir, ask, parameters, posted).await
}

/// `GET DocumentReference/[id]`
pub async fn read(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_parameters(query.as_deref())?;
    let Named { target, item, .. } = fhir.named(Kind::Document, &id);
    let act = Act::ReadDocumentEntry(ReadDocumentEntry { item });
    let performed = fhir.perform_on_named(target, act, ask).await?;
    let Answer::Document(view) = &performed.answer else { return Err(Problem::not_found()) };
    Ok(resource_of(&fhir, &performed, view))
}

/// A DocumentReference, with its version as ETag.
pub fn resource_of(fhir: &Fhir, performed: &Performed, view: &DocumentView) -> Response {
    let rendered = fhir.fragments.document_reference(fhir.ground(&performed.places), view);
    let mut response = json_response(StatusCode::OK, rendered.resource());
    if let Ok(etag) = HeaderValue::from_str(&format!("W/\"{}\"", view.version)) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// An identifier that a client made up, short enough to be written down.
#[must_use]
pub fn bounded(id: &str) -> Box<str> {
    id.chars().take(100).collect::<String>().into()
}

async fn run(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let requester = ask.requester.key();
    let question = Question::read(fhir, "DocumentReference", &requester, parameters, posted)?;
    let mut asked = read_parameters(Scope::Documents, &question.parameters)?;
    if let Some(token) = &asked.token {
        asked.page.after = Some(fhir.tokens.open(token, "DocumentReference", &requester, &asked.canonical)?);
    }
    let Some(patient) = asked.patient.clone() else { return by_identifier(fhir, ask, &question, &asked).await };
    let resolved = resolve(fhir, &asked);
    let act = FindDocuments { criteria: asked.criteria.clone(), page: asked.page, resolved };
    let performed = fhir.perform(Target::Dossier(patient), Act::FindDocuments(act), ask).await?;
    let Answer::Documents(found) = performed.answer else { return Err(Problem::not_found()) };
    let mut resources = Vec::with_capacity(found.documents.len());
    if !asked.count_only {
        for view in &found.documents {
            resources.push(fhir.fragments.document_reference(fhir.ground(&performed.places), view));
        }
    }
    let links = page_links(fhir, &question, &asked, found.next);
    Ok(json_response(StatusCode::OK, listing(found.total, &links, &resources)))
}

/// Our own ids among the values: the rules know items only.
pub fn resolve(fhir: &Fhir, asked: &Asked) -> Vec<OwnId> {
    asked.own_ids().filter_map(|id| own_id(fhir, id)).collect()
}

/// What an identifier names, where it is one of our own ids.
pub fn own_id(fhir: &Fhir, id: &str) -> Option<OwnId> {
    let id = id.strip_prefix("urn:uuid:").unwrap_or(id).to_ascii_lowercase();
    let found = fhir.store.resolve(Kind::Document, &id).or_else(|| fhir.store.resolve(Kind::Set, &id))?;
    Some(OwnId { id: id.into(), journal: found.journal, item: found.item })
}

/// The one question that names no dossier (TD3.1b): by the identifier of a document alone.
async fn by_identifier(
    fhir: &Arc<Fhir>,
    ask: Ask,
    question: &Question<'_>,
    asked: &Asked,
) -> Result<Response, Problem> {
    let token = only_identifier(asked).ok_or_else(|| {
        Problem::parameter(
            "patient.identifier",
            "name the patient: patient.identifier=urn:oid:…|…, or one `identifier` alone",
        )
    })?;
    if asked.canonical.iter().any(|(name, _)| name == "_sort") || asked.token.is_some() {
        let text = "a search by `identifier` alone is neither sorted nor paged: leave it out, or name the patient";
        return Err(Problem::parameter(if asked.token.is_some() { "_page" } else { "_sort" }, text));
    }
    let mut targets: Vec<Target> = hinted(fhir, token).await?.into_iter().map(Target::Journal).collect();
    if targets.is_empty() {
        targets.push(nowhere(token));
    }
    let found = references(fhir, &ask, token, targets).await?;
    let total = found.iter().map(|(_, views)| views.len()).sum();
    let mut resources = Vec::new();
    for (performed, views) in found.iter().filter(|_| !asked.count_only) {
        for view in views {
            resources.push(fhir.fragments.document_reference(fhir.ground(&performed.places), view));
        }
    }
    let links = page_links(fhir, question, asked, None);
    Ok(json_response(StatusCode::OK, listing(total, &links, &resources)))
}

/// So many dossiers are asked for a document by its identifier alone: each by an act, and a line in its history. One more is asked by who
/// changes what he finds there.
const MOST_ASKED: usize = 100;
const _: () = assert!(MOST_ASKED + 1 < MOST_HINTED, "that there are more is seen");

/// The documents of the caller's own that have an identifier, in the dossiers that may hold one: all of them. Where that would be too many to
/// ask, none is.
///
/// # Errors
/// A [`Problem`] when the caller himself is refused, or has to name the patient. What he may not see answers as what does not exist.
pub async fn references(
    fhir: &Arc<Fhir>,
    ask: &Ask,
    token: &Token,
    targets: Vec<Target>,
) -> Result<Vec<(Performed, Vec<DocumentView>)>, Problem> {
    let resolved = own_id(fhir, token.code.as_deref().unwrap_or_default());
    let act = || Act::FindReference(FindReference { identifier: token.clone(), resolved: resolved.clone() });
    if targets.len() > MOST_ASKED {
        return Err(too_many(fhir.perform(nowhere(token), act(), ask.clone()).await));
    }
    let (mut found, mut told) = (Vec::new(), BTreeSet::new());
    for target in targets {
        match fhir.perform(target, act(), ask.clone()).await {
            Ok(mut performed) => {
                let Answer::Documents(page) = &mut performed.answer else { continue };
                let views = std::mem::take(&mut page.documents);
                // Two journals of dossiers that were merged are answered for by one.
                if told.insert(performed.places.journal()) {
                    found.push((performed, views));
                }
            }
            Err(problem) if problem.status == StatusCode::NOT_FOUND => {}
            Err(problem) => return Err(problem),
        }
    }
    own_first(&mut found, token);
    Ok(found)
}

/// A part would be taken for all that is the caller's own. His question has its entry, in his own journal.
fn too_many(asked: Result<Performed, Problem>) -> Problem {
    match asked {
        Err(problem) if problem.status != StatusCode::NOT_FOUND => problem,
        _ => {
            let text =
                "too many records may have a document with this identifier: name the patient, by patient.identifier";
            Problem::parameter("patient.identifier", text)
        }
    }
}

/// No dossier: what was looked for, for the journal of who asks.
fn nowhere(token: &Token) -> Target {
    Target::Nowhere(bounded(token.code.as_deref().unwrap_or_default()))
}

/// In another dossier too, what a document is called by its sender does not make it the one whose own identifier that is.
pub fn own_first(found: &mut Vec<(Performed, Vec<DocumentView>)>, token: &Token) {
    let own = |view: &DocumentView| token.holds_unique_id(&view.entry.unique_id);
    if found.iter().any(|(_, views)| views.iter().any(own)) {
        found.iter_mut().for_each(|(_, views)| views.retain(own));
        found.retain(|(_, views)| !views.is_empty());
    }
}

/// The journals that may hold a document of that identifier. A hint only: each is then asked itself.
///
/// # Errors
/// A [`Problem`] when the hints cannot be read.
pub async fn hinted(fhir: &Fhir, token: &Token) -> Result<Vec<u32>, Problem> {
    let code = token.code.as_deref().unwrap_or_default();
    let bare = code.strip_prefix("urn:oid:").or_else(|| code.strip_prefix("urn:uuid:")).unwrap_or(code);
    let lower = bare.to_ascii_lowercase();
    let with_root = token.system.as_deref().filter(|system| !system.is_empty()).map(|root| format!("{root}^{code}"));
    let mut identifiers: Vec<&str> = vec![bare, &lower];
    identifiers.extend(with_root.as_deref());
    if let Some(reference) = fhir.store.resolve(Kind::Document, &lower) {
        return Ok(vec![reference.journal]);
    }
    Ok(fhir.store.hinted(&identifiers).await?)
}

fn only_identifier(asked: &Asked) -> Option<&Token> {
    let [clause] = asked.criteria.all.as_slice() else { return None };
    match (clause.field, clause.any.as_slice()) {
        (Field::Identifier, [Value::Token(token)]) if token.code.is_some() => Some(token),
        _ => None,
    }
}

/// The links of a page. What a client did not send in an address is in none of them.
pub fn page_links(
    fhir: &Fhir,
    question: &Question<'_>,
    asked: &Asked,
    next: Option<dmp_core::document::Position>,
) -> Vec<Link> {
    let with = |place: &[(String, String)]| [asked.canonical.as_slice(), place].concat();
    let mut links = vec![Link { relation: "self", url: question.address(fhir, &with(&asked.place)) }];
    let token =
        next.filter(|_| !asked.count_only).and_then(|position| question.token(fhir, position, &asked.canonical));
    if let Some(token) = token {
        let there = [("_count".to_owned(), asked.page.limit.to_string()), ("_page".to_owned(), token)];
        links.push(Link { relation: "next", url: question.address(fhir, &with(&there)) });
    }
    links
}

/// The parameters of a query string.
///
/// # Errors
/// A [`Problem`] when it is not well-formed.
pub fn form(query: &str) -> Result<Parameters, Problem> {
    if query.len() > LONGEST_FORM {
        return Err(Problem::form("search-size", "the parameters are longer than 64 KiB"));
    }
    serde_urlencoded::from_str(query).map_err(|_| Problem::form("query", "the query string is not well-formed"))
}

/// The one patient of a search that takes nothing else; the first of these names is the one that is told.
///
/// # Errors
/// A [`Problem`] that names the parameter.
pub fn sole_patient(parameters: &Parameters, names: [&str; 2]) -> Result<Ins, Problem> {
    let [told, _] = names;
    let mut patient = None;
    for (name, value) in parameters {
        match name.as_str() {
            name if names.contains(&name) && patient.is_none() => {
                patient = Some(Ins::parse_text(value).map_err(|fault| Problem::parameter(name, fault.to_string()))?);
            }
            "_format" => json_only(value)?,
            _ => return Err(Problem::parameter(name, format!("not a search parameter here. Known: {told}"))),
        }
    }
    patient.ok_or_else(|| Problem::parameter(told, format!("`{told}` must be given")))
}

/// The parameters of a `_search`: those of the address and those of the body.
///
/// # Errors
/// A [`Problem`] when the body is not a form.
pub fn post_form(headers: &HeaderMap, query: Option<&str>, body: &[u8]) -> Result<Parameters, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
        let text = "send application/x-www-form-urlencoded";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", "content-type", text));
    }
    let body = std::str::from_utf8(body).map_err(|_| Problem::form("body", "the body is not UTF-8"))?;
    let mut parameters = form(query.unwrap_or_default())?;
    parameters.extend(form(body)?);
    Ok(parameters)
}

/// Refuses parameters where none are known.
///
/// # Errors
/// A [`Problem`] that names the first.
pub fn no_parameters(query: Option<&str>) -> Result<(), Problem> {
    form(query.unwrap_or_default())?.iter().try_for_each(|(name, value)| match name.as_str() {
        "_format" => json_only(value),
        _ => Err(Problem::parameter(name, format!("`{name}` is not known here"))),
    })
}
