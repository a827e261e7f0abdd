//! Authors and patients as contained resources.

use dmp_core::code::{PersonId, Xcn, Xon};
use dmp_core::document::{Author, SourcePatient};
use serde_json::{Map, Value, json};

use super::coded::concept;

/// The contained resources of an author; the first is the one to refer to.
#[must_use]
pub fn author(author: &Author, id: &str) -> Vec<Value> {
    let simple = author.institutions.is_empty() && author.specialties.is_empty() && author.roles.is_empty();
    if let (true, Some(person)) = (simple, &author.person) {
        return vec![person_resource(person, id)];
    }
    if author.person.is_none() && author.specialties.is_empty() && author.institutions.len() == 1 {
        return author.institutions.iter().map(|one| institution(one, id)).collect();
    }
    let mut role = Map::new();
    role.insert("resourceType".into(), "PractitionerRole".into());
    role.insert("id".into(), id.into());
    let mut contained = Vec::new();
    if let Some(person) = &author.person {
        let person_id = format!("{id}-person");
        role.insert("practitioner".into(), json!({"reference": format!("#{person_id}")}));
        contained.push(person_resource(person, &person_id));
    }
    if let Some(one) = author.institutions.first() {
        let place_id = format!("{id}-organization");
        role.insert("organization".into(), json!({"reference": format!("#{place_id}")}));
        contained.push(institution(one, &place_id));
    }
    let specialties: Vec<Value> = author.specialties.iter().map(concept).collect();
    if !specialties.is_empty() {
        role.insert("specialty".into(), specialties.into());
    }
    let roles: Vec<Value> = author.roles.iter().map(|role| json!({"text": role})).collect();
    if !roles.is_empty() {
        role.insert("code".into(), roles.into());
    }
    contained.insert(0, Value::Object(role));
    contained
}

fn person_resource(person: &Xcn, id: &str) -> Value {
    let kind = person.id.as_ref().and_then(|id| id.kind.as_deref());
    let resource_type = match kind {
        Some(PersonId::NH) => "Patient",
        Some(PersonId::RI) => "Device",
        _ => "Practitioner",
    };
    let mut resource = Map::new();
    resource.insert("resourceType".into(), resource_type.into());
    resource.insert("id".into(), id.into());
    if let Some(identifier) = person.id.as_ref().map(identifier) {
        resource.insert("identifier".into(), json!([identifier]));
    }
    let name = &person.name;
    if resource_type == "Device" {
        if let Some(family) = &name.family {
            resource.insert("deviceName".into(), json!([{"name": family, "type": "user-friendly-name"}]));
        }
    } else if name.family.is_some() || name.given.is_some() {
        resource.insert(
            "name".into(),
            json!([human_name(name.family.as_deref(), name.given.as_deref(), name.prefix.as_deref())]),
        );
    }
    Value::Object(resource)
}

/// A HumanName.
#[must_use]
pub fn human_name(family: Option<&str>, given: Option<&str>, prefix: Option<&str>) -> Value {
    let mut name = Map::new();
    if let Some(family) = family {
        name.insert("family".into(), family.into());
    }
    if let Some(given) = given {
        name.insert("given".into(), given.split_whitespace().collect::<Vec<_>>().into());
    }
    if let Some(prefix) = prefix {
        name.insert("prefix".into(), json!([prefix]));
    }
    Value::Object(name)
}

fn institution(one: &Xon, id: &str) -> Value {
    let mut resource = Map::new();
    resource.insert("resourceType".into(), "Organization".into());
    resource.insert("id".into(), id.into());
    if let Some(identifier) = one.id.as_ref().map(identifier) {
        resource.insert("identifier".into(), json!([identifier]));
    }
    if let Some(name) = &one.name {
        resource.insert("name".into(), (&**name).into());
    }
    Value::Object(resource)
}

/// An Identifier.
#[must_use]
pub fn identifier(id: &PersonId) -> Value {
    let mut identifier = Map::new();
    if let Some(root) = &id.root {
        identifier.insert("system".into(), super::coded::system(root).into());
    }
    identifier.insert("value".into(), (&*id.extension).into());
    Value::Object(identifier)
}

/// The patient as the sender knew him, as a contained resource.
#[must_use]
pub fn source_patient(patient: &SourcePatient, id: &str) -> Value {
    let mut resource = Map::new();
    resource.insert("resourceType".into(), "Patient".into());
    resource.insert("id".into(), id.into());
    if let Some(cx) = &patient.id {
        resource.insert("identifier".into(), json!([identifier(&cx.id)]));
    }
    if patient.family.is_some() || patient.given.is_some() {
        resource.insert("name".into(), json!([human_name(patient.family.as_deref(), patient.given.as_deref(), None)]));
    }
    if let Some(gender) = patient.sex.as_deref().map(gender) {
        resource.insert("gender".into(), gender.into());
    }
    if let Some(birth) = patient.birth {
        resource.insert("birthDate".into(), birth.to_string().into());
    }
    Value::Object(resource)
}

/// HL7's sex as FHIR's administrative gender.
#[must_use]
pub fn gender(sex: &str) -> &'static str {
    match sex {
        "M" => "male",
        "F" => "female",
        _ => "unknown",
    }
}
