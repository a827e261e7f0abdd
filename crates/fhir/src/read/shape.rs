//! What a DocumentReference and a List may hold, at any depth. What is not kept is refused, with its path: it would be lost.
//!
//! Left alone is what says nothing of its own: `id`, `meta`, the narrative, the `use` and `type` of an identifier, the `display` and
//! `type` of a reference, codings beside the one that is kept. The people among `contained` are kept as XDS keeps people; of them
//! only what would change the meaning is refused.

use std::collections::BTreeSet;

use dmp_core::document::{Confidentiality, Visibility};
use serde_json::{Map, Value};

use super::document_reference::WITHHOLD_MOTIVE;
use super::{Node, code_of};
use crate::problem::Problem;

/// What an element holds.
enum Shape {
    /// A text: a string, a code, an address, a date.
    Text,
    /// True or false.
    Truth,
    /// A number.
    Number,
    /// Whatever it holds, it says nothing of its own.
    Any,
    /// These elements.
    Of(&'static [(&'static str, Self)]),
    /// Of what it holds these elements are kept, and the others say nothing that we keep.
    Has(&'static [(&'static str, Self)]),
    /// A list of such.
    Many(&'static Self),
    /// Extensions, of these names, with these values.
    Extensions(&'static [(&'static str, &'static str, Self)]),
}

use Shape::{Any, Extensions, Has, Many, Number, Of, Text, Truth};

const CODING: Shape = Of(&[("system", Text), ("code", Text), ("display", Text)]);
const CONCEPT: Shape = Of(&[("coding", Many(&CODING)), ("text", Text)]);
const IDENTIFIER: Shape = Of(&[("use", Text), ("type", Any), ("system", Text), ("value", Text)]);
const REFERENCE: Shape = Of(&[("reference", Text), ("identifier", IDENTIFIER), ("display", Text), ("type", Text)]);
const RELATED: Shape = Of(&[
    ("identifier", Of(&[("use", Text), ("type", CONCEPT), ("system", Text), ("value", Text)])),
    ("display", Text),
    ("type", Text),
]);
const IS_ARCHIVED: (&str, &str, Shape) = ("pdsm-ext-is-archived", "valueBoolean", Truth);
const IS_DELETED: (&str, &str, Shape) = ("pdsm-ext-is-deleted", "valueBoolean", Truth);
const AUTHOR_ORG: (&str, &str, Shape) = ("ihe-authorOrg", "valueReference", REFERENCE);

/// A DocumentReference (PDSm 3.1, comprehensive).
const DOCUMENT: Shape = Of(&[
    ("resourceType", Text),
    ("meta", Any),
    ("text", Any),
    ("language", Text),
    ("contained", Many(&Has(&[]))),
    ("extension", Extensions(&[IS_ARCHIVED, IS_DELETED, (WITHHOLD_MOTIVE, "valueString", Text)])),
    ("masterIdentifier", IDENTIFIER),
    ("identifier", Many(&IDENTIFIER)),
    ("status", Text),
    ("docStatus", Text),
    ("type", CONCEPT),
    ("category", Many(&CONCEPT)),
    ("subject", REFERENCE),
    ("date", Text),
    ("author", Many(&REFERENCE)),
    ("authenticator", REFERENCE),
    ("relatesTo", Many(&Of(&[("code", Text), ("target", REFERENCE)]))),
    ("description", Text),
    ("securityLabel", Many(&CONCEPT)),
    ("content", Many(&Of(&[("attachment", ATTACHMENT), ("format", CODING)]))),
    ("context", CONTEXT),
]);
const ATTACHMENT: Shape = Of(&[
    ("contentType", Text),
    ("language", Text),
    ("url", Text),
    ("size", Number),
    ("hash", Text),
    ("title", Text),
    ("creation", Text),
]);
const CONTEXT: Shape = Of(&[
    ("encounter", Many(&RELATED)),
    ("event", Many(&CONCEPT)),
    ("period", Of(&[("start", Text), ("end", Text)])),
    ("facilityType", CONCEPT),
    ("practiceSetting", CONCEPT),
    ("sourcePatientInfo", REFERENCE),
    ("related", Many(&RELATED)),
]);

/// A submission set. Whose `ihe-sourcePatientId` is was asked of the whole bundle, and its documents say it again.
const LIST: Shape = Of(&[
    ("resourceType", Text),
    ("meta", Any),
    ("text", Any),
    ("language", Text),
    ("contained", Many(&Has(&[]))),
    (
        "extension",
        Extensions(&[
            ("ihe-designationType", "valueCodeableConcept", CONCEPT),
            ("ihe-sourceId", "valueIdentifier", IDENTIFIER),
            ("ihe-sourcePatientId", "valueReference", REFERENCE),
            AUTHOR_ORG,
            IS_ARCHIVED,
            IS_DELETED,
        ]),
    ),
    ("identifier", Many(&IDENTIFIER)),
    ("status", Text),
    ("mode", Text),
    ("title", Text),
    ("code", CONCEPT),
    ("subject", REFERENCE),
    ("date", Text),
    (
        "source",
        Of(&[
            ("reference", Text),
            ("identifier", IDENTIFIER),
            ("display", Text),
            ("type", Text),
            ("extension", Extensions(&[AUTHOR_ORG])),
        ]),
    ),
    ("note", Many(&Of(&[("text", Text)]))),
    ("entry", Many(&Of(&[("item", REFERENCE)]))),
]);

const ITS_IDENTIFIERS: (&str, Shape) = ("identifier", Many(&Has(&[("system", Text), ("value", Text)])));
const ITS_NAMES: (&str, Shape) =
    ("name", Many(&Has(&[("family", Text), ("given", Many(&Text)), ("prefix", Many(&Text)), ("text", Text)])));
const ITS_REFERENCE: Shape = Has(&[("reference", Text), ("identifier", Has(&[])), ("display", Text)]);
const ITS_CONCEPTS: Shape = Many(&Has(&[("coding", Many(&Has(&[]))), ("text", Text)]));

/// Who is meant by a reference, by the kinds of resources that are people, or stand for some.
const PEOPLE: &[(&str, Shape)] = &[
    ("Patient", Has(&[ITS_IDENTIFIERS, ITS_NAMES, ("birthDate", Text), ("gender", Text)])),
    ("RelatedPerson", Has(&[ITS_IDENTIFIERS, ITS_NAMES])),
    ("Practitioner", Has(&[ITS_IDENTIFIERS, ITS_NAMES])),
    ("Device", Has(&[ITS_IDENTIFIERS, ("deviceName", Many(&Has(&[("name", Text)])))])),
    ("Organization", Has(&[ITS_IDENTIFIERS, ("name", Text)])),
    (
        "PractitionerRole",
        Has(&[
            ("practitioner", ITS_REFERENCE),
            ("organization", ITS_REFERENCE),
            ("specialty", ITS_CONCEPTS),
            ("code", ITS_CONCEPTS),
        ]),
    ),
];

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

/// Refuses what stands for somebody and holds, where something is kept of it, another kind of value: it would be lost.
///
/// # Errors
/// A [`Problem`] that names the element.
pub(super) fn check_person(node: &Node<'_>) -> Result<(), Problem> {
    let kind = node.value.get("resourceType").and_then(Value::as_str);
    let known = PEOPLE.iter().find(|(name, _)| Some(*name) == kind);
    known.map_or(Ok(()), |(_, shape)| check(node.value, shape).map_err(|found| found.told(node)))
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
        (Text, Value::String(_)) | (Truth, Value::Bool(_)) | (Number, Value::Number(_)) => Ok(()),
        (Text, _) => Err(Found::new("type", "a text is expected here")),
        (Truth, _) => Err(Found::new("type", "true or false is expected here")),
        (Number, _) => Err(Found::new("type", "a number is expected here")),
        (Many(shape), Value::Array(items)) => each(items, |item| check(item, shape)),
        (Extensions(known), Value::Array(items)) => {
            no_second(items)?;
            each(items, |item| extension(item, known))
        }
        (Many(_) | Extensions(_), _) => Err(Found::new("cardinality", "a list is expected here")),
        (Of(elements), Value::Object(object)) => members(object, elements, Err),
        (Has(elements), Value::Object(object)) => members(object, elements, |_| Ok(())),
        (Of(_) | Has(_), _) => Err(Found::new("type", "an object is expected here, and one alone")),
    }
}

/// Each member by its shape; `unknown` says what of one that has none.
fn members(
    object: &Map<String, Value>,
    elements: &[(&str, Shape)],
    unknown: impl Fn(Found) -> Result<(), Found>,
) -> Result<(), Found> {
    object.iter().filter(|(name, _)| *name != "id").try_for_each(|(name, inner)| {
        let shape = elements.iter().find(|(known, _)| known == name).map(|(_, shape)| shape);
        let found = shape.map_or_else(|| unknown(LOST), |shape| check(inner, shape));
        found.map_err(|found| found.under(&format!(".{name}")))
    })
}

fn extension(value: &Value, known: &[(&str, &str, Shape)]) -> Result<(), Found> {
    let url = value.get("url").and_then(Value::as_str).unwrap_or_default();
    let name = url.rsplit('/').next().unwrap_or_default();
    let Some((_, element, shape)) = known.iter().find(|(known, _, _)| *known == name) else { return Err(LOST) };
    for (name, inner) in value.as_object().into_iter().flatten().filter(|(name, _)| !matches!(&***name, "id" | "url")) {
        let found = if name == element { check(inner, shape) } else { Err(LOST) };
        found.map_err(|found| found.under(&format!(".{name}")))?;
    }
    Ok(())
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
