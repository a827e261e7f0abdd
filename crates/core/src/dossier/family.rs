//! Who acts for the holder: legal representatives, guardians, carers (decisions 24 and 25).

use crate::code::{Day, Instant};
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
        /// A guardian of a protected adult: his mandate does not end at majority.
        5 guardian: bool,
        /// The tie, in the code of J11 (`MTH`, `FTH`…).
        6 relationship: Option<Box<str>>,
    }
}

impl Mandate {
    /// Whether it stands at that instant, for a holder of that birth date.
    #[must_use]
    pub fn stands(&self, now: Instant, birth: Day) -> bool {
        let over = self.end.is_some_and(|end| now >= end.end()) || (!self.guardian && now >= birth.majority());
        now >= self.start.start() && !over
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
        /// Chosen by a representative: it ends with the holder's majority, and shows no more than he sees.
        5 by_representative: bool,
    }
}

impl CarerRecord {
    /// Whether the delegation stands at that instant, for a holder of that birth date.
    #[must_use]
    pub fn stands(&self, now: Instant, birth: Day) -> bool {
        !(self.end.is_some_and(|end| now >= end.end()) || (self.by_representative && now >= birth.majority()))
    }
}
