//! The history: everything that happened in the dossier, by whom and why, newest first.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use dmp_core::act::{Act, Answer, ReadHistory};
use dmp_core::history::{HistoryLine, Language, sentence};
use dmp_core::identity::{Requester, RequesterKind};
use http::HeaderMap;

use super::name_of;
use crate::date;
use crate::page::{Chrome, ErrorPage, Secured};
use crate::web::{Web, is_professional};

/// How many lines the page shows.
const MOST: usize = 300;

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
}

#[derive(Debug, Template)]
#[template(path = "history.html")]
struct History {
    chrome: Chrome,
    days: Vec<DayOfLines>,
    total: usize,
}

/// `GET /dossier/[id]/historique`
pub async fn page(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
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
    let mut days: Vec<DayOfLines> = Vec::new();
    for line in lines.iter().take(MOST) {
        let name = date::heading(line.at);
        let told = tell(line, &reader);
        if days.last().is_none_or(|day| day.name != name) {
            days.push(DayOfLines { name, lines: Vec::new() });
        }
        let Some(day) = days.last_mut() else { continue };
        // Repeats of one refusal are one line and "n more": a robot must not bury the rest.
        match day
            .lines
            .last_mut()
            .filter(|last| told.refused && last.refused && (&last.who, &last.what) == (&told.who, &told.what))
        {
            Some(last) => last.times += 1,
            None => day.lines.push(told),
        }
    }
    let holder = performed.permit.holder().ok_or_else(ErrorPage::not_found)?;
    let chrome = Chrome::of("Historique", &name_of(holder), &id, "historique", is_professional(&reader));
    Ok(Secured(History { chrome, days, total }).into_response())
}

fn tell(line: &HistoryLine, reader: &Requester) -> Told {
    let you = line.requester.key() == reader.key();
    let who = if you { "Vous".to_owned() } else { line.requester.display_name() };
    let mut what = sentence(line, Language::French);
    if you && let Some(rest) = what.strip_prefix("a ") {
        what = format!("avez {rest}");
    }
    let place = match &*line.requester {
        Requester::Professional(one) => one.structure.as_ref().and_then(|own| own.name.as_deref()).map(str::to_owned),
        _ => None,
    };
    let why = match (&line.motive, line.refused) {
        (Some(motive), _) => Some(format!("Motif écrit : « {motive} »")),
        (None, true) => line.rule.sentence(Language::French).map(str::to_owned),
        (None, false) => None,
    };
    let letters = who.split_whitespace().filter_map(|word| word.chars().next()).take(2);
    Told {
        initials: letters.flat_map(char::to_uppercase).collect(),
        what,
        hour: date::hour(line.at),
        place,
        why,
        times: 1,
        refused: line.refused,
        person: matches!(
            line.requester.kind(),
            RequesterKind::Professional | RequesterKind::Holder | RequesterKind::Representative | RequesterKind::Carer
        ),
        who,
    }
}
