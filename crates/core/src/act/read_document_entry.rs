//! Read the metadata of one document: IHE ITI-67 by id, ITI-18 `GetDocuments`.

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Answer, Context, Decision, DocumentView};
use crate::document::Item;
use crate::dossier::{Dossier, Question, Rule};

/// One document whose metadata are read.
#[derive(Debug, Clone, Copy)]
pub struct ReadDocumentEntry {
    /// Which.
    pub item: Item,
}

impl ReadDocumentEntry {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        read_one(dossier, context, Action::FindMetadata, self.item, Answer::Document)
    }
}

/// One document by its number: found and seen, or there is no such thing.
pub(super) fn read_one(
    dossier: &Dossier,
    context: &Context<'_>,
    action: Action,
    item: Item,
    answer: fn(Box<DocumentView>) -> Answer,
) -> Decision {
    let question = Question::Item(item);
    let admission = match judge(dossier, context, action) {
        Ok(admission) => admission,
        // Without any right to consult nothing is looked at; the refusal is told (decisions 2).
        Err(rule) => return Decision::refused(rule).asking(question),
    };
    let Some(record) = dossier.document(item) else {
        return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
    };
    match admission.document(dossier, context, record) {
        Err(rule) => Decision::hidden(admission.rule, Some(item), rule).asking(question),
        Ok(rule) => match DocumentView::of(dossier, context, &admission, record) {
            Some(view) => Decision::allowed(admission.rule, answer(Box::new(view))).giving(item, rule),
            None => Decision::hidden(admission.rule, Some(item), Rule::NotFound).asking(question),
        },
    }
}
