//! Elements: tag, value representation, length (DICOM PS3.5, section 7).

use std::io::BufRead;

use super::{Counted, DicomFault};

/// How the elements of a data set are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syntax {
    pub explicit: bool,
    pub big_endian: bool,
}

impl Syntax {
    pub const IMPLICIT: Self = Self { explicit: false, big_endian: false };
    pub const EXPLICIT: Self = Self { explicit: true, big_endian: false };
    pub const BIG_ENDIAN: Self = Self { explicit: true, big_endian: true };

    fn short(self, bytes: [u8; 2]) -> u16 {
        if self.big_endian { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn long(self, bytes: [u8; 4]) -> u32 {
        if self.big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    }
}

/// The head of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// Group and element.
    pub tag: (u16, u16),
    /// `UN`, whose undefined length hides implicit elements (PS3.5, section 6.2.2).
    pub unknown: bool,
    /// Bytes of the value; `None` where undefined.
    pub length: Option<u32>,
}

/// Items and delimiters have no value representation in any syntax.
const DELIMITERS: u16 = 0xfffe;

impl Head {
    pub const ITEM: (u16, u16) = (DELIMITERS, 0xe000);
    pub const ITEM_END: (u16, u16) = (DELIMITERS, 0xe00d);
    pub const SEQUENCE_END: (u16, u16) = (DELIMITERS, 0xe0dd);

    /// Reads the rest of a head whose tag was read.
    pub fn read<R: BufRead>(tag: [u8; 4], source: &mut Counted<R>, syntax: Syntax) -> Result<Self, DicomFault> {
        let [a, b, c, d] = tag;
        let tag = (syntax.short([a, b]), syntax.short([c, d]));
        if !syntax.explicit || tag.0 == DELIMITERS {
            return Ok(Self::new(tag, false, syntax.long(source.take()?)));
        }
        let kind: [u8; 2] = source.take()?;
        if !kind.iter().all(u8::is_ascii_uppercase) {
            // Not a value representation: some writers leave it out, and put the length there (dcmtk reads such files).
            let rest: [u8; 2] = source.take()?;
            let [a, b] = kind;
            let [c, d] = rest;
            return Ok(Self::new(tag, false, syntax.long([a, b, c, d])));
        }
        if is_long(kind) {
            let _reserved: [u8; 2] = source.take()?;
            return Ok(Self::new(tag, &kind == b"UN", syntax.long(source.take()?)));
        }
        let length = u32::from(syntax.short(source.take()?));
        Ok(Self { tag, unknown: false, length: Some(length) })
    }

    fn new(tag: (u16, u16), unknown: bool, length: u32) -> Self {
        Self { tag, unknown, length: Some(length).filter(|length| *length != u32::MAX) }
    }
}

/// The value representations whose length has four bytes (PS3.5, table 7.1-1).
fn is_long(kind: [u8; 2]) -> bool {
    matches!(
        &kind,
        b"OB" | b"OD" | b"OF" | b"OL" | b"OV" | b"OW" | b"SQ" | b"SV" | b"UC" | b"UN" | b"UR" | b"UT" | b"UV"
    )
}

/// The syntax of a data set without preamble, by its first element: of group 0002 or 0008, with a small element number.
pub(super) fn guess(start: &[u8]) -> Option<Syntax> {
    let [a, b, c, d, e, f, ..] = *start else { return None };
    let explicit = e.is_ascii_uppercase() && f.is_ascii_uppercase();
    match (a, b, c, d) {
        (2 | 8, 0, _, 0) if explicit => Some(Syntax::EXPLICIT),
        (2 | 8, 0, _, 0) => Some(Syntax::IMPLICIT),
        (0, 8, 0, _) if explicit => Some(Syntax::BIG_ENDIAN),
        _ => None,
    }
}
