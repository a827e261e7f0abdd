//! Fills a new demo, once: dossiers opened, documents provided over ITI-65, an authorisation, the four stories told.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use dmp_content::{Limits, read_cda};
use dmp_core::act::{Act, ActivateDossier, OpenDossier, OpeningProof, RecordMandate};
use dmp_core::code::{sha256, table};
use dmp_core::dossier::{Address, Holder, Mandate, MandateScope, RepresentativeRecord};
use dmp_core::identity::{HolderRequester, Representative, Requester};
use dmp_lab::{Kind, Options, Person, Provider, Recipe, iti65_bundle, persona};
use dmp_store::{Ask, Target};
use http::{Method, StatusCode, header};
use tower_service::Service;

use crate::command::operator;
use crate::failure::Failure;
use crate::serving::App;

/// The mark in the engine that the demo was filled.
const MARK: &[u8] = b"demo-seeded";

/// The root of the uniqueIds of demo documents.
const DEMO_ROOT: &str = "1.2.250.1.999.1";

/// What is in each dossier of the demo, and from whom.
const STORY: &[(Kind, &str)] =
    &[(Kind::DischargeLetter, "hospital"), (Kind::Prescription, "hospital"), (Kind::LabReport, "specialist")];

fn bundle(recipe: &Recipe<'_>) -> Result<serde_json::Value, Failure> {
    let bytes = recipe.write();
    let header =
        read_cda(bytes.as_slice(), Limits::default()).map_err(|fault| Failure::of("a demo document", fault))?;
    Ok(iti65_bundle(&bytes, &header, &Options::default()))
}

/// The patients of the demo.
///
/// # Errors
/// [`Failure`] when the lab's table is wrong, which a test of its own excludes.
pub fn patients() -> Result<Vec<Person>, Failure> {
    dmp_lab::people().map_err(|fault| Failure::of("the demo's people", fault))
}

fn holder(person: &Person, all: &[Person]) -> Holder {
    let representative = |key: &&str| {
        let parent = all.iter().find(|one| one.key == *key)?;
        Some(RepresentativeRecord {
            ins: Some(parent.ins.clone()),
            family: Some(parent.family.into()),
            given: Some(parent.given.into()),
            relationship: None,
            email: parent.email.as_deref().map(Into::into),
            phone: None,
        })
    };
    Holder {
        family: person.family.into(),
        given: Some(person.given.into()),
        used_family: person.used_family.map(Into::into),
        birth: person.birth,
        sex: Some(person.sex),
        birth_place: None,
        address: Some(Address {
            lines: None,
            postal_code: Some(person.home.0.into()),
            city: Some(person.home.1.into()),
            region: table::region_of_postal_code(person.home.0).map(|region| region.code.into()),
            country: None,
        }),
        email: person.email.as_deref().map(Into::into),
        phone: None,
        regime: Some(person.regime.into()),
        card: Some(sha256(person.ins.value.as_bytes())),
        representatives: person.representatives.iter().filter_map(representative).collect(),
    }
}

/// Fills the demo unless it was filled before.
///
/// # Errors
/// [`Failure`] when a story is not accepted: the demo would tell it wrongly.
pub async fn once(app: &App, provider: &Provider) -> Result<(), Failure> {
    let key = bytes::Bytes::from_static(MARK);
    if app.store.engine().get(key.clone()).await?.is_some() {
        return Ok(());
    }
    let people = patients()?;
    for person in &people {
        let act = OpenDossier {
            ins: person.ins.clone(),
            holder: holder(person, &people),
            informed_on: None,
            proof: OpeningProof::None,
        };
        app.store
            .perform(Target::Dossier(person.ins.clone()), Act::OpenDossier(Box::new(act)), Ask::of(operator()))
            .await?;
    }
    for person in &people {
        activate(app, person, &people).await?;
    }
    let now = app.store.now();
    let token = |code: &str| -> Result<String, Failure> {
        let claims = persona(code).ok_or_else(|| Failure(format!("no persona {code}")))?.claims();
        provider.sign(&claims, now).map_err(|fault| Failure::of("a token", fault))
    };
    for (number, person) in people.iter().enumerate() {
        for (kind, code) in STORY {
            let author = persona(code).ok_or_else(|| Failure(format!("no persona {code}")))?;
            let unique_id = format!("{DEMO_ROOT}.{}.{}", number + 1, kind.type_code().code.replace('-', "."));
            let bundle = bundle(&Recipe {
                kind: *kind,
                patient: person,
                author,
                created: now.plus_hours(-24 * (2 + i64::try_from(number).unwrap_or(0))),
                unique_id: &unique_id,
                replaces: None,
                bulk: 6_000,
            })?;
            call(app, &token(code)?, Method::POST, "/fhir/", Some(bundle.to_string())).await?;
        }
    }
    for person in &people {
        let ins = &person.ins;
        let consent = serde_json::json!({
            "resourceType": "Consent", "status": "active",
            "patient": {"identifier": {"system": format!("urn:oid:{}", ins.domain.code()), "value": ins.value}},
            "provision": {"type": "permit"},
        });
        call(app, &token("gp")?, Method::POST, "/fhir/Consent", Some(consent.to_string())).await?;
        call(app, &token("optician")?, Method::POST, "/fhir/Consent", Some(consent.to_string())).await?;
    }
    app.store.engine().put(key, bytes::Bytes::from_static(b"1")).await?;
    Ok(())
}

/// The account of one of the demo's people: what the lab's provider makes of a claims file whose `id` is his number.
fn account(person: &Person) -> Box<str> {
    format!("lab:{}", person.ins.to_text().replace('|', "-")).into()
}

/// Takes a dossier into its holder's hands: from 16 on he does so himself, before that his parents, whom the operator records.
async fn activate(app: &App, person: &Person, all: &[Person]) -> Result<(), Failure> {
    let target = || Target::Dossier(person.ins.clone());
    let today = app.store.now().paris_day();
    let parents: Vec<&Person> = all.iter().filter(|one| person.representatives.contains(&one.key)).collect();
    for parent in &parents {
        let mandate = Mandate {
            name: Some(format!("{} {}", parent.given, parent.family).into()),
            scope: MandateScope::Full,
            start: today,
            end: None,
            guardian: false,
            relationship: None,
        };
        let act = RecordMandate { person: account(parent), mandate };
        app.store.perform(target(), Act::RecordMandate(Box::new(act)), Ask::of(operator())).await?;
    }
    let requester = match parents.first() {
        Some(parent) if person.birth.age_on(today) < 16 => Requester::Representative(Representative {
            person: account(parent),
            name: Some(format!("{} {}", parent.given, parent.family).into()),
            ins: person.ins.clone(),
            credential: [0; 32],
        }),
        _ => Requester::Holder(HolderRequester { ins: person.ins.clone(), credential: [0; 32] }),
    };
    let act = Act::ActivateDossier(ActivateDossier { notice: Some("demo".into()) });
    app.store.perform(target(), act, Ask::of(Arc::new(requester))).await?;
    Ok(())
}

/// One request to the very routes that clients call.
async fn call(app: &App, token: &str, method: Method, path: &str, body: Option<String>) -> Result<(), Failure> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/fhir+json")
        .body(body.map_or_else(Body::empty, Body::from))
        .map_err(|error| Failure::of("a demo request", error))?;
    let answer = app.router.clone().call(request).await.unwrap_or_else(|never| match never {});
    match answer.status() {
        StatusCode::OK | StatusCode::CREATED => Ok(()),
        status => {
            let body = axum::body::to_bytes(answer.into_body(), 64 * 1024).await.unwrap_or_default();
            Err(Failure(format!("the demo's {path} answers {status}: {}", String::from_utf8_lossy(&body))))
        }
    }
}
