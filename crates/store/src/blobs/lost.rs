//! Files of sealed bytes that are lost, whole or in part: a backup that is not whole, a disk that lost something.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, params};

use super::segments::{Ends, path_of};
use super::sqlite::{SETTINGS, as_signed, as_unsigned};
use crate::engine::EngineError;
use crate::sqlite::{has_table, looks_made, open_looking};

/// A file of sealed bytes that documents lie in, and that ends before they do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostFile {
    /// The file.
    pub path: PathBuf,
    /// Its bytes; `None` if it is not there.
    pub length: Option<u64>,
    /// Where the last of the documents in it ends.
    pub needed: u64,
}

/// The files beside an index that do not hold all that it says, in order. What belongs to a destroyed journal needs no file any more, nor does
/// what was deleted, or is on the stage: of a document that was being received when the power went, the index may be there and the bytes not.
/// An index that is not there needs none.
///
/// # Errors
/// [`EngineError::Unavailable`] if the index cannot be read, or a file cannot be looked at.
pub fn lost_files(index: &Path, is_destroyed: impl Fn(u32) -> bool) -> Result<Vec<LostFile>, EngineError> {
    let failed = |error: &dyn std::fmt::Display| EngineError::Unavailable(error.to_string());
    if !looks_made(index, &SETTINGS, "extent")? {
        return Ok(Vec::new());
    }
    let connection = open_looking(index, &SETTINGS).map_err(|error| failed(&error))?;
    let mut lost = Vec::new();
    // The index is read first: what its rows lead to was durable before them, and files never become shorter.
    for (number, end) in ends(&connection).map_err(|error| failed(&error))? {
        let path = path_of(&index.with_extension(""), number);
        let length = match std::fs::metadata(&path) {
            Ok(found) => Some(found.len()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(&error)),
        };
        if length.is_none_or(|length| length < end) {
            let left = beyond(&connection, number, length.unwrap_or(0), &is_destroyed);
            let left = left.map_err(|error| failed(&error))?;
            lost.extend(left.map(|needed| LostFile { path, length, needed }));
        }
    }
    Ok(lost)
}

/// What an index says of its files that did not yet keep it.
pub(super) const LEARN: &str = "SELECT segment, max(offset + length) FROM extent GROUP BY segment";

/// Where the documents of each file ended, those included that were deleted since.
pub(super) fn ends(connection: &Connection) -> rusqlite::Result<Ends> {
    // An index that is only looked at may not have learnt it yet.
    let learnt = has_table(connection, "segment")?;
    let sql = if learnt { "SELECT number, length FROM segment" } else { LEARN };
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map([], |row| Ok((row.get(0)?, as_unsigned(row.get(1)?))))?.collect()
}

/// Where the last of the documents ends that end beyond so many bytes of a file, if there is one. Reads the whole index: asked of files
/// alone that are lost.
fn beyond(
    connection: &Connection,
    number: u32,
    length: u64,
    is_destroyed: impl Fn(u32) -> bool,
) -> rusqlite::Result<Option<u64>> {
    let sql = "SELECT journal, max(offset + length) FROM extent
        WHERE segment = ?1 AND offset + length > ?2 AND id NOT IN (SELECT id FROM stage) GROUP BY journal";
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params![number, as_signed(length)])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        if !is_destroyed(row.get(0)?) {
            last = last.max(Some(as_unsigned(row.get(1)?)));
        }
    }
    Ok(last)
}
