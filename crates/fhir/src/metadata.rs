//! What is served here: the CapabilityStatement.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use http::StatusCode;
use serde_json::{Value, json};

use crate::iti67::form;
use crate::problem::Problem;
use crate::request::json_response;
use crate::search::{Scope, json_only, parameter_names};
use crate::service::Fhir;

/// What a search of patients takes: by identifier (TD0.2), one's own (TD0.4), or, in an emergency, by name (TD0.5).
const PATIENT: &[(&str, &str)] = &[
    ("identifier", "token"),
    ("_has:Consent:patient:status", "token"),
    ("_has:Consent:patient:date", "date"),
    ("_lastUpdated", "date"),
    ("family", "string"),
    ("given", "string"),
    ("birthdate", "date"),
    ("gender", "token"),
    ("address-postalcode", "string"),
];

/// `GET metadata`: open to all, for it says nothing of anybody.
///
/// # Errors
/// A [`Problem`] that names a parameter that is not known; `mode=full` is what is answered anyway.
pub async fn capability_statement(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let asked = form(query.as_deref().unwrap_or_default())?;
    asked.iter().try_for_each(|(name, value)| match (name.as_str(), value.as_str()) {
        ("mode", "full") => Ok(()),
        ("mode", _) => Err(Problem::parameter(name, "`mode` takes full: the whole statement")),
        ("_format", value) => json_only(value),
        _ => Err(Problem::parameter(name, format!("`{name}` is not known here"))),
    })?;
    Ok(json_response(StatusCode::OK, statement(&fhir.base).to_string().into_bytes()))
}

fn statement(base: &str) -> Value {
    let documents: Vec<Value> = parameter_names(Scope::Documents).map(parameter).collect();
    let sets: Vec<Value> = parameter_names(Scope::Sets).map(parameter).collect();
    let patient = vec![parameter(("patient.identifier", "token"))];
    json!({
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "publisher": "DMP",
        "kind": "instance",
        "software": {"name": "dmp", "version": env!("CARGO_PKG_VERSION")},
        "implementation": {"description": "Dossier Médical Partagé", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json"],
        "patchFormat": ["application/fhir+json", "application/json-patch+json"],
        "instantiates": [
            "https://interop.esante.gouv.fr/ig/fhir/pdsm/CapabilityStatement/pdsm-gestionnaire-partage-documents",
            "https://profiles.ihe.net/ITI/MHD/CapabilityStatement/IHE.MHD.DocumentRecipient",
            "https://profiles.ihe.net/ITI/MHD/CapabilityStatement/IHE.MHD.DocumentResponder",
        ],
        "rest": [{
            "mode": "server",
            "documentation": "Unknown search parameters, and empty values, are refused. Searches name one patient by patient.identifier.",
            "security": {"service": [{"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "OAuth",
            }]}], "description": "Bearer token of a trusted issuer (Pro Santé Connect claims)."},
            "interaction": [{"code": "transaction", "documentation": "ITI-65: one bundle, one patient, all or nothing"}],
            "resource": [
                resource("DocumentReference", &["read", "patch", "search-type"], documents, Some(
                    "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-document-reference")),
                resource("List", &["read", "search-type"], sets, Some(
                    "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-submissionset-comprehensive")),
                resource("Binary", &["read"], Vec::new(), None),
                patient_resource(),
                resource("AllergyIntolerance", &["create"], Vec::new(), None),
                resource("Condition", &["create"], Vec::new(), None),
                resource("MedicationStatement", &["create"], Vec::new(), None),
                resource("Observation", &["create"], Vec::new(), None),
                resource("RelatedPerson", &["create", "search-type"], patient.clone(), None),
                resource("Subscription", &["create", "search-type"], patient.clone(), None),
                resource("Task", &["read", "patch", "search-type"], vec![parameter(("status", "token"))], None),
                resource("Communication", &["create", "delete", "search-type"], vec![parameter(("subject.identifier", "token"))], None),
                resource("Consent", &["read", "create", "patch", "search-type"], {
                    let mut all = patient.clone();
                    all.push(parameter(("status", "token")));
                    all
                }, None),
                resource("AuditEvent", &["read", "search-type"], {
                    let mut all = patient;
                    all.push(parameter(("date", "date")));
                    all
                }, None),
            ],
        }],
    })
}

/// Patients are changed by what names them, `Patient?identifier=…`, never by their id: the plain forms are not served.
fn patient_resource() -> Value {
    let parameters = PATIENT.iter().copied().map(parameter).collect();
    let mut patient = resource("Patient", &["read", "create", "patch", "search-type"], parameters, None);
    if let Some(patient) = patient.as_object_mut() {
        patient.insert("conditionalUpdate".into(), true.into());
        patient.insert("conditionalDelete".into(), "single".into());
        let text = "PUT, PATCH and DELETE are conditional: Patient?identifier=urn:oid:…|…";
        patient.insert("documentation".into(), text.into());
    }
    patient
}

fn parameter((name, kind): (&str, &str)) -> Value {
    json!({"name": name, "type": kind})
}

fn resource(kind: &str, interactions: &[&str], parameters: Vec<Value>, profile: Option<&str>) -> Value {
    let interactions: Vec<Value> = interactions.iter().map(|code| json!({"code": code})).collect();
    let mut resource = json!({"type": kind, "interaction": interactions});
    if let Some(resource) = resource.as_object_mut() {
        if !parameters.is_empty() {
            resource.insert("searchParam".into(), parameters.into());
        }
        if let Some(profile) = profile {
            resource.insert("supportedProfile".into(), json!([profile]));
        }
    }
    resource
}
