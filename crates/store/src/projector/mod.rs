//! Projectors: what is derived from entries, across journals. Whose dossiers, which documents, what falls due, how many, what to send.
//!
//! A projection names journals and never grants or discloses: what is said of a dossier is answered by that dossier's own act. All of
//! it is derived from entries, lags behind them, and can be thrown away: a new [`GENERATION`] is filled by [`Projectors::scan`] beside
//! the old one. One cursor a journal: everything that an entry changes here is written at once, on condition that the cursor is behind
//! it, so that a repetition changes nothing and two projectors at once do no harm. The lease only spares them the work.

mod archives;
mod counters;
mod dossiers;
mod hints;
mod jobs;
mod lease;
mod quiet;
mod remains;
mod staff;
mod sweeper;
mod timers;
mod traits;
mod window;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::dossier::{Change, JournalEntry};
use tokio::sync::watch;

use crate::blobs::BlobId;
use crate::door::Store;
use crate::engine::{Behind, Dirty, EngineError, ProjectionRow, ProjectionWrite};
use crate::error::StoreError;
use crate::held::{Held, read_entry};

pub(crate) use archives::destruction_looks;
pub use counters::CounterRow;
pub use dossiers::DossierRow;
pub use hints::MOST_HINTED;
pub use jobs::{Job, JobKind, Queue, QueuedJob};
pub(crate) use quiet::is_quiet;
pub(crate) use remains::derived_rows;
pub use sweeper::Swept;
pub use timers::Timer;
pub use window::View;

pub use lease::Lease;
use window::{Draft, Window};

/// The number under which the engine keeps these projections. Raised when what is derived changes; the scan then fills the new one.
pub const GENERATION: u16 = 11;
/// Marks that are read at a time, and journals whose writes are handed over together.
const PAGE: usize = 1_024;
const TOGETHER: usize = 128;
/// Entries that are derived from together: what bounds memory when a long journal is projected from its start.
const LONGEST_WINDOW: usize = 4_096;
/// What gathers while it waits is projected together: a busy journal is written once.
const GATHER: Duration = Duration::from_millis(20);
/// Without news the marks are looked at all the same: readings leave marks too, and so do other processes. Gathered so long, a
/// dossier that is read often is projected once.
const TICK: Duration = Duration::from_secs(2);
/// How often the stage of blobs is swept, in milliseconds.
const SWEEP_EVERY: i64 = 3_600_000;

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Round {
    /// Everything that was marked is projected, or cannot be.
    Idle,
    /// Something is left to do now.
    More,
    /// Another process projects.
    NotOurs,
}

/// What projects. One a process; of several processes one works at a time.
#[derive(Debug)]
pub struct Projectors {
    store: Arc<Store>,
    lease: Lease,
    generation: u16,
    filled: bool,
    swept: Option<Instant>,
    filling: Option<Instant>,
}

/// Projects until `stop` turns true. Errors make it pause, and nothing is lost: the marks stay.
pub async fn run(store: Arc<Store>, mut stop: watch::Receiver<bool>) {
    let mut projectors = Projectors::new(Arc::clone(&store), GENERATION);
    while !*stop.borrow() {
        let news = async {
            match projectors.work().await {
                Ok(Round::More) => {}
                Ok(Round::Idle) => {
                    // Time passed is as good as news.
                    let _ = tokio::time::timeout(TICK, store.news()).await;
                    tokio::time::sleep(GATHER).await;
                }
                Ok(Round::NotOurs) => tokio::time::sleep(TICK).await,
                Err(_) => {
                    store.counters().projector_failed();
                    tokio::time::sleep(TICK).await;
                }
            }
        };
        tokio::select! {
            () = news => {}
            // A sender that is gone will never say stop: then it is now.
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
    projectors.rest().await;
}

impl Projectors {
    /// Projectors of that generation; [`GENERATION`] is what [`Store::hinted`] and the others read.
    #[must_use]
    pub fn new(store: Arc<Store>, generation: u16) -> Self {
        let lease = Lease::new(&store, "projectors");
        Self { store, lease, generation, filled: false, swept: None, filling: None }
    }

    /// One round, and what is to be done from time to time: a new generation filled, the stage swept.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails; nothing is lost, the marks stay.
    pub async fn work(&mut self) -> Result<Round, StoreError> {
        let round = self.round().await?;
        let now = self.store.now();
        if round == Round::NotOurs {
            return Ok(round);
        }
        self.fill().await?;
        if self.swept.is_none_or(|swept| now >= swept.plus_millis(SWEEP_EVERY)) {
            self.sweep().await?;
            self.swept = Some(now);
        }
        Ok(round)
    }

    /// Where the projections kept are of another generation, derives this one from every journal, once.
    async fn fill(&mut self) -> Result<(), StoreError> {
        let (key, ours) =
            (Bytes::from_static(b"projectors.generation"), Bytes::from(self.generation.to_be_bytes().to_vec()));
        if !self.filled && self.store.engine.get(key.clone()).await?.as_ref() != Some(&ours) {
            self.filling = Some(self.store.now());
            let scanned = self.scan().await;
            self.filling = None;
            scanned?;
            self.store.engine.put(key, ours).await?;
        }
        self.filled = true;
        Ok(())
    }

    /// Projects what is marked as new.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails; what was not projected keeps its mark.
    pub async fn round(&mut self) -> Result<Round, StoreError> {
        let (mut after, mut round) = (0, Round::Idle);
        loop {
            if !self.lease.hold(&self.store).await? {
                return Ok(Round::NotOurs);
            }
            let marks = self.store.engine.dirty(after, PAGE).await?;
            let Some(last) = marks.last() else { return Ok(round) };
            after = last.mark;
            let (passed, left) = self.pass_quiet(&marks).await?;
            if !passed.is_empty() {
                self.store.engine.clean(passed).await?;
            }
            if self.take(&left).await? == Round::More {
                round = Round::More;
            }
        }
    }

    /// Gives the lease up, so that another process need not wait for its end.
    pub async fn rest(&mut self) {
        self.lease.give_up(&self.store).await;
    }

    /// Projects every journal there is, marked or not: fills a new generation, and finds what no mark told of.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails; it can be begun again.
    pub async fn scan(&mut self) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let heads = self.store.engine.scan(0, 1, after, TOGETHER).await?;
            let Some(last) = heads.last() else { return Ok(()) };
            after = Some(last.journal);
            let mut behind: BTreeMap<u32, u32> = heads.iter().map(|head| (head.journal, head.seq)).collect();
            while !behind.is_empty() {
                let reached = self.bring(&behind).await?;
                let advanced = reached.values().any(|reached| reached.moved);
                behind.retain(|journal, head| reached.get(journal).is_some_and(|reached| reached.upto < *head));
                if !advanced {
                    break;
                }
            }
        }
    }

    async fn take(&self, marks: &[Dirty]) -> Result<Round, StoreError> {
        let mut heads: BTreeMap<u32, u32> = BTreeMap::new();
        for head in marks.iter().map(|mark| mark.head) {
            heads.entry(head.journal).and_modify(|seq| *seq = head.seq.max(*seq)).or_insert(head.seq);
        }
        let mut round = Round::Idle;
        let all: Vec<(u32, u32)> = heads.into_iter().collect();
        for some in all.chunks(TOGETHER) {
            let reached = self.bring(&some.iter().copied().collect()).await?;
            let is_seen =
                |mark: &&Dirty| reached.get(&mark.head.journal).is_some_and(|reached| mark.head.seq <= reached.upto);
            let seen: Vec<Dirty> = marks.iter().filter(is_seen).copied().collect();
            self.store.engine.clean(seen).await?;
            if reached.values().any(|reached| reached.longer) {
                round = Round::More;
            }
        }
        Ok(round)
    }

    /// Brings some journals nearer to their heads; says how far each came. One that cannot be read is left out.
    async fn bring(&self, heads: &BTreeMap<u32, u32>) -> Result<BTreeMap<u32, Reached>, StoreError> {
        let (mut reached, mut left): (_, Vec<u32>) = (BTreeMap::new(), heads.keys().copied().collect());
        while !left.is_empty() {
            let some = self.store.engine.behind(self.generation, left.clone(), LONGEST_WINDOW).await?;
            if some.is_empty() {
                return Err(EngineError::Damaged("journals asked for and not answered".to_owned()).into());
            }
            left.drain(..some.len().min(left.len()));
            self.derive(some, heads, &mut reached).await?;
        }
        Ok(reached)
    }

    /// Derives what these rows change, and writes it at once.
    async fn derive(
        &self,
        some: Vec<Behind>,
        heads: &BTreeMap<u32, u32>,
        reached: &mut BTreeMap<u32, Reached>,
    ) -> Result<(), StoreError> {
        let (mut writes, mut named) = (Vec::new(), Vec::new());
        let (mut merges, mut erasures) = (Vec::new(), Vec::new());
        for Behind { journal, cursor, rows } in some {
            let head = heads.get(&journal).copied().unwrap_or_default();
            if cursor >= head || rows.is_empty() {
                reached.insert(journal, Reached { upto: cursor, moved: false, longer: false });
                continue;
            }
            match self.window(journal, cursor, &rows).await {
                Ok(Found { upto, draft, blobs }) => {
                    let longer = rows.len() >= LONGEST_WINDOW && rows.last().is_some_and(|(seq, _)| *seq < head);
                    reached.insert(journal, Reached { upto, moved: upto > cursor, longer });
                    named.extend(blobs);
                    merges.extend(draft.merges);
                    erasures.extend(draft.erases.then_some(journal));
                    writes.push(ProjectionWrite { projection: self.generation, journal, upto, rows: draft.rows });
                }
                // Its mark stays: a later version may read it, or the journal is destroyed with all that was derived from it.
                Err(StoreError::Damaged(_)) if self.store.is_destroyed(journal) => {
                    reached.insert(journal, Reached { upto: head, moved: false, longer: false });
                }
                Err(StoreError::Unreadable | StoreError::Damaged(_)) => self.leave_out(journal),
                Err(error) => return Err(error),
            }
        }
        if !named.is_empty() {
            self.store.blobs.release(named).await?;
        }
        // Before the cursor moves: what fails now is come back to.
        for journal in merges {
            match self.store.settle_merge(journal).await {
                Ok(_) => {}
                Err(StoreError::Unreadable | StoreError::Damaged(_)) => self.store.counters.projector_failed(),
                Err(error) => return Err(error),
            }
        }
        for journal in erasures {
            match self.store.settle_erasures(journal).await {
                Ok(()) => {}
                // It is not done as long as a row cannot be read; nobody else waits for that.
                Err(StoreError::Unreadable | StoreError::Damaged(_)) => {
                    self.leave_out(journal);
                    reached.remove(&journal);
                    writes.retain(|write| write.journal != journal);
                }
                Err(error) => return Err(error),
            }
        }
        if !writes.is_empty() {
            self.store.engine.project(writes).await?;
        }
        Ok(())
    }

    /// A journal that cannot be read is counted, and no document waits for its hints.
    fn leave_out(&self, journal: u32) {
        self.store.counters.projector_failed();
        self.store.unreadable.lock().unwrap_or_else(PoisonError::into_inner).insert(journal);
    }

    /// What the entries after the cursor change here.
    async fn window(&self, journal: u32, cursor: u32, rows: &[(u32, Bytes)]) -> Result<Found, StoreError> {
        let held = self.state(journal, cursor).await?;
        let mut entries = self.entries(&held, rows)?;
        let upto = entries.last().map_or(cursor, |entry| entry.seq);
        let mut known = 0;
        // Dossiers came together or parted: what was derived from the entries before says something else now.
        if cursor > 0 && entries.iter().any(joins_or_parts) {
            let before = self.store.engine.rows(journal, 0, usize::try_from(cursor).unwrap_or(usize::MAX)).await?;
            let mut before = self.entries(&held, &before)?;
            known = before.len();
            before.append(&mut entries);
            entries = before;
        }
        let (mut jobs, rest) = self.before_parting(&held, entries.get(known..).unwrap_or_default()).await?;
        let window = self.window_of(&held, &entries, rest);
        let mut draft = window.derive();
        // In their order: what an entry settles was asked before.
        jobs.append(&mut draft.rows);
        draft.rows = jobs;
        Ok(Found { upto, draft, blobs: window.blobs().map(BlobId).collect() })
    }

    fn window_of<'a>(&'a self, held: &'a Held, entries: &'a [JournalEntry], new: &'a [JournalEntry]) -> Window<'a> {
        let (names, since) = (&self.store.names, self.filling);
        Window { journal: held.journal, dossier: &held.dossier, entries, new, names, since }
    }

    /// What is to be done about new entries before one by which dossiers came together or parted, by the state that they led to: the state
    /// after it knows nothing of what went with another. Gives back the entries from the last such one on. A generation that is made anew asks
    /// the present state alone.
    async fn before_parting<'a>(
        &self,
        held: &Held,
        new: &'a [JournalEntry],
    ) -> Result<(Vec<ProjectionRow>, &'a [JournalEntry]), StoreError> {
        let (mut rows, mut from) = (Vec::new(), 0);
        let library = self.store.library();
        let mut before = Held::empty(held.journal, Arc::clone(&held.keys));
        let parts = (1..new.len()).filter(|at| new.get(*at).is_some_and(joins_or_parts));
        for at in parts.filter(|_| self.filling.is_none()) {
            let early = new.get(from..at).unwrap_or_default();
            let upto = early.last().map_or(0, |entry| entry.seq);
            before.fold_until(&library, upto).await?;
            self.window_of(&before, early, early).jobs(&mut rows);
            from = at;
        }
        Ok((rows, new.get(from..).unwrap_or_default()))
    }

    /// The entries in these rows, as far as the state knows them.
    fn entries(&self, held: &Held, rows: &[(u32, Bytes)]) -> Result<Vec<JournalEntry>, StoreError> {
        let known = rows.iter().take_while(|(seq, _)| *seq <= held.dossier.seq);
        known.map(|(seq, row)| read_entry(&held.keys, held.journal, *seq, row)).collect()
    }

    /// A state of the journal beyond the cursor: the one in memory, else its own.
    async fn state(&self, journal: u32, cursor: u32) -> Result<Held, StoreError> {
        match self.store.cache.peek(journal).filter(|held| held.dossier.seq > cursor) {
            Some(held) => Ok(held),
            None => Held::load(&self.store.library(), journal, self.store.journal_keys(journal).await?).await,
        }
    }
}

/// Whether an entry changes how the dossier hangs together with another.
fn joins_or_parts(entry: &JournalEntry) -> bool {
    entry.changes.iter().flatten().any(Change::joins_or_parts)
}

/// How far a journal came.
#[derive(Debug, Clone, Copy)]
struct Reached {
    upto: u32,
    moved: bool,
    /// It has more entries than were derived from together.
    longer: bool,
}

/// What one window of a journal gave.
struct Found {
    /// The seq of its last entry.
    upto: u32,
    draft: Draft,
    /// Blobs that need no stage any more.
    blobs: Vec<BlobId>,
}
