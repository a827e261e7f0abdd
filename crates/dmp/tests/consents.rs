//! A Consent gives what it says, or nothing: what would narrow it is never passed over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, consent, rule};
use dmp_lab::people;
use serde_json::{Value, json};

#[tokio::test]
async fn a_restriction_is_kept_or_the_consent_is_refused() {
    let demo = Demo::start();
    let people = people().unwrap();
    let ins = people[0].ins.clone();
    let holder = demo.activated(&ins.to_text()).await;
    let query = ins.to_text().replace('|', "%7C");
    let nurse = demo.token("nurse");
    let class = json!([{"system": "urn:oid:1.2.250.1.213.1.1.4.1", "code": "11"}]);
    let purpose = json!([{"system": "urn:oid:1.2.250.1.213.1.1.4.248", "code": "centre_15"}]);
    let actor =
        json!([{"reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "899700900097"}}}]);
    let role = |code: &str| json!([{"role": {"coding": [{"system": "urn:x", "code": code}]}}]);
    let label = json!([{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]);
    let provisions = [
        json!({"type": "permit", "data": [{"meaning": "instance", "reference": {"reference": "DocumentReference/1"}}]}),
        json!({"type": "permit", "provision": [{"type": "deny"}]}),
        json!({"type": "permit", "dataPeriod": {"start": "2026-01-01"}}),
        json!({"type": "permit", "code": [{"coding": [{"system": "http://loinc.org", "code": "11490-0"}]}]}),
        json!({"type": "permit", "modifierExtension": [{"url": "urn:x", "valueBoolean": true}]}),
        json!({"type": "permit", "securityLabel": label}),
        json!({"type": "permit", "actor": actor, "class": class}),
        json!({"type": "permit", "class": class, "purpose": purpose}),
        json!({"type": "permit", "actor": role("somebody"), "class": class}),
        json!({"type": "deny", "actor": actor, "purpose": purpose}),
        json!({"type": "permit", "purpose": [purpose[0], purpose[0]]}),
        json!({"type": "permit", "class": class, "actor": role("PCP")}),
    ];
    for provision in &provisions {
        for token in [&nurse, &holder] {
            let mut body = consent(ins.domain.code(), &ins.value);
            body["provision"] = provision.clone();
            let (status, outcome) = demo.post(token, "/fhir/Consent", &body).await;
            assert_eq!(status, 422, "{provision}: {outcome}");
            let element = outcome["issue"][0]["expression"][0].as_str().unwrap();
            assert!(element.starts_with("Consent.provision"), "{provision}: {outcome}");
        }
    }
    let (status, _) = demo.get(&nurse, &format!("/fhir/DocumentReference?patient.identifier={query}")).await;
    assert_eq!(status, 403, "nothing was given");
    let mut period = consent(ins.domain.code(), &ins.value);
    period["provision"]["period"] = json!({"start": "2026-11-22"});
    assert_eq!(demo.post(&nurse, "/fhir/Consent", &period).await.0, 201, "the period is the server's to set");
}

#[tokio::test]
async fn two_patients_are_none() {
    let demo = Demo::start();
    let people = people().unwrap();
    let [one, other] = [people[0].ins.clone(), people[1].ins.clone()];
    let named = |patient: Value| {
        let mut body = consent(one.domain.code(), &one.value);
        body["patient"] = patient;
        body
    };
    let identifier = json!({"system": format!("urn:oid:{}", other.domain.code()), "value": other.value});
    let reference = format!("Patient?identifier={}", one.to_text());
    let mut contained = named(json!({"reference": "#p"}));
    let own = json!({"system": format!("urn:oid:{}", one.domain.code()), "value": one.value});
    contained["contained"] = json!([{"resourceType": "Patient", "id": "p", "identifier": [own, identifier]}]);
    for body in [named(json!({"reference": reference, "identifier": identifier})), contained] {
        let (status, outcome) = demo.post(&demo.token("nurse"), "/fhir/Consent", &body).await;
        assert_eq!((status, rule(&outcome)), (422, "one-patient"), "{outcome}");
    }
    let body = named(json!({"reference": reference, "identifier": own}));
    assert_eq!(demo.post(&demo.token("nurse"), "/fhir/Consent", &body).await.0, 201);
}
