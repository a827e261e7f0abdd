//! The history: the journal, as its reader may see it, in sentences and as the facts of an AuditEvent.

mod line;
mod sentence;
mod shown;

pub use line::{HistoryLine, Subtype};
pub use sentence::{Language, sentence};
