//! The embedded engine: one SQLite file, one writer thread, grouped commits. Never [`Settled::Open`].

mod read;
mod write;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use super::{
    Answer, Appended, Behind, Claimed, Commits, DerivedRow, Description, Dirty, Engine, EngineError, Group, Head,
    Listed, Loaded, NameKey, ProjectionRow, ProjectionWrite, Settled,
};
use crate::sqlite::{Lost, Readers, Settings, Urgency, Writer, looks_made};

/// An act writes one page, at random: small pages make it cheap, and leave less of themselves empty.
const PAGE: u32 = 4_096;

const SETTINGS: Settings = Settings {
    page_size: PAGE,
    writer_cache: 16_384,
    reader_cache: 4_096,
    schema: "
        CREATE TABLE IF NOT EXISTS journal (key INTEGER PRIMARY KEY, row BLOB NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS snapshot (journal INTEGER PRIMARY KEY, seq INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS name (name BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS marked (mark INTEGER PRIMARY KEY, head INTEGER NOT NULL, quiet_after INTEGER) STRICT;
        DROP TABLE IF EXISTS dirty;
        CREATE TABLE IF NOT EXISTS projected (projection INTEGER, journal INTEGER, seq INTEGER NOT NULL,
            PRIMARY KEY (projection, journal)) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS projection (projection INTEGER, key BLOB, range BLOB, value BLOB NOT NULL,
            PRIMARY KEY (projection, key, range)) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS keyed (key BLOB PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;",
};

/// Bytes of one group: an append must not hold up its neighbours in the commit.
const LARGEST_GROUP: usize = 64 << 20;

/// What the engine has committed since it was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CommitCounts {
    /// Durable commits.
    pub commits: u64,
    /// Groups that were appended in them: groups ÷ commits is how many appends share one sync.
    pub groups: u64,
    /// Rows that were appended in them.
    pub rows: u64,
}

#[derive(Debug, Default)]
struct Counters {
    groups: AtomicU64,
    rows: AtomicU64,
}

/// The engine on one file. Several processes may open the same file.
#[derive(Debug)]
pub struct SqliteEngine {
    // Closed before the writer, which then brings the log into the file.
    readers: Readers,
    writer: Writer,
    counters: Arc<Counters>,
}

/// The row key: journal · 2³² + seq, clustered, so that a journal's rows lie together and in order.
fn row_key(journal: u32, seq: u32) -> i64 {
    i64::from(journal) << 32 | i64::from(seq)
}

impl SqliteEngine {
    /// Opens the file, and makes it if it is not there.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if it cannot be opened, or SQLite does not sync as asked.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        let writer = Writer::start(path, &SETTINGS)?;
        Ok(Self { writer, readers: Readers::new(path, SETTINGS), counters: Arc::default() })
    }

    /// Opens the file to look at it alone: nothing is made or changed, and what would write is refused. `None` if there is nothing to look
    /// at: no file, or one whose making was cut off.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if what is there cannot be read.
    pub fn look(path: &Path) -> Result<Option<Self>, EngineError> {
        if !looks_made(path, &SETTINGS, "keyed")? {
            return Ok(None);
        }
        Ok(Some(Self { writer: Writer::none(), readers: Readers::looking(path, SETTINGS), counters: Arc::default() }))
    }

    /// What was committed since the file was opened.
    #[must_use]
    pub fn counts(&self) -> CommitCounts {
        CommitCounts {
            commits: self.writer.commits.durable.load(Ordering::Relaxed),
            groups: self.counters.groups.load(Ordering::Relaxed),
            rows: self.counters.rows.load(Ordering::Relaxed),
        }
    }

    fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, Result<T, EngineError>> {
        Box::pin(self.readers.run(work))
    }

    fn write<T: Send + 'static>(
        &self,
        urgency: Urgency,
        bytes: usize,
        work: impl FnOnce(&rusqlite::Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, Result<T, EngineError>> {
        let written = self.writer.run(urgency, bytes, work);
        Box::pin(async move { written.await.map_err(EngineError::from) })
    }
}

impl Engine for SqliteEngine {
    fn append(&self, groups: Vec<Group>) -> Answer<'_, Vec<Appended>> {
        let count = groups.len();
        let bytes = groups.iter().map(write::size).sum();
        let counters = Arc::clone(&self.counters);
        let written = self.writer.run(Urgency::Durable, bytes, move |connection| {
            let answers: Vec<Appended> =
                groups.iter().map(|group| write::append(connection, group)).collect::<Result<_, _>>()?;
            let done = groups
                .iter()
                .zip(&answers)
                .filter(|(_, answer)| **answer == Appended::Done)
                .map(|(group, _)| group.rows.len());
            for rows in done {
                counters.groups.fetch_add(1, Ordering::Relaxed);
                counters.rows.fetch_add(rows as u64, Ordering::Relaxed);
            }
            Ok(answers)
        });
        Box::pin(async move {
            match written.await {
                Ok(answers) => answers,
                Err(Lost::NotTried) => vec![Appended::NotTried; count],
                Err(Lost::Unknown) => vec![Appended::Unknown; count],
            }
        })
    }

    /// Settles by a durable commit of its own: after it, no torn commit of before can come back.
    fn settle(&self, journal: u32, seq: u32, row: Bytes) -> Answer<'_, Result<Settled, EngineError>> {
        self.write(Urgency::Durable, 0, move |connection| write::settle(connection, journal, seq, &row))
    }

    fn load(&self, journal: u32, known: Option<u32>) -> Answer<'_, Result<Loaded, EngineError>> {
        self.read(move |connection| read::load(connection, journal, known))
    }

    fn rows(&self, journal: u32, after: u32, limit: usize) -> Answer<'_, Result<Vec<(u32, Bytes)>, EngineError>> {
        self.read(move |connection| read::rows(connection, journal, after, limit))
    }

    fn claim(&self, name: NameKey, old: Option<Bytes>, new: Option<Bytes>) -> Answer<'_, Result<Claimed, EngineError>> {
        let written = self
            .write(Urgency::Durable, 64, move |connection| write::claim(connection, &name, old.as_ref(), new.as_ref()));
        Box::pin(async move {
            match written.await {
                Err(EngineError::Unknown(_)) => Ok(Claimed::Unknown),
                other => other,
            }
        })
    }

    fn claimed(&self, name: NameKey, _fresh: bool) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.read(move |connection| read::claimed(connection, &name))
    }

    fn dirty(&self, after: u64, limit: usize) -> Answer<'_, Result<Vec<Dirty>, EngineError>> {
        self.read(move |connection| read::dirty(connection, after, limit))
    }

    fn clean(&self, seen: Vec<Dirty>) -> Answer<'_, Result<(), EngineError>> {
        self.write(Urgency::Lazy, seen.len() * 16, move |connection| write::clean(connection, &seen))
    }

    fn project(&self, writes: Vec<ProjectionWrite>) -> Answer<'_, Result<(), EngineError>> {
        self.write(Urgency::Lazy, writes.len() * 128, move |connection| {
            writes.iter().try_for_each(|write| write::project(connection, write))
        })
    }

    fn behind(
        &self,
        projection: u16,
        journals: Vec<u32>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<Behind>, EngineError>> {
        self.read(move |connection| read::behind(connection, projection, &journals, limit))
    }

    fn projected(&self, projection: u16, journals: Vec<u32>) -> Answer<'_, Result<Vec<u32>, EngineError>> {
        self.read(move |connection| {
            journals.iter().map(|journal| read::projected(connection, projection, *journal)).collect()
        })
    }

    fn list(
        &self,
        projection: u16,
        key: Bytes,
        from: Bytes,
        to: Option<Bytes>,
        limit: usize,
    ) -> Answer<'_, Result<Listed, EngineError>> {
        self.read(move |connection| read::list(connection, projection, &key, &from, to.as_ref(), limit))
    }

    fn amend(&self, projection: u16, rows: Vec<ProjectionRow>) -> Answer<'_, Result<(), EngineError>> {
        self.write(Urgency::Lazy, rows.len() * 32, move |connection| write::amend(connection, projection, &rows))
    }

    fn scan(
        &self,
        slice: u32,
        slices: u32,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<Head>, EngineError>> {
        self.read(move |connection| read::scan(connection, slice, slices, after, limit))
    }

    fn names(&self, after: Option<NameKey>, limit: usize) -> Answer<'_, Result<Vec<(NameKey, Bytes)>, EngineError>> {
        self.read(move |connection| read::names(connection, after, limit))
    }

    fn derived(
        &self,
        projection: u16,
        after: Option<DerivedRow>,
        limit: usize,
    ) -> Answer<'_, Result<Vec<DerivedRow>, EngineError>> {
        self.read(move |connection| read::derived(connection, projection, after.as_ref(), limit))
    }

    fn erase(&self, projection: u16, journal: u32, rows: Vec<DerivedRow>) -> Answer<'_, Result<(), EngineError>> {
        let forgotten = self.write(Urgency::Durable, rows.len() * 64, move |connection| {
            write::erase(connection, projection, journal, &rows)
        });
        // What was deleted must not live on in the log.
        Box::pin(async move {
            forgotten.await?;
            self.writer.empty_log();
            Ok(())
        })
    }

    fn rewrite(&self, journal: u32, seq: u32, row: Bytes) -> Answer<'_, Result<(), EngineError>> {
        let written =
            self.write(Urgency::Durable, row.len(), move |connection| write::rewrite(connection, journal, seq, &row));
        Box::pin(async move { if written.await? { Ok(()) } else { Err(EngineError::Refused) } })
    }

    fn drop_snapshots(&self, journal: u32) -> Answer<'_, Result<(), EngineError>> {
        let dropped = self.write(Urgency::Durable, 0, move |connection| write::drop_snapshots(connection, journal));
        // Neither they nor the rows that were rewritten before may live on in the log.
        Box::pin(async move {
            dropped.await?;
            self.writer.empty_log();
            Ok(())
        })
    }

    fn put(&self, key: Bytes, value: Bytes) -> Answer<'_, Result<(), EngineError>> {
        self.write(Urgency::Durable, value.len(), move |connection| write::put(connection, &key, &value))
    }

    fn get(&self, key: Bytes) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.read(move |connection| read::get(connection, &key))
    }

    fn take(&self, key: Bytes) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        self.write(Urgency::Durable, 0, move |connection| write::take(connection, &key))
    }

    fn describe(&self) -> Description {
        Description { name: "sqlite", largest_group: LARGEST_GROUP, durable: true, copies: 1 }
    }

    fn commits(&self) -> Commits {
        let commits = &self.writer.commits;
        Commits { begun: commits.begun.load(Ordering::Relaxed), ended: commits.durable.load(Ordering::Relaxed) }
    }
}
