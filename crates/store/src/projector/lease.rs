//! Which process projects, and which does the jobs: the one whose name stands in a cell of the claim register, until the hour that stands beside it.

use bytes::Bytes;
use dmp_core::code::Instant;

use crate::door::Store;
use crate::engine::{Claimed, NameKey};
use crate::error::StoreError;
use crate::names::NameKind;

/// How long the lease lasts, in milliseconds; it is renewed when half of it is over.
const LASTS: i64 = 15_000;

/// This process's part in a lease.
#[derive(Debug)]
pub struct Lease {
    key: NameKey,
    process: [u8; 16],
    until: Option<Instant>,
}

impl Lease {
    /// A lease of that name, not held yet.
    #[must_use]
    pub fn new(store: &Store, name: &str) -> Self {
        let mut process = [0; 16];
        store.draw(&mut process);
        Self { key: store.names.hash(NameKind::Lease, name), process, until: None }
    }

    /// Whether this process may work now: it has the lease, renewed it, or took it over.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails.
    pub async fn hold(&mut self, store: &Store) -> Result<bool, StoreError> {
        let now = store.now();
        if self.until.is_some_and(|until| now < until.plus_millis(-LASTS / 2)) {
            return Ok(true);
        }
        self.until = None;
        let held = store.engine.claimed(self.key, true).await?;
        if held.as_ref().and_then(read).is_some_and(|(process, until)| process != self.process && now < until) {
            return Ok(false);
        }
        let until = now.plus_millis(LASTS);
        let ours = [&self.process[..], &until.millis().to_be_bytes()].concat();
        // A lost answer is no lease: the next round finds out.
        if store.engine.claim(self.key, held, Some(Bytes::from(ours))).await? == Claimed::Done {
            self.until = Some(until);
        }
        Ok(self.until.is_some())
    }

    /// Lets another process have it now.
    pub async fn give_up(&mut self, store: &Store) {
        let Some(until) = self.until.take() else { return };
        let ours = [&self.process[..], &until.millis().to_be_bytes()].concat();
        // If it fails, the lease ends by itself.
        let _ = store.engine.claim(self.key, Some(Bytes::from(ours)), None).await;
    }
}

fn read(bytes: &Bytes) -> Option<([u8; 16], Instant)> {
    let (process, until) = bytes.split_first_chunk::<16>()?;
    Some((*process, Instant::from_millis(i64::from_be_bytes(until.try_into().ok()?))))
}
