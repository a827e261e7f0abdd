//! Properties of the Merkle log and of receipts: what is proved verifies, what is forged does not.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is not as it must be")]

mod common;

use common::{journal, journal_key};
use dmp_seal::{
    Digest, Frontier, Hash, Position, Receipt, ReceiptFault, consistency_proof, inclusion_proof, leaf, open, root,
    sha256, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;

fn leaves(count: usize) -> Vec<Hash> {
    (0..count as u32).map(|number| sha256(&[&number.to_be_bytes()])).collect()
}

/// The definition of RFC 6962, section 2.1, word for word.
fn defined(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => sha256(&[]),
        [one] => *one,
        many => {
            let left = many.len().next_power_of_two() / 2;
            dmp_seal::node(&defined(&many[..left]), &defined(&many[left..]))
        }
    }
}

proptest! {
    #[test]
    fn the_frontier_has_the_defined_root(count in 0_usize..200) {
        let leaves = leaves(count);
        let mut frontier = Frontier::default();
        for leaf in &leaves {
            frontier.append(*leaf);
            frontier = Frontier::resume(frontier.size(), frontier.edge().to_vec()).unwrap();
        }
        prop_assert_eq!(frontier.root(), defined(&leaves));
        prop_assert_eq!(root(&leaves), defined(&leaves));
    }

    #[test]
    fn inclusion_is_proved_and_not_forged(count in 1_usize..200, at in any::<prop::sample::Index>(), bit in 0_usize..256, hop in any::<prop::sample::Index>()) {
        let leaves = leaves(count);
        let (index, root) = (at.index(count), root(&leaves));
        let mut path = inclusion_proof(&leaves, index).unwrap();
        let verify = |leaf: usize, index: usize, path: &[Hash]| verify_inclusion(&leaves[leaf], index as u64, count as u64, path, &root);
        prop_assert!(verify(index, index, &path));
        prop_assert!(!verify((index + 1) % count, index, &path) || count == 1);
        prop_assert!(!verify(index, index + 1, &path));
        if !path.is_empty() {
            prop_assert!(!verify(index, index, &path[1..]));
            hop.get_mut(&mut path)[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify(index, index, &path));
        }
    }

    #[test]
    fn growth_is_proved_and_not_forged(count in 1_usize..200, at in any::<prop::sample::Index>(), bit in 0_usize..256, hop in any::<prop::sample::Index>()) {
        let leaves = leaves(count);
        let old = at.index(count) + 1;
        let (before, after) = (root(&leaves[..old]), root(&leaves));
        let mut proof = consistency_proof(&leaves, old).unwrap();
        let verify = |before: &Hash, after: &Hash, proof: &[Hash]| verify_consistency(old as u64, count as u64, before, after, proof);
        prop_assert!(verify(&before, &after, &proof));
        prop_assert!(!verify(&sha256(&[]), &after, &proof));
        prop_assert!(!verify(&before, &sha256(&[]), &proof));
        if !proof.is_empty() {
            hop.get_mut(&mut proof)[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify(&before, &after, &proof));
        }
    }

    #[test]
    fn a_receipt_with_any_other_byte_is_refused(at in any::<prop::sample::Index>(), flip in 1_u8..) {
        let (receipt, root, _) = receipt();
        let mut bytes = receipt.to_bytes();
        *at.get_mut(&mut bytes) ^= flip;
        let verified = Receipt::from_bytes(&bytes).and_then(|receipt| receipt.verify(&root));
        prop_assert!(verified.is_err());
    }
}

fn receipt() -> (Receipt, Hash, Digest) {
    let key = journal_key().entries().unwrap();
    let made = journal(&key, 9, 11);
    let leaves: Vec<Hash> = made.iter().map(|(_, digest)| leaf(digest)).collect();
    let entry = open(&key, Position { journal: 9, seq: 11 }, Some(&made[9].1), &made[10].0).unwrap();
    let path = inclusion_proof(&leaves, 10).unwrap();
    (Receipt::make(&entry, &[0], 10, 11, path).unwrap(), root(&leaves), entry.digest)
}

#[test]
fn a_receipt_shows_facts_and_never_a_change() {
    let (receipt, root, digest) = receipt();
    assert_eq!(receipt.verify(&root), Ok(digest));
    assert_eq!(receipt.shown().count(), 1);
    assert_eq!(Receipt::from_bytes(&receipt.to_bytes()), Ok(receipt));
    let key = journal_key().entries().unwrap();
    let made = journal(&key, 9, 1);
    let entry = open(&key, Position { journal: 9, seq: 1 }, None, &made[0].0).unwrap();
    assert_eq!(Receipt::make(&entry, &[2], 0, 1, vec![]), Err(ReceiptFault::Part));
    assert_eq!(Receipt::make(&entry, &[3], 0, 1, vec![]), Err(ReceiptFault::Part));
    assert_eq!(Receipt::make(&entry, &[0, 1], 0, 1, vec![]).unwrap().shown().count(), 2);
}
