//! The documents of a dossier, newest first, by month.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use dmp_core::act::{Act, Answer, DocumentView, FindDocuments};
use dmp_core::code::Dtm;
use dmp_core::document::{Criteria, Page};
use dmp_store::Kind;
use http::HeaderMap;
use serde::Deserialize;

use super::{author_of, name_of, title_of};
use crate::date;
use crate::page::{Chrome, ErrorPage, Secured};
use crate::visit::Visit;
use crate::web::{Web, is_professional};

/// How many documents one page shows: all of an ordinary dossier. The others are a link away.
const MOST: usize = 300;

/// One line.
#[derive(Debug)]
pub struct Line {
    address: String,
    title: String,
    author: String,
    day: String,
    machine_day: String,
    hidden: bool,
    withheld: bool,
    from_parents: bool,
    replaced: bool,
    archived: bool,
    kind: Picture,
}

/// Which picture stands before a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// A letter or a report.
    Letter,
    /// A prescription.
    Prescription,
    /// An image.
    Image,
    /// A blood test.
    Analysis,
}

/// The lines of one month.
#[derive(Debug)]
pub struct Month {
    name: String,
    lines: Vec<Line>,
}

#[derive(Debug, Template)]
#[template(path = "documents.html")]
struct Documents {
    chrome: Chrome,
    months: Vec<Month>,
    total: usize,
    /// The last document that is shown, where others come after it.
    next: Option<String>,
    /// Whether others come before.
    later: bool,
    banner: Option<String>,
}

/// Which part of them is asked for.
#[derive(Debug, Deserialize)]
pub struct Part {
    /// Those after this document alone, by its id. An id of ours tells nothing, a number would.
    apres: Option<String>,
}

/// `GET /dossier/[id]/documents`
pub async fn page(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    Query(part): Query<Part>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let ask = web.ask(&headers).await?;
    let professional = is_professional(&ask.requester);
    let page = Page { limit: u32::MAX, ..Page::FIRST };
    let act = FindDocuments { criteria: Criteria::default(), page, resolved: Vec::new() };
    let performed = web.perform(&id, Act::FindDocuments(act), ask).await?;
    let Answer::Documents(found) = &performed.answer else { return Err(ErrorPage::not_found()) };
    let holder = performed.permit.holder().ok_or_else(ErrorPage::not_found)?;
    let whose = name_of(holder);
    let address = |view: &DocumentView| web.store.public_id_of(Kind::Document, &performed.places, view.item);
    // Of a document that is gone meanwhile nobody knows where it stood: the first page again.
    let first = part.apres.and_then(|after| found.documents.iter().position(|view| address(view) == after));
    let (_, rest) = found.documents.split_at(first.map_or(0, |last| last + 1));
    let (shown, others) = rest.split_at_checked(MOST).unwrap_or((rest, &[]));
    let next = shown.last().filter(|_| !others.is_empty()).map(address);
    let mut months: Vec<Month> = Vec::new();
    for view in shown {
        let name = date::group(dated(view), visit.language);
        let line = line(&id, &address(view), view, &visit);
        match months.last_mut().filter(|month| month.name == name) {
            Some(month) => month.lines.push(line),
            None => months.push(Month { name, lines: vec![line] }),
        }
    }
    let banner = professional.then(|| super::document::banner(holder, &visit));
    let chrome = Chrome::of((visit.say("documents.title"), visit), (&whose, &id), "documents", professional);
    Ok(Secured(Documents { chrome, months, total: found.total, next, later: first.is_some(), banner }).into_response())
}

fn line(dossier: &str, document: &str, view: &DocumentView, visit: &Visit) -> Line {
    let time = dated(view);
    Line {
        address: format!("/dossier/{dossier}/documents/{document}"),
        title: title_of(view, visit),
        author: author_of(view),
        day: date::brief(time, visit.language),
        machine_day: date::machine(time),
        hidden: view.visibility.masque_ps,
        withheld: view.visibility.invisible_patient,
        from_parents: view.visibility.invisible_representants_legaux,
        replaced: view.standing.deprecated,
        archived: view.standing.archived,
        kind: kind(view),
    }
}

/// When a document is of: as its author says, else when it was deposited.
pub(super) fn dated(view: &DocumentView) -> Dtm {
    view.entry.creation_time.unwrap_or_else(|| Dtm::second(view.deposited_at))
}

fn kind(view: &DocumentView) -> Picture {
    match (&*view.entry.class_code.code, &*view.entry.type_code.code.code) {
        (_, "11502-2") => Picture::Analysis,
        ("42", _) => Picture::Prescription,
        ("31", _) => Picture::Image,
        _ => Picture::Letter,
    }
}
