//! The history as AuditEvents: each says of whom it is and what was asked, names a profile only where it follows it, and has no empty text.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, consent};
use dmp_lab::people;
use serde_json::{Value, json};

/// Whether an empty text, list or object stands anywhere in a value: FHIR allows none.
fn is_hollow(value: &Value) -> bool {
    match value {
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty() || items.iter().any(is_hollow),
        Value::Object(members) => members.is_empty() || members.values().any(is_hollow),
        _ => false,
    }
}

fn entity<'a>(event: &'a Value, role: &str) -> Option<&'a Value> {
    event["entity"].as_array()?.iter().find(|one| one["role"]["code"] == role)
}

#[tokio::test]
async fn every_event_is_what_its_profile_says() {
    let demo = Demo::start();
    let ins = people().unwrap()[0].ins.clone();
    let query = ins.to_text().replace('|', "%7C");
    let holder = demo.activated(&ins.to_text()).await;
    let gp = demo.token("gp");
    assert_eq!(demo.post(&gp, "/fhir/Consent", &consent(ins.domain.code(), &ins.value)).await.0, 201);
    let (_, found) = demo.get(&gp, &format!("/fhir/DocumentReference?patient.identifier={query}&_count=1")).await;
    let id = found["entry"][0]["resource"]["id"].as_str().unwrap();
    for path in
        [format!("DocumentReference/{id}"), format!("Binary/{id}"), format!("Consent?patient.identifier={query}")]
    {
        demo.bytes(&gp, &format!("/fhir/{path}")).await;
    }
    let (status, history) =
        demo.get(&holder, &format!("/fhir/AuditEvent?patient.identifier={query}&_count=1000")).await;
    assert_eq!(status, 200);
    let events: Vec<&Value> = history["entry"].as_array().unwrap().iter().map(|entry| &entry["resource"]).collect();
    let mut profiles = std::collections::BTreeSet::new();
    for event in &events {
        assert!(!is_hollow(event), "{event}");
        assert!(!event.to_string().contains("()"), "{event}");
        let patient = entity(event, "1").unwrap_or_else(|| panic!("of whom it is: {event}"));
        assert_eq!(patient["what"]["identifier"]["value"], json!(ins.value), "{event}");
        let Some(profile) = event["meta"]["profile"][0].as_str().and_then(|one| one.rsplit('.').next()) else {
            continue;
        };
        match profile {
            "PatientQuery" => assert!(entity(event, "24").is_some_and(|one| one["query"].is_string()), "{event}"),
            _ => assert!(entity(event, "3").is_some(), "what was read or changed: {event}"),
        }
        profiles.insert(profile.to_owned());
    }
    assert!(["PatientRead", "PatientQuery"].iter().all(|one| profiles.contains(*one)), "{profiles:?}");
    // Each begins with who did it; what he did himself is said to him.
    let texts: Vec<&str> = events.iter().map(|event| event["text"]["div"].as_str().unwrap()).collect();
    assert!(texts.iter().any(|text| text.contains(">Vous avez activé ")), "{texts:?}");
    assert!(texts.iter().all(|text| !text.contains(">a ") && !text.contains("> ")), "{texts:?}");
    // One event by its id is the same as in the list.
    let (_, one) = demo.get(&holder, &format!("/fhir/AuditEvent/{}", events[0]["id"].as_str().unwrap())).await;
    assert_eq!(&one, events[0]);
}
