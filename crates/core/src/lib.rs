//! The rules of the dossier: what a dossier is, who may do what to it, and why. No I/O, no clock, no chance, no async.
//!
//! Modules, in the order in which they may use one another: `encoding`, `code`, `identity`, `document`, `dossier`,
//! `access`, `act`, `history`.

pub mod access;
pub mod act;
pub mod code;
pub mod document;
pub mod dossier;
pub mod encoding;
pub mod history;
pub mod identity;
