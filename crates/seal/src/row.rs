//! A row: how an entry lies in an engine. One form for each value, every byte read, none to spare.

use crate::chain::Hash;
use crate::entry::{Binding, Position};
use crate::key::{NONCE_LENGTH, Nonce, TAG_LENGTH};
use crate::part::{HEAD_LENGTH, PartKind};
use crate::{Fault, chain::Digest, chain::digest, chain::place};

/// The only suite so far: SHA-256, HKDF-SHA256, AES-256-GCM-SIV.
pub const SUITE: u8 = 1;
/// The shortest ciphertext: kind, salt, one byte of CBOR, tag.
const SHORTEST: usize = HEAD_LENGTH + 1 + TAG_LENGTH;
/// A length takes at most four groups of seven bits.
const LONGEST: usize = (1 << 28) - 1;

/// A sealed part: nonce and ciphertext, which ends with the tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed<'a> {
    /// 96 random bits.
    pub nonce: Nonce,
    /// AEAD of the part's bytes.
    pub ciphertext: &'a [u8],
}

/// One part in its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot<'a> {
    /// What the part is for.
    pub kind: PartKind,
    /// The commitment to its plain text, which outlives an erasure.
    pub commit: Hash,
    /// The sealed part; `None` when it was erased.
    pub sealed: Option<Sealed<'a>>,
}

/// A row, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// The generation of the journal's key.
    pub epoch: u32,
    /// The salt of the entry's place.
    pub salt: [u8; 16],
    /// The 32 random bytes that stand for a previous digest, in the first row only.
    pub origin: Option<Hash>,
    /// The parts, in order.
    pub slots: Vec<Slot<'a>>,
}

impl<'a> Row<'a> {
    /// Reads a row; `seq` says whether it is the first.
    ///
    /// # Errors
    /// [`Fault`] on any byte that [`Self::to_bytes`] would not write.
    pub fn parse(seq: u32, bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut cursor = Cursor(bytes);
        let [suite] = cursor.array()?;
        if suite != SUITE {
            return Err(Fault::Suite(suite));
        }
        let epoch = u32::from_be_bytes(cursor.array()?);
        let salt = cursor.array()?;
        let origin = if seq == 1 { Some(cursor.array()?) } else { None };
        let count = u16::from_be_bytes(cursor.array()?);
        let mut slots = Vec::with_capacity(usize::from(count).min(bytes.len() / 34));
        for _ in 0..count {
            slots.push(cursor.slot()?);
        }
        if !cursor.0.is_empty() {
            return Err(Fault::Trailing);
        }
        check_shape(&slots)?;
        Ok(Self { epoch, salt, origin, slots })
    }

    /// Writes the row.
    ///
    /// # Errors
    /// [`Fault::Shape`], [`Fault::Erased`], [`Fault::Length`] if the slots are not an entry's.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Fault> {
        check_shape(&self.slots)?;
        let count = u16::try_from(self.slots.len()).map_err(|_| Fault::Shape)?;
        let sealed = |slot: &Slot<'_>| slot.sealed.map_or(0, |sealed| sealed.ciphertext.len());
        let length: usize = self.slots.iter().map(|slot| 49 + sealed(slot)).sum();
        let mut bytes = Vec::with_capacity(55 + length);
        bytes.push(SUITE);
        bytes.extend_from_slice(&self.epoch.to_be_bytes());
        bytes.extend_from_slice(&self.salt);
        bytes.extend_from_slice(self.origin.as_ref().map_or(&[], Hash::as_slice));
        bytes.extend_from_slice(&count.to_be_bytes());
        for slot in &self.slots {
            bytes.push(slot.kind.byte());
            bytes.extend_from_slice(&slot.commit);
            let Some(sealed) = slot.sealed else {
                bytes.push(0);
                continue;
            };
            put_length(&mut bytes, sealed.ciphertext.len())?;
            bytes.extend_from_slice(&sealed.nonce);
            bytes.extend_from_slice(sealed.ciphertext);
        }
        Ok(bytes)
    }

    /// What the parts of this row are sealed to, at that position.
    pub(crate) fn binding(&self, position: Position) -> Binding {
        Binding { position, epoch: self.epoch, salt: self.salt, parts: self.slots.len() }
    }

    /// The place of the entry and its digest, after `previous` (`None` for the first row, which holds its own).
    ///
    /// # Errors
    /// [`Fault::Place`] if a first row is given a previous digest, or a later one none.
    pub fn digest(&self, journal: u32, seq: u32, previous: Option<&Digest>) -> Result<(Hash, Digest), Fault> {
        let previous = match (seq, self.origin.as_ref(), previous) {
            (1, Some(origin), None) => origin,
            (2.., None, Some(previous)) => &previous.0,
            _ => return Err(Fault::Place),
        };
        let place = place(&self.salt, journal, seq, previous);
        Ok((place, digest(&place, self.slots.iter().map(|slot| &slot.commit))))
    }
}

fn check_shape(slots: &[Slot<'_>]) -> Result<(), Fault> {
    let facts = slots.iter().filter(|slot| slot.kind == PartKind::Facts).count();
    if facts != 1 || slots.first().map(|slot| slot.kind) != Some(PartKind::Facts) {
        return Err(Fault::Shape);
    }
    let wrongly = |slot: &Slot<'_>| slot.sealed.is_none() && slot.kind != PartKind::Change;
    if slots.iter().any(wrongly) { Err(Fault::Erased) } else { Ok(()) }
}

/// Little-endian groups of seven bits, the highest bit set on all but the last, no group of zero at the end.
fn put_length(bytes: &mut Vec<u8>, length: usize) -> Result<(), Fault> {
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(Fault::Length);
    }
    let mut rest = length;
    while rest >= 0x80 {
        bytes.push(0x80 | (rest & 0x7f) as u8);
        rest >>= 7;
    }
    bytes.push(rest as u8);
    Ok(())
}

struct Cursor<'a>(&'a [u8]);

impl<'a> Cursor<'a> {
    fn slice(&mut self, length: usize) -> Result<&'a [u8], Fault> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Fault::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.0.split_first_chunk::<N>().ok_or(Fault::Short)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn length(&mut self) -> Result<usize, Fault> {
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            let [byte] = self.array()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let padded = byte == 0 && shift > 0;
                let possible = length == 0 || length >= SHORTEST;
                return if possible && !padded { Ok(length) } else { Err(Fault::Length) };
            }
        }
        Err(Fault::Length)
    }

    fn slot(&mut self) -> Result<Slot<'a>, Fault> {
        let [kind] = self.array()?;
        let kind = PartKind::from_byte(kind)?;
        let commit = self.array()?;
        let sealed = match self.length()? {
            0 => None,
            length => Some(Sealed { nonce: self.array::<NONCE_LENGTH>()?, ciphertext: self.slice(length)? }),
        };
        Ok(Slot { kind, commit, sealed })
    }
}
