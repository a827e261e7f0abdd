//! Terms that come: each dossier named by a timer looks at its state, and does what is due.

use std::collections::BTreeSet;

use dmp_core::act::{Act, FallDue};
use dmp_store::{StoreError, Target};

use super::{Jobs, PAGE, is_out_of_reach, system};

impl Jobs {
    /// Carries out the timers of now; gives their number.
    pub(super) async fn terms(&mut self) -> Result<usize, StoreError> {
        let timers = self.store.timers(self.store.now(), PAGE).await?;
        let journals: BTreeSet<u32> = timers.iter().map(|timer| timer.journal).collect();
        for journal in journals {
            match self.store.perform(Target::Journal(journal), Act::FallDue(FallDue), system("terms")).await {
                Err(error) if !is_out_of_reach(&error) => return Err(error),
                _ => {}
            }
        }
        let done = timers.len();
        self.store.forget_timers(timers).await?;
        Ok(done)
    }
}
