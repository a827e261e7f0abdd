//! The acts, by the number under which a journal remembers them.

use crate::coded;
use crate::dossier::Rule;

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
        /// Activate the dossier (facts b.3).
        ActivateDossier = 24 => "activate-dossier",
        /// Oppose consultation, feeding, a mode; or take it back (R1111-47, R1111-48).
        Oppose = 25 => "oppose",
        /// Name one's médecin traitant.
        NameMedecinTraitant = 26 => "name-medecin-traitant",
        /// Declare oneself the médecin traitant (TD0.3).
        DeclareMedecinTraitant = 27 => "declare-medecin-traitant",
        /// Give up the role of médecin traitant (TD0.3).
        LeaveMedecinTraitant = 28 => "leave-medecin-traitant",
        /// Except a class of documents from a profession's reading.
        SetException = 29 => "set-exception",
        /// Choose when results appear (facts c.7).
        ChooseRelease = 30 => "choose-release",
        /// Record who represents the holder.
        RecordMandate = 31 => "record-mandate",
        /// End a mandate.
        EndMandate = 32 => "end-mandate",
        /// Choose a carer.
        DelegateCarer = 33 => "delegate-carer",
        /// End a delegation.
        EndDelegation = 34 => "end-delegation",
        /// Reopen the dossier.
        ReopenDossier = 35 => "reopen-dossier",
        /// Ask for express deletion.
        AskExpressDeletion = 36 => "ask-express-deletion",
        /// Record the holder's death, or its correction.
        RecordDeath = 37 => "record-death",
        /// Suspend the dossier: an operator's act.
        SuspendDossier = 38 => "suspend-dossier",
        /// Suspend a professional or a structure: an operator's act, in the operator's journal.
        SuspendRequester = 39 => "suspend-requester",
        /// Ask for the deletion of what another deposited.
        RequestDeletion = 40 => "request-deletion",
        /// Answer such a request.
        AnswerDeletion = 41 => "answer-deletion",
        /// "This document is not mine"; or its case is closed.
        ClaimNotMine = 42 => "claim-not-mine",
        /// Write a private note.
        WriteNote = 43 => "write-note",
        /// Read one's own private notes.
        ListNotes = 44 => "list-notes",
        /// Read administrative data (TD1.3a).
        ReadAdministrative = 45 => "read-administrative",
        /// Object to the opening, before it (facts b.2).
        ObjectOpening = 46 => "object-opening",
        /// Add a name: NIA → NIR, a corrected INS, an INS-C (facts h).
        AddName = 52 => "add-name",
        /// Merge the dossier into another: in the journal of the one that is absorbed (decisions 29).
        MergeDossier = 53 => "merge-dossier",
        /// Take another dossier in: in the journal of the survivor (decisions 29).
        AbsorbDossier = 54 => "absorb-dossier",
        /// Undo a merge: in both journals (decisions 29).
        SeparateDossier = 55 => "separate-dossier",
        /// Begin the destruction of a closed dossier: the program's own act, when the term is over (facts b.4).
        BeginDestruction = 47 => "begin-destruction",
        /// "I do not recognise this access"; or its case is closed.
        DisputeAccess = 48 => "dispute-access",
        /// Record a destruction, and that it is complete: in the operator's journal.
        RecordDestruction = 49 => "record-destruction",
        /// List the destructions: an operator's act, in the operator's journal.
        ListDestructions = 50 => "list-destructions",
        /// Take a signed extract about one access: an operator's act.
        TakeEvidence = 51 => "take-evidence",
        /// Choose how often one is told, and by which way.
        ChooseNotice = 56 => "choose-notice",
        /// Say where one wants to be told.
        SetContact = 57 => "set-contact",
        /// Do what a term that came asks for.
        FallDue = 58 => "fall-due",
        /// Tell the holder, and who represents him.
        TellHolder = 59 => "tell-holder",
        /// List what an operator is to review, in his own journal.
        ListReviews = 60 => "list-reviews",
        /// Read one line of it.
        ReadReview = 61 => "read-review",
        /// Say what a review found.
        ReviewAccess = 62 => "review-access",
        /// List one's dossiers (TD0.4), in one's own journal.
        ListDossiers = 63 => "list-dossiers",
        /// Read one line of that list.
        ReadListed = 64 => "read-listed",
        /// Search a person by traits (TD0.5), in one's own journal.
        FindPatient = 65 => "find-patient",
        /// Read one candidate of that search.
        ReadCandidate = 66 => "read-candidate",
        /// Register somebody whose dossier opens unless he objects.
        RegisterInsured = 67 => "register-insured",
        /// Inform him.
        InformInsured = 68 => "inform-insured",
        /// Have him written to by post: the e-mail came back, or he asked for a code.
        NoteMailReturned = 69 => "note-mail-returned",
        /// Object by the link and the code.
        ObjectByCode = 70 => "object-by-code",
        /// Name somebody to call, or take him away.
        SetContactPerson = 71 => "set-contact-person",
        /// Read who is to be called.
        ReadContactPersons = 72 => "read-contact-persons",
        /// Note that a copy went to the holder by post.
        NoteCopyPosted = 73 => "note-copy-posted",
        /// Say where the holder lives (TD1.3b).
        SetAddress = 74 => "set-address",
        /// Give one's own document another title.
        RenameDocument = 75 => "rename-document",
        /// Erase a document that was filed under the wrong person: an operator's act.
        EraseDocument = 76 => "erase-document",
        /// Object to the suspension of the dossier for fraud (decisions 8).
        ObjectSuspension = 77 => "object-suspension",
        /// Correct the holder's identity traits (facts h.2).
        CorrectIdentity = 78 => "correct-identity",
    }
}

impl ActCode {
    /// Whether what its entries name by number are documents, or the sets that brought them: who may know of them may know of the entry.
    #[must_use]
    pub const fn names_documents(self) -> bool {
        matches!(
            self,
            Self::ProvideDocuments
                | Self::RetrieveDocument
                | Self::ReadDocumentEntry
                | Self::UpdateVisibility
                | Self::RenameDocument
                | Self::EraseDocument
                | Self::ArchiveDocument
                | Self::DeleteDocument
                | Self::FindReference
                | Self::ReadSubmissionSet
                | Self::RequestDeletion
                | Self::AnswerDeletion
                | Self::ClaimNotMine
        )
    }

    /// Whether the act only looks: under overload what changes a right or brings a document goes before it (the storage
    /// contract, section 8).
    #[must_use]
    pub const fn only_looks(self) -> bool {
        self.consults()
            || matches!(
                self,
                Self::TestExistence
                    | Self::ReadHistory
                    | Self::ReadHistoryEntry
                    | Self::ReadAuthorization
                    | Self::ExportJournal
                    | Self::ListNotes
                    | Self::ListDestructions
                    | Self::TakeEvidence
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
                | Self::FindReference
                | Self::ReadSubmissionSet
                | Self::ListAuthorizations
                | Self::ReadAdministrative
                | Self::ReadContactPersons
        )
    }

    /// The same, of who was let in by that rule: TD3.1b, without the right to consult, reaches one's own documents as feeding does (decisions 2
    /// and 32).
    #[must_use]
    pub const fn consults_by(self, rule: Rule) -> bool {
        self.consults() && !matches!((self, rule), (Self::FindReference, Rule::Authenticated))
    }
}
