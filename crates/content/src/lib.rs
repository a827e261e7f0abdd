//! What is inside documents: their media type, their header, whether it agrees with the metadata.
//!
//! Everything reads a stream once and in bounded memory; nothing rewrites a byte.

pub mod cda;
pub mod dicom;
mod fault;
pub mod media;
pub mod patients_word;

pub use cda::{CdaHeader, Disagreement, agree, read_cda};
pub use dicom::{DicomFacts, DicomFault, DicomPatient, scan_dicom};
pub use dmp_xml::Limits;
pub use fault::ContentFault;
pub use media::{MediaTable, MediaType};
