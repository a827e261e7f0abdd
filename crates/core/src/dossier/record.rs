//! A document in its dossier: what it says of itself, and what became of it.

use std::sync::Arc;

use crate::code::Instant;
use crate::document::{DocumentEntry, Item, Standing, Visibility};
use crate::dossier::{Dossier, RequesterNumber};
use crate::identity::{Requester, StructureId};
use crate::{coded, record};

coded! {
    /// The holder's own choice for a document: it prevails over the depositor's code (decisions 18).
    pub enum HolderChoice {
        /// Hidden from professionals.
        Hidden = 1 => "hidden",
        /// Shown to professionals.
        Shown = 2 => "shown",
    }
}

record! {
    /// One document of a dossier.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DocumentRecord {
        /// Its number: what its `logicalId` is made of.
        1 item: Item,
        /// The number of its newest metadata version: what its `entryUUID` is made of.
        2 version_item: Item,
        /// Its metadata version, from 1.
        3 version: u32,
        /// The set that brought it.
        4 set: Item,
        /// What it says of itself.
        5 entry: Arc<DocumentEntry>,
        /// The codes that professionals set.
        6 visibility: Visibility,
        /// The holder's choice, if he made one.
        7 holder_choice: Option<HolderChoice>,
        /// Current, replaced, archived, deleted.
        8 standing: Standing,
        /// The document that it replaces.
        9 replaces: Option<Item>,
        /// The document that replaced it.
        10 replaced_by: Option<Item>,
        /// When it was deposited.
        11 deposited_at: Instant,
        /// By whom.
        12 deposited_by: RequesterNumber,
        /// When its newest metadata version was made: `lastUpdated`.
        13 updated_at: Instant,
        /// Since when it is withheld from the holder: the deposit of the first version (decisions 19).
        16 withheld_since: Option<Instant>,
        /// The holder says that it is not his: masked in every mode until the case is closed (decisions 23).
        17 claimed: bool,
        /// When he asked for its deletion, as long as nobody answered.
        18 deletion_asked: Option<Instant>,
        /// Why it was withheld.
        19 withhold_motive: Option<Box<str>>,
        /// When it was released, where its code was taken away; without that its month is what ends it.
        20 released_at: Option<Instant>,
        /// The codes with which it was deposited, where they were changed since: a re-send is compared with what was sent.
        21 first_visibility: Option<Visibility>,
    }
}

record! {
    /// What is left of a document that is erased: its number, and who may know of its lines in the history.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Erased {
        /// Which.
        1 item: Item,
        /// Those who represent the holder did not see it.
        2 hidden: bool,
    }
}

impl DocumentRecord {
    /// Whether it is the signature of its set (facts d.5).
    #[must_use]
    pub fn is_signature(&self) -> bool {
        self.entry.is_signature()
    }

    /// Whether it is withheld from the holder at that instant: a month at most, the signature document excepted (facts c.7,
    /// decisions 19).
    #[must_use]
    pub fn is_withheld(&self, now: Instant) -> bool {
        let runs = || self.withheld_since.is_none_or(|since| now < since.plus_months(1));
        self.visibility.invisible_patient && (self.is_signature() || runs())
    }

    /// Whether it is hidden from those who represent the holder: by its code, or withheld from him and so from them (facts c.6).
    #[must_use]
    pub fn is_hidden_from_representatives(&self, now: Instant) -> bool {
        self.is_withheld(now) || self.visibility.invisible_representants_legaux
    }

    /// Whether it is hidden from professionals: the holder's last choice, else the depositor's code.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        match self.holder_choice {
            Some(choice) => choice == HolderChoice::Hidden,
            None => self.visibility.masque_ps,
        }
    }
}

impl Dossier {
    /// Who deposited a document.
    #[must_use]
    pub fn depositor(&self, record: &DocumentRecord) -> Option<&Requester> {
        self.requester(record.deposited_by).map(|by| &**by)
    }

    /// The structure for which a document was deposited: its members own it (decisions 7).
    #[must_use]
    pub fn depositing_structure(&self, record: &DocumentRecord) -> Option<&StructureId> {
        match self.depositor(record)? {
            Requester::Professional(one) => one.structure.as_ref().map(|structure| &structure.id),
            Requester::Organisation(one) => Some(&one.structure.id),
            _ => None,
        }
    }
}
