//! Begin the destruction of a closed dossier when its term is over: the program's own act (facts b.4, decisions 27 and 31).

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, DestructionBegun, DestructionGround, Dossier, DossierStatus, Rule, destruction_begins};
use crate::identity::Requester;

/// The beginning of a destruction.
#[derive(Debug, Clone, Copy)]
pub struct BeginDestruction {
    /// By how many days an express deletion begins before its term: the end of the key's epoch belongs to the three months.
    pub lead_days: u16,
    /// Of a dossier that was merged: the survivor's journal, whose destruction has begun, and its ground. It ends with the survivor (the
    /// storage contract, section 7).
    pub with: Option<(u32, DestructionGround)>,
}

impl BeginDestruction {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        // What was only registered ends with the dossier that took it in.
        if dossier.status == DossierStatus::Unopened && dossier.merged_into.is_none() {
            return Decision::refused(Rule::UnknownDossier);
        }
        if dossier.destruction.is_some() {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let survivor = dossier.merged_into.as_ref().map(|moved| moved.journal);
        if let Some((_, ground)) = self.with.filter(|(journal, _)| survivor == Some(*journal)) {
            return Decision::allowed(Rule::System, Answer::Done)
                .changing(Change::DestructionBegun(DestructionBegun { ground }));
        }
        // While another answers for it, it ends with that one and not by itself.
        if survivor.is_some() {
            return Decision::refused(Rule::NotDue);
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
