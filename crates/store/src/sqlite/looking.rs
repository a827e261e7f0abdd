//! Opens a file only to look at it: nothing is made or changed, whether another process has it open or not.

use std::fmt::Write as _;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::{BUSY, Settings};
use crate::engine::EngineError;

/// Opens the file to look at it; it must be there.
pub(crate) fn open_looking(path: &Path, settings: &Settings) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri(path), flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "cache_size", -i64::from(settings.reader_cache))?;
    Ok(connection)
}

/// Whether it has a table of that name: one whose making was cut off has none.
pub(crate) fn has_table(connection: &Connection, name: &str) -> rusqlite::Result<bool> {
    connection.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1")?.exists([name])
}

/// Whether there is a file, and its tables were made: `last` is the last of them.
pub(crate) fn looks_made(path: &Path, settings: &Settings, last: &str) -> Result<bool, EngineError> {
    let look = || has_table(&open_looking(path, settings)?, last);
    if path.exists() { look().map_err(|error| EngineError::Unavailable(error.to_string())) } else { Ok(false) }
}

/// A reader of a log makes the log and its index where they are not there. Without either the file is all there is. With them, somebody
/// writes, or was killed: the log is read, and its index, which is nothing but a help for reading it, made anew where nobody else has it
/// open. (Without the index, `readonly_shm`, what was killed in the midst of emptying its log was at times not read at all.)
fn uri(path: &Path) -> String {
    let has_log = std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let how = if has_log || beside(path, "-shm").exists() { "mode=ro" } else { "immutable=1" };
    let mut uri = "file:".to_owned();
    for byte in path.as_os_str().as_bytes() {
        // Writing to a String does not fail.
        let _infallible = match byte {
            b'/' | b'-' | b'.' | b'_' => uri.write_char(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => uri.write_char(char::from(*byte)),
            byte => write!(uri, "%{byte:02x}"),
        };
    }
    uri + "?" + how
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(ending);
    name.into()
}
