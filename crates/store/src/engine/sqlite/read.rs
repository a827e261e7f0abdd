//! What a reader does, one function for each method of the engine.

use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::row_key;
use crate::engine::{Behind, DerivedRow, Dirty, Head, JOURNAL_LIMIT, Listed, Loaded, NameKey, Snapshot};

fn bytes(row: &Row<'_>, column: usize) -> rusqlite::Result<Bytes> {
    row.get::<_, Vec<u8>>(column).map(Bytes::from)
}

fn as_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The seq in a row key, which is its lower half.
fn seq_of(key: i64) -> u32 {
    (key & i64::from(u32::MAX)) as u32
}

/// The first row key of the journal after this one.
fn end_of(journal: u32) -> i64 {
    (i64::from(journal) + 1) << 32
}

/// A snapshot read first and rows after it: appends in between only lengthen the prefix.
pub(super) fn load(connection: &Connection, journal: u32, known: Option<u32>) -> rusqlite::Result<Loaded> {
    let snapshot = match known {
        Some(_) => None,
        None => connection
            .prepare_cached("SELECT seq, bytes FROM snapshot WHERE journal = ?1")?
            .query_row([journal], |row| Ok(Snapshot { seq: row.get(0)?, bytes: bytes(row, 1)? }))
            .optional()?,
    };
    let after = known.or_else(|| snapshot.as_ref().map(|snapshot| snapshot.seq)).unwrap_or(0);
    Ok(Loaded { snapshot, rows: rows(connection, journal, after, usize::MAX)? })
}

pub(super) fn rows(
    connection: &Connection,
    journal: u32,
    after: u32,
    limit: usize,
) -> rusqlite::Result<Vec<(u32, Bytes)>> {
    let mut statement =
        connection.prepare_cached("SELECT key, row FROM journal WHERE key > ?1 AND key < ?2 ORDER BY key LIMIT ?3")?;
    let range = [row_key(journal, after), end_of(journal), as_limit(limit)];
    statement.query_map(range, |row| Ok((seq_of(row.get(0)?), bytes(row, 1)?)))?.collect()
}

pub(super) fn claimed(connection: &Connection, name: &NameKey) -> rusqlite::Result<Option<Bytes>> {
    let mut statement = connection.prepare_cached("SELECT value FROM name WHERE name = ?1")?;
    statement.query_row([name], |row| bytes(row, 0)).optional()
}

pub(super) fn dirty(connection: &Connection, after: u64, limit: usize) -> rusqlite::Result<Vec<Dirty>> {
    let mut statement = connection
        .prepare_cached("SELECT mark, head, quiet_after FROM marked WHERE mark > ?1 ORDER BY mark LIMIT ?2")?;
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let found = statement.query_map([after, as_limit(limit)], |row| {
        let (mark, head): (i64, i64) = (row.get(0)?, row.get(1)?);
        let head = Head { journal: (head >> 32) as u32, seq: seq_of(head) };
        Ok(Dirty { mark: mark.unsigned_abs(), head, quiet_after: row.get(2)? })
    })?;
    found.collect()
}

pub(super) fn behind(
    connection: &Connection,
    projection: u16,
    journals: &[u32],
    limit: usize,
) -> rusqlite::Result<Vec<Behind>> {
    let (mut found, mut room): (Vec<Behind>, _) = (Vec::with_capacity(journals.len()), limit.max(1));
    for journal in journals {
        let cursor = projected(connection, projection, *journal)?;
        let mut rows = rows(connection, *journal, cursor, room + 1)?;
        if rows.len() > room && !found.is_empty() {
            break;
        }
        rows.truncate(room);
        room -= rows.len();
        found.push(Behind { journal: *journal, cursor, rows });
    }
    Ok(found)
}

pub(super) fn projected(connection: &Connection, projection: u16, journal: u32) -> rusqlite::Result<u32> {
    let mut statement =
        connection.prepare_cached("SELECT seq FROM projected WHERE projection = ?1 AND journal = ?2")?;
    Ok(statement.query_row(params![projection, journal], |row| row.get(0)).optional()?.unwrap_or(0))
}

pub(super) fn list(
    connection: &Connection,
    projection: u16,
    key: &Bytes,
    from: &Bytes,
    to: Option<&Bytes>,
    limit: usize,
) -> rusqlite::Result<Listed> {
    // Asked first: a mark that is set afterwards is of an append that was acknowledged after the call.
    let complete =
        connection.prepare_cached("SELECT NOT EXISTS (SELECT 1 FROM marked)")?.query_row([], |row| row.get(0))?;
    let mut statement = connection.prepare_cached(
        "SELECT range, value FROM projection WHERE projection = ?1 AND key = ?2 AND range >= ?3 AND (?4 IS NULL OR range < ?4)
         ORDER BY range LIMIT ?5",
    )?;
    let to = to.map(Bytes::as_ref);
    let found = statement.query_map(params![projection, key.as_ref(), from.as_ref(), to, as_limit(limit)], |row| {
        Ok((bytes(row, 0)?, bytes(row, 1)?))
    })?;
    Ok(Listed { rows: found.collect::<Result<_, _>>()?, complete })
}

/// Hops from journal to journal: one seek for its first row, one for its last.
pub(super) fn scan(
    connection: &Connection,
    slice: u32,
    slices: u32,
    after: Option<u32>,
    limit: usize,
) -> rusqlite::Result<Vec<Head>> {
    let mut next = connection.prepare_cached("SELECT key FROM journal WHERE key >= ?1 ORDER BY key LIMIT 1")?;
    let mut last = connection.prepare_cached("SELECT key FROM journal WHERE key < ?1 ORDER BY key DESC LIMIT 1")?;
    let mut found = Vec::new();
    let mut from = after.map_or(0, end_of);
    while found.len() < limit {
        let Some(key) = next.query_row([from], |row| row.get::<_, i64>(0)).optional()? else { break };
        let Some(journal) = u32::try_from(key >> 32).ok().filter(|journal| *journal < JOURNAL_LIMIT) else { break };
        from = end_of(journal);
        if journal % slices.max(1) == slice {
            found.push(Head { journal, seq: seq_of(last.query_row([from], |row| row.get(0))?) });
        }
    }
    Ok(found)
}

pub(super) fn get(connection: &Connection, key: &Bytes) -> rusqlite::Result<Option<Bytes>> {
    let mut statement = connection.prepare_cached("SELECT value FROM keyed WHERE key = ?1")?;
    statement.query_row([key.as_ref()], |row| bytes(row, 0)).optional()
}

pub(super) fn names(
    connection: &Connection,
    after: Option<NameKey>,
    limit: usize,
) -> rusqlite::Result<Vec<(NameKey, Bytes)>> {
    let mut statement = connection
        .prepare_cached("SELECT name, value FROM name WHERE ?1 IS NULL OR name > ?1 ORDER BY name LIMIT ?2")?;
    statement.query_map(params![after, as_limit(limit)], |row| Ok((row.get(0)?, bytes(row, 1)?)))?.collect()
}

pub(super) fn derived(
    connection: &Connection,
    projection: u16,
    after: Option<&DerivedRow>,
    limit: usize,
) -> rusqlite::Result<Vec<DerivedRow>> {
    let mut statement = connection.prepare_cached(
        "SELECT key, range FROM projection WHERE projection = ?1 AND (key, range) > (?2, ?3) ORDER BY key, range LIMIT ?4",
    )?;
    // No key is empty: before the first row stands this.
    let (key, range) = after.map_or((&[][..], &[][..]), |(key, range)| (key, range));
    let found = statement
        .query_map(params![projection, key, range, as_limit(limit)], |row| Ok((bytes(row, 0)?, bytes(row, 1)?)))?;
    found.collect()
}
