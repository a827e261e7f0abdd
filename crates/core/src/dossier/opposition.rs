//! What the holder refused beforehand (decisions 9; facts c.4).

use crate::code::{Code, Instant};
use crate::dossier::Subject;
use crate::{coded, record};

coded! {
    /// What the holder opposes, or permits.
    pub enum OppositionKind {
        /// Consultation, in normal mode, by anyone.
        Consultation = 1 => "consultation",
        /// Feeding: of the whole dossier, or by one subject.
        Feeding = 2 => "feeding",
        /// Centre 15 (`OPPOSITION_ACCES_URGENCE`).
        Centre15 = 3 => "centre-15",
        /// Bris de glace (`OPPOSITION_BRIS_DE_GLACE`).
        BrisDeGlace = 4 => "bris-de-glace",
        /// Masked documents in an emergency. Opposed unless the holder permits it.
        MaskedInEmergency = 5 => "masked-in-emergency",
    }
}

record! {
    /// An opposition that stands.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Opposition {
        /// What is opposed.
        1 kind: OppositionKind,
        /// Whom it concerns; the whole world when absent.
        2 subject: Option<Subject>,
        /// Since when.
        3 since: Instant,
        /// The motive given (R1111-47).
        4 motive: Option<Box<str>>,
        /// A minor opposes one subject himself: that may be about a secret connection (decisions 24).
        5 own: bool,
        /// Somebody else opposes the same, and knows of it.
        6 shared: bool,
    }
}

impl Opposition {
    /// Whether a minor alone opposes it: those who represent him do not know of it.
    #[must_use]
    pub const fn is_own_alone(&self) -> bool {
        self.own && !self.shared
    }

    /// The same, said by those as well who said the other.
    pub(super) fn also(&mut self, other: &Self) {
        self.shared = !(self.is_own_alone() && other.is_own_alone());
        self.own |= other.own;
        self.shared &= self.own;
    }
}

record! {
    /// What a profession never sees, by the holder's wish (decisions 11).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Exception {
        /// The profession.
        1 profession: Code,
        /// The class of documents.
        2 class_code: Box<str>,
        /// Since when.
        3 since: Instant,
    }
}

impl Exception {
    /// Whether it is about that profession and that class.
    #[must_use]
    pub fn is_same(&self, profession: &Code, class_code: &str) -> bool {
        self.profession == *profession && *self.class_code == *class_code
    }
}
