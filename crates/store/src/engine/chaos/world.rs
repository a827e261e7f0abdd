//! The state behind the chaos engine, and what chance does to each call.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Bound;

use bytes::Bytes;
use dmp_seal::same_commitments;

use super::Weather;
use crate::engine::{
    Appended, Behind, Claimed, DerivedRow, Dirty, Group, Head, Listed, Loaded, NameKey, ProjectionRow, ProjectionWrite,
    Settled, Snapshot,
};

/// A journal as it lies on the disk.
#[derive(Debug, Default)]
pub(super) struct Journal {
    pub(super) rows: Vec<Bytes>,
    /// How many of the rows somebody was told of: no load may miss them.
    told: usize,
    snapshot: Option<Snapshot>,
}

/// A name's value and the one before, which a stale read still shows.
#[derive(Debug, Default)]
struct Name {
    value: Option<Bytes>,
    before: Option<Bytes>,
}

/// A write that is on its way and may arrive at any later call.
#[derive(Debug)]
enum OnItsWay {
    Append(Group),
    Claim(NameKey, Option<Bytes>, Option<Bytes>),
}

/// Derived writes, carried out in order.
#[derive(Debug)]
enum Derived {
    Project(ProjectionWrite),
    Clean(Dirty),
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) weather: Weather,
    pub(super) life: u64,
    pub(super) journals: BTreeMap<u32, Journal>,
    pub(super) keyed: BTreeMap<Bytes, Bytes>,
    chance: u64,
    names: BTreeMap<NameKey, Name>,
    marks: u64,
    dirty: BTreeMap<u64, Dirty>,
    cleaned: Option<Dirty>,
    cursors: BTreeMap<(u16, u32), u32>,
    projections: BTreeMap<(u16, Bytes), BTreeMap<Bytes, Bytes>>,
    on_its_way: Vec<OnItsWay>,
    derived: VecDeque<Derived>,
}

impl World {
    pub(super) fn new(seed: u64, weather: Weather) -> Self {
        Self {
            weather,
            life: 0,
            journals: BTreeMap::new(),
            keyed: BTreeMap::new(),
            chance: seed,
            names: BTreeMap::new(),
            marks: 0,
            dirty: BTreeMap::new(),
            cleaned: None,
            cursors: BTreeMap::new(),
            projections: BTreeMap::new(),
            on_its_way: Vec::new(),
            derived: VecDeque::new(),
        }
    }

    /// splitmix64, which needs no more than its seed.
    fn draw(&mut self) -> u64 {
        self.chance = self.chance.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.chance ^ self.chance >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `limit`, which is not 0.
    pub(super) fn below(&mut self, limit: u32) -> u32 {
        (self.draw() % u64::from(limit.max(1))) as u32
    }

    /// Whether something with that chance in 1,000 happens now.
    pub(super) fn happens(&mut self, chance: u32) -> bool {
        chance > 0 && self.below(1_000) < chance
    }

    /// The program dies; of the derived writes, which nothing made durable, only the first ones are there afterwards.
    pub(super) fn crash(&mut self) {
        self.life += 1;
        let kept = self.below(self.derived.len() as u32 + 1);
        for _ in 0..kept {
            self.derive_next();
        }
        self.derived.clear();
    }

    /// What chance lets happen between two calls.
    pub(super) fn drift(&mut self) {
        if !self.on_its_way.is_empty() && self.happens(300) {
            let which = self.below(self.on_its_way.len() as u32) as usize;
            let write = self.on_its_way.swap_remove(which);
            self.land(write);
        }
        while !self.derived.is_empty() && !self.happens(self.weather.stale) {
            self.derive_next();
        }
    }

    pub(super) fn arrive(&mut self) {
        for write in std::mem::take(&mut self.on_its_way) {
            self.land(write);
        }
        while !self.derived.is_empty() {
            self.derive_next();
        }
    }

    fn land(&mut self, write: OnItsWay) {
        match write {
            OnItsWay::Append(group) => {
                self.apply(group);
            }
            OnItsWay::Claim(name, old, new) => {
                self.set(name, old.as_ref(), new);
            }
        }
    }

    pub(super) fn append(&mut self, group: Group) -> Appended {
        if !group.is_possible() || self.happens(self.weather.not_tried) {
            return Appended::NotTried;
        }
        // What nobody was told of yet may be missed; and what is on its way asks no more.
        if group
            .watched
            .is_some_and(|head| self.journals.get(&head.journal).is_some_and(|one| one.told > head.seq as usize))
        {
            return Appended::WatchedMoved;
        }
        if self.happens(self.weather.unknown) {
            match self.below(3) {
                0 => {}
                1 => {
                    self.apply(group);
                }
                _ => self.on_its_way.push(OnItsWay::Append(group)),
            }
            return Appended::Unknown;
        }
        let journal = group.journal;
        if !self.apply(group) {
            return Appended::HeadMoved;
        }
        self.tell(journal);
        Appended::Done
    }

    fn apply(&mut self, group: Group) -> bool {
        let journal = self.journals.entry(group.journal).or_default();
        if journal.rows.len() != group.expected_seq as usize {
            return false;
        }
        let quiet_after = group.quiet_after();
        journal.rows.extend(group.rows);
        journal.snapshot = group.snapshot.or(journal.snapshot.take());
        self.marks += 1;
        let head = Head { journal: group.journal, seq: journal.rows.len() as u32 };
        self.dirty.insert(self.marks, Dirty { mark: self.marks, head, quiet_after });
        true
    }

    fn tell(&mut self, journal: u32) {
        if let Some(journal) = self.journals.get_mut(&journal) {
            journal.told = journal.rows.len();
        }
    }

    pub(super) fn settle(&mut self, journal: u32, seq: u32, row: &Bytes) -> Settled {
        let found = self.journals.get(&journal).and_then(|journal| journal.rows.get((seq as usize).checked_sub(1)?));
        match found {
            None => Settled::Open,
            Some(found) if found == row => {
                self.tell(journal);
                Settled::Done
            }
            Some(_) => Settled::Superseded,
        }
    }

    pub(super) fn load(&mut self, number: u32, known: Option<u32>) -> Loaded {
        let Some((told, length)) = self.journals.get(&number).map(|journal| (journal.told, journal.rows.len())) else {
            return Loaded::default();
        };
        let hidden = if self.happens(self.weather.stale) { self.below((length - told) as u32 + 1) as usize } else { 0 };
        let Some(journal) = self.journals.get(&number) else { return Loaded::default() };
        let shown = length - hidden;
        let snapshot = journal.snapshot.clone().filter(|snapshot| known.is_none() && snapshot.seq as usize <= shown);
        let after = known.or(snapshot.as_ref().map(|snapshot| snapshot.seq)).unwrap_or(0);
        let rows = (1..).zip(journal.rows.iter().take(shown)).filter(|(seq, _)| *seq > after);
        Loaded { snapshot, rows: rows.map(|(seq, row)| (seq, row.clone())).collect() }
    }

    pub(super) fn claim(&mut self, name: NameKey, old: Option<Bytes>, new: Option<Bytes>) -> Claimed {
        if self.happens(self.weather.unknown) {
            match self.below(3) {
                0 => {}
                1 => {
                    self.set(name, old.as_ref(), new);
                }
                _ => self.on_its_way.push(OnItsWay::Claim(name, old, new)),
            }
            return Claimed::Unknown;
        }
        if self.set(name, old.as_ref(), new) { Claimed::Done } else { Claimed::Held(self.claimed(name, true)) }
    }

    fn set(&mut self, name: NameKey, old: Option<&Bytes>, new: Option<Bytes>) -> bool {
        let name = self.names.entry(name).or_default();
        if name.value.as_ref() != old {
            return false;
        }
        name.before = std::mem::replace(&mut name.value, new);
        true
    }

    pub(super) fn claimed(&mut self, name: NameKey, fresh: bool) -> Option<Bytes> {
        let stale = !fresh && self.happens(self.weather.stale);
        let name = self.names.get(&name)?;
        if stale { name.before.clone() } else { name.value.clone() }
    }

    pub(super) fn dirty(&mut self, after: u64, limit: usize) -> Vec<Dirty> {
        let mut marked = self.dirty.clone();
        if let Some(cleaned) = self.cleaned.filter(|_| self.weather.stale > 0) {
            marked.insert(cleaned.mark, cleaned);
        }
        let all = marked.into_values().filter(|dirty| dirty.mark > after);
        all.filter(|_| !self.happens(self.weather.stale)).take(limit).collect()
    }

    pub(super) fn clean(&mut self, seen: Vec<Dirty>) {
        self.derived.extend(seen.into_iter().map(Derived::Clean));
        self.derive_unless_stale();
    }

    pub(super) fn project(&mut self, writes: Vec<ProjectionWrite>) {
        if self.happens(self.weather.stale) {
            self.derived.extend(writes.iter().cloned().map(Derived::Project));
        }
        self.derived.extend(writes.into_iter().map(Derived::Project));
        self.derive_unless_stale();
    }

    fn derive_unless_stale(&mut self) {
        while !self.derived.is_empty() && !self.happens(self.weather.stale) {
            self.derive_next();
        }
    }

    fn derive_next(&mut self) {
        match self.derived.pop_front() {
            Some(Derived::Clean(seen)) => {
                self.cleaned = self.dirty.remove(&seen.mark).map(|_| seen).or(self.cleaned);
            }
            Some(Derived::Project(write)) => self.derive(write),
            None => {}
        }
    }

    fn derive(&mut self, write: ProjectionWrite) {
        let cursor = self.cursors.entry((write.projection, write.journal)).or_default();
        if *cursor >= write.upto {
            return;
        }
        *cursor = write.upto;
        self.amend(write.projection, write.rows);
    }

    pub(super) fn amend(&mut self, projection: u16, amended: Vec<ProjectionRow>) {
        for row in amended {
            let rows = self.projections.entry((projection, row.key)).or_default();
            match row.value {
                Some(value) => rows.insert(row.range, value),
                None => rows.remove(&row.range),
            };
        }
    }

    /// Each journal's rows are loaded by themselves, and may be as stale as those of any load.
    pub(super) fn behind(&mut self, projection: u16, journals: &[u32], limit: usize) -> Vec<Behind> {
        let (mut found, mut room): (Vec<Behind>, _) = (Vec::new(), limit.max(1));
        for journal in journals.iter().copied() {
            let cursor = self.projected(projection, journal);
            let mut rows = self.load(journal, Some(cursor)).rows;
            if rows.len() > room && !found.is_empty() {
                break;
            }
            rows.truncate(room);
            room -= rows.len();
            found.push(Behind { journal, cursor, rows });
        }
        found
    }

    pub(super) fn projected(&self, projection: u16, journal: u32) -> u32 {
        self.cursors.get(&(projection, journal)).copied().unwrap_or(0)
    }

    pub(super) fn list(&self, projection: u16, key: &Bytes, from: &Bytes, to: Option<&Bytes>, limit: usize) -> Listed {
        let complete = self.dirty.is_empty() && self.derived.is_empty();
        if to.is_some_and(|to| to <= from) {
            return Listed { rows: Vec::new(), complete };
        }
        let range = (Bound::Included(from), to.map_or(Bound::Unbounded, Bound::Excluded));
        let rows =
            self.projections.get(&(projection, key.clone())).into_iter().flat_map(|rows| rows.range::<Bytes, _>(range));
        Listed { rows: rows.take(limit).map(|(range, value)| (range.clone(), value.clone())).collect(), complete }
    }

    pub(super) fn rows_of(&self, projection: u16) -> BTreeSet<(Vec<u8>, Vec<u8>, Vec<u8>)> {
        let tables = self.projections.iter().filter(|((number, _), _)| *number == projection);
        let rows = tables.flat_map(|((_, key), rows)| {
            rows.iter().map(|(range, value)| (key.to_vec(), range.to_vec(), value.to_vec()))
        });
        rows.collect()
    }

    pub(super) fn names_after(&self, after: Option<NameKey>, limit: usize) -> Vec<(NameKey, Bytes)> {
        let named = self.names.iter().filter_map(|(name, held)| Some((*name, held.value.clone()?)));
        named.filter(|(name, _)| after.is_none_or(|after| *name > after)).take(limit).collect()
    }

    pub(super) fn erase(&mut self, projection: u16, journal: u32, forgotten: &[DerivedRow]) {
        self.cursors.insert((projection, journal), u32::MAX);
        for (key, range) in forgotten {
            if let Some(rows) = self.projections.get_mut(&(projection, key.clone())) {
                rows.remove(range);
            }
        }
    }

    pub(super) fn scan(&self, slice: u32, slices: u32, after: Option<u32>, limit: usize) -> Vec<Head> {
        let all = self.journals.iter().filter(|(_, journal)| !journal.rows.is_empty());
        let all = all.map(|(number, journal)| Head { journal: *number, seq: journal.rows.len() as u32 });
        let wanted = all
            .filter(|found| found.journal % slices.max(1) == slice && after.is_none_or(|after| found.journal > after));
        wanted.take(limit).collect()
    }

    pub(super) fn rewrite(&mut self, journal: u32, seq: u32, row: Bytes) -> bool {
        let rows = self.journals.get_mut(&journal).map(|journal| &mut journal.rows);
        let place = rows.and_then(|rows| rows.get_mut((seq as usize).checked_sub(1)?));
        match place {
            Some(old) if same_commitments(seq, old, &row).is_ok() => {
                *old = row;
                true
            }
            _ => false,
        }
    }

    pub(super) fn drop_snapshot(&mut self, journal: u32) {
        if let Some(journal) = self.journals.get_mut(&journal) {
            journal.snapshot = None;
        }
    }
}
