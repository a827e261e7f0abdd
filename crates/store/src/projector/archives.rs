//! When a closed dossier is to be looked at: its destruction may be due.
//!
//! A part of the timers: another key, the same form. Range: when (milliseconds, 8 bytes) ‖ journal. No value. A row is not taken back: a
//! dossier that was reopened, or that a case holds back, is found so by whoever looks; the row goes with the dossier.

use std::collections::BTreeSet;

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::dossier::Change;

use super::window::{View, Window, sortable};
use crate::door::Store;
use crate::engine::ProjectionRow;
use crate::error::StoreError;

/// What is asked for, among the timers.
pub(super) const ARCHIVES: &[u8] = b"archives";
/// Rows that are read at a time.
const PAGE: usize = 1_000;
/// By how many days an express deletion begins before its term, unless an epoch of keys lasts otherwise: a look too early does no harm.
const USUAL_LEAD: i64 = 37;

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    let looks = window.changes().flat_map(|(entry, change)| {
        let at = entry.facts.at;
        match change {
            // The Paris midnight that closes the day on which the ten years end (decisions 31).
            Change::Closed(_) => vec![at.plus_years(10).paris_day().end()],
            // From the day on: how long before its term it begins is a setting.
            Change::ExpressDeletionAsked(_) => vec![at, at.plus_months(3).plus_hours(-24 * USUAL_LEAD)],
            // A guest that ends with its host was never closed itself.
            Change::DestructionBegun(_) => vec![at],
            _ => Vec::new(),
        }
    });
    let looks: BTreeSet<Instant> = looks.collect();
    rows.extend(looks.into_iter().map(|at| ProjectionRow {
        key: View::Timers.key(ARCHIVES),
        range: Bytes::from([&sortable(at)[..], &window.journal.to_be_bytes()].concat()),
        value: Some(Bytes::new()),
    }));
}

/// The journals whose destruction may be due: named by a row whose hour has come. What is true is in the dossier.
pub(crate) async fn destruction_looks(store: &Store, now: Instant) -> Result<Vec<u32>, StoreError> {
    let (mut from, to) = (Bytes::new(), Bytes::copy_from_slice(&sortable(now.plus_millis(1))));
    let mut journals = BTreeSet::new();
    loop {
        let key = View::Timers.key(ARCHIVES);
        let listed = store.engine.list(super::GENERATION, key, from, Some(to.clone()), PAGE).await?;
        let read = |range: &Bytes| range.get(8..12)?.try_into().ok().map(u32::from_be_bytes);
        journals.extend(listed.rows.iter().filter_map(|(range, _)| read(range)));
        match listed.rows.last() {
            // The last of a full page is the first of the next.
            Some((last, _)) if listed.rows.len() == PAGE => from = last.clone(),
            _ => return Ok(journals.into_iter().collect()),
        }
    }
}
