//! Begin the destruction of a closed dossier when its term is over: the program's own act (facts b.4, decisions 27 and 31).

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, DestructionBegun, Dossier, DossierStatus, Rule, destruction_begins};
use crate::identity::Requester;

/// The beginning of a destruction.
#[derive(Debug, Clone, Copy)]
pub struct BeginDestruction {
    /// By how many days an express deletion begins before its term: the end of the key's epoch belongs to the three months.
    pub lead_days: u16,
}

impl BeginDestruction {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        if dossier.status == DossierStatus::Unopened {
            return Decision::refused(Rule::UnknownDossier);
        }
        if dossier.destruction.is_some() {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        match destruction_begins(dossier, self.lead_days) {
            Some((at, ground)) if context.now >= at => Decision::allowed(Rule::System, Answer::Done)
                .changing(Change::DestructionBegun(DestructionBegun { ground })),
            _ if dossier.status == DossierStatus::Closed && dossier.has_open_case() => {
                Decision::refused(Rule::CaseOpen)
            }
            _ => Decision::refused(Rule::NotDue),
        }
    }
}
