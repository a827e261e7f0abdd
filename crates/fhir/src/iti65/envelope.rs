//! What stands around the resources of a bundle: names and addresses, what is said of the bundle itself, members that nobody knows.

use serde_json::value::RawValue;

use super::raw::{LONGEST_NAME, Peek, RawEntry, RawRequest};
use crate::json::Unique;
use crate::problem::Problem;
use crate::read::{NamedPatient, named_patients, no_labels_in};

/// The addresses and names of an entry are as short as such are.
pub fn check_names(path: &str, entry: &RawEntry<'_>, request: &RawRequest<'_>, peek: &Peek) -> Result<(), Problem> {
    let names = [
        ("fullUrl", &entry.full_url),
        ("request.method", &request.method),
        ("request.url", &request.url),
        ("resource.resourceType", &peek.resource_type),
    ];
    match names.into_iter().find(|(_, text)| text.is_too_long()) {
        None => Ok(()),
        Some((name, _)) => Err(too_long(path, name)),
    }
}

pub fn too_long(path: &str, name: &str) -> Problem {
    Problem::element(format!("{path}.{name}"), "length", format!("this is longer than {LONGEST_NAME} bytes"))
}

/// What would change the meaning of what it stands in is never taken.
pub fn unmodified(path: &str, modified: bool) -> Result<(), Problem> {
    let text = "this element would change the meaning of what it stands in, and is never taken";
    if modified { Err(Problem::element(format!("{path}.modifierExtension"), "modifier", text)) } else { Ok(()) }
}

/// A member that nothing is made of is refused, as one of a resource is.
pub fn nothing_lost(path: &str, unknown: Option<&str>) -> Result<(), Problem> {
    let lost = "this element is not taken here: it would be lost";
    unknown.map_or(Ok(()), |name| Err(Problem::element(format!("{path}.{name}"), "unknown-element", lost)))
}

/// What is said of a bundle, or of a Binary: profiles and tags, which change nothing; no labels, and no other patient.
pub fn check_meta(path: &str, meta: Option<&RawValue>, patients: &mut Vec<NamedPatient>) -> Result<(), Problem> {
    let Some(meta) = meta else { return Ok(()) };
    if meta.get().len() > LONGEST_NAME {
        return Err(too_long(path, "meta"));
    }
    let path = format!("{path}.meta");
    let Unique(value) =
        serde_json::from_str(meta.get()).map_err(|fault| Problem::element(path.clone(), "json", fault.to_string()))?;
    no_labels_in(&path, &value)?;
    named_patients(&path, &value, patients)
}
