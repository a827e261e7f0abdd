//! Who may not enter: by what he is, by how he enters, by what the holder or the operator decided about him.

use dmp_lab::Person;
use reqwest::Method;
use serde_json::{Value, json};

use crate::common::Demo;
use crate::provoked::Provoked;
use crate::scene::{ACTIONS, PURPOSES, Scene, actor, known, person, prescription, query};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    let (one, holder) = scene.lived(1).await;
    what_he_is(provoked, &scene, &one).await;
    how_he_enters(provoked, &scene, &one, &holder).await;
    what_the_holder_chose(provoked, &scene, &one, &holder).await;
    what_the_operator_did(provoked, &scene, &one).await;
    too_many(provoked).await;
}

async fn what_he_is(provoked: &mut Provoked, scene: &Scene, one: &Person) {
    let claims = |more: Value| {
        let mut claims = json!({"id": "899700900501", "family": "SANS", "given": "Titre", "means": "direct",
            "structure": "499700900501001", "sector": "SA07"});
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        scene.demo.claims(&claims)
    };
    for (code, more) in [
        ("unknown-requester", json!({})),
        ("specialty-missing", json!({"profession": "10"})),
        ("sector", json!({"profession": "10", "specialty": "SM26", "sector": "SA23"})),
    ] {
        provoked.told(code, scene.finds(&claims(more), one).await);
    }
    let nurse = scene.demo.token("nurse");
    provoked.told("no-authorisation", scene.finds(&nurse, one).await);
    provoked.told("unknown-dossier", scene.finds(&nurse, &person(999)).await);
    let by_traits = scene.demo.get(&nurse, "/fhir/Patient?family=FICTIF&birthdate=1979-03-28").await;
    provoked.told("functional-right", by_traits);
}

/// A search in an emergency mode.
async fn emergency(scene: &Scene, one: &Person, mode: &str, motive: Option<&str>) -> (u16, Value) {
    let path = format!("/fhir/DocumentReference?patient.identifier={}", query(one));
    let request = scene.request(Method::GET, &scene.demo.token("nurse"), &path);
    let request = request.header("Purpose-Of-Use", format!("{PURPOSES}|{mode}"));
    let request = motive.into_iter().fold(request, |request, motive| request.header("Purpose-Of-Use-Reason", motive));
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn how_he_enters(provoked: &mut Provoked, scene: &Scene, one: &Person, holder: &str) {
    provoked.told("mode", emergency(scene, one, "centre_15", Some("Appel")).await);
    provoked.told("motive-missing", emergency(scene, one, "bris_de_glace", None).await);
    let refused = json!({"type": "deny", "purpose": [{"system": PURPOSES, "code": "bris_de_glace"}]});
    scene.decided(holder, one, refused).await;
    provoked.told("mode-opposed", emergency(scene, one, "bris_de_glace", Some("Malaise")).await);
}

async fn what_the_holder_chose(provoked: &mut Provoked, scene: &Scene, one: &Person, holder: &str) {
    let (gp, hospital) = (scene.demo.token("gp"), scene.demo.token("hospital"));
    scene.declares(&gp, one).await;
    let opposes = |action: &str| json!({"type": "deny", "action": [{"coding": [{"system": ACTIONS, "code": action}]}]});
    scene.decided(holder, one, opposes("access")).await;
    provoked.told("opposition", scene.finds(&gp, one).await);
    scene.decided(holder, one, opposes("collect")).await;
    let deposit = prescription(one, "1.2.250.1.999.60.1", &[]);
    provoked.told("opposition-feeding", scene.demo.post(&hospital, "/fhir", &deposit).await);
    scene.decided(holder, one, json!({"type": "deny", "actor": actor("gp")})).await;
    provoked.told("blocked", scene.finds(&gp, one).await);
}

async fn what_the_operator_did(provoked: &mut Provoked, scene: &Scene, one: &Person) {
    let suspension = json!({"resourceType": "Consent", "status": "active",
        "provision": {"type": "deny", "actor": actor("dentist")}});
    let (status, answer) = scene.demo.post(&scene.operator(), "/fhir/Consent", &suspension).await;
    assert_eq!(status, 201, "{answer}");
    provoked.told("suspended", scene.finds(&scene.demo.token("dentist"), one).await);
}

/// One dossier an hour: the second is one too many.
async fn too_many(provoked: &mut Provoked) {
    let scene = Scene { demo: Demo::set(&["policy.budget_professional=[1, 1]"]) };
    let gp = scene.demo.token("gp");
    assert_eq!(scene.finds(&gp, &known("alma")).await.0, 200);
    provoked.told("budget", scene.finds(&gp, &known("bruno")).await);
}
