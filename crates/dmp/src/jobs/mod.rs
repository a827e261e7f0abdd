//! What the program does by itself: terms that come, notices to the holder, alerts to the operator. In one process at a time.
//!
//! Every job waits in a projection, is carried out by an act of the program on the dossier, and is forgotten after: a crash in
//! between does it again, never not.

mod alerts;
mod authors;
mod compose;
mod ending;
mod inform;
mod mail;
mod medecin_traitant;
mod moved;
mod notices;
mod terms;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use dmp_core::identity::{Requester, SystemRequester};
use dmp_store::projector::Lease;
use dmp_store::{Ask, Store, StoreError};
use tokio::sync::watch;

pub use ending::Ending;
pub use mail::Mailer;
pub use moved::Moved;
#[cfg(feature = "lab")]
pub use moved::wish;
pub use waiting::dead_letters;

/// How long nothing is looked at when there was nothing to do.
const PAUSE: Duration = Duration::from_millis(200);
/// How many jobs are taken at a time.
const PAGE: usize = 500;

/// The jobs of one process.
#[derive(Debug)]
pub struct Jobs {
    store: Arc<Store>,
    lease: Lease,
    mailer: Mailer,
    moved: Option<Moved>,
    alerted: alerts::Alerted,
    /// The mail server did not answer when it was last asked: said once.
    mail_away: bool,
    ending: Ending,
}

impl Jobs {
    /// The jobs of a deployment; a demo's clock may be moved through them.
    pub fn new(store: Arc<Store>, mailer: Mailer, moved: Option<Moved>, ending: Ending) -> Self {
        let lease = Lease::new(&store, "jobs");
        Self { store, lease, mailer, moved, alerted: alerts::Alerted::default(), mail_away: false, ending }
    }

    /// Works until `stop` turns true. What fails waits, and comes again.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                worked = self.work() => {
                    if let Err(error) = worked {
                        tracing::warn!(%error, "the jobs wait");
                        tokio::time::sleep(PAUSE * 5).await;
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                // A sender that is gone will never say stop: then it is now.
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        self.lease.give_up(&self.store).await;
    }

    async fn work(&mut self) -> Result<(), StoreError> {
        if !self.lease.hold(&self.store).await? {
            return Ok(());
        }
        while let Some(target) = self.moved.as_ref().and_then(Moved::target) {
            // The clock passes over nothing: what was done before has its rows first.
            self.store.projected().await?;
            self.everything_due().await?;
            let again = self.next_try().await?;
            if let Some(moved) = self.moved.as_ref()
                && moved.next(&self.store, target, again).await?.is_none()
            {
                moved.arrived(target);
            }
            // The lease ends by the hour that is moved.
            self.lease.hold(&self.store).await?;
        }
        // What is on its way into a queue comes with the next look: under load nobody waits for it.
        self.due_now().await.map(|_| ())
    }

    /// Everything that is due now, and what comes of it.
    async fn everything_due(&mut self) -> Result<(), StoreError> {
        while self.due_now().await? > 0 {
            self.store.projected().await?;
        }
        Ok(())
    }

    /// One look at every queue, whatever becomes of another; gives how much was done.
    async fn due_now(&mut self) -> Result<usize, StoreError> {
        // What fails waits, and keeps nothing else waiting: least of all what is to be destroyed.
        let (terms, informed, told) = (self.terms().await, self.inform().await, self.notices().await);
        [terms, informed, told, self.alerts().await, self.endings().await].into_iter().sum()
    }
}

impl Jobs {
    /// Dossiers and epochs that end, and what waits for a dossier that is no more; gives the number of dossiers.
    async fn endings(&self) -> Result<usize, StoreError> {
        let ended = self.ending.round().await?;
        if ended.destroyed.dossiers > 0 {
            self.forget_destroyed().await?;
        }
        Ok(ended.destroyed.dossiers)
    }
}

/// The program itself, at one of its jobs.
fn system(job: &str) -> Ask {
    Ask::of(Arc::new(Requester::System(SystemRequester { job: job.into() })))
}

/// Whether a dossier cannot be asked at all: destroyed, or of a later version. Nobody waits for it.
const fn is_out_of_reach(error: &StoreError) -> bool {
    matches!(error, StoreError::Damaged(_) | StoreError::Unreadable)
}
