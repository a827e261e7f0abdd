//! What the writer thread does inside its transaction, one function for each method of the engine.

use bytes::Bytes;
use dmp_seal::same_commitments;
use rusqlite::{Connection, OptionalExtension, params};

use super::row_key;
use crate::engine::{Appended, Claimed, DerivedRow, Dirty, Group, NameKey, ProjectionRow, ProjectionWrite, Settled};

/// About the bytes that a group writes.
pub(super) fn size(group: &Group) -> usize {
    let snapshot = group.snapshot.as_ref().map_or(0, |snapshot| snapshot.bytes.len());
    group.rows.iter().map(Bytes::len).sum::<usize>() + snapshot
}

/// Inserting a key that exists *is* "head moved"; so is a missing row before ours.
pub(super) fn append(connection: &Connection, group: &Group) -> rusqlite::Result<Appended> {
    if !group.is_possible() || size(group) > super::LARGEST_GROUP {
        return Ok(Appended::NotTried);
    }
    let mut statement = connection.prepare_cached("SELECT 1 FROM journal WHERE key = ?1")?;
    if let Some(watched) = group.watched
        && statement.exists([row_key(watched.journal, watched.seq) + 1])?
    {
        return Ok(Appended::WatchedMoved);
    }
    if group.expected_seq > 0 && !statement.exists([row_key(group.journal, group.expected_seq)])? {
        return Ok(Appended::HeadMoved);
    }
    let mut insert = connection.prepare_cached("INSERT OR IGNORE INTO journal (key, row) VALUES (?1, ?2)")?;
    let mut last = group.expected_seq;
    for (seq, row) in group.numbered() {
        if insert.execute(params![row_key(group.journal, seq), row.as_ref()])? == 0 {
            // Rows are dense, so this can only be the first; should a file say otherwise, nothing of the group may stay.
            let mut undo = connection.prepare_cached("DELETE FROM journal WHERE key > ?1 AND key <= ?2")?;
            undo.execute([row_key(group.journal, group.expected_seq), row_key(group.journal, last)])?;
            return Ok(Appended::HeadMoved);
        }
        last = seq;
    }
    if let Some(snapshot) = &group.snapshot {
        let sql = "INSERT OR REPLACE INTO snapshot (journal, seq, bytes) VALUES (?1, ?2, ?3)";
        connection.prepare_cached(sql)?.execute(params![group.journal, snapshot.seq, snapshot.bytes.as_ref()])?;
    }
    connection
        .prepare_cached("INSERT INTO marked (head, quiet_after) VALUES (?1, ?2)")?
        .execute(params![row_key(group.journal, last), group.quiet_after()])?;
    Ok(Appended::Done)
}

/// The row at our seq, after a commit that overwrites whatever a failed one may have left in the log.
pub(super) fn settle(connection: &Connection, journal: u32, seq: u32, row: &Bytes) -> rusqlite::Result<Settled> {
    put(connection, b"engine.settled", &row_key(journal, seq).to_be_bytes())?;
    let mut statement = connection.prepare_cached("SELECT row = ?2 FROM journal WHERE key = ?1")?;
    let ours = statement.query_row(params![row_key(journal, seq), row.as_ref()], |found| found.get(0)).optional()?;
    Ok(if ours == Some(true) { Settled::Done } else { Settled::Superseded })
}

pub(super) fn claim(
    connection: &Connection,
    name: &NameKey,
    old: Option<&Bytes>,
    new: Option<&Bytes>,
) -> rusqlite::Result<Claimed> {
    let held = super::read::claimed(connection, name)?;
    if held.as_ref() != old {
        return Ok(Claimed::Held(held));
    }
    match new {
        Some(value) => connection
            .prepare_cached("INSERT OR REPLACE INTO name (name, value) VALUES (?1, ?2)")?
            .execute(params![name, value.as_ref()])?,
        None => connection.prepare_cached("DELETE FROM name WHERE name = ?1")?.execute([name])?,
    };
    Ok(Claimed::Done)
}

pub(super) fn clean(connection: &Connection, seen: &[Dirty]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("DELETE FROM marked WHERE mark = ?1 AND head = ?2")?;
    seen.iter().try_for_each(|dirty| {
        let mark = i64::try_from(dirty.mark).unwrap_or(i64::MAX);
        statement.execute([mark, row_key(dirty.head.journal, dirty.head.seq)]).map(|_| ())
    })
}

pub(super) fn project(connection: &Connection, write: &ProjectionWrite) -> rusqlite::Result<()> {
    let moved = connection
        .prepare_cached(
            "INSERT INTO projected (projection, journal, seq) VALUES (?1, ?2, ?3)
             ON CONFLICT (projection, journal) DO UPDATE SET seq = excluded.seq WHERE seq < excluded.seq",
        )?
        .execute(params![write.projection, write.journal, write.upto])?;
    if moved == 0 {
        return Ok(());
    }
    amend(connection, write.projection, &write.rows)
}

pub(super) fn amend(connection: &Connection, projection: u16, rows: &[ProjectionRow]) -> rusqlite::Result<()> {
    let mut put = connection
        .prepare_cached("INSERT OR REPLACE INTO projection (projection, key, range, value) VALUES (?1, ?2, ?3, ?4)")?;
    let mut delete =
        connection.prepare_cached("DELETE FROM projection WHERE projection = ?1 AND key = ?2 AND range = ?3")?;
    for row in rows {
        match &row.value {
            Some(value) => put.execute(params![projection, row.key.as_ref(), row.range.as_ref(), value.as_ref()])?,
            None => delete.execute(params![projection, row.key.as_ref(), row.range.as_ref()])?,
        };
    }
    Ok(())
}

/// `false` if there is no such row, or the new one keeps not every commitment.
pub(super) fn rewrite(connection: &Connection, journal: u32, seq: u32, row: &Bytes) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare_cached("SELECT row FROM journal WHERE key = ?1")?;
    let old: Option<Vec<u8>> = statement.query_row([row_key(journal, seq)], |found| found.get(0)).optional()?;
    if old.is_none_or(|old| same_commitments(seq, &old, row).is_err()) {
        return Ok(false);
    }
    connection
        .prepare_cached("UPDATE journal SET row = ?2 WHERE key = ?1")?
        .execute(params![row_key(journal, seq), row.as_ref()])?;
    Ok(true)
}

pub(super) fn drop_snapshots(connection: &Connection, journal: u32) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM snapshot WHERE journal = ?1")?.execute([journal]).map(|_| ())
}

pub(super) fn put(connection: &Connection, key: &[u8], value: &[u8]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO keyed (key, value) VALUES (?1, ?2)")?;
    statement.execute(params![key, value]).map(|_| ())
}

pub(super) fn take(connection: &Connection, key: &Bytes) -> rusqlite::Result<Option<Bytes>> {
    let mut statement = connection.prepare_cached("DELETE FROM keyed WHERE key = ?1 RETURNING value")?;
    statement.query_row([key.as_ref()], |row| row.get::<_, Vec<u8>>(0).map(Bytes::from)).optional()
}

pub(super) fn erase(
    connection: &Connection,
    projection: u16,
    journal: u32,
    rows: &[DerivedRow],
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO projected (projection, journal, seq) VALUES (?1, ?2, ?3)")?
        .execute(params![projection, journal, u32::MAX])?;
    let mut delete =
        connection.prepare_cached("DELETE FROM projection WHERE projection = ?1 AND key = ?2 AND range = ?3")?;
    rows.iter()
        .try_for_each(|(key, range)| delete.execute(params![projection, key.as_ref(), range.as_ref()]).map(|_| ()))
}
