//! The state of other journals that an entry refers to: a dossier that was taken in, up to the entry that froze it; what a survivor kept for
//! a dossier that comes back (the storage contract, section 7).

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use dmp_core::dossier::{Change, Dossier, JournalEntry};
use dmp_seal::Digest;

use crate::engine::Engine;
use crate::error::StoreError;
use crate::held::{JournalKeys, open_row};
use crate::keys::KeyStore;

/// What is remembered of journals weighs about so many bytes at most.
const MOST_REMEMBERED: usize = 64 << 20;
/// So many states are remembered whatever they weigh: of two journals that refer to each other, where both were read last.
const FEWEST_REMEMBERED: usize = 8;

/// Journals by their number, folded as far as is asked. For one reading: it remembers how far it came, because journals of dossiers that came
/// together and parted again and again refer to each other each time, and each time to all that was before.
#[derive(Debug)]
pub struct Library<'a> {
    engine: &'a dyn Engine,
    keys: &'a KeyStore,
    remembered: Mutex<Remembered>,
}

/// A journal folded up to one of its entries, and the digest of that entry.
pub type Folded = (Arc<Dossier>, Digest);

/// A journal folded up to one of its entries, to be folded on from there.
#[derive(Debug)]
struct Prefix {
    dossier: Arc<Dossier>,
    head: Digest,
    weight: usize,
    /// When it was asked for last.
    used: u64,
}

/// Journals as far as they were folded, by journal and entry.
#[derive(Debug, Default)]
struct Remembered {
    prefixes: BTreeMap<(u32, u32), Prefix>,
    weight: usize,
    uses: u64,
}

impl Remembered {
    /// The longest that is known of a journal up to that entry.
    fn longest(&mut self, journal: u32, upto: u32) -> Option<Folded> {
        self.uses += 1;
        let (_, prefix) = self.prefixes.range_mut((journal, 0)..=(journal, upto)).next_back()?;
        prefix.used = self.uses;
        Some((Arc::clone(&prefix.dossier), prefix.head))
    }

    /// Remembers one; what was not asked for longest goes where there are too many.
    fn keep(&mut self, journal: u32, (dossier, head): &Folded) {
        self.uses += 1;
        let (key, weight) = ((journal, dossier.seq), dossier.weight());
        let prefix = Prefix { dossier: Arc::clone(dossier), head: *head, weight, used: self.uses };
        let before = self.prefixes.insert(key, prefix).map_or(0, |before| before.weight);
        self.weight = self.weight.saturating_add(weight).saturating_sub(before);
        while self.weight > MOST_REMEMBERED && self.prefixes.len() > FEWEST_REMEMBERED {
            let oldest = self.prefixes.iter().min_by_key(|(_, prefix)| prefix.used).map(|(key, _)| *key);
            let Some(gone) = oldest.and_then(|key| self.prefixes.remove(&key)) else { return };
            self.weight = self.weight.saturating_sub(gone.weight);
        }
    }
}

impl<'a> Library<'a> {
    /// The journals of an engine, with their keys.
    pub fn new(engine: &'a dyn Engine, keys: &'a KeyStore) -> Self {
        Self { engine, keys, remembered: Mutex::default() }
    }

    /// The engine.
    pub const fn engine(&self) -> &'a dyn Engine {
        self.engine
    }

    /// Folds a journal up to an entry, from its beginning or from where it was folded to before. What its entries refer to lies before them:
    /// this ends; and is remembered, so that no journal is folded again for each entry that refers to it.
    pub fn fold(
        &self,
        journal: u32,
        upto: u32,
    ) -> Pin<Box<dyn Future<Output = Result<Folded, StoreError>> + Send + '_>> {
        Box::pin(async move {
            let key = self.keys.get(journal).await?;
            let keys = JournalKeys::new(&key.ok_or_else(|| StoreError::Damaged("the journal has no key".into()))?)?;
            let (mut dossier, mut head) = match self.remembered().longest(journal, upto) {
                Some((dossier, head)) if dossier.seq == upto => return Ok((dossier, head)),
                Some((dossier, head)) => (dossier, Some(head)),
                None => (Arc::new(Dossier::empty()), None),
            };
            let count = usize::try_from(upto.saturating_sub(dossier.seq)).unwrap_or(usize::MAX);
            let rows = self.engine.rows(journal, dossier.seq, count).await?;
            for (seq, row) in rows.iter().take_while(|(seq, _)| *seq <= upto) {
                let (mut entry, digest) = open_row(&keys, journal, *seq, head.as_ref(), row)?;
                self.complete(&mut entry).await?;
                Arc::make_mut(&mut dossier).evolve(&entry);
                head = Some(digest);
            }
            let Some(head) = head.filter(|_| dossier.seq == upto) else {
                // A copy that lags: the entry was acknowledged before another journal named it.
                return Err(StoreError::Unavailable);
            };
            let folded = (dossier, head);
            self.remembered().keep(journal, &folded);
            Ok(folded)
        })
    }

    /// Brings the state that an entry refers to.
    pub async fn complete(&self, entry: &mut JournalEntry) -> Result<(), StoreError> {
        let Some((journal, seq, head)) = entry.refers_to() else { return Ok(()) };
        let returned = entry.changes.iter().flatten().find_map(|change| match change {
            Change::Returned(returned) => Some(returned.merge),
            _ => None,
        });
        // What the survivor kept for it stood in its state before it let go: looked at first, and folded on from.
        let kept = match returned {
            Some(merge) => self.leaving(journal, seq, &merge).await?,
            None => None,
        };
        let (dossier, digest) = self.fold(journal, seq).await?;
        if digest.0 != head {
            return Err(StoreError::Damaged(format!("entry {}: the journal that it refers to is another", entry.seq)));
        }
        entry.annex = match returned {
            None => Some(dossier),
            Some(_) if kept.is_none() => {
                return Err(StoreError::Damaged(format!("entry {}: nothing was kept for it", entry.seq)));
            }
            Some(_) => kept.map(Arc::new),
        };
        Ok(())
    }

    /// What a survivor kept for a guest, at the entry by which it let go.
    pub async fn leaving(&self, journal: u32, seq: u32, merge: &[u8; 16]) -> Result<Option<Dossier>, StoreError> {
        let (before, _) = self.fold(journal, seq.saturating_sub(1)).await?;
        Ok(before.guest_leaving(merge))
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
