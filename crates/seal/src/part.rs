//! A part of an entry: `kind ‖ salt ‖ CBOR`, what a commitment is made over and what the cipher seals.

use crate::Fault;

/// Bytes before the CBOR: one of kind, sixteen of salt.
pub(crate) const HEAD_LENGTH: usize = 17;

/// What a part is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartKind {
    /// When, who, what, and with what outcome. Every entry has exactly one, first.
    Facts,
    /// A requester at his first appearance in this journal.
    Who,
    /// One change to a document or a right. The only kind that may be erased.
    Change,
}

impl PartKind {
    /// The byte under which the kind is stored.
    #[must_use]
    pub const fn byte(self) -> u8 {
        match self {
            Self::Facts => 1,
            Self::Who => 2,
            Self::Change => 3,
        }
    }

    /// Reads the byte.
    ///
    /// # Errors
    /// [`Fault::Kind`] outside 1, 2, 3.
    pub const fn from_byte(byte: u8) -> Result<Self, Fault> {
        match byte {
            1 => Ok(Self::Facts),
            2 => Ok(Self::Who),
            3 => Ok(Self::Change),
            _ => Err(Fault::Kind(byte)),
        }
    }
}

/// A part that is about to be sealed.
#[derive(Debug, Clone, Copy)]
pub struct NewPart<'a> {
    /// What it is for.
    pub kind: PartKind,
    /// Its content, opaque here.
    pub cbor: &'a [u8],
}

/// A part as it was opened: its bytes, exactly as they were committed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    kind: PartKind,
    bytes: Vec<u8>,
}

impl Part {
    /// Takes the bytes of a part apart.
    ///
    /// # Errors
    /// [`Fault::Short`] without salt or content, [`Fault::Kind`] of an unknown kind.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, Fault> {
        if bytes.len() <= HEAD_LENGTH {
            return Err(Fault::Short);
        }
        let kind = PartKind::from_byte(bytes.first().copied().ok_or(Fault::Short)?)?;
        Ok(Self { kind, bytes })
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(&self) -> PartKind {
        self.kind
    }

    /// Its content.
    #[must_use]
    pub fn cbor(&self) -> &[u8] {
        self.bytes.get(HEAD_LENGTH..).unwrap_or_default()
    }

    /// All of it: what [`crate::commit`] is made over.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
