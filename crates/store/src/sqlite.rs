//! How this crate uses an SQLite file: one writer thread that commits together whatever waits, readers beside it, checkpoints
//! in a thread of their own. The engine, the key store and the blobs each have such a file.

mod looking;
mod readers;
mod writer;

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

pub(crate) use looking::{has_table, looks_made, open_looking};
pub(crate) use readers::Readers;
pub(crate) use writer::{Lost, Urgency, Writer};

/// How long a connection waits for another process that writes.
const BUSY: Duration = Duration::from_secs(5);

/// What a file is set to when it is opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    /// Bytes of a page, for a file that does not exist yet.
    pub page_size: u32,
    /// Page cache of the writer in KiB.
    pub writer_cache: u32,
    /// Page cache of each reader in KiB.
    pub reader_cache: u32,
    /// The tables, made if they are not there.
    pub schema: &'static str,
}

/// Opens the file for writing, makes its tables, and refuses to go on if SQLite does not sync.
pub(crate) fn open_writer(path: &Path, settings: &Settings) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "page_size", settings.page_size)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "secure_delete", "ON")?;
    connection.pragma_update(None, "cache_size", -i64::from(settings.writer_cache))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.execute_batch(settings.schema)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if mode != "wal" || synchronous < 2 {
        return Err(rusqlite::Error::InvalidQuery);
    }
    Ok(connection)
}

/// Opens the file for reading only.
pub(crate) fn open_reader(path: &Path, settings: &Settings) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "cache_size", -i64::from(settings.reader_cache))?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}
