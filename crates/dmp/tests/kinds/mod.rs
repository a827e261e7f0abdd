//! The same said in another kind of value: whoever looks there for an element finds none, and what was said would be lost.

use serde_json::{Value, json};

/// Every way into a value.
pub fn pointers(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    add(value, "", &mut found);
    found
}

fn add(value: &Value, at: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(name, inner)| (name.clone(), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, inner)| (place.to_string(), inner)).collect(),
        _ => Vec::new(),
    };
    for (name, inner) in below {
        let pointer = format!("{at}/{name}");
        add(inner, &pointer, found);
        found.push(pointer);
    }
}

/// One where a list belongs, a list where one belongs, a text where an object does, another kind of text or number.
pub fn of_other_kinds(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => vec![items.first().cloned().unwrap_or_default(), json!("x"), json!(5), Value::Null],
        Value::Object(_) => vec![json!([value]), json!([]), json!("x"), json!(5), Value::Null],
        Value::Bool(truth) => vec![json!([value]), json!(truth.to_string()), json!(u8::from(*truth)), Value::Null],
        _ => vec![json!([value]), json!({"value": value}), json!([]), json!(true), Value::Null],
    }
}
