//! The history: everything that happened in the dossier, by whom and why, newest first.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use dmp_core::act::{Act, Answer, ReadHistory};
use dmp_core::code::Day;
use dmp_core::history::{Clause, HistoryLine, clause};
use dmp_core::identity::{Requester, RequesterKind};
use http::HeaderMap;
use serde::Deserialize;

use super::name_of;
use crate::date;
use crate::page::{Chrome, ErrorPage, Secured};
use crate::visit::Visit;
use crate::web::{Web, is_professional};

/// After so many lines the page ends with the day that it is in, and leads on to the days before.
const ENOUGH: usize = 300;

/// One line of the thread.
#[derive(Debug)]
pub struct Told {
    who: String,
    what: String,
    hour: String,
    place: Option<String>,
    why: Option<String>,
    times: usize,
    refused: bool,
    person: bool,
    initials: String,
}

/// The lines of one day.
#[derive(Debug)]
pub struct DayOfLines {
    name: String,
    lines: Vec<Told>,
    /// Where a refusal that may come again stands among the lines.
    refused: BTreeMap<(String, String, Option<String>, Option<String>), usize>,
}

impl DayOfLines {
    fn new(name: String) -> Self {
        Self { name, lines: Vec::new(), refused: BTreeMap::new() }
    }

    /// Repeats of one refusal, for one reason, are one line a day and "n times", whatever came between: a robot must not bury the rest.
    fn push(&mut self, told: Told) {
        if told.refused {
            let same = (told.who.clone(), told.what.clone(), told.place.clone(), told.why.clone());
            if let Some(first) = self.refused.get(&same).and_then(|at| self.lines.get_mut(*at)) {
                first.times += 1;
                return;
            }
            self.refused.insert(same, self.lines.len());
        }
        self.lines.push(told);
    }
}

#[derive(Debug, Template)]
#[template(path = "history.html")]
struct History {
    chrome: Chrome,
    days: Vec<DayOfLines>,
    total: usize,
    /// The last day that is shown, where there are lines before it.
    before: Option<String>,
}

/// Which part of it is asked for.
#[derive(Debug, Deserialize)]
pub struct Part {
    /// Days before this one (`2026-11-22`, in Paris) alone.
    avant: Option<String>,
}

/// `GET /dossier/[id]/historique`
pub async fn page(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    Query(part): Query<Part>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let until = part.avant.map(|day| Day::parse(&day)).transpose().map_err(|_| ErrorPage::not_found())?;
    let ask = web.ask(&headers).await?;
    let reader = Arc::clone(&ask.requester);
    let performed = web.perform(&id, Act::ReadHistory(ReadHistory), ask).await?;
    let Answer::History(window) = &performed.answer else { return Err(ErrorPage::not_found()) };
    let (dossier, entries) = web.store.history(&performed.permit).await?;
    let lines: Vec<HistoryLine> = entries
        .iter()
        .rev()
        .filter_map(|(_, entry)| HistoryLine::of(&dossier, window, web.store.now(), entry))
        .collect();
    let total = lines.len();
    let earlier = lines.iter().filter(|line| until.is_none_or(|day| line.at.paris_day() < day));
    let (days, before) = by_day(earlier, &reader, &visit);
    let holder = performed.permit.holder().ok_or_else(ErrorPage::not_found)?;
    let chrome = Chrome::of(
        (visit.say("history.title"), visit),
        (&name_of(holder), &id),
        "historique",
        is_professional(&reader),
    );
    Ok(Secured(History { chrome, days, total, before }).into_response())
}

/// The lines of whole days, the newest first, as many as are enough; and the last of these days where others come after it.
fn by_day<'a>(
    lines: impl Iterator<Item = &'a HistoryLine>,
    reader: &Requester,
    visit: &Visit,
) -> (Vec<DayOfLines>, Option<String>) {
    let mut days: Vec<DayOfLines> = Vec::new();
    let (mut last, mut shown) = (None, 0);
    for line in lines {
        let day = line.at.paris_day();
        if last != Some(day) {
            shown += days.last().map_or(0, |before| before.lines.len());
            if shown >= ENOUGH {
                return (days, last.map(|day| day.to_string()));
            }
            days.push(DayOfLines::new(date::heading(line.at, visit.language)));
            last = Some(day);
        }
        if let Some(day) = days.last_mut() {
            day.push(tell(line, reader, visit));
        }
    }
    (days, None)
}

fn tell(line: &HistoryLine, reader: &Requester, visit: &Visit) -> Told {
    let Clause { who, what } = clause(line, reader, visit.language);
    let place = match &*line.requester {
        Requester::Professional(one) => one.structure.as_ref().and_then(|own| own.name.as_deref()).map(str::to_owned),
        _ => None,
    };
    let motive = line.motive.as_ref().or(line.said.words.as_ref());
    let motive = motive.map(|motive| visit.say("history.motive").replace("{motive}", motive));
    let rule = line.rule.sentence(visit.language).filter(|_| line.refused).map(str::to_owned);
    // Why it was refused, and what he who asked gave as his reason: two things.
    let why: Vec<String> = rule.into_iter().chain(motive).collect();
    let letters = who.split_whitespace().filter_map(|word| word.chars().next()).take(2);
    Told {
        initials: letters.flat_map(char::to_uppercase).collect(),
        what,
        hour: date::hour(line.at, visit.language),
        place,
        why: (!why.is_empty()).then(|| why.join(" ")),
        times: 1,
        refused: line.refused,
        person: matches!(
            line.requester.kind(),
            RequesterKind::Professional | RequesterKind::Holder | RequesterKind::Representative | RequesterKind::Carer
        ),
        who,
    }
}
