//! The walk from the first byte to the last.

use std::collections::BTreeSet;
use std::io::{BufRead, Read};

use super::element::{Head, Syntax, guess};
use super::patient::{birth, sex};
use super::{Counted, DicomFacts, DicomFault, DicomIdentity};

/// Sequences in sequences; structured reports nest about ten.
const DEEPEST: usize = 32;
/// Values that are kept are identifiers and codes, never longer.
const LONGEST: u32 = 128;
/// `OtherPatientIDs` (0010,1000) has several, of 64 letters each.
const LONGEST_LIST: u32 = 8 * 1024;
/// Identifiers of one patient; what is kept of a file stays small.
const MOST_IDENTIFIERS: usize = 64;
/// What tells whose a file is: identifier, its issuer, birth, sex, other identifiers, and the OID of an issuer.
const PATIENT_ID: (u16, u16) = (0x0010, 0x0020);
const ISSUER: (u16, u16) = (0x0010, 0x0021);
const BIRTH: (u16, u16) = (0x0010, 0x0030);
const SEX: (u16, u16) = (0x0010, 0x0040);
const OTHER_IDS: (u16, u16) = (0x0010, 0x1000);
const UNIVERSAL: (u16, u16) = (0x0040, 0x0032);
/// `OtherPatientIDsSequence`: one identifier in each item.
const OTHER_PATIENT_IDS: (u16, u16) = (0x0010, 0x1002);
/// `IssuerOfPatientIDQualifiersSequence`: the OID of who gave the identifier beside it.
const ISSUER_QUALIFIERS: (u16, u16) = (0x0010, 0x0024);
/// Deflated data sets are not unpacked: their patient could be anybody.
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
    let mut facts = DicomFacts { part10, ..DicomFacts::default() };
    facts.patient.identities.push(DicomIdentity::default());
    let mut walk = Walk { source, pending: None, facts, within: Within::File, identity: 0, told: BTreeSet::new() };
    match bare {
        Some(syntax) => walk.elements(syntax, 0, None)?,
        None => walk.part10()?,
    }
    Ok(walk.facts)
}

/// What the elements that are being read say something of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// The file itself.
    File,
    /// An item of `OtherPatientIDsSequence`.
    Other,
    /// An item of the qualifiers of an issuer.
    Issuer,
    /// Nothing that is kept.
    Elsewhere,
}

impl Within {
    const fn of(self, tag: (u16, u16)) -> Self {
        match (self, tag) {
            (Self::File, OTHER_PATIENT_IDS) => Self::Other,
            (Self::File | Self::Other, ISSUER_QUALIFIERS) => Self::Issuer,
            _ => Self::Elsewhere,
        }
    }
}

struct Walk<R> {
    source: Counted<R>,
    /// A tag that was read and belongs to what follows.
    pending: Option<[u8; 4]>,
    facts: DicomFacts,
    within: Within,
    /// The identity that is being read.
    identity: usize,
    /// The elements that told whose the file is, by their identity: one that is given twice tells two.
    told: BTreeSet<(usize, (u16, u16))>,
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
            Some(DEFLATED) => return Err(DicomFault::Deflated),
            Some("1.2.840.10008.1.2") => Syntax::IMPLICIT,
            Some("1.2.840.10008.1.2.2") => Syntax::BIG_ENDIAN,
            _ => Syntax::EXPLICIT,
        };
        self.elements(syntax, 0, None)
    }

    /// The elements of the file, or of an item: one without length is ended by a delimiter, one with a length there.
    fn elements(&mut self, syntax: Syntax, depth: usize, end: Option<u64>) -> Result<(), DicomFault> {
        if depth > DEEPEST {
            return Err(DicomFault::Depth(DEEPEST));
        }
        loop {
            if self.is_at(end)? {
                return Ok(());
            }
            let tag = match self.pending.take() {
                Some(tag) => tag,
                None if depth == 0 && self.source.peek()?.is_empty() => return Ok(()),
                None => self.source.take()?,
            };
            let head = Head::read(tag, &mut self.source, syntax)?;
            match head.tag {
                Head::ITEM_END if depth > 0 && end.is_none() => return Ok(()),
                Head::ITEM | Head::ITEM_END | Head::SEQUENCE_END => return Err(DicomFault::Structure(self.source.at)),
                _ => self.value(head, syntax, depth)?,
            }
        }
    }

    /// Whether what has a length ends here; what goes beyond it is no sequence.
    const fn is_at(&self, end: Option<u64>) -> Result<bool, DicomFault> {
        match end {
            Some(end) if self.source.at > end => Err(DicomFault::Structure(self.source.at)),
            Some(end) => Ok(self.source.at == end),
            None => Ok(false),
        }
    }

    /// A value: kept where it is wanted, else passed.
    fn value(&mut self, head: Head, syntax: Syntax, depth: usize) -> Result<(), DicomFault> {
        let inner = self.within.of(head.tag);
        let whose = self.tells_whose(head.tag);
        let Some(length) = head.length else {
            if whose {
                return Err(wrong(head.tag, "has no length: it is no text, and cannot be compared"));
            }
            return self.sequence(inner, if head.unknown { Syntax::IMPLICIT } else { syntax }, depth, None);
        };
        if inner != Within::Elsewhere {
            let end = self.source.at + u64::from(length);
            return self.sequence(inner, if head.unknown { Syntax::IMPLICIT } else { syntax }, depth, Some(end));
        }
        let longest = if head.tag == OTHER_IDS { LONGEST_LIST } else { LONGEST };
        if whose && length > longest {
            return Err(wrong(head.tag, "is longer than it may be, and is not compared: shorten it"));
        }
        if length > longest || !self.is_wanted(head.tag) {
            return self.source.pass(u64::from(length));
        }
        let mut bytes = Vec::new();
        for _ in 0..length {
            let [byte] = self.source.take()?;
            bytes.push(byte);
        }
        if whose {
            return self.tell(head.tag, &bytes);
        }
        match text(&bytes) {
            Some(text) => self.keep(head.tag, text),
            None => Ok(()),
        }
    }

    /// What tells whose the file is: it is readable, and told once, or it is empty.
    fn tell(&mut self, tag: (u16, u16), bytes: &[u8]) -> Result<(), DicomFault> {
        // Of other alphabets no letter is compared; what they stand beside is.
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_matches(['\0', ' ']);
        if text.is_empty() {
            return Ok(());
        }
        if text.chars().any(char::is_control) {
            return Err(wrong(tag, "holds a control character, and cannot be compared: correct it, or leave it empty"));
        }
        let readable = match tag {
            BIRTH => birth(text).is_some(),
            SEX => sex(text).is_some(),
            ISSUER => !text.contains('\\'),
            _ => true,
        };
        if !readable {
            return Err(wrong(
                tag,
                "cannot be read, and so not compared with the holder: correct it, or leave it empty",
            ));
        }
        if !self.told.insert((self.identity, tag)) {
            return Err(wrong(tag, "is given twice: whose the file is must be said once"));
        }
        self.keep(tag, text.into())
    }

    /// Whether an element tells whose the file is.
    fn tells_whose(&self, tag: (u16, u16)) -> bool {
        let identity = matches!(tag, PATIENT_ID | ISSUER | OTHER_IDS);
        match self.within {
            Within::File => identity || matches!(tag, BIRTH | SEX),
            Within::Other => identity,
            Within::Issuer => tag == UNIVERSAL,
            Within::Elsewhere => false,
        }
    }

    /// A sequence; an item of other identifiers is an identity of its own.
    fn sequence(&mut self, inner: Within, syntax: Syntax, depth: usize, end: Option<u64>) -> Result<(), DicomFault> {
        let (outer, identity) = (std::mem::replace(&mut self.within, inner), self.identity);
        self.items(syntax, depth, end)?;
        (self.within, self.identity) = (outer, identity);
        Ok(())
    }

    /// The items of a sequence, or the fragments of encapsulated pixels.
    fn items(&mut self, syntax: Syntax, depth: usize, end: Option<u64>) -> Result<(), DicomFault> {
        loop {
            if self.is_at(end)? {
                return Ok(());
            }
            let tag = self.source.take()?;
            let head = Head::read(tag, &mut self.source, syntax)?;
            if head.tag == Head::ITEM && self.within == Within::Other {
                self.identity = self.facts.patient.identities.len();
                self.facts.patient.identities.push(DicomIdentity::default());
                self.count()?;
            }
            match (head.tag, head.length) {
                (Head::SEQUENCE_END, _) if end.is_none() => return Ok(()),
                (Head::ITEM, Some(length)) if self.within == Within::Elsewhere => {
                    self.source.pass(u64::from(length))?
                }
                (Head::ITEM, Some(length)) => {
                    let end = self.source.at + u64::from(length);
                    self.elements(syntax, depth + 1, Some(end))?;
                }
                (Head::ITEM, None) => self.elements(syntax, depth + 1, None)?,
                _ => return Err(DicomFault::Structure(self.source.at)),
            }
        }
    }

    /// A file has so many identifiers and no more.
    fn count(&self) -> Result<(), DicomFault> {
        let identities = &self.facts.patient.identities;
        let values: usize = identities.iter().map(|identity| identity.values.len()).sum();
        if values.max(identities.len()) > MOST_IDENTIFIERS {
            return Err(DicomFault::Identifiers(MOST_IDENTIFIERS));
        }
        Ok(())
    }

    fn is_wanted(&mut self, tag: (u16, u16)) -> bool {
        self.tells_whose(tag) || (self.within == Within::File && self.place(tag).is_some())
    }

    /// Keeps a value that is wanted.
    fn keep(&mut self, tag: (u16, u16), text: Box<str>) -> Result<(), DicomFault> {
        let Some(identity) = self.facts.patient.identities.get_mut(self.identity) else { return Ok(()) };
        match tag {
            PATIENT_ID | OTHER_IDS => {
                let values = text.split('\\').map(str::trim).filter(|value| !value.is_empty());
                identity.values.extend(values.map(Box::from));
                return self.count();
            }
            ISSUER => identity.issuer = Some(text),
            UNIVERSAL => identity.universal = Some(text),
            _ => {
                if let Some(place) = self.place(tag) {
                    *place = Some(text);
                }
            }
        }
        Ok(())
    }

    /// Where a wanted value goes.
    const fn place(&mut self, tag: (u16, u16)) -> Option<&mut Option<Box<str>>> {
        Some(match tag {
            (0x0002, 0x0010) => &mut self.facts.transfer_syntax,
            (0x0002, 0x0002) | (0x0008, 0x0016) => &mut self.facts.sop_class_uid,
            (0x0002, 0x0003) | (0x0008, 0x0018) => &mut self.facts.sop_instance_uid,
            (0x0008, 0x0060) => &mut self.facts.modality,
            (0x0010, 0x0010) => &mut self.facts.patient.name,
            BIRTH => &mut self.facts.patient.birth,
            SEX => &mut self.facts.patient.sex,
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

const fn wrong(tag: (u16, u16), why: &'static str) -> DicomFault {
    DicomFault::Patient(tag.0, tag.1, why)
}
