//! Retrieve a document: DMP TD3.2, IHE ITI-43 and ITI-68. The permit that comes with the answer opens its bytes.

use crate::access::functional_rights::Action;
use crate::act::read_document_entry::read_one;
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::Dossier;

/// One document to read.
#[derive(Debug, Clone, Copy)]
pub struct RetrieveDocument {
    /// Which.
    pub item: Item,
}

impl RetrieveDocument {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        read_one(dossier, context, Action::ReadUnmasked, self.item, Answer::Content)
    }
}
