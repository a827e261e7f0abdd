//! The facts of one journal entry: who asked what, when, how it ended and by which rule (the storage contract, section 1).

use crate::code::{Code, Instant};
use crate::document::{Criteria, Item, Page};
use crate::dossier::{ActCode, Rule};
use crate::{choice, coded, record};

/// The number of a requester in the journal's own table, from 0.
pub type RequesterNumber = u32;

/// The first 8 bytes of the SHA-256 of the matrix, the settings and the rules in force.
pub type PolicyDigest = [u8; 8];

coded! {
    /// How a professional enters (facts c.4); the text is the VIHF's `purposeofuse`.
    pub enum AccessMode {
        /// With an authorisation.
        Normal = 1 => "normal",
        /// The emergency dispatcher.
        Centre15 = 2 => "centre_15",
        /// A patient in danger who cannot answer.
        BrisDeGlace = 3 => "bris_de_glace",
    }
}

coded! {
    /// How one item of a request ended.
    pub enum ItemStatus {
        /// Given, or done.
        Given = 1 => "given",
        /// There is no such thing.
        NotFound = 2 => "not-found",
        /// Refused by a rule.
        Refused = 3 => "refused",
    }
}

record! {
    /// One item of a request, and how it ended.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ItemOutcome {
        /// The item, when the journal has one.
        1 item: Option<Item>,
        /// How it ended.
        2 status: ItemStatus,
        /// The rule that settled it.
        3 rule: Option<Rule>,
    }
}

record! {
    /// How a request ended.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Outcome {
        /// The rule that let the request in, or refused it whole.
        1 rule: Rule,
        /// One by one, where the request named items.
        2 items: Vec<ItemOutcome>,
        /// How many the question found, where it named none: the answer can be made again from the state before, the policy,
        /// the question and the page.
        3 count: Option<u32>,
    }
}

choice! {
    /// What was asked.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Question {
        /// A search, by its criteria.
        Criteria(Criteria) = 1,
        /// One item.
        Item(Item) = 2,
        /// An identifier that the sender chose: a uniqueId, an entryUUID.
        Identifier(Box<str>) = 3,
        /// A dossier that is not there: the identifier, as `OID|VALUE`. Only in a requester's own journal.
        Dossier(Box<str>) = 4,
        /// One entry, by its sequence number: what an extract is about.
        Entry(u32) = 5,
    }
}

record! {
    /// The `facts` part of an entry.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Facts {
        /// What was done.
        1 act: ActCode,
        /// When it was decided. Never before the entry that precedes it.
        2 at: Instant,
        /// By whom.
        3 requester: RequesterNumber,
        /// For whom, when he acted for another.
        4 on_behalf: Option<RequesterNumber>,
        /// The access mode; absent when it is the normal one.
        5 mode: Option<AccessMode>,
        /// The motive given, in the requester's words.
        6 motive: Option<Box<str>>,
        /// Which of the dossier's names it was addressed by, counted from 0 in the order in which the journal came to know them, those that
        /// left since included; absent when it was by one of our own ids.
        7 addressed: Option<u32>,
        /// The policy that judged it.
        8 policy: PolicyDigest,
        /// The correlation id that the client gave (`traceparent`, `wsa:MessageID`).
        9 correlation: Option<Box<str>>,
        /// What was asked.
        10 question: Option<Question>,
        /// How it ended.
        11 outcome: Outcome,
        /// The motive in coded form, where one was given.
        12 motive_code: Option<Code>,
        /// Which page of a list; absent when it is [`Page::FIRST`].
        13 page: Option<Page>,
        /// Who signed with him: what all representatives must sign (decisions 24).
        14 joint: Vec<RequesterNumber>,
    }
}

impl Facts {
    /// The access mode.
    #[must_use]
    pub fn mode(&self) -> AccessMode {
        self.mode.unwrap_or(AccessMode::Normal)
    }
}
