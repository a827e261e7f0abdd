//! How dossiers are opened, and how a person says no: the policy, the consent, the regime, the objection and its code.

use reqwest::Method;
use serde_json::{Value, json};

use crate::common_mail::Outbox;
use crate::provoked::Provoked;
use crate::scene::{Scene, communication, identifier, known, person, resource};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    by_the_policy(provoked, &scene).await;
    objected(provoked, &scene).await;
    a_wrong_code(provoked, &scene).await;
}

async fn by_the_policy(provoked: &mut Provoked, scene: &Scene) {
    let patient = resource(&person(201));
    provoked.told("opening-closed", scene.demo.post(&scene.demo.token("gp"), "/fhir/Patient", &patient).await);
    let mut elsewhere = patient.clone();
    elsewhere["extension"] = json!([{"url": "urn:dmp:regime", "valueCode": "NOWHERE"}]);
    provoked.told("regime", scene.demo.post(&scene.demo.token("insurer"), "/fhir/Patient", &elsewhere).await);
    let before = Scene::of(&["policy=dmp-2012"]);
    provoked.told("consent-missing", before.demo.post(&before.demo.token("gp"), "/fhir/Patient", &patient).await);
}

fn objection(one: &dmp_lab::Person) -> Value {
    let mut objection = communication("opening-objection");
    objection["subject"] = json!({"identifier": identifier(one)});
    objection
}

async fn objected(provoked: &mut Provoked, scene: &Scene) {
    let (one, desk) = (person(202), scene.help_desk());
    let (status, answer) = scene.demo.post(&desk, "/fhir/Communication", &objection(&one)).await;
    assert_eq!(status, 201, "{answer}");
    let feed = scene.demo.token("insurer");
    provoked.told("objected", scene.demo.post(&feed, "/fhir/Patient", &resource(&one)).await);
    let mut copy = objection(&scene.opened(204));
    copy["category"][0]["coding"][0]["code"] = json!("copy-posted");
    provoked.told("postal-address", scene.demo.post(&desk, "/fhir/Communication", &copy).await);
    // Of one that is open there is nothing to object to: it is closed.
    provoked.told("state", scene.demo.post(&desk, "/fhir/Communication", &objection(&known("alma"))).await);
}

/// To who objects the page says so in its own words; to who opens on line the rule.
async fn a_wrong_code(provoked: &mut Provoked, scene: &Scene) {
    let one = person(203);
    let mut patient = resource(&one);
    patient["telecom"] = json!([{"system": "email", "value": "attente@demo.invalid"}]);
    let (status, answer) = scene.demo.post(&scene.demo.token("insurer"), "/fhir/Patient", &patient).await;
    assert_eq!(status, 201, "{answer}");
    let mail = Outbox::of(&scene.demo).until("attente@demo.invalid", "INFORMATION_OUVERTURE").await;
    let link = mail[mail.find("/opposition/").unwrap()..].split_whitespace().next().unwrap();
    let request = scene.request(Method::POST, "", link).header("content-type", "application/x-www-form-urlencoded");
    let page = request.body("code=AAAA+AAAA+AAAA&motif=").send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Ce code n’est pas le bon"));
    patient["extension"] = json!([{"url": "urn:dmp:carte-vitale", "valueString": "8000"},
        {"url": "urn:dmp:opening-code", "valueString": "AAAA AAAA AAAA"}]);
    let holder = scene.demo.holder(&one.ins.to_text());
    provoked.told("code-wrong", scene.demo.post(&holder, "/fhir/Patient", &patient).await);
}
