//! Seals a snapshot: a disposable fold of a journal, bound to the head that it was folded from.

use crate::chain::Digest;
use crate::key::{NONCE_LENGTH, SnapshotsKey};
use crate::row::SUITE;
use crate::{Entropy, Fault};

/// An opened snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenedSnapshot {
    /// The head of the journal that it was folded from.
    pub head: Digest,
    /// The fold, opaque here.
    pub bytes: Vec<u8>,
}

fn aad(epoch: u32, journal: u32, seq: u32, head: &Digest) -> Vec<u8> {
    let mut aad = b"dmp1.snapshot".to_vec();
    aad.push(SUITE);
    for number in [epoch, journal, seq] {
        aad.extend_from_slice(&number.to_be_bytes());
    }
    aad.extend_from_slice(&head.0);
    aad
}

/// Seals the fold of `journal` up to `seq`, whose digest is `head`: suite, key epoch, head, nonce, ciphertext.
///
/// Takes 12 bytes from `entropy`.
///
/// # Errors
/// [`Fault::Sealed`] if the fold is longer than the cipher takes.
pub fn seal_snapshot(
    key: &SnapshotsKey,
    journal: u32,
    seq: u32,
    head: &Digest,
    fold: &[u8],
    entropy: &mut Entropy<'_>,
) -> Result<Vec<u8>, Fault> {
    let mut nonce = [0; NONCE_LENGTH];
    entropy(&mut nonce);
    let mut sealed = fold.to_vec();
    key.cipher.seal(&nonce, &aad(key.epoch, journal, seq, head), &mut sealed)?;
    let mut bytes = Vec::with_capacity(sealed.len() + 49);
    bytes.push(SUITE);
    bytes.extend_from_slice(&key.epoch.to_be_bytes());
    bytes.extend_from_slice(&head.0);
    bytes.extend_from_slice(&nonce);
    bytes.append(&mut sealed);
    Ok(bytes)
}

/// Opens what [`seal_snapshot`] made for this journal and this `seq`.
///
/// # Errors
/// [`Fault`]; the caller then drops the snapshot and folds from the first entry.
pub fn open_snapshot(key: &SnapshotsKey, journal: u32, seq: u32, bytes: &[u8]) -> Result<OpenedSnapshot, Fault> {
    let ([suite], rest) = bytes.split_first_chunk::<1>().ok_or(Fault::Short)?;
    let (epoch, rest) = rest.split_first_chunk::<4>().ok_or(Fault::Short)?;
    let (head, rest) = rest.split_first_chunk::<32>().ok_or(Fault::Short)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(Fault::Short)?;
    let epoch = u32::from_be_bytes(*epoch);
    if *suite != SUITE {
        return Err(Fault::Suite(*suite));
    }
    if epoch != key.epoch {
        return Err(Fault::Epoch(epoch));
    }
    let head = Digest(*head);
    let mut fold = sealed.to_vec();
    key.cipher.open(nonce, &aad(epoch, journal, seq, &head), &mut fold)?;
    Ok(OpenedSnapshot { head, bytes: fold })
}
