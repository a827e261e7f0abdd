//! The history of one dossier as AuditEvents: IHE ITI-81, in the shapes of BALP. For the holder and who represents him.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, Answer, ReadHistory, ReadHistoryEntry};
use dmp_core::document::criteria::DateValue;
use dmp_core::dossier::JournalEntry;
use dmp_core::history::HistoryLine;
use dmp_core::identity::Ins;
use dmp_store::{Ask, Kind, Performed, Target};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::iti67::no_parameters;
use crate::named::Named;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::render::{Link, audit_event, searchset};
use crate::request::{json_response, resource_response};
use crate::search::{Parameters, Question, Searched, date, json_only, once};
use crate::service::Fhir;

/// How many lines a page holds unless fewer are asked for, and at most.
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 1_000;

/// What is asked.
struct Asked {
    patient: Ins,
    dates: Vec<DateValue>,
    count: usize,
    after: Option<String>,
    canonical: Parameters,
}

/// `GET AuditEvent?patient.identifier=…`, `POST AuditEvent/_search`
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    run(&fhir, ask, parameters, posted).await
}

/// `GET AuditEvent/[id]`
pub async fn read(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_parameters(query.as_deref())?;
    let Named { target, journal, item: seq } = fhir.named(Kind::AuditEvent, &id);
    let act = Act::ReadHistoryEntry(ReadHistoryEntry { journal, seq });
    let reader = Arc::clone(&ask.requester);
    let performed = fhir.perform_on_named(target, act, ask).await?;
    let lines = lines(&fhir, &performed).await?;
    let line = lines.first().ok_or_else(Problem::not_found)?;
    Ok(resource_response(StatusCode::OK, &audit_event(fhir.ground(&performed.places), line, &reader)))
}

async fn run(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let (requester, reader) = (ask.requester.key(), Arc::clone(&ask.requester));
    let question = Question::read(fhir, "AuditEvent", &requester, parameters, posted)?;
    let asked = asked(&question.parameters)?;
    let after = match &asked.after {
        Some(token) => Some(fhir.tokens.open(token, "AuditEvent", &requester, &asked.canonical)?)
            .map(|after| (after.at, after.item)),
        None => None,
    };
    let performed = fhir.perform(Target::Dossier(asked.patient.clone()), Act::ReadHistory(ReadHistory), ask).await?;
    let mut lines = lines(fhir, &performed).await?;
    lines.retain(|line| asked.dates.iter().all(|date| date.holds(line.at, line.at.plus_millis(1))));
    lines.reverse();
    let total = lines.len();
    // A first page is bound to its newest line: what is added while paging does not shift the rest.
    let page: Vec<&HistoryLine> = lines
        .iter()
        .filter(|line| after.is_none_or(|after| (line.at, line.seq) < after))
        .take(asked.count + 1)
        .collect();
    let (shown, more) = page.split_at_checked(asked.count).unwrap_or((&page, &[]));
    let ground = fhir.ground(&performed.places);
    let resources: Vec<(String, Bytes)> = shown
        .iter()
        .map(|line| {
            let resource: Value = audit_event(ground, line, &reader);
            let url =
                format!("{}/AuditEvent/{}", fhir.base, fhir.store.public_id(Kind::AuditEvent, line.journal, line.seq));
            (url, resource.to_string().into())
        })
        .collect();
    let address = |more: &[(&str, String)]| {
        let more = more.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let all: Parameters = asked.canonical.iter().cloned().chain(more).collect();
        question.address(fhir, &all)
    };
    let count = ("_count", asked.count.to_string());
    let mut here = vec![count.clone()];
    here.extend(asked.after.clone().map(|token| ("_page", token)));
    let mut links = vec![Link { relation: "self", url: address(&here) }];
    if let (Some(last), false) = (shown.last(), more.is_empty()) {
        let position = dmp_core::document::Position { at: last.at, item: last.seq };
        if let Some(token) = question.token(fhir, position, &asked.canonical) {
            links.push(Link { relation: "next", url: address(&[count, ("_page", token)]) });
        }
    }
    Ok(json_response(StatusCode::OK, searchset(total, &links, &resources)))
}

/// The lines that the reader may see, oldest first.
async fn lines(fhir: &Fhir, performed: &Performed) -> Result<Vec<HistoryLine>, Problem> {
    let Answer::History(window) = &performed.answer else { return Err(Problem::not_found()) };
    let (dossier, entries) = fhir.store.history(&performed.permit).await?;
    let now = fhir.store.now();
    let line = |(journal, entry): &(u32, JournalEntry)| {
        let mut line = HistoryLine::of(&dossier, window, now, entry)?.in_journal(*journal);
        // Whoever asked by one of our own ids named nobody: the event is about the patient all the same.
        line.addressed = line.addressed.or_else(|| dossier.primary_name().cloned());
        Some(line)
    };
    Ok(entries.iter().filter_map(line).collect())
}

fn asked(parameters: &Parameters) -> Result<Asked, Problem> {
    let (mut patient, mut dates, mut count, mut after) = (None, Vec::new(), PAGE, None);
    let mut canonical = Vec::new();
    for (place, (name, value)) in parameters.iter().enumerate() {
        once(parameters.get(..place).unwrap_or_default(), name)?;
        let wrong = |text: &str| Problem::parameter(name, text.to_owned());
        match name.as_str() {
            "patient.identifier" | "patient:identifier" | "entity.identifier" if patient.is_none() => {
                patient = Some(Ins::parse_text(value).map_err(|fault| wrong(&fault.to_string()))?);
            }
            "date" => {
                dates.push(date(name, value)?);
            }
            "_count" => {
                let asked = value.parse::<usize>().ok().filter(|asked| *asked > 0);
                count = asked.ok_or_else(|| wrong("`_count` takes a number above 0"))?.min(LARGEST_PAGE);
                continue;
            }
            "_page" => {
                after = Some(value.clone());
                continue;
            }
            "_format" => {
                json_only(value)?;
                continue;
            }
            _ => return Err(wrong("not a search parameter here. Known: patient.identifier, date, _count")),
        }
        canonical.push((name.clone(), value.clone()));
    }
    canonical.sort();
    let patient =
        patient.ok_or_else(|| Problem::parameter("patient.identifier", "`patient.identifier` must be given"))?;
    Ok(Asked { patient, dates, count, after, canonical })
}
