//! Why a command ended badly: one line that says what, and the way out.

/// A command's failure.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Failure(pub String);

impl Failure {
    /// With what was being done, and what came of it.
    pub fn of(doing: &str, why: impl std::fmt::Display) -> Self {
        Self(format!("{doing}: {why}"))
    }
}

impl From<dmp_store::error::StoreError> for Failure {
    fn from(error: dmp_store::error::StoreError) -> Self {
        Self::of("the store gives no answer", error)
    }
}

impl From<dmp_store::engine::EngineError> for Failure {
    fn from(error: dmp_store::engine::EngineError) -> Self {
        Self::of("the engine gives no answer", error)
    }
}

impl From<dmp_store::keys::KeyFault> for Failure {
    fn from(fault: dmp_store::keys::KeyFault) -> Self {
        Self::of("the key store gives no answer", fault)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::of("input or output failed", error)
    }
}
