//! What the holder is told of, by which way and how often.

use crate::{coded, record};

coded! {
    /// What a notice is about. Where Mon espace santé has a code for it, it is that one (facts g); its words are in
    /// `codes/notices.csv`.
    pub enum NoticeKind {
        /// Documents were added.
        DocumentAdded = 1 => "AJOUT_DOCUMENT",
        /// A document was changed: archived, hidden, shown.
        DocumentChanged = 2 => "MODIF_DOCUMENT",
        /// A document was deleted.
        DocumentDeleted = 3 => "SUPP_DOC",
        /// A document was read.
        DocumentRead = 4 => "CONSULT_DOCUMENT",
        /// A professional entered for the first time: told at once, always.
        FirstAccess = 5 => "ACCES_DMP_PS",
        /// The dossier was looked at, without a document being read.
        Consulted = 6 => "CONSULT_DMP",
        /// Somebody asked whether there is a dossier (TD0.2).
        ExistenceAsked = 7 => "TEST_EXISTENCE",
        /// Bris de glace (R1111-48): told at once, always.
        BrisDeGlace = 8 => "ACCES_BRIS_GLACE",
        /// Centre 15 (R1111-48): told at once, always.
        Centre15 = 9 => "ACCES_CENTRE_15",
        /// Somebody was refused.
        Refused = 10 => "ACCES_REFUSE",
        /// An authorisation was given or withdrawn.
        Authorization = 11 => "MODIF_AUTORISATION",
        /// Another choice of the holder was changed: blocks, oppositions, exceptions, roles, notices, addresses.
        Choices = 12 => "MODIF_DROITS",
        /// Somebody may act for the holder from now on.
        Company = 13 => "AJOUT_ENTOURAGE",
        /// Somebody may not act for the holder any more.
        CompanyEnded = 14 => "FIN_ENTOURAGE",
        /// The dossier was opened, activated, suspended, closed, reopened.
        Life = 15 => "VIE_DMP",
        /// A request, or a case, about a document goes on.
        Request = 16 => "SUIVI_DEMANDE",
        /// An operator extracted the journal.
        Extracted = 17 => "EXTRACTION",
        /// Something was added that a professional should explain first: two weeks have passed (facts c.7).
        SeeProfessional = 18 => "INVITATION_CONSULTATION",
        /// A withheld document became visible by itself (facts c.7).
        Released = 19 => "REMISE_VISIBILITE_AUTO",
        /// Thirty days to the holder's majority.
        Majority = 20 => "RAPPEL_CONSENT_PASSAGE_MAJO",
        /// The same, to who represents him.
        MajorityRepresentative = 21 => "RAPPEL_CONSENT_RL_PASSAGE_MAJO",
        /// The reimbursement history came for the first time.
        FirstReimbursements = 22 => "PRIMO_ALIM_MHS",
        /// The médecin traitant is another, or there is none any more.
        MedecinTraitant = 23 => "MODIF_MEDECIN_TRAITANT",
        /// A copy of the dossier went to the holder by post.
        CopyPosted = 24 => "ENVOI_COPIE",
    }
}

coded! {
    /// The way by which one is told.
    pub enum NoticeChannel {
        /// By e-mail.
        Email = 1 => "email",
        /// By post: a file for who prints and posts it.
        Letter = 2 => "letter",
    }
}

coded! {
    /// How often one is told.
    pub enum NoticeFrequency {
        /// At once.
        AtOnce = 1 => "at-once",
        /// What a day brought, at eight in the morning in Paris.
        Daily = 2 => "daily",
        /// What a week brought, on Monday at eight in the morning in Paris.
        Weekly = 3 => "weekly",
        /// Never.
        Never = 4 => "never",
    }
}

impl NoticeKind {
    /// Whether it is told at once whatever the holder chose: a first access, an emergency (issue 4; R1111-48).
    #[must_use]
    pub const fn is_always_told(self) -> bool {
        matches!(self, Self::FirstAccess | Self::BrisDeGlace | Self::Centre15)
    }
}

record! {
    /// The holder chose how often he is told of a kind, by one way.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct NoticeChosen {
        /// Of what; everything that he did not name apart, when absent.
        1 kind: Option<NoticeKind>,
        /// By which way.
        2 channel: NoticeChannel,
        /// How often.
        3 frequency: NoticeFrequency,
        /// Who represents a minor chose, for himself and until the majority (decisions 24).
        4 by_representative: bool,
    }
}

record! {
    /// Where somebody wants to be told, in his own words.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ContactSet {
        /// The account of the representative; absent for the holder himself.
        1 person: Option<Box<str>>,
        /// E-mail; absent when it is taken away.
        2 email: Option<Box<str>>,
    }
}

coded! {
    /// What comes by itself with time.
    pub enum DueKind {
        /// Two weeks after a deposit that is withheld: the holder is invited to see a professional.
        WithheldInvitation = 1 => "withheld-invitation",
        /// A month after it: the document appears.
        WithheldRelease = 2 => "withheld-release",
        /// Thirty days before majority.
        MajorityReminder = 3 => "majority-reminder",
        /// Six weeks after a suspension for fraud to which nobody objected: the dossier closes (decisions 8).
        SuspensionEnd = 4 => "suspension-end",
        /// Six weeks after the information to which nobody objected: the dossier opens (R1111-28).
        Opening = 5 => "opening",
    }
}

record! {
    /// A term that came, and what was done about it is in the same entry.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct FellDue {
        /// Which.
        1 kind: DueKind,
        /// The document that it is about.
        2 item: Option<crate::document::Item>,
    }
}
