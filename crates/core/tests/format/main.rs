//! The stored form: specimens of every release are read for ever and written again to the same bytes; what is unknown is
//! passed over or refused as `docs/journal-format.md` says; another implementation of CBOR agrees on every byte.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it must be")]

mod made;
mod merged;
mod oracle;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use ciborium::Value;
use dmp_core::dossier::{ActCode, Change, Facts, Rule, Who};
use dmp_core::encoding::{Malformed, from_bytes, to_bytes};

const RELEASE: &str = "0.1.0";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/specimens")
}

/// Every specimen of every release: `0.1.0/facts-full` and its bytes.
fn specimens() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for release in fs::read_dir(folder()).unwrap() {
        let release = release.unwrap();
        for file in fs::read_dir(release.path()).unwrap() {
            let path = file.unwrap().path();
            let name = format!("{}/{}", release.file_name().display(), path.file_stem().unwrap().display());
            found.push((name, hex::decode(fs::read_to_string(&path).unwrap().trim_end()).unwrap()));
        }
    }
    found.sort();
    found
}

/// Reads a specimen as what its name says, and writes it again.
fn again(name: &str, bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
    let (_, name) = name.split_once('/').unwrap();
    match name.split_once('-').unwrap().0 {
        "facts" => from_bytes::<Facts>(bytes).map(|facts| to_bytes(&facts)),
        "who" => from_bytes::<Who>(bytes).map(|who| to_bytes(&who)),
        "change" => from_bytes::<Change>(bytes).map(|change| to_bytes(&change)),
        other => panic!("no part is called {other}"),
    }
}

fn value(bytes: &[u8]) -> Value {
    ciborium::from_reader(bytes).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

#[test]
fn every_specimen_is_read_and_written_again() {
    for (name, bytes) in specimens() {
        assert_eq!(again(&name, &bytes), Ok(bytes), "{name}");
    }
}

#[test]
fn the_specimens_of_this_release_mean_what_they_meant() {
    let kept: Vec<_> = specimens().into_iter().filter(|(name, _)| name.starts_with(RELEASE)).collect();
    let mut made: Vec<_> = made::all().into_iter().map(|(name, bytes)| (format!("{RELEASE}/{name}"), bytes)).collect();
    made.sort();
    assert_eq!(kept, made, "the stored form has changed, or a specimen is not written yet");
}

/// The number of a choice's kind: one byte, or one more above 23 (RFC 8949, section 3).
fn kind_of(bytes: &[u8]) -> u64 {
    let [_, first, second, ..] = *bytes else { panic!("a choice") };
    u64::from(if first == 0x18 { second } else { first })
}

#[test]
fn every_kind_has_a_specimen() {
    let (mut changes, mut requesters) = (BTreeSet::new(), BTreeSet::new());
    for (name, bytes) in specimens() {
        let _new = match name.split_once('/').unwrap().1 {
            name if name.starts_with("change-") => changes.insert(kind_of(&bytes)),
            name if name.starts_with("who-") => {
                requesters.insert(from_bytes::<Who>(&bytes).unwrap().requester.kind().number())
            }
            _ => true,
        };
    }
    let unknown = |kind: u8| {
        let bytes = if kind < 24 { vec![0x82, kind, 0xa0] } else { vec![0x82, 0x18, kind, 0xa0] };
        from_bytes::<Change>(&bytes) == Err(Malformed::Unknown)
    };
    let known: BTreeSet<u64> = (1..=255).filter(|kind| !unknown(*kind)).map(u64::from).collect();
    assert_eq!(changes, known);
    let kinds = dmp_core::identity::RequesterKind::ALL.iter().map(|kind| kind.number());
    assert_eq!(requesters, kinds.collect());
}

/// Puts an unknown key at the end of every map.
fn widen(value: &mut Value) -> usize {
    match value {
        Value::Array(items) => items.iter_mut().map(widen).sum(),
        Value::Map(pairs) => {
            let inner: usize = pairs.iter_mut().map(|(_, value)| widen(value)).sum();
            pairs.push((Value::from(70_000), Value::Array(vec![Value::from("later"), Value::Bool(false)])));
            inner + 1
        }
        _ => 0,
    }
}

#[test]
fn an_unknown_key_is_passed_over() {
    for (name, plain) in specimens() {
        let mut wider = value(&plain);
        let maps = widen(&mut wider);
        if maps > 0 {
            assert_eq!(again(&name, &bytes(&wider)), Ok(plain), "{name}, {maps} records");
        }
    }
}

#[test]
fn an_unknown_kind_or_code_is_refused() {
    assert_eq!(from_bytes::<Change>(&[0x82, 0x18, 99, 0xa0]), Err(Malformed::Unknown));
    let facts = specimens().into_iter().find(|(name, _)| name.ends_with("facts-bare")).unwrap().1;
    let mut changed = value(&facts);
    changed.as_map_mut().unwrap()[0].1 = Value::from(9_999);
    assert_eq!(from_bytes::<Facts>(&bytes(&changed)), Err(Malformed::Unknown), "an act");
    let who = bytes(&Value::Map(vec![
        (Value::from(1), Value::from(0)),
        (Value::from(2), Value::Array(vec![Value::from(99), Value::Map(Vec::new())])),
    ]));
    assert_eq!(from_bytes::<Who>(&who), Err(Malformed::Unknown));
}

#[test]
fn a_second_form_of_the_same_record_is_refused() {
    let facts = value(&specimens().into_iter().find(|(name, _)| name.ends_with("facts-bare")).unwrap().1);
    let with = |place: usize, key: u64, added: Value| {
        let mut changed = facts.clone();
        changed.as_map_mut().unwrap().insert(place, (Value::from(key), added));
        from_bytes::<Facts>(&bytes(&changed))
    };
    assert_eq!(with(1, 1, Value::from(2)), Err(Malformed::Form), "a key twice");
    assert_eq!(with(0, 4, Value::from(2)), Err(Malformed::Form), "keys out of order");
    let hidden = bytes(&Value::Array(vec![
        Value::from(8),
        Value::Map(vec![(Value::from(1), Value::from(2)), (Value::from(2), Value::Bool(false))]),
    ]));
    assert_eq!(from_bytes::<Change>(&hidden), Err(Malformed::Form), "false written out");
    assert_eq!(from_bytes::<Change>(&[0x82, 0x18, 8, 0xa1, 1, 2]), Err(Malformed::Form), "a number in a longer form");
    assert_eq!(from_bytes::<Change>(&[0x82, 8, 0xa1, 1, 2, 0]), Err(Malformed::Trailing));
}

#[test]
fn the_page_has_every_number() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/journal-format.md");
    let page = fs::read_to_string(page).unwrap();
    for (number, code) in Rule::ALL.iter().map(|rule| (rule.number(), rule.code())) {
        assert!(page.contains(&format!("| {number} | `{code}` |")), "rule {number}");
    }
    for (number, code) in ActCode::ALL.iter().map(|act| (act.number(), act.code())) {
        assert!(page.contains(&format!("| {number} | `{code}` |")), "act {number}");
    }
}

#[test]
#[ignore = "writes the specimens of a new release; those that are there are never written again"]
fn write_the_specimens() {
    let folder = folder().join(RELEASE);
    fs::create_dir_all(&folder).unwrap();
    for (name, bytes) in made::all() {
        let path = folder.join(format!("{name}.hex"));
        if !path.exists() {
            fs::write(path, hex::encode(bytes) + "\n").unwrap();
        }
    }
}
