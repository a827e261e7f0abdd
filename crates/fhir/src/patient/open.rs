//! Open a dossier: `POST Patient` (DMP TD1.1). By a professional or a reception desk, with the version of the notice that the person read
//! (extension `urn:dmp:notice`), where the policy has this door; by an operator; by the insurer's feed, which registers: the person is then
//! informed, and the dossier opens six weeks later.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{Act, OpenDossier, OpeningProof, RegisterInsured};
use dmp_core::dossier::Rule;
use dmp_core::identity::Requester;
use dmp_store::Target;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::life::done;
use super::registered::read_registered;
use crate::posted::json_of;
use crate::problem::Problem;
use crate::request::expect_json;
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The version of the notice that the person read before he consented.
const NOTICE: &str = "urn:dmp:notice";
/// Longest version, in characters.
const LONGEST: usize = 100;

/// `POST Patient`
pub async fn open(
    State(fhir): State<Arc<Fhir>>,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    expect_json(&headers)?;
    let patient = json_of(&body)?;
    let (names, holder) = read_registered(&patient).map_err(|fault| {
        let element = fault.split(':').next().unwrap_or_default();
        Problem::element(format!("Patient.{element}"), "patient", fault.clone())
    })?;
    let [ins] = names.as_slice() else {
        let why = "one INS opens a dossier; PUT Patient?identifier= adds others";
        return Err(Problem::element("Patient.identifier", "identifier", why));
    };
    let act = if matches!(&*ask.requester, Requester::InsurerFeed(_)) {
        Act::RegisterInsured(Box::new(RegisterInsured { ins: ins.clone(), holder }))
    } else {
        let proof = notice(&patient)?.map_or(OpeningProof::None, OpeningProof::Consent);
        Act::OpenDossier(Box::new(OpenDossier { ins: ins.clone(), holder, informed_on: None, proof }))
    };
    let performed = fhir.perform(Target::Dossier(ins.clone()), act, ask).await?;
    let status = if performed.rule == Rule::AlreadyDone { StatusCode::OK } else { StatusCode::CREATED };
    Ok(done(ins, status))
}

fn notice(patient: &Value) -> Result<Option<Box<str>>, Problem> {
    let all = patient.get("extension").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let Some(found) = all.iter().find(|one| one.get("url").and_then(Value::as_str) == Some(NOTICE)) else {
        return Ok(None);
    };
    let text = found.get("valueString").and_then(Value::as_str).map(str::trim);
    match text.filter(|text| !text.is_empty() && text.chars().count() <= LONGEST) {
        Some(text) => Ok(Some(text.into())),
        None => Err(Problem::element("Patient.extension", "notice", "the version of the notice is a `valueString`")),
    }
}
