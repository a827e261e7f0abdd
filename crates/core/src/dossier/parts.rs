//! An entry as its parts: the stored bytes that are committed to, each apart (the storage contract, section 1).

use std::sync::Arc;

use crate::dossier::{Change, Facts, JournalEntry};
use crate::encoding::{Malformed, from_bytes, to_bytes};
use crate::identity::Requester;
use crate::record;

/// What a part is. The numbers are those of the sealed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// Always the first: who asked what, and how it ended.
    Facts,
    /// A requester who appears for the first time in this journal.
    Who,
    /// One change. The only kind that may be erased.
    Change,
}

/// One part: its kind and its stored bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Its CBOR; absent once erased.
    pub cbor: Option<Vec<u8>>,
}

record! {
    /// A requester with the number under which the journal's facts name him.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Who {
        /// His number, from 0.
        1 number: u32,
        /// Who he is.
        2 requester: Arc<Requester>,
    }
}

impl JournalEntry {
    /// The parts of the entry, in their order. `known` is how many requesters the journal knew before it.
    #[must_use]
    pub fn parts(&self, known: usize) -> Vec<Part> {
        let part = |kind, cbor| Part { kind, cbor: Some(cbor) };
        let mut parts = Vec::with_capacity(1 + self.who.len() + self.changes.len());
        parts.push(part(PartKind::Facts, to_bytes(&self.facts)));
        for (offset, requester) in self.who.iter().enumerate() {
            let number = u32::try_from(known + offset).unwrap_or(u32::MAX);
            parts.push(part(PartKind::Who, to_bytes(&Who { number, requester: Arc::clone(requester) })));
        }
        for change in &self.changes {
            parts.push(Part { kind: PartKind::Change, cbor: change.as_ref().map(to_bytes) });
        }
        parts
    }

    /// The number, from 0, of the part in which the change at that place is.
    #[must_use]
    pub const fn part_of_change(&self, place: usize) -> usize {
        1 + self.who.len() + place
    }

    /// Whether the requesters that these parts introduce are numbered on from the `known` ones: a gap would name another for
    /// everyone after it.
    #[must_use]
    pub fn numbers_follow(parts: &[Part], known: usize) -> bool {
        let who = parts.iter().filter(|part| part.kind == PartKind::Who).filter_map(|part| part.cbor.as_deref());
        who.zip(known..).all(|(cbor, place)| {
            from_bytes::<Who>(cbor).is_ok_and(|who| usize::try_from(who.number).is_ok_and(|number| number == place))
        })
    }

    /// Reads an entry back from its parts.
    ///
    /// # Errors
    /// [`Malformed`]: above all [`Malformed::Unknown`], for a kind of change that this version does not know. Nothing of
    /// the journal may then be used.
    pub fn from_parts(seq: u32, parts: &[Part]) -> Result<Self, Malformed> {
        let mut facts = None;
        let mut who = Vec::new();
        let mut changes = Vec::new();
        for part in parts {
            match (part.kind, part.cbor.as_deref()) {
                (PartKind::Facts, Some(cbor)) if facts.is_none() => facts = Some(from_bytes::<Facts>(cbor)?),
                (PartKind::Who, Some(cbor)) => who.push(from_bytes::<Who>(cbor)?.requester),
                (PartKind::Change, cbor) => changes.push(cbor.map(from_bytes::<Change>).transpose()?),
                _ => return Err(Malformed::Form),
            }
        }
        Ok(Self { seq, facts: facts.ok_or(Malformed::Missing)?, who, changes, annex: None })
    }
}
