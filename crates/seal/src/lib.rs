//! The frozen format of a journal: how an entry is split into parts, committed, chained, sealed and proved.
//!
//! Pure and on bytes: no clock, no randomness of its own, no I/O, and no notion of what an act is. A part's CBOR is opaque
//! here. Everything that this crate writes is described byte by byte in `docs/journal-format.md`, is held by the vectors in
//! `tests/vectors`, and is read a second time by `tools/verify_journal.py`, which shares no code with it.

mod chain;
mod entry;
mod export;
mod key;
mod merkle;
mod part;
mod receipt;
mod rewrite;
mod row;
mod snapshot;

pub use chain::{Digest, Hash, commit, digest, leaf, place, sha256};
pub use entry::{Entry, Opened, Position, SealedEntry, open, seal};
pub use export::{Export, ExportFault};
pub use key::{Cipher, EntriesKey, JournalKey, NONCE_LENGTH, Nonce, Secret, SnapshotsKey, TAG_LENGTH};
pub use merkle::{Frontier, consistency_proof, inclusion_proof, node, root, verify_consistency, verify_inclusion};
pub use part::{NewPart, Part, PartKind};
pub use receipt::{Receipt, ReceiptFault};
pub use rewrite::{erase, reseal, same_commitments};
pub use row::{Row, SUITE, Sealed, Slot};
pub use snapshot::{OpenedSnapshot, open_snapshot, seal_snapshot};

/// Where fresh bytes come from: the caller's generator, which fills the slice it is given.
///
/// This crate never draws by itself, so that a seed replays a story and the vectors are fixed.
pub type Entropy<'a> = dyn FnMut(&mut [u8]) + 'a;

/// What is wrong with stored bytes, or with what was asked to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The row ends before its last field does.
    #[error("the row is cut short")]
    Short,
    /// Bytes follow the last field.
    #[error("bytes follow the last part")]
    Trailing,
    /// The first byte names a suite that this version does not know.
    #[error("suite {0} is unknown")]
    Suite(u8),
    /// The row was sealed under another generation of the journal's key.
    #[error("the row is of key epoch {0}, the key is not")]
    Epoch(u32),
    /// A length that is not in its shortest form, or that no part can have.
    #[error("a part's length is not canonical")]
    Length,
    /// A part kind outside facts, who, change.
    #[error("part kind {0} is unknown")]
    Kind(u8),
    /// No part, more parts than 65,535, a first part that is not facts, or facts twice.
    #[error("an entry is one facts part, then its who and change parts")]
    Shape,
    /// A part that may not be erased is.
    #[error("only a change part may be erased")]
    Erased,
    /// No such part in the row.
    #[error("the row has no such part")]
    NoPart,
    /// The authenticated cipher refused the bytes: changed, moved from another place, or another key.
    #[error("a part does not open under this key at this place")]
    Sealed,
    /// The opened part is not the one that the row commits to.
    #[error("a part does not match its commitment")]
    Commitment,
    /// Sequence number 0, a first entry with a previous digest, or a later one without.
    #[error("the place in the chain makes no sense")]
    Place,
    /// A rewritten row differs in more than its ciphertexts.
    #[error("a rewritten row must keep every commitment")]
    Rewrite,
}
