//! Find document lists: IHE ITI-66. Only submission sets are kept as Lists.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, Answer, FindSubmissionSets, ReadSubmissionSet};
use dmp_store::{Ask, Kind, Target};
use http::{HeaderMap, StatusCode};

use crate::iti67::{no_parameters, page_links, resolve};
use crate::named::Named;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::render::{searchset, submission_set};
use crate::request::{json_response, resource_response};
use crate::search::{Parameters, Question, Scope, Searched, read_parameters};
use crate::service::Fhir;

/// `GET List?…`, `POST List/_search`
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    run(&fhir, ask, parameters, posted).await
}

/// `GET List/[id]`
pub async fn read(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_parameters(query.as_deref())?;
    let Named { target, item, .. } = fhir.named(Kind::Set, &id);
    let act = Act::ReadSubmissionSet(ReadSubmissionSet { item });
    let performed = fhir.perform_on_named(target, act, ask).await?;
    let Answer::Set(view) = &performed.answer else { return Err(Problem::not_found()) };
    Ok(resource_response(StatusCode::OK, &submission_set(fhir.ground(&performed.places), view)))
}

async fn run(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let requester = ask.requester.key();
    let question = Question::read(fhir, "List", &requester, parameters, posted)?;
    let mut asked = read_parameters(Scope::Sets, &question.parameters)?;
    if let Some(token) = &asked.token {
        asked.page.after = Some(fhir.tokens.open(token, "List", &requester, &asked.canonical)?);
    }
    let Some(patient) = asked.patient.clone() else {
        return Err(Problem::parameter("patient.identifier", "name the patient: patient.identifier=urn:oid:…|…"));
    };
    let resolved = resolve(fhir, &asked);
    let act = FindSubmissionSets { criteria: asked.criteria.clone(), page: asked.page, resolved };
    let performed = fhir.perform(Target::Dossier(patient), Act::FindSubmissionSets(act), ask).await?;
    let Answer::Sets(found) = performed.answer else { return Err(Problem::not_found()) };
    let mut resources = Vec::with_capacity(found.sets.len());
    if !asked.count_only {
        for view in &found.sets {
            let ground = fhir.ground(&performed.places);
            let url = format!("{}/List/{}", fhir.base, ground.id(Kind::Set, view.item));
            resources.push((url, submission_set(ground, view).to_string().into()));
        }
    }
    let links = page_links(fhir, &question, &asked, found.next);
    Ok(json_response(StatusCode::OK, searchset(found.total, &links, &resources)))
}
