//! Who asks, how, and of which journal.

use std::sync::Arc;

use dmp_core::code::Instant;
use dmp_core::dossier::AccessMode;
use dmp_core::identity::{Ins, Requester};

/// The circumstances of a request, as its protocol tells them.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Who asks.
    pub requester: Arc<Requester>,
    /// For whom, when he acts for another.
    pub on_behalf: Option<Arc<Requester>>,
    /// Who signs with him, each by a credential of his own.
    pub joint: Vec<Arc<Requester>>,
    /// How he enters.
    pub mode: AccessMode,
    /// Why, in his words.
    pub motive: Option<Box<str>>,
    /// The correlation id that the client gave.
    pub correlation: Option<Box<str>>,
    /// When the oldest of the blobs that the act provides was staged.
    pub staged_at: Option<Instant>,
}

impl Ask {
    /// A request in normal mode, without more.
    #[must_use]
    pub const fn of(requester: Arc<Requester>) -> Self {
        Self {
            requester,
            on_behalf: None,
            joint: Vec::new(),
            mode: AccessMode::Normal,
            motive: None,
            correlation: None,
            staged_at: None,
        }
    }
}

/// The journal that a request is about.
#[derive(Debug, Clone)]
pub enum Target {
    /// The dossier of this name.
    Dossier(Ins),
    /// The journal that one of our own ids names.
    Journal(u32),
    /// The dossier of this journal, and in it a thing that an id of ours names by the journal where it was made.
    Thing {
        /// The dossier's journal.
        journal: u32,
        /// The journal of which the act's numbers are.
        of: u32,
    },
    /// No dossier at all: the requester's own journal, with the identifier that he asked for.
    Nowhere(Box<str>),
    /// The requester's own journal, about no dossier: a list of his dossiers, a search by traits.
    Own,
    /// The operator's journal.
    Operator,
}
