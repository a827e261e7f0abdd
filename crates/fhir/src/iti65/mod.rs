//! Provide document bundle: IHE ITI-65, DMP TD2.1 and TD2.1b. One bundle, one patient, one act: all of it or nothing.

mod base64_text;
mod body;
mod bundle;
mod intake;
mod raw;
mod reply;

pub use body::drained;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{Act, Answer, ProvideDocuments};
use dmp_store::{Kind, Name, Target};
use http::HeaderMap;

use crate::problem::Problem;
use crate::request::expect_json;
use crate::service::Fhir;

/// `POST [base]`
pub async fn provide(State(fhir): State<Arc<Fhir>>, headers: HeaderMap, body: Body) -> Result<Response, Problem> {
    let mut ask = match fhir.ask(&headers).await {
        Ok(ask) => ask,
        Err(problem) => return Err(body::drained(body, fhir.limits.largest_body, problem).await),
    };
    if let Err(problem) = expect_json(&headers) {
        return Err(body::drained(body, fhir.limits.largest_body, problem).await);
    }
    let (bytes, room) = body::read(&fhir, &headers, body).await?;
    let mut bundle = bundle::read(&bytes)?;
    // The stage names the dossier before the append; where there is none, nothing is staged and the act finds so itself.
    let journal = fhir.store.find_journal(&Name::Ins(&bundle.patient)).await?;
    let here = |id: &str| fhir.store.resolve(Kind::Document, id).filter(|one| Some(one.journal) == journal);
    bundle.settle_replacements(|id| here(id).map(|reference| reference.item))?;
    ask.staged_at = Some(fhir.store.now());
    let mut documents = Vec::with_capacity(bundle.documents.len());
    for document in &bundle.documents {
        documents.push(intake::take_in(&fhir, journal, document, bundle.binary(document)?).await?);
    }
    let paths: Vec<String> = bundle.documents.iter().map(|document| document.path.clone()).collect();
    let layout = bundle.layout();
    let patient = bundle.patient.clone();
    let set = bundle.into_set();
    drop(bytes);
    drop(room);
    let act = Act::ProvideDocuments(Box::new(ProvideDocuments { set, documents }));
    // Without a journal nothing was staged: were the dossier opened meanwhile, the act must not name bytes that are nowhere.
    let target = match journal {
        Some(_) => Target::Dossier(patient),
        None => Target::Nowhere(patient.to_text().into()),
    };
    let performed = fhir.store.perform(target, act, ask).await?;
    match &performed.answer {
        Answer::Provided(provided) => Ok(reply::response(fhir.ground(performed.journal), &layout, provided)),
        Answer::Refused(rule) => Err(Problem::refused(*rule)),
        Answer::Faulty(fault) => {
            let path = fault.index.and_then(|index| paths.get(index).cloned());
            Err(Problem::fault(fault, path))
        }
        _ => Err(Problem::not_found()),
    }
}
