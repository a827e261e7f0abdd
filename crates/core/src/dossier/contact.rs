//! Whom the holder wants to be called: the trusted person (L1111-6), emergency contacts.

use crate::document::Item;
use crate::{coded, record};

coded! {
    /// What somebody is to the holder.
    pub enum ContactKind {
        /// The trusted person: one.
        TrustedPerson = 1 => "trusted-person",
        /// An emergency contact: several.
        Emergency = 2 => "emergency-contact",
    }
}

record! {
    /// Somebody to call.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ContactPerson {
        /// His number.
        1 item: Item,
        /// What he is.
        2 kind: ContactKind,
        /// His name.
        3 name: Box<str>,
        /// His telephone number.
        4 phone: Option<Box<str>>,
        /// The tie, in the holder's words.
        5 tie: Option<Box<str>>,
    }
}

record! {
    /// The holder named somebody to call, or takes him away.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ContactPersonSet {
        /// Who.
        1 contact: ContactPerson,
        /// He is to be called no more.
        2 removed: bool,
    }
}
