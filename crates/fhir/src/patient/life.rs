//! The life of a dossier, as a patch of its Patient: `active` true activates or reopens, false closes; `deceasedBoolean` records a
//! death or its correction. `identifier` and `link` are its identity. `DELETE` asks for destruction within three months.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{
    Act, ActivateDossier, Answer, AskExpressDeletion, CloseDossier, RecordDeath, ReopenDossier, SetContact,
};
use dmp_core::identity::Ins;
use dmp_store::{Ask, Kind, Target};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::identity::patched;
use crate::iti67::form;
use crate::patch::{changes, expect_patch, one};
use crate::posted::json_of;
use crate::problem::Problem;
use crate::request::resource_response;
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The system of the number of a certificate of destruction.
const CERTIFICATE: &str = "urn:dmp:destruction-certificate";

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
    let value = json_of(&body)?;
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
        ("Patient.telecom", telecom) => vec![Act::SetContact(SetContact { email: email(telecom)? })],
        _ => {
            let text = "`active`, `deceasedBoolean`, `telecom`, `identifier` or `link` can be patched";
            return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text));
        }
    };
    let closes = matches!(acts.as_slice(), [Act::CloseDossier(_)]);
    run(&fhir, ins, acts, ask, closes).await
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
            run(&fhir, ins, vec![asked], ask, true).await
        }
        Err(problem) => Err(problem),
        Ok(performed) => Ok(closed(&fhir, &ins, performed.places.journal(), StatusCode::ACCEPTED)),
    }
}

/// Each act in its turn: what is done already changes nothing.
async fn run(fhir: &Arc<Fhir>, ins: Ins, acts: Vec<Act>, ask: Ask, closes: bool) -> Result<Response, Problem> {
    let mut last = Err(Problem::not_found());
    for act in acts {
        last = fhir.perform(Target::Dossier(ins.clone()), act, ask.clone()).await;
        if last.as_ref().is_ok_and(|performed| performed.rule != dmp_core::dossier::Rule::AlreadyDone) {
            break;
        }
    }
    let performed = last?;
    match performed.answer {
        Answer::Done if closes => Ok(closed(fhir, &ins, performed.places.journal(), StatusCode::OK)),
        Answer::Done => Ok(done(&ins, StatusCode::OK)),
        _ => Err(Problem::not_found()),
    }
}

/// Closed: with the number of the certificate of its destruction, which nothing will lead to later but this number.
fn closed(fhir: &Fhir, ins: &Ins, journal: u32, status: StatusCode) -> Response {
    let name = json!({"system": format!("urn:oid:{}", ins.domain.code()), "value": ins.value});
    let number = fhir.store.public_id(Kind::Certificate, journal, 0);
    let certificate = json!({"system": CERTIFICATE, "value": number});
    let patient = json!({"resourceType": "Patient", "active": false, "identifier": [name, certificate]});
    resource_response(status, &patient)
}

pub(super) fn done(ins: &Ins, status: StatusCode) -> Response {
    let identifier = json!({"system": format!("urn:oid:{}", ins.domain.code()), "value": ins.value});
    resource_response(status, &json!({"resourceType": "Patient", "identifier": [identifier]}))
}

/// The e-mail address of a patched `telecom`: one contact point, or a list of them; without one it is taken away.
fn email(telecom: &Value) -> Result<Option<Box<str>>, Problem> {
    let points = telecom.as_array().map_or_else(|| std::slice::from_ref(telecom), Vec::as_slice);
    let mut found = None;
    for point in points {
        let text = |name: &str| point.get(name).and_then(Value::as_str);
        match (text("system"), text("value")) {
            (Some("email"), Some(value)) if found.is_none() => found = Some(value.into()),
            _ => {
                let why = "`telecom` has at most one ContactPoint, of the system `email`, with its value";
                return Err(Problem::element("Patient.telecom", "telecom", why));
            }
        }
    }
    Ok(found)
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
