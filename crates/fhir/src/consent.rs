//! Authorisations as Consents: declare or record one (TD0.3: POST), withdraw it (PATCH of `status`), list them (TD1.6: GET).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use dmp_core::act::{Act, Answer, GrantAccess, ListAuthorizations, ReadAuthorization, WithdrawAccess};
use dmp_core::dossier::Subject;
use dmp_core::identity::{Ins, ProfessionalId, StructureId};
use dmp_store::{Ask, Kind, Performed, Target};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::iti67::{bounded, form, no_parameters, post_form, unknown};
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::read::{Contained, Node, patient_of};
use crate::render::{consent, searchset_of};
use crate::request::{expect_json, json_response, resource_response};
use crate::search::{Parameters, json_only};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The elements that a Consent may have here; those that no rule reads are accepted and not kept.
const ELEMENTS: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "text",
    "contained",
    "extension",
    "identifier",
    "status",
    "scope",
    "category",
    "patient",
    "dateTime",
    "performer",
    "organization",
    "source",
    "sourceAttachment",
    "sourceReference",
    "policy",
    "policyRule",
    "provision",
    "language",
];

/// The largest Consent or patch, in bytes.
const LARGEST: usize = 64 * 1024;

/// `GET Consent?patient.identifier=…`
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    list(&fhir, ask, &form(query.as_deref().unwrap_or_default())?).await
}

/// `POST Consent/_search`
pub async fn search_by_post(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    list(&fhir, ask, &post_form(&headers, query.as_deref(), &body)?).await
}

async fn list(fhir: &Arc<Fhir>, ask: Ask, parameters: &Parameters) -> Result<Response, Problem> {
    let (mut ins, mut active) = (None, None);
    for (name, value) in parameters {
        match name.as_str() {
            "patient.identifier" | "patient:identifier" if ins.is_none() => {
                ins = Some(Ins::parse_text(value).map_err(|fault| Problem::parameter(name, fault.to_string()))?);
            }
            "status" if active.is_none() && matches!(value.as_str(), "active" | "inactive") => {
                active = Some(value == "active");
            }
            "status" => return Err(Problem::parameter(name, "`status` takes active or inactive, once")),
            "_format" => json_only(value)?,
            _ => {
                let text = format!("`{name}` is not a search parameter here. Known: patient.identifier, status");
                return Err(Problem::parameter(name, text));
            }
        }
    }
    let ins = ins.ok_or_else(|| Problem::parameter("patient.identifier", "`patient.identifier` must be given"))?;
    let act = Act::ListAuthorizations(ListAuthorizations { active });
    let performed = fhir.perform(Target::Dossier(ins), act, ask).await?;
    let Answer::Authorizations(views) = &performed.answer else { return Err(Problem::not_found()) };
    let resources: Vec<Value> = views.iter().map(|view| consent(fhir.ground(performed.journal), view)).collect();
    Ok(json_response(StatusCode::OK, searchset_of(&fhir.base, &[], &resources)))
}

/// `POST Consent`
pub async fn create(
    State(fhir): State<Arc<Fhir>>,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    expect_json(&headers)?;
    let value = parse(&body)?;
    let node = Node::root(&value, "Consent");
    if value.get("resourceType").and_then(Value::as_str) != Some("Consent") {
        return Err(node.wrong("resource-type", "a Consent is expected"));
    }
    node.only(ELEMENTS)?;
    let status = node.need("status")?;
    if status.text()? != "active" {
        return Err(status.wrong("status", "a new Consent is `active`; an authorisation ends by a PATCH to inactive"));
    }
    let entries = std::collections::BTreeMap::new();
    let patient = patient_of(&node.need("patient")?, Contained { resource: &value, entries: &entries })?;
    let provision = node.need("provision")?;
    let kind = provision.need("type")?;
    if kind.text()? != "permit" {
        return Err(kind.wrong("provision-type", "`permit` is expected"));
    }
    let (subject, name) = actor(&provision)?;
    let act = Act::GrantAccess(GrantAccess { subject, name });
    let performed = fhir.perform(Target::Dossier(patient), act, ask).await?;
    answer(&fhir, StatusCode::CREATED, &performed)
}

/// For whom: the actor, where it is not the caller.
fn actor(provision: &Node<'_>) -> Result<(Option<Subject>, Option<Box<str>>), Problem> {
    let actors = provision.list("actor")?;
    let Some(actor) = actors.first() else { return Ok((None, None)) };
    if let Some(second) = actors.get(1) {
        return Err(second.wrong("actor", "one actor for each Consent"));
    }
    let reference = actor.need("reference")?;
    let identifier = reference.need("identifier")?;
    let system = identifier.need("system")?;
    let value = identifier.need("value")?;
    let bad = |fault: dmp_core::identity::IdFault| value.wrong("identifier", fault.to_string());
    let subject = match system.text()?.strip_prefix("urn:oid:").unwrap_or(system.text()?) {
        ProfessionalId::DOMAIN => Subject::Professional(ProfessionalId::parse(value.text()?).map_err(bad)?),
        StructureId::DOMAIN => Subject::Structure(StructureId::parse(value.text()?).map_err(bad)?),
        _ => {
            let text = format!(
                "a PS_IdNat (urn:oid:{}) or a Struct_IdNat (urn:oid:{})",
                ProfessionalId::DOMAIN,
                StructureId::DOMAIN
            );
            return Err(system.wrong("identifier", text));
        }
    };
    Ok((Some(subject), reference.text_of("display")?.map(Into::into)))
}

/// `GET Consent/[id]`
pub async fn read(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_parameters(query.as_deref())?;
    let (target, item, nowhere) = target(&fhir, &id);
    let act = Act::ReadAuthorization(ReadAuthorization { item });
    let performed = fhir.perform(target, act, ask).await.map_err(|problem| unknown(nowhere, problem))?;
    answer(&fhir, StatusCode::OK, &performed)
}

/// `PATCH Consent/[id]`: `status` to inactive, by FHIRPath Patch or JSON Patch.
pub async fn patch(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    expect_patch(&headers)?;
    expect_inactive(&parse(&body)?)?;
    let (target, item, nowhere) = target(&fhir, &id);
    let act = Act::WithdrawAccess(WithdrawAccess { item });
    let performed = fhir.perform(target, act, ask).await.map_err(|problem| unknown(nowhere, problem))?;
    answer(&fhir, StatusCode::OK, &performed)
}

fn target(fhir: &Fhir, id: &str) -> (Target, u32, bool) {
    match fhir.store.resolve(Kind::Consent, id) {
        Some(reference) => (Target::Journal(reference.journal), reference.item, false),
        None => (Target::Nowhere(bounded(id)), 0, true),
    }
}

fn answer(fhir: &Fhir, status: StatusCode, performed: &Performed) -> Result<Response, Problem> {
    let Answer::Authorizations(views) = &performed.answer else { return Err(Problem::not_found()) };
    let view = views.first().ok_or_else(Problem::not_found)?;
    let ground = fhir.ground(performed.journal);
    let mut response = resource_response(status, &consent(ground, view));
    let location = format!("{}/Consent/{}", fhir.base, ground.id(Kind::Consent, view.item));
    if let (StatusCode::CREATED, Ok(location)) = (status, HeaderValue::from_str(&location)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response.into_response())
}

fn parse(body: &[u8]) -> Result<Value, Problem> {
    if body.len() > LARGEST {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-long",
            "size",
            "at most 64 KiB are expected here",
        ));
    }
    serde_json::from_slice(body).map_err(|fault| Problem::form("json", format!("not JSON: {fault}")))
}

fn expect_patch(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("application/json-patch+json") { Ok(()) } else { expect_json(headers) }
}

/// The one change that a Consent takes: its status becomes inactive.
fn expect_inactive(patch: &Value) -> Result<(), Problem> {
    let not_allowed = || {
        let text = "only `status` can be patched, to inactive";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text)
    };
    let inactive = match patch.as_array().map(Vec::as_slice) {
        Some([operation]) => {
            let part = |name: &str| operation.get(name).and_then(Value::as_str);
            part("op") == Some("replace") && part("path") == Some("/status") && part("value") == Some("inactive")
        }
        Some(_) => false,
        None => {
            let parts =
                patch.pointer("/parameter/0/part").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let has = |name: &str, value: &str| {
                parts.iter().any(|part| {
                    part.get("name").and_then(Value::as_str) == Some(name)
                        && part.as_object().is_some_and(|part| part.values().any(|one| one.as_str() == Some(value)))
                })
            };
            let single = patch.get("parameter").and_then(Value::as_array).is_some_and(|all| all.len() == 1);
            single && has("type", "replace") && has("path", "Consent.status") && has("value", "inactive")
        }
    };
    if inactive { Ok(()) } else { Err(not_allowed()) }
}
