//! Blobs in memory, for tests. Cloning shares them, so that they outlive a crash of the program under test.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{BlobId, BlobSink, Chunks, Stage};
use crate::engine::{Answer, EngineError};

#[derive(Debug, Default)]
struct Kept {
    chunks: BTreeMap<(BlobId, u32), Bytes>,
    staged: BTreeMap<BlobId, Stage>,
    journals: BTreeMap<BlobId, u32>,
    forgotten: u64,
}

/// A sink in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryBlobs(Arc<Mutex<Kept>>);

impl MemoryBlobs {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The blobs that are there, for the comparison at the end of a story.
    #[must_use]
    pub fn ids(&self) -> Vec<BlobId> {
        let mut ids: Vec<BlobId> = self.lock().chunks.keys().map(|(id, _)| *id).collect();
        ids.dedup();
        ids
    }
}

impl MemoryBlobs {
    /// How many blobs that are there were received for that journal.
    #[must_use]
    pub fn owned_by(&self, journal: u32) -> usize {
        let kept = self.lock();
        let owned = kept.journals.iter().filter(|(_, owner)| **owner == journal);
        owned.filter(|(id, _)| kept.chunks.contains_key(&(**id, 0))).count()
    }
}

impl BlobSink for MemoryBlobs {
    fn write(&self, chunks: Chunks) -> Answer<'_, Result<(), EngineError>> {
        let mut kept = self.lock();
        if chunks.first == 0 {
            kept.staged.insert(chunks.stage.id, chunks.stage);
            kept.journals.insert(chunks.stage.id, chunks.stage.journal);
        }
        let numbered = (chunks.first..).zip(chunks.sealed);
        kept.chunks.extend(numbered.map(|(number, sealed)| ((chunks.stage.id, number), sealed)));
        Box::pin(std::future::ready(Ok(())))
    }

    fn read(&self, id: BlobId, chunk: u32) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        Box::pin(std::future::ready(Ok(self.lock().chunks.get(&(id, chunk)).cloned())))
    }

    fn staged(&self, before: u64, limit: usize) -> Answer<'_, Result<Vec<Stage>, EngineError>> {
        let mut staged: Vec<Stage> =
            self.lock().staged.values().filter(|stage| stage.staged_at < before).copied().collect();
        staged.sort_by_key(|stage| (stage.staged_at, stage.id));
        staged.truncate(limit);
        Box::pin(std::future::ready(Ok(staged)))
    }

    fn release(&self, named: Vec<BlobId>) -> Answer<'_, Result<(), EngineError>> {
        self.lock().staged.retain(|id, _| !named.contains(id));
        Box::pin(std::future::ready(Ok(())))
    }

    fn forgotten(&self) -> Answer<'_, Result<u64, EngineError>> {
        Box::pin(std::future::ready(Ok(self.lock().forgotten)))
    }

    fn forget(&self, journals: BTreeSet<u32>, place: u64) -> Answer<'_, Result<(), EngineError>> {
        let mut kept = self.lock();
        let gone: BTreeSet<BlobId> =
            kept.journals.iter().filter(|(_, journal)| journals.contains(journal)).map(|(id, _)| *id).collect();
        kept.chunks.retain(|(id, _), _| !gone.contains(id));
        kept.staged.retain(|id, _| !gone.contains(id));
        kept.journals.retain(|id, _| !gone.contains(id));
        kept.forgotten = place;
        Box::pin(std::future::ready(Ok(())))
    }

    fn delete(&self, id: BlobId) -> Answer<'_, Result<(), EngineError>> {
        let mut kept = self.lock();
        kept.chunks.retain(|(blob, _), _| *blob != id);
        kept.staged.remove(&id);
        Box::pin(std::future::ready(Ok(())))
    }
}
