//! The administrative data of a holder (DMP TD1.3a): `GET Patient/[id]`.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, Administrative, Answer, ReadAdministrative};
use dmp_core::dossier::RepresentativeRecord;
use dmp_store::Kind;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use crate::iti67::no_parameters;
use crate::named::Named;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::render::{Ground, identity};
use crate::request::resource_response;
use crate::service::Fhir;

/// The code system of the tie to a representative (value set J11).
const TIES: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";

/// `GET Patient/[id]`
pub async fn read(
    State(fhir): State<Arc<Fhir>>,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_parameters(query.as_deref())?;
    let Named { target, .. } = fhir.named(Kind::Patient, &id);
    let act = Act::ReadAdministrative(ReadAdministrative);
    let performed = fhir.perform_on_named(target, act, ask).await?;
    let Answer::Administrative(data) = &performed.answer else { return Err(Problem::not_found()) };
    Ok(resource_response(StatusCode::OK, &resource(fhir.ground(&performed.places), data)))
}

fn resource(ground: Ground<'_>, data: &Administrative) -> Value {
    let mut resource = identity(ground, &data.holder, &data.names);
    let holder = &data.holder;
    let extension = |name: &str, value: bool| json!({"url": format!("urn:dmp:{name}"), "valueBoolean": value});
    let mut extensions = vec![
        extension("opposition-bris-de-glace", data.bris_de_glace_opposed),
        extension("opposition-acces-urgence", data.centre_15_opposed),
    ];
    if let Some(place) = &holder.birth_place {
        let address = json!({"extension": [{"url": "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code", "valueCoding": {"code": place}}]});
        extensions.push(
            json!({"url": "http://hl7.org/fhir/StructureDefinition/patient-birthPlace", "valueAddress": address}),
        );
    }
    resource.insert("extension".into(), extensions.into());
    resource.insert("deceasedBoolean".into(), data.deceased.into());
    if let Some(address) = &holder.address {
        let mut one = Map::new();
        if let Some(lines) = &address.lines {
            one.insert("line".into(), lines.lines().collect::<Vec<_>>().into());
        }
        for (name, value) in
            [("city", &address.city), ("postalCode", &address.postal_code), ("country", &address.country)]
        {
            if let Some(value) = value {
                one.insert(name.into(), (**value).into());
            }
        }
        resource.insert("address".into(), json!([one]));
    }
    let telecom = telecom(holder.phone.as_deref(), holder.email.as_deref());
    if !telecom.is_empty() {
        resource.insert("telecom".into(), telecom.into());
    }
    let contacts: Vec<Value> = holder.representatives.iter().map(contact).collect();
    if !contacts.is_empty() {
        resource.insert("contact".into(), contacts.into());
    }
    Value::Object(resource)
}

fn telecom(phone: Option<&str>, email: Option<&str>) -> Vec<Value> {
    let point = |system: &str, value: Option<&str>| value.map(|value| json!({"system": system, "value": value}));
    [point("phone", phone), point("email", email)].into_iter().flatten().collect()
}

fn contact(one: &RepresentativeRecord) -> Value {
    let mut contact = json!({"name": {"family": one.family, "given": [one.given]}});
    let telecom = telecom(one.phone.as_deref(), one.email.as_deref());
    if let Some(contact) = contact.as_object_mut() {
        if let Some(tie) = &one.relationship {
            contact.insert("relationship".into(), json!([{"coding": [{"system": TIES, "code": tie}]}]));
        }
        if !telecom.is_empty() {
            contact.insert("telecom".into(), telecom.into());
        }
    }
    contact
}
