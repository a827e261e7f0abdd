//! What an engine promises: bytes in, bytes out, an append on condition that the head has not moved. It knows neither acts nor keys.
//!
//! The promises are the weakest that a partitioned, replicated engine can keep; the embedded one keeps more, and nobody may lean on
//! that. [`chaos::ChaosEngine`] keeps no more than what is written here.

pub mod chaos;
pub mod sqlite;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

/// An answer that comes later; boxed, so that an engine can be chosen when the program starts.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A name as an engine keeps it: a keyed hash, see [`crate::names`].
pub type NameKey = [u8; 16];

/// Journals are numbered below this.
pub const JOURNAL_LIMIT: u32 = 1 << 31;

/// What is to be appended to one journal: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The journal.
    pub journal: u32,
    /// The seq of the last entry that the caller knows; 0 for a journal that has none. The rows follow it without a gap.
    pub expected_seq: u32,
    /// The rows, in order.
    pub rows: Vec<Bytes>,
    /// A snapshot to keep instead of the one before.
    pub snapshot: Option<Snapshot>,
    /// The head of another journal that the rows were decided on, if they were.
    pub watched: Option<Head>,
    /// Whether nothing is derived from the rows: the mark that they leave says so.
    pub quiet: bool,
}

/// A sealed fold of a journal. Disposable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The seq of the last entry in it.
    pub seq: u32,
    /// Its sealed bytes.
    pub bytes: Bytes,
}

/// What became of one group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Durable.
    Done,
    /// Another append came first; nothing was written.
    HeadMoved,
    /// The watched journal has an entry behind the head that was given; nothing was written. None that was acknowledged before the call
    /// is missed; one that is on its way then may be.
    WatchedMoved,
    /// Nothing was written, and nothing of it will be.
    NotTried,
    /// It may be written, now or later: ask [`Engine::settle`].
    Unknown,
}

/// What became of a group whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is durable.
    Done,
    /// It is not there and never will be: decide again.
    Superseded,
    /// Not known yet: send the same bytes again, and let nothing leave.
    Open,
}

/// What a compare-and-set of one name did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// The name now has the new value.
    Done,
    /// The name has another value than the expected one; `None` if it has none.
    Held(Option<Bytes>),
    /// The answer was lost, and the claim may yet be carried out. Ask afresh: who finds a value that nobody else could have
    /// claimed has won; who finds the old one claims again.
    Unknown,
}

/// What is needed to fold a journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Loaded {
    /// The latest snapshot, if one was asked for and there is one.
    pub snapshot: Option<Snapshot>,
    /// The rows after it (or after the known seq), each with its seq, in order and without a gap.
    pub rows: Vec<(u32, Bytes)>,
}

/// A journal and the seq of its last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Head {
    /// The journal.
    pub journal: u32,
    /// The seq of its last entry.
    pub seq: u32,
}

/// The mark that an append left: its journal may hold entries that the projectors have not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Dirty {
    /// The number of the mark; older marks have lower numbers.
    pub mark: u64,
    /// The journal and the seq of its last entry when it was marked.
    pub head: Head,
    /// Where nothing is derived from what was appended: the seq of the last entry before it.
    pub quiet_after: Option<u32>,
}

/// What one projector derived from one journal. Applied whole, once: repeating it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionWrite {
    /// The number of the projection.
    pub projection: u16,
    /// The journal that the rows were derived from.
    pub journal: u32,
    /// The seq up to which they were; a write that is not beyond the cursor is passed over.
    pub upto: u32,
    /// Rows to put (with a value) or to delete (without).
    pub rows: Vec<ProjectionRow>,
}

/// How far a projection has seen a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    /// The journal.
    pub journal: u32,
    /// The seq up to which it was seen; 0 if it was not.
    pub cursor: u32,
    /// Rows after it, with their seqs; fewer than there are where the limit was reached.
    pub rows: Vec<(u32, Bytes)>,
}

/// A row of a projection, by its key and range.
pub type DerivedRow = (Bytes, Bytes);

/// One row of a projection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectionRow {
    /// What the projection is asked by.
    pub key: Bytes,
    /// The order of the rows under one key.
    pub range: Bytes,
    /// The value; `None` deletes the row.
    pub value: Option<Bytes>,
}

/// An answer of [`Engine::list`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Range key and value, in ascending order of the range key.
    pub rows: Vec<(Bytes, Bytes)>,
    /// Whether every append acknowledged before the call had been projected. `false`: say "not complete yet", never "all".
    pub complete: bool,
}

/// What an engine is, for the checks at start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description {
    /// Its name.
    pub name: &'static str,
    /// The bytes that one group may have, rows and snapshot together.
    pub largest_group: usize,
    /// Whether an acknowledged append survives the loss of power.
    pub durable: bool,
    /// How many copies an acknowledged append has.
    pub copies: u32,
}

/// How far the durable commits of an engine are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Commits {
    /// Those that have begun: what is appended from now on is in a later one.
    pub begun: u64,
    /// Those that have ended.
    pub ended: u64,
}

/// Why an engine gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// Nothing was done.
    #[error("the engine does not answer: {0}")]
    Unavailable(String),
    /// It may or may not have been done; what was asked can be asked again.
    #[error("the engine's answer was lost: {0}")]
    Unknown(String),
    /// A rewrite that changes more than ciphertexts, or of a row that is not there.
    #[error("the row may not be rewritten so")]
    Refused,
    /// What the engine holds makes no sense.
    #[error("the engine's content is damaged: {0}")]
    Damaged(String),
    /// The chaos engine killed this life of the program: make a new store.
    #[error("this life of the program has ended")]
    Crashed,
}

/// An engine. All methods are safe to call from many tasks at once.
pub trait Engine: Send + Sync + fmt::Debug {
    /// Appends each group on condition that its journal's head has not moved. One answer for each group, in order; one group's
    /// lost race does not touch the others.
    fn append(&self, groups: Vec<Group>) -> Answer<'_, Vec<Appended>>;

    /// Says what became of an append that was [`Appended::Unknown`], by the first row of it and that row's seq.
    fn settle(&self, journal: u32, seq: u32, row: Bytes) -> Answer<'_, Result<Settled, EngineError>>;

    /// Loads a journal: with `known` the rows after that seq, without it the latest snapshot and the rows after it. A true prefix
    /// of the journal that has every append acknowledged before the call; rows nobody was told of may be missing.
    fn load(&self, journal: u32, known: Option<u32>) -> Answer<'_, Result<Loaded, EngineError>>;

    /// At most `limit` rows after seq `after`, without the snapshot: for the history, the export, the projectors.
    fn rows(&self, journal: u32, after: u32, limit: usize) -> Answer<'_, Result<Vec<(u32, Bytes)>, EngineError>>;

    /// Gives `name` the value `new` (or none) if its value is `old` (or none).
    fn claim(&self, name: NameKey, old: Option<Bytes>, new: Option<Bytes>) -> Answer<'_, Result<Claimed, EngineError>>;

    /// The value of a name. Unless `fresh`, an older value may be given; ask afresh before saying that there is none.
    fn claimed(&self, name: NameKey, fresh: bool) -> Answer<'_, Result<Option<Bytes>, EngineError>>;

    /// At most `limit` marks numbered above `after`, the oldest first. A journal comes as often as it was appended to; one call may
    /// leave some marks out or repeat what was cleaned; none is left out for ever. Begin every round at 0: numbers may be given anew.
    fn dirty(&self, after: u64, limit: usize) -> Answer<'_, Result<Vec<Dirty>, EngineError>>;

    /// Takes these marks away, and no newer ones. Lasts as [`Self::project`] does, and never longer than a projection asked for before it.
    fn clean(&self, seen: Vec<Dirty>) -> Answer<'_, Result<(), EngineError>>;

    /// Applies what projectors derived. Not durable by itself: what a crash takes is derived again, since its marks come back with it.
    fn project(&self, writes: Vec<ProjectionWrite>) -> Answer<'_, Result<(), EngineError>>;

    /// Of these journals, in their order, how far a projection has seen each and all that follows: at most `limit` rows together. A journal
    /// that does not fit is left out with those after it, to be asked for again; the first alone is answered in part (one row at least).
    fn behind(&self, projection: u16, journals: Vec<u32>, limit: usize)
    -> Answer<'_, Result<Vec<Behind>, EngineError>>;

    /// The seqs up to which a projection has seen these journals, in their order; 0 for one that it has not.
    fn projected(&self, projection: u16, journals: Vec<u32>) -> Answer<'_, Result<Vec<u32>, EngineError>>;

    /// At most `limit` rows of a projection under `key`, with range keys from `from` (included) to `to` (excluded; `None`: to the end).
    fn list(
        &self,
        projection: u16,
        key: Bytes,
        from: Bytes,
        to: Option<Bytes>,
        limit: usize,
    ) -> Answer<'_, Result<Listed, EngineError>>;

    /// Puts rows of a projection, or takes them away, in this order and all or nothing: for whoever carried out what they are about. Lasts as
    /// [`Self::project`] does.
    fn amend(&self, projection: u16, rows: Vec<ProjectionRow>) -> Answer<'_, Result<(), EngineError>>;

    /// At most `limit` journals of slice `slice` of `slices`, numbered above `after`, with the seq of their last entry.
    fn scan(
        &self,
        slice: u32,
        slices: u32,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<Head>, EngineError>>;

    /// At most `limit` names after that one, in their order, each with its value: for what is sought by its value.
    fn names(&self, after: Option<NameKey>, limit: usize) -> Answer<'_, Result<Vec<(NameKey, Bytes)>, EngineError>>;

    /// At most `limit` rows of a projection after that one, in their order, each by its key and range.
    fn derived(
        &self,
        projection: u16,
        after: Option<DerivedRow>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<DerivedRow>, EngineError>>;

    /// Removes these rows of a projection, which were derived from that journal, and closes its cursor: what is still on its way for
    /// it is passed over. Durable.
    fn erase(&self, projection: u16, journal: u32, rows: Vec<DerivedRow>) -> Answer<'_, Result<(), EngineError>>;

    /// Puts a row in place of another with the same commitments: for an erasure and for re-encryption.
    fn rewrite(&self, journal: u32, seq: u32, row: Bytes) -> Answer<'_, Result<(), EngineError>>;

    /// Removes the snapshots of a journal.
    fn drop_snapshots(&self, journal: u32) -> Answer<'_, Result<(), EngineError>>;

    /// Keeps a value under a key, instead of the one before. Durable.
    fn put(&self, key: Bytes, value: Bytes) -> Answer<'_, Result<(), EngineError>>;

    /// The value under a key.
    fn get(&self, key: Bytes) -> Answer<'_, Result<Option<Bytes>, EngineError>>;

    /// The value under a key, which is gone after: of two takers one gets it.
    fn take(&self, key: Bytes) -> Answer<'_, Result<Option<Bytes>, EngineError>>;

    /// What this engine is.
    fn describe(&self) -> Description;

    /// How far its durable commits are, for the figures. An engine that groups nothing has none.
    fn commits(&self) -> Commits {
        Commits::default()
    }
}

impl Group {
    /// Whether the group can be appended at all: it has rows, and numbers within their limits.
    pub(crate) fn is_possible(&self) -> bool {
        let count = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        count > 0 && self.journal < JOURNAL_LIMIT && self.expected_seq.checked_add(count).is_some()
    }

    /// What the mark of this group says of it.
    pub(crate) fn quiet_after(&self) -> Option<u32> {
        self.quiet.then_some(self.expected_seq)
    }

    /// The rows with their seqs.
    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u32, &Bytes)> {
        (self.expected_seq.saturating_add(1)..).zip(&self.rows)
    }
}
