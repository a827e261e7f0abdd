//! Read who did what: R1111-43 and L1111-19; the FHIR form is `AuditEvent` (IHE ITI-81, BALP).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision, HistoryWindow};
use crate::dossier::{Dossier, Rule};

/// The history of one dossier.
#[derive(Debug, Clone, Copy)]
pub struct ReadHistory;

/// One entry of it. Its number is behind a public id and never shown.
#[derive(Debug, Clone, Copy)]
pub struct ReadHistoryEntry {
    /// Which.
    pub seq: u32,
}

impl ReadHistory {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        window(dossier, context, None)
    }
}

impl ReadHistoryEntry {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        window(dossier, context, Some(self.seq))
    }
}

fn window(dossier: &Dossier, context: &Context<'_>, only: Option<u32>) -> Decision {
    match judge(dossier, context, Action::ReadHistory) {
        Ok(admission) if matches!(admission.side, Side::Holder | Side::Representative) => {
            Decision::allowed(admission.rule, Answer::History(HistoryWindow { side: admission.side, only }))
        }
        Ok(_) => Decision::refused(Rule::NotHolder),
        Err(rule) => Decision::refused(rule),
    }
}
