//! The second reader, `tools/verify_journal.py`, reads what this crate exports, and finds what was changed.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod common;

use std::path::PathBuf;
use std::process::Command;

use common::{export, journal, journal_key};

fn tool(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tools").join(name)
}

/// Exit status and last line of the output.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new("python3").args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text.lines().last().unwrap_or_default().to_owned())
}

#[test]
fn a_thousand_entries_are_read_and_a_changed_byte_is_named() {
    let key = journal_key().entries().unwrap();
    let rows: Vec<Vec<u8>> = journal(&key, 77, 1_000).into_iter().map(|(row, _)| row).collect();
    let (text, head) = export(&key, 77, &rows);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("journal.export");
    std::fs::write(&file, &text).unwrap();
    let (verify, file) = (tool("verify_journal.py"), file.to_str().unwrap());
    let verify = verify.to_str().unwrap();
    assert_eq!(run(&[verify, file, "--head", &head.to_string()]), (Some(0), "1000 entries, chain whole".to_owned()));
    let other = "0".repeat(64);
    assert_eq!(run(&[verify, file, "--head", &other]).0, Some(1));
    std::fs::write(file, text.replacen("\n500 01", "\n500 02", 1)).unwrap();
    let (status, said) = run(&[verify, file]);
    assert_eq!(status, Some(1));
    assert!(said.contains("entry 500"), "{said}");
}

#[test]
fn corruptions_are_found() {
    let test = tool("test_verify_journal.py");
    let (status, said) = run(&[test.to_str().unwrap(), "--count", "1000"]);
    assert_eq!((status, said.as_str()), (Some(0), "1000 corruptions, 1000 found"));
}
