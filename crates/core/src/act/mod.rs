//! The acts: what may be asked of a dossier, one file each, every one with its `decide`.

mod answer;
mod archive_document;
mod authorization;
mod block;
mod close_dossier;
mod context;
mod decision;
mod delete_document;
mod export_journal;
mod find_documents;
mod find_reference;
mod find_submission_sets;
mod grant_access;
mod journal_entry;
mod list_authorizations;
mod open_dossier;
mod provide_documents;
mod publish_policy;
mod read_document_entry;
mod read_history;
mod retrieve_document;
mod test_existence;
mod update_visibility;
mod view;
mod withdraw_access;

pub use answer::{Answer, AuthorizationView, Existence, Found, FoundSets, HistoryWindow, Provided, ProvidedDocument};
pub use archive_document::ArchiveDocument;
pub use block::{Block, Unblock};
pub use close_dossier::CloseDossier;
pub use context::Context;
pub use decision::{Decision, Fault};
pub use delete_document::DeleteDocument;
pub use export_journal::ExportJournal;
pub use find_documents::FindDocuments;
pub use find_reference::FindReference;
pub use find_submission_sets::{FindSubmissionSets, ReadSubmissionSet};
pub use grant_access::GrantAccess;
pub use journal_entry::{LONGEST_WORDS, journal_entry};
pub use list_authorizations::{ListAuthorizations, ReadAuthorization};
pub use open_dossier::OpenDossier;
pub use provide_documents::{HeaderFacts, NewAuthor, NewDocument, NewSet, ProvideDocuments, ReplaceTarget};
pub use publish_policy::PublishPolicy;
pub use read_document_entry::ReadDocumentEntry;
pub use read_history::{ReadHistory, ReadHistoryEntry};
pub use retrieve_document::RetrieveDocument;
pub use test_existence::TestExistence;
pub use update_visibility::UpdateVisibility;
pub use view::{DocumentView, SetView};
pub use withdraw_access::WithdrawAccess;

use crate::dossier::{ActCode, Dossier};

macro_rules! acts {
    ($($(#[$meta:meta])* $variant:ident($type:ty) = $code:ident),+ $(,)?) => {
        /// One act, with what it asks.
        #[derive(Debug, Clone)]
        pub enum Act { $($(#[$meta])* $variant($type)),+ }

        impl Act {
            /// Its number in the journal.
            #[must_use]
            pub const fn code(&self) -> ActCode {
                match self { $(Self::$variant(_) => ActCode::$code),+ }
            }
        }

        /// Decides an act on a dossier. Pure: the same dossier, act and context give the same decision.
        #[must_use]
        pub fn decide(dossier: &Dossier, act: &Act, context: &Context<'_>) -> Decision {
            let decision = match act { $(Act::$variant(act) => act.decide(dossier, context)),+ };
            decision.told_to_a_stranger()
        }
    };
}

acts! {
    /// Open a dossier.
    OpenDossier(Box<OpenDossier>) = OpenDossier,
    /// TD0.2.
    TestExistence(TestExistence) = TestExistence,
    /// TD0.3, add.
    GrantAccess(GrantAccess) = GrantAccess,
    /// TD0.3, remove.
    WithdrawAccess(WithdrawAccess) = WithdrawAccess,
    /// Block.
    Block(Block) = Block,
    /// Lift a block.
    Unblock(Unblock) = Unblock,
    /// TD2.1.
    ProvideDocuments(Box<ProvideDocuments>) = ProvideDocuments,
    /// TD3.1.
    FindDocuments(FindDocuments) = FindDocuments,
    /// ITI-66.
    FindSubmissionSets(FindSubmissionSets) = FindSubmissionSets,
    /// ITI-66 by id.
    ReadSubmissionSet(ReadSubmissionSet) = ReadSubmissionSet,
    /// ITI-67 by id.
    ReadDocumentEntry(ReadDocumentEntry) = ReadDocumentEntry,
    /// TD3.2.
    RetrieveDocument(RetrieveDocument) = RetrieveDocument,
    /// TD3.1b.
    FindReference(FindReference) = FindReference,
    /// TD3.3a, TD3.3b.
    UpdateVisibility(UpdateVisibility) = UpdateVisibility,
    /// TD3.3d.
    ArchiveDocument(ArchiveDocument) = ArchiveDocument,
    /// TD3.3c.
    DeleteDocument(DeleteDocument) = DeleteDocument,
    /// TD1.6.
    ListAuthorizations(ListAuthorizations) = ListAuthorizations,
    /// TD1.6, one.
    ReadAuthorization(ReadAuthorization) = ReadAuthorization,
    /// ITI-81.
    ReadHistory(ReadHistory) = ReadHistory,
    /// ITI-81 by id.
    ReadHistoryEntry(ReadHistoryEntry) = ReadHistoryEntry,
    /// TD1.4.
    CloseDossier(CloseDossier) = CloseDossier,
    /// An operator's export of a journal.
    ExportJournal(ExportJournal) = ExportJournal,
    /// The policy in force, in the operator's journal.
    PublishPolicy(PublishPolicy) = PublishPolicy,
}
