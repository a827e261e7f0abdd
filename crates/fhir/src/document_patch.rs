//! Change the metadata of a document: a conditional PATCH (PDSm flux 03/04; DMP TD3.3a to TD3.3d). Hide and show, archive and take
//! out, delete, and the holder's side gives its own another title; nothing else of a document ever changes.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{
    Act, Answer, ArchiveDocument, ChangeDocument, ChangeLabels, DeleteDocument, DocumentChange, LabelChange,
    RenameDocument,
};
use dmp_core::code::turns_others;
use dmp_core::document::Item;
use dmp_core::document::criteria::{Field, Token, Value as Wanted};
use dmp_core::dossier::Rule;
use dmp_store::{Ask, Kind, Target};
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};

use crate::iti67::{bounded, form, hinted, own_first, own_id, references, resource_of};
use crate::label_patch::{is_of_labels, label_change};
use crate::named::Named;
use crate::patch::{Change, Operation, changes, read_patch};
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::read::LONGEST_TITLE;
use crate::request::{json_response, once};
use crate::search::{Scope, read_parameters};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The extensions of PDSm, by the ends of their addresses.
const IS_ARCHIVED: &str = "pdsm-ext-is-archived";
const IS_DELETED: &str = "pdsm-ext-is-deleted";
/// The médecin traitant says that the holder asked (decisions 18): `add` of this extension, `valueBoolean`, in the patch that takes the
/// holder's mask away. It stands in the patch as isArchived and isDeleted do: whoever writes one can write the other, in FHIRPath
/// Patch and in JSON Patch; and what is said of this one change is not said by a header, which a proxy may lose. It is not kept on the
/// document.
const HOLDER_ASKED: &str = "urn:dmp:holder-asked";

/// Where the title stands, in the ways in which FHIRPath and JSON Patch write it.
const TITLE: [&str; 3] = [
    "DocumentReference.content[0].attachment.title",
    "DocumentReference.content.0.attachment.title",
    "DocumentReference.content.attachment.title",
];

/// What a patch asks for.
#[derive(Debug, Default)]
struct Asked {
    labels: Vec<LabelChange>,
    archived: Option<bool>,
    deleted: bool,
    superseded: bool,
    holder_asked: Option<bool>,
    title: Option<Box<str>>,
    /// An extension is set that must be there.
    present: bool,
}

/// `PATCH DocumentReference/[id]`
pub async fn by_id(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let Named { target, item, .. } = fhir.named(Kind::Document, &id);
    run(&fhir, target, read(&headers, &body, item)?, ask).await
}

/// `PATCH DocumentReference?identifier=…`, with `patient.identifier` or, of one’s own, without.
pub async fn by_identifier(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let parameters = form(query.as_deref().unwrap_or_default())?;
    // It is no search: what says how one is answered would go unread.
    if let Some((name, _)) = parameters.iter().find(|(name, _)| name.starts_with('_') && name != "_format") {
        return Err(Problem::parameter(name, format!("`{name}` belongs to a search, not to a change")));
    }
    let asked = read_parameters(Scope::Documents, &parameters)?;
    let [clause] = asked.criteria.all.as_slice() else {
        return Err(Problem::parameter(
            "identifier",
            "`identifier` alone selects the document, with patient.identifier",
        ));
    };
    let (Field::Identifier, [Wanted::Token(token)]) = (clause.field, clause.any.as_slice()) else {
        return Err(Problem::parameter("identifier", "one `identifier` selects the document"));
    };
    // What is wrong in itself looks for nothing.
    let act = read(&headers, &body, 0)?;
    let (target, alone) = match asked.patient {
        Some(patient) => (Target::Dossier(patient), false),
        None => (alone(&fhir, &ask, token).await?, true),
    };
    let resolved = own_id(&fhir, token.code.as_deref().unwrap_or_default());
    run(&fhir, target, ChangeDocument { identifier: Some(token.clone()), resolved, alone, ..act }, ask).await
}

/// Where the one document of the caller's own is that has an identifier, whoever its patient is (as TD3.1b finds it). The change looks for it
/// there itself; where several dossiers may have one, all but the last are searched before.
async fn alone(fhir: &Arc<Fhir>, ask: &Ask, token: &Token) -> Result<Target, Problem> {
    let mut others = hinted(fhir, token).await?;
    let Some(last) = others.pop() else {
        return Ok(Target::Nowhere(bounded(token.code.as_deref().unwrap_or_default())));
    };
    let mut found = references(fhir, ask, token, others.into_iter().map(Target::Journal).collect()).await?;
    if found.is_empty() {
        return Ok(Target::Journal(last));
    }
    found.extend(references(fhir, ask, token, vec![Target::Journal(last)]).await?);
    own_first(&mut found, token);
    match found.as_slice() {
        [(performed, _), rest @ ..]
            if rest.iter().all(|(one, _)| one.places.journal() == performed.places.journal()) =>
        {
            Ok(Target::Journal(performed.places.journal()))
        }
        _ => {
            let text = "several documents have this identifier: name the patient, by patient.identifier";
            Err(Problem::new(StatusCode::PRECONDITION_FAILED, "multiple-matches", "identifier", text))
        }
    }
}

/// The act that is asked: of the document of that number, or of that which an identifier will choose.
fn read(headers: &HeaderMap, body: &[u8], item: Item) -> Result<ChangeDocument, Problem> {
    let asked = asked(&read_patch(headers, body)?)?;
    let (version, present) = (if_match(headers)?, asked.present);
    let change = asked.change(item)?;
    Ok(ChangeDocument { identifier: None, resolved: None, alone: false, version, present, change })
}

/// One act, one entry, whatever the conditions.
async fn run(fhir: &Arc<Fhir>, target: Target, act: ChangeDocument, ask: Ask) -> Result<Response, Problem> {
    let (deleted, present) = (matches!(act.change, DocumentChange::Delete(_)), act.present);
    let performed = fhir.perform_on_named(target, Act::ChangeDocument(act), ask).await;
    let performed = performed.map_err(|problem| if present { absent(problem) } else { problem })?;
    match &performed.answer {
        Answer::Document(view) => Ok(resource_of(fhir, &performed, view)),
        _ if deleted => Ok(told("deleted")),
        // Whoever may change it but not search is told no more than that it is done.
        _ => Ok(told("informational")),
    }
}

/// What fails because the extension that was to be replaced is not there says so.
fn absent(mut problem: Problem) -> Problem {
    if problem.rule == Rule::State.code() {
        problem.diagnostics.push_str(" `replace` sets an extension that is there: `add` one to DocumentReference.");
        problem.expression = Some("DocumentReference.extension".to_owned());
    }
    problem
}

/// An OperationOutcome that says no more than that it went well.
fn told(code: &str) -> Response {
    let outcome = json!({"resourceType": "OperationOutcome", "issue": [{"severity": "information", "code": code}]});
    json_response(StatusCode::OK, outcome.to_string().into_bytes())
}

impl Asked {
    fn change(self, item: Item) -> Result<DocumentChange, Problem> {
        if self.deleted != self.superseded {
            let text = "to delete, set isDeleted to true and status to superseded together";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "business-rule", "delete-pair", text));
        }
        if self.holder_asked.is_some() && self.labels.is_empty() {
            let text = format!("`{HOLDER_ASKED}` is taken beside a change of securityLabel, in the same patch");
            return Err(Problem::element("DocumentReference.extension", "holder-asked", text));
        }
        match (self.deleted, self.labels.is_empty(), self.archived) {
            (false, true, None) if let Some(title) = self.title => {
                Ok(DocumentChange::Rename(RenameDocument { item, title }))
            }
            _ if self.title.is_some() => Err(one_change()),
            (true, true, None) => Ok(DocumentChange::Delete(DeleteDocument { item })),
            (false, false, None) => {
                let holder_asked = self.holder_asked.unwrap_or(false);
                Ok(DocumentChange::Labels(ChangeLabels { item, changes: self.labels, holder_asked }))
            }
            (false, true, Some(archived)) => Ok(DocumentChange::Archive(ArchiveDocument { item, archived })),
            _ => Err(one_change()),
        }
    }
}

fn one_change() -> Problem {
    let text = "one change a patch: securityLabel, isArchived, the title, or the deletion";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text)
}

/// A title is some words, and never taken away.
fn title(change: &Change) -> Result<Box<str>, Problem> {
    let text = change.value.as_str().filter(|_| !change.removed).map(str::trim).unwrap_or_default();
    let fits = !text.is_empty()
        && text.chars().count() <= LONGEST_TITLE
        && !text.chars().any(|letter| letter.is_control() || turns_others(letter));
    fits.then(|| text.into()).ok_or_else(|| {
        let why = format!("a title of at most {LONGEST_TITLE} characters, on one line, is expected");
        Problem::element(change.element.clone(), "title", why)
    })
}

fn asked(patch: &Value) -> Result<Asked, Problem> {
    let mut asked = Asked::default();
    for change in changes("DocumentReference", patch)? {
        one(&mut asked, &change)?;
    }
    Ok(asked)
}

fn one(asked: &mut Asked, change: &Change) -> Result<(), Problem> {
    let element = change.element.as_str();
    if element == "DocumentReference.status" && change.value.as_str() == Some("superseded") && !change.removed {
        asked.superseded = true;
        return Ok(());
    }
    // What an extension says is set to another value, never taken away.
    if element.starts_with("DocumentReference.extension") && !change.removed {
        match extension(change) {
            Some((url, value)) if is_named(&url, IS_ARCHIVED) => asked.archived = Some(value),
            Some((url, true)) if is_named(&url, IS_DELETED) => asked.deleted = true,
            Some((url, value)) if url == HOLDER_ASKED => asked.holder_asked = Some(value),
            _ => return Err(not_taken()),
        }
        asked.present |= change.operation != Operation::Add;
        return Ok(());
    }
    if TITLE.contains(&element) {
        asked.title = Some(title(change)?);
        return Ok(());
    }
    if is_of_labels(change) {
        asked.labels.push(label_change(change)?);
        return Ok(());
    }
    Err(not_taken())
}

/// The address of the extension that a change sets, and to what. In JSON Patch a place of the list says nothing of what stands there.
fn extension(change: &Change) -> Option<(String, bool)> {
    let rest = change.element.strip_prefix("DocumentReference.extension")?;
    if change.operation == Operation::Add && rest.is_empty() {
        return Some((change.value.get("url")?.as_str()?.to_owned(), change.value.get("valueBoolean")?.as_bool()?));
    }
    let rest = rest.strip_prefix('(').or_else(|| rest.strip_prefix(".where(url")?.trim_start().strip_prefix('='))?;
    let rest = rest.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let (url, tail) = rest.get(1..)?.split_once(quote)?;
    let whole = matches!(tail, ")" | ").first()" | ")[0]");
    let value =
        matches!(tail, ").value" | ").valueBoolean" | ").value.ofType(boolean)" | ").first().value" | ")[0].value");
    match (whole, value) {
        (true, _) if change.value.get("url").is_none_or(|told| told == url) => {
            Some((url.to_owned(), change.value.get("valueBoolean")?.as_bool()?))
        }
        (_, true) => Some((url.to_owned(), change.value.as_bool()?)),
        _ => None,
    }
}

/// Whether an address is that of an extension of PDSm, or its last word.
fn is_named(url: &str, name: &str) -> bool {
    url.rsplit('/').next() == Some(name)
}

fn not_taken() -> Problem {
    let text = "status, securityLabel, isArchived, isDeleted (PDSm, flux 03) and the title of one’s own can be patched, and urn:dmp:holder-asked said";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text)
}

fn if_match(headers: &HeaderMap) -> Result<Option<u32>, Problem> {
    let Some(value) = once(headers, header::IF_MATCH.as_str())?.filter(|value| *value != "*") else { return Ok(None) };
    let version = value.to_str().ok().and_then(|text| text.trim_start_matches("W/").trim_matches('"').parse().ok());
    version.map(Some).ok_or_else(|| Problem::form("if-match", "If-Match takes the ETag of the resource: W/\"1\""))
}
