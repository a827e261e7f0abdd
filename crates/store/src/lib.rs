//! The one door to a dossier, and what stands behind it: engines, blobs, keys, names, projectors.
//!
//! `docs/journal-format.md` says what the bytes are; `engine` says what an engine promises about them.

mod append;
mod ask;
pub mod blobs;
pub mod budgets;
mod cache;
pub mod counters;
pub mod destruction;
mod door;
pub mod engine;
mod erasures;
pub mod error;
mod evidence;
mod held;
mod history;
pub mod keys;
mod library;
mod merges;
pub mod names;
mod naming;
pub mod projector;
pub mod public_id;
mod reference;
mod route;
mod sqlite;
mod suspended;
mod turn;
mod turns;
mod world;

pub use ask::{Ask, Target};
pub use door::{Parts, Performed, Permit, Staging, Store};
pub use error::StoreError;
pub use held::{JournalKeys, open_row};
pub use library::Library;
pub use merges::Survivor;
pub use naming::Name;
pub use reference::{Kind, Places, Reference};
pub use world::{Chance, Clock};
