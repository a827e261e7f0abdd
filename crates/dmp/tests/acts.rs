//! The examples of the page of acts (`docs/acts.http`): each is sent to a fresh demo, in order, answers as it says, and leaves an entry of
//! the act that it is an example of. Every act that FHIR asks for has one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod kinds;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use common::{Demo, NO_BUDGETS};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, people, persona};
use kinds::{of_other_kinds, pointers};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const EXAMPLES: &str = include_str!("../../../docs/acts.http");
const ACTS: &str = include_str!("../../../codes/acts.csv");
/// Numbers of nobody.
const NEWCOMER: &str = "279036999090086";
const OTHER: &str = "279036999090185";

/// One request of the page.
struct Example<'a> {
    act: &'a str,
    answers: u16,
    keep: Vec<(&'a str, &'a str)>,
    /// Its entry is in no history of the demo's people.
    away: bool,
    /// What the program does by itself goes before.
    waits: bool,
    method: Method,
    path: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    body: String,
}

fn example(text: &str) -> Example<'_> {
    let mut lines = text.lines();
    let act = lines.next().unwrap().split(" · ").next().unwrap().trim();
    let (mut answers, mut keep, mut away, mut waits) = (0, Vec::new(), false, false);
    let request = loop {
        let line = lines.next().unwrap();
        match line.strip_prefix("# ") {
            Some(said) if said.starts_with("answers ") => answers = said["answers ".len()..].parse().unwrap(),
            Some(said) if said.starts_with("keep ") => keep.push(said["keep ".len()..].split_once(" = ").unwrap()),
            Some(said) => {
                away |= said.starts_with("its entry is in another journal");
                waits |= said.ends_with("which takes a moment");
            }
            None => break line,
        }
    };
    let (method, path) = request.split_once(' ').unwrap();
    let headers =
        lines.by_ref().take_while(|line| !line.is_empty()).map(|line| line.split_once(": ").unwrap()).collect();
    let body = lines.collect::<Vec<_>>().join("\n").trim().to_owned();
    Example { act, answers, keep, away, waits, method: method.parse().unwrap(), path, headers, body }
}

/// A demo, and what the variables of the page stand for in it.
struct Reader {
    demo: Demo,
    variables: BTreeMap<String, String>,
}

impl Reader {
    fn of(settings: &[&str]) -> Self {
        let demo = Demo::set(&[NO_BUDGETS, settings].concat());
        let mut variables = BTreeMap::from([
            ("base".to_owned(), format!("{}/fhir", demo.base)),
            ("newcomer".to_owned(), NEWCOMER.to_owned()),
            ("other-number".to_owned(), OTHER.to_owned()),
            ("operator".to_owned(), demo.claims(&json!({"role": "operator", "id": "o-1"}))),
            ("helpdesk".to_owned(), demo.claims(&json!({"role": "helpdesk", "id": "h-1", "name": "Agent"}))),
            ("alma-token".to_owned(), demo.holder(&known("alma").ins.to_text())),
            ("jeanne-token".to_owned(), demo.holder("1.2.250.1.213.1.4.11|250027599000788")),
        ]);
        for code in ["gp", "nurse", "hospital", "insurer", "dispatcher", "dentist"] {
            variables.insert(code.to_owned(), demo.token(code));
            variables.insert(format!("{code}.id"), persona(code).unwrap().id.unwrap_or_default().to_owned());
        }
        Self { demo, variables }
    }

    fn filled(&self, text: &str) -> String {
        let mut parts = text.split("{{");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once("}}").unwrap();
            out.push_str(self.variables.get(name).unwrap_or_else(|| panic!("{name} was kept by no request before")));
            out.push_str(rest);
        }
        out
    }

    async fn asked(&self, one: &Example<'_>, body: &str) -> Response {
        let mut request = self.demo.client().request(one.method.clone(), self.filled(one.path)).body(body.to_owned());
        for (name, value) in &one.headers {
            request = request.header(*name, self.filled(value));
        }
        request.send().await.unwrap()
    }

    async fn send(&mut self, one: &Example<'_>) {
        let body = match one.body.strip_prefix("< ") {
            Some(file) => std::fs::read_to_string(docs(file)).unwrap(),
            None => self.filled(&one.body),
        };
        let mut answer = self.asked(one, &body).await;
        for _ in 0..100 {
            if !one.waits || answer.status().as_u16() == one.answers {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            answer = self.asked(one, &body).await;
        }
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = answer.text().await.unwrap();
        assert_eq!(status, one.answers, "{} {}: {text}", one.act, one.path);
        let json: Value = serde_json::from_str(&text).unwrap_or_default();
        for (name, place) in &one.keep {
            let found = match json.pointer(place).and_then(Value::as_str) {
                Some(found) => found,
                None => {
                    headers.get(*place).unwrap_or_else(|| panic!("{}: no {place}: {text}", one.act)).to_str().unwrap()
                }
            };
            self.variables.insert((*name).to_owned(), found.rsplit('/').next().unwrap().to_owned());
        }
    }

    /// The acts that the histories of these people tell of.
    async fn told(&self) -> BTreeSet<String> {
        let mut told = BTreeSet::new();
        for one in people().unwrap() {
            let ins = one.ins.to_text();
            let path = format!("/fhir/AuditEvent?patient.identifier={}&_count=1000", ins.replace('|', "%7C"));
            let (_, history) = self.demo.get(&self.demo.holder(&ins), &path).await;
            for line in history["entry"].as_array().into_iter().flatten() {
                told.insert(line["resource"]["subtype"][1]["code"].as_str().unwrap().to_owned());
            }
        }
        told
    }
}

fn known(key: &str) -> Person {
    people().unwrap().into_iter().find(|one| one.key == key).unwrap()
}

fn docs(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(file)
}

/// The transaction of the page: a letter of the hospital for Alma.
fn bundle() -> String {
    let alma = known("alma");
    let recipe = Recipe {
        kind: Kind::ScannedLetter,
        patient: &alma,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id: "1.2.250.1.999.90.1",
        replaces: None,
        bulk: 200,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    format!("{:#}\n", iti65_bundle(&bytes, &header, &Options::default()))
}

#[test]
fn the_bundle_of_the_page_is_one_of_ours() {
    let file = docs("acts-bundle.json");
    if std::env::var("UPDATE_SNAPSHOTS").is_ok() {
        std::fs::write(&file, bundle()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), bundle());
}

#[tokio::test]
async fn every_example_answers_as_it_says_and_is_of_its_act() {
    let mut shown = BTreeSet::new();
    for (settings, section) in [(&[][..], 0), (&["policy=dmp-2012"][..], 1)] {
        let text = EXAMPLES.split("\n## dmp demo").nth(section).unwrap();
        let mut reader = Reader::of(settings);
        let mut here = BTreeSet::new();
        for one in text.split("\n### ").skip(1).map(example) {
            reader.send(&one).await;
            shown.insert(one.act);
            if !one.away {
                here.insert(one.act.to_owned());
            }
        }
        let told = reader.told().await;
        let missing: Vec<_> = here.difference(&told).collect();
        assert!(missing.is_empty(), "no entry of {missing:?}");
    }
    let rows =
        ACTS.lines().filter(|line| !line.starts_with('#')).skip(1).map(|line| line.split('|').collect::<Vec<_>>());
    let asked: BTreeSet<&str> = rows.filter(|row| !row[1].starts_with('-')).map(|row| row[0]).collect();
    assert_eq!(shown, asked, "every act that FHIR asks for has an example, and no other");
}

/// What an example would say in other kinds of values, and was taken.
async fn taken_in_another_kind(reader: &Reader, one: &Example<'_>) -> Vec<String> {
    let Ok(body) = serde_json::from_str::<Value>(&reader.filled(&one.body)) else { return Vec::new() };
    let mut taken = Vec::new();
    for pointer in pointers(&body) {
        for other in of_other_kinds(body.pointer(&pointer).unwrap()) {
            let mut asked = body.clone();
            *asked.pointer_mut(&pointer).unwrap() = other.clone();
            // One member of a list is patched as a list of one is: nothing of it is lost.
            let whole = one.method == Method::PATCH && (other.is_object() || other.is_array());
            let one_or_list = whole && (pointer.ends_with("/value") || pointer.contains("/valueCodeableConcept"));
            // Null is absence where people are imported too.
            let person = ["register-insured", "correct-identity"].contains(&one.act) && pointer.contains("/0/");
            let absent = other.is_null() && (person || pointer == "/address" || pointer == "/gender");
            if !one_or_list && !absent && reader.asked(one, &asked.to_string()).await.status().is_success() {
                taken.push(format!("{} {} {pointer}: {other}", one.act, one.path));
            }
        }
    }
    taken
}

/// What is said in a kind of value that nobody reads is refused: else what was meant to end goes on, and what was meant to bound is lost.
#[tokio::test]
async fn no_example_is_taken_in_another_kind() {
    let text = EXAMPLES.split("\n## dmp demo").next().unwrap();
    let mut reader = Reader::of(&[]);
    let mut taken = Vec::new();
    for one in text.split("\n### ").skip(1).map(example) {
        taken.extend(taken_in_another_kind(&reader, &one).await);
        reader.send(&one).await;
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
}
