//! Archive a document, or take it out: DMP TD3.3d, IHE ITI-57 `UpdateAvailabilityStatus`.

use crate::access::functional_rights::{Action, Right};
use crate::access::{Relation, Side, judge, relation};
use crate::act::delete_document::is_holders;
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::{Change, DocumentStanding, Dossier, Question, Rule};

/// A document to archive or to take out.
#[derive(Debug, Clone, Copy)]
pub struct ArchiveDocument {
    /// Which.
    pub item: Item,
    /// Archive it, or take it out.
    pub archived: bool,
}

impl ArchiveDocument {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let action = if self.archived { Action::Archive } else { Action::Unarchive };
        let admission = match judge(dossier, context, action) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let found = dossier.document(self.item);
        let own = found.is_some_and(|record| relation(dossier, context.requester, record) != Relation::None);
        if let Err(rule) = super::decision::may_touch(context, &admission, own) {
            return Decision::refused(rule).asking(question);
        }
        let Some(record) = found else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        // What the holder deposited, he archives, or his médecin traitant (the note * of the sheet).
        let holders = is_holders(dossier, record) && !admission.medecin_traitant;
        let any = admission.right == Right::Yes && !holders;
        if matches!(admission.side, Side::Professional(_)) && !any && !own {
            // Another's visible document is refused, a hidden one is not there (decisions 2).
            return super::decision::not_own(dossier, context, &admission, record).asking(question);
        }
        if let Err(rule) = admission.document(dossier, context, record) {
            return Decision::hidden(admission.rule, Some(self.item), rule).asking(question);
        }
        if record.standing.archived == self.archived {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done).giving(self.item, Rule::AlreadyDone);
        }
        let change = DocumentStanding { item: self.item, archived: Some(self.archived), deleted: false };
        Decision::allowed(admission.rule, Answer::Done)
            .giving(self.item, admission.rule)
            .changing(Change::DocumentStanding(change))
    }
}
