//! What the program gives the store of the world: the hour, and chance. Tests give a driven clock and a seed.

use std::fmt::Debug;

use dmp_core::code::Instant;

/// Tells the hour.
pub trait Clock: Send + Sync + Debug {
    /// The hour, now.
    fn now(&self) -> Instant;
}

/// Draws random bytes.
pub trait Chance: Send + Sync + Debug {
    /// Fills the bytes with fresh ones, fit for keys.
    fn fill(&self, bytes: &mut [u8]);
}
