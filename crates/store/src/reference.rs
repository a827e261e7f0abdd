//! Our own ids: what the outside sees of the things of a journal.

use dmp_core::dossier::{Dossier, Span};

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
    /// A private note.
    Note,
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
            Self::Note => 10,
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

/// Where the things of a dossier are numbered: in its own journal, or in one of which a part belongs to it. So an id that was given out
/// before a merge is the same after it.
#[derive(Debug, Clone, Default)]
pub struct Places {
    journal: u32,
    spans: Vec<Span>,
}

impl Places {
    /// Those of a dossier.
    pub(crate) fn of(journal: u32, dossier: &Dossier) -> Self {
        let bare = |span: &Span| Span { entries: Vec::new(), ..span.clone() };
        Self { journal, spans: dossier.spans.iter().map(bare).collect() }
    }

    /// The journal of the dossier.
    #[must_use]
    pub const fn journal(&self) -> u32 {
        self.journal
    }

    /// The journals of which a part belongs to the dossier, and the last entry of each that may.
    pub fn annexes(&self) -> impl Iterator<Item = (u32, u32)> {
        self.spans.iter().map(|span| (span.journal, span.seq))
    }

    /// Where a thing of the dossier was numbered. An authorisation that came back from a merge may stand in both journals: there its own
    /// number counts.
    #[must_use]
    pub fn origin(&self, kind: Kind, item: u32) -> Reference {
        let shared = matches!(kind, Kind::Document | Kind::Set);
        let found = self.spans.iter().rev().find_map(|span| span.origin(item, shared));
        let (journal, item) = found.unwrap_or((self.journal, item));
        Reference { journal, item }
    }
}

impl Store {
    /// The public id of a thing of a dossier.
    #[must_use]
    pub fn public_id_of(&self, kind: Kind, places: &Places, item: u32) -> String {
        let thing = places.origin(kind, item);
        self.public_id(kind, thing.journal, thing.item)
    }

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
