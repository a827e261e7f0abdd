//! Codes as Codings, with the system's FHIR address where it has one.

use dmp_core::code::{Code, Coded};
use serde_json::{Value, json};

/// The address of a code system, as FHIR knows it.
#[must_use]
pub fn system(stored: &str) -> String {
    match stored {
        "2.16.840.1.113883.6.1" => "http://loinc.org".to_owned(),
        "2.16.840.1.113883.5.25" => "http://terminology.hl7.org/CodeSystem/v3-Confidentiality".to_owned(),
        "2.16.840.1.113883.6.96" => "http://snomed.info/sct".to_owned(),
        other if other.starts_with(|letter: char| letter.is_ascii_digit()) => format!("urn:oid:{other}"),
        other => other.to_owned(),
    }
}

/// A Coding.
#[must_use]
pub fn coding(code: &Code, display: Option<&str>) -> Value {
    let mut coding = json!({"system": system(&code.system), "code": &*code.code});
    let label = display.or_else(|| dmp_core::code::table::label(&code.system, &code.code));
    if let (Some(label), Some(coding)) = (label, coding.as_object_mut()) {
        coding.insert("display".into(), label.into());
    }
    coding
}

/// A CodeableConcept.
#[must_use]
pub fn concept(coded: &Coded) -> Value {
    json!({"coding": [coding(&coded.code, coded.display.as_deref())]})
}
