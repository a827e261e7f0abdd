//! Authors as contained resources.

use dmp_core::code::{PersonId, Xcn, Xon};
use dmp_core::document::Author;
use serde_json::{Value, json};

/// Adds an author under this name; the reference to him.
pub(super) fn add(contained: &mut Vec<Value>, name: &str, author: &Author) -> String {
    let person = author.person.as_ref().map(|person| person_of(person, &format!("{name}-person")));
    let institution = author.institutions.first().map(|one| institution_of(one, &format!("{name}-organization")));
    let special =
        person.as_ref().is_some_and(|person| person.get("resourceType").is_some_and(|kind| kind != "Practitioner"));
    // A device or a patient is an author by himself; a professional in his role.
    if special {
        contained.extend(person);
        return format!("#{name}-person");
    }
    let mut role = json!({"resourceType": "PractitionerRole", "id": name});
    if let Some(person) = person {
        contained.push(person);
        super::put(&mut role, "practitioner", json!({"reference": format!("#{name}-person")}));
    }
    if let Some(institution) = institution {
        contained.push(institution);
        super::put(&mut role, "organization", json!({"reference": format!("#{name}-organization")}));
    }
    if !author.specialties.is_empty() {
        super::put(&mut role, "specialty", author.specialties.iter().map(super::concept).collect());
    }
    contained.push(role);
    format!("#{name}")
}

fn person_of(one: &Xcn, id: &str) -> Value {
    let kind = match one.id.as_ref().and_then(|id| id.kind.as_deref()) {
        Some(PersonId::NH) => "Patient",
        Some(PersonId::RI) => "Device",
        _ => "Practitioner",
    };
    let mut person = json!({"resourceType": kind, "id": id});
    if let Some(id) = &one.id {
        super::put(&mut person, "identifier", json!([identifier(id)]));
    }
    let family = one.name.family.as_deref();
    if kind == "Device" {
        super::put(
            &mut person,
            "deviceName",
            json!([{"name": family.unwrap_or("logiciel"), "type": "manufacturer-name"}]),
        );
        return person;
    }
    let mut name = json!({});
    for (part, value) in [("family", family)] {
        if let Some(value) = value {
            super::put(&mut name, part, value.into());
        }
    }
    for (part, value) in [("given", &one.name.given), ("prefix", &one.name.prefix), ("suffix", &one.name.suffix)] {
        if let Some(value) = value {
            super::put(&mut name, part, json!([value]));
        }
    }
    if name.as_object().is_some_and(|name| !name.is_empty()) {
        super::put(&mut person, "name", json!([name]));
    }
    person
}

fn institution_of(one: &Xon, id: &str) -> Value {
    let mut organization = json!({"resourceType": "Organization", "id": id});
    if let Some(id) = &one.id {
        super::put(&mut organization, "identifier", json!([identifier(id)]));
    }
    if let Some(name) = &one.name {
        super::put(&mut organization, "name", (**name).into());
    }
    organization
}

fn identifier(id: &PersonId) -> Value {
    match &id.root {
        Some(root) => json!({"system": format!("urn:oid:{root}"), "value": id.extension}),
        None => json!({"value": id.extension}),
    }
}
