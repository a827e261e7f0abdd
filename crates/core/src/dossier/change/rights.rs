//! Changes of who may enter: the médecin traitant, exceptions, emergencies, representatives, carers, suspensions.

use crate::code::{Code, Instant};
use crate::dossier::{AccessMode, CarerRecord, Mandate, Subject};
use crate::identity::ProfessionalId;
use crate::record;

record! {
    /// The holder activated his dossier: from now on he chooses for himself (facts b.3, decisions 20).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Activated {
        /// The version of the notice that he read.
        1 notice: Option<Box<str>>,
    }
}

record! {
    /// A médecin traitant: the former one's role ends at this instant (decisions 10).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MedecinTraitantSet {
        /// Who.
        1 professional: ProfessionalId,
        /// His name, for the holder to read.
        2 name: Option<Box<str>>,
    }
}

record! {
    /// The médecin traitant gave up his role.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MedecinTraitantLeft {
        /// Who.
        1 professional: ProfessionalId,
    }
}

record! {
    /// An exception of the holder: this profession never sees this class (decisions 11).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ExceptionSet {
        /// The profession.
        1 profession: Code,
        /// The class of documents.
        2 class_code: Box<str>,
        /// Set, or taken off.
        3 set: bool,
    }
}

record! {
    /// An emergency access opens: this requester, this mode, until then (decisions 16).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct EmergencyOpened {
        /// In which mode.
        1 mode: AccessMode,
        /// Open before this instant.
        2 until: Instant,
    }
}

record! {
    /// Somebody represents the holder, from now on or again (decisions 24).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RepresentativeSet {
        /// Who he is: the identifier of his account.
        1 person: Box<str>,
        /// His mandate.
        2 mandate: Mandate,
    }
}

record! {
    /// A mandate ended before its time.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RepresentativeEnded {
        /// Whose.
        1 person: Box<str>,
    }
}

record! {
    /// The holder, or who represents him, chose a carer (decisions 25).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CarerSet {
        /// Who he is: the identifier of his account.
        1 person: Box<str>,
        /// What he may do.
        2 carer: CarerRecord,
    }
}

record! {
    /// A delegation ended: either side may end it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CarerEnded {
        /// Whose.
        1 person: Box<str>,
    }
}

record! {
    /// The operator suspended a professional or a structure, everywhere, or lifted it. In the operator's journal.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RequesterSuspended {
        /// Whom.
        1 subject: Subject,
        /// Suspended, or not any more.
        2 suspended: bool,
        /// Why.
        3 motive: Option<Box<str>>,
    }
}
