//! What an operator looks at after the fact: an emergency access, a document that names its patient otherwise (decisions 16, issue 3), an
//! objection to a suspension (decisions 8).

use crate::code::Instant;
use crate::document::Item;
use crate::{coded, record};

/// An operator looks at it within so many days of 24 hours: sooner than the holder would have to complain.
const DAYS_TO_REVIEW: i64 = 8;

coded! {
    /// What an operator found.
    pub enum ReviewOutcome {
        /// It was as it should be.
        Justified = 1 => "justified",
        /// It should not have been: what follows is suspension, and the law.
        Unjustified = 2 => "unjustified",
        /// Something was set right outside: the name in a register, a document at its sender's.
        Corrected = 3 => "corrected",
    }
}

record! {
    /// An entry that waits for its review.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct ToReview {
        /// The entry.
        1 seq: u32,
        /// When it was decided.
        2 at: Instant,
        /// The document that names its patient otherwise; absent for an emergency access, or an objection.
        3 item: Option<Item>,
        /// It was a secret connection: what is said of it stays secret (decisions 24).
        4 secret: bool,
        /// It is an objection to a suspension: the operator frees the dossier, or closes it (decisions 8).
        5 suspension: bool,
    }
}

impl ToReview {
    /// Whether both are the same entry and document, whatever else was kept of them.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        (self.seq, self.at, self.item) == (other.seq, other.at, other.item)
    }

    /// Until when it is to be looked at.
    #[must_use]
    pub const fn deadline(&self) -> Instant {
        self.at.plus_hours(24 * DAYS_TO_REVIEW)
    }
}

record! {
    /// An operator reviewed an entry.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Reviewed {
        /// What waited.
        1 reviewed: ToReview,
        /// What he found.
        2 outcome: ReviewOutcome,
        /// In his words; nothing clinical.
        3 text: Option<Box<str>>,
    }
}
