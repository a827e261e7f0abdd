//! Reads FHIR resources: a value with its path, so that every fault names its element.

mod coded;
mod document_reference;
mod list;
mod node;
mod people;

pub use coded::{code_of, coded_of};
pub use document_reference::{DocumentReference, WITHHOLD_MOTIVE, is_superseding, read_document_reference};
pub use list::{SubmissionSetList, read_list};
pub use node::Node;
pub use people::{Contained, patient_of};
