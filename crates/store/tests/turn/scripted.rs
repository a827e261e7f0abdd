//! An engine whose appends and settlements go as a script says; all else goes well.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use dmp_store::engine::chaos::ChaosEngine;
use dmp_store::engine::{
    Answer, Appended, Behind, Claimed, DerivedRow, Description, Dirty, Engine, EngineError, Group, Head, Listed,
    Loaded, NameKey, ProjectionRow, ProjectionWrite, Settled,
};

/// What becomes of one append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Carried out, and said so.
    Done,
    /// Carried out, and the answer is lost.
    Lost,
    /// On its way; the answer is lost. [`Scripted::land`] carries it out.
    OnItsWay,
    /// Not tried.
    NotTried,
}

/// The engine. When the script ends, everything goes well.
#[derive(Debug)]
pub struct Scripted {
    pub inner: ChaosEngine,
    pub appends: Mutex<VecDeque<Fate>>,
    /// How many of the next settlements get no answer.
    pub unsettled: Mutex<u32>,
    pub late: Mutex<Vec<Group>>,
}

impl Scripted {
    pub fn new(inner: ChaosEngine) -> Self {
        Self { inner, appends: Mutex::default(), unsettled: Mutex::default(), late: Mutex::default() }
    }

    /// Sets what becomes of the next appends and settlements.
    pub fn script(&self, appends: &[Fate], unsettled: u32) {
        *self.appends.lock().unwrap() = appends.iter().copied().collect();
        *self.unsettled.lock().unwrap() = unsettled;
    }

    /// Carries out what is on its way.
    pub async fn land(&self) -> Vec<Appended> {
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        self.inner.append(late).await
    }
}

impl Engine for Scripted {
    fn append(&self, groups: Vec<Group>) -> Answer<'_, Vec<Appended>> {
        let fate = self.appends.lock().unwrap().pop_front().unwrap_or(Fate::Done);
        Box::pin(async move {
            match fate {
                Fate::Done => self.inner.append(groups).await,
                Fate::Lost => self.inner.append(groups).await.iter().map(|_| Appended::Unknown).collect(),
                Fate::OnItsWay => {
                    self.late.lock().unwrap().extend(groups);
                    vec![Appended::Unknown]
                }
                Fate::NotTried => vec![Appended::NotTried],
            }
        })
    }
    fn settle(&self, journal: u32, seq: u32, row: Bytes) -> Answer<'_, Result<Settled, EngineError>> {
        let mut unsettled = self.unsettled.lock().unwrap();
        if *unsettled > 0 {
            *unsettled -= 1;
            return Box::pin(std::future::ready(Err(EngineError::Unavailable("no answer".to_owned()))));
        }
        self.inner.settle(journal, seq, row)
    }
    fn load(&self, journal: u32, known: Option<u32>) -> Answer<'_, Result<Loaded, EngineError>> {
        self.inner.load(journal, known)
    }
    fn rows(&self, journal: u32, after: u32, limit: usize) -> Answer<'_, Result<Vec<(u32, Bytes)>, EngineError>> {
        self.inner.rows(journal, after, limit)
    }
    fn claim(&self, name: NameKey, old: Option<Bytes>, new: Option<Bytes>) -> Answer<'_, Result<Claimed, EngineError>> {
        self.inner.claim(name, old, new)
    }
    fn claimed(&self, name: NameKey, fresh: bool) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.inner.claimed(name, fresh)
    }
    fn dirty(&self, after: u64, limit: usize) -> Answer<'_, Result<Vec<Dirty>, EngineError>> {
        self.inner.dirty(after, limit)
    }
    fn clean(&self, seen: Vec<Dirty>) -> Answer<'_, Result<(), EngineError>> {
        self.inner.clean(seen)
    }
    fn project(&self, writes: Vec<ProjectionWrite>) -> Answer<'_, Result<(), EngineError>> {
        self.inner.project(writes)
    }
    fn behind(
        &self,
        projection: u16,
        journals: Vec<u32>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<Behind>, EngineError>> {
        self.inner.behind(projection, journals, limit)
    }
    fn projected(&self, projection: u16, journals: Vec<u32>) -> Answer<'_, Result<Vec<u32>, EngineError>> {
        self.inner.projected(projection, journals)
    }
    fn list(
        &self,
        projection: u16,
        key: Bytes,
        from: Bytes,
        to: Option<Bytes>,
        limit: usize,
    ) -> Answer<'_, Result<Listed, EngineError>> {
        self.inner.list(projection, key, from, to, limit)
    }
    fn amend(&self, projection: u16, rows: Vec<ProjectionRow>) -> Answer<'_, Result<(), EngineError>> {
        self.inner.amend(projection, rows)
    }
    fn scan(
        &self,
        slice: u32,
        slices: u32,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<Head>, EngineError>> {
        self.inner.scan(slice, slices, after, limit)
    }
    fn names(&self, after: Option<NameKey>, limit: usize) -> Answer<'_, Result<Vec<(NameKey, Bytes)>, EngineError>> {
        self.inner.names(after, limit)
    }
    fn derived(
        &self,
        projection: u16,
        after: Option<DerivedRow>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<DerivedRow>, EngineError>> {
        self.inner.derived(projection, after, limit)
    }
    fn erase(&self, projection: u16, journal: u32, rows: Vec<DerivedRow>) -> Answer<'_, Result<(), EngineError>> {
        self.inner.erase(projection, journal, rows)
    }
    fn rewrite(&self, journal: u32, seq: u32, row: Bytes) -> Answer<'_, Result<(), EngineError>> {
        self.inner.rewrite(journal, seq, row)
    }
    fn drop_snapshots(&self, journal: u32) -> Answer<'_, Result<(), EngineError>> {
        self.inner.drop_snapshots(journal)
    }
    fn put(&self, key: Bytes, value: Bytes) -> Answer<'_, Result<(), EngineError>> {
        self.inner.put(key, value)
    }
    fn get(&self, key: Bytes) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.inner.get(key)
    }
    fn take(&self, key: Bytes) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.inner.take(key)
    }
    fn describe(&self) -> Description {
        self.inner.describe()
    }
}
