//! A small resource that a client posts: its media type, its form, its elements, and the patient that it names.

use std::collections::BTreeMap;

use dmp_core::identity::Ins;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::json::Unique;
use crate::problem::Problem;
use crate::read::{Contained, Node, distinct_ids, named_patients, no_modifiers, patient_of};
use crate::request::expect_json;

/// The largest of them, in bytes.
const LARGEST: usize = 64 * 1024;
/// The version of the notice with which the person was informed before he consented.
pub const NOTICE: &str = "urn:dmp:notice";
/// Longest text of an extension, in characters.
const LONGEST: usize = 100;

/// Reads a body as JSON.
///
/// # Errors
/// A [`Problem`] that says where it is none.
pub fn json_of(body: &[u8]) -> Result<Value, Problem> {
    if body.len() > LARGEST {
        let text = "at most 64 KiB are expected here";
        return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", "size", text));
    }
    let read: Result<Unique, _> = serde_json::from_slice(body);
    read.map(|Unique(value)| value).map_err(|fault| not_json(body, &fault.to_string()))
}

/// What is wrong with a body that is no JSON; another encoding than JSON's own is named as such (RFC 8259, 8.1).
pub fn not_json(body: &[u8], fault: &str) -> Problem {
    if std::str::from_utf8(body).is_err()
        || body.starts_with(&[0xef, 0xbb, 0xbf])
        || body.starts_with(&[0xff, 0xfe])
        || body.starts_with(&[0xfe, 0xff])
    {
        return Problem::form("json", "the body is not in UTF-8: send it in UTF-8, without a byte order mark");
    }
    Problem::form("json", format!("not JSON: {fault}"))
}

/// Reads a body as a resource of that type with no other elements than these.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn posted(headers: &HeaderMap, body: &[u8], resource: &str, elements: &[&str]) -> Result<Value, Problem> {
    expect_json(headers)?;
    let value = json_of(body)?;
    let node = Node::root(&value, resource);
    if value.get("resourceType").and_then(Value::as_str) != Some(resource) {
        return Err(node.wrong("resource-type", format!("a {resource} is expected")));
    }
    node.only(elements)?;
    no_modifiers(&node)?;
    distinct_ids(&node)?;
    Ok(value)
}

/// The patient whom an element of the resource names by identifier, or by a contained Patient.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn patient_named(resource: &Value, node: &Node<'_>) -> Result<Ins, Problem> {
    let contained = Contained { resource, full_url: "", entries: &BTreeMap::new() };
    let patient = patient_of(node, contained)?;
    let mut named = Vec::new();
    named_patients(&node.path, node.value, &mut named)?;
    if let Some(found) = node.text_of("reference")?.and_then(|reference| contained.find(reference)) {
        named_patients(&format!("{}.resolve()", node.path), found, &mut named)?;
    }
    match named.into_iter().find(|one| one.ins != patient) {
        None => Ok(patient),
        Some(other) => {
            let text = "this number is another than the one before it: name the patient by one number";
            let mut problem = Problem::element(other.path, "one-patient", text);
            problem.xds = Some("XDSPatientIdDoesNotMatch");
            Err(problem)
        }
    }
}

/// The text of one of our extensions.
///
/// # Errors
/// A [`Problem`] where it is no short text, or is there twice.
pub fn extension_text<'a>(node: &Node<'a>, url: &str) -> Result<Option<&'a str>, Problem> {
    let all = node.value.get("extension").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut named = all.iter().filter(|one| one.get("url").and_then(Value::as_str) == Some(url));
    let Some(found) = named.next() else { return Ok(None) };
    let text = found.get("valueString").and_then(Value::as_str).map(str::trim);
    match text.filter(|text| !text.is_empty() && text.chars().count() <= LONGEST && named.next().is_none()) {
        Some(text) => Ok(Some(text)),
        None => {
            let why = format!("`{url}` is given once, a `valueString` of at most {LONGEST} characters");
            Err(Problem::element(format!("{}.extension", node.path), "extension", why))
        }
    }
}
