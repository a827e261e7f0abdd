//! What falls due, and in which journal: the ends of authorisations, and of archives.
//!
//! Key: always the same; of archives another. Range: when (milliseconds, 8 bytes) ‖ journal ‖ kind (1 byte). No value. A timer is not
//! taken back: an authorisation that was renewed or withdrawn meanwhile, a dossier that was reopened, is found so by whoever looks into
//! the dossier when the hour comes.

use std::collections::BTreeSet;

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::dossier::Change;

use super::window::{View, Window, sortable};
use crate::door::Store;
use crate::engine::ProjectionRow;
use crate::error::StoreError;

/// The kind of a timer: an authorisation ends.
const AUTHORIZATION_ENDS: u8 = 1;
/// A closed dossier is to be looked at: its destruction may be due.
const DESTRUCTION: u8 = 2;
/// What is asked for archives.
const ARCHIVES: &[u8] = b"archives";
/// At most so many are looked at in one go.
const MOST: usize = 10_000;

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    let ends: BTreeSet<Instant> = window
        .changes()
        .filter_map(|(_, change)| match change {
            Change::AuthorizationGranted(granted) => Some(granted.until),
            _ => None,
        })
        .collect();
    rows.extend(ends.into_iter().map(|until| row(window, &[], until, AUTHORIZATION_ENDS)));
    let archived = window.changes().filter_map(|(entry, change)| match change {
        Change::Closed(_) => Some(entry.facts.at.plus_years(10)),
        // From the day on: how long before its term it begins is a setting.
        Change::ExpressDeletionAsked(_) => Some(entry.facts.at),
        _ => None,
    });
    let archived: BTreeSet<Instant> = archived.collect();
    rows.extend(archived.into_iter().map(|at| row(window, ARCHIVES, at, DESTRUCTION)));
}

fn row(window: &Window<'_>, asked: &[u8], at: Instant, kind: u8) -> ProjectionRow {
    ProjectionRow {
        key: View::Timers.key(asked),
        range: Bytes::from([&sortable(at)[..], &window.journal.to_be_bytes(), &[kind]].concat()),
        value: Some(Bytes::new()),
    }
}

/// The journals whose destruction may be due: named by a timer whose hour has come. What is true is in the dossier.
pub(crate) async fn destruction_looks(store: &Store, now: Instant) -> Result<Vec<u32>, StoreError> {
    let to = Bytes::copy_from_slice(&sortable(now.plus_millis(1)));
    let listed = store.engine.list(super::GENERATION, View::Timers.key(ARCHIVES), Bytes::new(), Some(to), MOST).await?;
    let journals =
        listed.rows.iter().filter_map(|(range, _)| range.get(8..12)?.try_into().ok().map(u32::from_be_bytes));
    let journals: BTreeSet<u32> = journals.collect();
    Ok(journals.into_iter().collect())
}
