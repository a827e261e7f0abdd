//! What falls due in a dossier by time alone, computed from its state: whoever looks twice does nothing twice.

use crate::code::{Day, Instant};
use crate::document::Item;
use crate::dossier::{Dossier, DossierStatus, DueKind, FellDue, Registration};

/// The holder is invited to see a professional so long after the deposit (facts c.7); weeks of 7 × 24 h (decisions 31).
const WEEKS_TO_INVITATION: i64 = 2;
/// The reminder comes so many days before majority (decisions 24).
const DAYS_BEFORE_MAJORITY: i32 = 30;
/// A suspension for fraud closes the dossier after so many weeks (decisions 8).
const WEEKS_OF_SUSPENSION: i64 = 6;

/// A term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// What comes.
    pub kind: DueKind,
    /// The document that it is about.
    pub item: Option<Item>,
    /// When.
    pub at: Instant,
}

impl Dossier {
    /// The terms that are not met yet, the past ones too; of an open dossier alone: a closed one's notices are sent when it is
    /// open again (decisions 27).
    #[must_use]
    pub fn due(&self) -> Vec<Due> {
        // Another answers for it, and knows what became of its documents, and whom to tell.
        if self.merged_into.is_some() {
            return Vec::new();
        }
        if self.status == DossierStatus::Unopened {
            let registered = self.registration.as_ref().filter(|_| self.objected_at.is_none());
            let at = registered.and_then(Registration::opens_at);
            return at.map(|at| Due { kind: DueKind::Opening, item: None, at }).into_iter().collect();
        }
        if self.status != DossierStatus::Open {
            return Vec::new();
        }
        let mut found: Vec<Due> = self.withheld().collect();
        // Objected to, it waits for the operator (decisions 8).
        let suspended = self.suspended_at.filter(|_| self.suspension_objected_at.is_none()).map(Self::suspension_term);
        found.extend(suspended.map(|at| Due { kind: DueKind::SuspensionEnd, item: None, at }));
        found.extend(self.majority_reminder());
        // A suspension may come again; the others come once.
        found.retain(|due| {
            due.kind == DueKind::SuspensionEnd || !self.fallen.contains(&FellDue { kind: due.kind, item: due.item })
        });
        found
    }

    fn withheld(&self) -> impl Iterator<Item = Due> {
        self.documents
            .iter()
            .filter(|record| record.visibility.invisible_patient && !record.is_signature())
            // A newer version inherits what is left, and what is deleted never appears.
            .filter(|record| !record.standing.deleted && !record.standing.deprecated)
            .filter_map(|record| Some((record.item, record.withheld_since?)))
            .flat_map(|(item, since)| {
                Self::withheld_terms(since).map(move |(kind, at)| Due { kind, item: Some(item), at })
            })
    }

    /// For who was a minor when the dossier was opened.
    fn majority_reminder(&self) -> Option<Due> {
        let at = Self::majority_term(self.birth()?, self.opened_at?)?;
        Some(Due { kind: DueKind::MajorityReminder, item: None, at })
    }

    /// The terms of a document that is withheld since then.
    #[must_use]
    pub fn withheld_terms(since: Instant) -> [(DueKind, Instant); 2] {
        [
            (DueKind::WithheldInvitation, since.plus_weeks(WEEKS_TO_INVITATION)),
            (DueKind::WithheldRelease, since.plus_months(1)),
        ]
    }

    /// When somebody born on that day is reminded of his majority; not where the dossier was opened after it.
    #[must_use]
    pub fn majority_term(birth: Day, opened: Instant) -> Option<Instant> {
        let majority = birth.majority();
        (opened < majority).then(|| majority.paris_day().add_days(-DAYS_BEFORE_MAJORITY).start())
    }

    /// When a suspension of that instant closes the dossier.
    #[must_use]
    pub const fn suspension_term(suspended: Instant) -> Instant {
        suspended.plus_weeks(WEEKS_OF_SUSPENSION)
    }
}
