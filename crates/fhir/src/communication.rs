//! What is said about a document, as a Communication: a request to delete it, the author's answer, "this document is not mine";
//! about an access: "I do not recognise it", and how that case ended; and private notes, which nobody but their account ever reads.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use dmp_core::act::{
    Act, Answer, AnswerDeletion, ClaimNotMine, DisputeAccess, EraseDocument, ListNotes, NoteCopyPosted,
    NoteMailReturned, ObjectOpening, ObjectSuspension, RequestDeletion, WriteNote,
};
use dmp_core::dossier::DisputeOutcome;
use dmp_store::{Ask, Kind, Target};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::iti67::{no_parameters, sole_patient};
use crate::named::Named;
use crate::path_id::PathId;
use crate::posted::{patient_named, posted};
use crate::problem::Problem;
use crate::read::{Node, id_of};
use crate::render::searchset_of;
use crate::request::{json_response, no_version, resource_response};
use crate::search::{Parameters, Question, Searched};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The code system of what a Communication is about.
const SYSTEM: &str = "urn:dmp:communication";

/// The objection to an opening, which alone can be taken back, and how.
const OBJECTION: &str = "opening-objection";
const TAKEN_BACK: &str = "entered-in-error";

const ELEMENTS: &[&str] =
    &["resourceType", "id", "meta", "text", "status", "category", "subject", "about", "payload", "sent", "language"];

/// `POST Communication`
pub async fn create(
    State(fhir): State<Arc<Fhir>>,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let value = posted(&headers, &body, "Communication", ELEMENTS)?;
    let node = Node::root(&value, "Communication");
    one_thing_is_said(&node)?;
    let categories = node.list("category")?;
    let category = categories.first().ok_or_else(|| node.wrong("required", "`category` must be given"))?;
    let code = category.concept()?.code;
    let text = payload(&node)?;
    if matches!(&*code.code, "private-note" | "opening-objection" | "suspension-objection" | "new-code" | "copy-posted")
    {
        let patient = patient_named(&value, &node.need("subject")?)?;
        let act = match &*code.code {
            "suspension-objection" => Act::ObjectSuspension(ObjectSuspension { text }),
            "private-note" => Act::WriteNote(WriteNote { item: None, text }),
            "new-code" => Act::NoteMailReturned(NoteMailReturned { text }),
            "copy-posted" if text.is_some() => {
                return Err(node.wrong("payload", "a copy goes to the address on record: nothing more is said of it"));
            }
            "copy-posted" => Act::NoteCopyPosted(NoteCopyPosted),
            _ => Act::ObjectOpening(ObjectOpening { ins: patient.clone(), text, withdrawn: is_taken_back(&node)? }),
        };
        fhir.perform(Target::Dossier(patient), act, ask).await?;
        return Ok(resource_response(StatusCode::CREATED, &value));
    }
    if let Some(outcome) = dispute(&code.code) {
        let Named { target, journal, item: entry } = about(&fhir, &node, Kind::AuditEvent)?;
        let act = Act::DisputeAccess(DisputeAccess { journal, entry, outcome, text });
        return said(&fhir, target, act, ask, &value).await;
    }
    let Named { target, item, .. } = about(&fhir, &node, Kind::Document)?;
    let act = match &*code.code {
        "deletion-request" => Act::RequestDeletion(RequestDeletion { item, motive: text }),
        "deletion-accepted" => Act::AnswerDeletion(AnswerDeletion { item, accepted: true, motive: text }),
        "deletion-refused" => Act::AnswerDeletion(AnswerDeletion { item, accepted: false, motive: text }),
        "not-mine" => Act::ClaimNotMine(ClaimNotMine { item, open: true, text }),
        "not-mine-closed" => Act::ClaimNotMine(ClaimNotMine { item, open: false, text }),
        // What was wrong with the document may not be written down beside its erasure.
        "not-mine-erased" if text.is_some() => {
            return Err(node.wrong("payload", "an erasure keeps no words about what it erased"));
        }
        "not-mine-erased" => Act::EraseDocument(EraseDocument { item }),
        _ => {
            let known = "deletion-request, deletion-accepted, deletion-refused, not-mine, not-mine-closed, not-mine-erased, private-note, opening-objection, suspension-objection, new-code, copy-posted, \
                         access-disputed, access-explained, access-misused, access-undetermined";
            return Err(category.wrong("category", format!("a code of {SYSTEM} is expected: {known}")));
        }
    };
    said(&fhir, target, act, ask, &value).await
}

/// A Communication says one thing, of one document, in one text, and says it now: what stands beside it would be lost.
fn one_thing_is_said(node: &Node<'_>) -> Result<(), Problem> {
    for name in ["category", "about", "payload"] {
        if let Some(second) = node.list(name)?.get(1) {
            return Err(second.wrong("cardinality", format!("one `{name}` for each Communication")));
        }
    }
    for payload in node.list("payload")? {
        payload.only(&["id", "contentString"])?;
    }
    let category = node.list("category")?.first().map(Node::concept).transpose()?;
    let objects = category.is_some_and(|one| *one.code.code == *OBJECTION);
    match node.text_of("status")? {
        None | Some("completed") => Ok(()),
        Some(TAKEN_BACK) if objects => Ok(()),
        Some(_) => Err(Problem::element("Communication.status", "status", "`completed` is expected: it is said now")),
    }
}

/// Whether an objection to the opening is one no more (R4, event-status).
fn is_taken_back(node: &Node<'_>) -> Result<bool, Problem> {
    Ok(node.text_of("status")? == Some(TAKEN_BACK))
}

/// Performs what was said; what it is about may not be there.
async fn said(fhir: &Arc<Fhir>, target: Target, act: Act, ask: Ask, value: &Value) -> Result<Response, Problem> {
    fhir.perform_on_named(target, act, ask).await?;
    Ok(resource_response(StatusCode::CREATED, value))
}

/// The codes about an access: the case is opened, or closed with an outcome.
fn dispute(code: &str) -> Option<Option<DisputeOutcome>> {
    Some(match code {
        "access-disputed" => None,
        "access-explained" => Some(DisputeOutcome::Explained),
        "access-misused" => Some(DisputeOutcome::Misuse),
        "access-undetermined" => Some(DisputeOutcome::Undetermined),
        _ => return None,
    })
}

/// `GET Communication?subject.identifier=…`, `POST Communication/_search`: the caller's own private notes.
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    run(&fhir, ask, parameters, posted).await
}

async fn run(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let requester = ask.requester.key();
    let question = Question::read(fhir, "Communication", &requester, parameters, posted)?;
    let (parameters, links) = (&question.parameters, [question.own_link(fhir)]);
    let patient = sole_patient(parameters, ["subject.identifier", "patient.identifier"])?;
    let performed = fhir.perform(Target::Dossier(patient), Act::ListNotes(ListNotes), ask).await?;
    let Answer::Notes(notes) = &performed.answer else { return Err(Problem::not_found()) };
    let ground = fhir.ground(&performed.places);
    let notes: Vec<Value> = notes
        .iter()
        .map(|note| {
            json!({
                "resourceType": "Communication", "id": ground.id(Kind::Note, note.item), "status": "completed", "sent": note.at.rfc3339(),
                "category": [{"coding": [{"system": SYSTEM, "code": "private-note"}]}],
                "payload": [{"contentString": note.text}],
            })
        })
        .collect();
    Ok(json_response(StatusCode::OK, searchset_of(&fhir.base, &links, &notes)))
}

/// `DELETE Communication/[id]`: a private note is taken away by the account that wrote it; to anybody else there is no such thing.
pub async fn delete(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_parameters(query.as_deref())?;
    no_version(&headers)?;
    let Named { target, item, .. } = fhir.named(Kind::Note, &id);
    let act = Act::WriteNote(WriteNote { item: Some(item), text: None });
    match fhir.perform_on_named(target, act, ask).await?.answer {
        Answer::Done => Ok(StatusCode::NO_CONTENT.into_response()),
        _ => Err(Problem::not_found()),
    }
}

/// The document or the line of the history, by its id here.
fn about(fhir: &Fhir, node: &Node<'_>, kind: Kind) -> Result<Named, Problem> {
    let about = node.list("about")?;
    let first = about
        .first()
        .ok_or_else(|| node.wrong("required", "`about` must name the DocumentReference, or the AuditEvent"))?;
    let reference = first.need("reference")?.text()?;
    let resource = if kind == Kind::AuditEvent { "AuditEvent" } else { "DocumentReference" };
    // What is another server's names nothing here.
    Ok(fhir.named(kind, id_of(&fhir.base, reference, resource).unwrap_or_default()))
}

fn payload(node: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let payload = node.list("payload")?;
    payload.first().map(|one| Ok(one.need("contentString")?.text()?.into())).transpose()
}
