//! The shape of the house: rooms use only the rooms below them, core's modules keep their order, files stay small and say
//! what they are for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each room may use of ours (ARCHITECTURE.md, "The rooms").
const ROOMS: &[(&str, &[&str])] = &[
    ("core", &[]),
    ("xml", &[]),
    ("seal", &[]),
    ("store", &["core", "seal"]),
    ("content", &["core", "xml"]),
    ("auth", &["core", "xml", "store"]),
    ("ihe", &["core", "xml", "store", "content", "auth"]),
    ("fhir", &["core", "store", "content", "auth"]),
    ("web", &["core", "store", "content", "auth"]),
    ("lab", &["core", "xml", "seal", "store", "content", "auth", "fhir", "web"]),
    ("dmp", &["core", "xml", "seal", "store", "content", "auth", "fhir", "ihe", "web", "lab"]),
];

/// Core's modules, each using only those before it.
const CORE: &[&str] = &["encoding", "code", "identity", "document", "dossier", "access", "act", "history"];

/// What looks upward in core, and why. This list only shrinks.
const CORE_EXCEPTIONS: &[(&str, &str)] = &[];

/// Longer files, and why. This list only shrinks.
const LONG: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn all_sources() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        sources(&entry.unwrap().path().join("src"), &mut found);
    }
    found
}

#[test]
fn rooms_use_only_the_rooms_below() {
    let allowed: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path();
        let room = path.file_name().unwrap().to_str().unwrap().to_owned();
        let may = allowed.get(room.as_str()).unwrap_or_else(|| panic!("the plan has no room `{room}`"));
        let manifest: toml::Table = std::fs::read_to_string(path.join("Cargo.toml")).unwrap().parse().unwrap();
        let uses = manifest["dependencies"].as_table().unwrap().keys().filter_map(|name| name.strip_prefix("dmp-"));
        for used in uses {
            assert!(may.contains(&used), "`{room}` may not use `{used}`");
        }
    }
}

#[test]
fn core_modules_use_only_those_before_them() {
    let core = root().join("crates/core/src");
    for (place, module) in CORE.iter().enumerate() {
        let mut files = Vec::new();
        sources(&core.join(module), &mut files);
        for file in files {
            let name = file.strip_prefix(&core).unwrap().to_str().unwrap().to_owned();
            let text = std::fs::read_to_string(&file).unwrap();
            for later in CORE.iter().skip(place + 1) {
                let uses = text.contains(&format!("crate::{later}::"));
                let excepted = CORE_EXCEPTIONS.contains(&(name.as_str(), later));
                assert!(!uses || excepted, "core/{name} uses `{later}`, which stands after `{module}`");
            }
        }
    }
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    let mut lengths = Vec::new();
    for file in all_sources() {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//!"), "{}: the first line says what the file is for (//!)", file.display());
        let length = text.lines().count();
        assert!(length <= LONG, "{}: {length} lines; a newcomer would not find his way in it", file.display());
        lengths.push(length);
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median < 120, "the median file has {median} lines");
}

#[test]
fn no_room_for_everything() {
    for file in all_sources() {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let vague = ["util", "utils", "helper", "helpers", "common", "misc", "manager", "controller", "service_impl"];
        assert!(!vague.contains(&name), "{}: a name that says nothing", file.display());
    }
}
