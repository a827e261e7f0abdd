//! What a patch asks of `securityLabel`: a closed grammar of paths, and codes that are read with their system. Nothing is guessed: a path that
//! says something else than it seems to must not show a document to somebody.
//!
//! | path, in FHIRPath or as a JSON Pointer | the label meant |
//! |---|---|
//! | `securityLabel`, `securityLabel[0]` | the first, or, of a list, all |
//! | `securityLabel[k]` | the one at that place |
//! | `securityLabel.where(coding.code='…')`, `securityLabel.coding.where(code='…')` | the one with that code |
//!
//! Behind it `.coding`, `.coding[0]` and their `.code` mean the only coding of a label.

use dmp_core::act::LabelChange;
use dmp_core::document::{Confidentiality, Visibility};
use http::StatusCode;
use serde_json::Value;

use crate::patch::{Change, Operation};
use crate::problem::Problem;
use crate::read::code_of;

const LIST: &str = "DocumentReference.securityLabel";

/// Which label a path means.
#[derive(Debug, PartialEq, Eq)]
enum Which {
    Whole,
    Place(usize),
    Code(Code),
}

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Label,
    Coding,
    Code,
}

/// A code of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Base(Confidentiality),
    Visibility(Visibility),
}

/// Whether a change is about the labels.
#[must_use]
pub fn is_of_labels(change: &Change) -> bool {
    change.element.strip_prefix(LIST).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
}

/// What a change asks of the labels.
///
/// # Errors
/// A [`Problem`]: 405, and the path, when it is anything else than this grammar says.
pub fn label_change(change: &Change) -> Result<LabelChange, Problem> {
    asked(change).ok_or_else(|| not_taken(&change.element))
}

fn asked(change: &Change) -> Option<LabelChange> {
    let (which, part) = path(&change.element)?;
    match change.operation {
        Operation::Add => match (which, part) {
            (Which::Whole, Part::Label) if change.value.is_array() => list(&change.value),
            (Which::Whole | Which::Place(_), Part::Label) => visibility(label(&change.value)?).map(LabelChange::Add),
            _ => None,
        },
        Operation::Replace if which == Which::Whole && part == Part::Label && change.value.is_array() => {
            list(&change.value)
        }
        Operation::Replace => replaced(&which, part, value(part, &change.value)?),
        Operation::Delete => match which {
            // What was tested of a place is what is meant by it (RFC 6902).
            Which::Place(place) => match &change.tested {
                Some(tested) => Some(taken(visibility(value(tested_part(place, tested)?, &change.value)?)?)),
                None => (place > 0).then_some(LabelChange::At { place, by: Visibility::default() }),
            },
            Which::Code(code) => visibility(code).map(taken),
            Which::Whole => None,
        },
    }
}

fn taken(from: Visibility) -> LabelChange {
    LabelChange::Replace { from, by: Visibility::default() }
}

/// A replacement. The first place keeps the confidentiality code: what PDSM4DMP writes there comes beside it (facts e.4).
fn replaced(which: &Which, part: Part, by: Code) -> Option<LabelChange> {
    let codes = match by {
        Code::Base(Confidentiality::Normal) => Visibility::default(),
        Code::Base(_) => return None,
        Code::Visibility(codes) => codes,
    };
    match which {
        Which::Whole | Which::Place(0) => match by {
            Code::Base(_) => Some(LabelChange::Undo),
            // Another code of the same system would be none.
            Code::Visibility(_) => (part != Part::Code).then_some(LabelChange::Add(codes)),
        },
        Which::Place(place) => Some(LabelChange::At { place: *place, by: codes }),
        Which::Code(Code::Visibility(from)) => Some(LabelChange::Replace { from: *from, by: codes }),
        Which::Code(Code::Base(_)) => match by {
            Code::Visibility(_) if part != Part::Code => Some(LabelChange::Add(codes)),
            _ => None,
        },
    }
}

/// A list: one confidentiality code, and visibility codes.
fn list(value: &Value) -> Option<LabelChange> {
    let (mut base, mut labels) = (None, Visibility::default());
    for one in value.as_array()? {
        match label(one)? {
            Code::Base(code) if base.is_none() => base = Some(code),
            Code::Base(_) => return None,
            Code::Visibility(codes) => codes.codes().for_each(|code| {
                labels.set(code);
            }),
        }
    }
    // As PDSM4DMP writes it, a visibility code alone stands beside N.
    Some(LabelChange::All { base: base.unwrap_or(Confidentiality::Normal), labels })
        .filter(|_| value != &Value::Array(Vec::new()))
}

fn visibility(code: Code) -> Option<Visibility> {
    match code {
        Code::Visibility(codes) => Some(codes),
        Code::Base(_) => None,
    }
}

fn value(part: Part, value: &Value) -> Option<Code> {
    match part {
        Part::Label => label(value),
        Part::Coding => coding(value),
        Part::Code => code(None, value.as_str()?),
    }
}

/// A CodeableConcept of one coding; a patch in parts writes it without a list.
fn label(value: &Value) -> Option<Code> {
    match value.get("coding")? {
        Value::Array(codings) => match codings.as_slice() {
            [one] => coding(one),
            _ => None,
        },
        one => coding(one),
    }
}

fn coding(value: &Value) -> Option<Code> {
    let system = match value.get("system") {
        Some(system) => Some(system.as_str()?),
        None => None,
    };
    code(system, value.get("code")?.as_str()?)
}

/// A code of one of the two systems. `N` is written in either, to undo (facts e.4).
fn code(system: Option<&str>, text: &str) -> Option<Code> {
    let system = system.map(|system| code_of(system, text).system);
    let of = |wanted: &str| system.as_deref().is_none_or(|system| system == wanted);
    let mut codes = Visibility::default();
    if codes.set(text) {
        return of(Visibility::SYSTEM).then_some(Code::Visibility(codes));
    }
    let base = Confidentiality::from_code(text)?;
    let undoes = base == Confidentiality::Normal && of(Visibility::SYSTEM);
    (of(Confidentiality::SYSTEM) || undoes).then_some(Code::Base(base))
}

fn path(element: &str) -> Option<(Which, Part)> {
    let rest = element.strip_prefix(LIST)?;
    if let Some(rest) = rest.strip_prefix(".where(coding.code") {
        let (found, rest) = condition(rest)?;
        return Some((Which::Code(found), part(rest)?));
    }
    if let Some(rest) = rest.strip_prefix(".coding.where(code") {
        let (found, rest) = condition(rest)?;
        let part = match rest {
            "" => Part::Coding,
            ".code" => Part::Code,
            _ => return None,
        };
        return Some((Which::Code(found), part));
    }
    match place(rest) {
        Some((place, rest)) => Some((Which::Place(place), part(rest)?)),
        None => Some((Which::Whole, part(rest)?)),
    }
}

/// `='…')`, and what follows.
fn condition(text: &str) -> Option<(Code, &str)> {
    let text = text.trim_start().strip_prefix('=')?.trim_start().strip_prefix('\'')?;
    let (found, rest) = text.split_once('\'')?;
    Some((code(None, found)?, rest.trim_start().strip_prefix(')')?))
}

/// `[k]`, or `.k` of a JSON Pointer, and what follows.
fn place(text: &str) -> Option<(usize, &str)> {
    let (number, rest) = match text.strip_prefix('[') {
        Some(text) => text.split_once(']')?,
        None => {
            let text = text.strip_prefix('.')?;
            text.split_at(text.find('.').unwrap_or(text.len()))
        }
    };
    let digits = !number.is_empty() && number.len() < 4 && number.bytes().all(|byte| byte.is_ascii_digit());
    Some((digits.then(|| number.parse().ok())??, rest))
}

fn part(text: &str) -> Option<Part> {
    match text {
        "" => Some(Part::Label),
        ".coding" | ".coding[0]" | ".coding.0" => Some(Part::Coding),
        ".coding.code" | ".coding[0].code" | ".coding.0.code" => Some(Part::Code),
        _ => None,
    }
}

/// What was tested of a place before it is removed: that place, by its code.
fn tested_part(place: usize, tested: &str) -> Option<Part> {
    match path(tested)? {
        (Which::Place(other), part) if other == place => Some(part),
        _ => None,
    }
}

fn not_taken(path: &str) -> Problem {
    let path: String = path.chars().take(200).collect();
    let text = format!(
        "`{path}` is not changed so: `add` a label with its system and code, `delete` or `replace` by N securityLabel.where(coding.code='MASQUE_PS') or securityLabel[k], or replace the whole list"
    );
    let mut problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text);
    problem.expression = Some(path);
    problem
}
