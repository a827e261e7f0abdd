//! Who acts for the holder: legal representatives, guardians, carers (decisions 24 and 25).

use crate::code::{Day, Instant};
use crate::dossier::Dossier;
use crate::{coded, record};

coded! {
    /// What a representative may do.
    pub enum MandateScope {
        /// Read.
        Read = 1 => "read",
        /// All that the holder may, but close and delete, which need all representatives on record.
        Full = 2 => "full",
    }
}

record! {
    /// A legal mandate.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Mandate {
        /// His name, as others read it.
        1 name: Option<Box<str>>,
        /// What he may do.
        2 scope: MandateScope,
        /// From this day on.
        3 start: Day,
        /// Until the midnight that closes this day.
        4 end: Option<Day>,
        /// A guardian of a protected adult: his mandate begins with majority or after it, and does not end with it.
        5 guardian: bool,
        /// The tie, in the code of J11 (`MTH`, `FTH`…).
        6 relationship: Option<Box<str>>,
    }
}

impl Mandate {
    /// Whether it stands at that instant, for a holder of that birth date.
    #[must_use]
    pub fn stands(&self, now: Instant, birth: Day) -> bool {
        let over =
            self.end.is_some_and(|end| now >= end.end()) || (!self.is_for_an_adult(birth) && now >= birth.majority());
        now >= self.start.start() && !over
    }

    /// Whether it is of a protected adult: a guardian of a child is one until its majority (decisions 24).
    #[must_use]
    pub fn is_for_an_adult(&self, birth: Day) -> bool {
        self.guardian && self.start.start() >= birth.majority()
    }
}

coded! {
    /// What a carer may do.
    pub enum CarerScope {
        /// Read.
        Read = 1 => "read",
        /// Read, and add documents.
        Add = 2 => "add",
        /// What the holder may, except close, delegate, delete and change contacts.
        Manage = 3 => "manage",
    }
}

record! {
    /// A carer whom the holder chose, or his representative.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CarerRecord {
        /// His name, as others read it.
        1 name: Option<Box<str>>,
        /// What he may do.
        2 scope: CarerScope,
        /// The classes of documents; all when empty.
        3 categories: Vec<Box<str>>,
        /// Until the midnight that closes this day.
        4 end: Option<Day>,
        /// Chosen by a representative: it shows no more than he sees; of a child's, it ends with the child's majority.
        5 by_representative: bool,
        /// Chosen for an adult, by his guardian.
        6 for_an_adult: bool,
    }
}

impl CarerRecord {
    /// Whether the delegation stands at that instant, for a holder of that birth date.
    #[must_use]
    pub fn stands(&self, now: Instant, birth: Day) -> bool {
        let of_a_child = self.by_representative && !self.for_an_adult;
        !(self.end.is_some_and(|end| now >= end.end()) || (of_a_child && now >= birth.majority()))
    }
}

impl Dossier {
    /// Whether the holder is not of age at that instant; nobody is whose birth is not known.
    #[must_use]
    pub fn is_minor(&self, at: Instant) -> bool {
        self.birth().is_some_and(|birth| at < birth.majority())
    }
}
