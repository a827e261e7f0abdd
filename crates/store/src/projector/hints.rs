//! Which journals may hold a document with a given identifier: for the one question that names no dossier (DMP TD3.1b).
//!
//! Key: the identifier's keyed hash. Range: the journal. No value. Many journals may be named, and none is disclosed: each answers
//! by an act of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;
use std::time::Duration;

use bytes::Bytes;
use dmp_core::dossier::Change;

use super::window::{View, Window};
use crate::door::Store;
use crate::engine::ProjectionRow;
use crate::error::StoreError;
use crate::names::{NameHasher, NameKind};

/// At most so many journals are named: whoever is named so many may have been spared others.
pub const MOST_HINTED: usize = 128;
/// How many marks are read at a time.
const MARKS: usize = 1_024;
/// How long, and how often, a question waits for the projectors: about three seconds, more than another process's pause.
const PAUSE: Duration = Duration::from_millis(10);
const PATIENCE: usize = 300;

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    let mut hashes = BTreeSet::new();
    for (_, change) in window.changes() {
        if let Change::DocumentAdded(added) = change {
            hashes.insert(hash(window.names, &added.entry.unique_id));
            hashes.extend(added.entry.entry_uuid.as_deref().map(|uuid| hash(window.names, uuid)));
        }
    }
    rows.extend(hashes.iter().map(|hash| ProjectionRow {
        key: View::Hints.key(hash),
        range: window.range(),
        value: Some(Bytes::new()),
    }));
}

/// Identifiers are compared bare: without `urn:oid:` or `urn:uuid:`; a UUID in lower case.
fn hash(names: &NameHasher, identifier: &str) -> [u8; 16] {
    match identifier.strip_prefix("urn:oid:") {
        Some(oid) => names.hash(NameKind::Document, oid),
        None if is_uuid(identifier) => names.hash(NameKind::Document, &bare_uuid(identifier)),
        None => names.hash(NameKind::Document, identifier),
    }
}

fn bare_uuid(identifier: &str) -> String {
    identifier.strip_prefix("urn:uuid:").unwrap_or(identifier).to_ascii_lowercase()
}

/// 36 characters, digits of base 16 between four dashes, or the same behind `urn:uuid:`.
fn is_uuid(identifier: &str) -> bool {
    let bare = identifier.strip_prefix("urn:uuid:").unwrap_or(identifier);
    let dashed = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    bare.len() == 36 && bare.bytes().enumerate().all(dashed)
}

impl Store {
    /// The journals that may hold a document with one of these identifiers: a uniqueId (an OID, or `root^extension`), or the entryUUID
    /// that its sender chose, each with or without its URN prefix. At most [`MOST_HINTED`], in ascending order: all there are, where they are
    /// fewer.
    ///
    /// Whatever was appended before the call is waited for until it is projected; a journal may be named whose dossier answers that
    /// there is no such thing.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails, or the projectors do not follow: an answer older than the last append is none.
    pub async fn hinted(&self, identifiers: &[&str]) -> Result<Vec<u32>, StoreError> {
        self.projected().await?;
        let mut journals = BTreeSet::new();
        for identifier in identifiers {
            let key = View::Hints.key(&self.hint(identifier));
            let listed = self.engine.list(super::GENERATION, key, Bytes::new(), None, MOST_HINTED).await?;
            let ranges = listed.rows.iter().filter_map(|(range, _)| range.as_ref().try_into().ok());
            journals.extend(ranges.map(u32::from_be_bytes));
        }
        Ok(journals.into_iter().take(MOST_HINTED).collect())
    }

    /// Waits until what is appended now is projected.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the projectors do not follow, [`StoreError`] when the engine fails.
    pub async fn projected(&self) -> Result<(), StoreError> {
        let mut waiting = self.unprojected(0).await?;
        for _ in 0..PATIENCE {
            if waiting.is_empty() {
                return Ok(());
            }
            self.note_news();
            tokio::time::sleep(PAUSE).await;
            let cursors = self.engine.projected(super::GENERATION, waiting.keys().copied().collect()).await?;
            waiting = waiting
                .into_iter()
                .zip(cursors)
                .filter(|((_, seq), cursor)| cursor < seq)
                .map(|(left, _)| left)
                .collect();
        }
        if waiting.is_empty() { Ok(()) } else { Err(StoreError::Busy) }
    }

    /// The journals with marks that are not projected, and how far each must come; those that nobody can read are left out.
    async fn unprojected(&self, mut after: u64) -> Result<BTreeMap<u32, u32>, StoreError> {
        let mut waiting = BTreeMap::new();
        loop {
            let marks = self.engine.dirty(after, MARKS).await?;
            let Some(last) = marks.last() else { break };
            after = last.mark;
            for head in marks.iter().map(|mark| mark.head) {
                let seq = waiting.entry(head.journal).or_insert(head.seq);
                *seq = head.seq.max(*seq);
            }
        }
        let unreadable = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|journal, _| !unreadable.contains(journal));
        Ok(waiting)
    }

    /// What an identifier is found under.
    #[must_use]
    pub fn hint(&self, identifier: &str) -> [u8; 16] {
        hash(&self.names, identifier)
    }
}
