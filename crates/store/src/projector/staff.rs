//! The dossiers for which a professional of a structure is authorised: what its staff lists (DMP TD0.4, note Y2 of the sheet). Which still let
//! it in is told by each dossier's own act.
//!
//! Key: the structure's keyed hash ‖ 1. Range: the journal ‖ the authorisation. Value: [`DossierRow`].

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::document::Item;
use dmp_core::dossier::{Change, Subject};
use dmp_core::encoding::to_bytes;
use dmp_core::identity::{Requester, StructureId};

use super::dossiers::DossierRow;
use super::window::{View, Window, name};
use crate::engine::ProjectionRow;
use crate::names::NameHasher;

/// Longer than any authorisation runs.
const YEARS: i32 = 10;

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    for (entry, change) in window.changes() {
        match change {
            Change::AuthorizationGranted(one) => {
                let since = one.since.unwrap_or(entry.facts.at);
                rows.extend(one.structure.as_ref().map(|structure| row(window, structure, one.item, since, one.until)));
            }
            // What came back with the dossier stands in no entry of its own, and what it is now may change without one: it is found, and asked.
            Change::Returned(_) => {
                let structures = window.dossier.authorizations.values().filter_map(|one| one.structure.as_ref());
                let (since, until) = (entry.facts.at, entry.facts.at.plus_years(YEARS));
                rows.extend(structures.map(|structure| row(window, structure, 0, since, until)));
            }
            _ => {}
        }
    }
}

fn row(window: &Window<'_>, structure: &StructureId, item: Item, since: Instant, until: Instant) -> ProjectionRow {
    let range = [window.journal, item].map(u32::to_be_bytes);
    let value = DossierRow { authorized: Some(since), until: Some(until) };
    ProjectionRow {
        key: of(window.names, structure),
        range: Bytes::copy_from_slice(range.as_flattened()),
        value: Some(Bytes::from(to_bytes(&value))),
    }
}

fn of(names: &NameHasher, structure: &StructureId) -> Bytes {
    View::Dossiers.key(&[&name(names, &Subject::Structure(structure.clone()))[..], &[1]].concat())
}

/// Where a member of the staff finds them; nobody else does.
pub(super) fn key(names: &NameHasher, requester: &Requester) -> Option<Bytes> {
    let Requester::Professional(one) = requester else { return None };
    one.structure.as_ref().filter(|_| one.staff).map(|structure| of(names, &structure.id))
}
