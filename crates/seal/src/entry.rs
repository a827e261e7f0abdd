//! Seals an entry into a row, and opens a row into an entry.

use crate::chain::{Digest, Hash, commit};
use crate::key::{EntriesKey, NONCE_LENGTH, Nonce};
use crate::part::{NewPart, Part, PartKind};
use crate::row::{Row, SUITE, Sealed, Slot};
use crate::{Entropy, Fault};

/// Random bytes that one part takes: its salt, then its nonce.
const PART_CHANCE: usize = 16 + NONCE_LENGTH;

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The number of the journal, below 2³¹.
    pub journal: u32,
    /// The number of the entry in it, dense from 1.
    pub seq: u32,
}

/// What a sealed part is bound to, beside the key: its entry's place and shape. Only the number of the part is missing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding {
    /// Journal and seq.
    pub position: Position,
    /// The generation of the journal's key.
    pub epoch: u32,
    /// The salt of the entry's place: no part of another entry at this position opens here, be it of a batch that lost its race.
    pub salt: [u8; 16],
    /// How many parts the entry has: the last of them cannot be cut off.
    pub parts: usize,
}

impl Binding {
    /// The associated data of a part: suite, key epoch, journal, seq, place's salt, number of parts, number of the part from 0.
    pub(crate) fn aad(&self, part: usize) -> Result<[u8; 33], Fault> {
        let mut aad = [SUITE; 33];
        let number = |value: usize| u16::try_from(value).map(u16::to_be_bytes).map_err(|_| Fault::Shape);
        let fields = [self.epoch, self.position.journal, self.position.seq].map(u32::to_be_bytes);
        let bytes = fields.into_iter().flatten().chain(self.salt).chain(number(self.parts)?).chain(number(part)?);
        for (to, from) in aad.iter_mut().skip(1).zip(bytes) {
            *to = from;
        }
        Ok(aad)
    }
}

/// A row, ready for an engine, and the digest that becomes the journal's head with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// The bytes to append.
    pub row: Vec<u8>,
    /// The new head.
    pub digest: Digest,
}

/// One part of an opened entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// What it is for.
    pub kind: PartKind,
    /// The commitment to it.
    pub commit: Hash,
    /// The part; `None` when it was erased.
    pub part: Option<Part>,
}

/// An opened entry: everything about it was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The hash of its place in the chain.
    pub place: Hash,
    /// Its digest.
    pub digest: Digest,
    /// Its parts, in order; the first is `facts`.
    pub parts: Vec<Opened>,
}

/// Seals the parts of one entry at `position`, after `previous` (`None` for the first entry of a journal).
///
/// Takes from `entropy`, in one draw: the place's salt (16), for a first entry its stand-in for a previous digest (32), then
/// for each part its salt (16) and nonce (12).
///
/// # Errors
/// [`Fault::Place`] if position and `previous` disagree, [`Fault::Shape`] or [`Fault::Length`] if the parts make no entry.
pub fn seal(
    key: &EntriesKey,
    position: Position,
    previous: Option<&Digest>,
    parts: &[NewPart<'_>],
    entropy: &mut Entropy<'_>,
) -> Result<SealedEntry, Fault> {
    let origin_length = if position.seq == 1 { 32 } else { 0 };
    let mut drawn = vec![0; 16 + origin_length + parts.len() * PART_CHANCE];
    entropy(&mut drawn);
    let (salt, rest) = drawn.split_first_chunk::<16>().ok_or(Fault::Short)?;
    let (origin, chances) = rest.split_at_checked(origin_length).ok_or(Fault::Short)?;
    let binding = Binding { position, epoch: key.epoch(), salt: *salt, parts: parts.len() };
    let mut sealed = Vec::with_capacity(parts.len());
    for (number, (part, chance)) in parts.iter().zip(chances.chunks_exact(PART_CHANCE)).enumerate() {
        sealed.push(seal_part(key, &binding, number, part, chance)?);
    }
    let slots = parts.iter().zip(&sealed).map(|(part, (commit, nonce, ciphertext))| Slot {
        kind: part.kind,
        commit: *commit,
        sealed: Some(Sealed { nonce: *nonce, ciphertext }),
    });
    let origin = origin.first_chunk::<32>().copied();
    let row = Row { epoch: key.epoch(), salt: *salt, origin, slots: slots.collect() };
    let (_, digest) = row.digest(position.journal, position.seq, previous)?;
    Ok(SealedEntry { row: row.to_bytes()?, digest })
}

fn seal_part(
    key: &EntriesKey,
    binding: &Binding,
    number: usize,
    part: &NewPart<'_>,
    chance: &[u8],
) -> Result<(Hash, Nonce, Vec<u8>), Fault> {
    let (salt, nonce) = chance.split_at_checked(16).ok_or(Fault::Short)?;
    let nonce = *nonce.first_chunk::<NONCE_LENGTH>().ok_or(Fault::Short)?;
    let mut bytes = Vec::with_capacity(part.cbor.len() + 33);
    bytes.push(part.kind.byte());
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(part.cbor);
    let commit = commit(&bytes);
    key.cipher.seal(&nonce, &binding.aad(number)?, &mut bytes)?;
    Ok((commit, nonce, bytes))
}

/// Opens a row and verifies all that it holds: its form, each part's seal, kind and commitment; gives the digest that follows.
///
/// # Errors
/// The first [`Fault`] found.
pub fn open(key: &EntriesKey, position: Position, previous: Option<&Digest>, row: &[u8]) -> Result<Entry, Fault> {
    let row = Row::parse(position.seq, row)?;
    if row.epoch != key.epoch() {
        return Err(Fault::Epoch(row.epoch));
    }
    let (place, digest) = row.digest(position.journal, position.seq, previous)?;
    let binding = row.binding(position);
    let opened = row.slots.iter().enumerate().map(|(number, slot)| {
        let part = slot.sealed.map(|_| open_part(key, &binding, number, slot)).transpose()?;
        Ok(Opened { kind: slot.kind, commit: slot.commit, part })
    });
    let parts = opened.collect::<Result<_, Fault>>()?;
    Ok(Entry { place, digest, parts })
}

/// Opens one sealed part of a row and holds it against its commitment.
pub(crate) fn open_part(key: &EntriesKey, binding: &Binding, number: usize, slot: &Slot<'_>) -> Result<Part, Fault> {
    let sealed = slot.sealed.ok_or(Fault::NoPart)?;
    let mut bytes = sealed.ciphertext.to_vec();
    key.cipher.open(&sealed.nonce, &binding.aad(number)?, &mut bytes)?;
    if commit(&bytes) != slot.commit {
        return Err(Fault::Commitment);
    }
    let part = Part::from_bytes(bytes)?;
    if part.kind() == slot.kind { Ok(part) } else { Err(Fault::Commitment) }
}
