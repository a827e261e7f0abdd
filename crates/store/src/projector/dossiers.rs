//! The dossiers for which a professional, or a structure, is authorised by a record of his own (DMP TD0.4 starts from here).
//!
//! Key: the name's keyed hash. Range: the journal. Value: [`DossierRow`]. When somebody was last there is in the dossier, not here:
//! a reading, which is what most entries are, then writes nothing.

use std::collections::BTreeSet;

use bytes::Bytes;
use dmp_core::access::subjects_of;
use dmp_core::code::Instant;
use dmp_core::dossier::{Change, Subject};
use dmp_core::encoding::{from_bytes, to_bytes};
use dmp_core::identity::Requester;
use dmp_core::record;

use super::staff;
use super::window::{View, Window, name};
use crate::door::Store;
use crate::engine::ProjectionRow;
use crate::error::StoreError;

/// Of one subject so many dossiers are looked at: more than a hospital has in a year of authorisations.
const MOST: usize = 100_000;

record! {
    /// The authorisation of a professional or a structure that was not withdrawn, as far as a list needs it. What is true is in the dossier.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct DossierRow {
        /// Since when it holds.
        1 authorized: Option<Instant>,
        /// Until when.
        2 until: Option<Instant>,
    }
}

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    rows.extend(touched(window).into_iter().map(|subject| {
        let authorization = window.dossier.authorizations.get(subject).filter(|one| one.withdrawn.is_none());
        let row = authorization.map(|one| DossierRow { authorized: Some(one.since), until: Some(one.until) });
        let value = row.map(|row| Bytes::from(to_bytes(&row)));
        ProjectionRow { key: View::Dossiers.key(&window.name(subject)), range: window.range(), value }
    }));
}

/// Whose authorisations the entries changed.
fn touched<'a>(window: &Window<'a>) -> BTreeSet<&'a Subject> {
    let mut touched = BTreeSet::new();
    for change in window.entries.iter().flat_map(|entry| entry.changes.iter().flatten()) {
        match change {
            Change::AuthorizationGranted(granted) => drop(touched.insert(&granted.subject)),
            Change::AuthorizationWithdrawn(withdrawn) => drop(touched.insert(&withdrawn.subject)),
            // What came back with the dossier stands in no entry of its own.
            Change::Returned(_) => touched.extend(window.dossier.authorizations.keys()),
            _ => {}
        }
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
        let keys = subjects_of(requester).into_iter().map(|subject| View::Dossiers.key(&name(&self.names, &subject)));
        for key in keys.chain(staff::key(&self.names, requester)) {
            let listed = self.engine.list(super::GENERATION, key, Bytes::new(), None, MOST).await?;
            for (range, value) in listed.rows {
                let Ok(row) = from_bytes::<DossierRow>(&value) else { continue };
                let runs = row.until.is_some_and(|until| now < until);
                let recent = since.is_none_or(|since| row.authorized.is_some_and(|at| at >= since));
                if let (true, true, Some(journal)) = (runs, recent, range.first_chunk::<4>()) {
                    found.insert(u32::from_be_bytes(*journal));
                }
            }
        }
        Ok(found.into_iter().collect())
    }
}
