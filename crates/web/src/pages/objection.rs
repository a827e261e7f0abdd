//! "I object": the page behind the link of the information, for a person who has no account; the code that he was sent speaks for him.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use dmp_core::act::{Act, ObjectByCode};
use dmp_core::code::turns_others;
use dmp_core::dossier::{Rule, code_digest};
use dmp_core::identity::{Requester, SystemRequester};
use dmp_store::{Ask, Kind, Store, Target};
use http::Uri;
use serde::Deserialize;

use crate::page::{Chrome, ErrorPage, Secured};
use crate::visit::Visit;

/// Longest code and words that are read, in bytes.
const LONGEST: usize = 500;
/// The longest form: both of them, each byte written as three. Nobody is asked who he is before it is read.
const LONGEST_FORM: usize = 8 * 1024;

#[derive(Debug, Template)]
#[template(path = "objection.html")]
struct ObjectionPage {
    chrome: Chrome,
    done: bool,
    wrong: bool,
}

/// What the form sends.
#[derive(Debug, Deserialize)]
struct Objection {
    code: String,
    #[serde(default)]
    motif: String,
}

/// The route; it needs nobody to be signed in.
pub fn router(store: Arc<Store>) -> Router {
    let object = post(object).layer(DefaultBodyLimit::max(LONGEST_FORM));
    Router::new().route("/opposition/{id}", get(ask).merge(object)).with_state(store)
}

fn page(visit: Visit, done: bool, wrong: bool) -> Response {
    let title = visit.say(if done { "objection.done.title" } else { "objection.title" });
    Secured(ObjectionPage { chrome: Chrome::plain(title, visit), done, wrong }).into_response()
}

/// The page is the same whatever the address: only the right code learns something.
async fn ask(visit: Visit) -> Response {
    page(visit, false, false)
}

async fn object(
    State(store): State<Arc<Store>>,
    Path(id): Path<String>,
    (visit, uri): (Visit, Uri),
    Form(form): Form<Objection>,
) -> Result<Response, ErrorPage> {
    let visit = Visit { address: uri.path().to_owned(), ..visit };
    let short = form.code.len() <= LONGEST && form.motif.len() <= LONGEST;
    let reference = store.resolve(Kind::Patient, &id).filter(|_| short);
    let Some(reference) = reference else { return Ok(page(visit, false, true)) };
    let motive: String = form.motif.trim().chars().filter(|letter| !turns_others(*letter)).collect();
    let text = Some(motive).filter(|text| !text.is_empty()).map(Into::into);
    let act = Act::ObjectByCode(ObjectByCode { code: code_digest(&form.code), text });
    let system = Requester::System(SystemRequester { job: "objection-link".into() });
    let performed = store.perform(Target::Journal(reference.journal), act, Ask::of(Arc::new(system))).await?;
    Ok(page(visit, performed.rule.allows(), performed.rule == Rule::CodeWrong))
}
