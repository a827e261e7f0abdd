//! Blobs in files of sealed bytes, and beside them an SQLite file that says where each lies, with its own writer: a large document
//! never holds up an append.
//!
//! The bytes are durable before the row that leads to them. In a table of SQLite they would be written twice, to the log and from there
//! into the file, each time page by page (`bench/README.md` has the figures).

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use dmp_seal::TAG_LENGTH;
use rusqlite::{Connection, OptionalExtension, params};

use super::lost::{LEARN, ends};
use super::segments::{Place, Segments};
use super::{BlobId, BlobSink, CHUNK_LENGTH, Chunks, Stage};
use crate::engine::{Answer, EngineError};
use crate::sqlite::{Readers, Settings, Urgency, Writer, looks_made, open_reader, open_writer};

/// Bytes of every sealed chunk but the last.
const SEALED: usize = CHUNK_LENGTH + TAG_LENGTH;

/// An extent is some chunks of a blob, one after another, in one file. Stages are kept in the order of their bytes, so that the table
/// grows and shrinks at its edges, and stays small. A segment is where the extents of a file end, those included that are deleted since:
/// it is asked at each start, and a million extents would have to be read instead.
pub(super) const SETTINGS: Settings = Settings {
    page_size: 4_096,
    writer_cache: 8_192,
    reader_cache: 4_096,
    schema: "
        CREATE TABLE IF NOT EXISTS extent (id BLOB NOT NULL, first INTEGER NOT NULL, journal INTEGER NOT NULL, segment INTEGER NOT NULL,
            offset INTEGER NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (id, first)) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS stage (place INTEGER PRIMARY KEY, id BLOB NOT NULL, journal INTEGER NOT NULL, staged_at INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS segment (number INTEGER PRIMARY KEY, length INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS forgotten (one INTEGER PRIMARY KEY CHECK (one = 1), place INTEGER NOT NULL) STRICT;",
};

/// Blobs that are looked at together, when what belongs to some journals is sought.
const PAGED: usize = 4_096;
/// Blobs that are deleted in one transaction: a document may be large.
const DELETED_AT_ONCE: usize = 16;

/// A sink in one SQLite file and the folder of the same name. Several processes may open the same ones.
#[derive(Debug)]
pub struct SqliteBlobs {
    // Closed before the writer, which then brings the log into the file.
    readers: Readers,
    writer: Writer,
    segments: Arc<Segments>,
}

impl SqliteBlobs {
    /// Opens the file and its folder, and makes what is not there.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if one cannot be opened.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        refuse_earlier(path)?;
        let failed = |error: std::io::Error| EngineError::Unavailable(error.to_string());
        let segments = Arc::new(Segments::open(&path.with_extension("")).map_err(failed)?);
        let bytes = Arc::clone(&segments);
        let writer = Writer::start_after(path, &SETTINGS, Box::new(move || bytes.sync()))?;
        remember_ends(path).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self { writer, readers: Readers::new(path, SETTINGS), segments })
    }

    /// Opens them to look at alone: nothing is made or changed, and what would write is refused. `None` if there is nothing to look at: no
    /// index, or one whose making was cut off.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if what is there cannot be read.
    pub fn look(path: &Path) -> Result<Option<Self>, EngineError> {
        refuse_earlier(path)?;
        if !looks_made(path, &SETTINGS, "forgotten")? {
            return Ok(None);
        }
        let segments = Arc::new(Segments::look(&path.with_extension("")));
        Ok(Some(Self { writer: Writer::none(), readers: Readers::looking(path, SETTINGS), segments }))
    }

    fn write<T: Send + 'static>(
        &self,
        urgency: Urgency,
        bytes: usize,
        work: impl FnOnce(&Connection, &Segments) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, Result<T, EngineError>> {
        let segments = Arc::clone(&self.segments);
        let written = self.writer.run(urgency, bytes, move |connection| work(connection, &segments));
        Box::pin(async move { written.await.map_err(EngineError::from) })
    }
}

impl BlobSink for SqliteBlobs {
    fn write(&self, chunks: Chunks) -> Answer<'_, Result<(), EngineError>> {
        let urgency = if chunks.last { Urgency::Durable } else { Urgency::Lazy };
        let bytes = chunks.sealed.iter().map(Bytes::len).sum();
        self.write(urgency, bytes, move |connection, segments| write(connection, segments, &chunks))
    }

    fn read(&self, id: BlobId, chunk: u32) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        let segments = Arc::clone(&self.segments);
        Box::pin(self.readers.run(move |connection| {
            let sql = "SELECT first, segment, offset, length FROM extent WHERE id = ?1 AND first <= ?2 ORDER BY first DESC LIMIT 1";
            let found = connection.prepare_cached(sql)?.query_row(params![id.0, chunk], |row| {
                Ok((row.get::<_, u32>(0)?, Extent { place: place(row, 1)?, length: as_unsigned(row.get(3)?) }))
            });
            let Some((first, extent)) = found.optional()? else { return Ok(None) };
            let before = u64::from(chunk - first) * SEALED as u64;
            let length = usize::try_from(extent.length.saturating_sub(before)).map_or(SEALED, |left| left.min(SEALED));
            let at = Place { offset: extent.place.offset + before, ..extent.place };
            let sealed = segments.read(at, length).map_err(failed)?;
            Ok((!sealed.is_empty()).then_some(sealed))
        }))
    }

    fn staged(&self, before: u64, limit: usize) -> Answer<'_, Result<Vec<Stage>, EngineError>> {
        Box::pin(self.readers.run(move |connection| {
            let sql = "SELECT id, journal, staged_at FROM stage WHERE staged_at < ?1 ORDER BY staged_at, id LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let found = statement.query_map([as_signed(before), as_signed(limit as u64)], |row| {
                Ok(Stage { id: BlobId(row.get(0)?), journal: row.get(1)?, staged_at: as_unsigned(row.get(2)?) })
            })?;
            found.collect()
        }))
    }

    fn release(&self, named: Vec<BlobId>) -> Answer<'_, Result<(), EngineError>> {
        self.write(Urgency::Lazy, 0, move |connection, _| named.iter().try_for_each(|id| unstage(connection, *id)))
    }

    fn forgotten(&self) -> Answer<'_, Result<u64, EngineError>> {
        Box::pin(self.readers.run(|connection| {
            let place = connection
                .prepare_cached("SELECT place FROM forgotten")?
                .query_row([], |row| row.get(0).map(as_unsigned))
                .optional()?;
            Ok(place.unwrap_or(0))
        }))
    }

    fn forget(&self, journals: BTreeSet<u32>, place: u64) -> Answer<'_, Result<(), EngineError>> {
        Box::pin(async move {
            let journals = Arc::new(journals);
            let mut after = Some(BlobId([0; 16]));
            while let Some(from) = after {
                let wanted = Arc::clone(&journals);
                let (gone, last) = self.readers.run(move |connection| owned(connection, from, &wanted)).await?;
                after = last;
                for some in gone.chunks(DELETED_AT_ONCE) {
                    let some = some.to_vec();
                    self.write(Urgency::Durable, 0, move |connection, segments| {
                        some.iter().try_for_each(|id| delete(connection, segments, *id))
                    })
                    .await?;
                }
            }
            self.write(Urgency::Durable, 0, move |connection, _| {
                connection
                    .prepare_cached("INSERT OR REPLACE INTO forgotten (one, place) VALUES (1, ?1)")?
                    .execute([as_signed(place)])
                    .map(|_| ())
            })
            .await?;
            self.writer.empty_log();
            Ok(())
        })
    }

    fn delete(&self, id: BlobId) -> Answer<'_, Result<(), EngineError>> {
        self.write(Urgency::Durable, 0, move |connection, segments| delete(connection, segments, id))
    }
}

/// A file that holds the bytes themselves was made before the first release, and is not read: nothing of it is touched.
fn refuse_earlier(path: &Path) -> Result<(), EngineError> {
    if looks_made(path, &SETTINGS, "chunk")? {
        let what = "documents are kept there as before the first release: start with an empty folder";
        return Err(EngineError::Unavailable(format!("{}: {what}", path.display())));
    }
    Ok(())
}

/// An index that was made before it knew where its files end learns it from its extents, once.
fn remember_ends(path: &Path) -> rusqlite::Result<()> {
    let connection = open_reader(path, &SETTINGS)?;
    let new = "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM segment) AND EXISTS (SELECT 1 FROM extent)";
    if !connection.prepare(new)?.exists([])? {
        return Ok(());
    }
    open_writer(path, &SETTINGS)?.execute(&format!("INSERT OR IGNORE INTO segment {LEARN}"), []).map(|_| ())
}

/// Some chunks of a blob, in one piece.
#[derive(Debug, Clone, Copy)]
struct Extent {
    place: Place,
    length: u64,
}

/// Where bytes begin, from two columns on.
fn place(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Place> {
    Ok(Place { segment: row.get(column)?, offset: as_unsigned(row.get(column + 1)?) })
}

/// Segments are shorter than 2⁴⁰ bytes, the last blob in them included (64 GiB at most).
const fn stage_key(place: Place) -> i64 {
    (place.segment as i64) << 40 | as_signed(place.offset)
}

fn unstage(connection: &Connection, id: BlobId) -> rusqlite::Result<()> {
    let sql = "SELECT segment, offset FROM extent WHERE id = ?1 AND first = 0";
    let begins = connection.prepare_cached(sql)?.query_row([id.0], |row| place(row, 0)).optional()?;
    let Some(begins) = begins else { return Ok(()) };
    connection.prepare_cached("DELETE FROM stage WHERE place = ?1")?.execute([stage_key(begins)]).map(|_| ())
}

/// The bytes go first: a row that is left after a crash leads to zeros, and is deleted again.
fn delete(connection: &Connection, segments: &Segments, id: BlobId) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("SELECT segment, offset, length FROM extent WHERE id = ?1")?;
    let extents = statement
        .query_map([id.0], |row| Ok(Extent { place: place(row, 0)?, length: as_unsigned(row.get(2)?) }))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for extent in extents {
        segments.erase(extent.place, extent.length).map_err(failed)?;
    }
    unstage(connection, id)?;
    connection.prepare_cached("DELETE FROM extent WHERE id = ?1")?.execute([id.0]).map(|_| ())
}

/// Of a page of blobs from that one on, those of these journals; and where the next page begins.
fn owned(
    connection: &Connection,
    from: BlobId,
    journals: &BTreeSet<u32>,
) -> rusqlite::Result<(Vec<BlobId>, Option<BlobId>)> {
    let sql = "SELECT id, journal FROM extent WHERE id >= ?1 AND first = 0 ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let found =
        statement.query_map(params![from.0, as_signed(PAGED as u64)], |row| Ok((BlobId(row.get(0)?), row.get(1)?)))?;
    let mut page: Vec<(BlobId, u32)> = found.collect::<rusqlite::Result<_>>()?;
    // The last of a full page is the first of the next.
    let next = if page.len() == PAGED { page.pop().map(|(id, _)| id) } else { None };
    let owned = page.into_iter().filter(|(_, journal)| journals.contains(journal)).map(|(id, _)| id);
    Ok((owned.collect(), next))
}

/// A number below 2⁶³, as all are that are kept here.
pub(super) const fn as_signed(number: u64) -> i64 {
    number.cast_signed()
}

pub(super) const fn as_unsigned(number: i64) -> u64 {
    number.cast_unsigned()
}

/// What the files of sealed bytes answer, told as what the index would.
fn failed(error: std::io::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}

/// Writing the same chunks again changes nothing.
fn write(connection: &Connection, segments: &Segments, chunks: &Chunks) -> rusqlite::Result<()> {
    let (stage, first) = (chunks.stage, chunks.first);
    let held = "SELECT 1 FROM extent WHERE id = ?1 AND first = ?2";
    if connection.prepare_cached(held)?.exists(params![stage.id.0, first])? {
        return Ok(());
    }
    let uneven = chunks.sealed.iter().rev().skip(1).any(|sealed| sealed.len() != SEALED);
    if uneven || (!chunks.last && chunks.sealed.last().is_some_and(|sealed| sealed.len() != SEALED)) {
        return Err(failed(std::io::Error::other("only the last chunk of a blob may be shorter")));
    }
    let known = || ends(connection).map_err(std::io::Error::other);
    let place = segments.append(&chunks.sealed, known).map_err(failed)?;
    let length: usize = chunks.sealed.iter().map(Bytes::len).sum();
    let sql = "INSERT INTO segment (number, length) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET length = max(length, excluded.length)";
    connection.prepare_cached(sql)?.execute(params![place.segment, as_signed(place.offset + length as u64)])?;
    let sql = "INSERT INTO extent (id, first, journal, segment, offset, length) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection.prepare_cached(sql)?.execute(params![
        stage.id.0,
        first,
        stage.journal,
        place.segment,
        as_signed(place.offset),
        as_signed(length as u64)
    ])?;
    if first == 0 {
        let sql = "INSERT INTO stage (place, id, journal, staged_at) VALUES (?1, ?2, ?3, ?4)";
        let staged = params![stage_key(place), stage.id.0, stage.journal, as_signed(stage.staged_at)];
        connection.prepare_cached(sql)?.execute(staged)?;
    }
    Ok(())
}
