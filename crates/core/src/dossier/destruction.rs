//! When a closed dossier is to be destroyed: after ten years of archive, or the three months of an express deletion (facts b.4,
//! decisions 27 and 31); and what of it remains to be known.

use crate::code::Instant;
use crate::dossier::{AccessDisputed, Change, DestructionGround, DisputeOutcome, Dossier, DossierStatus, Facts};
use crate::record;

/// Ten years of archive, to the day.
const YEARS_OF_ARCHIVE: i32 = 10;
/// Express deletion is done by then.
const MONTHS_OF_EXPRESS_DELETION: i32 = 3;

record! {
    /// The beginning of a destruction.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct DestructionStart {
        /// When.
        1 at: Instant,
        /// Why.
        2 ground: DestructionGround,
    }
}

record! {
    /// An access that the holder does not recognise.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Dispute {
        /// The sequence number of its entry.
        1 entry: u32,
        /// When he said so.
        2 since: Instant,
        /// How the case ended; absent as long as it is open.
        3 outcome: Option<DisputeOutcome>,
        /// A minor's own: nothing of it is told to those who represent him.
        4 own: bool,
        /// The journal of that entry, where it is one of a dossier that was merged into this one.
        5 journal: Option<u32>,
    }
}

record! {
    /// A journal that was destroyed, as the operator's journal keeps it.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Destruction {
        /// When that was recorded: before anything of it was removed.
        1 at: Instant,
        /// Why.
        2 ground: Option<DestructionGround>,
        /// The entry that holds the certificate, once the destruction is complete.
        3 completed: Option<u32>,
    }
}

/// The term of a dossier's archive: the Paris midnight that closes its last day.
fn end_of_archive(dossier: &Dossier) -> Option<Instant> {
    dossier.closed_at.map(|at| at.plus_years(YEARS_OF_ARCHIVE).paris_day().end())
}

/// The term of an express deletion.
fn end_of_express(dossier: &Dossier) -> Option<Instant> {
    dossier.express_asked_at.map(|at| at.plus_months(MONTHS_OF_EXPRESS_DELETION))
}

/// Whether the term of a closed dossier is over.
#[must_use]
pub fn is_destruction_due(dossier: &Dossier, now: Instant) -> bool {
    let over = |end: Option<Instant>| end.is_some_and(|end| now >= end);
    dossier.status == DossierStatus::Closed && (over(end_of_archive(dossier)) || over(end_of_express(dossier)))
}

/// When the destruction of a closed dossier begins, and why, if nothing changes.
///
/// An express deletion is *done* within three months, the end of the key's epoch included: it begins `lead_days` earlier. An open case
/// holds back the end of the archive, never an express deletion.
#[must_use]
pub fn destruction_begins(dossier: &Dossier, lead_days: u16) -> Option<(Instant, DestructionGround)> {
    if dossier.status != DossierStatus::Closed {
        return None;
    }
    let asked = dossier.express_asked_at.unwrap_or(Instant::MIN);
    let lead = i64::from(lead_days) * -24;
    let express = end_of_express(dossier).map(|end| (end.plus_hours(lead).max(asked), DestructionGround::Express));
    let archive = end_of_archive(dossier).filter(|_| !dossier.has_open_case());
    let archive = archive.map(|end| (end, DestructionGround::Archive));
    [express, archive].into_iter().flatten().min()
}

impl Dossier {
    /// The end of the dossier; and in the operator's journal, the ends of others.
    pub(super) fn apply_end(&mut self, change: &Change, facts: &Facts) {
        match change {
            Change::DestructionBegun(begun) => {
                self.destruction = Some(DestructionStart { at: facts.at, ground: begun.ground });
            }
            Change::AccessDisputed(dispute) => self.note_dispute(dispute, facts),
            Change::DossierDestroyed(one) => {
                let destruction = Destruction { at: facts.at, ground: one.ground, completed: None };
                self.destroyed.entry(one.journal).or_insert(destruction);
            }
            Change::DestructionCompleted(one) => {
                let seq = self.seq;
                self.destroyed.entry(one.journal).and_modify(|destruction| destruction.completed = Some(seq));
            }
            // Applied before: a kind that is new must be given its place by whoever adds it.
            Change::Opened(_)
            | Change::NameAdded(_)
            | Change::IdentityCorrected(_)
            | Change::Known(_)
            | Change::SetAdded(_)
            | Change::DocumentAdded(_)
            | Change::DocumentStanding(_)
            | Change::DocumentVisibility(_)
            | Change::DocumentRenamed(_)
            | Change::DocumentHidden(_)
            | Change::AuthorizationGranted(_)
            | Change::AuthorizationWithdrawn(_)
            | Change::Blocked(_)
            | Change::Unblocked(_)
            | Change::OppositionSet(_)
            | Change::Closed(_)
            | Change::PolicyPublished(_)
            | Change::Activated(_)
            | Change::MedecinTraitantSet(_)
            | Change::MedecinTraitantLeft(_)
            | Change::RequesterSuspended(_)
            | Change::ExceptionSet(_)
            | Change::EmergencyOpened(_)
            | Change::RepresentativeSet(_)
            | Change::RepresentativeEnded(_)
            | Change::CarerSet(_)
            | Change::CarerEnded(_)
            | Change::ReleaseChosen(_)
            | Change::NoteWritten(_)
            | Change::Reopened(_)
            | Change::ExpressDeletionAsked(_)
            | Change::OpeningObjected(_)
            | Change::DossierSuspended(_)
            | Change::SuspensionObjected(_)
            | Change::DeletionRequested(_)
            | Change::DeletionAnswered(_)
            | Change::NotMineClaimed(_)
            | Change::DocumentErased(_)
            | Change::NoticeChosen(_)
            | Change::ContactSet(_)
            | Change::AddressSet(_)
            | Change::FellDue(_)
            | Change::Registered(_)
            | Change::Informed(_)
            | Change::MailReturned(_)
            | Change::Reviewed(_)
            | Change::ContactPersonSet(_)
            | Change::MergedInto(_)
            | Change::Absorbed(_)
            | Change::Separated(_)
            | Change::Returned(_)
            | Change::MergeDeclined(_) => {}
        }
    }

    fn note_dispute(&mut self, dispute: &AccessDisputed, facts: &Facts) {
        let (entry, own, journal) = (dispute.entry, dispute.own, dispute.journal);
        let Some(outcome) = dispute.outcome else {
            self.disputes.push(Dispute { entry, since: facts.at, outcome: None, own, journal });
            return;
        };
        let same = |one: &&mut Dispute| one.entry == entry && one.journal == journal && one.outcome.is_none();
        for case in self.disputes.iter_mut().filter(same) {
            case.outcome = Some(outcome);
        }
    }

    /// Whether the holder does not recognise an access, and the case is open.
    #[must_use]
    pub fn has_open_case(&self) -> bool {
        self.disputes.iter().any(|one| one.outcome.is_none())
    }
}
