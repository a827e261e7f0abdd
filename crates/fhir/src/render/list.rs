//! A submission set as a List (PDSm 3.1, submission set comprehensive).

use dmp_core::act::SetView;
use dmp_store::Kind;
use serde_json::{Map, Value, json};

use super::coded::concept;
use super::people::{author, source_patient};
use super::{Ground, ins_identifier};

const MHD: &str = "https://profiles.ihe.net/ITI/MHD/StructureDefinition";

/// The List of a view.
#[must_use]
pub fn submission_set(ground: Ground<'_>, view: &SetView) -> Value {
    let set = &view.set;
    let mut contained = Vec::new();
    let mut extensions = Vec::new();
    let mut resource = Map::new();
    resource.insert("resourceType".into(), "List".into());
    resource.insert("id".into(), ground.id(Kind::Set, view.item).into());
    resource.insert("meta".into(), json!({"versionId": "1", "lastUpdated": view.deposited_at.rfc3339()}));
    if let Some(code) = &set.content_type_code {
        extensions.push(json!({"url": format!("{MHD}/ihe-designationType"), "valueCodeableConcept": concept(code)}));
    }
    if let Some(source) = &set.source_id {
        let value = json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:oid:{source}")});
        extensions.push(json!({"url": format!("{MHD}/ihe-sourceId"), "valueIdentifier": value}));
    }
    if let Some(patient) = view.source_patient.as_ref().and_then(|known| known.source_patient()) {
        contained.push(source_patient(patient, "source-patient"));
        let reference = json!({"reference": "#source-patient"});
        extensions.push(json!({"url": format!("{MHD}/ihe-sourcePatientId"), "valueReference": reference}));
    }
    let source = view.authors.iter().find_map(|known| known.author());
    if let Some(one) = source {
        contained.extend(author(one, "author"));
    }
    if !contained.is_empty() {
        resource.insert("contained".into(), contained.into());
    }
    if !extensions.is_empty() {
        resource.insert("extension".into(), extensions.into());
    }
    resource.insert("identifier".into(), identifiers(ground, view));
    resource.insert("status".into(), "current".into());
    resource.insert("mode".into(), "working".into());
    if let Some(title) = &set.title {
        resource.insert("title".into(), (&**title).into());
    }
    let code = json!({"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "submissionset"});
    resource.insert("code".into(), json!({"coding": [code]}));
    resource.insert("subject".into(), json!({"identifier": ins_identifier(&view.patient)}));
    let date = set.submission_time.map_or_else(|| view.deposited_at.rfc3339(), |time| time.fhir());
    resource.insert("date".into(), date.into());
    if source.is_some() {
        resource.insert("source".into(), json!({"reference": "#author"}));
    }
    if let Some(comments) = &set.comments {
        resource.insert("note".into(), json!([{"text": comments}]));
    }
    let entries: Vec<Value> = view
        .members
        .iter()
        .map(|item| format!("{}/DocumentReference/{}", ground.base, ground.id(Kind::Document, *item)))
        .map(|reference| json!({"item": {"reference": reference}}))
        .collect();
    resource.insert("entry".into(), entries.into());
    Value::Object(resource)
}

fn identifiers(ground: Ground<'_>, view: &SetView) -> Value {
    let mut identifiers = vec![json!({
        "use": "official", "system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{}", ground.id(Kind::Set, view.item)),
    })];
    if let Some(uuid) = &view.set.entry_uuid {
        identifiers.push(json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{uuid}")}));
    }
    if let Some(unique_id) = &view.set.unique_id {
        identifiers
            .push(json!({"use": "usual", "system": "urn:ietf:rfc:3986", "value": format!("urn:oid:{unique_id}")}));
    }
    identifiers.into()
}
