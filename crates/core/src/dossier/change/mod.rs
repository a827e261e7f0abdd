//! What an act changed: one sealed part each. A released kind is never altered; a new meaning is a new kind.

mod destruction;
mod life;
mod merge;
mod rights;

pub use destruction::*;
pub use life::*;
pub use merge::*;
pub use rights::*;

use crate::code::Instant;
use crate::document::{DocumentEntry, Item, Known, KnownNumber, Signs, SubmissionSet, Visibility};
use crate::dossier::{
    AddressSet, ContactPersonSet, ContactSet, FellDue, Ground, Holder, IdentityCorrected, Informed, MailReturned,
    NoticeChosen, OppositionKind, Registered, Reviewed, Subject,
};
use crate::identity::{Ins, StructureId};
use crate::{choice, coded, record};

coded! {
    /// How a dossier came to be open (facts b.2, decisions 26).
    pub enum OpeningGround {
        /// The insurer informed the person, who did not object.
        InsurerFeed = 1 => "insurer-feed",
        /// A professional recorded the person's consent.
        ProfessionalConsent = 2 => "professional-consent",
        /// An operator imported it.
        OperatorImport = 3 => "operator-import",
        /// The holder opened it himself, on line.
        HolderOnline = 4 => "holder-online",
        /// A reception desk recorded the person's consent.
        Desk = 5 => "desk",
    }
}

coded! {
    /// Why a dossier was closed.
    pub enum ClosingMotive {
        /// The holder asked (`FERMETURE_DEMANDE_PATIENT`).
        HolderAsked = 1 => "FERMETURE_DEMANDE_PATIENT",
        /// The holder died (decisions 28).
        Death = 2 => "FERMETURE_DECES",
        /// Nobody objected to the suspension of the dossier for fraud within six weeks (decisions 8).
        Fraud = 3 => "FERMETURE_FRAUDE",
    }
}

record! {
    /// A dossier opens.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Opened {
        /// Its first name.
        1 ins: Ins,
        /// Whose it is.
        2 holder: Holder,
        /// How it came to be open.
        3 ground: OpeningGround,
        /// When the person was informed, if that was before.
        4 informed_on: Option<Instant>,
        /// The version of the notice that was read, where a professional or a desk recorded the consent.
        5 notice: Option<Box<str>>,
    }
}

record! {
    /// The dossier has one more name: NIA → NIR, a corrected INS, an INS-C.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct NameAdded {
        /// The name.
        1 ins: Ins,
    }
}

record! {
    /// A value that others refer to by its number.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct KnownAdded {
        /// Its number in this journal, from 0.
        1 number: KnownNumber,
        /// The value.
        2 known: Known,
    }
}

record! {
    /// A submission set arrived.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SetAdded {
        /// Its number.
        1 item: Item,
        /// What it says of itself.
        2 set: SubmissionSet,
        /// Which of its members signs it, if one does.
        3 signs: Option<Signs>,
    }
}

record! {
    /// A document arrived.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DocumentAdded {
        /// Its number.
        1 item: Item,
        /// The set that brought it.
        2 set: Item,
        /// What it says of itself.
        3 entry: DocumentEntry,
        /// The visibility codes that its depositor chose.
        4 visibility: Visibility,
        /// The document that it replaces.
        5 replaces: Option<Item>,
        /// It is archived from the start: what it replaces was (facts d.6).
        6 archived: bool,
        /// Why it is withheld from the holder, where it is.
        7 withhold_motive: Option<Box<str>>,
    }
}

record! {
    /// The standing of a document changed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DocumentStanding {
        /// The document.
        1 item: Item,
        /// Archived, or taken out.
        2 archived: Option<bool>,
        /// Deleted, and every version that it replaced with it.
        3 deleted: bool,
    }
}

record! {
    /// A professional changed the visibility codes: a new metadata version (TD3.3a, TD3.3b).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DocumentVisibility {
        /// The document.
        1 item: Item,
        /// The number of the new metadata version.
        2 version_item: Item,
        /// The visibility codes from now on.
        3 visibility: Visibility,
    }
}

record! {
    /// A document has another title: a new metadata version.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DocumentRenamed {
        /// The document.
        1 item: Item,
        /// The number of its new metadata version.
        2 version_item: Item,
        /// Its title.
        3 title: Box<str>,
    }
}

record! {
    /// The holder hid a document, or showed it: no metadata version, no date (the page on silence).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DocumentHidden {
        /// The document.
        1 item: Item,
        /// Hidden from professionals, or shown.
        2 hidden: bool,
    }
}

record! {
    /// An authorisation was given, or renewed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AuthorizationGranted {
        /// Its number.
        1 item: Item,
        /// To whom.
        2 subject: Subject,
        /// On what ground.
        3 ground: Ground,
        /// Valid before this instant.
        4 until: Instant,
        /// The structure for which the professional acts.
        5 structure: Option<StructureId>,
        /// His name, for the holder to read.
        6 name: Option<Box<str>>,
        /// Since when, where that is not the instant of the entry: what is renewed keeps its ground and its date.
        7 since: Option<Instant>,
        /// The version of the notice with which the patient was informed, where the recorder names one.
        8 notice: Option<Box<str>>,
    }
}

record! {
    /// An authorisation was withdrawn.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AuthorizationWithdrawn {
        /// From whom.
        1 subject: Subject,
        /// Only what was over before a secret connection recorded it anew: by who does not know of that (decisions 24).
        2 told: bool,
    }
}

record! {
    /// Somebody was blocked.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Blocked {
        /// Who.
        1 subject: Subject,
        /// His name, for the holder to read.
        2 name: Option<Box<str>>,
        /// The number of the block.
        3 item: Item,
    }
}

record! {
    /// A block was lifted.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Unblocked {
        /// Whose.
        1 subject: Subject,
    }
}

record! {
    /// An opposition, or a permission, was recorded.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OppositionSet {
        /// Of what kind.
        1 kind: OppositionKind,
        /// Whom it concerns.
        2 subject: Option<Subject>,
        /// Opposed, or not any more.
        3 opposed: bool,
        /// Why.
        4 motive: Option<Box<str>>,
    }
}

record! {
    /// The dossier is closed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Closed {
        /// Why.
        1 motive: ClosingMotive,
        /// In the words of who closed it.
        2 text: Option<Box<str>>,
    }
}

record! {
    /// The policy in force, whole: what an entry's 8-byte digest stands for. In the operator's journal.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct PolicyPublished {
        /// SHA-256 of the text.
        1 digest: [u8; 32],
        /// The matrix, the settings and the version of the rules.
        2 text: Box<str>,
    }
}

impl Change {
    /// Whether it changes how the dossier hangs together with another: who answers for it, and what is in it.
    #[must_use]
    pub const fn joins_or_parts(&self) -> bool {
        matches!(self, Self::MergedInto(_) | Self::Absorbed(_) | Self::Separated(_) | Self::Returned(_))
    }
}

choice! {
    /// One change, by kind. Its number is never reused and its content never re-interpreted.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Change {
        /// A dossier opens.
        Opened(Box<Opened>) = 1,
        /// One more name.
        NameAdded(NameAdded) = 2,
        /// A value that others refer to by its number.
        Known(KnownAdded) = 3,
        /// A submission set.
        SetAdded(SetAdded) = 4,
        /// A document.
        DocumentAdded(Box<DocumentAdded>) = 5,
        /// Archived, taken out, deleted.
        DocumentStanding(DocumentStanding) = 6,
        /// Visibility, by a professional.
        DocumentVisibility(DocumentVisibility) = 7,
        /// Visibility, by the holder.
        DocumentHidden(DocumentHidden) = 8,
        /// An authorisation given.
        AuthorizationGranted(AuthorizationGranted) = 9,
        /// An authorisation withdrawn.
        AuthorizationWithdrawn(AuthorizationWithdrawn) = 10,
        /// A block.
        Blocked(Blocked) = 11,
        /// A block lifted.
        Unblocked(Unblocked) = 12,
        /// An opposition or a permission.
        OppositionSet(OppositionSet) = 13,
        /// Closed.
        Closed(Closed) = 14,
        /// The policy in force.
        PolicyPublished(PolicyPublished) = 15,
        /// The holder activated it.
        Activated(Activated) = 16,
        /// A médecin traitant.
        MedecinTraitantSet(MedecinTraitantSet) = 17,
        /// The médecin traitant left.
        MedecinTraitantLeft(MedecinTraitantLeft) = 18,
        /// An exception of the holder.
        ExceptionSet(ExceptionSet) = 19,
        /// An emergency access.
        EmergencyOpened(EmergencyOpened) = 20,
        /// A representative.
        RepresentativeSet(RepresentativeSet) = 21,
        /// A representative's mandate ended.
        RepresentativeEnded(RepresentativeEnded) = 22,
        /// A carer.
        CarerSet(CarerSet) = 23,
        /// A delegation ended.
        CarerEnded(CarerEnded) = 24,
        /// When results appear.
        ReleaseChosen(ReleaseChosen) = 25,
        /// Reopened.
        Reopened(Reopened) = 26,
        /// Express deletion.
        ExpressDeletionAsked(ExpressDeletionAsked) = 27,
        /// Suspended for fraud.
        DossierSuspended(DossierSuspended) = 28,
        /// The holder asks for a deletion.
        DeletionRequested(DeletionRequested) = 29,
        /// The author's answer.
        DeletionAnswered(DeletionAnswered) = 30,
        /// "This document is not mine".
        NotMineClaimed(NotMineClaimed) = 31,
        /// A private note.
        NoteWritten(NoteWritten) = 32,
        /// A professional or a structure is suspended everywhere.
        RequesterSuspended(RequesterSuspended) = 33,
        /// The person objects to the opening.
        OpeningObjected(OpeningObjected) = 34,
        /// The destruction began.
        DestructionBegun(DestructionBegun) = 35,
        /// An access that the holder does not recognise.
        AccessDisputed(AccessDisputed) = 36,
        /// A dossier is destroyed.
        DossierDestroyed(DossierDestroyed) = 37,
        /// Its destruction is complete.
        DestructionCompleted(DestructionCompleted) = 38,
        /// Frozen: another answers for it.
        MergedInto(Box<MergedInto>) = 40,
        /// Another journal is an annex of this one.
        Absorbed(Box<Absorbed>) = 41,
        /// The annex leaves.
        Separated(Separated) = 42,
        /// It answers for itself again.
        Returned(Box<Returned>) = 43,
        /// It could not take the other in.
        MergeDeclined(MergeDeclined) = 44,
        /// How often the holder is told.
        NoticeChosen(NoticeChosen) = 45,
        /// Where he, or a representative, wants to be told.
        ContactSet(ContactSet) = 46,
        /// A term that came.
        FellDue(FellDue) = 47,
        /// An operator reviewed an entry.
        Reviewed(Reviewed) = 48,
        /// The feed registered somebody.
        Registered(Box<Registered>) = 49,
        /// The information left.
        Informed(Informed) = 50,
        /// It came back, or a code was asked for.
        MailReturned(MailReturned) = 51,
        /// Somebody to call.
        ContactPersonSet(ContactPersonSet) = 52,
        /// Where the holder lives.
        AddressSet(AddressSet) = 53,
        /// A document has another title.
        DocumentRenamed(DocumentRenamed) = 54,
        /// A document is erased.
        DocumentErased(DocumentErased) = 55,
        /// Somebody objects to the suspension.
        SuspensionObjected(SuspensionObjected) = 56,
        /// The register had traits of the holder wrong.
        IdentityCorrected(Box<IdentityCorrected>) = 57,
    }
}
