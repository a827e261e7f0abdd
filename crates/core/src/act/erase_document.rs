//! Erase a document that was filed under the wrong person, for good: the last resort of the case that the holder opened by "this document
//! is not mine" (the storage contract, section 1). Deleting hides; this takes away what the journal and the files hold of it.

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::{Change, DocumentErased, Dossier, Question, Rule};

/// A document to erase, with all its versions.
#[derive(Debug, Clone, Copy)]
pub struct EraseDocument {
    /// Which.
    pub item: Item,
}

impl EraseDocument {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let admission = match judge(dossier, context, Action::Administer) {
            Ok(admission) if admission.side == Side::Operator => admission,
            Ok(_) => return Decision::refused(Rule::FunctionalRight).asking(question),
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let Some(record) = dossier.document(self.item) else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        // Only what its holder says not to be his. And a merge is read from both journals again: what one of them lacks by then would
        // number the other's documents anew.
        if !record.claimed || dossier.was_ever_merged() {
            return Decision::fault(Rule::State).asking(question);
        }
        let versions = dossier.versions(self.item).into_iter().map(|item| {
            // What is erased cannot be asked any more who might know of it.
            let hidden = dossier.document(item).is_some_and(|one| one.is_hidden_from_representatives(context.now));
            Change::DocumentErased(DocumentErased { item, hidden })
        });
        let decision = Decision::allowed(admission.rule, Answer::Done).giving(self.item, admission.rule);
        versions.fold(decision, Decision::changing)
    }
}
