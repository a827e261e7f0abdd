//! The bytes of a document, as its entry names them: what they are and the key that opens them, never where they lie.

use crate::record;

record! {
    /// The content of one document (the storage contract, section 4).
    #[derive(Clone, PartialEq, Eq, Hash)]
    pub struct Blob {
        /// The random id under which a blob store keeps it.
        1 id: [u8; 16],
        /// The random key that opens it and nothing else.
        2 key: [u8; 32],
        /// Length in bytes.
        3 length: u64,
        /// SHA-1 of the bytes: the `hash` of XDS.
        4 sha1: [u8; 20],
        /// SHA-256 of the bytes.
        5 sha256: [u8; 32],
    }
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Blob").field("length", &self.length).finish_non_exhaustive()
    }
}
