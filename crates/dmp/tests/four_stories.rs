//! The four stories over real HTTP: provided, read, refused by the matrix, read by the patient in his history.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, consent, given, patient, rule, shared, skip};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, iti65_bundle, people, persona};
use serde_json::{Value, json};

/// A fictional prescription of a hospital, as a bundle, and its bytes.
fn prescription(unique_id: &str) -> (Value, Vec<u8>) {
    let people = people().unwrap();
    let recipe = Recipe {
        kind: Kind::Prescription,
        patient: &people[0],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 20_000,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    (iti65_bundle(&bytes, &header, &Options::default()), bytes)
}

fn id_of(location: &Value) -> String {
    location.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn provided_read_refused_and_told() {
    let demo = shared();
    let ins = people().unwrap()[0].ins.to_text();
    let query = ins.replace('|', "%7C");
    let (bundle, bytes) = prescription("1.2.250.1.999.4.1");

    // Provided.
    let hospital = demo.token("hospital-system");
    let (status, answer) = demo.post(&hospital, "/fhir", &bundle).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["type"], "transaction-response");
    let statuses: Vec<&str> =
        answer["entry"].as_array().unwrap().iter().map(|entry| entry["response"]["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["201 Created"; 3], "one answer for each entry, in their order");
    let id = id_of(&answer["entry"][1]["response"]["location"]);

    // The same bundle again is the first answer again.
    let (status, again) = demo.post(&hospital, "/fhir", &bundle).await;
    assert_eq!((status, id_of(&again["entry"][1]["response"]["location"])), (200, id.clone()));
    assert_eq!(again["entry"][1]["response"]["status"], "200 OK");

    // Read by the doctor whom the patient trusts, byte for byte.
    let gp = demo.token("gp");
    let (status, found) = demo
        .get(&gp, &format!("/fhir/DocumentReference?patient.identifier={query}&identifier=urn:oid:1.2.250.1.999.4.1"))
        .await;
    assert_eq!((status, &found["total"]), (200, &json!(1)), "{found}");
    let reference = &found["entry"][0]["resource"];
    assert_eq!(reference["id"], json!(id));
    assert_eq!(reference["content"][0]["attachment"]["size"], json!(bytes.len()));
    let (status, read) = demo.bytes(&gp, &format!("/fhir/Binary/{id}")).await;
    assert_eq!(status, 200);
    assert!(read == bytes, "the bytes come back as they were deposited");

    // Refused to the optician: to the byte as what does not exist.
    let optician = demo.token("optician");
    let (status, refused) = demo.bytes(&optician, &format!("/fhir/Binary/{id}")).await;
    let (unknown_status, unknown) = demo.bytes(&optician, "/fhir/Binary/4f1c6c1e-0000-4000-8000-000000000000").await;
    assert_eq!((status, unknown_status), (404, 404));
    assert_eq!(String::from_utf8(refused).unwrap(), String::from_utf8(unknown).unwrap());
    let (_, list) =
        demo.get(&optician, &format!("/fhir/DocumentReference?patient.identifier={query}&type=57833-6")).await;
    assert_eq!(list["total"], json!(0), "nor is there a trace of it in a list");

    // The patient reads what happened, refusal and rule included.
    let holder = demo.holder(&ins);
    let (status, history) = demo.get(&holder, &format!("/fhir/AuditEvent?patient.identifier={query}&_count=500")).await;
    assert_eq!(status, 200);
    let events: Vec<String> =
        history["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].to_string()).collect();
    let told = |words: &[&str]| events.iter().any(|event| words.iter().all(|word| event.contains(word)));
    assert!(told(&["a déposé «\u{a0}Ordonnance de médicaments\u{a0}»"]));
    assert!(told(&["a lu «\u{a0}Ordonnance de médicaments\u{a0}»", "\"outcome\":\"0\""]));
    assert!(told(&[
        "a voulu lire «\u{a0}Ordonnance de médicaments\u{a0}» : refusé",
        "refused: matrix",
        "\"outcome\":\"4\""
    ]));
}

#[tokio::test]
async fn a_dossier_level_refusal_is_told_with_its_rule() {
    let demo = shared();
    let query = people().unwrap()[1].ins.to_text().replace('|', "%7C");
    let path = format!("/fhir/DocumentReference?patient.identifier={query}");
    for (persona, wanted) in [
        ("nurse", "no-authorisation"),
        ("occupational-doctor", "sector"),
        ("insurer", "functional-right"),
        ("hospital-system", "no-authorisation"),
    ] {
        let (status, outcome) = demo.get(&demo.token(persona), &path).await;
        assert_eq!((status, rule(&outcome)), (403, wanted), "{persona}: {outcome}");
        assert!(outcome["issue"][0]["details"]["text"].as_str().unwrap().len() > 20, "a sentence for people");
    }
}

#[tokio::test]
async fn declaring_withdrawing_and_listing() {
    let demo = shared();
    let person = &people().unwrap()[2];
    let query = person.ins.to_text().replace('|', "%7C");
    let nurse = demo.token("nurse");
    let body = consent("1.2.250.1.213.1.4.11", &person.ins.value);
    let (status, made) = demo.post(&nurse, "/fhir/Consent", &body).await;
    assert_eq!(status, 201, "{made}");
    assert!(made["provision"]["period"]["end"].as_str().is_some(), "the server sets the period");
    let (status, listed) = demo.get(&nurse, &format!("/fhir/Consent?patient.identifier={query}")).await;
    assert_eq!(status, 200);
    assert!(listed["total"].as_u64().unwrap() >= 1);
    let patch = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "replace"}, {"name": "path", "valueString": "Consent.status"},
        {"name": "value", "valueCode": "inactive"}]}]});
    let (status, ended) = demo.patch(&nurse, &format!("/fhir/Consent/{}", made["id"].as_str().unwrap()), &patch).await;
    assert_eq!((status, &ended["status"]), (200, &json!("inactive")), "{ended}");
    let (status, outcome) = demo.get(&nurse, &format!("/fhir/DocumentReference?patient.identifier={query}")).await;
    assert_eq!((status, rule(&outcome)), (403, "no-authorisation"));
    let (status, outcome) = demo.post(&demo.token("occupational-doctor"), "/fhir/Consent", &body).await;
    assert_eq!((status, rule(&outcome)), (403, "sector"));
    assert_eq!(demo.post(&demo.token("optician"), "/fhir/Consent", &body).await.0, 201);
}

#[tokio::test]
async fn another_patient_anywhere_in_a_bundle_is_refused() {
    let demo = shared();
    let (mut bundle, _) = prescription("1.2.250.1.999.4.2");
    let other = people().unwrap()[1].ins.clone();
    bundle["entry"][0]["resource"]["subject"] =
        json!({"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.11", "value": other.value}});
    let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
    assert_eq!((status, rule(&outcome)), (422, "one-patient"), "{outcome}");
    let (mut batch, _) = prescription("1.2.250.1.999.4.3");
    batch["type"] = json!("batch");
    let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &batch).await;
    assert_eq!((status, rule(&outcome)), (422, "bundle-type"), "{outcome}");
}

#[tokio::test]
async fn the_bad_ones_get_their_precise_answer() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let (bundle, _) = prescription("1.2.250.1.999.4.5");
    assert_eq!(demo.post(&hospital, "/fhir", &bundle).await.0, 200);
    // The same id with other bytes.
    let people = people().unwrap();
    let mut recipe = Recipe {
        kind: Kind::Prescription,
        patient: &people[0],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id: "1.2.250.1.999.4.5",
        replaces: None,
        bulk: 30_000,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let (status, outcome) = demo.post(&hospital, "/fhir", &iti65_bundle(&bytes, &header, &Options::default())).await;
    assert_eq!((status, rule(&outcome)), (422, "unique-id-taken"), "{outcome}");
    // Another birth date, whatever the INS.
    recipe.unique_id = "1.2.250.1.999.4.6";
    let text = String::from_utf8(recipe.write()).unwrap().replace("19790328", "19790329");
    let header = read_cda(text.as_bytes(), Limits::default()).unwrap();
    let bundle = iti65_bundle(text.as_bytes(), &header, &Options::default());
    let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
    assert_eq!((status, rule(&outcome)), (422, "birth-date-mismatch"), "{outcome}");
    assert!(outcome.to_string().contains("XDSPatientIdDoesNotMatch"));
}

#[tokio::test]
async fn every_given_document_goes_in_and_comes_back() {
    let Some(given) = given() else { return skip("testdata/give") };
    let demo = Demo::start();
    let people = [
        patient("1.2.250.1.213.1.4.10", "279035121518989", "PAT-TROIS", "DOMINIQUE", "1979-03-28", "female"),
        patient("1.2.250.1.213.1.4.8", "277076322082910", "NESSI", "Marie", "1977-07-14", "female"),
    ];
    let imported = demo.import(&people);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let (hospital, insurer) = (demo.token("hospital"), demo.token("insurer"));
    let mut files: Vec<_> = std::fs::read_dir(given.join("cda")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let (mut kept, mut refused) = (0, Vec::new());
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(file).unwrap();
        let header = read_cda(bytes.as_slice(), Limits::default()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let bundle = iti65_bundle(&bytes, &header, &Options::default());
        if name.starts_with("CNAM-HR") {
            let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
            assert_eq!((status, rule(&outcome)), (403, "reserved-type"), "{name}");
        }
        let token = if name.starts_with("CNAM-HR") { &insurer } else { &hospital };
        let (status, answer) = demo.post(token, "/fhir", &bundle).await;
        if status != 200 {
            refused.push(format!("{name}: {status} {}", rule(&answer)));
            continue;
        }
        let id = id_of(&answer["entry"][1]["response"]["location"]);
        let holder = demo.activated(&header.patient.ins[0].to_text()).await;
        let (status, read) = demo.bytes(&holder, &format!("/fhir/Binary/{id}")).await;
        assert_eq!(status, 200, "{name}");
        assert!(read == bytes, "{name}: byte for byte");
        kept += 1;
    }
    println!("{kept} of {} documents in and out, refused: {refused:#?}", files.len());
    // Two documents carry a NIR with a wrong key: nobody can be registered under it.
    assert_eq!(refused, ["CSE-CS24_2025.01.xml: 422 ins", "CSE-MDE_2023.01.xml: 422 ins"]);
}
