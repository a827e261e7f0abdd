//! What a DocumentReference and a List may hold, at any depth. What is not kept is refused, with its path: it would be lost.
//!
//! Left alone is what says nothing of its own: `id`, `meta`, the narrative, the `use` and `type` of an identifier, the `display` and
//! `type` of a reference, codings beside the one that is kept. The people among `contained` are kept as XDS keeps people; of them
//! only what would change the meaning is refused.

use serde_json::Value;

use super::Node;
use super::document_reference::WITHHOLD_MOTIVE;
use crate::problem::Problem;

/// What an element holds.
enum Shape {
    /// A text, a number, a truth.
    Plain,
    /// Whatever it holds, it says nothing of its own.
    Any,
    /// These elements.
    Of(&'static [(&'static str, Self)]),
    /// Extensions, of these names.
    Extensions(&'static [&'static str]),
}

use Shape::{Any, Extensions, Of, Plain};

const CODING: Shape = Of(&[("system", Plain), ("code", Plain), ("display", Plain)]);
const CONCEPT: Shape = Of(&[("coding", CODING), ("text", Plain)]);
const IDENTIFIER: Shape = Of(&[("use", Plain), ("type", Any), ("system", Plain), ("value", Plain)]);
const REFERENCE: Shape = Of(&[("reference", Plain), ("identifier", IDENTIFIER), ("display", Plain), ("type", Plain)]);
const RELATED: Shape = Of(&[
    ("identifier", Of(&[("use", Plain), ("type", CONCEPT), ("system", Plain), ("value", Plain)])),
    ("display", Plain),
    ("type", Plain),
]);

/// A DocumentReference (PDSm 3.1, comprehensive).
const DOCUMENT: Shape = Of(&[
    ("resourceType", Plain),
    ("meta", Any),
    ("text", Any),
    ("language", Plain),
    ("contained", Any),
    ("extension", Extensions(&["pdsm-ext-is-archived", "pdsm-ext-is-deleted", WITHHOLD_MOTIVE])),
    ("masterIdentifier", IDENTIFIER),
    ("identifier", IDENTIFIER),
    ("status", Plain),
    ("docStatus", Plain),
    ("type", CONCEPT),
    ("category", CONCEPT),
    ("subject", REFERENCE),
    ("date", Plain),
    ("author", REFERENCE),
    ("authenticator", REFERENCE),
    ("relatesTo", Of(&[("code", Plain), ("target", REFERENCE)])),
    ("description", Plain),
    ("securityLabel", CONCEPT),
    ("content", Of(&[("attachment", ATTACHMENT), ("format", CODING)])),
    ("context", CONTEXT),
]);
const ATTACHMENT: Shape = Of(&[
    ("contentType", Plain),
    ("language", Plain),
    ("url", Plain),
    ("size", Plain),
    ("hash", Plain),
    ("title", Plain),
    ("creation", Plain),
]);
const CONTEXT: Shape = Of(&[
    ("encounter", RELATED),
    ("event", CONCEPT),
    ("period", Of(&[("start", Plain), ("end", Plain)])),
    ("facilityType", CONCEPT),
    ("practiceSetting", CONCEPT),
    ("sourcePatientInfo", REFERENCE),
    ("related", RELATED),
]);

/// A submission set. Whose `ihe-sourcePatientId` is was asked of the whole bundle, and its documents say it again.
const LIST: Shape = Of(&[
    ("resourceType", Plain),
    ("meta", Any),
    ("text", Any),
    ("language", Plain),
    ("contained", Any),
    (
        "extension",
        Extensions(&[
            "ihe-designationType",
            "ihe-sourceId",
            "ihe-sourcePatientId",
            "ihe-authorOrg",
            "pdsm-ext-is-archived",
            "pdsm-ext-is-deleted",
        ]),
    ),
    ("identifier", IDENTIFIER),
    ("status", Plain),
    ("mode", Plain),
    ("title", Plain),
    ("code", CONCEPT),
    ("subject", REFERENCE),
    ("date", Plain),
    (
        "source",
        Of(&[
            ("reference", Plain),
            ("identifier", IDENTIFIER),
            ("display", Plain),
            ("type", Plain),
            ("extension", Extensions(&["ihe-authorOrg"])),
        ]),
    ),
    ("note", Of(&[("text", Plain)])),
    ("entry", Of(&[("item", REFERENCE)])),
]);

/// The elements that change the meaning of what they stand in, whatever that is (FHIR R4, extensibility).
const MODIFIERS: &[&str] = &["modifierExtension", "implicitRules"];

/// Refuses what a DocumentReference holds and is not kept.
///
/// # Errors
/// A [`Problem`] that names the element.
pub(super) fn check_document(node: &Node<'_>) -> Result<(), Problem> {
    check(node, &DOCUMENT)
}

/// Refuses what a submission set holds and is not kept.
///
/// # Errors
/// A [`Problem`] that names the element.
pub(super) fn check_list(node: &Node<'_>) -> Result<(), Problem> {
    check(node, &LIST)
}

/// Refuses, anywhere in a resource, what would change the meaning of the element that it stands in.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn no_modifiers(node: &Node<'_>) -> Result<(), Problem> {
    match node.value {
        Value::Object(object) => {
            if let Some(name) = object.keys().find(|name| MODIFIERS.contains(&name.as_str())) {
                let path = format!("{}.{name}", node.path);
                let text = "this element would change the meaning of what it stands in, and is never taken";
                return Err(Problem::element(path, "modifier", text));
            }
            object.keys().filter_map(|name| node.get(name)).try_for_each(|child| no_modifiers(&child))
        }
        Value::Array(items) => members(node, items).try_for_each(|child| no_modifiers(&child)),
        _ => Ok(()),
    }
}

fn members<'a>(node: &Node<'a>, items: &'a [Value]) -> impl Iterator<Item = Node<'a>> {
    let path = node.path.clone();
    items.iter().enumerate().map(move |(place, value)| Node { value, path: format!("{path}[{place}]") })
}

fn check(node: &Node<'_>, shape: &Shape) -> Result<(), Problem> {
    if let Value::Array(items) = node.value {
        if matches!(shape, Extensions(_)) {
            no_second(node, items)?;
        }
        return members(node, items).try_for_each(|child| check(&child, shape));
    }
    match (shape, node.value) {
        (Any, _) => Ok(()),
        (Of(elements), Value::Object(object)) => {
            for child in object.keys().filter(|name| *name != "id").filter_map(|name| node.get(name)) {
                let name = child.path.rsplit('.').next().unwrap_or_default();
                let inner = elements.iter().find(|(known, _)| *known == name).map(|(_, inner)| inner);
                check(&child, inner.ok_or_else(|| lost(&child))?)?;
            }
            Ok(())
        }
        (Extensions(known), Value::Object(_)) => {
            let url = node.text_of("url")?.unwrap_or_default();
            let name = url.rsplit('/').next().unwrap_or_default();
            if known.contains(&name) { Ok(()) } else { Err(lost(node)) }
        }
        // What should hold elements and does not is for whoever reads it to name.
        (_, Value::Object(_)) => Err(node.wrong("type", "a single value is expected here")),
        _ => Ok(()),
    }
}

/// An extension of each name: of two, one would be lost.
fn no_second(node: &Node<'_>, items: &[Value]) -> Result<(), Problem> {
    let url = |one: &Value| one.get("url").cloned();
    let second = members(node, items)
        .enumerate()
        .find(|(place, one)| items.iter().take(*place).any(|before| url(before) == url(one.value)));
    match second {
        None => Ok(()),
        Some((_, second)) => Err(second.wrong("cardinality", "this extension is given twice: one would be lost")),
    }
}

fn lost(node: &Node<'_>) -> Problem {
    node.wrong("unknown-element", "this element is not taken here: it would be lost")
}
