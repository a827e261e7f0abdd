//! What falls due, and in which journal: terms of withheld documents, of majority, of a suspension.
//!
//! Key: always the same. Range: when (milliseconds, 8 bytes) ‖ journal ‖ kind ‖ document (4 bytes each). No value. A timer is not taken back:
//! what became of it meanwhile is told by the dossier's state when the hour comes; then the row is forgotten.

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::document::Item;
use dmp_core::dossier::{Change, Dossier, DueKind, WEEKS_TO_OBJECT};

use super::archives::ARCHIVES;
use super::jobs::Queue;
use super::window::{View, Window, sortable};
use crate::door::Store;
use crate::engine::ProjectionRow;
use crate::error::StoreError;

/// A term that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timer {
    /// When.
    pub at: Instant,
    /// In which journal.
    pub journal: u32,
    range: Bytes,
}

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    for (entry, change) in window.changes() {
        let at = entry.facts.at;
        match change {
            Change::DocumentAdded(added) if added.visibility.invisible_patient => {
                rows.extend(
                    withheld(window.dossier, added.item).map(|(kind, at)| row(window, at, Some(kind), added.item)),
                );
            }
            Change::Opened(opened) => {
                rows.extend(
                    Dossier::majority_term(opened.holder.birth, at)
                        .map(|at| row(window, at, Some(DueKind::MajorityReminder), 0)),
                );
            }
            Change::IdentityCorrected(traits) => {
                let term = traits.birth.and_then(|birth| Dossier::majority_term(birth, at));
                rows.extend(term.map(|at| row(window, at, Some(DueKind::MajorityReminder), 0)));
            }
            Change::DossierSuspended(change) if change.suspended => {
                rows.push(row(window, Dossier::suspension_term(at), Some(DueKind::SuspensionEnd), 0));
            }
            Change::Informed(informed) if !informed.code_only => {
                rows.push(row(window, at.plus_weeks(WEEKS_TO_OBJECT), Some(DueKind::Opening), 0));
            }
            // Its clocks did not stop while it was closed (decisions 27).
            Change::Reopened(_) => rows.push(row(window, at, None, 0)),
            // Nor do those of documents while dossiers come together and part: whoever has them now does what comes due, and what came due
            // while nobody had them.
            Change::Absorbed(_) | Change::Returned(_) => {
                rows.push(row(window, at, None, 0));
                for one in &window.dossier.documents {
                    rows.extend(
                        withheld(window.dossier, one.item).map(|(kind, at)| row(window, at, Some(kind), one.item)),
                    );
                }
            }
            _ => {}
        }
    }
}

fn withheld(dossier: &Dossier, item: Item) -> impl Iterator<Item = (DueKind, Instant)> {
    let since = dossier.document(item).filter(|record| !record.is_signature()).and_then(|record| record.withheld_since);
    since.into_iter().flat_map(Dossier::withheld_terms)
}

fn row(window: &Window<'_>, at: Instant, kind: Option<DueKind>, item: Item) -> ProjectionRow {
    let kind = kind.map_or(0, DueKind::number);
    let numbers = [window.journal, u32::try_from(kind).unwrap_or(u32::MAX), item].map(u32::to_be_bytes);
    let range = [&sortable(at)[..], numbers.as_flattened()].concat();
    ProjectionRow { key: View::Timers.key(&[]), range: Bytes::from(range), value: Some(Bytes::new()) }
}

impl Store {
    /// At most `limit` timers of `until` or before, the earliest first.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails.
    pub async fn timers(&self, until: Instant, limit: usize) -> Result<Vec<Timer>, StoreError> {
        let key = View::Timers.key(&[]);
        let to = Bytes::copy_from_slice(&sortable(until.plus_millis(1)));
        let listed = self.engine.list(super::GENERATION, key, Bytes::new(), Some(to), limit).await?;
        let timer = |(range, _): (Bytes, Bytes)| {
            let (at, rest) = range.split_first_chunk::<8>()?;
            let journal = u32::from_be_bytes(*rest.first_chunk::<4>()?);
            let at = Instant::from_millis(i64::try_from(u64::from_be_bytes(*at)).ok()?);
            Some(Timer { at, journal, range: range.clone() })
        };
        Ok(listed.rows.into_iter().filter_map(timer).collect())
    }

    /// When the next timer or job after `now` comes, if it does until then.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails.
    pub async fn next_due(&self, now: Instant, until: Instant) -> Result<Option<Instant>, StoreError> {
        let queue = |queue: Queue| View::Jobs.key(queue.code().as_bytes());
        let (from, to) = (sortable(now.plus_millis(1)), sortable(until.plus_millis(1)));
        let mut next = None;
        let queues = [queue(Queue::Notices), queue(Queue::Alerts), queue(Queue::Information)];
        for key in [View::Timers.key(&[]), View::Timers.key(ARCHIVES)].into_iter().chain(queues) {
            let (from, to) = (Bytes::copy_from_slice(&from), Bytes::copy_from_slice(&to));
            let listed = self.engine.list(super::GENERATION, key, from, Some(to), 1).await?;
            let at = listed.rows.first().and_then(|(range, _)| range.first_chunk::<8>().copied());
            let at = at.and_then(|at| i64::try_from(u64::from_be_bytes(at)).ok()).map(Instant::from_millis);
            next = [next, at].into_iter().flatten().min();
        }
        Ok(next)
    }

    /// Forgets timers that were looked at.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails: they come again, which does nothing twice.
    pub async fn forget_timers(&self, timers: Vec<Timer>) -> Result<(), StoreError> {
        let gone = |timer: Timer| ProjectionRow { key: View::Timers.key(&[]), range: timer.range, value: None };
        Ok(self.engine.amend(super::GENERATION, timers.into_iter().map(gone).collect()).await?)
    }
}
