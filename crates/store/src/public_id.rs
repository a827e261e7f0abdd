//! Public ids: a keyed permutation of (journal, item, kind, zero bits) in the shape of a version-4 UUID.
//!
//! Opaque, unordered, routed without an index; a made-up one is refused without a look at anything, but for one in 2⁵⁵. The key is
//! never rotated: the ids are in other people's files.

use std::fmt;

use aws_lc_rs::hmac;
use dmp_seal::Secret;

/// Bits that are not version and variant, in two halves.
const HALF_BITS: u32 = 61;
const HALF: u64 = (1 << HALF_BITS) - 1;
/// Bits that must be zero in what is permuted.
const CHECK_BITS: u32 = 55;
/// Rounds of the network; four make a strong permutation, two more cost a microsecond.
const ROUNDS: u8 = 6;

/// What a public id stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    /// The journal, below 2³¹.
    pub journal: u32,
    /// The number of the thing in its journal.
    pub item: u32,
    /// What kind of thing it is, below 16.
    pub kind: u8,
}

/// A public id, as 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicId(pub [u8; 16]);

impl fmt::Display for PublicId {
    /// `8-4-4-4-12` in lower case.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
            write!(formatter, "{dash}{byte:02x}")?;
        }
        Ok(())
    }
}

impl PublicId {
    /// Reads the one form that is written: 36 characters, lower case. `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 36 {
            return None;
        }
        let mut bytes = [0; 16];
        let mut digits = text.bytes().filter(|byte| *byte != b'-').map(|byte| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        });
        for byte in &mut bytes {
            *byte = digits.next()?? << 4 | digits.next()??;
        }
        let id = Self(bytes);
        (id.to_string() == text).then_some(id)
    }
}

/// Makes and opens public ids under one key.
#[derive(Debug, Clone)]
pub struct PublicIds {
    key: hmac::Key,
}

impl PublicIds {
    /// Takes the key in.
    #[must_use]
    pub fn new(key: &Secret) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, key.reveal()) }
    }

    /// The id of a thing; `None` if its journal or kind is out of range. The same thing has the same id for ever.
    #[must_use]
    pub fn make(&self, target: Target) -> Option<PublicId> {
        if target.journal >= 1 << 31 || target.kind >= 16 {
            return None;
        }
        let thing = u128::from(target.journal) << 36 | u128::from(target.item) << 4 | u128::from(target.kind);
        let plain = thing << CHECK_BITS;
        let (mut left, mut right) = ((plain >> HALF_BITS) as u64, plain as u64 & HALF);
        for round in 0..ROUNDS {
            (left, right) = (right, left ^ self.round(round, right));
        }
        Some(spread(u128::from(left) << HALF_BITS | u128::from(right)))
    }

    /// What an id stands for; `None` if it was not made under this key.
    #[must_use]
    pub fn open(&self, id: PublicId) -> Option<Target> {
        let mixed = gather(id)?;
        let (mut left, mut right) = ((mixed >> HALF_BITS) as u64, mixed as u64 & HALF);
        for round in (0..ROUNDS).rev() {
            (left, right) = (right ^ self.round(round, left), left);
        }
        let plain = u128::from(left) << HALF_BITS | u128::from(right);
        let thing = plain >> CHECK_BITS;
        (plain == thing << CHECK_BITS).then_some(Target {
            journal: (thing >> 36) as u32,
            item: (thing >> 4) as u32,
            kind: (thing & 15) as u8,
        })
    }

    fn round(&self, round: u8, half: u64) -> u64 {
        let mut input = [round; 9];
        for (to, from) in input.iter_mut().skip(1).zip(half.to_be_bytes()) {
            *to = from;
        }
        let tag = hmac::sign(&self.key, &input);
        tag.as_ref().first_chunk::<8>().map_or(0, |bytes| u64::from_be_bytes(*bytes)) & HALF
    }
}

/// 122 bits around the version (4) and the variant (binary 10).
fn spread(bits: u128) -> PublicId {
    let (high, middle, low) = (bits >> 74, bits >> 62 & 0xfff, bits & ((1 << 62) - 1));
    PublicId((high << 80 | 0x4 << 76 | middle << 64 | 0b10 << 62 | low).to_be_bytes())
}

/// The 122 bits of a version-4 UUID; `None` for another version or variant.
fn gather(id: PublicId) -> Option<u128> {
    let bits = u128::from_be_bytes(id.0);
    let shaped = bits >> 76 & 0xf == 0x4 && bits >> 62 & 0b11 == 0b10;
    shaped.then_some((bits >> 80) << 74 | (bits >> 64 & 0xfff) << 62 | bits & ((1 << 62) - 1))
}
