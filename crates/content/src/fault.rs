//! Why a document is refused for what is inside it.

use dmp_xml::XmlFault;

use crate::dicom::DicomFault;
use crate::media::MediaType;

/// Why a document is refused. Nothing of its text is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentFault {
    /// It is no XML that is read.
    #[error("{0}")]
    Xml(#[from] XmlFault),
    /// XML of another kind.
    #[error(
        "the root element is not ClinicalDocument of urn:hl7-org:v3, nor an XSLT stylesheet that wraps one: send a CDA R2 document"
    )]
    NotCda,
    /// An element that a header must have.
    #[error("the CDA header lacks {0}")]
    Missing(&'static str),
    /// An element that may stand only once.
    #[error("the CDA header has {0} more than once, where one is allowed")]
    Several(&'static str),
    /// A value that its element cannot have.
    #[error("the CDA header has a value in {element} that is not {expected}")]
    Invalid {
        /// Where.
        element: &'static str,
        /// What was expected.
        expected: &'static str,
    },
    /// It is no DICOM file that is read.
    #[error("{0}")]
    Dicom(#[from] DicomFault),
    /// The bytes are not of the media type declared.
    #[error("the bytes are not those of {0}: declare the media type that the document has")]
    Mismatch(MediaType),
    /// A media type that is none of the table.
    #[error("no document has this media type here: send a CDA R2 document as text/xml")]
    Unknown,
    /// A media type that this deployment does not take.
    #[error("this server takes no documents of {0}: wrap it in a CDA R2 document (nonXMLBody)")]
    NotAllowed(MediaType),
}

impl ContentFault {
    /// The code, stable.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Xml(_) => "content-xml",
            Self::NotCda => "content-not-cda",
            Self::Missing(_) => "content-header-missing",
            Self::Several(_) => "content-header-several",
            Self::Invalid { .. } => "content-header-invalid",
            Self::Dicom(_) => "content-dicom",
            Self::Mismatch(_) => "content-media-mismatch",
            Self::Unknown => "content-media-unknown",
            Self::NotAllowed(_) => "content-media-not-allowed",
        }
    }
}
