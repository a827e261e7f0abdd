//! The things that an act names by number. A number is one of the journal that the request named; whoever brings the act to another
//! dossier, because two were merged, changes it into that one's.

use crate::act::{Act, NewDocument, ReplaceTarget};
use crate::document::Item;

/// One of our own ids among the values of a search, and what it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnId {
    /// As it was written.
    pub id: Box<str>,
    /// The journal that it names,
    pub journal: u32,
    /// and the number there.
    pub item: Item,
}

impl Act {
    /// Whether the act is about this one journal, whoever answers for the dossier.
    #[must_use]
    pub const fn is_of_one_journal(&self) -> bool {
        matches!(
            self,
            Self::ExportJournal(_)
                | Self::MergeDossier(_)
                | Self::AbsorbDossier(_)
                | Self::ReturnDossier(_)
                // About entries, or terms, which stay in the journal where they were written.
                | Self::TellHolder(_)
                | Self::FallDue(_)
                | Self::ReadReview(_)
                | Self::ReviewAccess(_)
                | Self::TakeEvidence(_)
                | Self::DisputeAccess(_)
                | Self::BeginDestruction(_)
        )
    }

    /// Whether the act says itself of which journals its numbers are.
    #[must_use]
    pub fn names_journals(&self) -> bool {
        match self {
            Self::FindDocuments(act) => !act.resolved.is_empty(),
            Self::FindSubmissionSets(act) => !act.resolved.is_empty(),
            Self::FindReference(act) => act.resolved.is_some(),
            Self::ChangeDocument(act) => act.resolved.is_some(),
            Self::ProvideDocuments(act) => {
                act.documents.iter().any(|new| matches!(new.replaces, Some(ReplaceTarget::Item { .. })))
            }
            _ => false,
        }
    }

    /// Changes every number that the act names. `change` is given the journal that the number is of, where the act itself says so.
    pub fn renumber(&mut self, change: &mut dyn FnMut(Option<u32>, Item) -> Item) {
        match self {
            Self::ChangeDocument(act) => {
                let item = act.change.item();
                *item = change(None, *item);
                renumber(act.resolved.as_mut_slice(), change);
            }
            Self::ReadSubmissionSet(act) => act.item = change(None, act.item),
            Self::ReadDocumentEntry(act) => act.item = change(None, act.item),
            Self::RetrieveDocument(act) => act.item = change(None, act.item),
            Self::UpdateVisibility(act) => act.item = change(None, act.item),
            Self::RenameDocument(act) => act.item = change(None, act.item),
            Self::EraseDocument(act) => act.item = change(None, act.item),
            Self::ArchiveDocument(act) => act.item = change(None, act.item),
            Self::DeleteDocument(act) => act.item = change(None, act.item),
            Self::ReadAuthorization(act) => act.item = change(None, act.item),
            Self::WithdrawAccess(act) => act.item = change(None, act.item),
            Self::RequestDeletion(act) => act.item = change(None, act.item),
            Self::AnswerDeletion(act) => act.item = change(None, act.item),
            Self::ClaimNotMine(act) => act.item = change(None, act.item),
            Self::WriteNote(act) => act.item = act.item.map(|item| change(None, item)),
            Self::FindDocuments(act) => renumber(&mut act.resolved, change),
            Self::FindSubmissionSets(act) => renumber(&mut act.resolved, change),
            Self::FindReference(act) => renumber(act.resolved.as_mut_slice(), change),
            Self::ProvideDocuments(act) => {
                for new in &mut act.documents {
                    if let NewDocument { replaces: Some(ReplaceTarget::Item { journal, item }), .. } = new {
                        *item = change(Some(*journal), *item);
                    }
                }
            }
            _ => {}
        }
    }
}

fn renumber(ids: &mut [OwnId], change: &mut dyn FnMut(Option<u32>, Item) -> Item) {
    for id in ids {
        id.item = change(Some(id.journal), id.item);
    }
}
