//! Give one's own document another title: what the holder, or who acts for him, deposited (facts g; IHE ITI-57). A new metadata version.

use crate::act::decision::named_by_the_holders_side;
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
        let (admission, record) = match named_by_the_holders_side(dossier, context, self.item) {
            Ok(named) => named,
            Err(refused) => return *refused,
        };
        if !is_holders(dossier, record) {
            return Decision::refused(Rule::NotAuthor).asking(Question::Item(self.item));
        }
        if record.entry.title.as_deref() == Some(&*self.title) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done).giving(self.item, Rule::AlreadyDone);
        }
        let version_item = dossier.last_item + 1;
        let change = DocumentRenamed { item: self.item, version_item, title: self.title.clone() };
        Decision::allowed(admission.rule, Answer::Done)
            .giving(self.item, admission.rule)
            .changing(Change::DocumentRenamed(change))
    }
}
