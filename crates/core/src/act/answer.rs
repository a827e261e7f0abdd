//! What a caller gets: values that a protocol only has to translate.

use std::sync::Arc;

use crate::act::{Circle, DocumentView, Fault, Rights, SetView};
use crate::code::Instant;
use crate::document::Item;
use crate::document::Position;
use crate::dossier::{
    Authorization, AuthorizationStatus, Block, ClosingMotive, Destruction, DossierStatus, Ground, Holder, InformedBy,
    MergeStanding, Note, Registration, Rule, Subject,
};
use crate::identity::{Ins, RequesterKind};

/// The answer to an act.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Done; there is nothing to say.
    Done,
    /// A term was met.
    FellDue {
        /// Another is due as well.
        more: bool,
    },
    /// Refused whole, by a rule.
    Refused(Rule),
    /// The request is wrong in itself.
    Faulty(Fault),
    /// There is no such thing: hidden, deleted, unknown, all alike.
    NotFound,
    /// TD0.2.
    Existence(Box<Existence>),
    /// Documents deposited.
    Provided(Provided),
    /// Documents found.
    Documents(Found),
    /// Submission sets found.
    Sets(FoundSets),
    /// A document was changed: which; what it is now is given before the answer leaves ([`Self::shown`]).
    Changed(Item),
    /// The metadata of one document.
    Document(Box<DocumentView>),
    /// One document to be read: the permit that comes along opens its bytes.
    Content(Box<DocumentView>),
    /// One submission set.
    Set(Box<SetView>),
    /// Authorisations and blocks.
    Authorizations(Vec<AuthorizationView>),
    /// The same to the holder's side, with all else that he chose.
    Rights(Box<Rights>),
    /// TD1.3a.
    Administrative(Box<Administrative>),
    /// Somebody who is to be informed.
    Informing {
        /// Who he is.
        registration: Box<Registration>,
        /// By which way, and through whom.
        by: Box<InformedBy>,
        /// The letter brings the code that he asked for and announces nothing.
        code_only: bool,
    },
    /// Who is to be called.
    Contacts(Box<Circle>),
    /// TD0.4, one line.
    Listed(Box<Listed>),
    /// TD0.5, one candidate.
    Candidate(Box<Candidate>),
    /// The caller's own private notes.
    Notes(Vec<Note>),
    /// What was destroyed: the journals, by number.
    Destructions(Vec<(u32, Destruction)>),
    /// One entry to make an extract of, by who holds the permit.
    Evidence(u32),
    /// A journal to be exported, by who holds the permit.
    Export,
    /// How a merge stands with the survivor.
    Merge(MergeStanding),
    /// Entries of the history: which, to be read by who holds the permit.
    History(HistoryWindow),
}

/// What TD0.2 says.
#[derive(Debug, Clone)]
pub struct Existence {
    /// Open or closed.
    pub status: DossierStatus,
    /// Its names.
    pub names: Vec<Ins>,
    /// Whose it is. The identity traits are not for display (facts a.3).
    pub holder: Arc<Holder>,
    /// How the caller stands.
    pub authorization: AuthorizationStatus,
    /// On what ground, when valid.
    pub ground: Option<Ground>,
    /// Until when, when valid.
    pub until: Option<Instant>,
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// Why.
    pub closing_motive: Option<ClosingMotive>,
    /// In whose words.
    pub closing_text: Option<Box<str>>,
    /// The caller is the médecin traitant (`STATUT_MT`, facts a.3): the role, whether its rights rest or not.
    pub medecin_traitant: bool,
}

/// What TD1.3a says.
#[derive(Debug, Clone)]
pub struct Administrative {
    /// Whose it is, with address, telephone, e-mail, place of birth and representatives.
    pub holder: Arc<Holder>,
    /// Its names.
    pub names: Vec<Ins>,
    /// The holder died.
    pub deceased: bool,
    /// `OPPOSITION_BRIS_DE_GLACE`.
    pub bris_de_glace_opposed: bool,
    /// `OPPOSITION_ACCES_URGENCE`.
    pub centre_15_opposed: bool,
}

/// One line of TD0.4.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The dossier, and how the caller stands with it.
    pub existence: Existence,
    /// `lastAccessDate`: the caller's own.
    pub last_access: Option<Instant>,
    /// `lastAddDate`: of the documents that he sees.
    pub last_added: Option<Instant>,
    /// `lastUpdateDate`: the same.
    pub last_updated: Option<Instant>,
}

/// One candidate of TD0.5.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The dossier.
    pub existence: Existence,
    /// `POURCENTAGE`.
    pub fit: u8,
    /// `OPPOSITION_ACCES_URGENCE`.
    pub opposed: bool,
}

/// What a deposit made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provided {
    /// The set.
    pub set: Item,
    /// One for each document sent, in their order.
    pub documents: Vec<ProvidedDocument>,
}

/// One deposited document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvidedDocument {
    /// Its number.
    pub item: Item,
    /// It was already there, with the same bytes: nothing changed.
    pub already: bool,
}

/// A page of documents.
#[derive(Debug, Clone)]
pub struct Found {
    /// The page.
    pub documents: Vec<DocumentView>,
    /// How many the caller may see in all.
    pub total: usize,
    /// Where the next page starts, if there is one.
    pub next: Option<Position>,
}

/// A page of submission sets.
#[derive(Debug, Clone)]
pub struct FoundSets {
    /// The page.
    pub sets: Vec<SetView>,
    /// How many the caller may see in all.
    pub total: usize,
    /// Where the next page starts, if there is one.
    pub next: Option<Position>,
}

/// One authorisation or block.
#[derive(Debug, Clone)]
pub struct AuthorizationView {
    /// Its number.
    pub item: Item,
    /// Whose.
    pub subject: Subject,
    /// How it stands now.
    pub status: AuthorizationStatus,
    /// The authorisation, where it is one.
    pub authorization: Option<Authorization>,
    /// The block, where it is one.
    pub block: Option<Block>,
    /// Who recorded the authorisation, and so informed the patient.
    pub recorded_by: Option<RecordedBy>,
    /// The dossier's name, for whoever lists several.
    pub patient: Ins,
    /// Whether it is still in force.
    pub active: bool,
}

/// Who recorded something, as far as the reader may know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedBy {
    /// What he is.
    pub kind: RequesterKind,
    /// His name; none of the holder, whose dossier it is, nor, to professionals, of whom they do not know by a national identifier.
    pub name: Option<Box<str>>,
    /// His national identifier, where he has one.
    pub subject: Option<Subject>,
}

/// Which entries of the history a caller reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryWindow {
    /// As whom.
    pub side: crate::access::Side,
    /// One entry only: its journal, and its place there.
    pub only: Option<(u32, u32)>,
    /// Entries of the dossier's own journal after this one only.
    pub after: u32,
    /// Documents that this reader may not know of, beyond what his side says: the médecin traitant, by matrix and exceptions; a carer, by
    /// his categories.
    pub hidden: Vec<Item>,
    /// The account that reads; absent where no one person does.
    pub account: Option<Box<str>>,
    /// Of that entry only what a médecin traitant was told whose rights rest: who entered in an emergency, how, why and when.
    pub told: bool,
}

impl HistoryWindow {
    /// The whole history, for one side.
    #[must_use]
    pub const fn whole(side: crate::access::Side) -> Self {
        Self { side, only: None, after: 0, hidden: Vec::new(), account: None, told: false }
    }
}
