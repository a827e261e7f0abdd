//! Reads FHIR resources: a value with its path, so that every fault names its element.

mod address;
mod coded;
mod contained;
mod document_reference;
mod list;
mod node;
mod patients;
mod people;
mod shape;
mod target;

pub use address::id_of;
pub use coded::{code_of, coded_of};
pub use contained::{Contained, absolute, canonical, distinct_ids};
pub use document_reference::{DocumentReference, LONGEST_TITLE, WITHHOLD_MOTIVE, read_document_reference};
pub use list::{MOST_MEMBERS, SubmissionSetList, read_list};
pub use node::Node;
pub use patients::{NamedPatient, named_patients, patients_of_address};
pub use people::patient_of;
pub use shape::{no_labels_in, no_modifiers};
pub use target::{id_here, target_of_address};
