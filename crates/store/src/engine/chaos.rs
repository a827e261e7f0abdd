//! An engine in memory that keeps the promises of [`super::Engine`] and not one more. Driven by a seed: a story can be replayed.
//!
//! Appends and claims may answer that nothing is known, having been carried out, or not, or *later*; loads may miss what nobody was
//! told of; names, marks and projections lag and repeat; the program may die at any call, before or after its effect. The
//! [`ChaosWorld`] is the disk: it outlives the engines made on it.

mod world;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{
    Answer, Appended, Behind, Claimed, DerivedRow, Description, Dirty, Engine, EngineError, Group, Head, Listed,
    Loaded, NameKey, ProjectionRow, ProjectionWrite, Settled,
};
use world::World;

/// How bad it gets. Each chance is in 1,000 calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weather {
    /// Appends and claims whose answer is lost.
    pub unknown: u32,
    /// Appends that are not tried.
    pub not_tried: u32,
    /// Reads that show an older state than they might.
    pub stale: u32,
    /// Calls at which the program dies, before or after the effect.
    pub crash: u32,
    /// At most so many other tasks get their turn before and after each effect.
    pub yields: u32,
}

impl Weather {
    /// Everything goes well, at once, in order.
    pub const CALM: Self = Self { unknown: 0, not_tried: 0, stale: 0, crash: 0, yields: 0 };
    /// Much goes wrong, and the program lives.
    pub const STORM: Self = Self { unknown: 150, not_tried: 50, stale: 200, crash: 0, yields: 4 };
    /// Much goes wrong, and the program dies now and then.
    pub const DEADLY: Self = Self { crash: 10, ..Self::STORM };
}

/// What outlives the program: the disk, and what is still on its way to it.
#[derive(Clone)]
pub struct ChaosWorld(Arc<Mutex<World>>);

impl fmt::Debug for ChaosWorld {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ChaosWorld(…)")
    }
}

impl ChaosWorld {
    /// An empty world, whose whole fate is in `seed`.
    #[must_use]
    pub fn new(seed: u64, weather: Weather) -> Self {
        Self(Arc::new(Mutex::new(World::new(seed, weather))))
    }

    /// An engine of the present life. It dies with it.
    #[must_use]
    pub fn engine(&self) -> ChaosEngine {
        let life = self.lock().life;
        ChaosEngine { world: self.clone(), life }
    }

    /// Changes the weather from the next call on.
    pub fn set_weather(&self, weather: Weather) {
        self.lock().weather = weather;
    }

    /// Ends the present life: every engine made so far answers [`EngineError::Crashed`] from now on.
    pub fn crash(&self) {
        self.lock().crash();
    }

    /// How many lives have ended.
    #[must_use]
    pub fn crashes(&self) -> u64 {
        self.lock().life
    }

    /// Carries out whatever is still on its way, where its condition still holds.
    pub fn arrive(&self) {
        self.lock().arrive();
    }

    /// Every journal and its rows as they are, for the comparison at the end of a story.
    #[must_use]
    pub fn journals(&self) -> Vec<(u32, Vec<Bytes>)> {
        self.lock().journals.iter().map(|(number, journal)| (*number, journal.rows.clone())).collect()
    }

    /// Every row of a projection as it is, for the comparison at the end of a story: key, range, value.
    #[must_use]
    pub fn projections(&self, projection: u16) -> BTreeSet<(Vec<u8>, Vec<u8>, Vec<u8>)> {
        self.lock().rows_of(projection)
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An engine on a [`ChaosWorld`].
#[derive(Debug, Clone)]
pub struct ChaosEngine {
    world: ChaosWorld,
    life: u64,
}

impl ChaosEngine {
    /// One call: others get their turn, the effect takes place under the lock, others get their turn.
    fn call<'a, T: Send + 'a>(
        &'a self,
        effect: impl FnOnce(&mut World) -> T + Send + 'a,
    ) -> Answer<'a, Result<T, EngineError>> {
        Box::pin(async move {
            self.pause().await;
            let value = self.take_effect(effect)?;
            self.pause().await;
            if self.world.lock().life == self.life { Ok(value) } else { Err(EngineError::Crashed) }
        })
    }

    fn take_effect<T>(&self, effect: impl FnOnce(&mut World) -> T) -> Result<T, EngineError> {
        let mut world = self.world.lock();
        if world.life != self.life {
            return Err(EngineError::Crashed);
        }
        world.drift();
        let deadly = world.weather.crash;
        if world.happens(deadly / 2) {
            world.crash();
            return Err(EngineError::Crashed);
        }
        let value = effect(&mut world);
        if world.happens(deadly.div_ceil(2)) {
            world.crash();
            return Err(EngineError::Crashed);
        }
        Ok(value)
    }

    async fn pause(&self) {
        let turns = {
            let mut world = self.world.lock();
            let most = world.weather.yields;
            world.below(most + 1)
        };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }
}

impl Engine for ChaosEngine {
    /// The groups of one call take effect one by one, as on an engine whose journals lie on different servers.
    fn append(&self, groups: Vec<Group>) -> Answer<'_, Vec<Appended>> {
        Box::pin(async move {
            let mut answers = Vec::with_capacity(groups.len());
            for group in groups {
                // A program that died hears nothing; to whoever asks, that is an answer that was lost.
                answers.push(self.call(move |world| world.append(group)).await.unwrap_or(Appended::Unknown));
            }
            answers
        })
    }

    fn settle(&self, journal: u32, seq: u32, row: Bytes) -> Answer<'_, Result<Settled, EngineError>> {
        self.call(move |world| world.settle(journal, seq, &row))
    }

    fn load(&self, journal: u32, known: Option<u32>) -> Answer<'_, Result<Loaded, EngineError>> {
        self.call(move |world| world.load(journal, known))
    }

    fn rows(&self, journal: u32, after: u32, limit: usize) -> Answer<'_, Result<Vec<(u32, Bytes)>, EngineError>> {
        self.call(move |world| {
            let mut rows = world.load(journal, Some(after)).rows;
            rows.truncate(limit);
            rows
        })
    }

    fn claim(&self, name: NameKey, old: Option<Bytes>, new: Option<Bytes>) -> Answer<'_, Result<Claimed, EngineError>> {
        self.call(move |world| world.claim(name, old, new))
    }

    fn claimed(&self, name: NameKey, fresh: bool) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.call(move |world| world.claimed(name, fresh))
    }

    fn dirty(&self, after: u64, limit: usize) -> Answer<'_, Result<Vec<Dirty>, EngineError>> {
        self.call(move |world| world.dirty(after, limit))
    }

    fn clean(&self, seen: Vec<Dirty>) -> Answer<'_, Result<(), EngineError>> {
        self.call(move |world| world.clean(seen))
    }

    fn project(&self, writes: Vec<ProjectionWrite>) -> Answer<'_, Result<(), EngineError>> {
        self.call(move |world| world.project(writes))
    }

    fn behind(
        &self,
        projection: u16,
        journals: Vec<u32>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<Behind>, EngineError>> {
        self.call(move |world| world.behind(projection, &journals, limit))
    }

    fn projected(&self, projection: u16, journals: Vec<u32>) -> Answer<'_, Result<Vec<u32>, EngineError>> {
        self.call(move |world| journals.iter().map(|journal| world.projected(projection, *journal)).collect())
    }

    fn list(
        &self,
        projection: u16,
        key: Bytes,
        from: Bytes,
        to: Option<Bytes>,
        limit: usize,
    ) -> Answer<'_, Result<Listed, EngineError>> {
        self.call(move |world| world.list(projection, &key, &from, to.as_ref(), limit))
    }

    fn amend(&self, projection: u16, rows: Vec<ProjectionRow>) -> Answer<'_, Result<(), EngineError>> {
        self.call(move |world| world.amend(projection, rows))
    }

    fn scan(
        &self,
        slice: u32,
        slices: u32,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<Head>, EngineError>> {
        self.call(move |world| world.scan(slice, slices, after, limit))
    }

    fn names(&self, after: Option<NameKey>, limit: usize) -> Answer<'_, Result<Vec<(NameKey, Bytes)>, EngineError>> {
        self.call(move |world| world.names_after(after, limit))
    }

    fn derived(
        &self,
        projection: u16,
        after: Option<DerivedRow>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<DerivedRow>, EngineError>> {
        self.call(move |world| {
            let rows = world.rows_of(projection).into_iter();
            let rows = rows.map(|(key, range, _)| (Bytes::from(key), Bytes::from(range)));
            rows.filter(|row| after.as_ref().is_none_or(|after| row > after)).take(limit).collect()
        })
    }

    fn erase(&self, projection: u16, journal: u32, rows: Vec<DerivedRow>) -> Answer<'_, Result<(), EngineError>> {
        self.call(move |world| world.erase(projection, journal, &rows))
    }

    fn rewrite(&self, journal: u32, seq: u32, row: Bytes) -> Answer<'_, Result<(), EngineError>> {
        let rewritten = self.call(move |world| world.rewrite(journal, seq, row));
        Box::pin(async move { if rewritten.await? { Ok(()) } else { Err(EngineError::Refused) } })
    }

    fn drop_snapshots(&self, journal: u32) -> Answer<'_, Result<(), EngineError>> {
        self.call(move |world| world.drop_snapshot(journal))
    }

    fn put(&self, key: Bytes, value: Bytes) -> Answer<'_, Result<(), EngineError>> {
        self.call(move |world| {
            world.keyed.insert(key, value);
        })
    }

    fn get(&self, key: Bytes) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.call(move |world| world.keyed.get(&key).cloned())
    }

    fn take(&self, key: Bytes) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.call(move |world| world.keyed.remove(&key))
    }

    fn describe(&self) -> Description {
        Description { name: "chaos", largest_group: usize::MAX, durable: false, copies: 0 }
    }
}
