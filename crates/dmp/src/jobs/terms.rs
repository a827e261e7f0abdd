//! Terms that come: each dossier named by a timer looks at its state, and does what is due.

use std::collections::BTreeSet;

use dmp_core::act::{Act, Answer, FallDue};
use dmp_store::{StoreError, Target};

use super::{Jobs, PAGE, is_out_of_reach, system};

impl Jobs {
    /// Meets the earliest term of a dossier; whether another is due.
    async fn falls_due(&self, journal: u32) -> Result<bool, StoreError> {
        match self.store.perform(Target::Journal(journal), Act::FallDue(FallDue), system("terms")).await {
            Ok(performed) => Ok(matches!(performed.answer, Answer::FellDue { more: true })),
            Err(error) if is_out_of_reach(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Carries out the timers of now; gives their number.
    pub(super) async fn terms(&mut self) -> Result<usize, StoreError> {
        let timers = self.store.timers(self.store.now(), PAGE).await?;
        let journals: BTreeSet<u32> = timers.iter().map(|timer| timer.journal).collect();
        for journal in journals {
            while self.falls_due(journal).await? {}
        }
        let done = timers.len();
        self.store.forget_timers(timers).await?;
        Ok(done)
    }
}
