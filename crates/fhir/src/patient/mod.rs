//! Does a dossier exist, and may I enter? DMP TD0.2, as `GET Patient?identifier=` (PDSM4DMP): a searchset of none or one. One's own
//! dossiers (TD0.4), a person without his INS (TD0.5) and the administrative data (TD1.3a) are Patients too.

mod administrative;
mod find;
mod identity;
mod life;
mod open;
mod registered;

pub use administrative::read;
pub use identity::feed;
pub use life::{delete, patch};
pub use open::open;
pub use registered::read_registered;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{Act, Answer, TestExistence};
use dmp_core::dossier::Rule;
use dmp_core::identity::Ins;
use dmp_store::{Ask, Target};
use http::StatusCode;

use crate::problem::Problem;
use crate::render::{patient, searchset_of};
use crate::request::json_response;
use crate::search::{Parameters, Question, Searched, json_only};
use crate::service::Fhir;

/// `GET Patient?identifier=…`, `POST Patient/_search`
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    run(&fhir, ask, parameters, posted).await
}

async fn run(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let requester = ask.requester.key();
    let question = Question::read(fhir, "Patient", &requester, parameters, posted)?;
    let (parameters, links) = (&question.parameters, [question.own_link(fhir)]);
    let asks = |name: &str| parameters.iter().any(|(one, _)| one == name);
    if asks(find::MINE) || asks("family") || asks("birthdate") {
        let found = match asks(find::MINE) {
            true => find::mine(fhir, ask, parameters).await?,
            false => find::by_traits(fhir, ask, parameters).await?,
        };
        return Ok(json_response(StatusCode::OK, searchset_of(&fhir.base, &links, &found)));
    }
    let mut ins = None;
    for (name, value) in parameters {
        match name.as_str() {
            "identifier" if ins.is_none() => {
                ins = Some(Ins::parse_text(value).map_err(|fault| {
                    Problem::parameter(name, format!("{fault}: write identifier=urn:oid:1.2.250.1.213.1.4.8|…"))
                })?);
            }
            "identifier" => return Err(Problem::parameter(name, "one identifier at a time")),
            "_format" => json_only(value)?,
            _ => {
                return Err(Problem::parameter(
                    name,
                    format!("`{name}` is not a search parameter here. Known: identifier"),
                ));
            }
        }
    }
    let ins = ins.ok_or_else(|| Problem::parameter("identifier", "`identifier` must be given"))?;
    let act = Act::TestExistence(TestExistence);
    let resources = match fhir.perform(Target::Dossier(ins), act, ask).await {
        Ok(performed) => match &performed.answer {
            Answer::Existence(existence) => vec![patient(fhir.ground(&performed.places), existence)],
            _ => Vec::new(),
        },
        Err(problem) if problem.rule == Rule::UnknownDossier.code() => Vec::new(),
        Err(problem) => return Err(problem),
    };
    Ok(json_response(StatusCode::OK, searchset_of(&fhir.base, &links, &resources)))
}
