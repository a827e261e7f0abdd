//! Strings that break programs, everywhere a client may write a text: in a bundle, a search, a path, a header.
//!
//! Never a 5xx, a hang, or memory above 200 MiB. `DMP_STRINGS` says how many pairs of string and place are tried in a
//! bundle; beyond what there are, every one is.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod assault;
mod chance;
mod common;

use std::sync::Arc;

use assault::{all, assert_alive, assert_memory, client, document, provide, sent, texts};
use chance::{Chance, number};
use common::{given, shared, skip};
use dmp_lab::documents::Kind;
use dmp_lab::people;
use reqwest::Url;
use reqwest::header::HeaderValue;
use serde_json::json;

fn strings() -> Option<Vec<String>> {
    let text = std::fs::read_to_string(given()?.join("attack/strings/blns.json")).ok()?;
    let mut strings: Vec<String> = serde_json::from_str(&text).unwrap();
    strings.extend([
        "\0".into(),
        "\u{7f}".into(),
        "a\u{0}b".into(),
        "\u{feff}".into(),
        "^".into(),
        "|".into(),
        "&".into(),
    ]);
    strings.extend(["x".repeat(4_000), "x".repeat(4_001), "é".repeat(100_000), "../".repeat(1_000), "%".into()]);
    Some(strings)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_every_text_of_a_bundle() {
    let Some(strings) = strings() else { return skip("testdata/give/attack/strings") };
    let demo = shared();
    let (client, token) = (client(), demo.token("hospital"));
    let (bundle, _) = document(Kind::Prescription, "1.2.250.1.999.11.1", 0);
    let mut places = Vec::new();
    texts(&bundle, "", &mut places);
    let pairs = strings.len() * places.len();
    let tried = pairs.min(usize::try_from(number("DMP_STRINGS", 4_000)).unwrap());
    println!("{} strings, {} places, {tried} of {pairs} pairs", strings.len(), places.len());
    // Every place comes, and every string; which string in which place, chance says.
    let mut chance = Chance::new(number("DMP_SEED", 1));
    let drawn: Vec<(usize, usize)> = (0..tried)
        .map(|turn| {
            let string = if tried == pairs { turn / places.len() } else { chance.place(strings.len()) };
            (string, turn % places.len())
        })
        .collect();
    let (strings, places, drawn) = (Arc::new(strings), Arc::new(places), Arc::new(drawn));
    all(tried, move |turn| {
        let (client, token, mut bundle) = (client.clone(), token.clone(), bundle.clone());
        let (strings, places, drawn) = (strings.clone(), places.clone(), drawn.clone());
        async move {
            let (string, place) = drawn[turn];
            *bundle.pointer_mut(&places[place]).unwrap() = json!(strings[string]);
            let what = format!("string {string} at {}", places[place]);
            let (status, answer) = sent(&what, provide(&client, demo, &token, bundle.to_string().into())).await;
            assert!(matches!(status, 200 | 400 | 403 | 404 | 413 | 422), "{what}: {status}");
            let outcome: serde_json::Value = serde_json::from_slice(&answer).unwrap();
            assert_eq!(outcome["resourceType"] == "OperationOutcome", status != 200, "{what}");
        }
    })
    .await;
    assert_memory(demo, "strings in bundles");
    assert_alive(demo).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_searches_and_paths() {
    let Some(strings) = strings() else { return skip("testdata/give/attack/strings") };
    let demo = shared();
    let (client, token) = (client(), demo.token("gp"));
    let ins = people().unwrap()[0].ins.to_text();
    let strings = Arc::new(strings);
    all(strings.len(), move |turn| {
        let (client, token, ins, strings) = (client.clone(), token.clone(), ins.clone(), strings.clone());
        async move {
            let string: String = strings[turn].chars().take(3_000).collect();
            let what = format!("string {turn}");
            let asked = |mut url: Url, pairs: &[(&str, &str)]| {
                url.query_pairs_mut().extend_pairs(pairs);
                client.get(url).bearer_auth(&token)
            };
            let url = |kind: &str| Url::parse(&format!("{}/fhir/{kind}", demo.base)).unwrap();
            for kind in ["DocumentReference", "List", "Patient", "Consent", "AuditEvent", "metadata"] {
                sent(&what, asked(url(kind), &[("patient.identifier", ins.as_str()), (string.as_str(), "1")])).await;
                sent(&what, asked(url(kind), &[("patient.identifier", string.as_str())])).await;
                let mut raw = url(kind);
                raw.set_query(Some(&string));
                sent(&what, client.get(raw).bearer_auth(&token)).await;
                let mut path = url(kind);
                path.path_segments_mut().unwrap().push(&string);
                sent(&what, client.get(path).bearer_auth(&token)).await;
            }
            for name in [
                "identifier",
                "type",
                "category",
                "date",
                "period",
                "status",
                "format",
                "event",
                "facility",
                "setting",
                "security-label",
                "author.family",
                "related",
                "creation",
                "_count",
                "_page",
                "_sort",
                "_lastUpdated",
                "type:not",
            ] {
                let pairs = [("patient.identifier", ins.as_str()), (name, string.as_str())];
                sent(&what, asked(url("DocumentReference"), &pairs)).await;
            }
            let mut binary = url("Binary");
            binary.path_segments_mut().unwrap().push(&string);
            assert!(sent(&what, client.get(binary).bearer_auth(&token)).await.0 >= 400, "{what}");
            let form = client.post(url("DocumentReference/_search")).bearer_auth(&token);
            let form = form.header("content-type", "application/x-www-form-urlencoded").body(string.clone());
            sent(&what, form).await;
        }
    })
    .await;
    assert_memory(demo, "strings in searches");
    assert_alive(demo).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_headers() {
    let Some(strings) = strings() else { return skip("testdata/give/attack/strings") };
    let demo = shared();
    let (client, token) = (client(), demo.token("gp"));
    let ins = people().unwrap()[0].ins.to_text().replace('|', "%7C");
    let strings = Arc::new(strings);
    all(strings.len(), move |turn| {
        let (client, token, ins, strings) = (client.clone(), token.clone(), ins.clone(), strings.clone());
        async move {
            // What no client library would send is no header.
            let Ok(value) = HeaderValue::from_bytes(strings[turn].as_bytes()) else { return };
            for name in [
                "x-request-id",
                "traceparent",
                "purpose-of-use",
                "purpose-of-use-reason",
                "accept",
                "accept-language",
                "range",
                "if-none-match",
                "if-match",
                "prefer",
                "content-type",
                "cookie",
                "x-forwarded-for",
                "forwarded",
                "accept-encoding",
                "origin",
            ] {
                let path = format!("{}/fhir/DocumentReference?patient.identifier={ins}&_count=1", demo.base);
                let request = client.get(path).bearer_auth(&token).header(name, value.clone());
                sent(&format!("string {turn} as {name}"), request).await;
            }
            let path = format!("{}/fhir/Binary/unknown", demo.base);
            let request = client.get(path).header("authorization", value.clone());
            let (status, _) = sent(&format!("string {turn} as a token"), request).await;
            assert!(matches!(status, 401 | 431), "string {turn} as a token: {status}");
        }
    })
    .await;
    assert_memory(demo, "strings in headers");
    assert_alive(demo).await;
}
