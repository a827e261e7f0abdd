//! What the tests of the format share: fixed entropy, small CBOR, a journal of any length.
#![allow(dead_code, reason = "each test file takes what it needs")]
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use dmp_seal::{Digest, EntriesKey, Export, JournalKey, NewPart, PartKind, Position, Secret, seal};

/// The journal's key of the vectors: the bytes 0, 1, … 31.
pub fn journal_key() -> JournalKey {
    JournalKey::new(Secret::new(std::array::from_fn(|index| index as u8)), 7)
}

/// Bytes that count up and never repeat within 256.
pub struct Counting(pub u8);

impl Counting {
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
    }
}

/// `{1: number, 2: text}` in deterministic CBOR.
pub fn cbor(number: u8, text: &str) -> Vec<u8> {
    assert!(text.len() < 256);
    let mut bytes = vec![0xa2, 0x01];
    if number < 24 {
        bytes.push(number)
    } else {
        bytes.extend([0x18, number])
    }
    bytes.push(0x02);
    if text.len() < 24 {
        bytes.push(0x60 | text.len() as u8)
    } else {
        bytes.extend([0x78, text.len() as u8])
    }
    bytes.extend(text.as_bytes());
    bytes
}

pub fn new_part(kind: PartKind, cbor: &[u8]) -> NewPart<'_> {
    NewPart { kind, cbor }
}

/// Rows and digests of a journal of `count` entries: the first has a requester, every tenth a change.
pub fn journal(key: &EntriesKey, number: u32, count: u32) -> Vec<(Vec<u8>, Digest)> {
    let mut chance = Counting(1);
    let mut made: Vec<(Vec<u8>, Digest)> = Vec::new();
    for seq in 1..=count {
        let facts = cbor((seq % 256) as u8, "a consultation of the list, by a general practitioner, in normal mode");
        let (who, change) = (cbor(0, "Dr Claire Delorme"), cbor(2, "a report is provided"));
        let mut parts = vec![new_part(PartKind::Facts, &facts)];
        if seq == 1 {
            parts.push(new_part(PartKind::Who, &who));
        }
        if seq % 10 == 1 {
            parts.push(new_part(PartKind::Change, &change));
        }
        let position = Position { journal: number, seq };
        let previous = made.last().map(|(_, digest)| *digest);
        let sealed = seal(key, position, previous.as_ref(), &parts, &mut |bytes| chance.fill(bytes)).unwrap();
        made.push((sealed.row, sealed.digest));
    }
    made
}

pub fn export(key: &EntriesKey, number: u32, rows: &[Vec<u8>]) -> (String, Digest) {
    let mut export = Export::new(number, key);
    rows.iter().for_each(|row| export.push(row).unwrap());
    export.finish().unwrap()
}
