//! The documents of a dossier, newest first, by month.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use dmp_core::act::{Act, Answer, DocumentView, FindDocuments};
use dmp_core::document::{Criteria, Page};
use dmp_store::Kind;
use http::HeaderMap;

use super::{author_of, name_of, title_of};
use crate::date;
use crate::page::{Chrome, ErrorPage, Secured};
use crate::web::{Web, is_professional};

/// How many documents the page shows: all of an ordinary dossier.
const MOST: u32 = 500;

/// One line.
#[derive(Debug)]
pub struct Line {
    address: String,
    title: String,
    author: String,
    day: String,
    machine_day: String,
    hidden: bool,
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
    banner: Option<String>,
}

/// `GET /dossier/[id]/documents`
pub async fn page(
    State(web): State<Arc<Web>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let ask = web.ask(&headers).await?;
    let professional = is_professional(&ask.requester);
    let page = Page { limit: MOST, ..Page::FIRST };
    let act = FindDocuments { criteria: Criteria::default(), page, resolved: Vec::new() };
    let performed = web.perform(&id, Act::FindDocuments(act), ask).await?;
    let Answer::Documents(found) = &performed.answer else { return Err(ErrorPage::not_found()) };
    let holder = performed.permit.holder().ok_or_else(ErrorPage::not_found)?;
    let whose = name_of(holder);
    let mut months: Vec<Month> = Vec::new();
    for view in &found.documents {
        let at = view.entry.creation_time.map_or(view.deposited_at, |time| time.start);
        let name = date::month(at);
        let document = web.store.public_id_of(Kind::Document, &performed.places, view.item);
        let line = line(&id, &document, view);
        match months.last_mut().filter(|month| month.name == name) {
            Some(month) => month.lines.push(line),
            None => months.push(Month { name, lines: vec![line] }),
        }
    }
    let banner = professional.then(|| super::document::banner(holder));
    let chrome = Chrome::of("Documents", &whose, &id, "documents", professional);
    Ok(Secured(Documents { chrome, months, total: found.total, banner }).into_response())
}

fn line(dossier: &str, document: &str, view: &DocumentView) -> Line {
    let at = view.entry.creation_time.map_or(view.deposited_at, |time| time.start);
    Line {
        address: format!("/dossier/{dossier}/documents/{document}"),
        title: title_of(view),
        author: author_of(view),
        day: date::short(at),
        machine_day: date::machine(at),
        hidden: view.visibility.masque_ps,
        replaced: view.standing.deprecated,
        archived: view.standing.archived,
        kind: kind(view),
    }
}

fn kind(view: &DocumentView) -> Picture {
    match (&*view.entry.class_code.code, &*view.entry.type_code.code.code) {
        (_, "11502-2") => Picture::Analysis,
        ("42", _) => Picture::Prescription,
        ("31", _) => Picture::Image,
        _ => Picture::Letter,
    }
}
