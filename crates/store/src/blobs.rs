//! Blobs: what documents weigh. One path: staged, made durable, then named by an entry.
//!
//! A blob has a random id and a random key of its own, which only the entry that names it holds. It is cut into chunks of 64 KiB,
//! each sealed by itself, so that a range needs no whole read and memory stays bounded. Where the bytes lie is a sink's affair.

mod lost;
mod memory;
mod reader;
mod segments;
mod sqlite;
mod writer;

use std::collections::BTreeSet;
use std::fmt;

use bytes::Bytes;
use dmp_seal::{NONCE_LENGTH, Nonce};

use crate::engine::{Answer, EngineError};

pub use lost::{LostFile, lost_files};
pub use memory::MemoryBlobs;
pub use reader::BlobReader;
pub use sqlite::SqliteBlobs;
pub use writer::BlobWriter;

/// Plain bytes of every chunk but the last.
pub const CHUNK_LENGTH: usize = 64 << 10;

/// The random id of a blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub [u8; 16]);

/// A blob that no entry may name yet: it says whose journal to ask before the sweeper deletes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// The blob.
    pub id: BlobId,
    /// The journal whose entry is to name it.
    pub journal: u32,
    /// When it was staged, in milliseconds since 1970. An append refuses what was staged more than 24 hours ago.
    pub staged_at: u64,
}

/// Some sealed chunks of a blob, on their way to a sink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunks {
    /// The blob and its stage.
    pub stage: Stage,
    /// The number of the first of them, from 0.
    pub first: u32,
    /// The sealed chunks.
    pub sealed: Vec<Bytes>,
    /// Whether the blob ends with them.
    pub last: bool,
}

/// Why a blob cannot be written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlobFault {
    /// The sink gave no answer.
    #[error(transparent)]
    Sink(#[from] EngineError),
    /// A chunk is missing, or does not open under this key at this place.
    #[error("the blob is damaged, or the key is another blob's")]
    Damaged,
    /// Longer than 2³² chunks, or a range beyond the end.
    #[error("the length of the blob does not allow it")]
    Length,
}

/// Where sealed chunks lie.
pub trait BlobSink: Send + Sync + fmt::Debug {
    /// Keeps some chunks; the first ones stage the blob. When those with `last` are kept, the whole blob is durable.
    fn write(&self, chunks: Chunks) -> Answer<'_, Result<(), EngineError>>;

    /// One sealed chunk; `None` if there is no such blob or chunk.
    fn read(&self, id: BlobId, chunk: u32) -> Answer<'_, Result<Option<Bytes>, EngineError>>;

    /// At most `limit` blobs that were staged before `before` (milliseconds since 1970) and not released, the oldest first.
    fn staged(&self, before: u64, limit: usize) -> Answer<'_, Result<Vec<Stage>, EngineError>>;

    /// Takes blobs off the stage: an entry names them. Not durable by itself: what comes back after a crash is looked at again.
    fn release(&self, named: Vec<BlobId>) -> Answer<'_, Result<(), EngineError>>;

    /// How far this sink has come in the list of destroyed journals: the last place that [`Self::forget`] was given.
    fn forgotten(&self) -> Answer<'_, Result<u64, EngineError>>;

    /// Deletes every blob that was received for one of these journals, and remembers the place in the list. Durable.
    fn forget(&self, journals: BTreeSet<u32>, place: u64) -> Answer<'_, Result<(), EngineError>>;

    /// Deletes a blob, staged or not.
    fn delete(&self, id: BlobId) -> Answer<'_, Result<(), EngineError>>;
}

/// What a chunk is bound to: blob id ‖ number of the chunk ‖ whether it is the last.
fn aad(id: BlobId, chunk: u32, last: bool) -> [u8; 21] {
    let mut aad = [u8::from(last); 21];
    let bytes = id.0.into_iter().chain(chunk.to_be_bytes());
    for (to, from) in aad.iter_mut().zip(bytes) {
        *to = from;
    }
    aad
}

/// The nonce of a chunk: its number. The key is random and seals this blob only, so no nonce comes twice under it.
fn nonce(chunk: u32) -> Nonce {
    let mut nonce = [0; NONCE_LENGTH];
    for (to, from) in nonce.iter_mut().zip(chunk.to_be_bytes()) {
        *to = from;
    }
    nonce
}
