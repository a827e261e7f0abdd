//! The demo's first page: step in as anyone in one click, and the four stories.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Form, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use dmp_core::history::Language;
use dmp_core::identity::Ins;
use dmp_lab::{Provider, persona, personas};
use dmp_store::{Kind, Name};
use dmp_web::{Chrome, ErrorPage, Secured, Visit, Web};
use http::{StatusCode, header};
use serde::Deserialize;

use super::seed;
use crate::world::SystemChance;

/// The longest form, in bytes.
const LONGEST_FORM: usize = 8 * 1024;

/// What the page needs.
#[derive(Debug, Clone)]
struct Front {
    web: Arc<Web>,
    provider: Arc<Provider>,
}

/// A patient, as the page shows him.
#[derive(Debug)]
struct Patient {
    number: usize,
    name: String,
    about: String,
}

/// Somebody to step in as.
#[derive(Debug)]
struct Persona {
    code: &'static str,
    name: String,
    about: String,
}

#[derive(Debug, Template)]
#[template(path = "demo.html")]
struct FrontPage {
    chrome: Chrome,
    patients: Vec<Patient>,
    personas: Vec<Persona>,
}

/// What the button sends.
#[derive(Debug, Deserialize)]
struct Step {
    persona: String,
    #[serde(default)]
    patient: usize,
}

/// The routes.
pub fn router(web: Arc<Web>, provider: Arc<Provider>) -> Router {
    let step_in = post(step_in).layer(DefaultBodyLimit::max(LONGEST_FORM));
    Router::new().route("/", get(page)).route("/demo/entrer", step_in).with_state(Front { web, provider })
}

async fn page(visit: Visit) -> Result<Response, ErrorPage> {
    let people = seed::patients().map_err(|_| ErrorPage::not_found())?;
    let patients = people.iter().enumerate().map(|(number, person)| Patient {
        number,
        name: format!("{} {}", person.given, person.used_family.unwrap_or(person.family)),
        about: format!("{}, {}", visit.day(person.birth), person.home.1),
    });
    let staff = personas().iter().map(|one| Persona {
        code: one.code,
        name: format!("{} {}", one.given, one.family).trim().to_owned(),
        about: if visit.language == Language::French { one.french } else { one.english }.to_owned(),
    });
    let (patients, personas) = (patients.collect(), staff.collect());
    let chrome = Chrome::plain(visit.say("demo.title"), visit);
    Ok(Secured(FrontPage { chrome, patients, personas }).into_response())
}

/// `POST /demo/entrer`: a session with a token of the demo's own issuer, then the documents of the chosen patient.
async fn step_in(State(front): State<Front>, Form(step): Form<Step>) -> Result<Response, ErrorPage> {
    let people = seed::patients().map_err(|_| ErrorPage::not_found())?;
    let person = people.get(step.patient).ok_or_else(ErrorPage::not_found)?;
    let ins: &Ins = &person.ins;
    let claims = match step.persona.as_str() {
        "holder" => dmp_lab::holder(ins),
        other => persona(other).ok_or_else(ErrorPage::not_found)?.claims(),
    };
    let now = front.web.store.now();
    let token = front.provider.sign(&claims, now).map_err(|_| ErrorPage::sign_in())?;
    let cookie = front.web.sessions.begin(token, now, &SystemChance);
    let journal = front.web.store.find_journal(&Name::Ins(ins)).await?.ok_or_else(ErrorPage::not_found)?;
    let address = format!("/dossier/{}/documents", front.web.store.public_id(Kind::Patient, journal, 0));
    Ok((StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, address)]).into_response())
}
