//! Give one's own document another title: what the holder, or who acts for him, deposited (facts g; IHE ITI-57). A new metadata version.

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::delete_document::is_holders;
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::{Change, DocumentRenamed, Dossier, Question, Rule};

/// A title for a document.
#[derive(Debug, Clone)]
pub struct RenameDocument {
    /// Which.
    pub item: Item,
    /// Its title from now on.
    pub title: Box<str>,
}

impl RenameDocument {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let admission = match judge(dossier, context, Action::Settle) {
            Ok(admission) if admission.side.is_holders() => admission,
            Ok(_) => return Decision::refused(Rule::NotHolder).asking(question),
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let Some(record) = dossier.document(self.item) else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        if let Err(rule) = admission.document(dossier, context, record) {
            return Decision::hidden(admission.rule, Some(self.item), rule).asking(question);
        }
        if !is_holders(dossier, record) {
            return Decision::refused(Rule::NotAuthor).asking(question);
        }
        let decision = Decision::allowed(admission.rule, Answer::Done).giving(self.item, admission.rule);
        if record.entry.title.as_deref() == Some(&*self.title) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done).giving(self.item, Rule::AlreadyDone);
        }
        let version_item = dossier.last_item + 1;
        let change = DocumentRenamed { item: self.item, version_item, title: self.title.clone() };
        decision.changing(Change::DocumentRenamed(change))
    }
}
