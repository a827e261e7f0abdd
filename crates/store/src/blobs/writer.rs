//! Seals a blob while it streams in, and never holds more than a few chunks of it.

use std::sync::Arc;

use bytes::Bytes;
use dmp_seal::{Cipher, Secret, TAG_LENGTH};

use super::{BlobFault, BlobSink, CHUNK_LENGTH, Chunks, Stage, aad, nonce};

/// Chunks that go to the sink together.
const TOGETHER: usize = 4;

/// A blob in the making. Dropped before [`Self::finish`], it stays staged, and the sweeper finds it.
#[derive(Debug)]
pub struct BlobWriter {
    sink: Arc<dyn BlobSink>,
    stage: Stage,
    cipher: Cipher,
    buffer: Vec<u8>,
    sealed: Vec<Bytes>,
    next: u32,
    length: u64,
}

impl BlobWriter {
    /// Begins a blob under `key`, which must be random and used for this blob only.
    ///
    /// # Errors
    /// [`BlobFault::Damaged`] if the cipher refuses the key, which it never does.
    pub fn new(sink: Arc<dyn BlobSink>, stage: Stage, key: &Secret) -> Result<Self, BlobFault> {
        let cipher = Cipher::new(key).map_err(|_| BlobFault::Damaged)?;
        Ok(Self { sink, stage, cipher, buffer: Vec::new(), sealed: Vec::new(), next: 0, length: 0 })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// [`BlobFault`]; the blob is then lost.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), BlobFault> {
        self.length += bytes.len() as u64;
        while !bytes.is_empty() {
            // A full chunk waits for one more byte: only then it is known not to be the last.
            if self.buffer.len() == CHUNK_LENGTH {
                self.seal(false)?;
                if self.sealed.len() == TOGETHER {
                    self.send(false).await?;
                }
            }
            let room = CHUNK_LENGTH - self.buffer.len();
            let (now, later) = bytes.split_at_checked(room).unwrap_or((bytes, &[]));
            // The tag finds its place behind the text without a copy of the chunk.
            self.buffer.reserve(now.len() + TAG_LENGTH);
            self.buffer.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// Seals what is left and makes the blob durable; gives its length.
    ///
    /// # Errors
    /// [`BlobFault`]; whether it is durable is then not known, and the stage says where it is.
    pub async fn finish(mut self) -> Result<u64, BlobFault> {
        self.seal(true)?;
        self.send(true).await?;
        Ok(self.length)
    }

    fn seal(&mut self, last: bool) -> Result<(), BlobFault> {
        let mut chunk = std::mem::take(&mut self.buffer);
        let number = self.next;
        self.next = number.checked_add(1).ok_or(BlobFault::Length)?;
        let sealed = self.cipher.seal(&nonce(number), &aad(self.stage.id, number, last), &mut chunk);
        sealed.map_err(|_| BlobFault::Length)?;
        self.sealed.push(Bytes::from(chunk));
        Ok(())
    }

    async fn send(&mut self, last: bool) -> Result<(), BlobFault> {
        let sealed = std::mem::take(&mut self.sealed);
        let first = self.next - sealed.len() as u32;
        Ok(self.sink.write(Chunks { stage: self.stage, first, sealed, last }).await?)
    }
}
