//! The rules behind a pipe: one case of the oracle a line on stdin, one answer a line on stdout (`oracle/README.md`).
//!
//! It translates names and words, and folds each dossier as the store does. No rule stands here.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "an adapter that cannot go on must stop"
)]

mod answers;
mod asked;
mod cast;
mod documents;
mod merges;
mod policies;
mod world;

use std::io::{BufRead, Write, stdin, stdout};

use serde_json::{Value, json};

fn main() {
    let mut policies = policies::Policies::default();
    let mut out = stdout().lock();
    for line in stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line.expect("a line")).expect("a case");
        let mut world = world::World::new(&case, &mut policies);
        let acts = case["acts"].as_array().expect("acts");
        let answers: Vec<Value> = acts.iter().map(|act| world.perform(act)).collect();
        writeln!(out, "{}", json!({ "case": case["case"], "answers": answers })).expect("stdout");
        out.flush().expect("stdout");
    }
}
