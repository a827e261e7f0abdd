//! The history: the journal, as its reader may see it, in sentences and as the facts of an AuditEvent.

mod adopt;
mod line;
mod sentence;
mod shown;

pub use adopt::adopted;
pub use line::{HistoryLine, Subtype};
pub use sentence::{Language, sentence};
