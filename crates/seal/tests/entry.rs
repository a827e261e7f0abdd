//! Properties of rows: what is sealed opens, what is changed anywhere does not, what is rewritten keeps its digest.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod common;

use common::{Counting, cbor, journal, journal_key, new_part};
use dmp_seal::{
    Digest, EntriesKey, Fault, Part, PartKind, Position, Row, Slot, erase, open, open_snapshot, reseal,
    same_commitments, seal, seal_snapshot,
};
use proptest::prelude::*;

const PLACE: Position = Position { journal: 5, seq: 2 };
const PREVIOUS: Digest = Digest([3; 32]);

fn key() -> EntriesKey {
    journal_key().entries().unwrap()
}

fn sealed(changes: &[Vec<u8>]) -> (Vec<u8>, Digest) {
    let facts = cbor(1, "facts");
    let mut parts = vec![new_part(PartKind::Facts, &facts)];
    parts.extend(changes.iter().map(|change| new_part(PartKind::Change, change)));
    let mut chance = Counting(0);
    let entry = seal(&key(), PLACE, Some(&PREVIOUS), &parts, &mut |bytes| chance.fill(bytes)).unwrap();
    (entry.row, entry.digest)
}

fn contents() -> impl Strategy<Value = Vec<Vec<u8>>> {
    prop::collection::vec(prop::collection::vec(any::<u8>(), 1..300), 0..5)
}

proptest! {
    #[test]
    fn what_is_sealed_opens(changes in contents()) {
        let (row, digest) = sealed(&changes);
        let entry = open(&key(), PLACE, Some(&PREVIOUS), &row).unwrap();
        prop_assert_eq!(entry.digest, digest);
        let opened: Vec<&[u8]> = entry.parts[1..].iter().map(|opened| opened.part.as_ref().map(Part::cbor).unwrap()).collect();
        prop_assert_eq!(opened, changes.iter().map(Vec::as_slice).collect::<Vec<_>>());
        prop_assert_eq!(Row::parse(2, &row).unwrap().to_bytes().unwrap(), row);
    }

    #[test]
    fn a_changed_byte_is_found(changes in contents(), at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let (row, digest) = sealed(&changes);
        let mut changed = row.clone();
        *at.get_mut(&mut changed) ^= flip;
        if let Ok(entry) = open(&key(), PLACE, Some(&PREVIOUS), &changed) {
            prop_assert_ne!(entry.digest, digest);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), seq in 0_u32..3) {
        if let Ok(row) = Row::parse(seq, &bytes) {
            prop_assert_eq!(row.to_bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn a_cut_or_longer_row_is_refused(changes in contents(), at in any::<prop::sample::Index>(), more in any::<u8>()) {
        let (mut row, _) = sealed(&changes);
        let cut = at.index(row.len());
        prop_assert!(Row::parse(2, &row[..cut]).is_err());
        row.push(more);
        prop_assert_eq!(Row::parse(2, &row), Err(Fault::Trailing));
    }

    #[test]
    fn an_erased_part_keeps_the_digest(changes in contents(), which in any::<prop::sample::Index>()) {
        prop_assume!(!changes.is_empty());
        let (row, digest) = sealed(&changes);
        let number = 1 + which.index(changes.len());
        let erased = erase(2, &row, number).unwrap();
        prop_assert_eq!(same_commitments(2, &row, &erased), Ok(()));
        prop_assert_eq!(same_commitments(2, &erased, &row), Err(Fault::Rewrite));
        let entry = open(&key(), PLACE, Some(&PREVIOUS), &erased).unwrap();
        prop_assert_eq!(entry.digest, digest);
        prop_assert!(entry.parts[number].part.is_none());
    }
}

#[test]
fn facts_are_never_erased_and_come_first_and_once() {
    let (row, _) = sealed(&[cbor(1, "x")]);
    assert_eq!(erase(2, &row, 0), Err(Fault::Erased));
    assert_eq!(erase(2, &row, 2), Err(Fault::NoPart));
    let (facts, change) = (cbor(1, "facts"), cbor(1, "change"));
    let (facts, change) = (new_part(PartKind::Facts, &facts), new_part(PartKind::Change, &change));
    for parts in [&[][..], &[change, facts], &[facts, facts], &[change]] {
        assert_eq!(seal(&key(), PLACE, Some(&PREVIOUS), parts, &mut |_| ()), Err(Fault::Shape));
    }
}

#[test]
fn a_row_opens_only_at_its_place_and_under_its_key() {
    let (row, digest) = sealed(&[]);
    let elsewhere = [Position { journal: 6, seq: 2 }, Position { journal: 5, seq: 3 }];
    for position in elsewhere {
        assert_eq!(open(&key(), position, Some(&PREVIOUS), &row), Err(Fault::Sealed));
    }
    let other = EntriesKey::new(dmp_seal::Secret::new([1; 32]), 7).unwrap();
    assert_eq!(open(&other, PLACE, Some(&PREVIOUS), &row), Err(Fault::Sealed));
    assert_eq!(open(&key(), PLACE, None, &row), Err(Fault::Place));
    let forked = open(&key(), PLACE, Some(&Digest([4; 32])), &row).unwrap();
    assert_ne!(forked.digest, digest);
}

#[test]
fn sealing_anew_keeps_the_digest_and_nothing_else() {
    let (row, digest) = sealed(&[cbor(1, "one"), cbor(2, "two")]);
    let erased = erase(2, &row, 1).unwrap();
    let new = EntriesKey::new(dmp_seal::Secret::new([1; 32]), 8).unwrap();
    let mut chance = Counting(77);
    let again = reseal(&key(), &new, PLACE, &erased, &mut |bytes| chance.fill(bytes)).unwrap();
    assert_eq!(same_commitments(2, &erased, &again), Ok(()));
    assert_eq!(open(&new, PLACE, Some(&PREVIOUS), &again).unwrap().digest, digest);
    assert_eq!(open(&key(), PLACE, Some(&PREVIOUS), &again), Err(Fault::Epoch(8)));
    let (other, _) = sealed(&[cbor(1, "one"), cbor(2, "2")]);
    assert_eq!(same_commitments(2, &row, &other), Err(Fault::Rewrite));
}

#[test]
fn a_chain_opens_in_order_only() {
    let key = key();
    let made = journal(&key, 9, 30);
    let mut head = None;
    for (seq, (row, digest)) in (1..).zip(&made) {
        let entry = open(&key, Position { journal: 9, seq }, head.as_ref(), row).unwrap();
        assert_eq!(entry.digest, *digest);
        head = Some(entry.digest);
    }
}

#[test]
fn a_read_is_small() {
    let facts = vec![0; 90];
    let parts = [new_part(PartKind::Facts, &facts)];
    let row = seal(&key(), PLACE, Some(&PREVIOUS), &parts, &mut |_| ()).unwrap().row;
    assert_eq!(row.len(), 192);
}

#[test]
fn a_snapshot_opens_only_for_its_journal_and_seq() {
    let key = journal_key().snapshots().unwrap();
    let mut bytes = seal_snapshot(&key, 5, 9, &PREVIOUS, b"fold", &mut |_| ()).unwrap();
    let opened = open_snapshot(&key, 5, 9, &bytes).unwrap();
    assert_eq!((opened.head, opened.bytes.as_slice()), (PREVIOUS, b"fold".as_slice()));
    assert_eq!(open_snapshot(&key, 6, 9, &bytes), Err(Fault::Sealed));
    assert_eq!(open_snapshot(&key, 5, 8, &bytes), Err(Fault::Sealed));
    bytes[20] ^= 1;
    assert_eq!(open_snapshot(&key, 5, 9, &bytes), Err(Fault::Sealed));
}

#[test]
fn no_part_is_dropped_moved_or_taken_from_another_entry_at_the_same_place() {
    let changes = [cbor(1, "one"), cbor(2, "two")];
    let (bytes, _) = sealed(&changes);
    let opens = |row: &Row<'_>| open(&key(), PLACE, Some(&PREVIOUS), &row.to_bytes().unwrap());
    let mut cut = Row::parse(2, &bytes).unwrap();
    assert!(cut.slots.pop().is_some());
    assert_eq!(opens(&cut), Err(Fault::Sealed), "the last change is missing");
    let mut more = Row::parse(2, &bytes).unwrap();
    more.slots.push(Slot { sealed: None, ..more.slots[2] });
    assert_eq!(opens(&more), Err(Fault::Sealed), "an erased part was put in");
    let mut salted = Row::parse(2, &bytes).unwrap();
    salted.salt[3] ^= 1;
    assert_eq!(opens(&salted), Err(Fault::Sealed), "another salt, another place");
    // The same acts decided again after a lost race: same journal, seq, number of parts and key, another salt.
    let facts = cbor(1, "facts");
    let parts: Vec<_> = std::iter::once(new_part(PartKind::Facts, &facts))
        .chain(changes.iter().map(|change| new_part(PartKind::Change, change)))
        .collect();
    let mut chance = Counting(99);
    let other = seal(&key(), PLACE, Some(&PREVIOUS), &parts, &mut |bytes| chance.fill(bytes)).unwrap().row;
    let mut mixed = Row::parse(2, &bytes).unwrap();
    mixed.slots[2] = Row::parse(2, &other).unwrap().slots[2];
    assert_eq!(opens(&mixed), Err(Fault::Sealed), "a part of another entry");
}
