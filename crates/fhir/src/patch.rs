//! A patch: FHIRPath Patch (a `Parameters` resource) or JSON Patch (facts e.2).

use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::posted::json_of;
use crate::problem::Problem;
use crate::read::{Node, no_modifiers};
use crate::request::{expect_json, media_type};

/// Operations that one patch may have.
const MOST: usize = 10;

/// How an element is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// It is added.
    Add,
    /// It is set to another value.
    Replace,
    /// It is taken away.
    Delete,
}

/// One thing that a patch changes: an element, as `Patient.active`, and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The element; a condition of FHIRPath stays in it.
    pub element: String,
    /// Its new value; of what is removed what was tested of it, where that was.
    pub value: Value,
    /// Taken away.
    pub removed: bool,
    /// How.
    pub operation: Operation,
    /// Where the value was tested, of what is removed.
    pub tested: Option<String>,
}

impl Change {
    const fn new(operation: Operation, element: String, value: Value) -> Self {
        Self { element, value, removed: matches!(operation, Operation::Delete), operation, tested: None }
    }
}

/// Reads a patch: a list of operations is a JSON Patch, whichever name of JSON it is sent under (the drafts of PDSm sent it as FHIR's); a
/// Parameters is a FHIRPath Patch, and no JSON Patch.
///
/// # Errors
/// A [`Problem`]: 415 for another media type, 400 for what is no JSON, 422 for what is neither.
pub fn read_patch(headers: &HeaderMap, body: &[u8]) -> Result<Value, Problem> {
    let json_patch = media_type(headers) == "application/json-patch+json";
    if !json_patch {
        expect_json(headers)?;
    }
    let patch = json_of(body)?;
    if patch.is_array() {
        return Ok(patch);
    }
    if json_patch {
        let text =
            "a JSON Patch is a list of operations; a Parameters (FHIRPath Patch) is sent as application/fhir+json";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", "content-type", text));
    }
    if patch.get("resourceType").and_then(Value::as_str) != Some("Parameters") {
        return Err(Problem::element("Parameters", "resource-type", "a FHIRPath Patch is a Parameters resource"));
    }
    no_modifiers(&Node::root(&patch, "Parameters"))?;
    Ok(patch)
}

/// The one element that a patch sets.
///
/// # Errors
/// A [`Problem`]: 405 when it does anything else.
pub fn one(resource: &str, patch: &Value) -> Result<Change, Problem> {
    let mut all = changes(resource, patch)?;
    match (all.pop(), all.is_empty()) {
        (Some(change), true) if !change.removed => Ok(change),
        _ => Err(not_taken(resource)),
    }
}

/// What a patch changes, in its order.
///
/// # Errors
/// A [`Problem`]: 405 when an operation is no `add`, `replace` or `delete` of an element.
pub fn changes(resource: &str, patch: &Value) -> Result<Vec<Change>, Problem> {
    let bounded = |all: &&Vec<Value>| !all.is_empty() && all.len() <= MOST;
    let changes = match patch.as_array() {
        Some(operations) => Some(operations).filter(bounded).and_then(|all| json_patches(resource, all)),
        None => {
            let operations = patch.get("parameter").and_then(Value::as_array).filter(bounded);
            operations.and_then(|all| all.iter().map(path_patch).collect())
        }
    };
    changes.filter(|all| !all.is_empty()).ok_or_else(|| not_taken(resource))
}

/// The operations of a JSON Patch. A member of a list has no name but its place: which one a `remove` means is what a `test` before it
/// says of that place (RFC 6902, section 4.6). Another `test` would have to be compared with what is stored: it is not taken, so that none is
/// passed over.
fn json_patches(resource: &str, operations: &[Value]) -> Option<Vec<Change>> {
    let mut tested: Vec<(&str, &Value, bool)> = Vec::new();
    let mut changes = Vec::new();
    for operation in operations {
        let path = operation.get("path")?.as_str()?;
        if operation.get("op")?.as_str()? == "test" {
            tested.push((path, operation.get("value")?, false));
            continue;
        }
        let mut change = json_patch(resource, operation)?;
        let within = |one: &str| one.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        // One for each: a second would go uncompared.
        if let Some((tested, value, used)) =
            tested.iter_mut().rev().find(|(one, _, used)| !*used && change.removed && within(one))
        {
            change.value = (*value).clone();
            change.tested = element_of(resource, tested);
            *used = true;
        }
        changes.push(change);
    }
    tested.iter().all(|(.., used)| *used).then_some(changes)
}

fn not_taken(resource: &str) -> Problem {
    let text = format!(
        "`add`, `replace` or `delete` of an element of {resource} is expected; of JSON Patch a `test` only of what is then removed"
    );
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text)
}

/// A JSON Pointer as the path of an element: `Patient.active`.
fn element_of(resource: &str, pointer: &str) -> Option<String> {
    let element = pointer.strip_prefix('/')?.replace("/-", "").replace('/', ".");
    Some(format!("{resource}.{element}"))
}

fn json_patch(resource: &str, operation: &Value) -> Option<Change> {
    let text = |name: &str| operation.get(name).and_then(Value::as_str);
    let element = element_of(resource, text("path")?)?;
    let (operation, value) = match text("op")? {
        "replace" => (Operation::Replace, something(operation)?),
        "add" => (Operation::Add, something(operation)?),
        "remove" => (Operation::Delete, Value::Null),
        _ => return None,
    };
    Some(Change::new(operation, element, value))
}

fn path_patch(operation: &Value) -> Option<Change> {
    if operation.get("name")?.as_str()? != "operation" || !has_only(operation, "part") {
        return None;
    }
    let parts = operation.get("part")?.as_array()?;
    // Of two parts of one name one would go unread, and so would one that no operation has.
    let mut names: Vec<&str> = parts.iter().map(|part| part.get("name")?.as_str()).collect::<Option<_>>()?;
    names.sort_unstable();
    let twice = names.windows(2).any(|pair| matches!(pair, [one, other] if one == other));
    if twice || !names.iter().all(|name| ["type", "path", "name", "value"].contains(name)) {
        return None;
    }
    let part = |name: &str| parts.iter().find(|part| part.get("name").and_then(Value::as_str) == Some(name));
    let text = |name: &str| part(name).and_then(value_of).and_then(|value| value.as_str().map(str::to_owned));
    let path = text("path")?;
    match &*text("type")? {
        "replace" => Some(Change::new(Operation::Replace, path, value_of(part("value")?)?)),
        "add" => Some(Change::new(Operation::Add, format!("{path}.{}", text("name")?), value_of(part("value")?)?)),
        "delete" => Some(Change::new(Operation::Delete, path, Value::Null)),
        _ => None,
    }
}

/// Whether a parameter has nothing but its name and what is read of it: anything else would go unread.
fn has_only(parameter: &Value, read: &str) -> bool {
    parameter.as_object().is_some_and(|object| object.keys().all(|key| ["id", "name", read].contains(&key.as_str())))
}

/// The value of an operation: null is none in FHIR, and nothing would be made of it.
fn something(operation: &Value) -> Option<Value> {
    operation.get("value").filter(|value| !value.is_null()).cloned()
}

/// The one value of a parameter: `value[x]`, or, of a complex type, its parts by name.
fn value_of(part: &Value) -> Option<Value> {
    let object = part.as_object()?;
    if let Some((key, value)) = object.iter().find(|(key, _)| key.starts_with("value")) {
        return has_only(part, key).then(|| value.clone());
    }
    if !has_only(part, "part") {
        return None;
    }
    let mut whole = json!({});
    for one in object.get("part")?.as_array()? {
        let name = one.get("name")?.as_str()?;
        let name = if name == "value" { "valueBoolean" } else { name };
        // Of two of one name the first would go unread.
        if whole.as_object_mut()?.insert(name.to_owned(), value_of(one)?).is_some() {
            return None;
        }
    }
    Some(whole)
}
