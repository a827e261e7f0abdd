//! Destruction that is true, from a term that is over to a certificate (the storage contract, section 3).
//!
//! The steps, each of which may be the last before a crash: the dossier's entry (from then on nobody stops it) → the operator's entry →
//! the list of destroyed journals → the key → documents, names, derived rows, snapshots → the place in the list up to which all is gone.
//! Every step can be done again. What a crash leaves is found by the timer, which goes with the derived rows, and after that by the list:
//! whatever is on it beyond the place is searched for and removed, by [`Store::apply_destroyed`], at every start before anybody is served;
//! so a restored backup forgets what was destroyed since. Rows stay, which nothing opens, and so do commitments and leaves.

mod certificate;
mod remains;

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use dmp_core::act::{Act, Answer, BeginDestruction, RecordDestruction};
use dmp_core::code::Instant;
use dmp_core::dossier::{DestructionGround, Rule, destruction_begins};
use dmp_core::identity::{Requester, SystemRequester};

use crate::ask::{Ask, Target};
use crate::door::Store;
use crate::error::StoreError;
use crate::held::Held;
use crate::projector::destruction_looks;
use crate::reference::Kind;

pub use certificate::{Certificate, SigningKey};
pub use remains::{check_list, places};

/// How long a dossier that was looked at in vain is left alone, in milliseconds: an hour.
const LOOK_AGAIN: i64 = 3_600_000;

/// What one round of destruction did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Destroyed {
    /// Dossiers that were destroyed.
    pub dossiers: usize,
    /// Dossiers whose term is over and which an open case holds back.
    pub held_back: usize,
    /// Dossiers that could not be read: they are looked at again.
    pub failed: usize,
}

impl Store {
    /// Destroys every dossier whose term is over, and ends what an earlier round began. `lead_days` is by how much an express deletion
    /// begins before its term: the end of the key's epoch belongs to the three months.
    ///
    /// # Errors
    /// [`StoreError`] when the engine, the key store, the blobs or the list fail: what was begun is gone on with in the next round.
    pub async fn destroy_due(self: &Arc<Self>, lead_days: u16) -> Result<Destroyed, StoreError> {
        let mut done = Destroyed::default();
        self.destroyed.follow()?;
        self.end_the_list().await?;
        let now = self.now();
        for journal in destruction_looks(self, now).await? {
            if self.is_destroyed(journal) || self.was_looked_at(journal, now) {
                continue;
            }
            match self.destroy_if_due(journal, lead_days, now).await {
                Ok(Looked::Destroyed) => done.dossiers += 1,
                Ok(Looked::HeldBack) => done.held_back += 1,
                Ok(Looked::NotYet) => {}
                // One dossier that cannot be read keeps nobody else.
                Err(StoreError::Unreadable | StoreError::Damaged(_)) => {
                    self.counters().projector_failed();
                    self.note_look(journal, now.plus_millis(LOOK_AGAIN));
                    done.failed += 1;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    /// Looks again at every dossier in the next round: what held one back may be gone.
    pub fn look_again(&self) {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    async fn destroy_if_due(
        self: &Arc<Self>,
        journal: u32,
        lead_days: u16,
        now: Instant,
    ) -> Result<Looked, StoreError> {
        let held = self.load(journal).await?;
        // A guest ends after its host, which cannot be read without it.
        if held.dossier.merged_into.as_ref().is_some_and(|moved| !self.is_destroyed(moved.journal)) {
            return Ok(Looked::NotYet);
        }
        let begins = destruction_begins(&held.dossier, lead_days).map(|(at, _)| at);
        // A look that came too early, of a closing before, keeps nobody from looking when the hour is there.
        let later =
            begins.filter(|at| now < *at).map_or(now.plus_millis(LOOK_AGAIN), |at| at.min(now.plus_millis(LOOK_AGAIN)));
        if held.dossier.destruction.is_none() && begins.is_none_or(|at| now < at) {
            self.note_look(journal, later);
            let waits = held.dossier.has_open_case() && dmp_core::dossier::is_destruction_due(&held.dossier, now);
            return Ok(if waits { Looked::HeldBack } else { Looked::NotYet });
        }
        // Decided anew on the newest state: a reopening may have come first.
        let begin = Act::BeginDestruction(BeginDestruction { lead_days, with: None });
        let begun = self.perform(Target::Journal(journal), begin, system()).await?;
        if !matches!(begun.answer, Answer::Done) {
            self.note_look(journal, later);
            return Ok(if begun.rule == Rule::CaseOpen { Looked::HeldBack } else { Looked::NotYet });
        }
        let held = self.load(journal).await?;
        self.begin_guests(&held, lead_days).await?;
        self.destroy(held, now).await?;
        Ok(Looked::Destroyed)
    }

    /// The dossiers that this one took in end with it (the storage contract, section 7): from here on each has its own look.
    async fn begin_guests(self: &Arc<Self>, held: &Held, lead_days: u16) -> Result<(), StoreError> {
        let ground = held.dossier.destruction.map_or(DestructionGround::Archive, |start| start.ground);
        for guest in &held.dossier.guests {
            let begin = BeginDestruction { lead_days, with: Some((held.journal, ground)) };
            self.perform(Target::Journal(guest.journal), Act::BeginDestruction(begin), system()).await?;
        }
        // The looks are there before what leads to them is gone.
        if held.dossier.guests.is_empty() { Ok(()) } else { self.projected().await }
    }

    /// Destroys a dossier whose destruction has begun.
    async fn destroy(self: &Arc<Self>, held: Held, now: Instant) -> Result<(), StoreError> {
        let (journal, ground) = (held.journal, held.dossier.destruction.map(|start| start.ground));
        let remains = self.remains(&held).await?;
        drop(held);
        self.record_destroyed(journal, ground).await?;
        let place = self.destroyed.count();
        self.destroyed.add(journal, u64::try_from(now.millis()).unwrap_or(0))?;
        self.keys.destroy(journal).await?;
        self.cache.forget(journal);
        self.remove(journal, remains).await?;
        self.advance(place).await
    }

    async fn record_destroyed(
        self: &Arc<Self>,
        journal: u32,
        ground: Option<DestructionGround>,
    ) -> Result<(), StoreError> {
        let certificate = self.public_id(Kind::Certificate, journal, 0).into();
        let act = RecordDestruction::Begun { journal, ground, certificate };
        self.perform(Target::Operator, Act::RecordDestruction(act), system()).await.map(|_| ())
    }

    /// Applies the list of destroyed journals: keys that a restored key store brought back, then all that outlives a key, of every journal
    /// beyond the place up to which it was done. Before anybody is served. Gives of how many journals something may have been left.
    ///
    /// # Errors
    /// [`StoreError`] when something of it fails, or when the list is shorter than what was applied: then it is not this deployment's.
    pub async fn apply_destroyed(self: &Arc<Self>) -> Result<usize, StoreError> {
        let all: Vec<u32> = self.destroyed.from(0).into_iter().map(|(journal, _)| journal).collect();
        for journal in self.keys.present(&all).await? {
            self.keys.destroy(journal).await?;
            self.cache.forget(journal);
        }
        self.end_the_list().await
    }

    /// Removes what outlives a key, of every journal of the list beyond the place up to which it was done.
    async fn end_the_list(self: &Arc<Self>) -> Result<usize, StoreError> {
        let (engine, blobs) = self.places().await?;
        // Mostly there is nothing to do, and the list may be long.
        if (engine, blobs) == (self.destroyed.count(), self.destroyed.count()) {
            return Ok(0);
        }
        check_list(&self.destroyed, (engine, blobs))?;
        let all: Vec<u32> = self.destroyed.from(0).into_iter().map(|(journal, _)| journal).collect();
        let left: BTreeSet<u32> = all.iter().skip(engine).copied().collect();
        if !left.is_empty() {
            // After a restore the operator's journal may not know of them either.
            for journal in &left {
                self.record_destroyed(*journal, None).await?;
                self.keys.destroy(*journal).await?;
                self.cache.forget(*journal);
            }
            self.search_and_remove(&left).await?;
        }
        let staged: BTreeSet<u32> = all.iter().skip(blobs).copied().collect();
        if !staged.is_empty() {
            self.blobs.forget(staged, all.len() as u64).await?;
        }
        if !left.is_empty() {
            self.put_place(all.len()).await?;
        }
        Ok(left.len())
    }

    /// Puts a folded journal back into memory, unless it was destroyed meanwhile.
    pub(crate) fn keep(&self, held: Held) {
        let journal = held.journal;
        self.cache.keep(held);
        // Asked afterwards: whoever destroys puts it on the list, then forgets it here.
        if self.is_destroyed(journal) {
            self.cache.forget(journal);
        }
    }

    fn was_looked_at(&self, journal: u32, now: Instant) -> bool {
        let looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
        looked.get(&journal).is_some_and(|until| now < *until)
    }

    /// Looked at, and not again until then.
    fn note_look(&self, journal: u32, until: Instant) {
        self.looked.lock().unwrap_or_else(PoisonError::into_inner).insert(journal, until);
    }
}

/// What came of one look.
enum Looked {
    Destroyed,
    HeldBack,
    NotYet,
}

/// The program's own requests.
pub(crate) fn system() -> Ask {
    Ask::of(Arc::new(Requester::System(SystemRequester { job: "destruction".into() })))
}
