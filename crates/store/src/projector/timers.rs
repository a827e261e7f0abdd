//! What falls due, and in which journal: the ends of authorisations.
//!
//! Key: always the same. Range: when (milliseconds, 8 bytes) ‖ journal ‖ kind (1 byte). No value. A timer is not taken back: an
//! authorisation that was renewed or withdrawn meanwhile is found so by whoever looks into the dossier when the hour comes.

use std::collections::BTreeSet;

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::dossier::Change;

use super::window::{View, Window, sortable};
use crate::engine::ProjectionRow;

/// The kind of a timer: an authorisation ends.
const AUTHORIZATION_ENDS: u8 = 1;

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    let ends: BTreeSet<Instant> = window
        .changes()
        .filter_map(|(_, change)| match change {
            Change::AuthorizationGranted(granted) => Some(granted.until),
            _ => None,
        })
        .collect();
    rows.extend(ends.into_iter().map(|until| ProjectionRow {
        key: View::Timers.key(&[]),
        range: Bytes::from([&sortable(until)[..], &window.journal.to_be_bytes(), &[AUTHORIZATION_ENDS]].concat()),
        value: Some(Bytes::new()),
    }));
}
