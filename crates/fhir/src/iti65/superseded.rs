//! A PATCH in a bundle: it sets a document that the bundle replaces to superseded (PDSM4DMP, TD2.1), which the replacement does by itself.

use dmp_core::act::ReplaceTarget;
use serde_json::Value;

use super::raw::RawRequest;
use crate::json::Unique;
use crate::patch::{Operation, one};
use crate::problem::Problem;
use crate::read::{DocumentReference, NamedPatient, patients_of_address, target_of_address};

/// The conditions that an entry's request may not have: an act has none of them, and what is not looked at must not be asked.
pub fn check_conditions(path: &str, request: &RawRequest<'_>) -> Result<(), Problem> {
    if request.if_none_exist.is_some() {
        let text = "conditional creation is not taken: it would betray what is hidden";
        return Err(Problem::element(format!("{path}.request.ifNoneExist"), "if-none-exist", text));
    }
    let others = [
        ("ifMatch", request.if_match),
        ("ifNoneMatch", request.if_none_match),
        ("ifModifiedSince", request.if_modified_since),
    ];
    match others.into_iter().find(|(_, asked)| asked.is_some()) {
        None => Ok(()),
        Some((name, _)) => {
            let text =
                format!("`{name}` is not taken in a bundle: leave it out, or PATCH the document alone with If-Match");
            Err(Problem::element(format!("{path}.request.{name}"), "condition", text))
        }
    }
}

/// The document that a PATCH supersedes.
pub fn superseded(
    path: &str,
    url: &str,
    resource: &str,
    patients: &mut Vec<NamedPatient>,
) -> Result<Box<str>, Problem> {
    let Unique(value) = serde_json::from_str(resource)
        .map_err(|fault| Problem::element(format!("{path}.resource"), "json", fault.to_string()))?;
    if !is_superseding(&value) {
        let text = "the only patch taken here is one operation: `replace` DocumentReference.status by superseded, of the replaced document";
        return Err(Problem::element(format!("{path}.resource"), "patch", text));
    }
    let url_path = format!("{path}.request.url");
    let target = target_of_address(&url_path, url)?;
    patients_of_address(&url_path, url, patients)?;
    Ok(target)
}

fn is_superseding(parameters: &Value) -> bool {
    let all = parameters.get("parameter").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let operations = all.iter().all(|one| one.get("name").and_then(Value::as_str) == Some("operation"));
    let parts = all.iter().filter_map(|one| one.get("part")?.as_array()).map(Vec::len).sum::<usize>();
    operations
        && parts == 3
        && one("DocumentReference", parameters).is_ok_and(|change| {
            change.operation == Operation::Replace
                && change.element == "DocumentReference.status"
                && change.value.as_str() == Some("superseded")
        })
}

/// A patch to superseded stands for the replacement of its target by the bundle's one new document.
pub fn apply_patch(documents: &mut [DocumentReference], target: ReplaceTarget) -> Result<(), Problem> {
    if documents.iter().any(|document| document.document.replaces.as_ref() == Some(&target)) {
        return Ok(());
    }
    match documents {
        [document] if document.document.replaces.is_none() => {
            document.document.replaces = Some(target);
            Ok(())
        }
        _ => Err(Problem::element(
            "Bundle",
            "bundle",
            "a patch to superseded needs the document that replaces it: say so by relatesTo, in the same words",
        )),
    }
}
