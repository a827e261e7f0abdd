//! Open a dossier: `POST Patient` (DMP TD1.1). By a professional or a reception desk, with the version of the notice that the person read
//! (extension `urn:dmp:notice`), where the policy has this door; by an operator; by the insurer's feed, which registers: the person is then
//! informed, and the dossier opens six weeks later; at once, where the person himself brings his card (`urn:dmp:carte-vitale`, as in an
//! import) and the code of that information (`urn:dmp:opening-code`).

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{Act, OpenDossier, OpenOnline, OpeningProof, RegisterInsured};
use dmp_core::code::Day;
use dmp_core::dossier::{Rule, code_digest};
use dmp_core::identity::{Ins, Requester};
use dmp_store::Target;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::life::done;
use super::registered::{CARD, card_digest, identifiers, read_registered};
use crate::posted::{NOTICE, extension_text, json_of};
use crate::problem::Problem;
use crate::read::Node;
use crate::request::expect_json;
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The code that the person was sent, with or without its spaces.
const CODE: &str = "urn:dmp:opening-code";

/// `POST Patient`
pub async fn open(
    State(fhir): State<Arc<Fhir>>,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    expect_json(&headers)?;
    let patient = json_of(&body)?;
    let (ins, act) = match &*ask.requester {
        Requester::Holder(_) => online(&patient)?,
        other => registered(&patient, other, fhir.store.now().paris_day())?,
    };
    let performed = fhir.perform(Target::Dossier(ins.clone()), act, ask).await?;
    let status = if performed.rule == Rule::AlreadyDone { StatusCode::OK } else { StatusCode::CREATED };
    Ok(done(&ins, status))
}

/// Whoever is no holder brings the person's data along.
fn registered(patient: &Value, requester: &Requester, today: Day) -> Result<(Ins, Act), Problem> {
    let (names, holder) = read_registered(patient, today).map_err(of_patient)?;
    let ins = only(names)?;
    let act = if matches!(requester, Requester::InsurerFeed(_)) {
        Act::RegisterInsured(Box::new(RegisterInsured { ins: ins.clone(), holder }))
    } else {
        let proof = extension_text(&Node::root(patient, "Patient"), NOTICE)?
            .map_or(OpeningProof::None, |notice| OpeningProof::Consent(notice.into()));
        Act::OpenDossier(Box::new(OpenDossier { ins: ins.clone(), holder, informed_on: None, proof }))
    };
    Ok((ins, act))
}

/// The person himself: his number, his card, his code. His data are those that the insurer registered: what the body says of them
/// counts for nothing.
fn online(patient: &Value) -> Result<(Ins, Act), Problem> {
    let ins = only(identifiers(patient).map_err(of_patient)?)?;
    let needed = |url: &'static str| {
        extension_text(&Node::root(patient, "Patient"), url)?.ok_or_else(|| {
            let why = format!("`{url}` must be given, a `valueString`: one opens one’s dossier with the card and the code that was sent");
            Problem::element("Patient.extension", "required", why)
        })
    };
    let (card, code) = (card_digest(needed(CARD)?), code_digest(needed(CODE)?));
    Ok((ins.clone(), Act::OpenOnline(Box::new(OpenOnline { ins, code, card }))))
}

pub(super) fn of_patient(fault: String) -> Problem {
    let element = fault.split(':').next().unwrap_or_default();
    Problem::element(format!("Patient.{element}"), "patient", fault.clone())
}

fn only(names: Vec<Ins>) -> Result<Ins, Problem> {
    <[Ins; 1]>::try_from(names).map(|[ins]| ins).map_err(|_| {
        let why = "one INS opens a dossier; PUT Patient?identifier= adds others";
        Problem::element("Patient.identifier", "identifier", why)
    })
}
