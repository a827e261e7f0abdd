//! Are two answers the same? Each world has opaque ids, page tokens and instants of its own: those are mapped one to one, the same
//! way for the whole life of the worlds. Everything else is equal to the byte.

use std::collections::HashMap;

use crate::exchange::Answer;

/// Milliseconds between two entries of one request, at most; two exchanges that a secret lies between are farther apart.
const NEAR: u64 = 20;

fn millis(text: &str) -> i64 {
    dmp_core::code::Instant::parse_rfc3339(text).map_or(0, dmp_core::code::Instant::millis)
}

/// A stretch of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// Equal in both worlds.
    Text(&'a str),
    /// An id of ours.
    Id(&'a str),
    /// An instant, to the millisecond.
    Instant(&'a str),
    /// The sealed token of a next page.
    Token(&'a str),
}

/// What of one world is what of the other, found as the answers come.
#[derive(Debug, Default)]
pub struct Mapping {
    there: HashMap<String, String>,
    back: HashMap<String, String>,
    /// Pairs in the order in which they were told, with the resource that they name.
    pub told: Vec<(String, [String; 2])>,
    /// Addresses of later pages, in both worlds.
    pub pages: Vec<[String; 2]>,
}

impl Mapping {
    /// Why two answers differ; none when they are the same.
    pub fn difference(&mut self, bases: [&str; 2], answers: [&Answer; 2]) -> Option<String> {
        if answers[0].status != answers[1].status {
            return Some(format!("status {} and {}", answers[0].status, answers[1].status));
        }
        let [one, two] = [0, 1].map(|world| answers[world].text().replace(bases[world], "BASE"));
        if answers[0].body.len() != answers[1].body.len() && one.len() != two.len() {
            return Some(format!("{} and {} bytes", answers[0].body.len(), answers[1].body.len()));
        }
        let pieces = [pieces(&one), pieces(&two)];
        if pieces[0].len() != pieces[1].len() {
            return Some(format!("{} and {} pieces", pieces[0].len(), pieces[1].len()));
        }
        let mut before = "";
        for (one, two) in pieces[0].iter().zip(&pieces[1]) {
            let same = match (one, two) {
                (Piece::Text(one), Piece::Text(two)) => one == two,
                (Piece::Instant(one), Piece::Instant(two)) => self.same_instant(one, two),
                (Piece::Token(one), Piece::Token(two)) => one.len() == two.len() && self.same(one, two),
                (Piece::Id(one), Piece::Id(two)) => {
                    let fresh = !self.there.contains_key(*one);
                    let same = self.same(one, two);
                    if same
                        && fresh
                        && let Some(kind) = kind_before(before)
                    {
                        self.told.push((kind.to_owned(), [(*one).to_owned(), (*two).to_owned()]));
                    }
                    same
                }
                _ => false,
            };
            if !same {
                return Some(format!("after …{}: {one:?} and {two:?}", last(before, 60)));
            }
            if let Piece::Text(text) = one {
                before = text;
            }
        }
        self.note_pages([&one, &two]);
        None
    }

    fn same(&mut self, one: &str, two: &str) -> bool {
        let there = self.there.entry(one.to_owned()).or_insert_with(|| two.to_owned());
        let back = self.back.entry(two.to_owned()).or_insert_with(|| one.to_owned());
        there == two && back == one
    }

    /// One request may write twice, in one millisecond or in two: what is that near, and near what it stands for, is the same.
    fn same_instant(&mut self, one: &str, two: &str) -> bool {
        let near = |known: Option<&String>, other: &str| {
            known.is_none_or(|known| millis(known).abs_diff(millis(other)) < NEAR)
        };
        let same = near(self.there.get(one), two) && near(self.back.get(two), one);
        self.there.entry(one.to_owned()).or_insert_with(|| two.to_owned());
        self.back.entry(two.to_owned()).or_insert_with(|| one.to_owned());
        same
    }

    /// Another dossier begins: its ids and pages are asked for, not those of the last. What is what stays.
    pub fn forget(&mut self) {
        self.told.clear();
        self.pages.clear();
    }

    fn note_pages(&mut self, texts: [&str; 2]) {
        let [one, two] = texts.map(|text: &str| -> Option<String> {
            let next = text.split('"').find(|part| part.starts_with("BASE") && part.contains("_page="))?;
            next.strip_prefix("BASE").map(str::to_owned)
        });
        if let (Some(one), Some(two)) = (one, two) {
            self.pages.push([one, two]);
        }
    }

    /// The pairs of ids that name a resource of a kind.
    pub fn of_kind(&self, kind: &str) -> Vec<&[String; 2]> {
        self.told.iter().filter(|(one, _)| one == kind).map(|(_, pair)| pair).collect()
    }
}

/// The resource that an address names just before its id.
fn kind_before(text: &str) -> Option<&'static str> {
    const KINDS: [&str; 6] = ["DocumentReference", "List", "Consent", "AuditEvent", "Patient", "Binary"];
    KINDS.into_iter().find(|kind| {
        text.strip_suffix('/').is_some_and(|text| text.ends_with(kind))
            || (text.ends_with("\"id\":\"") && text.contains(&format!("\"resourceType\":\"{kind}\"")))
    })
}

fn last(text: &str, count: usize) -> String {
    let all: Vec<char> = text.chars().collect();
    all[all.len().saturating_sub(count)..].iter().collect()
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        let (length, piece) = if let Some(length) = id(rest) {
            (length, Piece::Id(&text[at..at + length]))
        } else if let Some(length) = instant(rest) {
            (length, Piece::Instant(&text[at..at + length]))
        } else if let Some(length) = token(text.as_bytes(), at) {
            (length, Piece::Token(&text[at..at + length]))
        } else {
            at += 1;
            continue;
        };
        if from < at {
            found.push(Piece::Text(&text[from..at]));
        }
        found.push(piece);
        at += length;
        from = at;
    }
    if from < text.len() {
        found.push(Piece::Text(&text[from..]));
    }
    found
}

fn shaped(bytes: &[u8], shape: &str) -> bool {
    bytes.len() >= shape.len()
        && shape.bytes().zip(bytes).all(|(shape, byte)| match shape {
            b'x' => byte.is_ascii_hexdigit(),
            b'0' => byte.is_ascii_digit(),
            other => other == *byte,
        })
}

fn id(bytes: &[u8]) -> Option<usize> {
    shaped(bytes, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx").then_some(36)
}

fn instant(bytes: &[u8]) -> Option<usize> {
    shaped(bytes, "0000-00-00T00:00:00.000Z").then_some(24)
}

fn token(bytes: &[u8], at: usize) -> Option<usize> {
    let before = bytes[..at].ends_with(b"_page=");
    let length = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte)).count();
    (before && length > 0).then_some(length)
}

#[test]
fn what_may_differ_and_what_may_not() {
    let answer = |body: &str| Answer { status: 200, headers: Vec::new(), body: body.as_bytes().to_vec() };
    let ids = ["0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000002"];
    let body = |id: &str, date: &str, count: u32| answer(&format!(r#"{{"id":"{id}","at":"{date}","total":{count}}}"#));
    let dates = ["2026-11-22T10:00:00.000Z", "2026-11-22T10:00:00.700Z"];
    let bases = ["http://a", "http://b"];
    let mut mapping = Mapping::default();
    let same = |mapping: &mut Mapping, one: &Answer, two: &Answer| mapping.difference(bases, [one, two]).is_none();
    assert!(same(&mut mapping, &body(ids[0], dates[0], 1), &body(ids[1], dates[1], 1)));
    assert!(!same(&mut mapping, &body(ids[0], dates[0], 1), &body(ids[1], dates[1], 2)), "a count");
    assert!(!same(&mut mapping, &body(ids[0], dates[0], 1), &body(ids[0], dates[1], 1)), "another id than before");
    assert!(!same(&mut mapping, &body(ids[0], dates[1], 1), &body(ids[1], dates[1], 1)), "another date than before");
    assert!(!same(&mut mapping, &answer("one"), &answer("four")), "a length");
}
