//! Provide document bundle: IHE ITI-65, DMP TD2.1 and TD2.1b. One bundle, one patient, one act: all of it or nothing.

mod base64_text;
mod body;
mod bundle;
mod envelope;
mod intake;
mod members;
mod raw;
mod reply;
mod room;
mod superseded;

pub use body::{IDLE, declared_length, drained, time_for, too_slow};
use bundle::Bundle;
use intake::Unfit;
pub use intake::stage_bytes;
pub use room::{Room, Rooms};

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{Act, Answer, Fault, ProvideDocuments};
use dmp_core::code::Dtm;
use dmp_core::dossier::Rule;
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
    let (bytes, room) = body::read(&fhir, ask.requester.credential(), &headers, body).await?;
    // Other requests go on while a large one is read.
    let large = bytes.len() > intake::LARGE;
    let mut bundle = if large { tokio::task::block_in_place(|| bundle::read(&bytes)) } else { bundle::read(&bytes) }?;
    // The stage names the dossier before the append; where there is none, nothing is staged and the act finds so itself.
    let journal = fhir.store.find_journal(&Name::Ins(&bundle.patient)).await?;
    bundle.settle_replacements(&fhir.base, |id| fhir.store.resolve(Kind::Document, id))?;
    ask.staged_at = Some(fhir.store.now());
    let mut documents = Vec::with_capacity(bundle.documents.len());
    let mut unfit = None;
    for (index, (document, binary)) in bundle.documents.iter().zip(bundle.binaries()?).enumerate() {
        match intake::take_in(&fhir, journal, document, binary).await {
            Ok(taken) => documents.push(taken),
            Err(Unfit { problem, fault: Some(rule) }) => {
                unfit = Some((problem, Fault { index: Some(index), rule }));
                break;
            }
            Err(Unfit { problem, fault: None }) => return Err(problem),
        }
    }
    let staged: Vec<[u8; 16]> = documents.iter().map(|document| document.entry.content.id).collect();
    let paths: Vec<String> = bundle.documents.iter().map(|document| document.path.clone()).collect();
    let layout = bundle.layout();
    let patient = bundle.patient.clone();
    let other = another(&bundle);
    let set_path = bundle.set_path.clone();
    let patients = bundle.patients.drain(..).map(|one| one.ins).collect::<BTreeSet<_>>().into_iter().collect();
    let mut set = bundle.into_set();
    // A set without a date was submitted now: without one no search by date would ever find it.
    let submitted = *set.set.submission_time.get_or_insert(Dtm::second(fhir.store.now()));
    // So was a document that says nowhere when it was made; a CDA does, in its header.
    for document in &mut documents {
        document.entry.creation_time.get_or_insert(submitted);
    }
    drop(bytes);
    drop(room);
    let (told, unfit) = unfit.unzip();
    let act =
        Act::ProvideDocuments(Box::new(ProvideDocuments { set, documents, patients, unfit, patients_word: false }));
    // Without a journal nothing was staged: were the dossier opened meanwhile, the act must not name bytes that are nowhere.
    let target = match journal {
        Some(_) => Target::Dossier(patient),
        None => Target::Nowhere(patient.to_text().into()),
    };
    let performed = fhir.store.perform(target, act, ask).await?;
    fhir.store.unstage(unnamed(&staged, &performed.answer)).await;
    match (&performed.answer, told) {
        (Answer::Faulty(_), Some(told)) => Err(told),
        (Answer::Provided(provided), _) => Ok(reply::response(fhir.ground(&performed.places), &layout, provided)),
        (Answer::Refused(rule), _) => Err(Problem::refused(*rule)),
        (Answer::Faulty(fault), None) => {
            let path = match fault.index.and_then(|index| paths.get(index)) {
                Some(document) => Some(format!("{document}{}", element_of(fault.rule))),
                None => set_element_of(fault.rule).map(|element| format!("{set_path}{element}")).or(other),
            };
            Err(Problem::fault(fault, path))
        }
        _ => Err(Problem::not_found()),
    }
}

/// The element of a document that a rule is about, where it is about one.
const fn element_of(rule: Rule) -> &'static str {
    match rule {
        Rule::ResentRelation | Rule::ReplacedUnknown | Rule::NotNewest => ".relatesTo",
        Rule::ResentVisibility => ".securityLabel",
        _ => "",
    }
}

/// The element of the set that a rule is about, where it is about one.
const fn set_element_of(rule: Rule) -> Option<&'static str> {
    match rule {
        Rule::SetIdTaken => Some(".identifier"),
        Rule::BirthDateMismatch | Rule::SexMismatch => Some(".extension"),
        _ => None,
    }
}

/// Where another number stands than the one that chose the dossier: what is at fault when the rules find that a number is not the holder's.
fn another(bundle: &Bundle<'_>) -> Option<String> {
    bundle.patients.iter().find(|one| one.ins != bundle.patient).map(|one| one.path.clone())
}

/// What was staged and is named by no entry: all of it where nothing was deposited, else what was there already.
fn unnamed(staged: &[[u8; 16]], answer: &Answer) -> Vec<[u8; 16]> {
    let already = |number: usize| match answer {
        Answer::Provided(provided) => provided.documents.get(number).is_some_and(|document| document.already),
        _ => true,
    };
    staged.iter().enumerate().filter(|(number, _)| already(*number)).map(|(_, id)| *id).collect()
}
