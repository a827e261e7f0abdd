//! Changes of a document that is there: another's, an older version, a mask of the holder's, what only goes one way.

use dmp_lab::Person;
use serde_json::{Value, json};

use crate::provoked::Provoked;
use crate::scene::{Scene, actor, prescription};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    let (one, holder) = scene.lived(601).await;
    let [hospital, gp] = ["hospital", "gp"].map(|code| scene.demo.token(code));
    for token in [&hospital, &gp] {
        scene.declares(token, &one).await;
    }
    let id = scene.provides(&hospital, &prescription(&one, "1.2.250.1.999.66.1", &[])).await;
    let path = format!("/fhir/DocumentReference/{id}");
    provoked.told("not-author", scene.demo.patch(&gp, &path, &deleted()).await);
    provoked.told("one-way", scene.demo.patch(&hospital, &path, &labelled("INVISIBLE_PATIENT")).await);
    // The holder gives and takes no code but his own mask.
    provoked.told("functional-right", scene.demo.patch(&holder, &path, &labelled("INVISIBLE_PATIENT")).await);
    let older = [("if-match", "W/\"7\"".to_owned())];
    provoked.told("version-changed", scene.demo.patch_with(&hospital, &path, &archived(true), &older).await);
    the_holders_mask(provoked, &scene, (&one, &holder), &path).await;
}

/// His médecin traitant lifts it when he says that the holder asked.
async fn the_holders_mask(provoked: &mut Provoked, scene: &Scene, (one, holder): (&Person, &str), path: &str) {
    let role =
        json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PCP"}]});
    let mut named = json!({"type": "permit", "actor": actor("gp")});
    named["actor"][0]["role"] = role;
    scene.decided(holder, one, named).await;
    assert_eq!(scene.demo.patch(holder, path, &labelled("MASQUE_PS")).await.0, 200);
    let shown = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "delete"},
        {"name": "path", "valueString": "DocumentReference.securityLabel.where(coding.code='MASQUE_PS')"},
    ]}]});
    provoked.told("holder-must-ask", scene.demo.patch(&scene.demo.token("gp"), path, &shown).await);
}

/// A patch that adds a visibility code.
fn labelled(code: &str) -> Value {
    let label = json!({"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": code}]});
    json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "add"}, {"name": "path", "valueString": "DocumentReference"},
        {"name": "name", "valueString": "securityLabel"}, {"name": "value", "valueCodeableConcept": label},
    ]}]})
}

/// An operation that adds an extension of PDSm.
fn flagged(name: &str, value: bool) -> Value {
    let url = format!("https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/{name}");
    json!({"name": "operation", "part": [
        {"name": "type", "valueCode": "add"}, {"name": "path", "valueString": "DocumentReference"},
        {"name": "name", "valueString": "extension"},
        {"name": "value", "valueExtension": {"url": url, "valueBoolean": value}},
    ]})
}

/// A patch that archives, or takes out.
pub fn archived(archived: bool) -> Value {
    json!({"resourceType": "Parameters", "parameter": [flagged("pdsm-ext-is-archived", archived)]})
}

/// A patch that deletes.
pub fn deleted() -> Value {
    let status = json!({"name": "operation", "part": [{"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "DocumentReference.status"}, {"name": "value", "valueCode": "superseded"}]});
    json!({"resourceType": "Parameters", "parameter": [flagged("pdsm-ext-is-deleted", true), status]})
}
