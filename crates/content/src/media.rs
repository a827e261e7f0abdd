//! Media types: which are documents, which this deployment takes, and how the bytes of each begin.

use std::fmt;

use crate::fault::ContentFault;

/// How many of a document's first bytes [`MediaType::matches`] needs.
pub const SNIFF: usize = 512;

/// A kind of document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MediaType {
    /// CDA R2: `text/xml` and the other names of XML.
    Cda,
    /// DICOM Part 10, key object selections (KOS) included: `application/dicom`.
    Dicom,
    /// `application/pdf`.
    Pdf,
    /// `image/jpeg`.
    Jpeg,
}

impl MediaType {
    /// Every kind.
    pub const ALL: &'static [Self] = &[Self::Cda, Self::Dicom, Self::Pdf, Self::Jpeg];

    /// The kind of a `mimeType`; parameters (`; charset=utf-8`) and case do not count.
    #[must_use]
    pub fn parse(mime_type: &str) -> Option<Self> {
        let bare = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match bare.as_str() {
            "text/xml"
            | "application/xml"
            | "application/cda+xml"
            | "application/hl7-cda+xml"
            | "application/hl7-v3+xml"
            | "text/x-cda-r2+xml"
            | "application/x-hl7-cda-level-one+xml" => Some(Self::Cda),
            "application/dicom" => Some(Self::Dicom),
            "application/pdf" => Some(Self::Pdf),
            "image/jpeg" | "image/jpg" => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// The name under which the DMP knows it (facts d.1: `text/xml` for every CDA).
    #[must_use]
    pub const fn mime_type(self) -> &'static str {
        match self {
            Self::Cda => "text/xml",
            Self::Dicom => "application/dicom",
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
        }
    }

    /// Whether a document may begin so; `start` is its first [`SNIFF`] bytes, or all of it.
    #[must_use]
    pub fn matches(self, start: &[u8]) -> bool {
        match self {
            // XML in UTF-16: the reader of XML says what is to be done about it.
            Self::Cda if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) => true,
            Self::Cda => {
                let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
                text.trim_ascii_start().first() == Some(&b'<')
            }
            Self::Dicom => crate::dicom::begins(start),
            Self::Pdf => start.starts_with(b"%PDF-"),
            Self::Jpeg => start.starts_with(&[0xff, 0xd8, 0xff]),
        }
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.mime_type())
    }
}

/// The media types that a deployment takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaTable {
    /// Those taken.
    pub allowed: Vec<MediaType>,
}

impl Default for MediaTable {
    /// The national rule: CDA only.
    fn default() -> Self {
        Self { allowed: vec![MediaType::Cda] }
    }
}

impl MediaTable {
    /// The demonstration takes everything.
    #[must_use]
    pub fn demo() -> Self {
        Self { allowed: MediaType::ALL.to_vec() }
    }

    /// The kind of a document by the `mimeType` declared, once its first [`SNIFF`] bytes agree.
    ///
    /// # Errors
    /// [`ContentFault::Unknown`], [`ContentFault::NotAllowed`], [`ContentFault::Mismatch`].
    pub fn check(&self, mime_type: &str, start: &[u8]) -> Result<MediaType, ContentFault> {
        let kind = MediaType::parse(mime_type).ok_or(ContentFault::Unknown)?;
        if !self.allowed.contains(&kind) {
            return Err(ContentFault::NotAllowed(kind));
        }
        if kind.matches(start) { Ok(kind) } else { Err(ContentFault::Mismatch(kind)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_declared_allowed_and_true() {
        let (default, demo) = (MediaTable::default(), MediaTable::demo());
        assert_eq!(default.check("text/xml; charset=utf-8", b"\xef\xbb\xbf\r\n<a/>"), Ok(MediaType::Cda));
        assert_eq!(default.check("Application/CDA+XML", b"<a/>"), Ok(MediaType::Cda));
        assert_eq!(default.check("application/pdf", b"%PDF-1.4"), Err(ContentFault::NotAllowed(MediaType::Pdf)));
        assert_eq!(demo.check("application/pdf", b"%PDF-1.4"), Ok(MediaType::Pdf));
        assert_eq!(demo.check("application/pdf", b"<a/>"), Err(ContentFault::Mismatch(MediaType::Pdf)));
        assert_eq!(demo.check("text/xml", b"%PDF-1.4"), Err(ContentFault::Mismatch(MediaType::Cda)));
        assert_eq!(demo.check("image/jpeg", &[0xff, 0xd8, 0xff, 0xe0]), Ok(MediaType::Jpeg));
        assert_eq!(demo.check("application/dicom", b"<a/>"), Err(ContentFault::Mismatch(MediaType::Dicom)));
        assert_eq!(demo.check("text/html", b"<a/>"), Err(ContentFault::Unknown));
        assert_eq!(demo.check("", b""), Err(ContentFault::Unknown));
    }
}
