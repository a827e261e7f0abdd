//! The holder's death, reported by the insurer's feed or the operator, and its correction (decisions 28).

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Closed, ClosingMotive, Dossier, DossierStatus, Reopened, Rule};
use crate::identity::Requester;

/// A death to record; or the correction of one that was recorded in error.
#[derive(Debug, Clone, Copy)]
pub struct RecordDeath {
    /// The report was an error: the dossier is open again.
    pub in_error: bool,
}

impl RecordDeath {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match &**context.requester {
            Requester::Operator(_) => Rule::Operator,
            Requester::InsurerFeed(_) if !self.in_error => Rule::InsurerFeed,
            _ => return Decision::refused(Rule::FunctionalRight),
        };
        // Who is registered shall not have a dossier after his death.
        if dossier.status == DossierStatus::Unopened && dossier.registration.is_none() {
            return Decision::refused(Rule::UnknownDossier);
        }
        if dossier.destruction.is_some() {
            return Decision::refused(Rule::DestructionBegun);
        }
        let dead = dossier.is_dead();
        match (self.in_error, dead) {
            (true, false) | (false, true) => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            (true, true) => Decision::allowed(rule, Answer::Done).changing(Change::Reopened(Reopened { text: None })),
            (false, false) => Decision::allowed(rule, Answer::Done)
                .changing(Change::Closed(Closed { motive: ClosingMotive::Death, text: None })),
        }
    }
}
