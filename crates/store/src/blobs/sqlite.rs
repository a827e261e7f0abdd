//! Blobs in an SQLite file of their own, with its own writer: a large document never holds up an append.
//!
//! Blobs are numbered as they come, so that chunks are always written at the right edge of one tree and pages fill up; a small table
//! leads from the random id to the number. The stage is numbered likewise: it grows and shrinks at its edges, and stays small.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};

use super::{BlobId, BlobSink, Chunks, Stage};
use crate::engine::{Answer, EngineError};
use crate::sqlite::{Readers, Settings, Urgency, Writer};

/// Bits of a key that number the chunk in its blob: a blob has at most 2²⁰ chunks, which is 64 GiB.
const CHUNK_BITS: u32 = 20;
/// Bits of a key that number the piece of a chunk.
const PIECE_BITS: u32 = 4;

/// Large pages: half the system calls of small ones. Pages of 16 kB would leave twice as much of themselves empty.
const PAGE: usize = 8_192;
/// What SQLite keeps of a long row in the tree when the rest fills whole overflow pages (file format, section 1.6), less the row's header.
const LOCAL: usize = (PAGE - 12) * 32 / 255 - 23 - 5;
/// Content of an overflow page.
const OVERFLOW: usize = PAGE - 4;

const SETTINGS: Settings = Settings {
    page_size: PAGE as u32,
    writer_cache: 8_192,
    reader_cache: 4_096,
    schema: "
        CREATE TABLE IF NOT EXISTS blob (id BLOB PRIMARY KEY, number INTEGER NOT NULL, journal INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS chunk (key INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS stage (number INTEGER PRIMARY KEY, id BLOB NOT NULL, journal INTEGER NOT NULL, staged_at INTEGER NOT NULL) STRICT;
        CREATE TABLE IF NOT EXISTS forgotten (one INTEGER PRIMARY KEY CHECK (one = 1), place INTEGER NOT NULL) STRICT;",
};

/// Blobs that are looked at together, when what belongs to some journals is sought.
const PAGED: usize = 4_096;
/// Blobs that are deleted in one transaction: a document may be large.
const DELETED_AT_ONCE: usize = 16;

/// A sink in one file. Several processes may open the same file.
#[derive(Debug)]
pub struct SqliteBlobs {
    // Closed before the writer, which then brings the log into the file.
    readers: Readers,
    writer: Writer,
}

impl SqliteBlobs {
    /// Opens the file, and makes it if it is not there.
    ///
    /// # Errors
    /// [`EngineError::Unavailable`] if it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, EngineError> {
        bring_up(path).map_err(|error| EngineError::Unavailable(error.to_string()))?;
        Ok(Self { writer: Writer::start(path, &SETTINGS)?, readers: Readers::new(path, SETTINGS) })
    }

    fn write<T: Send + 'static>(
        &self,
        urgency: Urgency,
        bytes: usize,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, Result<T, EngineError>> {
        let written = self.writer.run(urgency, bytes, work);
        Box::pin(async move { written.await.map_err(EngineError::from) })
    }
}

impl BlobSink for SqliteBlobs {
    fn write(&self, chunks: Chunks) -> Answer<'_, Result<(), EngineError>> {
        let urgency = if chunks.last { Urgency::Durable } else { Urgency::Lazy };
        let bytes = chunks.sealed.iter().map(Bytes::len).sum();
        self.write(urgency, bytes, move |connection| write(connection, &chunks))
    }

    fn read(&self, id: BlobId, chunk: u32) -> Answer<'_, Result<Option<Bytes>, EngineError>> {
        Box::pin(self.readers.run(move |connection| {
            let Some(number) = number(connection, id)? else { return Ok(None) };
            let first = key(number, i64::from(chunk));
            let sql = "SELECT sealed FROM chunk WHERE key >= ?1 AND key < ?2 ORDER BY key";
            let mut statement = connection.prepare_cached(sql)?;
            let mut pieces = statement.query([first, first + (1 << PIECE_BITS)])?;
            let mut sealed = Vec::new();
            while let Some(piece) = pieces.next()? {
                let piece = piece.get_ref(0)?.as_blob()?;
                if sealed.is_empty() {
                    // The first piece may be the only one; those after it are less than a page together.
                    sealed.reserve_exact(if piece.len() < LOCAL { piece.len() } else { piece.len() + OVERFLOW });
                }
                sealed.extend_from_slice(piece);
            }
            Ok((!sealed.is_empty()).then(|| Bytes::from(sealed)))
        }))
    }

    fn staged(&self, before: u64, limit: usize) -> Answer<'_, Result<Vec<Stage>, EngineError>> {
        Box::pin(self.readers.run(move |connection| {
            let sql = "SELECT id, journal, staged_at FROM stage WHERE staged_at < ?1 ORDER BY staged_at, id LIMIT ?2";
            let mut statement = connection.prepare_cached(sql)?;
            let found = statement.query_map([as_signed(before), as_signed(limit as u64)], |row| {
                Ok(Stage {
                    id: BlobId(row.get(0)?),
                    journal: row.get(1)?,
                    staged_at: row.get::<_, i64>(2)?.unsigned_abs(),
                })
            })?;
            found.collect()
        }))
    }

    fn release(&self, named: Vec<BlobId>) -> Answer<'_, Result<(), EngineError>> {
        self.write(Urgency::Lazy, named.len() * 16, move |connection| {
            let sql = "DELETE FROM stage WHERE number = (SELECT number FROM blob WHERE id = ?1)";
            let mut statement = connection.prepare_cached(sql)?;
            named.iter().try_for_each(|id| statement.execute([id.0]).map(|_| ()))
        })
    }

    fn forgotten(&self) -> Answer<'_, Result<u64, EngineError>> {
        Box::pin(self.readers.run(|connection| {
            let place = connection
                .prepare_cached("SELECT place FROM forgotten")?
                .query_row([], |row| row.get::<_, i64>(0))
                .optional()?;
            Ok(place.unwrap_or(0).unsigned_abs())
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
                    self.write(Urgency::Durable, 0, move |connection| {
                        some.iter().try_for_each(|id| delete(connection, *id))
                    })
                    .await?;
                }
            }
            self.write(Urgency::Durable, 0, move |connection| {
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
        self.write(Urgency::Durable, 0, move |connection| delete(connection, id))
    }
}

/// A file that was made before a blob told its journal learns to.
fn bring_up(path: &Path) -> rusqlite::Result<()> {
    if !path.exists() {
        return Ok(());
    }
    let connection = Connection::open(path)?;
    let columns = "SELECT count(*), count(*) FILTER (WHERE name = 'journal') FROM pragma_table_info('blob')";
    let found: (u32, u32) = connection.query_row(columns, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if found.0 > 0 && found.1 == 0 {
        connection.execute_batch("ALTER TABLE blob ADD COLUMN journal INTEGER NOT NULL DEFAULT 0")?;
    }
    Ok(())
}

fn delete(connection: &Connection, id: BlobId) -> rusqlite::Result<()> {
    if let Some(number) = number(connection, id)? {
        let range = [key(number, 0), key(number + 1, 0)];
        connection.prepare_cached("DELETE FROM chunk WHERE key >= ?1 AND key < ?2")?.execute(range)?;
        connection.prepare_cached("DELETE FROM stage WHERE number = ?1")?.execute([number])?;
    }
    connection.prepare_cached("DELETE FROM blob WHERE id = ?1")?.execute([id.0]).map(|_| ())
}

/// Of a page of blobs from that one on, those of these journals; and where the next page begins.
fn owned(
    connection: &Connection,
    from: BlobId,
    journals: &BTreeSet<u32>,
) -> rusqlite::Result<(Vec<BlobId>, Option<BlobId>)> {
    let mut statement =
        connection.prepare_cached("SELECT id, journal FROM blob WHERE id >= ?1 ORDER BY id LIMIT ?2")?;
    let found =
        statement.query_map(params![from.0, as_signed(PAGED as u64)], |row| Ok((BlobId(row.get(0)?), row.get(1)?)))?;
    let mut page: Vec<(BlobId, u32)> = found.collect::<rusqlite::Result<_>>()?;
    // The last of a full page is the first of the next.
    let next = if page.len() == PAGED { page.pop().map(|(id, _)| id) } else { None };
    let owned = page.into_iter().filter(|(_, journal)| journals.contains(journal)).map(|(id, _)| id);
    Ok((owned.collect(), next))
}

fn as_signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn number(connection: &Connection, id: BlobId) -> rusqlite::Result<Option<i64>> {
    connection.prepare_cached("SELECT number FROM blob WHERE id = ?1")?.query_row([id.0], |row| row.get(0)).optional()
}

/// The key of the first piece of a chunk.
const fn key(number: i64, chunk: i64) -> i64 {
    (number << CHUNK_BITS | chunk) << PIECE_BITS
}

/// A chunk as one piece that fills its overflow pages to the last byte, and small ones that fill what tree pages have left. Whole, a
/// document of 61 kB would leave 4 kB of pages empty; so, a document costs about half a kB beyond its content, whatever its length.
fn pieces(sealed: &[u8]) -> impl Iterator<Item = &[u8]> {
    let filled = sealed.len().checked_sub(LOCAL).map_or(0, |beyond| LOCAL + beyond / OVERFLOW * OVERFLOW);
    let (large, small) = sealed.split_at_checked(filled).unwrap_or((sealed, &[]));
    std::iter::once(large).filter(|large| !large.is_empty()).chain(small.chunks(LOCAL))
}

/// Writing the same chunks again changes nothing.
fn write(connection: &Connection, chunks: &Chunks) -> rusqlite::Result<()> {
    let id = chunks.stage.id;
    let number = match number(connection, id)? {
        Some(number) => number,
        None => {
            let last = connection
                .prepare_cached("SELECT coalesce(max(key), 0) FROM chunk")?
                .query_row([], |row| row.get::<_, i64>(0))?;
            let number = (last >> (CHUNK_BITS + PIECE_BITS)) + 1;
            connection
                .prepare_cached("INSERT INTO blob (id, number, journal) VALUES (?1, ?2, ?3)")?
                .execute(params![id.0, number, chunks.stage.journal])?;
            connection
                .prepare_cached(
                    "INSERT OR REPLACE INTO stage (number, id, journal, staged_at) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![number, id.0, chunks.stage.journal, as_signed(chunks.stage.staged_at)])?;
            number
        }
    };
    let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO chunk (key, sealed) VALUES (?1, ?2)")?;
    for (chunk, sealed) in (i64::from(chunks.first)..).zip(&chunks.sealed) {
        if chunk >> CHUNK_BITS != 0 {
            return Err(rusqlite::Error::IntegralValueOutOfRange(0, chunk));
        }
        for (piece, bytes) in (key(number, chunk)..).zip(pieces(sealed)) {
            insert.execute(params![piece, bytes])?;
        }
    }
    Ok(())
}
