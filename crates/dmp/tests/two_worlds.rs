//! What one may not see answers as what does not exist: two real programs that differ only in what an observer may not know, and a
//! generated series of his exchanges, reads and writes. Status, headers and bytes are equal; times are printed.
//!
//! `DMP_TWO_WORLDS` says how many exchanges, `DMP_SEED` which.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod chance;
mod common;
#[path = "two_worlds/compare.rs"]
mod compare;
#[path = "two_worlds/exchange.rs"]
mod exchange;
#[path = "two_worlds/observers.rs"]
mod observers;
#[path = "two_worlds/questions.rs"]
mod questions;
#[path = "two_worlds/round.rs"]
mod round;
#[path = "two_worlds/secrets.rs"]
mod secrets;
#[path = "two_worlds/world.rs"]
mod world;

use std::time::Duration;

use chance::{Chance, number};
use compare::Mapping;
use observers::OBSERVERS;
use round::{Outcome, Round};
use secrets::Secret;
use world::Worlds;

/// Exchanges of one observer with one dossier.
const ROUND: usize = 60;

/// Medians whose ratio is within this and its inverse are called alike. It is printed, never asserted: a machine that does other
/// things moves a median by a tenth, a look into a dossier more than is done without it would double one.
const ALIKE: f64 = 1.5;

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times.get(times.len() / 2).map_or(0.0, |time| time.as_secs_f64() * 1e3)
}

fn tell(what: &str, [rich, poor]: [Vec<Duration>; 2]) {
    let count = rich.len();
    let (rich, poor) = (median(rich), median(poor));
    let ratio = rich / poor.max(1e-9);
    let word = if (1.0 / ALIKE..=ALIKE).contains(&ratio) { "alike" } else { "NOT ALIKE" };
    println!(
        "median time of {count} {what}: {rich:.3} ms with the secret, {poor:.3} ms without, ratio {ratio:.2}: {word}"
    );
}

#[tokio::test]
async fn generated_exchanges_do_not_tell_two_worlds_apart() {
    let wanted = usize::try_from(number("DMP_TWO_WORLDS", 1_500)).unwrap();
    let seed = number("DMP_SEED", 1);
    let rounds = wanted.div_ceil(ROUND);
    let mut worlds = Worlds::begin(2 * rounds, rounds);
    let (mut chance, mut mapping) = (Chance::new(seed), Mapping::default());
    let (mut exchanges, mut given, mut differences) = (0, 0, Vec::new());
    let (mut times, mut hidden_times) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for number in 0..rounds {
        let observer = &OBSERVERS[number % OBSERVERS.len()];
        let person = if observer.minor { 2 * rounds + number } else { number };
        let round = Round {
            observer,
            secrets: observer.secrets.to_vec(),
            person: worlds.people[person].clone(),
            other: worlds.people[rounds + number].clone(),
            number: number + 1,
            exchanges: ROUND.min(wanted - exchanges),
        };
        mapping.forget();
        let outcome: Outcome = round.play(&mut worlds, &mut chance, &mut mapping).await;
        exchanges += outcome.exchanges;
        given += outcome.given;
        differences.extend(outcome.differences);
        for world in 0..2 {
            times[world].extend(&outcome.times[world]);
            hidden_times[world].extend(&outcome.hidden_times[world]);
        }
    }
    println!("{exchanges} exchanges, {} differences", differences.len());
    println!("seed {seed}, {rounds} dossiers, {} observers, {given} answered with success", OBSERVERS.len());
    tell("exchanges", times);
    tell("reads of what is hidden, or nothing", hidden_times);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// A test that cannot fail shows nothing: a document that is shown in one world alone is found.
#[tokio::test]
async fn a_visible_document_is_seen() {
    let mut worlds = Worlds::begin(2, 0);
    let round = Round {
        observer: &OBSERVERS[0],
        secrets: vec![Secret::Shown],
        person: worlds.people[0].clone(),
        other: worlds.people[1].clone(),
        number: 1,
        exchanges: ROUND,
    };
    let outcome = round.play(&mut worlds, &mut Chance::new(1), &mut Mapping::default()).await;
    assert!(!outcome.differences.is_empty(), "{} exchanges", outcome.exchanges);
}
