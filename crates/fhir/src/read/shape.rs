//! What a DocumentReference and a List may hold, at any depth. What is not kept is refused, with its path: it would be lost.
//!
//! Left alone is what says nothing of its own: `id`, `meta`, the narrative, the `use` and `type` of an identifier, the `display` and
//! `type` of a reference, codings beside the one that is kept. The people among `contained` are kept as XDS keeps people; of them
//! only what would change the meaning is refused.

use std::collections::BTreeSet;

use dmp_core::document::{Confidentiality, Visibility};
use serde_json::Value;

use super::document_reference::WITHHOLD_MOTIVE;
use super::{Node, code_of};
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

/// What is wrong, and where: the path is put together on the way out, for most resources have nothing wrong.
struct Found {
    path: String,
    rule: &'static str,
    why: &'static str,
}

impl Found {
    const fn new(rule: &'static str, why: &'static str) -> Self {
        Self { path: String::new(), rule, why }
    }

    fn under(mut self, step: &str) -> Self {
        self.path.insert_str(0, step);
        self
    }

    fn told(self, node: &Node<'_>) -> Problem {
        Problem::element(format!("{}{}", node.path, self.path), self.rule, self.why)
    }
}

const LOST: Found = Found::new("unknown-element", "this element is not taken here: it would be lost");
const LABELS: Found =
    Found::new("unknown-element", "a label here would be lost: a document says its own in `securityLabel`");
const MODIFIER: Found =
    Found::new("modifier", "this element would change the meaning of what it stands in, and is never taken");

/// Refuses what a DocumentReference holds and is not kept.
///
/// # Errors
/// A [`Problem`] that names the element.
pub(super) fn check_document(node: &Node<'_>) -> Result<(), Problem> {
    check(node.value, &DOCUMENT).map_err(|found| found.told(node))
}

/// Refuses what a submission set holds and is not kept.
///
/// # Errors
/// A [`Problem`] that names the element.
pub(super) fn check_list(node: &Node<'_>) -> Result<(), Problem> {
    check(node.value, &LIST).map_err(|found| found.told(node))
}

/// Refuses, anywhere in a resource, what would change the meaning of the element that it stands in; and labels that nobody would read.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn no_modifiers(node: &Node<'_>) -> Result<(), Problem> {
    if let Some(meta) = node.value.get("meta") {
        no_labels(meta).map_err(|found| found.under(".meta").told(node))?;
    }
    unmodified(node.value).map_err(|found| found.told(node))
}

/// Refuses, in what is said of a resource itself (`meta`), labels of who may see it, which nobody would read there. Others, as that of a test
/// (HTEST), change nothing.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn no_labels_in(path: &str, meta: &Value) -> Result<(), Problem> {
    no_labels(meta).map_err(|found| Problem::element(format!("{path}{}", found.path), found.rule, found.why))
}

fn no_labels(meta: &Value) -> Result<(), Found> {
    if !meta.is_object() {
        return Err(Found::new("type", "an object is expected here"));
    }
    let Some(labels) = meta.get("security") else { return Ok(()) };
    let Some(labels) = labels.as_array() else {
        return Err(Found::new("cardinality", "a list is expected here").under(".security"));
    };
    let is_ours = |label: &Value| {
        let text = |name: &str| label.get(name).and_then(Value::as_str).unwrap_or_default();
        let code = code_of(text("system"), text("code"));
        let restricts = *code.system == *Confidentiality::SYSTEM && *code.code != *"N";
        Visibility::default().set(code.code.trim())
            || *code.system == *Visibility::SYSTEM
            || restricts
            || !label.is_object()
    };
    each(labels, |label| if is_ours(label) { Err(LABELS) } else { Ok(()) }).map_err(|found| found.under(".security"))
}

fn unmodified(value: &Value) -> Result<(), Found> {
    match value {
        Value::Object(object) => object.iter().try_for_each(|(name, inner)| {
            let found = if MODIFIERS.contains(&name.as_str()) { Err(MODIFIER) } else { unmodified(inner) };
            found.map_err(|found| found.under(&format!(".{name}")))
        }),
        Value::Array(items) => each(items, unmodified),
        _ => Ok(()),
    }
}

fn each(items: &[Value], check: impl Fn(&Value) -> Result<(), Found>) -> Result<(), Found> {
    let numbered = |(place, item)| check(item).map_err(|found| found.under(&format!("[{place}]")));
    items.iter().enumerate().try_for_each(numbered)
}

fn check(value: &Value, shape: &Shape) -> Result<(), Found> {
    match (shape, value) {
        (Any, _) => Ok(()),
        (Extensions(_), Value::Array(items)) => {
            each(items, |item| check(item, shape))?;
            no_second(items)
        }
        (_, Value::Array(items)) => each(items, |item| check(item, shape)),
        (Of(elements), Value::Object(object)) => {
            object.iter().filter(|(name, _)| *name != "id").try_for_each(|(name, inner)| {
                let shape = elements.iter().find(|(known, _)| known == name).map(|(_, shape)| shape);
                let found = shape.map_or(Err(LOST), |shape| check(inner, shape));
                found.map_err(|found| found.under(&format!(".{name}")))
            })
        }
        (Extensions(known), Value::Object(object)) => {
            let url = object.get("url").and_then(Value::as_str).unwrap_or_default();
            if known.contains(&url.rsplit('/').next().unwrap_or_default()) { Ok(()) } else { Err(LOST) }
        }
        (Plain, Value::Object(_)) => Err(Found::new("type", "a single value is expected here")),
        // What should hold elements and does not is for whoever reads it to name.
        _ => Ok(()),
    }
}

/// An extension of each name: of two, one would be lost. There may be thousands of them: none is compared with all the others.
fn no_second(items: &[Value]) -> Result<(), Found> {
    let mut urls = BTreeSet::new();
    for (place, item) in items.iter().enumerate() {
        if !urls.insert(item.get("url").and_then(Value::as_str)) {
            let twice = Found::new("cardinality", "this extension is given twice: one would be lost");
            return Err(twice.under(&format!("[{place}]")));
        }
    }
    Ok(())
}
