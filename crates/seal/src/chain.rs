//! What is hashed, and under which label: commitments, places, digests, leaves.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

/// A SHA-256 value.
pub type Hash = [u8; 32];

/// The digest of an entry: what the next entry, a snapshot and the head of a journal bind to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub Hash);

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for Digest {
    /// Lower-case hexadecimal, 64 characters.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hex::encode(self.0))
    }
}

/// SHA-256 over the pieces, one after the other.
#[must_use]
pub fn sha256(pieces: &[&[u8]]) -> Hash {
    let mut context = Context::new(&SHA256);
    for piece in pieces {
        context.update(piece);
    }
    finish(context)
}

fn finish(context: Context) -> Hash {
    let mut hash = [0; 32];
    for (to, from) in hash.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    hash
}

/// The commitment to a part: `SHA-256("dmp1.part" ‖ kind ‖ salt ‖ CBOR)`, over the part's bytes as they are sealed.
#[must_use]
pub fn commit(part: &[u8]) -> Hash {
    sha256(&[b"dmp1.part", part])
}

/// The place of an entry: `SHA-256("dmp1.place" ‖ salt ‖ journal ‖ seq ‖ previous)`, numbers as 4 bytes, most significant first.
#[must_use]
pub fn place(salt: &[u8; 16], journal: u32, seq: u32, previous: &Hash) -> Hash {
    sha256(&[b"dmp1.place", salt, &journal.to_be_bytes(), &seq.to_be_bytes(), previous])
}

/// The digest of an entry: `SHA-256("dmp1.entry" ‖ place ‖ number of parts ‖ commitments)`, the number as 2 bytes.
///
/// The number of parts is taken from `commits`, of which no row holds more than 65,535.
#[must_use]
pub fn digest<'a>(place: &Hash, commits: impl ExactSizeIterator<Item = &'a Hash>) -> Digest {
    let mut context = Context::new(&SHA256);
    context.update(b"dmp1.entry");
    context.update(place);
    context.update(&u16::try_from(commits.len()).unwrap_or(u16::MAX).to_be_bytes());
    for commit in commits {
        context.update(commit);
    }
    Digest(finish(context))
}

/// The leaf of the Merkle log for an entry: `SHA-256(0x00 ‖ digest)`, as in RFC 6962, section 2.1.
#[must_use]
pub fn leaf(digest: &Digest) -> Hash {
    sha256(&[&[0], &digest.0])
}
