//! CDA R2: the header, read in one pass over a document that is well-formed to its last byte.

mod agree;
mod header;
mod people;
mod place;
mod reader;
mod values;

pub use agree::{Disagreement, agree};
pub use header::{Body, CdaHeader, CdaPatient, ServiceEvent};
pub use reader::read_cda;
