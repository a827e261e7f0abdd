//! Why the door gave no answer. Nothing of a dossier was disclosed, and whether anything was done is said by each.

use crate::engine::EngineError;

/// The door gave no answer. For the caller all of these are 503: try again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The engine did not take the append: nothing was done, nothing was read.
    #[error("the journal cannot be written")]
    Unavailable,
    /// The engine's answer was lost, and could not be settled: it may have been done. Nothing left.
    #[error("it is not known whether the journal was written")]
    NotKnown,
    /// Others kept appending first.
    #[error("the dossier is too busy")]
    Busy,
    /// The clock is more than 5 seconds behind the journal (the storage contract, section 1).
    #[error("the clock is behind the journal")]
    ClockBehind,
    /// What is provided was staged more than 24 hours ago: the sweeper may be about to delete it (the storage contract, section 4).
    #[error("what is provided was received too long ago")]
    StageTooOld,
    /// The journal holds what this version does not know.
    #[error("the journal holds a kind that this version does not know")]
    Unreadable,
    /// A row, a chain or a key is not what it must be.
    #[error("the journal is damaged: {0}")]
    Damaged(String),
    /// The engine or the key store fails.
    #[error("the engine fails: {0}")]
    Engine(String),
}

impl From<EngineError> for StoreError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Unavailable(_) => Self::Unavailable,
            EngineError::Unknown(_) => Self::NotKnown,
            other => Self::Engine(other.to_string()),
        }
    }
}

impl From<dmp_seal::Fault> for StoreError {
    fn from(fault: dmp_seal::Fault) -> Self {
        Self::Damaged(fault.to_string())
    }
}

impl From<crate::keys::KeyFault> for StoreError {
    fn from(fault: crate::keys::KeyFault) -> Self {
        match fault {
            crate::keys::KeyFault::Unavailable(_) => Self::Unavailable,
            crate::keys::KeyFault::Unknown => Self::NotKnown,
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<crate::blobs::BlobFault> for StoreError {
    fn from(fault: crate::blobs::BlobFault) -> Self {
        match fault {
            crate::blobs::BlobFault::Sink(error) => error.into(),
            other => Self::Damaged(other.to_string()),
        }
    }
}

impl From<crate::names::NumberFault> for StoreError {
    fn from(fault: crate::names::NumberFault) -> Self {
        match fault {
            crate::names::NumberFault::Engine(error) => error.into(),
            crate::names::NumberFault::Keys(fault) => fault.into(),
            other @ crate::names::NumberFault::Exhausted => Self::Engine(other.to_string()),
        }
    }
}
