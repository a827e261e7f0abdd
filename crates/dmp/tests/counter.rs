//! What a person asks others to record, over real HTTP: the help desk, under its own name, without seeing content; a professional at the
//! counter under the old policy; the insurer's feed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod common_mail;

#[path = "refusals/scene.rs"]
#[allow(dead_code, reason = "the scene has more than is asked of it here")]
mod scene;

use common::rule;
use common_mail::Outbox;
use dmp_lab::Person;
use scene::{Scene, identifier, person, query, resource};
use serde_json::{Value, json};

const CARD: &str = "8000-0007";

/// A person with an address, a mail and a card, as a feed knows him.
fn resident(one: &Person, email: &str) -> Value {
    let mut patient = resource(one);
    patient["telecom"] = json!([{"system": "email", "value": email}]);
    patient["address"] = json!([{"line": ["1 rue des Lilas"], "postalCode": "75011", "city": "Paris"}]);
    patient["extension"] = json!([{"url": "urn:dmp:carte-vitale", "valueString": CARD}]);
    patient
}

/// What the help desk says of a person.
fn said(code: &str, one: &Person) -> Value {
    json!({"resourceType": "Communication", "status": "completed", "subject": {"identifier": identifier(one)},
        "category": [{"coding": [{"system": "urn:dmp:communication", "code": code}]}]})
}

#[tokio::test]
async fn a_copy_goes_by_post_under_its_name() {
    let scene = Scene::of(&[]);
    let one = person(701);
    assert!(scene.demo.import(&[resident(&one, "copie@demo.invalid")]).status.success());
    let holder = scene.demo.activated(&one.ins.to_text()).await;
    let copy = said("copy-posted", &one);
    for other in [scene.demo.token("gp"), holder.clone(), scene.operator()] {
        assert_eq!(rule(&scene.demo.post(&other, "/fhir/Communication", &copy).await.1), "functional-right");
    }
    let (status, answer) = scene.demo.post(&scene.help_desk(), "/fhir/Communication", &copy).await;
    assert_eq!(status, 201, "{answer}");
    let mail = Outbox::of(&scene.demo).until("copie@demo.invalid", "ENVOI_COPIE").await;
    assert!(mail.contains("L’assistance a noté l’envoi d’une copie"), "{mail}");
    let (_, lines) = scene.demo.get(&holder, &format!("/fhir/AuditEvent?patient.identifier={}", query(&one))).await;
    let posted = |entry: &&Value| entry["resource"].to_string().contains("note-copy-posted");
    let line = lines["entry"].as_array().unwrap().iter().find(posted).unwrap_or_else(|| panic!("{lines}"));
    assert!(line["resource"]["agent"].to_string().contains("Agent"), "{line}");
}

/// Decisions 26: under the old policy the feed registers, opens nothing and informs nobody; the patient may open on line.
#[tokio::test]
async fn under_the_old_policy_a_code_is_asked_for() {
    let scene = Scene::of(&["policy=dmp-2012"]);
    let one = person(702);
    let (feed, patient) = (scene.demo.token("insurer"), resident(&one, "code@demo.invalid"));
    let (status, answer) = scene.demo.post(&feed, "/fhir/Patient", &patient).await;
    assert_eq!(status, 201, "{answer}");
    let letters = || std::fs::read_dir(scene.demo.data.join("letters")).map_or(0, Iterator::count);
    scene.demo.run_well(&["demo", "clock", "+PT1S"]);
    assert_eq!((letters(), Outbox::of(&scene.demo).kinds("code@demo.invalid")), (0, vec![]));
    let (status, answer) = scene.demo.post(&scene.help_desk(), "/fhir/Communication", &said("new-code", &one)).await;
    assert_eq!(status, 201, "{answer}");
    scene.demo.run_well(&["demo", "clock", "+PT1S"]);
    assert_eq!((letters(), Outbox::of(&scene.demo).kinds("code@demo.invalid")), (1, vec![]), "by post");
    let file = std::fs::read_dir(scene.demo.data.join("letters")).unwrap().next().unwrap().unwrap().path();
    let letter = std::fs::read_to_string(file).unwrap();
    assert!(letter.contains("1 rue des Lilas") && !letter.contains("six semaines"), "{letter}");
    // Seven weeks later nothing has opened.
    scene.demo.run_well(&["demo", "clock", "+P49D"]);
    let holder = scene.demo.holder(&one.ins.to_text());
    assert_ne!(scene.finds(&holder, &one).await.0, 200);
    let code = letter.split("Code : ").nth(1).unwrap().lines().next().unwrap();
    let opening = json!({"resourceType": "Patient", "identifier": [identifier(&one)], "extension": [
        {"url": "urn:dmp:carte-vitale", "valueString": CARD}, {"url": "urn:dmp:opening-code", "valueString": code}]});
    let (status, answer) = scene.demo.post(&holder, "/fhir/Patient", &opening).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(scene.finds(&holder, &one).await.0, 200);
}

/// TD1.3b: the holder moves and says so, or the insurer's feed does; under the old policy a professional at his request.
#[tokio::test]
async fn a_person_moves() {
    for (policy, by_gp) in [("policy=mes-2024", 403), ("policy=dmp-2012", 200)] {
        let scene = Scene::of(&[policy]);
        let (one, holder) = scene.lived(703).await;
        let (gp, feed) = (scene.demo.token("gp"), scene.demo.token("insurer"));
        scene.declares(&gp, &one).await;
        let moves = async |token: &str, line: &str, postal_code: &str| {
            let address = json!([{"line": [line], "postalCode": postal_code, "city": "Ici"}]);
            scene.patched(token, &one, &json!([{"op": "replace", "path": "/address", "value": address}])).await
        };
        let lives = async || {
            let path = format!("/fhir/Patient?identifier={}", query(&one));
            let (_, found) = scene.demo.get(&gp, &path).await;
            let id = found["entry"][0]["resource"]["id"].as_str().unwrap_or_else(|| panic!("{found}")).to_owned();
            let (status, patient) = scene.demo.get(&gp, &format!("/fhir/Patient/{id}")).await;
            assert_eq!(status, 200, "{patient}");
            patient["address"][0]["line"][0].as_str().map(str::to_owned)
        };
        assert_eq!(lives().await, None);
        assert_eq!(moves(&holder, "1 rue Haute", "75011").await.0, 200);
        assert_eq!(lives().await.as_deref(), Some("1 rue Haute"));
        assert_eq!(moves(&feed, "2 rue Haute", "69001").await.0, 200);
        assert_eq!(lives().await.as_deref(), Some("2 rue Haute"));
        let (status, answer) = moves(&gp, "3 rue Haute", "35000").await;
        assert_eq!(status, by_gp, "{answer}");
        let now = if by_gp == 200 { "3 rue Haute" } else { "2 rue Haute" };
        assert_eq!(lives().await.as_deref(), Some(now));
        assert_eq!(rule(&moves(&scene.help_desk(), "4 rue Haute", "35000").await.1), "functional-right");
        let (status, answer) = moves(&holder, "5 rue Haute", "99999").await;
        assert_eq!((status, answer["issue"][0]["expression"][0].as_str()), (422, Some("Patient.address")), "{answer}");
        assert_eq!(moves(&holder, &"x".repeat(600), "75011").await.0, 422);
        let no_list = json!([{"op": "replace", "path": "/address", "value": {"line": "1 rue", "postalCode": "75011"}}]);
        assert_eq!(scene.patched(&holder, &one, &no_list).await.0, 422);
        assert_eq!(lives().await.as_deref(), Some(now), "nothing is wiped");
        assert_eq!(moves(&scene.demo.token("optician"), "6 rue Haute", "75011").await.0, by_gp);
    }
}
