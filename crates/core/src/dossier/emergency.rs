//! An emergency access: one requester in one mode, for a few hours, told to the holder once (decisions 16).

use crate::code::Instant;
use crate::dossier::{AccessMode, RequesterNumber};
use crate::record;

record! {
    /// An emergency access that was opened with its motive.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Emergency {
        /// By whom: his stable key, whatever the token.
        1 key: Box<str>,
        /// Who he was then.
        2 requester: RequesterNumber,
        /// In which mode.
        3 mode: AccessMode,
        /// Since when.
        4 since: Instant,
        /// Open before this instant.
        5 until: Instant,
    }
}
