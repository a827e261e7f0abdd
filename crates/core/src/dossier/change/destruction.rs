//! Changes of the end of a dossier: an access that its holder does not recognise, and the destruction (facts b.4, the storage
//! contract, section 3).

use crate::code::Instant;
use crate::{coded, record};

coded! {
    /// Why a dossier is destroyed.
    pub enum DestructionGround {
        /// Ten years of archive are over (R1111-36).
        Archive = 1 => "archive",
        /// The holder asked for express deletion.
        Express = 2 => "express",
    }
}

coded! {
    /// How the case of an access that was not recognised ended.
    pub enum DisputeOutcome {
        /// The access was what it should be, and the holder was told why.
        Explained = 1 => "explained",
        /// It should not have been.
        Misuse = 2 => "misuse",
        /// It cannot be said.
        Undetermined = 3 => "undetermined",
    }
}

record! {
    /// "I do not recognise this access": a case is open, and holds back destruction; or it is closed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct AccessDisputed {
        /// The sequence number of the entry that the case is about.
        1 entry: u32,
        /// How it ended; absent when it is opened.
        2 outcome: Option<DisputeOutcome>,
        /// In the words of who opens or closes it.
        3 text: Option<Box<str>>,
        /// A minor's own case: it may be about a secret connection, so those who represent him do not read of it (decisions 24).
        4 own: bool,
        /// The journal of that entry, where it is one of a dossier that was merged into this one.
        5 journal: Option<u32>,
    }
}

record! {
    /// The destruction has begun: the dossier is not reopened from here on (decisions 27).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DestructionBegun {
        /// Why.
        1 ground: DestructionGround,
    }
}

record! {
    /// A dossier is destroyed. In the operator's journal: a number, a reason, nothing of anybody.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DossierDestroyed {
        /// The number of its journal.
        1 journal: u32,
        /// Why; absent where only the list of destroyed journals still told of it (after a restore).
        2 ground: Option<DestructionGround>,
        /// The number of the certificate, which the holder had been given.
        3 certificate: Box<str>,
    }
}

record! {
    /// The epoch that knew the key is gone: no older copy of the key store opens anything of it. In the operator's journal.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DestructionCompleted {
        /// The number of the journal.
        1 journal: u32,
        /// The last epoch of the key store that knew its key.
        2 epoch: u32,
        /// When the key was removed.
        3 removed: Instant,
        /// The certificate, signed, as it is handed out.
        4 certificate: Box<str>,
    }
}
