//! Authorisations as Consents: declare or record one (TD0.3: POST), withdraw it (PATCH of `status`), list them (TD1.6: GET); and what else
//! the holder decides about who may enter ([`provision`]).

mod provision;

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use dmp_core::act::{
    Act, Answer, GrantAccess, ListAuthorizations, ReadAuthorization, SuspendDossier, SuspendRequester, WithdrawAccess,
};
use dmp_core::identity::{Ins, Requester};
use dmp_store::{Ask, Kind, Performed, Target};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::iti67::no_parameters;
use crate::named::Named;
use crate::patch::{one, read_patch};
use crate::path_id::PathId;
use crate::posted::{patient_named, posted};
use crate::problem::Problem;
use crate::read::Node;
use crate::render::{chosen, consent, searchset_of};
use crate::request::{json_response, no_version, resource_response};
use crate::search::{Parameters, Question, Searched, json_only};
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
    "verification",
    "language",
];

/// `GET Consent?patient.identifier=…`, `POST Consent/_search`
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    list(&fhir, ask, parameters, posted).await
}

/// The code of a status, with its system or without.
fn status(token: &str) -> &str {
    let system = |prefix: &str| token.strip_prefix(prefix);
    system("http://hl7.org/fhir/consent-state-codes|").or_else(|| system("|")).unwrap_or(token)
}

async fn list(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let requester = ask.requester.key();
    let question = Question::read(fhir, "Consent", &requester, parameters, posted)?;
    let (parameters, links) = (&question.parameters, [question.own_link(fhir)]);
    let (mut ins, mut active) = (None, None);
    for (name, value) in parameters {
        match name.as_str() {
            "patient.identifier" | "patient:identifier" if ins.is_none() => {
                ins = Some(Ins::parse_text(value).map_err(|fault| Problem::parameter(name, fault.to_string()))?);
            }
            "status" if active.is_none() && matches!(status(value), "active" | "inactive") => {
                active = Some(status(value) == "active");
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
    let views = performed.answer.authorizations().ok_or_else(Problem::not_found)?;
    let mut resources: Vec<Value> = views.iter().map(|view| consent(fhir.ground(&performed.places), view)).collect();
    if let Answer::Rights(rights) = &performed.answer {
        resources.extend(chosen(&rights.choices));
    }
    Ok(json_response(StatusCode::OK, searchset_of(&fhir.base, &links, &resources)))
}

/// `POST Consent`
pub async fn create(
    State(fhir): State<Arc<Fhir>>,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let value = posted(&headers, &body, "Consent", ELEMENTS)?;
    let node = Node::root(&value, "Consent");
    let status = node.need("status")?;
    if status.text()? != "active" {
        return Err(status.wrong("status", "a new Consent is `active`; an authorisation ends by a PATCH to inactive"));
    }
    let (policy, now) = (fhir.store.policy(), fhir.store.now());
    provision::check(&node, now, now.plus_years(i32::from(policy.settings.authorization_years)))?;
    let operator = matches!(&*ask.requester, Requester::Operator(_));
    let act = match provision::whole_dossier(&node)?.filter(|_| operator) {
        Some(suspended) => Act::SuspendDossier(SuspendDossier { suspended, motive: provision::motive(&node)? }),
        None => provision::act_of(&node, &policy.matrix)?,
    };
    let (target, act) = match node.get("patient") {
        Some(patient) => (Target::Dossier(patient_named(&value, &patient)?), act),
        // Without a patient it concerns everybody: the operator's suspension of a professional or a structure.
        None if operator => (Target::Operator, suspension(&node, act, provision::motive(&node)?)?),
        None => return Err(node.wrong("required", "`patient` must be given")),
    };
    let performed = fhir.perform(target, act, ask).await?;
    match &performed.answer {
        Answer::Authorizations(_) => answer(&fhir, StatusCode::CREATED, &performed),
        // What has no number of its own comes back as it was asked: it is in force.
        _ => Ok(resource_response(StatusCode::CREATED, &value)),
    }
}

fn suspension(node: &Node<'_>, act: Act, motive: Option<Box<str>>) -> Result<Act, Problem> {
    let (subject, suspended) = match act {
        Act::Block(block) => (block.subject, true),
        Act::GrantAccess(GrantAccess { subject: Some(subject), .. }) => (subject, false),
        _ => return Err(node.wrong("required", "`patient` must be given")),
    };
    Ok(Act::SuspendRequester(SuspendRequester { subject, suspended, motive }))
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
    let Named { target, item, .. } = fhir.named(Kind::Consent, &id);
    let act = Act::ReadAuthorization(ReadAuthorization { item });
    let performed = fhir.perform_on_named(target, act, ask).await?;
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
    expect_inactive(&read_patch(&headers, &body)?)?;
    no_version(&headers)?;
    let Named { target, item, .. } = fhir.named(Kind::Consent, &id);
    let act = Act::WithdrawAccess(WithdrawAccess { item });
    let performed = fhir.perform_on_named(target, act, ask).await?;
    answer(&fhir, StatusCode::OK, &performed)
}

fn answer(fhir: &Fhir, status: StatusCode, performed: &Performed) -> Result<Response, Problem> {
    let Answer::Authorizations(views) = &performed.answer else { return Err(Problem::not_found()) };
    let view = views.first().ok_or_else(Problem::not_found)?;
    let ground = fhir.ground(&performed.places);
    let mut response = resource_response(status, &consent(ground, view));
    let location = format!("{}/Consent/{}", fhir.base, ground.id(Kind::Consent, view.item));
    if let (StatusCode::CREATED, Ok(location)) = (status, HeaderValue::from_str(&location)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response.into_response())
}

/// The one change that a Consent takes: its status becomes inactive.
fn expect_inactive(patch: &Value) -> Result<(), Problem> {
    let not_allowed = || {
        let text = "only `status` can be patched, to inactive";
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text)
    };
    let set = one("Consent", patch)?;
    let inactive = set.element == "Consent.status" && set.value.as_str() == Some("inactive");
    if inactive { Ok(()) } else { Err(not_allowed()) }
}
