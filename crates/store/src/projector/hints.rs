//! Which journals may hold a document with a given identifier: for the one question that names no dossier (DMP TD3.1b).
//!
//! Key: the identifier's keyed hash. Range: the journal. No value. Many journals may be named, and none is disclosed: each answers
//! by an act of its own.

use std::collections::BTreeSet;

use bytes::Bytes;
use dmp_core::dossier::Change;

use super::window::{View, Window};
use crate::door::Store;
use crate::engine::ProjectionRow;
use crate::error::StoreError;
use crate::names::{NameHasher, NameKind};

/// At most so many journals are named.
const MOST: usize = 100;

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
    /// that its sender chose, each with or without its URN prefix. At most 100, in ascending order.
    ///
    /// The answer is complete up to what is projected: a document provided within the last moments may be missing, and one that was
    /// provided may be named whose dossier answers that there is no such thing.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails.
    pub async fn hinted(&self, identifiers: &[&str]) -> Result<Vec<u32>, StoreError> {
        let mut journals = BTreeSet::new();
        for identifier in identifiers {
            let key = View::Hints.key(&self.hint(identifier));
            let listed = self.engine.list(super::GENERATION, key, Bytes::new(), None, MOST).await?;
            let ranges = listed.rows.iter().filter_map(|(range, _)| range.as_ref().try_into().ok());
            journals.extend(ranges.map(u32::from_be_bytes));
        }
        Ok(journals.into_iter().take(MOST).collect())
    }

    /// What an identifier is found under.
    #[must_use]
    pub fn hint(&self, identifier: &str) -> [u8; 16] {
        hash(&self.names, identifier)
    }
}
