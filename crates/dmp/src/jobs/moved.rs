//! The demo's clock, moved from term to term: whoever tests deadlines needs no patience, and nothing that falls due on the way is
//! jumped over.

#[cfg(feature = "lab")]
use std::path::Path;
use std::path::PathBuf;

use dmp_core::code::Instant;
use dmp_store::{Store, StoreError};

use crate::world::MovedClock;

/// The clock, and the wish to move it: a file that `dmp demo clock` writes and that is taken away when the hour is there.
#[derive(Debug)]
pub struct Moved {
    clock: MovedClock,
    wish: PathBuf,
}

/// The file of the wish: milliseconds beyond the machine's clock.
#[cfg(feature = "lab")]
pub fn wish(dir: &Path) -> PathBuf {
    dir.join("clock.wish")
}

impl Moved {
    /// The clock of a demo's folder.
    #[cfg(feature = "lab")]
    pub fn new(dir: &Path, clock: MovedClock) -> Self {
        Self { clock, wish: wish(dir) }
    }

    /// How far the clock is to be moved, where somebody wishes so.
    pub fn target(&self) -> Option<i64> {
        std::fs::read_to_string(&self.wish).ok()?.trim().parse().ok()
    }

    /// Moves to the next term before the target, or to the next try of a mail, and says when it is; at the target there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails.
    pub async fn next(
        &self,
        store: &Store,
        target: i64,
        again: Option<Instant>,
    ) -> Result<Option<Instant>, StoreError> {
        let shift = self.clock.read();
        if shift >= target {
            return Ok(None);
        }
        let now = store.now();
        let goal = now.plus_millis(target - shift);
        let due = [store.next_due(now, goal).await?, again.filter(|at| *at > now && *at <= goal)];
        let next = due.into_iter().flatten().min().unwrap_or(goal);
        let step = shift + (next.millis() - now.millis()).max(1);
        self.set(step.min(target))?;
        Ok(Some(next))
    }

    /// Says that the hour is there, and all is done that was due.
    pub fn arrived(&self, target: i64) {
        // Somebody may have wished for more meanwhile.
        if self.target() == Some(target) {
            drop(std::fs::remove_file(&self.wish));
        }
    }

    fn set(&self, shift: i64) -> Result<(), StoreError> {
        self.clock.set(shift).map_err(|error| StoreError::Engine(format!("the demo's clock: {error}")))
    }
}
