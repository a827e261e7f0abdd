//! Coded values: identifiers of things, codes and their tables, times, names of people as HL7 writes them.
//!
//! Each form is read and printed here, once, so that the protocols cannot disagree about one value.

pub mod coded;
pub(crate) mod csv;
pub mod day;
mod direction;
pub mod dtm;
mod fold;
mod hl7;
pub mod instant;
pub mod oid;
pub mod person;
mod sha256;
pub mod table;
mod word;

pub use coded::{Code, Coded};
pub use day::Day;
pub use direction::turns_others;
pub use dtm::{Dtm, Precision};
pub use fold::{fold, fold_name};
pub use instant::Instant;
pub use oid::Oid;
pub use person::{Cx, HumanName, PersonId, Xcn, Xon};
pub use sha256::{same_digest, sha256};
pub use word::Word;

/// Time under its two aspects: what happened when ([`Instant`]), and what a calendar says ([`Day`], [`Dtm`]).
pub mod time {
    pub use super::day::Day;
    pub use super::dtm::{Dtm, Precision};
    pub use super::instant::{Instant, TimeFault};
}
