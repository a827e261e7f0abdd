//! The job that ends dossiers and epochs: destroys what is due, rotates the keys, certifies what is complete.
//!
//! One round is idempotent and may be cut off anywhere; the next one goes on. One process does it at a time: the others find the lock
//! of the root key held and do nothing.

use std::sync::Arc;

use dmp_fhir::Fhir;
use dmp_store::destruction::{Destroyed, SigningKey};
use dmp_store::keys::KeyStore;
use dmp_store::{Chance, Store, StoreError};

use crate::failure::Failure;
use crate::root_key::RootFile;
use crate::world::SystemChance;

/// Days between the end of an epoch and the term of an express deletion: a service that was down for a week is still in time.
const SPARE_DAYS: u16 = 7;
/// A day, in milliseconds.
const DAY: u64 = 24 * 3_600_000;
/// How many rewrapped keys are between two lines of the log.
const TOLD_EVERY: usize = 1 << 20;

/// What a round needs.
#[derive(Debug)]
pub struct Ending {
    /// The door.
    pub store: Arc<Store>,
    /// The keys of journals.
    pub keys: KeyStore,
    /// The file of the root key.
    pub root_file: RootFile,
    /// Signs certificates.
    pub signer: Arc<SigningKey>,
    /// Keeps rendered resources in memory.
    pub fhir: Arc<Fhir>,
    /// Days that an epoch lasts.
    pub epoch_days: u16,
    /// A demo's root key has no copy elsewhere: nobody is told to renew it.
    pub is_demo: bool,
}

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// Dossiers.
    pub destroyed: Destroyed,
    /// Whether an epoch ended.
    pub rotated: bool,
    /// Certificates that were made.
    pub certified: usize,
}

/// The file of the root key fails: as the key store does.
fn failed(failure: Failure) -> StoreError {
    StoreError::Engine(failure.to_string())
}

/// Numbers only.
fn tell(ended: Ended) {
    let (done, held, failed) = (ended.destroyed.dossiers, ended.destroyed.held_back, ended.destroyed.failed);
    tracing::info!(
        "destroyed {done} dossiers, {held} held back by a case, {failed} unreadable, {} certificates",
        ended.certified
    );
}

impl Ending {
    /// One round: dossiers, then the epoch if its time has come, then certificates. Nothing where another process is at it.
    ///
    /// # Errors
    /// [`StoreError`] when something fails; what was begun is gone on with in the next round.
    pub async fn round(&self) -> Result<Ended, StoreError> {
        let Some(_alone) = self.root_file.alone().map_err(failed)? else { return Ok(Ended::default()) };
        let destroyed = self.store.destroy_due(self.epoch_days + SPARE_DAYS).await?;
        if destroyed.dossiers > 0 {
            self.fhir.forget_destroyed();
        }
        let rotated = self.rotate_if_due().await?;
        let certified = self.store.certify(&self.signer).await?;
        let ended = Ended { destroyed, rotated, certified };
        if ended != Ended::default() {
            tell(ended);
        }
        Ok(ended)
    }

    async fn rotate_if_due(&self) -> Result<bool, StoreError> {
        let now = u64::try_from(self.store.now().millis()).unwrap_or(0);
        let begun = self.keys.begun(now).await?;
        let due = now >= begun.saturating_add(u64::from(self.epoch_days) * DAY);
        if !due && !self.root_file.has_next() {
            return Ok(false);
        }
        let next = self.root_file.next().map_err(failed)?;
        if !self.keys.belongs_to(&next).await? {
            let told = |done: usize| {
                if done.is_multiple_of(TOLD_EVERY) {
                    tracing::info!("a new epoch of keys: {done} rewrapped");
                }
            };
            self.keys.rotate(&next, &mut |bytes: &mut [u8]| SystemChance.fill(bytes), &told).await?;
        }
        self.root_file.swap().map_err(failed)?;
        self.keys.begun(now).await?;
        if !self.is_demo {
            tracing::warn!("a new epoch of keys has begun: renew the copy of the root key, and destroy the old one");
        }
        Ok(true)
    }
}
