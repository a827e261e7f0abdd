//! The life of a dossier, as a patch of its Patient: `active` true activates or reopens, false closes; `deceasedBoolean` records a
//! death or its correction. `identifier` and `link` are its identity. `DELETE` asks for destruction within three months.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, ActivateDossier, Answer, AskExpressDeletion, CloseDossier, RecordDeath, ReopenDossier};
use dmp_core::identity::Ins;
use dmp_store::{Ask, Target};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::identity::patched;
use crate::iti67::form;
use crate::patch::{changes, expect_patch, one};
use crate::problem::Problem;
use crate::request::resource_response;
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// `PATCH Patient?identifier=…`
pub async fn patch(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    expect_patch(&headers)?;
    let ins = identifier(query.as_deref())?;
    let value: Value =
        serde_json::from_slice(&body).map_err(|fault| Problem::form("json", format!("not JSON: {fault}")))?;
    if let Some(identity) = patched(&changes("Patient", &value)?)? {
        return super::identity::run(&fhir, ins, identity, ask).await;
    }
    let set = one("Patient", &value)?;
    let acts: Vec<Act> = match (set.element.as_str(), &set.value) {
        ("Patient.active", Value::Bool(true)) => {
            vec![Act::ReopenDossier(ReopenDossier::default()), Act::ActivateDossier(ActivateDossier::default())]
        }
        ("Patient.active", Value::Bool(false)) => vec![Act::CloseDossier(CloseDossier::default())],
        ("Patient.deceasedBoolean" | "Patient.deceased", Value::Bool(dead)) => {
            vec![Act::RecordDeath(RecordDeath { in_error: !dead })]
        }
        _ => {
            let text = "`active`, `deceasedBoolean`, `identifier` or `link` can be patched";
            return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text));
        }
    };
    run(&fhir, ins, acts, ask).await
}

/// `DELETE Patient?identifier=…`: express deletion; of an open dossier, with its closing.
pub async fn delete(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let ins = identifier(query.as_deref())?;
    let closing = CloseDossier { express: true, ..CloseDossier::default() };
    let asked = Act::AskExpressDeletion(AskExpressDeletion::default());
    match fhir.perform(Target::Dossier(ins.clone()), Act::CloseDossier(closing), ask.clone()).await {
        Err(problem) if problem.rule == dmp_core::dossier::Rule::Closed.code() => {
            run(&fhir, ins, vec![asked], ask).await
        }
        Err(problem) => Err(problem),
        Ok(_) => Ok(done(&ins, StatusCode::ACCEPTED)),
    }
}

/// Each act in its turn: what is done already changes nothing.
async fn run(fhir: &Arc<Fhir>, ins: Ins, acts: Vec<Act>, ask: Ask) -> Result<Response, Problem> {
    let mut last = Err(Problem::not_found());
    for act in acts {
        last = fhir.perform(Target::Dossier(ins.clone()), act, ask.clone()).await;
        if last.as_ref().is_ok_and(|performed| performed.rule != dmp_core::dossier::Rule::AlreadyDone) {
            break;
        }
    }
    match last?.answer {
        Answer::Done => Ok(done(&ins, StatusCode::OK)),
        _ => Err(Problem::not_found()),
    }
}

pub(super) fn done(ins: &Ins, status: StatusCode) -> Response {
    let identifier = json!({"system": format!("urn:oid:{}", ins.domain.code()), "value": ins.value});
    resource_response(status, &json!({"resourceType": "Patient", "identifier": [identifier]}))
}

pub(super) fn identifier(query: Option<&str>) -> Result<Ins, Problem> {
    let parameters = form(query.unwrap_or_default())?;
    match parameters.as_slice() {
        [(name, value)] if name == "identifier" => {
            Ins::parse_text(value).map_err(|fault| Problem::parameter(name, fault.to_string()))
        }
        _ => Err(Problem::parameter("identifier", "`identifier` must be given, and nothing else")),
    }
}
