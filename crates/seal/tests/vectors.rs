//! The fixed vectors: what this version writes from fixed chance is, byte for byte, what every version wrote.
//!
//! `cargo test -p dmp-seal --test vectors -- --ignored` writes them; a released vector is never written again.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is not as it must be")]

mod common;

use std::path::PathBuf;

use common::{Counting, cbor, export, journal_key, new_part};
use dmp_seal::{
    Digest, EntriesKey, Entry, Hash, PartKind, Position, Receipt, consistency_proof, erase, inclusion_proof, leaf,
    open, reseal, root, seal, seal_snapshot,
};
use serde_json::{Value, json};

const JOURNAL: u32 = 0x0102_0304;

fn hexes(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(hex::encode).collect()
}

/// Four entries: opened by a requester with two changes, a read, a change, a read; then the second change of the first is erased.
fn rows(key: &EntriesKey) -> Vec<(Vec<u8>, Digest)> {
    let mut chance = Counting(0);
    let facts: Vec<Vec<u8>> = (1..=4).map(|seq| cbor(seq, "facts")).collect();
    let who = cbor(0, "a requester whose name takes more than twenty-three bytes");
    let (first, second) = (cbor(1, "first change"), cbor(2, "second change"));
    let mut made: Vec<(Vec<u8>, Digest)> = Vec::new();
    for (seq, facts) in (1..).zip(&facts) {
        let mut parts = vec![new_part(PartKind::Facts, facts)];
        if seq == 1 {
            parts.push(new_part(PartKind::Who, &who));
            parts.push(new_part(PartKind::Change, &first));
        }
        if seq % 2 == 1 {
            parts.push(new_part(PartKind::Change, &second));
        }
        let previous = made.last().map(|(_, digest)| *digest);
        let position = Position { journal: JOURNAL, seq };
        let sealed = seal(key, position, previous.as_ref(), &parts, &mut |bytes| chance.fill(bytes)).unwrap();
        made.push((sealed.row, sealed.digest));
    }
    made
}

fn entries(key: &EntriesKey, rows: &[Vec<u8>]) -> Vec<Entry> {
    let mut head = None;
    let opened = (1..).zip(rows).map(|(seq, row)| {
        let entry = open(key, Position { journal: JOURNAL, seq }, head.as_ref(), row).unwrap();
        head = Some(entry.digest);
        entry
    });
    opened.collect()
}

fn journal_vector() -> (Value, String) {
    let key = journal_key();
    let entries_key = key.entries().unwrap();
    let made = rows(&entries_key);
    let whole: Vec<Vec<u8>> = made.iter().map(|(row, _)| row.clone()).collect();
    let mut erased = whole.clone();
    erased[0] = erase(1, &whole[0], 3).unwrap();
    let (text, head) = export(&entries_key, JOURNAL, &erased);
    let opened = entries(&entries_key, &whole);
    let shown = opened.iter().zip(&whole).map(|(entry, row)| {
        let parts = entry.parts.iter().map(|opened| {
            let part = opened.part.as_ref().unwrap();
            json!({ "kind": part.kind().byte(), "commit": hex::encode(opened.commit), "part": hex::encode(part.bytes()) })
        });
        json!({ "row": hex::encode(row), "place": hex::encode(entry.place), "digest": entry.digest.to_string(),
            "leaf": hex::encode(leaf(&entry.digest)), "parts": parts.collect::<Vec<_>>() })
    });
    let again = dmp_seal::JournalKey::new(dmp_seal::Secret::new([9; 32]), 8).entries().unwrap();
    let mut chance = Counting(100);
    let position = Position { journal: JOURNAL, seq: 2 };
    let resealed = reseal(&entries_key, &again, position, &whole[1], &mut |bytes| chance.fill(bytes)).unwrap();
    let head_four = made[3].1;
    let snapshots = key.snapshots().unwrap();
    let snapshot =
        seal_snapshot(&snapshots, JOURNAL, 4, &head_four, b"a fold", &mut |bytes| chance.fill(bytes)).unwrap();
    let value = json!({
        "journal": JOURNAL, "key": hex::encode(key.secret().reveal()), "key_epoch": key.epoch(),
        "entries_key": hex::encode(entries_key.secret().reveal()), "text_key": hex::encode(key.text().unwrap().reveal()),
        "entries": shown.collect::<Vec<_>>(),
        "first_row_with_part_3_erased": hex::encode(&erased[0]),
        "second_row_sealed_anew": { "key": "09".repeat(32), "key_epoch": 8, "row": hex::encode(resealed) },
        "snapshot": { "seq": 4, "head": head_four.to_string(), "fold": hex::encode(b"a fold"), "sealed": hex::encode(snapshot) },
        "head": head.to_string(),
    });
    (value, text)
}

fn merkle_vector() -> Value {
    let leaves: Vec<Hash> = (0..13_u8).map(|number| leaf(&Digest([number; 32]))).collect();
    let roots: Vec<Hash> = (0..=13).map(|size| root(&leaves[..size])).collect();
    let mut inclusions = Vec::new();
    let mut consistencies = Vec::new();
    for size in 1..=13 {
        for index in 0..size {
            let path = inclusion_proof(&leaves[..size], index).unwrap();
            inclusions.push(json!({ "size": size, "index": index, "path": hexes(&path) }));
            let proof = consistency_proof(&leaves[..size], index + 1).unwrap();
            consistencies.push(json!({ "old": index + 1, "new": size, "proof": hexes(&proof) }));
        }
    }
    json!({ "leaves": hexes(&leaves), "roots": hexes(&roots), "inclusion": inclusions, "consistency": consistencies })
}

fn receipt_vector() -> Value {
    let key = journal_key().entries().unwrap();
    let whole: Vec<Vec<u8>> = rows(&key).into_iter().map(|(row, _)| row).collect();
    let entries = entries(&key, &whole);
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf(&entry.digest)).collect();
    let root = root(&leaves);
    let receipts = [(0, vec![0, 1]), (3, vec![0])].map(|(index, shown)| {
        let path = inclusion_proof(&leaves, index).unwrap();
        let receipt = Receipt::make(&entries[index], &shown, index as u64, 4, path).unwrap();
        receipt.verify(&root).unwrap();
        json!({ "entry": index + 1, "shown": shown, "receipt": hex::encode(receipt.to_bytes()) })
    });
    json!({ "root": hex::encode(root), "receipts": receipts })
}

fn all() -> Vec<(&'static str, String)> {
    let (journal, export) = journal_vector();
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap() + "\n";
    vec![
        ("journal.json", pretty(&journal)),
        ("journal.export", export),
        ("merkle.json", pretty(&merkle_vector())),
        ("receipt.json", pretty(&receipt_vector())),
    ]
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

#[test]
fn the_vectors_are_written_as_they_ever_were() {
    for (name, made) in all() {
        let kept = std::fs::read_to_string(folder().join(name)).unwrap();
        assert!(kept == made, "{name} differs: the frozen format has changed");
    }
}

#[test]
#[ignore = "writes the vectors: only before a format's first release"]
fn write_the_vectors() {
    for (name, made) in all() {
        std::fs::write(folder().join(name), made).unwrap();
    }
}
