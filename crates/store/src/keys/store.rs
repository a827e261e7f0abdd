//! The key store: one wrapped key a journal, in a file of its own, or in memory for tests.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dmp_seal::{Entropy, JournalKey, NONCE_LENGTH, Nonce, Secret};

use super::KeyFault;
use super::filed::{Drawn, Filed};
use super::wrapping::RootKey;
use crate::engine::EngineError;
use crate::sqlite::Lost;

/// Journals that are rewrapped in one transaction, so that a rotation holds nobody up for long.
const REWRAPPED_AT_ONCE: usize = 4_096;
/// The generation of every journal's key so far; it stands in the journal's rows.
const GENERATION: u32 = 1;

/// Where the keys of journals are. Cloning shares the store.
#[derive(Debug, Clone)]
pub struct KeyStore(Kind);

#[derive(Debug, Clone)]
enum Kind {
    File(Arc<Filed>),
    Memory(Arc<Mutex<Kept>>),
}

/// What a store in memory keeps: it has epochs too, which know every key of their time.
#[derive(Debug)]
struct Kept {
    keys: BTreeMap<u32, Secret>,
    removed: BTreeMap<u32, u32>,
    secrets: BTreeMap<&'static str, Secret>,
    epoch: u32,
    begun: Option<u64>,
}

fn locked(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl From<Lost> for KeyFault {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotTried => Self::Unavailable("the transaction was not carried out".to_owned()),
            Lost::Unknown => Self::Unknown,
        }
    }
}

impl From<EngineError> for KeyFault {
    fn from(error: EngineError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

fn draw_key(entropy: &mut Entropy<'_>) -> Secret {
    let mut bytes = [0; 32];
    entropy(&mut bytes);
    Secret::new(bytes)
}

fn draw_nonce(entropy: &mut Entropy<'_>) -> Nonce {
    let mut bytes = [0; NONCE_LENGTH];
    entropy(&mut bytes);
    bytes
}

impl KeyStore {
    /// Opens the store of keys, and makes its first epoch if there is none. `roots` are the root keys that may be in force: one, or
    /// after a rotation that was cut off the old and the new.
    ///
    /// # Errors
    /// [`KeyFault::Root`] if an epoch opens with none of them, [`KeyFault::Unavailable`] if the file does not.
    pub async fn open(
        path: &Path,
        roots: &[RootKey],
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
    ) -> Result<Self, KeyFault> {
        let roots = roots.to_vec();
        Self::open_following(path, move || roots.clone(), entropy).await
    }

    /// The same, where the root keys are read anew whenever another process began an epoch: it may rotate while this one works.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_following(
        path: &Path,
        roots: impl Fn() -> Vec<RootKey> + Send + Sync + 'static,
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
    ) -> Result<Self, KeyFault> {
        Ok(Self(Kind::File(Arc::new(Filed::open(path, Arc::new(roots), entropy).await?))))
    }

    /// Says whether a file opens with these root keys, as [`Self::open_following`] does, and makes and changes nothing. One that is not there
    /// opens with any.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn look(path: &Path, roots: impl Fn() -> Vec<RootKey> + Send + Sync + 'static) -> Result<(), KeyFault> {
        Filed::look(path, Arc::new(roots)).await
    }

    /// A store that lives as long as its last clone.
    #[must_use]
    pub fn in_memory() -> Self {
        let kept =
            Kept { keys: BTreeMap::new(), removed: BTreeMap::new(), secrets: BTreeMap::new(), epoch: 1, begun: None };
        Self(Kind::Memory(Arc::new(Mutex::new(kept))))
    }

    /// Gives each of these new journals a key, durable when this returns, in one commit with whatever else waits. `None` for one that has a
    /// key: it is not new. Takes 44 bytes of chance for each journal.
    ///
    /// # Errors
    /// [`KeyFault`]; where the answer was lost the journals may have keys now, and are nobody's.
    pub async fn create(
        &self,
        journals: &[u32],
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
    ) -> Result<Vec<Option<JournalKey>>, KeyFault> {
        let drawn: Vec<Drawn> =
            journals.iter().map(|journal| (*journal, draw_key(entropy), draw_nonce(entropy))).collect();
        let keys = match &self.0 {
            Kind::Memory(kept) => {
                let mut kept = locked(kept);
                let create = |(journal, key, _): Drawn| match kept.keys.entry(journal) {
                    Entry::Occupied(_) => None,
                    Entry::Vacant(place) => Some(place.insert(key).clone()),
                };
                drawn.into_iter().map(create).collect()
            }
            Kind::File(filed) => filed.create(drawn).await?,
        };
        Ok(keys.into_iter().map(|key| Some(JournalKey::new(key?, GENERATION))).collect())
    }

    /// The key of a journal; `None` if it never had one or was destroyed.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub async fn get(&self, journal: u32) -> Result<Option<JournalKey>, KeyFault> {
        let key = match &self.0 {
            Kind::Memory(kept) => locked(kept).keys.get(&journal).cloned(),
            Kind::File(filed) => filed.get(journal).await?,
        };
        Ok(key.map(|key| JournalKey::new(key, GENERATION)))
    }

    /// The greatest number of a journal that has a key.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub async fn greatest(&self) -> Result<Option<u32>, KeyFault> {
        match &self.0 {
            Kind::Memory(kept) => Ok(locked(kept).keys.keys().next_back().copied()),
            Kind::File(filed) => filed.greatest().await,
        }
    }

    /// Those of these journals that have a key.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub async fn present(&self, journals: &[u32]) -> Result<Vec<u32>, KeyFault> {
        match &self.0 {
            Kind::Memory(kept) => {
                let kept = locked(kept);
                Ok(journals.iter().filter(|journal| kept.keys.contains_key(journal)).copied().collect())
            }
            Kind::File(filed) => filed.present(journals.to_vec()).await,
        }
    }

    /// Removes the key of a journal, in the file and in its log, and notes the last epoch that knew it.
    ///
    /// # Errors
    /// [`KeyFault`]; asking again is harmless.
    pub async fn destroy(&self, journal: u32) -> Result<(), KeyFault> {
        match &self.0 {
            Kind::Memory(kept) => {
                let mut kept = locked(kept);
                kept.keys.remove(&journal);
                let epoch = kept.epoch;
                kept.removed.entry(journal).or_insert(epoch);
            }
            Kind::File(filed) => filed.destroy(vec![journal]).await?,
        }
        Ok(())
    }

    /// The journals whose keys were removed and whose certificates are not made yet, each with the last epoch that knew its key.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub async fn removed(&self) -> Result<Vec<(u32, u32)>, KeyFault> {
        match &self.0 {
            Kind::Memory(kept) => Ok(locked(kept).removed.iter().map(|(journal, epoch)| (*journal, *epoch)).collect()),
            Kind::File(filed) => filed.removed().await,
        }
    }

    /// The certificate of a journal is kept: it need not be remembered here.
    ///
    /// # Errors
    /// [`KeyFault`]; asking again is harmless.
    pub async fn forget_removed(&self, journal: u32) -> Result<(), KeyFault> {
        match &self.0 {
            Kind::Memory(kept) => {
                locked(kept).removed.remove(&journal);
                Ok(())
            }
            Kind::File(filed) => filed.forget_removed(journal).await,
        }
    }

    /// The epochs whose wrapping keys are still there, oldest first: a destruction is complete when all that knew the key are gone.
    #[must_use]
    pub fn epochs(&self) -> Vec<u32> {
        match &self.0 {
            Kind::Memory(kept) => vec![locked(kept).epoch],
            Kind::File(filed) => filed.read_epochs().iter().map(|epoch| epoch.number).collect(),
        }
    }

    /// When the newest epoch began, in milliseconds since 1970; noted as `now` if nobody did before.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub async fn begun(&self, now: u64) -> Result<u64, KeyFault> {
        match &self.0 {
            Kind::Memory(kept) => Ok(*locked(kept).begun.get_or_insert(now)),
            Kind::File(filed) => {
                let newest = filed.newest().ok_or(KeyFault::Root(0))?.number;
                filed.begun(newest, now).await
            }
        }
    }

    /// Whether every epoch in the file opens with this root alone: a rotation to it is over.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] if the file cannot be read.
    pub async fn belongs_to(&self, root: &RootKey) -> Result<bool, KeyFault> {
        match &self.0 {
            Kind::Memory(_) => Ok(true),
            Kind::File(filed) => filed.belongs_to(root).await,
        }
    }

    /// A secret of the deployment (the key of names, say), drawn when it is first asked for. Sealed as the keys of journals are, and
    /// sealed anew with every epoch.
    ///
    /// # Errors
    /// [`KeyFault`]; asking again is harmless.
    pub async fn secret(
        &self,
        name: &'static str,
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
    ) -> Result<Secret, KeyFault> {
        let drawn = draw_key(entropy);
        match &self.0 {
            Kind::Memory(kept) => Ok(locked(kept).secrets.entry(name).or_insert(drawn).clone()),
            Kind::File(filed) => filed.secret(name, drawn, draw_nonce(entropy)).await,
        }
    }

    /// Begins a new epoch under a new root, rewraps every key that is left, and removes the epochs before. One process rotates at a time;
    /// others may go on. A rotation that was cut off is taken up by [`Self::open`] with both roots and another call with the same new root.
    /// `progress` is told how many keys are rewrapped, now and then.
    ///
    /// # Errors
    /// [`KeyFault`]; what was rewrapped stays so, and everything remains readable.
    pub async fn rotate(
        &self,
        root: &RootKey,
        entropy: &mut (dyn FnMut(&mut [u8]) + Send),
        progress: &(dyn Fn(usize) + Send + Sync),
    ) -> Result<(), KeyFault> {
        let filed = match &self.0 {
            Kind::Memory(kept) => {
                let mut kept = locked(kept);
                (kept.epoch, kept.begun) = (kept.epoch + 1, None);
                return Ok(());
            }
            Kind::File(filed) => filed,
        };
        filed.follow().await?;
        if filed.read_epochs().len() < 2 {
            let number = filed.newest().map_or(1, |epoch| epoch.number + 1);
            filed.begin_epoch(number, root, entropy).await?;
        }
        let newest = filed.newest().ok_or(KeyFault::Root(0))?;
        let mut done = 0;
        loop {
            let nonces: Vec<Nonce> = (0..REWRAPPED_AT_ONCE).map(|_| draw_nonce(entropy)).collect();
            let some = filed.rewrap(Arc::clone(&newest), nonces).await?;
            if some == 0 {
                break;
            }
            done += some;
            progress(done);
        }
        filed.end_epochs_before(newest.number).await
    }
}
