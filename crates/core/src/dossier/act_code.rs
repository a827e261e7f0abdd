//! The acts, by the number under which a journal remembers them.

use crate::coded;

coded! {
    /// Everything that may be asked of a dossier, or of another journal. The text is the project's own name of the act.
    pub enum ActCode {
        /// Open a dossier (TD1.1; R1111-28).
        OpenDossier = 1 => "open-dossier",
        /// Ask whether a dossier exists and how the caller is authorised (TD0.2).
        TestExistence = 2 => "test-existence",
        /// Declare or record an authorisation (TD0.3).
        GrantAccess = 3 => "grant-access",
        /// Withdraw an authorisation (TD0.3).
        WithdrawAccess = 4 => "withdraw-access",
        /// Block a professional or a structure.
        Block = 5 => "block",
        /// Lift a block.
        Unblock = 6 => "unblock",
        /// Provide documents (TD2.1, ITI-41, ITI-65).
        ProvideDocuments = 7 => "provide-documents",
        /// Find documents (TD3.1, ITI-18, ITI-67).
        FindDocuments = 8 => "find-documents",
        /// Find submission sets (ITI-18, ITI-66).
        FindSubmissionSets = 9 => "find-submission-sets",
        /// Read the metadata of one document (ITI-67 by id).
        ReadDocumentEntry = 10 => "read-document-entry",
        /// Retrieve a document (TD3.2, ITI-43, ITI-68).
        RetrieveDocument = 11 => "retrieve-document",
        /// Find the technical reference of a document by its identifier (TD3.1b).
        FindReference = 12 => "find-reference",
        /// Hide a document from professionals, or show it (TD3.3a, TD3.3b).
        UpdateVisibility = 13 => "update-visibility",
        /// Archive a document, or take it out (TD3.3d).
        ArchiveDocument = 14 => "archive-document",
        /// Delete a document (TD3.3c).
        DeleteDocument = 15 => "delete-document",
        /// List those who are authorised or blocked (TD1.6).
        ListAuthorizations = 16 => "list-authorizations",
        /// Read the history (R1111-43, ITI-81).
        ReadHistory = 17 => "read-history",
        /// Close the dossier (TD1.4, R1111-36).
        CloseDossier = 18 => "close-dossier",
        /// Export a journal with its keys: an operator's act.
        ExportJournal = 19 => "export-journal",
        /// Publish the matrix, the settings and the rules in force: in the operator's journal.
        PublishPolicy = 20 => "publish-policy",
        /// Read one entry of the history (ITI-81 by id).
        ReadHistoryEntry = 21 => "read-history-entry",
        /// Read one submission set (ITI-66 by id).
        ReadSubmissionSet = 22 => "read-submission-set",
        /// Read one authorisation (Consent by id).
        ReadAuthorization = 23 => "read-authorization",
    }
}

impl ActCode {
    /// Whether the act only looks: under overload what changes a right or brings a document goes before it (the storage
    /// contract, section 8).
    #[must_use]
    pub const fn only_looks(self) -> bool {
        self.consults()
            || matches!(
                self,
                Self::TestExistence
                    | Self::FindReference
                    | Self::ReadHistory
                    | Self::ReadHistoryEntry
                    | Self::ReadAuthorization
                    | Self::ExportJournal
            )
    }

    /// Whether the act consults the dossier: what "first access" and "last access" mean. Asking whether it exists, and
    /// feeding it, are not among them.
    #[must_use]
    pub const fn consults(self) -> bool {
        matches!(
            self,
            Self::FindDocuments
                | Self::FindSubmissionSets
                | Self::ReadDocumentEntry
                | Self::RetrieveDocument
                | Self::ReadSubmissionSet
                | Self::ListAuthorizations
        )
    }
}
