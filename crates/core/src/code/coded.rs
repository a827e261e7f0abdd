//! A code in its code system, with or without words for people.

use std::fmt;

use crate::code::Word;
use crate::record;

record! {
    /// A code in its code system. Two codes are one only if both halves are equal: `10` names a doctor in one
    /// system of professions and a doctor in training in another.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Code {
        /// The system: an OID without `urn:oid:`, or a URI where the system has no known OID.
        1 system: Word,
        /// The code, in the system's own spelling.
        2 code: Word,
    }
}

record! {
    /// A code and the words its sender shows for it.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Coded {
        /// The code; only this half takes part in rules.
        1 code: Code,
        /// What people read, as it was sent.
        2 display: Option<Word>,
    }
}

impl Code {
    /// A code in a system, as given.
    #[must_use]
    pub fn new(system: &str, code: &str) -> Self {
        Self { system: system.into(), code: code.into() }
    }

    /// The same code under the one spelling of its system that rules use: an OID for `urn:oid:` forms and for the
    /// addresses of the French terminology server, see [`super::table::canonical_system`].
    #[must_use]
    pub fn canonical(self) -> Self {
        match super::table::canonical_system(&self.system) {
            Some(system) if *system != *self.system => Self { system: system.into(), code: self.code },
            Some(_) => self,
            None => match self.system.strip_prefix("urn:oid:") {
                Some(oid) => Self { system: oid.into(), code: self.code },
                None => self,
            },
        }
    }
}

impl Coded {
    /// A code without words.
    #[must_use]
    pub const fn bare(code: Code) -> Self {
        Self { code, display: None }
    }
}

impl fmt::Display for Code {
    /// `system|code`, as FHIR writes a token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}|{}", self.system, self.code)
    }
}

impl From<Code> for Coded {
    fn from(code: Code) -> Self {
        Self::bare(code)
    }
}
