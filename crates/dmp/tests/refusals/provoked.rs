//! The codes that were provoked, and what the documentation says of each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;

use serde_json::Value;

/// What a code is answered with, and its sentences.
pub struct Row {
    pub answer: String,
    pub french: String,
    pub english: String,
}

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// `docs/refusals.md`: the code's answer; `codes/rules.csv`: its sentences, in both places the same.
pub fn table() -> BTreeMap<String, Row> {
    let sentences = read("codes/rules.csv");
    let page = read("docs/refusals.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"));
    rows.map(|row| {
        let [code, answer, french, english] = row.split(" | ").collect::<Vec<_>>().try_into().unwrap();
        let code = code.trim_end_matches('`');
        assert!(sentences.contains(&format!("\n{code}|{french}|{english}\n")), "{code}: another sentence");
        let [answer, french, english] = [answer, french, english].map(str::to_owned);
        (code.to_owned(), Row { answer, french, english })
    })
    .collect()
}

/// What was provoked, and what of it was not as it is written.
pub struct Provoked {
    pub codes: BTreeSet<String>,
    pub wrong: Vec<String>,
    table: BTreeMap<String, Row>,
}

impl Default for Provoked {
    fn default() -> Self {
        Self { codes: BTreeSet::new(), wrong: Vec::new(), table: table() }
    }
}

impl Provoked {
    fn row(&self, code: &str) -> &Row {
        self.table.get(code).unwrap_or_else(|| panic!("{code} is not in the table"))
    }

    fn note(&mut self, code: &str, right: bool, got: &dyn Display) {
        if right {
            self.codes.insert(code.to_owned());
        } else {
            self.wrong.push(format!("{code}: {got}"));
        }
    }

    /// Told: with its status, its code, and its sentence in both languages; what exactly is wrong with a document may follow.
    pub fn told(&mut self, code: &str, (status, outcome): (u16, Value)) {
        let row = self.row(code);
        let issue = &outcome["issue"][0];
        let english = issue["diagnostics"].as_str().and_then(|text| text.strip_prefix(&*row.english));
        let right = status.to_string() == row.answer
            && codes(issue).contains(&code)
            && issue["details"]["text"].as_str() == Some(&*row.french)
            && english.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
        self.note(code, right, &format!("{status} {outcome}"));
    }

    /// Not told: the caller had the very answer of what is not there, and one line of the history names the rule.
    pub fn kept(&mut self, code: &str, (got, nothing): (Answer, Answer), line: &Value) {
        let right = self.row(code).answer == "404, in the journal only" && got.0 == 404 && got == nothing;
        self.note(code, right && names(line, code), &format!("{got:?}, not {nothing:?}; {line}"));
    }
}

/// An answer, to the byte.
pub type Answer = (u16, String);

/// The codes of our rules in an issue.
fn codes(issue: &Value) -> Vec<&str> {
    let codings = issue["details"]["coding"].as_array().map_or(&[][..], Vec::as_slice);
    let ours = codings.iter().filter(|coding| coding["system"] == "urn:dmp:rule");
    ours.filter_map(|coding| coding["code"].as_str()).collect()
}

/// Whether a line of the history names a rule: as its outcome, or as that of the document that it is about.
fn names(line: &Value, code: &str) -> bool {
    let outcome = line["outcomeDesc"].as_str().unwrap_or_default();
    let details = line["entity"].as_array().into_iter().flatten().filter_map(|entity| entity["detail"].as_array());
    let mut rules = details.flatten().filter(|detail| detail["type"] == "rule");
    outcome == format!("refused: {code}")
        || outcome.starts_with(&format!("{code}: "))
        || rules.any(|detail| detail["valueString"] == code)
}
