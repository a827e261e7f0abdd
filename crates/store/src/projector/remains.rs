//! What was derived from a journal, to be removed with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;

use super::jobs::Queue;
use super::window::{View, Window};
use super::{GENERATION, LONGEST_WINDOW};
use crate::door::Store;
use crate::engine::DerivedRow;
use crate::error::StoreError;
use crate::held::{Held, read_entry};

/// Every row that was derived from a journal, derived once more: without a search, as long as its key is there.
pub(crate) async fn derived_rows(store: &Store, held: &Held) -> Result<BTreeSet<DerivedRow>, StoreError> {
    let (mut after, mut found) = (0, BTreeSet::new());
    loop {
        let rows = store.engine.rows(held.journal, after, LONGEST_WINDOW).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        let mut entries = Vec::with_capacity(rows.len());
        for (seq, row) in &rows {
            entries.push(read_entry(&held.keys, held.journal, *seq, row)?);
        }
        let window = Window {
            journal: held.journal,
            dossier: &held.dossier,
            entries: &entries,
            new: &entries,
            names: &store.names,
            since: None,
        };
        found.extend(window.derive().rows.into_iter().map(|row| (row.key, row.range)));
    }
    for queue in Queue::ALL {
        found.extend(queued(store, *queue, held.journal).await?);
    }
    Ok(found)
}

/// What waits in a queue for this journal: when a notice is sent depends on what the holder had chosen then, so it is sought, not derived.
async fn queued(store: &Store, queue: Queue, journal: u32) -> Result<Vec<DerivedRow>, StoreError> {
    let (mut from, mut found) = (Bytes::new(), Vec::new());
    loop {
        let key = View::Jobs.key(queue.code().as_bytes());
        let listed = store.engine.list(GENERATION, key.clone(), from, None, PAGE).await?;
        let rows = listed.rows.iter().map(|(range, _)| (key.clone(), range.clone()));
        found.extend(rows.filter(|row| journal_of(row) == Some(journal)));
        match listed.rows.last() {
            // The last of a full page is the first of the next.
            Some((last, _)) if listed.rows.len() == PAGE => from = last.clone(),
            _ => return Ok(found),
        }
    }
}

/// The journal that a row was derived from, as its view writes it; none for a row of no view.
fn journal_of((key, range): &DerivedRow) -> Option<u32> {
    let place = match View::of(key)? {
        View::Dossiers | View::Hints | View::Counters | View::Traits => 0..4,
        // An instant comes first.
        View::Timers | View::Jobs => 8..12,
    };
    range.get(place)?.try_into().ok().map(u32::from_be_bytes)
}

impl Store {
    /// Every row of any generation that was derived from one of these journals, by search: what is left of a journal whose key is gone.
    pub(crate) async fn search_rows(
        self: &Arc<Self>,
        generation: u16,
        journals: &BTreeSet<u32>,
    ) -> Result<Vec<(u32, DerivedRow)>, StoreError> {
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let rows = self.engine.derived(generation, after, PAGE).await?;
            let Some(last) = rows.last().cloned() else { return Ok(found) };
            after = Some(last);
            let ours = |row: DerivedRow| {
                journal_of(&row).filter(|journal| journals.contains(journal)).map(|journal| (journal, row))
            };
            found.extend(rows.into_iter().filter_map(ours));
        }
    }

    /// The generations of the projections that this version may find.
    pub(crate) fn generations() -> impl Iterator<Item = u16> {
        1..=GENERATION
    }
}

/// Rows that are looked at together.
const PAGE: usize = 4_096;
