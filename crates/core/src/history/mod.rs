//! The history: the journal, as its reader may see it, in sentences and as the facts of an AuditEvent.

mod adopt;
mod line;
mod notice;
mod recipient;
mod said;
mod sentence;
mod shown;
mod texts;

pub use adopt::adopted;
pub use line::{Delegator, HistoryLine, Subtype};
pub use notice::{Told, Words, kind_of, told, who_words, words};
pub use recipient::{Audience, Recipient, frequency, is_told_to, letters_to, recipients, slot};
pub use said::{Said, Whom};
pub use sentence::{Clause, clause, sentence};
pub use texts::{Language, Texts};
