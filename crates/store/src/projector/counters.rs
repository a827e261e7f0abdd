//! How many dossiers and documents there are: of a region, and provided for a structure.
//!
//! Key: `r` and the region's code (`r-` where it is not known), or `s` and the structure's keyed hash. Range: the journal. Value:
//! [`CounterRow`]. A sum is made over the rows of a key: one row for all journals would make a region wait for itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use dmp_core::code::table::regions;
use dmp_core::dossier::{Change, DossierStatus, Subject};
use dmp_core::encoding::to_bytes;
use dmp_core::record;

use super::window::{View, Window};
use crate::engine::ProjectionRow;

record! {
    /// What one journal adds to a figure.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct CounterRow {
        /// Documents that are not deleted.
        1 documents: u32,
        /// Whether the dossier is open.
        2 open: bool,
    }
}

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    let counts = |change: &Change| {
        let deletes = matches!(change, Change::DocumentStanding(standing) if standing.deleted);
        deletes
            || change.joins_or_parts()
            || matches!(
                change,
                Change::Opened(_)
                    | Change::Closed(_)
                    | Change::Reopened(_)
                    | Change::DocumentAdded(_)
                    | Change::DocumentErased(_)
                    | Change::AddressSet(_)
            )
    };
    if !window.changes().any(|(_, change)| counts(change)) {
        return;
    }
    // What is merged into another is counted there.
    let merged = window.dossier.merged_into.is_some();
    let open = window.dossier.status == DossierStatus::Open && !merged;
    let mut figures: BTreeMap<Bytes, u32> = BTreeMap::new();
    let mut all = 0;
    for document in &window.dossier.documents {
        let here = u32::from(!document.standing.deleted && !merged);
        all += here;
        if let Some(structure) = window.dossier.depositing_structure(document) {
            let hash = window.name(&Subject::Structure(structure.clone()));
            *figures.entry(View::Counters.key(&[&b"s"[..], &hash].concat())).or_default() += here;
        }
    }
    // What left with a dossier that was a guest is not counted here any more.
    let gone = window.dossier.departed.iter().flat_map(|gone| &gone.structures);
    for structure in gone {
        let hash = window.name(&Subject::Structure(structure.clone()));
        let key = View::Counters.key(&[&b"s"[..], &hash].concat());
        if !figures.contains_key(&key) {
            rows.push(ProjectionRow { key, range: window.range(), value: None });
        }
    }
    let address = window.dossier.holder.as_ref().and_then(|holder| holder.address.as_ref());
    let region = address.and_then(|address| address.region.as_deref()).unwrap_or("-");
    figures.insert(View::Counters.key(format!("r{region}").as_bytes()), all);
    if window.changes().any(|(_, change)| change.joins_or_parts() || matches!(change, Change::AddressSet(_))) {
        // Who moved is not counted where he lived any more.
        let others = regions().map(|one| one.code).chain(["-"]).filter(|code| *code != region);
        let keys = others.map(|code| View::Counters.key(format!("r{code}").as_bytes()));
        rows.extend(keys.map(|key| ProjectionRow { key, range: window.range(), value: None }));
    }
    rows.extend(figures.into_iter().map(|(key, documents)| ProjectionRow {
        key,
        range: window.range(),
        value: Some(Bytes::from(to_bytes(&CounterRow { documents, open }))),
    }));
}
