//! The dossiers of a professional, and of a structure: entered, or authorised for (DMP TD0.4 starts from here).
//!
//! Key: the name's keyed hash. Range: the journal. Value: [`DossierRow`].

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use dmp_core::access::subjects_of;
use dmp_core::code::Instant;
use dmp_core::dossier::{Access, Change, Dossier, Subject};
use dmp_core::encoding::{from_bytes, to_bytes};
use dmp_core::identity::Requester;
use dmp_core::record;

use super::window::{Draft, View, Window, name};
use crate::door::Store;
use crate::engine::ProjectionRow;
use crate::error::StoreError;

/// Of one subject so many dossiers are looked at: more than a hospital has in a year of authorisations.
const MOST: usize = 100_000;

record! {
    /// How a professional or a structure stands with a dossier, as far as a list needs it. What is true is in the dossier.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct DossierRow {
        /// When he was first let in.
        1 first: Option<Instant>,
        /// When he was last let in.
        2 last: Option<Instant>,
        /// Since when the authorisation holds that was not withdrawn.
        3 authorized: Option<Instant>,
        /// Until when.
        4 until: Option<Instant>,
    }
}

/// A structure's row: the dossier does not keep when a structure entered, so this is joined with the row before.
#[derive(Debug)]
pub(super) struct StructureDraft {
    pub key: Bytes,
    pub range: Bytes,
    row: DossierRow,
}

impl StructureDraft {
    /// The earliest and the latest of both; the authorisation as the dossier has it.
    pub fn joined(self, before: Option<&Bytes>) -> ProjectionRow {
        // A row that does not read is derived anew by the next generation; until then it is as if it were not there.
        let before: DossierRow = before.and_then(|bytes| from_bytes(bytes).ok()).unwrap_or_default();
        let first = [before.first, self.row.first].into_iter().flatten().min();
        let last = [before.last, self.row.last].into_iter().flatten().max();
        DossierRow { first, last, ..self.row }.at(self.key, self.range)
    }
}

impl DossierRow {
    fn at(self, key: Bytes, range: Bytes) -> ProjectionRow {
        let value = (self != Self::default()).then(|| Bytes::from(to_bytes(&self)));
        ProjectionRow { key, range, value }
    }

    fn of(dossier: &Dossier, subject: &Subject, access: Option<Access>) -> Self {
        let authorization = dossier.authorizations.get(subject).filter(|one| one.withdrawn.is_none());
        Self {
            first: access.map(|access| access.first),
            last: access.map(|access| access.last),
            authorized: authorization.map(|one| one.since),
            until: authorization.map(|one| one.until),
        }
    }
}

pub(super) fn derive(window: &Window<'_>, draft: &mut Draft) {
    for (subject, seen) in touched(window) {
        let (key, range) = (View::Dossiers.key(&window.name(&subject)), window.range());
        match &subject {
            Subject::Professional(id) => {
                let access = window.dossier.accesses.get(format!("P|{id}").as_str()).copied();
                draft.rows.push(DossierRow::of(window.dossier, &subject, access).at(key, range));
            }
            Subject::Structure(_) => {
                let row = DossierRow::of(window.dossier, &subject, seen);
                draft.structures.push(StructureDraft { key, range, row });
            }
        }
    }
}

/// Whom the entries concern, and when they let him in.
fn touched(window: &Window<'_>) -> BTreeMap<Subject, Option<Access>> {
    let mut touched: BTreeMap<Subject, Option<Access>> = BTreeMap::new();
    for entry in window.entries.iter().filter(|entry| entry.is_access()) {
        let at = entry.facts.at;
        for subject in window.requester(entry).map(subjects_of).unwrap_or_default() {
            let seen = touched.entry(subject).or_default().get_or_insert(Access { first: at, last: at });
            seen.last = at;
        }
    }
    for (_, change) in window.changes() {
        // What came back with the dossier stands in no entry of its own.
        if matches!(change, Change::Returned(_)) {
            let back = window.dossier.foreign.iter().flat_map(|requester| subjects_of(requester));
            for subject in back.chain(window.dossier.authorizations.keys().cloned()) {
                touched.entry(subject).or_default();
            }
            continue;
        }
        let subject = match change {
            Change::AuthorizationGranted(granted) => &granted.subject,
            Change::AuthorizationWithdrawn(withdrawn) => &withdrawn.subject,
            _ => continue,
        };
        touched.entry(subject.clone()).or_default();
    }
    touched
}

impl Store {
    /// The journals of the dossiers for which a requester is authorised by a record of his own, or his structure is; only those
    /// authorised since then, where that is said. Which still are is told by each dossier's own act.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails, or the projectors do not follow.
    pub async fn dossiers_of(&self, requester: &Requester, since: Option<Instant>) -> Result<Vec<u32>, StoreError> {
        self.projected().await?;
        let now = self.now();
        let mut found = BTreeSet::new();
        for subject in subjects_of(requester) {
            let key = View::Dossiers.key(&name(&self.names, &subject));
            let listed = self.engine.list(super::GENERATION, key, Bytes::new(), None, MOST).await?;
            for (range, value) in listed.rows {
                let Ok(row) = from_bytes::<DossierRow>(&value) else { continue };
                let runs = row.until.is_some_and(|until| now < until);
                let recent = since.is_none_or(|since| row.authorized.is_some_and(|at| at >= since));
                if let (true, true, Ok(journal)) = (runs, recent, range.as_ref().try_into()) {
                    found.insert(u32::from_be_bytes(journal));
                }
            }
        }
        Ok(found.into_iter().collect())
    }
}
