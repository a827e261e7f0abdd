//! A document is given in the form that its client takes: weighed as RFC 9110 says, never guessed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::shared;
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, iti65_bundle, people, persona};
use serde_json::Value;

#[tokio::test]
async fn what_the_client_prefers_it_gets() {
    let demo = shared();
    let people = people().unwrap();
    let recipe = Recipe {
        kind: Kind::ScannedLetter,
        patient: &people[0],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id: "1.2.250.1.999.75.1",
        replaces: None,
        bulk: 500,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let bundle = iti65_bundle(&bytes, &header, &Options::default());
    let (_, answer) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
    let location = answer["entry"][1]["response"]["location"].as_str().unwrap();
    let address = format!("{}/fhir/Binary/{}", demo.base, location.rsplit('/').next().unwrap());
    let gp = demo.token("gp");
    let rows = [
        ("", "raw"),
        ("*/*", "raw"),
        ("text/xml", "raw"),
        ("application/xml", "raw"),
        ("TEXT/XML", "raw"),
        ("text/*", "raw"),
        ("text/xml, application/fhir+json;q=0.5", "raw"),
        ("*/*, application/fhir+json;q=0.1", "raw"),
        ("application/fhir+json;q=0, */*", "raw"),
        ("application/fhir+json", "resource"),
        ("Application/FHIR+JSON; Q=0.3", "resource"),
        ("application/json", "resource"),
        ("application/fhir+json, text/xml;q=0.9", "resource"),
        ("application/fhir+json, */*;q=0.8", "resource"),
        ("text/xml;q=0, */*;q=0.1", "resource"),
        ("application/fhir+json;fhirVersion=4.0", "resource"),
        ("image/png", "neither"),
        ("application/fhir+xml", "neither"),
        ("text/xml;q=0", "neither"),
        ("application/fhir+json;q=0", "neither"),
    ];
    for (accept, wanted) in rows {
        let mut request = demo.client().get(&address).bearer_auth(&gp);
        if !accept.is_empty() {
            request = request.header("accept", accept);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        let came = match serde_json::from_slice::<Value>(&body).ok().map(|value| value["resourceType"].clone()) {
            Some(kind) if kind == "Binary" => "resource",
            Some(kind) if kind == "OperationOutcome" && status == 406 => "neither",
            _ if body == bytes && status == 200 => "raw",
            _ => "something else",
        };
        assert_eq!(came, wanted, "{accept}: {status}");
    }
    // What is not there is not there, whatever one takes.
    let unknown = format!("{}/fhir/Binary/4f1c6c1e-0000-4000-8000-000000000000", demo.base);
    let response = demo.client().get(unknown).bearer_auth(&gp).header("accept", "image/png").send().await.unwrap();
    assert_eq!(response.status().as_u16(), 404);
}
