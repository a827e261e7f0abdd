//! The walk from the first byte to the last.

use std::io::{BufRead, Read};

use super::element::{Head, Syntax, guess};
use super::{Counted, DicomFacts, DicomFault};

/// Sequences in sequences; structured reports nest about ten.
const DEEPEST: usize = 32;
/// Values that are kept are identifiers and codes, never longer.
const LONGEST: u32 = 128;
/// Deflated data sets are not unpacked: nothing in them is compared.
const DEFLATED: &str = "1.2.840.10008.1.2.1.99";
/// The preamble and the four letters after it.
const START: u64 = 132;

/// Walks a file to its last byte.
///
/// # Errors
/// [`DicomFault`]: it is no DICOM file, or one that declares more than it has.
pub fn scan_dicom(mut source: impl BufRead) -> Result<DicomFacts, DicomFault> {
    let mut start = Vec::new();
    source.by_ref().take(START).read_to_end(&mut start).map_err(|error| DicomFault::Io(error.kind()))?;
    let part10 = start.get(128..) == Some(b"DICM");
    let bare = if part10 { None } else { Some(guess(&start).ok_or(DicomFault::Magic)?) };
    let source = Counted { source: start.as_slice().chain(source), at: 0 };
    let mut walk = Walk { source, pending: None, facts: DicomFacts { part10, ..DicomFacts::default() } };
    match bare {
        Some(syntax) => walk.elements(syntax, 0)?,
        None => walk.part10()?,
    }
    Ok(walk.facts)
}

struct Walk<R> {
    source: Counted<R>,
    /// A tag that was read and belongs to what follows.
    pending: Option<[u8; 4]>,
    facts: DicomFacts,
}

impl<R: BufRead> Walk<R> {
    /// The file meta information (group 0002, always explicit and little endian), then the data set.
    fn part10(&mut self) -> Result<(), DicomFault> {
        self.source.pass(START)?;
        while !self.source.peek()?.is_empty() {
            let tag: [u8; 4] = self.source.take()?;
            if !matches!(tag, [2, 0, ..]) {
                self.pending = Some(tag);
                break;
            }
            let head = Head::read(tag, &mut self.source, Syntax::EXPLICIT)?;
            self.value(head, Syntax::EXPLICIT, 0)?;
        }
        let syntax = match self.facts.transfer_syntax.as_deref() {
            Some(DEFLATED) => return self.source.drain(),
            Some("1.2.840.10008.1.2") => Syntax::IMPLICIT,
            Some("1.2.840.10008.1.2.2") => Syntax::BIG_ENDIAN,
            _ => Syntax::EXPLICIT,
        };
        self.elements(syntax, 0)
    }

    /// The elements of the file, or of an item without length, which a delimiter ends.
    fn elements(&mut self, syntax: Syntax, depth: usize) -> Result<(), DicomFault> {
        if depth > DEEPEST {
            return Err(DicomFault::Depth(DEEPEST));
        }
        loop {
            let tag = match self.pending.take() {
                Some(tag) => tag,
                None if depth == 0 && self.source.peek()?.is_empty() => return Ok(()),
                None => self.source.take()?,
            };
            let head = Head::read(tag, &mut self.source, syntax)?;
            match head.tag {
                Head::ITEM_END if depth > 0 => return Ok(()),
                Head::ITEM | Head::ITEM_END | Head::SEQUENCE_END => return Err(DicomFault::Structure(self.source.at)),
                _ => self.value(head, syntax, depth)?,
            }
        }
    }

    /// A value: kept where it is wanted, else passed.
    fn value(&mut self, head: Head, syntax: Syntax, depth: usize) -> Result<(), DicomFault> {
        let Some(length) = head.length else {
            return self.items(if head.unknown { Syntax::IMPLICIT } else { syntax }, depth);
        };
        match self.place(head.tag) {
            Some(_) if depth == 0 && length <= LONGEST => {
                let mut bytes = Vec::new();
                for _ in 0..length {
                    let [byte] = self.source.take()?;
                    bytes.push(byte);
                }
                if let (Some(place), Some(text)) = (self.place(head.tag), text(&bytes)) {
                    *place = Some(text);
                }
                Ok(())
            }
            _ => self.source.pass(u64::from(length)),
        }
    }

    /// The items of a sequence without length, or the fragments of encapsulated pixels.
    fn items(&mut self, syntax: Syntax, depth: usize) -> Result<(), DicomFault> {
        loop {
            let tag = self.source.take()?;
            let head = Head::read(tag, &mut self.source, syntax)?;
            match (head.tag, head.length) {
                (Head::SEQUENCE_END, _) => return Ok(()),
                (Head::ITEM, Some(length)) => self.source.pass(u64::from(length))?,
                (Head::ITEM, None) => self.elements(syntax, depth + 1)?,
                _ => return Err(DicomFault::Structure(self.source.at)),
            }
        }
    }

    /// Where a wanted value goes.
    const fn place(&mut self, tag: (u16, u16)) -> Option<&mut Option<Box<str>>> {
        Some(match tag {
            (0x0002, 0x0010) => &mut self.facts.transfer_syntax,
            (0x0002, 0x0002) | (0x0008, 0x0016) => &mut self.facts.sop_class_uid,
            (0x0002, 0x0003) | (0x0008, 0x0018) => &mut self.facts.sop_instance_uid,
            (0x0008, 0x0060) => &mut self.facts.modality,
            (0x0010, 0x0020) => &mut self.facts.patient_id,
            (0x0010, 0x0021) => &mut self.facts.issuer_of_patient_id,
            (0x0020, 0x000d) => &mut self.facts.study_instance_uid,
            _ => return None,
        })
    }
}

/// A value as text, without its padding; none where it is empty or not plain ASCII.
fn text(bytes: &[u8]) -> Option<Box<str>> {
    let text = std::str::from_utf8(bytes).ok()?.trim_matches(['\0', ' ']);
    let plain = !text.is_empty() && text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    plain.then(|| text.into())
}
