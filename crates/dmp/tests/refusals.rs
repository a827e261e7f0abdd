//! Every refusal over real HTTP: each code of `docs/refusals.md` is provoked on the real program, with its status and its sentence in
//! French and in English, or, where the caller is told no more than that there is nothing, with its code in the holder's history.
//!
//! A theme is a file of `refusals/`; what it provokes it writes into one list, and that list is the table of the documentation.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod common_mail;

#[path = "refusals/callers.rs"]
mod callers;
#[path = "refusals/deposits.rs"]
mod deposits;
#[path = "refusals/documents.rs"]
mod documents;
#[path = "refusals/ending.rs"]
mod ending;
#[path = "refusals/holders.rs"]
mod holders;
#[path = "refusals/life.rs"]
mod life;
#[path = "refusals/merges.rs"]
mod merges;
#[path = "refusals/openings.rs"]
mod openings;
#[path = "refusals/provoked.rs"]
mod provoked;
#[path = "refusals/scene.rs"]
mod scene;
#[path = "refusals/silent.rs"]
mod silent;

use std::collections::BTreeSet;

use provoked::{Provoked, table};

/// What no HTTP request can meet: the code, the test that meets it, and why.
const BEYOND_HTTP: &[(&str, &str, &str)] = &[
    (
        "time-to-object",
        "core/tests/stories/life.rs",
        "only an import that says when people were informed can come too early; a request that registers somebody starts the six weeks itself",
    ),
    ("not-due", "core/tests/stories/destruction.rs", "only the program itself begins a destruction"),
    ("case-open", "core/tests/stories/destruction.rs", "only the program itself begins a destruction"),
];

#[tokio::test]
async fn every_refusal_is_provoked() {
    let mut provoked = Provoked::default();
    callers::provoke(&mut provoked).await;
    holders::provoke(&mut provoked).await;
    openings::provoke(&mut provoked).await;
    life::provoke(&mut provoked).await;
    merges::provoke(&mut provoked).await;
    silent::provoke(&mut provoked).await;
    deposits::provoke(&mut provoked).await;
    documents::provoke(&mut provoked).await;
    ending::provoke(&mut provoked).await;

    assert!(provoked.wrong.is_empty(), "not as it is written: {:#?}", provoked.wrong);
    let listed: BTreeSet<String> = table().into_keys().collect();
    let beyond: BTreeSet<String> = BEYOND_HTTP.iter().map(|(code, ..)| (*code).to_owned()).collect();
    assert_eq!(beyond.len(), BEYOND_HTTP.len(), "each once");
    assert!(provoked.codes.is_disjoint(&beyond), "provoked, and said to be beyond: {:?}", provoked.codes);
    let all: BTreeSet<String> = provoked.codes.union(&beyond).cloned().collect();
    let missing: Vec<&String> = listed.difference(&all).collect();
    let unknown: Vec<&String> = all.difference(&listed).collect();
    assert!(missing.is_empty() && unknown.is_empty(), "not provoked: {missing:?}; not in the table: {unknown:?}");
    println!("{} refusals provoked over HTTP, {} beyond it, of {}", provoked.codes.len(), beyond.len(), listed.len());
}

/// What is beyond HTTP is tested where it is said to be.
#[test]
fn what_is_beyond_http_is_tested_elsewhere() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (code, file, _) in BEYOND_HTTP {
        let rule = dmp_core::dossier::Rule::from_code(code).unwrap();
        let text = std::fs::read_to_string(crates.join(file)).unwrap();
        assert!(text.contains(&format!("Rule::{rule:?}")), "{code}: {file} says nothing of it");
    }
}
