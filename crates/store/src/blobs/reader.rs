//! Opens a blob, or a range of it, chunk by chunk.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use dmp_seal::{Cipher, Secret};

use super::{BlobFault, BlobId, BlobSink, CHUNK_LENGTH, aad, nonce};
use crate::counters::Counters;

/// A blob, or a range of it, on its way out.
#[derive(Debug)]
pub struct BlobReader {
    sink: Arc<dyn BlobSink>,
    id: BlobId,
    cipher: Cipher,
    last_chunk: u32,
    left: Range<u64>,
    counters: Arc<Counters>,
}

impl BlobReader {
    /// Begins to read the bytes in `range` of a blob of `length` bytes; the entry that names it holds id, key and length.
    ///
    /// # Errors
    /// [`BlobFault::Length`] if the range goes beyond the end.
    pub fn new(
        sink: Arc<dyn BlobSink>,
        id: BlobId,
        key: &Secret,
        length: u64,
        range: Range<u64>,
    ) -> Result<Self, BlobFault> {
        if range.end > length || range.start > range.end {
            return Err(BlobFault::Length);
        }
        let last_chunk =
            u32::try_from(length.saturating_sub(1) / CHUNK_LENGTH as u64).map_err(|_| BlobFault::Length)?;
        let cipher = Cipher::new(key).map_err(|_| BlobFault::Damaged)?;
        Ok(Self { sink, id, cipher, last_chunk, left: range, counters: Arc::default() })
    }

    /// Counts there what does not open.
    #[must_use]
    pub(crate) fn counting(self, counters: Arc<Counters>) -> Self {
        Self { counters, ..self }
    }

    /// The next bytes, at most a chunk of them; `None` after the last.
    ///
    /// # Errors
    /// [`BlobFault::Damaged`] if a chunk is missing, was changed, or the blob is not as long as it should be: the operator is told.
    pub async fn next(&mut self) -> Result<Option<Bytes>, BlobFault> {
        let read = self.read().await;
        if read.is_err() {
            self.counters.blob_failed();
            // The blob's id is random: it says nothing of whose it is.
            tracing::error!(blob = %hex::encode(self.id.0), "a chunk of a document does not open");
        }
        read
    }

    async fn read(&mut self) -> Result<Option<Bytes>, BlobFault> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let chunk = u32::try_from(self.left.start / CHUNK_LENGTH as u64).map_err(|_| BlobFault::Length)?;
        let plain = self.open(chunk).await?;
        let begin = u64::from(chunk) * CHUNK_LENGTH as u64;
        let end = self.left.end.min(begin + plain.len() as u64);
        let wanted = (self.left.start - begin) as usize..end.saturating_sub(begin) as usize;
        if wanted.is_empty() {
            return Err(BlobFault::Damaged);
        }
        self.left.start = end;
        Ok(Some(plain.slice(wanted)))
    }

    /// Everything that is left, in one piece; for what is known to be small.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub async fn rest(mut self) -> Result<Bytes, BlobFault> {
        let first = self.next().await?.unwrap_or_default();
        let Some(second) = self.next().await? else { return Ok(first) };
        let mut all = [first, second].concat();
        while let Some(more) = self.next().await? {
            all.extend_from_slice(&more);
        }
        Ok(Bytes::from(all))
    }

    async fn open(&self, chunk: u32) -> Result<Bytes, BlobFault> {
        let last = chunk == self.last_chunk;
        let mut bytes = Vec::from(self.sink.read(self.id, chunk).await?.ok_or(BlobFault::Damaged)?);
        self.cipher.open(&nonce(chunk), &aad(self.id, chunk, last), &mut bytes).map_err(|_| BlobFault::Damaged)?;
        if !last && bytes.len() != CHUNK_LENGTH {
            return Err(BlobFault::Damaged);
        }
        Ok(Bytes::from(bytes))
    }
}
