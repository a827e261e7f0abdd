//! Dossiers that are one person's: more names, merges, and what two that were two leave behind.

use dmp_lab::Person;
use reqwest::Method;
use serde_json::{Value, json};

use crate::documents::archived;
use crate::provoked::Provoked;
use crate::scene::{Scene, identifier, prescription, query};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    let people: Vec<Person> = (401..404).map(|place| scene.opened(place)).collect();
    let [one, two, three] = people.as_slice() else { panic!("three people") };
    let hospital = scene.demo.token("hospital");
    // The same identifier in both: nobody knew that they are one.
    for person in [one, two] {
        scene.provides(&hospital, &prescription(person, "1.2.250.1.999.64.1", &[])).await;
    }
    provoked.told("same-dossier", put(&scene, one, &link(one)).await);
    let apart = json!([{"op": "remove", "path": "/link"}]);
    provoked.told("not-merged", scene.patched(&scene.operator(), one, &apart).await);
    let if_merged =
        json!([{"op": "test", "path": "/link", "value": [{"type": "replaced-by"}]}, {"op": "remove", "path": "/link"}]);
    let (status, answer) = scene.patched(&scene.operator(), one, &if_merged).await;
    assert_eq!((status, answer["issue"][0]["expression"][0].as_str()), (422, Some("Patient.link")), "{answer}");
    let names = json!({"resourceType": "Patient", "identifier": [identifier(one), identifier(three)]});
    provoked.told("name-taken", put(&scene, one, &names).await);
    assert_eq!(put(&scene, one, &link(two)).await.0, 200);
    provoked.told("merged", put(&scene, one, &link(three)).await);
    provoked.told("not-mergeable", put(&scene, two, &link(three)).await);
    let holder = scene.demo.activated(&two.ins.to_text()).await;
    let path =
        format!("/fhir/DocumentReference?identifier=urn:oid:1.2.250.1.999.64.1&patient.identifier={}", query(two));
    provoked.told("several-match", scene.demo.patch(&holder, &path, &archived(true)).await);
}

fn link(survivor: &Person) -> Value {
    json!({"resourceType": "Patient", "active": false,
        "link": [{"type": "replaced-by", "other": {"identifier": identifier(survivor)}}]})
}

/// ITI-104, by an operator.
async fn put(scene: &Scene, one: &Person, patient: &Value) -> (u16, Value) {
    let request = scene.request(Method::PUT, &scene.operator(), &format!("/fhir/Patient?identifier={}", query(one)));
    let request = request.header("content-type", "application/fhir+json").body(patient.to_string());
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}
