//! The digest by which identifiers and tables are named.

use sha2::{Digest, Sha256};

/// SHA-256 of some bytes (FIPS 180-4).
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
