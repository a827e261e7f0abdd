//! The state of other journals that an entry refers to: a dossier that was taken in, up to the entry that froze it; what a survivor kept for
//! a dossier that comes back (the storage contract, section 7).

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use dmp_core::dossier::{Change, Dossier, JournalEntry};
use dmp_seal::Digest;

use crate::engine::Engine;
use crate::error::StoreError;
use crate::held::{JournalKeys, open_row};
use crate::keys::KeyStore;

/// Journals by their number, folded as far as is asked.
#[derive(Debug, Clone, Copy)]
pub struct Library<'a> {
    engine: &'a dyn Engine,
    keys: &'a KeyStore,
}

/// A journal folded up to one of its entries, and the digest of that entry.
pub type Folded = (Dossier, Digest);

impl<'a> Library<'a> {
    /// The journals of an engine, with their keys.
    pub const fn new(engine: &'a dyn Engine, keys: &'a KeyStore) -> Self {
        Self { engine, keys }
    }

    /// The engine.
    pub const fn engine(self) -> &'a dyn Engine {
        self.engine
    }

    /// Folds a journal from its beginning up to an entry. What its entries refer to lies before them: this ends.
    pub fn fold(
        self,
        journal: u32,
        upto: u32,
    ) -> Pin<Box<dyn Future<Output = Result<Folded, StoreError>> + Send + 'a>> {
        Box::pin(async move {
            let key = self.keys.get(journal).await?;
            let keys = JournalKeys::new(&key.ok_or_else(|| StoreError::Damaged("the journal has no key".into()))?)?;
            let rows = self.engine.rows(journal, 0, usize::try_from(upto).unwrap_or(usize::MAX)).await?;
            let (mut dossier, mut head) = (Dossier::empty(), None);
            for (seq, row) in rows.iter().take_while(|(seq, _)| *seq <= upto) {
                let (mut entry, digest) = open_row(&keys, journal, *seq, head.as_ref(), row)?;
                self.complete(&mut entry).await?;
                dossier.evolve(&entry);
                head = Some(digest);
            }
            match head.filter(|_| dossier.seq == upto) {
                Some(head) => Ok((dossier, head)),
                // A copy that lags: the entry was acknowledged before another journal named it.
                None => Err(StoreError::Unavailable),
            }
        })
    }

    /// Brings the state that an entry refers to.
    pub async fn complete(self, entry: &mut JournalEntry) -> Result<(), StoreError> {
        let Some((journal, seq, head)) = entry.refers_to() else { return Ok(()) };
        let (dossier, digest) = self.fold(journal, seq).await?;
        if digest.0 != head {
            return Err(StoreError::Damaged(format!("entry {}: the journal that it refers to is another", entry.seq)));
        }
        let returned = entry.changes.iter().flatten().find_map(|change| match change {
            Change::Returned(returned) => Some(returned.merge),
            _ => None,
        });
        let state = match returned {
            None => dossier,
            // What the survivor kept for it stood in its state before it let go.
            Some(merge) => self
                .leaving(journal, seq, &merge)
                .await?
                .ok_or_else(|| StoreError::Damaged(format!("entry {}: nothing was kept for it", entry.seq)))?,
        };
        entry.annex = Some(Arc::new(state));
        Ok(())
    }

    /// What a survivor kept for a guest, at the entry by which it let go.
    pub async fn leaving(self, journal: u32, seq: u32, merge: &[u8; 16]) -> Result<Option<Dossier>, StoreError> {
        let (before, _) = self.fold(journal, seq.saturating_sub(1)).await?;
        Ok(before.guest_leaving(merge))
    }
}
