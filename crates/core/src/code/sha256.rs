//! The digest by which identifiers and tables are named.

use sha2::{Digest, Sha256};

/// SHA-256 of some bytes (FIPS 180-4).
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Whether two digests are the same, in a time that does not tell where they differ: what they stand for may be easy to guess.
#[must_use]
pub fn same_digest(one: &[u8; 32], other: &[u8; 32]) -> bool {
    let differing = one.iter().zip(other).fold(0, |all, (one, other)| all | (one ^ other));
    std::hint::black_box(differing) == 0
}
