//! The only two ways in which a stored row may change: a part is erased, or its parts are sealed anew. Commitments stay.

use crate::entry::{Binding, Position, open_part};
use crate::key::{EntriesKey, NONCE_LENGTH, Nonce};
use crate::part::PartKind;
use crate::row::{Row, Sealed};
use crate::{Entropy, Fault};

/// The row without the sealed bytes of part `number` (from 0); its kind and commitment stay, and so does the chain.
///
/// # Errors
/// [`Fault::NoPart`] if there is none, [`Fault::Erased`] if it is not a change.
pub fn erase(seq: u32, row: &[u8], number: usize) -> Result<Vec<u8>, Fault> {
    let mut row = Row::parse(seq, row)?;
    let slot = row.slots.get_mut(number).ok_or(Fault::NoPart)?;
    if slot.kind != PartKind::Change {
        return Err(Fault::Erased);
    }
    slot.sealed = None;
    row.to_bytes()
}

/// The row sealed under another key, with fresh nonces.
///
/// Takes from `entropy` 12 bytes for each part, erased ones included.
///
/// # Errors
/// The [`Fault`] that opening the row meets.
pub fn reseal(
    old: &EntriesKey,
    new: &EntriesKey,
    position: Position,
    row: &[u8],
    entropy: &mut Entropy<'_>,
) -> Result<Vec<u8>, Fault> {
    let mut row = Row::parse(position.seq, row)?;
    if row.epoch != old.epoch() {
        return Err(Fault::Epoch(row.epoch));
    }
    let old_binding = row.binding(position);
    let new_binding = Binding { epoch: new.epoch(), ..old_binding };
    let mut fresh: Vec<(Nonce, Vec<u8>)> = Vec::with_capacity(row.slots.len());
    for (number, slot) in row.slots.iter().enumerate() {
        let mut nonce = [0; NONCE_LENGTH];
        entropy(&mut nonce);
        let mut bytes = Vec::new();
        if slot.sealed.is_some() {
            bytes.extend_from_slice(open_part(old, &old_binding, number, slot)?.bytes());
            new.cipher.seal(&nonce, &new_binding.aad(number)?, &mut bytes)?;
        }
        fresh.push((nonce, bytes));
    }
    row.epoch = new.epoch();
    for (slot, (nonce, bytes)) in row.slots.iter_mut().zip(&fresh) {
        slot.sealed = slot.sealed.map(|_| Sealed { nonce: *nonce, ciphertext: bytes });
    }
    row.to_bytes()
}

/// Whether `new` may stand where `old` stands: same place, same kinds, same commitments, and nothing erased comes back.
///
/// An engine asks this before it rewrites; it needs no key.
///
/// # Errors
/// [`Fault::Rewrite`] if they differ in more than ciphertexts; what [`Row::parse`] says if either is not a row.
pub fn same_commitments(seq: u32, old: &[u8], new: &[u8]) -> Result<(), Fault> {
    let (old, new) = (Row::parse(seq, old)?, Row::parse(seq, new)?);
    let same_place = old.salt == new.salt && old.origin == new.origin && old.slots.len() == new.slots.len();
    let same_parts = old.slots.iter().zip(&new.slots).all(|(old, new)| {
        let returns = old.sealed.is_none() && new.sealed.is_some();
        old.kind == new.kind && old.commit == new.commit && !returns
    });
    if same_place && same_parts { Ok(()) } else { Err(Fault::Rewrite) }
}
