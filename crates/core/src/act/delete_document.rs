//! Delete a document: DMP TD3.3c. Logical and final; the newest version only, and what it replaced goes with it.

use crate::access::functional_rights::Action;
use crate::access::{Relation, Side, judge, relation};
use crate::act::{Answer, Context, Decision, Fault};
use crate::document::Item;
use crate::dossier::{Change, DocumentStanding, Dossier, Question, Rule};
use crate::identity::Requester;

/// A document to delete.
#[derive(Debug, Clone, Copy)]
pub struct DeleteDocument {
    /// Which.
    pub item: Item,
}

impl DeleteDocument {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let admission = match judge(dossier, context, Action::Delete) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let found = dossier.document(self.item).filter(|record| !record.standing.deleted);
        let Some(record) = found else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        let own = match admission.side {
            Side::Holder => {
                matches!(dossier.requester(record.deposited_by).map(AsRef::as_ref), Some(Requester::Holder(_)))
            }
            Side::Professional(_) => relation(dossier, context.requester, record) != Relation::None,
            _ => false,
        };
        if !own {
            // Another's visible document is refused, a hidden one is not there (decisions 2).
            return super::decision::not_own(dossier, context, &admission, record).asking(question);
        }
        if !super::decision::is_newest_seen(dossier, context, record) {
            return Decision::faulty(Fault { index: None, rule: Rule::NotNewest });
        }
        let change = DocumentStanding { item: self.item, archived: None, deleted: true };
        Decision::allowed(admission.rule, Answer::Done)
            .giving(self.item, admission.rule)
            .changing(Change::DocumentStanding(change))
    }
}
