//! One document: what it is, who made it, the file.

use std::sync::Arc;

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use dmp_core::act::{Act, Answer, ReadDocumentEntry, RetrieveDocument};
use dmp_core::code::table;
use dmp_core::dossier::Holder;
use dmp_core::history::Language;
use dmp_store::error::StoreError;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::documents::dated;
use super::{author_of, name_of, title_of};
use crate::date;
use crate::page::{Chrome, ErrorPage, Secured};
use crate::visit::Visit;
use crate::web::{Web, is_professional};

#[derive(Debug, Template)]
#[template(path = "document.html")]
struct Document {
    chrome: Chrome,
    title: String,
    kind: String,
    of: String,
    day: String,
    author: String,
    deposited: String,
    file: String,
    size: String,
    hidden: bool,
    withheld: bool,
    from_parents: bool,
    replaced: bool,
    archived: bool,
    comments: Option<String>,
    banner: Option<String>,
}

/// `GET /dossier/[id]/documents/[document]`
pub async fn page(
    State(web): State<Arc<Web>>,
    Path((id, document)): Path<(String, String)>,
    visit: Visit,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let ask = web.ask(&headers).await?;
    let professional = is_professional(&ask.requester);
    let act = |item| Act::ReadDocumentEntry(ReadDocumentEntry { item });
    let performed = web.perform_there((&id, &document), act, ask).await?;
    let Answer::Document(view) = &performed.answer else { return Err(ErrorPage::not_found()) };
    let holder = performed.permit.holder().ok_or_else(ErrorPage::not_found)?;
    let title = title_of(view, &visit);
    let entry = &view.entry;
    let time = dated(view);
    let kind = table::document_type(&entry.type_code.code).map(|known| known.label.to_string());
    let page = Document {
        kind: kind.unwrap_or_default(),
        of: visit.say(if date::has_day(time) { "document.of" } else { "document.date" }).to_owned(),
        day: date::known(time, visit.language),
        author: author_of(view),
        deposited: date::long(view.deposited_at, visit.language),
        file: format!("/dossier/{id}/documents/{document}/fichier"),
        size: size(entry.content.length, &visit),
        hidden: view.visibility.masque_ps,
        withheld: view.visibility.invisible_patient,
        from_parents: view.visibility.invisible_representants_legaux,
        replaced: view.standing.deprecated,
        archived: view.standing.archived,
        comments: entry.comments.as_deref().map(str::to_owned),
        banner: professional.then(|| banner(holder, &visit)),
        chrome: Chrome::of((&title, visit), (&name_of(holder), &id), "documents", professional),
        title,
    };
    Ok(Secured(page).into_response())
}

/// `GET /dossier/[id]/documents/[document]/fichier`: the bytes as they were deposited, to keep; never run by the browser.
pub async fn file(
    State(web): State<Arc<Web>>,
    Path((id, document)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ErrorPage> {
    let ask = web.ask(&headers).await?;
    let act = |item| Act::RetrieveDocument(RetrieveDocument { item });
    let performed = web.perform_there((&id, &document), act, ask).await?;
    let Answer::Content(view) = &performed.answer else { return Err(ErrorPage::not_found()) };
    let length = view.entry.content.length;
    let reader = web.store.open(&performed.permit, 0..length)?;
    let bytes = reader.rest().await.map_err(StoreError::from)?;
    let mut response = (StatusCode::OK, Body::from(bytes)).into_response();
    let out = response.headers_mut();
    let mime = HeaderValue::from_str(&view.entry.mime_type);
    out.insert(header::CONTENT_TYPE, mime.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    // No title in the name of the file: it would stay in the list of downloads of a shared machine.
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"document\""));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    out.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    Ok(response)
}

fn size(bytes: u64, visit: &Visit) -> String {
    let point = if visit.language == Language::French { ',' } else { '.' };
    match bytes {
        0..1_000 => format!("{bytes} {}", visit.say("document.bytes")),
        1_000..1_000_000 => format!("{} {}", bytes / 1_000, visit.say("document.kilobytes")),
        _ => {
            let (whole, tenth) = (bytes / 1_000_000, bytes % 1_000_000 / 100_000);
            format!("{whole}{point}{tenth} {}", visit.say("document.megabytes"))
        }
    }
}

/// The identity that a professional always has in sight.
pub fn banner(holder: &Holder, visit: &Visit) -> String {
    let given = holder.given.as_deref().unwrap_or_default();
    let sex = holder.sex.map_or("", |sex| sex.code());
    let used = |name: &str| format!(" ({})", visit.say("banner.used").replace("{name}", name));
    let used = holder.used_family.as_deref().map(used).unwrap_or_default();
    format!("{} {given}{used} · {} · {sex}", holder.family, visit.day(holder.birth))
}
