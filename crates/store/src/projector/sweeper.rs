//! Deletes what was staged and never named by an entry (the storage contract, section 4).
//!
//! It looks at stages older than 48 hours, and nobody may provide what is older than 24: what it deletes, no act can still be about to
//! name. A journal without a key never had entries or is destroyed: nothing of it can be opened, and its blobs go.

use std::collections::{BTreeMap, BTreeSet};

use dmp_core::dossier::Change;

use super::Projectors;
use crate::blobs::{BlobId, Stage};
use crate::error::StoreError;
use crate::held::{JournalKeys, read_entry};

/// Stages younger than this, in milliseconds, are left alone.
const PATIENCE: i64 = 48 * 3_600_000;
/// Stages that are looked at together.
const PAGE: usize = 256;

/// What one sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Blobs that an entry names: taken off the stage.
    pub released: usize,
    /// Blobs that none does: deleted.
    pub deleted: usize,
}

impl Projectors {
    /// Looks at every stage that is old enough.
    ///
    /// # Errors
    /// [`StoreError`] when the engine, the key store or the blobs fail. What is left is looked at in the next sweep.
    pub async fn sweep(&self) -> Result<Swept, StoreError> {
        let before = u64::try_from(self.store.now().plus_millis(-PATIENCE).millis()).unwrap_or(0);
        let mut all = Swept::default();
        loop {
            let stages = self.store.blobs.staged(before, PAGE).await?;
            let swept = self.sweep_page(&stages).await?;
            all.released += swept.released;
            all.deleted += swept.deleted;
            // What could not be decided stays, and would come again.
            if stages.len() < PAGE || swept == Swept::default() {
                return Ok(all);
            }
        }
    }

    async fn sweep_page(&self, stages: &[Stage]) -> Result<Swept, StoreError> {
        let mut by_journal: BTreeMap<u32, Vec<BlobId>> = BTreeMap::new();
        for stage in stages {
            by_journal.entry(stage.journal).or_default().push(stage.id);
        }
        let mut swept = Swept::default();
        for (journal, ids) in by_journal {
            let named = match self.named(journal).await {
                Ok(named) => named,
                // Nothing is deleted for a journal that this version cannot read.
                Err(StoreError::Unreadable | StoreError::Damaged(_)) => {
                    self.store.counters.projector_failed();
                    continue;
                }
                Err(error) => return Err(error),
            };
            let (kept, left): (Vec<BlobId>, Vec<BlobId>) = ids.into_iter().partition(|id| named.contains(id));
            swept.released += kept.len();
            swept.deleted += left.len();
            self.store.blobs.release(kept).await?;
            for id in left {
                self.store.blobs.delete(id).await?;
            }
        }
        Ok(swept)
    }

    /// Every blob that the journal names, its deleted documents' included; and those with which its dossier was ever merged, for what was
    /// staged for the one may be named by the other.
    async fn named(&self, journal: u32) -> Result<BTreeSet<BlobId>, StoreError> {
        let (mut named, mut seen, mut next) = (BTreeSet::new(), BTreeSet::new(), vec![journal]);
        while let Some(journal) = next.pop() {
            if !seen.insert(journal) {
                continue;
            }
            let Some(key) = self.store.keys.get(journal).await? else { continue };
            let keys = JournalKeys::new(&key)?;
            for (seq, row) in self.store.engine.rows(journal, 0, usize::MAX).await? {
                for change in read_entry(&keys, journal, seq, &row)?.changes.iter().flatten() {
                    match change {
                        Change::DocumentAdded(added) => {
                            let blobs = [Some(&added.entry.content), added.entry.text.as_ref()];
                            named.extend(blobs.into_iter().flatten().map(|blob| BlobId(blob.id)));
                        }
                        Change::MergedInto(moved) => next.push(moved.journal),
                        Change::Absorbed(absorbed) => next.push(absorbed.journal),
                        Change::Returned(returned) => next.push(returned.journal),
                        _ => {}
                    }
                }
            }
        }
        Ok(named)
    }
}
