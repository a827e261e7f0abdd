//! The holder asks for the deletion of what others deposited; the author, or his structure, decides (decisions 22).

use crate::access::functional_rights::Action;
use crate::access::{DeletesOthers, Relation, Side, judge, relation};
use crate::act::close_dossier::all_sign;
use crate::act::decision::named_by_the_holders_side;
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::{Change, DeletionAnswered, DeletionRequested, DocumentStanding, Dossier, Question, Rule};

/// A request.
#[derive(Debug, Clone)]
pub struct RequestDeletion {
    /// Of which document.
    pub item: Item,
    /// Why.
    pub motive: Option<Box<str>>,
}

/// The answer.
#[derive(Debug, Clone)]
pub struct AnswerDeletion {
    /// Of which document.
    pub item: Item,
    /// Whether it is deleted.
    pub accepted: bool,
    /// Why.
    pub motive: Option<Box<str>>,
}

/// Where any doctor may act on the request, it is the deletion: asked by who could delete (decisions 22, 24 and 25).
fn may_ask(dossier: &Dossier, context: &Context<'_>, side: Side) -> Result<(), Rule> {
    match (context.policy.name.table().deletes_others, side) {
        (DeletesOthers::WhatTheHolderAsks, Side::Carer) => Err(Rule::Scope),
        (DeletesOthers::WhatTheHolderAsks, Side::Representative) if !all_sign(dossier, context) => {
            Err(Rule::AllRepresentatives)
        }
        _ => Ok(()),
    }
}

impl RequestDeletion {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let (admission, record) = match named_by_the_holders_side(dossier, context, self.item) {
            Ok(named) => named,
            Err(refused) => return *refused,
        };
        if let Err(rule) = may_ask(dossier, context, admission.side) {
            return Decision::refused(rule).asking(question);
        }
        if !super::decision::is_newest_seen(dossier, context, record) {
            return Decision::fault(Rule::NotNewest).asking(question);
        }
        if record.deletion_asked.is_some() {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done).giving(self.item, Rule::AlreadyDone);
        }
        let change = DeletionRequested { item: self.item, motive: self.motive.clone() };
        Decision::allowed(admission.rule, Answer::Done)
            .giving(self.item, admission.rule)
            .changing(Change::DeletionRequested(change))
    }
}

impl AnswerDeletion {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let admission = match judge(dossier, context, Action::AnswerDeletion) {
            Ok(admission) if matches!(admission.side, Side::Professional(_)) => admission,
            // He is no author; what he may not see is not there.
            Ok(admission) => {
                return match dossier.document(self.item) {
                    Some(record) => super::decision::not_own(dossier, context, &admission, record),
                    None => Decision::hidden(admission.rule, None, Rule::NotFound),
                }
                .asking(question);
            }
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let Some(record) = dossier.document(self.item) else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        if relation(dossier, context.requester, record) == Relation::None {
            return super::decision::not_own(dossier, context, &admission, record).asking(question);
        }
        if record.standing.deleted {
            return Decision::hidden(admission.rule, Some(self.item), Rule::Deleted).asking(question);
        }
        if record.deletion_asked.is_none() {
            return Decision::fault(Rule::State).asking(question);
        }
        if !super::decision::is_newest_seen(dossier, context, record) {
            return Decision::fault(Rule::NotNewest).asking(question);
        }
        let answered = DeletionAnswered { item: self.item, accepted: self.accepted, motive: self.motive.clone() };
        let mut decision = Decision::allowed(admission.rule, Answer::Done)
            .giving(self.item, admission.rule)
            .changing(Change::DeletionAnswered(answered));
        if self.accepted {
            let deleted = DocumentStanding { item: self.item, archived: None, deleted: true };
            decision = decision.changing(Change::DocumentStanding(deleted));
        }
        decision
    }
}
