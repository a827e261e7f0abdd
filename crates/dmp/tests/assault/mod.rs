//! What an attack needs: requests of any form, raw ones too, and what no answer may be.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]
#![allow(dead_code, reason = "each test file uses what it needs of this")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, iti65_bundle, people, persona};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::common::Demo;

/// Whoever waits longer for an answer has met a hang.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// The memory that the server may ever have resident.
pub const MOST_MEMORY_KIB: u64 = 200 * 1024;

/// A client that does not wait for ever.
pub fn client() -> Client {
    Client::builder().timeout(PATIENCE).build().unwrap()
}

/// The largest memory that the server ever had resident, in KiB.
pub fn peak(demo: &Demo) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", demo.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

pub fn assert_memory(demo: &Demo, after: &str) {
    let peak = peak(demo);
    println!("memory after {after}: {} MiB at most", peak >> 10);
    assert!(peak < MOST_MEMORY_KIB, "{} MiB resident after {after}", peak >> 10);
}

/// Sends; the status is one that may be. Who is too fast waits, as he is told.
pub async fn sent(what: &str, request: RequestBuilder) -> (u16, Vec<u8>) {
    for _ in 0..200 {
        let again = request.try_clone().unwrap();
        let response = again.send().await.unwrap_or_else(|error| panic!("{what}: no answer: {error}"));
        let status = response.status().as_u16();
        let wait = response.headers().contains_key("retry-after");
        let body = response.bytes().await.unwrap_or_else(|error| panic!("{what}: the answer breaks off: {error}"));
        if wait && matches!(status, 429 | 503) {
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        }
        assert!(status < 500, "{what}: {status} {}", String::from_utf8_lossy(&body));
        return (status, body.to_vec());
    }
    panic!("{what}: busy for ever")
}

/// Does so many things, eight at a time.
pub async fn all<F, Fut>(count: usize, one: F)
where
    F: Fn(usize) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = ()> + Send + 'static,
{
    let (next, one) = (Arc::new(AtomicUsize::new(0)), Arc::new(one));
    let workers: Vec<_> = (0..8)
        .map(|_| {
            let (next, one) = (next.clone(), one.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        return;
                    }
                    one(number).await;
                }
            })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
}

/// A fictional document of the first of the demo's people, and its bundle.
pub fn document(kind: Kind, unique_id: &str, bulk: usize) -> (Value, Vec<u8>) {
    let people = people().unwrap();
    let recipe = Recipe {
        kind,
        patient: &people[0],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    (iti65_bundle(&bytes, &header, &Options::default()), bytes)
}

/// `POST [base]` of a body.
pub fn provide(client: &Client, demo: &Demo, token: &str, body: Vec<u8>) -> RequestBuilder {
    let request = client.post(format!("{}/fhir", demo.base)).bearer_auth(token);
    request.header("content-type", "application/fhir+json").body(body)
}

/// The pointers of every text in a value, in order.
pub fn texts(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::String(_) => found.push(at.to_owned()),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(place, item)| texts(item, &format!("{at}/{place}"), found));
        }
        Value::Object(items) => {
            for (name, item) in items {
                texts(item, &format!("{at}/{}", name.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

/// A request as its client writes it, byte for byte; what came back until the connection was closed.
pub async fn raw(demo: &Demo, pieces: &[&[u8]], close: bool) -> String {
    let mut stream = TcpStream::connect(demo.base.trim_start_matches("http://")).await.unwrap();
    for piece in pieces {
        // The server may have answered and closed already.
        if stream.write_all(piece).await.is_err() {
            break;
        }
    }
    if close {
        drop(stream.shutdown().await);
    }
    let mut answer = Vec::new();
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "a hang: {}", String::from_utf8_lossy(&answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// The head of a raw `POST [base]`.
pub fn head(token: &str, more: &str) -> String {
    format!(
        "POST /fhir HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/fhir+json\r\n{more}\r\n"
    )
}

/// The dossier of the first of the demo's people still answers, in full.
pub async fn assert_alive(demo: &Demo) {
    let ins = people().unwrap()[0].ins.to_text();
    let holder = demo.holder(&ins);
    let path = format!("{}/fhir/DocumentReference?patient.identifier={}&_count=5", demo.base, ins.replace('|', "%7C"));
    let (status, list) = sent("the list afterwards", client().get(path).bearer_auth(&holder)).await;
    let list: Value = serde_json::from_slice(&list).unwrap();
    assert_eq!(status, 200, "{list}");
    assert!(list["total"].as_u64().unwrap() >= 3, "{list}");
    for entry in list["entry"].as_array().unwrap() {
        let id = entry["resource"]["id"].as_str().unwrap();
        let path = format!("{}/fhir/Binary/{id}", demo.base);
        assert_eq!(sent("a document afterwards", client().get(path).bearer_auth(&holder)).await.0, 200);
    }
}
