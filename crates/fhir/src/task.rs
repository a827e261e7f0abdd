//! The operator's review queue as Tasks: emergency accesses, documents that name their patient otherwise, objections to a suspension; each
//! with its deadline. A Task is completed by a PATCH of `businessStatus`: `justified`, `unjustified` or `corrected`; an objection by what
//! becomes of the dossier.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, Answer, ListReviews, ReadReview, ReviewAccess};
use dmp_core::dossier::{ReviewOutcome, ToReview};
use dmp_core::history::{HistoryLine, Language};
use dmp_store::projector::{JobKind, Queue};
use dmp_store::{Ask, Kind, Performed, Target};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::iti67::no_parameters;
use crate::named::Named;
use crate::patch::{changes, read_patch};
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::read::Node;
use crate::render::searchset_of;
use crate::request::{json_response, no_version, resource_response};
use crate::search::{Parameters, Question, Searched, json_only};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The code system of what a Task is about, and of what was found.
const SYSTEM: &str = "urn:dmp:review";
/// So many Tasks are listed, the oldest first.
const MOST: usize = 200;

/// `GET Task`, `POST Task/_search`: what waits, the oldest first.
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    run(&fhir, ask, parameters, posted).await
}

async fn run(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let requester = ask.requester.key();
    let question = Question::read(fhir, "Task", &requester, parameters, posted)?;
    let (parameters, links) = (&question.parameters, [question.own_link(fhir)]);
    for (name, value) in parameters {
        match (name.as_str(), value.as_str()) {
            ("status", "requested") => {}
            ("_format", value) => json_only(value)?,
            _ => return Err(Problem::parameter(name, "not a search parameter here. Known: status=requested")),
        }
    }
    fhir.perform(Target::Operator, Act::ListReviews(ListReviews), ask).await?;
    fhir.store.projected().await.map_err(Problem::from)?;
    let jobs = fhir.store.jobs(Queue::Review, fhir.store.now(), MOST).await.map_err(Problem::from)?;
    let tasks: Vec<Value> = jobs
        .iter()
        .map(|job| {
            let suspension = job.job.kind == JobKind::SuspensionObjected;
            let waiting = ToReview { seq: job.seq, at: job.at, item: job.job.item, secret: false, suspension };
            task(fhir, job.journal, &waiting)
        })
        .collect();
    Ok(json_response(StatusCode::OK, searchset_of(&fhir.base, &links, &tasks)))
}

/// `GET Task/[id]`: who, when, how and why.
pub async fn read(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_parameters(query.as_deref())?;
    let Named { target, journal, item: seq } = fhir.named(Kind::AuditEvent, &id);
    let performed = fhir.perform_on_named(target, Act::ReadReview(ReadReview { journal, seq }), ask).await?;
    let resource = detailed(&fhir, &performed, seq).await?;
    Ok(resource_response(StatusCode::OK, &resource))
}

fn not_taken() -> Problem {
    let why = "`status` completed, `businessStatus` and `note` can be set";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", why)
}

/// `PATCH Task/[id]`: what was found.
pub async fn patch(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_version(&headers)?;
    let (mut outcome, mut text) = (None, None);
    for change in changes("Task", &read_patch(&headers, &body)?)? {
        match change.element.as_str() {
            _ if change.removed => return Err(not_taken()),
            "Task.status" if change.value == "completed" => {}
            "Task.businessStatus" if outcome.is_none() => outcome = Some(found(&change.value)?),
            "Task.note" if text.is_none() => text = Some(note(&change.value)?),
            element @ ("Task.businessStatus" | "Task.note") => {
                return Err(Problem::element(element, "cardinality", "this is said twice: one would be lost"));
            }
            _ => return Err(not_taken()),
        }
    }
    let outcome = outcome.ok_or_else(outcome_expected)?;
    let Named { target, item: seq, .. } = fhir.named(Kind::AuditEvent, &id);
    let act = Act::ReviewAccess(ReviewAccess { seq, outcome, text });
    fhir.perform_on_named(target, act, ask).await?;
    let done = json!({
        "resourceType": "Task", "id": id, "status": "completed", "intent": "order",
        "businessStatus": {"coding": [{"system": SYSTEM, "code": outcome.code()}]},
    });
    Ok(resource_response(StatusCode::OK, &done))
}

fn outcome_expected() -> Problem {
    let why = format!("a code of {SYSTEM} is expected: justified, unjustified or corrected");
    Problem::element("Task.businessStatus", "required", why)
}

/// What was found: one coding of ours, or its code as a text.
fn found(value: &Value) -> Result<ReviewOutcome, Problem> {
    let node = Node::root(value, "Task.businessStatus");
    let code = match node.list("coding")?.as_slice() {
        [] => node.text_of("text")?,
        [coding] if coding.text_of("system")?.is_none_or(|system| system == SYSTEM) => coding.text_of("code")?,
        [_] => None,
        [_, second, ..] => return Err(second.wrong("cardinality", "one coding is taken: another would be lost")),
    };
    code.and_then(ReviewOutcome::from_code).ok_or_else(outcome_expected)
}

/// One note, alone or in a list: its text.
fn note(value: &Value) -> Result<Box<str>, Problem> {
    let one = match value.as_array().map(Vec::as_slice) {
        None => value,
        Some([one]) => one,
        Some(_) => return Err(Problem::element("Task.note", "cardinality", "one note is taken")),
    };
    let node = Node::root(one, "Task.note");
    node.only(&["id", "text"])?;
    Ok(node.need("text")?.text()?.into())
}

fn task(fhir: &Fhir, journal: u32, waiting: &ToReview) -> Value {
    let id = fhir.store.public_id(Kind::AuditEvent, journal, waiting.seq);
    let code = match waiting.item {
        Some(_) => "name-differs",
        None if waiting.suspension => "suspension-objection",
        None => "emergency",
    };
    json!({
        "resourceType": "Task", "id": id, "status": "requested", "intent": "order",
        "code": {"coding": [{"system": SYSTEM, "code": code}]},
        "focus": {"reference": format!("AuditEvent/{id}")},
        "for": {"reference": format!("Patient/{}", fhir.store.public_id(Kind::Patient, journal, 0))},
        "authoredOn": waiting.at.rfc3339(),
        "restriction": {"period": {"end": waiting.deadline().rfc3339()}},
    })
}

async fn detailed(fhir: &Fhir, performed: &Performed, seq: u32) -> Result<Value, Problem> {
    let Answer::History(window) = &performed.answer else { return Err(Problem::not_found()) };
    let (dossier, entries) = fhir.store.history(&performed.permit).await.map_err(Problem::from)?;
    let waiting = dossier.to_review.iter().find(|one| one.seq == seq).ok_or_else(Problem::not_found)?;
    let (_, entry) = entries.first().ok_or_else(Problem::not_found)?;
    let mut resource = task(fhir, performed.places.journal(), waiting);
    if let Some(line) = HistoryLine::of(&dossier, window, fhir.store.now(), entry) {
        let whose = json!({"identifier": {"value": line.requester.key()}, "display": line.requester.display_name()});
        let rule = line.rule.sentence(Language::English).unwrap_or_default();
        if let Some(task) = resource.as_object_mut() {
            task.insert("requester".into(), whose);
            task.insert("description".into(), format!("{} ({}): {rule}", line.act.code(), line.mode.code()).into());
            if let Some(motive) = &line.motive {
                task.insert("reasonCode".into(), json!({"text": motive}));
            }
        }
    }
    Ok(resource)
}
