//! Delete a document: DMP TD3.3c. Logical and final; the newest version only, and what it replaced goes with it.

use crate::access::functional_rights::{Action, Column};
use crate::access::{Admission, DeletesOthers, Relation, Side, judge, relation, standing};
use crate::act::close_dossier::all_sign;
use crate::act::decision::is_seen;
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::{
    AccessMode, AuthorizationStatus, Change, DocumentRecord, DocumentStanding, Dossier, Question, Rule,
};
use crate::identity::Requester;

/// A document to delete.
#[derive(Debug, Clone, Copy)]
pub struct DeleteDocument {
    /// Which.
    pub item: Item,
}

/// Deposited by the holder, or on his side.
pub(super) fn is_holders(dossier: &Dossier, record: &DocumentRecord) -> bool {
    dossier.depositor(record).is_some_and(Requester::is_on_the_holders_side)
}

/// What the policy adds to the author's right (decisions 22): in `mes-2024` the médecin traitant deletes what the holder
/// deposited; in `dmp-2012`, on the holder's recorded request, he, or where there is none any doctor VALIDE, in normal mode,
/// deletes any document.
fn deletes_others(dossier: &Dossier, context: &Context<'_>, admission: &Admission, record: &DocumentRecord) -> bool {
    if context.mode != AccessMode::Normal || !is_seen(dossier, context, record) {
        return false;
    }
    match context.policy.name.table().deletes_others {
        DeletesOthers::WhatTheHolderDeposited => admission.medecin_traitant && is_holders(dossier, record),
        DeletesOthers::WhatTheHolderAsks => {
            let doctor = admission.side == Side::Professional(Column::MedNormal) && dossier.medecin_traitant.is_none();
            let held = standing(dossier, context.requester, context.policy, context.now).status;
            (admission.medecin_traitant || (doctor && held == AuthorizationStatus::Valide))
                && record.deletion_asked.is_some()
        }
    }
}

impl DeleteDocument {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let admission = match judge(dossier, context, Action::Delete) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let Some(record) = dossier.document(self.item) else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        let own = match admission.side {
            Side::Holder => is_holders(dossier, record),
            // What he may not see is not there, whoever signs.
            Side::Representative if let Err(rule) = admission.document(dossier, context, record) => {
                return Decision::hidden(admission.rule, Some(self.item), rule).asking(question);
            }
            Side::Representative if !all_sign(dossier, context) => {
                return Decision::refused(Rule::AllRepresentatives).asking(question);
            }
            Side::Representative => is_holders(dossier, record),
            Side::Professional(_) => {
                relation(dossier, context.requester, record) != Relation::None
                    || deletes_others(dossier, context, &admission, record)
            }
            _ => false,
        };
        if !own {
            // Another's visible document is refused, a hidden one is not there (decisions 2).
            return super::decision::not_own(dossier, context, &admission, record).asking(question);
        }
        if record.standing.deleted {
            return Decision::hidden(admission.rule, Some(self.item), Rule::Deleted).asking(question);
        }
        if !super::decision::is_newest_seen(dossier, context, record) {
            return Decision::fault(Rule::NotNewest).asking(question);
        }
        let change = DocumentStanding { item: self.item, archived: None, deleted: true };
        Decision::allowed(admission.rule, Answer::Done)
            .giving(self.item, admission.rule)
            .changing(Change::DocumentStanding(change))
    }
}
