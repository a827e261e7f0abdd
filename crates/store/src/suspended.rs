//! Who is suspended everywhere. What is decided is appended on condition that the operator's journal has not moved, so that a suspension
//! is as fresh as a block.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dmp_core::access::subjects_of;
use dmp_core::code::Instant;
use dmp_core::dossier::{Change, Subject};
use dmp_core::identity::Requester;

use crate::door::Store;
use crate::engine::Head;
use crate::error::StoreError;
use crate::held::{JournalKeys, read_entry};
use crate::naming::Name;

/// The professionals and structures that the operator suspended, and since when.
pub type Suspensions = Arc<BTreeMap<Subject, Instant>>;

/// What is known of the operator's journal.
#[derive(Debug, Default)]
pub struct Watch {
    known: Mutex<Known>,
    /// How many times the journal began to be looked at. Who holds it looks, for all who came before he began.
    looks: tokio::sync::Mutex<u64>,
    begun: AtomicU64,
}

#[derive(Debug, Default, Clone)]
struct Known {
    seq: u32,
    keys: Option<Arc<JournalKeys>>,
    suspended: Suspensions,
}

impl Store {
    /// Who was suspended when last somebody looked, and the head up to which he did: whoever appends on condition that it has not moved
    /// need not look again.
    ///
    /// # Errors
    /// [`StoreError`] when the operator's journal cannot be found.
    pub(crate) async fn known_suspensions(&self) -> Result<(Suspensions, Option<Head>), StoreError> {
        let Some(journal) = self.find_journal(&Name::Operator).await? else { return Ok(Default::default()) };
        let known = self.watch.known.lock().unwrap_or_else(PoisonError::into_inner);
        Ok((Arc::clone(&known.suspended), Some(Head { journal, seq: known.seq })))
    }

    /// Who is suspended, as of every append that was acknowledged before the call.
    ///
    /// # Errors
    /// [`StoreError`] when the operator's journal cannot be read: nobody is then let in.
    pub(crate) async fn suspensions(&self) -> Result<Suspensions, StoreError> {
        let Some(journal) = self.find_journal(&Name::Operator).await? else { return Ok(Suspensions::default()) };
        let came = self.watch.begun.load(Ordering::SeqCst);
        let mut last = self.watch.looks.lock().await;
        if *last > came {
            let known = self.watch.known.lock().unwrap_or_else(PoisonError::into_inner);
            return Ok(Arc::clone(&known.suspended));
        }
        let look = self.watch.begun.fetch_add(1, Ordering::SeqCst) + 1;
        let suspended = self.look(journal).await?;
        *last = look;
        Ok(suspended)
    }

    /// Reads what is new in the operator's journal.
    async fn look(&self, journal: u32) -> Result<Suspensions, StoreError> {
        let mut known = self.watch.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let loaded = self.engine.load(journal, Some(known.seq)).await?;
        if loaded.rows.is_empty() {
            return Ok(known.suspended);
        }
        let keys = match &known.keys {
            Some(keys) => Arc::clone(keys),
            None => self.journal_keys(journal).await?,
        };
        let suspended = Arc::make_mut(&mut known.suspended);
        for (seq, row) in loaded.rows.iter().filter(|(seq, _)| *seq > known.seq) {
            let entry = read_entry(&keys, journal, *seq, row)?;
            for change in entry.changes.iter().flatten() {
                if let Change::RequesterSuspended(change) = change {
                    if change.suspended {
                        suspended.insert(change.subject.clone(), entry.facts.at);
                    } else {
                        suspended.remove(&change.subject);
                    }
                }
            }
        }
        known.seq = loaded.rows.last().map_or(known.seq, |(seq, _)| *seq);
        known.keys = Some(keys);
        let answer = Arc::clone(&known.suspended);
        let mut shared = self.watch.known.lock().unwrap_or_else(PoisonError::into_inner);
        if shared.seq < known.seq {
            *shared = known;
        }
        Ok(answer)
    }
}

/// Whether a caller, or the structure in his token, is suspended.
pub fn is_suspended(suspensions: &Suspensions, requester: &Requester) -> bool {
    !suspensions.is_empty() && subjects_of(requester).iter().any(|subject| suspensions.contains_key(subject))
}
