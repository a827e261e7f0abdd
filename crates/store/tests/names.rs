//! Names and public ids: one hash for one name, no number twice, no id that was made up.

use std::collections::BTreeSet;
use std::sync::Arc;

use dmp_seal::Secret;
use dmp_store::engine::chaos::{ChaosWorld, Weather};
use dmp_store::keys::{DestroyedJournals, KeyStore};
use dmp_store::names::{JournalNumbers, NameHasher, NameKind, NameValue, NumberFault};
use dmp_store::public_id::{PublicId, PublicIds, Target};
use proptest::prelude::*;

fn hasher() -> NameHasher {
    NameHasher::new(&Secret::new([3; 32]), 1)
}

fn ids() -> PublicIds {
    PublicIds::new(&Secret::new([4; 32]))
}

/// Computed once with Python's `hmac`: the hash of a name must never change.
#[test]
fn a_name_has_the_hash_it_always_had() {
    let hash = hasher().hash(NameKind::InsNir, "1.2.250.1.213.1.4.8|180032A01234567");
    assert_eq!(hash, NAME);
    assert_ne!(hash, hasher().hash(NameKind::InsNia, "1.2.250.1.213.1.4.8|180032A01234567"));
    let value = hasher().bind(77);
    assert_eq!(NameValue::from_bytes(&value.to_bytes()), Some(value));
    assert_eq!(NameValue::from_bytes(&[0; 7]), None);
}

/// Computed once with Python: an id that was given out must be opened for ever.
#[test]
fn an_id_is_what_it_always_was() {
    let id = ids().make(Target { journal: 123_456, item: 7, kind: 2 }).unwrap();
    assert_eq!(id.to_string(), ID);
}

const NAME: [u8; 16] = [0x01, 0xe8, 0xa1, 0xef, 0x8a, 0xcc, 0xc4, 0x2c, 0x74, 0xed, 0x06, 0xe5, 0x03, 0xa6, 0x98, 0xd3];
const ID: &str = "beb56a4c-c865-4d32-bafa-db4d564a408d";

fn numbers(world: &ChaosWorld, keys: &KeyStore, destroyed: &DestroyedJournals) -> JournalNumbers {
    JournalNumbers::new(Arc::new(world.engine()), keys.clone(), destroyed.clone(), &hasher(), 3)
}

/// The lease goes back with a restored engine; keys and the list of destroyed journals do not.
#[tokio::test]
async fn no_number_is_given_again_after_a_restore() {
    let (keys, destroyed) = (KeyStore::in_memory(), DestroyedJournals::in_memory());
    let first = async || numbers(&ChaosWorld::new(1, Weather::CALM), &keys, &destroyed).next().await.unwrap();
    assert_eq!(first().await, 1);
    keys.create(&[1, 7], &mut |bytes: &mut [u8]| bytes.fill(1)).await.unwrap();
    assert_eq!(first().await, 8);
    destroyed.add(9, 1_000).unwrap();
    assert_eq!(first().await, 10);
    destroyed.add((1 << 31) - 1, 1_000).unwrap();
    let numbers = numbers(&ChaosWorld::new(1, Weather::CALM), &keys, &destroyed);
    assert_eq!(numbers.next().await, Err(NumberFault::Exhausted));
}

/// Four processes lease from one engine, in a storm.
#[tokio::test]
async fn no_number_is_given_twice() {
    for seed in 0..100 {
        let world = ChaosWorld::new(seed, Weather::STORM);
        let takers: Vec<_> = (0..4)
            .map(|_| {
                let numbers = numbers(&world, &KeyStore::in_memory(), &DestroyedJournals::in_memory());
                tokio::spawn(async move {
                    let mut taken = Vec::new();
                    for _ in 0..10 {
                        taken.push(numbers.next().await.unwrap());
                    }
                    taken
                })
            })
            .collect();
        let mut all = BTreeSet::new();
        for taker in takers {
            for number in taker.await.unwrap() {
                assert!(number > 0 && all.insert(number), "seed {seed}, number {number}");
            }
        }
    }
}

proptest! {
    #[test]
    fn an_id_opens_to_what_it_was_made_of(journal in 0_u32..1 << 31, item in any::<u32>(), kind in 0_u8..16) {
        let target = Target { journal, item, kind };
        let id = ids().make(target).unwrap();
        prop_assert_eq!(ids().open(id), Some(target));
        let text = id.to_string();
        prop_assert_eq!(PublicId::parse(&text), Some(id));
        prop_assert_eq!((text.get(14..15), text.get(19..20).map(|digit| "89ab".contains(digit))), (Some("4"), Some(true)));
        prop_assert_eq!(PublicIds::new(&Secret::new([5; 32])).open(id), None);
    }

    #[test]
    fn a_made_up_id_is_refused(bytes in any::<[u8; 16]>()) {
        prop_assert_eq!(ids().open(PublicId(bytes)), None);
    }

    #[test]
    fn a_changed_id_is_refused(item in any::<u32>(), at in 0_usize..16, flip in 1_u8..) {
        let mut id = ids().make(Target { journal: 1, item, kind: 0 }).unwrap();
        *id.0.get_mut(at).unwrap() ^= flip;
        prop_assert_eq!(ids().open(id), None);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
        if let Some(id) = PublicId::parse(&text) {
            prop_assert_eq!(id.to_string(), text);
        }
    }
}

#[test]
fn only_the_written_form_is_read() {
    let text = ids().make(Target { journal: 1, item: 1, kind: 1 }).unwrap().to_string();
    for other in [text.to_uppercase(), text.replace('-', ""), format!("{text} "), text.replacen('-', "0", 1)] {
        assert_eq!(PublicId::parse(&other), None);
    }
    assert_eq!(ids().make(Target { journal: 1 << 31, item: 0, kind: 0 }), None);
    assert_eq!(ids().make(Target { journal: 0, item: 0, kind: 16 }), None);
}
