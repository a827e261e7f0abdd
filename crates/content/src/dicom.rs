//! DICOM Part 10 (and bare data sets): a shallow walk. No pixel is decoded, nothing that a file declares is allocated.
//!
//! Every length is compared with the bytes that really follow, by reading on and keeping nothing: a file of 277 bytes
//! that declares three gigabytes is refused where it ends. The little that is kept is what the metadata of a document
//! may be compared with.

mod element;
mod patient;
mod walk;

use std::io::BufRead;

pub use patient::{DicomIdentity, DicomPatient};
pub use walk::scan_dicom;

/// What is known of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DicomFacts {
    /// Whether it has the preamble and the file meta information of Part 10.
    pub part10: bool,
    /// (0002,0010), the transfer syntax; guessed for bare data sets.
    pub transfer_syntax: Option<Box<str>>,
    /// (0008,0016) or (0002,0002), the kind of object.
    pub sop_class_uid: Option<Box<str>>,
    /// (0008,0018) or (0002,0003), the identifier of the object.
    pub sop_instance_uid: Option<Box<str>>,
    /// (0008,0060).
    pub modality: Option<Box<str>>,
    /// (0020,000D).
    pub study_instance_uid: Option<Box<str>>,
    /// The patient: what the rules compare with the holder of the dossier.
    pub patient: DicomPatient,
}

/// Why bytes are no DICOM file that is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DicomFault {
    /// Neither `DICM` after a preamble of 128 bytes, nor a data set that begins with group 0002 or 0008.
    #[error("the bytes do not begin like a DICOM file")]
    Magic,
    /// The file ends within an element, or before a length that one declares.
    #[error("an element of the DICOM file, near byte {0}, declares more bytes than the file has")]
    Beyond(u64),
    /// Tags, items or delimiters that are not where they must be.
    #[error("the DICOM file, near byte {0}, is not a sequence of elements")]
    Structure(u64),
    /// Sequences in sequences beyond reason.
    #[error("the DICOM file nests sequences more deeply than {0} levels")]
    Depth(usize),
    /// A deflated data set: whom it is of cannot be read here, and so not compared with the holder.
    #[error("the DICOM file is deflated (transfer syntax 1.2.840.10008.1.2.1.99): send it in another transfer syntax")]
    Deflated,
    /// More identifiers than a patient has.
    #[error("the DICOM file gives its patient more than {0} identifiers")]
    Identifiers(usize),
    /// What tells whose the file is, and cannot be compared with the holder: it must be empty, or readable.
    #[error("the DICOM file's ({0:04x},{1:04x}) {2}")]
    Patient(u16, u16, &'static str),
    /// The source could not be read.
    #[error("the source could not be read: {0}")]
    Io(std::io::ErrorKind),
}

/// Whether a file may begin so.
#[must_use]
pub(crate) fn begins(start: &[u8]) -> bool {
    start.get(128..132) == Some(b"DICM") || element::guess(start).is_some()
}

/// A source of bytes that counts them.
struct Counted<R> {
    source: R,
    at: u64,
}

impl<R: BufRead> Counted<R> {
    /// The next bytes without taking them; none at the end.
    fn peek(&mut self) -> Result<&[u8], DicomFault> {
        self.source.fill_buf().map_err(|error| DicomFault::Io(error.kind()))
    }

    /// Takes exactly so many bytes.
    fn take<const N: usize>(&mut self) -> Result<[u8; N], DicomFault> {
        let mut bytes = [0; N];
        for byte in &mut bytes {
            let beyond = DicomFault::Beyond(self.at);
            *byte = *self.peek()?.first().ok_or(beyond)?;
            self.source.consume(1);
            self.at += 1;
        }
        Ok(bytes)
    }

    /// Takes so many bytes and keeps none.
    fn pass(&mut self, mut length: u64) -> Result<(), DicomFault> {
        while length > 0 {
            let here = self.peek()?.len() as u64;
            if here == 0 {
                return Err(DicomFault::Beyond(self.at));
            }
            let step = here.min(length);
            self.source.consume(usize::try_from(step).unwrap_or(usize::MAX));
            self.at += step;
            length -= step;
        }
        Ok(())
    }
}
