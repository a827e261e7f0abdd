//! The answer to a bundle: a transaction-response, entry by entry in the order of the request.

use axum::response::Response;
use dmp_core::act::Provided;
use dmp_store::Kind;
use http::StatusCode;
use serde_json::{Value, json};

use super::bundle::Place;
use crate::render::Ground;
use crate::request::json_response;

/// The transaction-response. What was already there with the same bytes answers 200 with its first address.
pub fn response(ground: Ground<'_>, layout: &[Place], provided: &Provided) -> Response {
    let fresh = provided.documents.iter().any(|document| !document.already);
    let entries: Vec<Value> = layout
        .iter()
        .map(|place| match place {
            Place::Set => entry(fresh, &format!("{}/List/{}", ground.base, ground.id(Kind::Set, provided.set))),
            Place::Document(number) => document(ground, provided, *number, "DocumentReference"),
            Place::Bytes(number) => document(ground, provided, *number, "Binary"),
            Place::Nothing => json!({"response": {"status": "200 OK"}}),
        })
        .collect();
    let body = json!({"resourceType": "Bundle", "type": "transaction-response", "entry": entries});
    json_response(StatusCode::OK, body.to_string().into_bytes())
}

fn document(ground: Ground<'_>, provided: &Provided, number: usize, kind: &str) -> Value {
    let Some(one) = provided.documents.get(number) else { return json!({"response": {"status": "200 OK"}}) };
    // The tag of bytes is of the bytes, and a document that was there may have become another version: only what is new is version 1.
    let versioned = kind == "DocumentReference" && !one.already;
    answer(!one.already, versioned, &format!("{}/{kind}/{}", ground.base, ground.id(Kind::Document, one.item)))
}

fn entry(created: bool, location: &str) -> Value {
    answer(created, true, location)
}

fn answer(created: bool, versioned: bool, location: &str) -> Value {
    let status = if created { "201 Created" } else { "200 OK" };
    let mut response = json!({"status": status, "location": location});
    if let (true, Some(response)) = (versioned, response.as_object_mut()) {
        response.insert("etag".into(), "W/\"1\"".into());
    }
    json!({"response": response})
}
