//! Our own ids: what the outside sees of the things of a journal.

use crate::door::Store;
use crate::public_id::{PublicId, Target as Thing};

/// What kind of thing a public id names. The numbers are in every id ever given: never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A document, or one metadata version of it.
    Document,
    /// A submission set.
    Set,
    /// A line of the history.
    AuditEvent,
    /// An authorisation or a block.
    Consent,
    /// The holder.
    Patient,
    /// The certificate of a destruction.
    Certificate,
}

impl Kind {
    const fn number(self) -> u8 {
        match self {
            Self::Document => 1,
            Self::Set => 2,
            Self::AuditEvent => 3,
            Self::Consent => 4,
            Self::Patient => 5,
            Self::Certificate => 9,
        }
    }
}

/// A thing of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The journal.
    pub journal: u32,
    /// Its number there.
    pub item: u32,
}

impl Store {
    /// The public id of a thing.
    #[must_use]
    pub fn public_id(&self, kind: Kind, journal: u32, item: u32) -> String {
        let id = self.public_ids.make(Thing { journal, item, kind: kind.number() });
        id.map_or_else(String::new, |id: PublicId| id.to_string())
    }

    /// What a public id of that kind names; nothing for a forgery, another kind, or what is destroyed: of that only the certificate
    /// remains.
    #[must_use]
    pub fn resolve(&self, kind: Kind, id: &str) -> Option<Reference> {
        let thing = self.public_ids.open(PublicId::parse(id)?)?;
        let there = kind == Kind::Certificate || !self.is_destroyed(thing.journal);
        (thing.kind == kind.number() && there).then_some(Reference { journal: thing.journal, item: thing.item })
    }
}
