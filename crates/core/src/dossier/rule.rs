//! The rules that settle a question, by the code that every entry, error and sentence names them with.

use crate::coded;

coded! {
    /// The rule that allowed or refused. Numbers below 100 allow; 100–199 concern the dossier and are told to the caller
    /// (decisions 3); 200–299 concern one document and stand in the journal only; from 300 on the request itself is at fault.
    pub enum Rule {
        /// The holder does as he pleases with his own dossier (L1111-19).
        Holder = 1 => "holder",
        /// A valid authorisation, given by the holder (c.2).
        ExplicitConsent = 2 => "explicit-consent",
        /// A valid authorisation of the care team (L1110-12, decisions 4).
        CareTeam = 3 => "care-team",
        /// A valid authorisation that another professional collected (R1111-46).
        CollectedByAnother = 4 => "collected-by-another",
        /// A valid authorisation that the professional declared (TD0.3).
        Declared = 5 => "declared",
        /// Centre 15 may enter (R1111-48).
        Centre15 = 6 => "centre-15",
        /// Bris de glace: a patient in danger who cannot answer (R1111-48).
        BrisDeGlace = 7 => "bris-de-glace",
        /// Feeding needs no authorisation (L1111-15).
        Feeding = 8 => "feeding",
        /// The caller deposited the document, or is named in it (decisions 7).
        Own = 9 => "own",
        /// The matrix lets this profession read this type.
        MatrixRead = 10 => "matrix-read",
        /// The insurer's feed (R1111-28, R1111-42).
        InsurerFeed = 11 => "insurer-feed",
        /// An operator's act.
        Operator = 12 => "operator",
        /// The program's own work: a deadline that came.
        System = 13 => "system",
        /// The question needs no more than an authenticated caller (TD0.1, TD0.2).
        Authenticated = 14 => "authenticated",
        /// A representative of the holder.
        Representative = 15 => "representative",
        /// A carer whom the holder chose.
        Carer = 16 => "carer",
        /// Nothing to do: the same was done before.
        AlreadyDone = 17 => "already-done",
        /// The médecin traitant.
        MedecinTraitant = 18 => "medecin-traitant",
        /// Let in, although the document names its patient otherwise: into the operator's review queue.
        NameDiffers = 19 => "name-differs",
        /// The help desk records what a person asked, after checking who he is.
        HelpDesk = 20 => "help-desk",

        /// The operator suspended the caller.
        Suspended = 100 => "suspended",
        /// The dossier is closed.
        Closed = 101 => "closed",
        /// Nobody that the rules know.
        UnknownRequester = 102 => "unknown-requester",
        /// A doctor without specialty (facts f.2).
        SpecialtyMissing = 103 => "specialty-missing",
        /// The sector of activity does not read (decisions 12), or does nothing at all.
        Sector = 104 => "sector",
        /// The holder blocked the caller.
        Blocked = 105 => "blocked",
        /// The caller may not use this access mode.
        Mode = 106 => "mode",
        /// The holder refused this access mode beforehand.
        ModeOpposed = 107 => "mode-opposed",
        /// An emergency mode without its motive.
        MotiveMissing = 108 => "motive-missing",
        /// The holder opposed consultation.
        Opposition = 109 => "opposition",
        /// No valid authorisation.
        NoAuthorization = 110 => "no-authorisation",
        /// The table of functional rights says no.
        FunctionalRight = 111 => "functional-right",
        /// Too many dossiers in too short a time.
        Budget = 112 => "budget",
        /// The holder opposed feeding.
        OppositionFeeding = 113 => "opposition-feeding",
        /// Only the author, or his structure, may.
        NotAuthor = 114 => "not-author",
        /// No dossier is open under this identifier.
        UnknownDossier = 115 => "unknown-dossier",
        /// The policy in force does not open dossiers in this way (decisions 26).
        OpeningClosed = 116 => "opening-closed",
        /// The insured person's regime is not eligible.
        Regime = 117 => "regime",
        /// This person is not the holder of the dossier, nor speaks for him.
        NotHolder = 118 => "not-holder",
        /// The holder must activate his dossier first (decisions 20).
        NotActivated = 119 => "not-activated",
        /// A minor signs in himself from 16 on (decisions 24).
        TooYoung = 120 => "too-young",
        /// Beyond what this representative or carer may do (decisions 24 and 25).
        Scope = 121 => "scope",
        /// Closing and deleting need all representatives on record (decisions 24).
        AllRepresentatives = 122 => "all-representatives",
        /// The holder died: only the operator reopens, and only an error (decisions 28).
        Death = 123 => "death",
        /// The person objected to the opening (facts b.2).
        Objected = 124 => "objected",
        /// The six weeks in which the person may object are not over (facts b.2).
        TimeToObject = 125 => "time-to-object",
        /// A professional or a desk opens with the recorded consent only (decisions 26).
        ConsentMissing = 126 => "consent-missing",
        /// The card shown is not the one that the insurer knows (facts b.3).
        CardMismatch = 127 => "card-mismatch",
        /// The destruction has begun: nobody stops it, and nobody reads (decisions 27).
        DestructionBegun = 128 => "destruction-begun",
        /// The term of the archive is not over (facts b.4).
        NotDue = 129 => "not-due",
        /// An open case holds the destruction back.
        CaseOpen = 130 => "case-open",
        /// The dossier is merged into another one, which answers for it (decisions 29).
        Merged = 132 => "merged",
        /// Another dossier has this name: that is a merge (facts h.2).
        NameTaken = 133 => "name-taken",
        /// Only two open dossiers are merged, neither of them suspended, and the absorbed one has taken in none (decisions 29); what is only
        /// registered, or objected to, is taken in too.
        NotMergeable = 134 => "not-mergeable",

        /// The code is not the one that was sent last (facts b.2).
        CodeWrong = 135 => "code-wrong",
        /// The matrix does not let this profession read this type.
        Matrix = 200 => "matrix",
        /// A visibility code hides the document from the caller.
        Flags = 201 => "flags",
        /// An exception of the holder.
        Exception = 202 => "exception",
        /// The document is deleted.
        Deleted = 203 => "deleted",
        /// There is no such thing in this dossier.
        NotFound = 204 => "not-found",

        /// Another document of the dossier has this uniqueId with other bytes.
        UniqueIdTaken = 300 => "unique-id-taken",
        /// The document is about another person's identifier.
        PatientIdMismatch = 301 => "patient-id-mismatch",
        /// The document's birth date is not the holder's.
        BirthDateMismatch = 302 => "birth-date-mismatch",
        /// The document's sex is not the holder's.
        SexMismatch = 303 => "sex-mismatch",
        /// This type of document is provided by the insurer's feed only, and the feed provides nothing else.
        ReservedType = 304 => "reserved-type",
        /// The document to replace is not one that the caller may replace.
        ReplacedUnknown = 305 => "replaced-unknown",
        /// Hidden from professionals and from the patient at once (decisions 19).
        FlagsCombined = 306 => "flags-combined",
        /// The patient could already see it (decisions 19).
        WithheldLate = 307 => "withheld-late",
        /// Only the newest version can be deleted (facts e.2).
        NotNewest = 308 => "not-newest",
        /// Making visible is one-way (facts c.6).
        OneWay = 309 => "one-way",
        /// A deposit that names a document twice.
        DuplicateInSet = 310 => "duplicate-in-set",
        /// An identifier chosen by the sender is already taken in this dossier.
        EntryUuidTaken = 311 => "entry-uuid-taken",
        /// In a secret connection only what representatives do not see may be deposited (facts b.5).
        SecretConnection = 312 => "secret-connection",
        /// A type that no table knows.
        UnknownType = 313 => "unknown-type",
        /// The document's bytes are not what its media type says, or not acceptable as such.
        Content = 314 => "content",
        /// The size or the hash that the sender declares is not that of the bytes.
        Integrity = 315 => "integrity",
        /// The document's header and the metadata disagree.
        Header = 316 => "header",
        /// The holder wants results of this class at once: holding one back needs its motive (facts c.7).
        RetentionMotive = 317 => "retention-motive",
        /// The médecin traitant must say that the holder asked (decisions 18 and 22).
        HolderMustAsk = 318 => "holder-must-ask",
        /// An adult has no secret connection (decisions 24).
        AdultSecret = 319 => "adult-secret",
        /// Not in this state: what is asked presupposes another one.
        State = 320 => "state",
        /// The dossier is not merged: there is nothing to undo.
        NotMerged = 325 => "not-merged",
        /// Both identifiers name the same dossier.
        SameDossier = 326 => "same-dossier",
        /// The document has another version by now (`If-Match`, facts e.2).
        VersionChanged = 329 => "version-changed",
        /// Several documents have this identifier (facts e.2).
        SeveralMatch = 330 => "several-match",
        /// A first access and an emergency are told at once, always (R1111-48).
        AlwaysTold = 327 => "always-told",
        /// No address to which a mail could be sent.
        Address = 328 => "address",
        /// No postal address on record: nothing can be sent by post.
        PostalAddress = 331 => "postal-address",
        /// From majority on only a guardian represents, from a day after it (decisions 24).
        GuardianOnly = 332 => "guardian-only",
        /// The médecin traitant is a doctor (facts c.5).
        DoctorOnly = 333 => "doctor-only",
        /// So many of them are kept: one must go before another comes.
        ContactsFull = 334 => "contacts-full",
        /// What is given would already be over.
        TermPast = 335 => "term-past",
        /// Already there with the same bytes; that it replaces something was not asked the first time.
        ResentRelation = 340 => "resent-relation",
        /// Already there with the same bytes; this visibility was not asked the first time.
        ResentVisibility = 341 => "resent-visibility",
        /// Another submission set of the dossier has this uniqueId.
        SetIdTaken = 342 => "set-id-taken",
        /// Already there with the same bytes, in another set than the rest of this one.
        ResentSet = 343 => "resent-set",
        /// Somebody else of the family chose this carer, and a choice ends with who made it.
        CarerChosen = 344 => "carer-chosen",
    }
}

impl Rule {
    /// Whether the rule lets the act through.
    #[must_use]
    pub const fn allows(self) -> bool {
        self.number() < 100
    }

    /// Whether the refusal looks at the caller alone: it is the same whatever the dossier is.
    #[must_use]
    pub const fn is_callers_own(self) -> bool {
        matches!(self, Self::Suspended | Self::UnknownRequester | Self::SpecialtyMissing | Self::Sector | Self::Mode)
    }

    /// Whether the refusal concerns the dossier, and is told to the caller with its rule (decisions 1).
    #[must_use]
    pub const fn is_told(self) -> bool {
        self.number() >= 100 && self.number() < 200
    }
}
