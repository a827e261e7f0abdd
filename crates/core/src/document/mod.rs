//! What a document says of itself: the XDS metadata, in the standard's own names.

mod asked_text;
mod association;
mod blob;
pub mod criteria;
mod document_entry;
mod page;
mod standing;
mod submission_set;
mod visibility;

pub use asked_text::AskedTexts;
pub use association::{Association, Signs};
pub use blob::Blob;
pub use criteria::Criteria;
pub use document_entry::{Author, Confidentiality, DocumentEntry, Known, KnownNumber, ReferenceId, SourcePatient};
pub use page::{Page, Position, Sort};
pub use standing::{AvailabilityStatus, Standing};
pub use submission_set::SubmissionSet;
pub use visibility::Visibility;

/// The number of a thing inside its journal: a submission set, or one metadata version of a document. Counted from 1 and
/// never reused; what the outside sees of it is a public id.
pub type Item = u32;
