//! What every byte passes before the markup is told apart: encoding, characters, sizes.
//!
//! Text may be long (a scanned letter of 48 MiB in base64). So that no more than a piece of it is ever in memory, the gate
//! writes an empty comment into long text, and closes and reopens a long CDATA section: the reader then sees several
//! pieces of text, one after another, that together are the text. Nothing is left out.

use std::io::{self, BufRead, Read};

use memchr::{memchr, memchr3};

use crate::fault::{XmlFault, XmlRule};

/// Bytes taken from the source at a time.
const CHUNK: usize = 16 * 1024;

/// A reference longer than this stands for nothing that is read.
const LONGEST_REFERENCE: usize = 32;

/// Finds the first byte that means something.
type Find = fn(&[u8]) -> Option<usize>;

/// Where the gate stands in the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Character data; so many `]` just before.
    Text(u8),
    /// In a reference.
    Reference,
    /// After `<`, as many bytes of the opening known.
    Opening,
    /// In a start or end tag.
    Tag,
    /// In a value between these quotes.
    Quoted(u8),
    /// In a comment; so many `-` just before.
    Comment(u8),
    /// In a processing instruction; whether `?` is just before.
    Instruction(bool),
    /// In a CDATA section; so many `]` just before.
    Cdata(u8),
}

/// A source of checked bytes.
#[derive(Debug)]
pub struct Gate<R> {
    source: R,
    /// Bytes taken and not yet checked: at most an unfinished character.
    rest: Vec<u8>,
    scan: Scan,
    given: usize,
    taken: u64,
    started: bool,
    fault: Option<XmlFault>,
}

/// The checks, and what has passed them.
#[derive(Debug)]
struct Scan {
    checked: Vec<u8>,
    state: State,
    /// Bytes since the state's construct began.
    run: usize,
    opening: Vec<u8>,
    piece: usize,
    markup: usize,
}

impl<R: BufRead> Gate<R> {
    /// A gate before `source` that cuts text after about `piece` bytes and refuses markup longer than `markup` bytes.
    pub fn new(source: R, piece: usize, markup: usize) -> Self {
        let scan = Scan {
            checked: Vec::with_capacity(CHUNK + 64),
            state: State::Text(0),
            run: 0,
            opening: Vec::new(),
            piece: piece.max(64),
            markup,
        };
        Self { source, rest: Vec::new(), scan, given: 0, taken: 0, started: false, fault: None }
    }

    /// Bytes taken from the source so far.
    #[must_use]
    pub const fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes the next bytes from the source and checks them; none are left at its end.
    fn refill(&mut self) -> io::Result<()> {
        self.scan.checked.clear();
        self.given = 0;
        while self.scan.checked.is_empty() {
            let available = self.source.fill_buf()?;
            let length = available.len().min(CHUNK);
            if length == 0 {
                return if self.rest.is_empty() { Ok(()) } else { Err(self.wrong(XmlRule::Utf8)) };
            }
            self.taken += length as u64;
            let fresh = available.get(..length).unwrap_or_default();
            let passed = if self.rest.is_empty() && self.started {
                // Nearly always: what the source holds is checked where it lies.
                self.scan.check(fresh).map(|left| self.rest.extend_from_slice(left))
            } else {
                self.rest.extend_from_slice(fresh);
                check_joined(&mut self.rest, &mut self.started, &mut self.scan)
            };
            self.source.consume(length);
            passed.map_err(|rule| self.wrong(rule))?;
        }
        Ok(())
    }

    /// The fault, kept: every later reading says the same.
    fn wrong(&mut self, rule: XmlRule) -> io::Error {
        let fault = *self.fault.get_or_insert(XmlFault { at: self.taken, rule });
        io::Error::other(fault)
    }
}

/// Checks what was left over together with what came after it; at the start, that it is not UTF-16 or UTF-32.
fn check_joined(rest: &mut Vec<u8>, started: &mut bool, scan: &mut Scan) -> Result<(), XmlRule> {
    if !*started && starts_otherwise(rest) {
        return Err(XmlRule::Encoding);
    }
    *started |= rest.len() >= 2;
    let left = scan.check(rest)?.len();
    rest.drain(..rest.len() - left);
    Ok(())
}

/// Whether the first bytes are those of UTF-16 or UTF-32.
const fn starts_otherwise(bytes: &[u8]) -> bool {
    matches!(bytes, [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, ..] | [_, 0, ..])
}

/// Where the first character stands that XML 1.0 does not allow, in bytes that are UTF-8. Each pass runs at the speed of memory.
fn first_forbidden(bytes: &[u8]) -> Option<usize> {
    const BLOCK: usize = 256;
    let is_control = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r');
    // Without a way out of the loop, the compiler looks at many bytes at once.
    let holds = |block: &[u8]| block.iter().fold(false, |found, byte| found | is_control(byte));
    let control = bytes.chunks(BLOCK).position(holds).and_then(|block| {
        let from = block * BLOCK;
        Some(from + bytes.get(from..)?.iter().position(is_control)?)
    });
    // U+FFFE and U+FFFF.
    let is_none = |at: &usize| matches!(bytes.get(*at..*at + 3), Some([0xef, 0xbf, 0xbe | 0xbf]));
    let none = memchr::memchr_iter(0xef, bytes).find(is_none);
    control.into_iter().chain(none).min()
}

impl Scan {
    /// Checks bytes and keeps them; gives back the unfinished character at their end.
    fn check<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], XmlRule> {
        let (valid, rest) = match std::str::from_utf8(bytes) {
            Ok(_) => bytes.split_at(bytes.len()),
            Err(error) if error.error_len().is_none() => bytes.split_at(error.valid_up_to()),
            Err(_) => return Err(XmlRule::Utf8),
        };
        // What stands before a character that is not allowed is looked at all the same: the first fault is the one told.
        let forbidden = first_forbidden(valid);
        let allowed = valid.get(..forbidden.unwrap_or(valid.len())).unwrap_or_default();
        let (mut at, mut kept) = (0, 0);
        while let Some(remaining) = allowed.get(at..).filter(|remaining| !remaining.is_empty()) {
            let plain = self.plain(remaining);
            self.run += plain;
            at += plain;
            match remaining.get(plain..) {
                Some([b'<', next, ..]) if self.state == State::Text(0) && opens_tag(*next) => {
                    (self.state, self.run) = (State::Tag, 1);
                    at += 2;
                }
                Some([byte, ..]) => {
                    if let Some(between) = self.cut(*byte) {
                        self.checked.extend_from_slice(allowed.get(kept..at).unwrap_or_default());
                        self.checked.extend_from_slice(between);
                        (kept, self.run) = (at, 0);
                    }
                    self.step(*byte)?;
                    at += 1;
                }
                _ => {}
            }
        }
        self.checked.extend_from_slice(allowed.get(kept..).unwrap_or_default());
        if forbidden.is_some() { Err(XmlRule::Character) } else { Ok(rest) }
    }

    /// How many bytes from here on change nothing but lengths: the fast way through text and values.
    fn plain(&self, bytes: &[u8]) -> usize {
        let (most, find): (usize, Find) = match self.state {
            State::Text(0) => (self.piece, |bytes| memchr3(b'<', b'&', b']', bytes)),
            State::Cdata(0) => (self.piece, |bytes| memchr(b']', bytes)),
            State::Tag => (self.markup, |bytes| memchr3(b'>', b'"', b'\'', bytes)),
            State::Quoted(b'"') => (self.markup, |bytes| memchr(b'"', bytes)),
            State::Quoted(_) => (self.markup, |bytes| memchr(b'\'', bytes)),
            State::Comment(0) => (self.markup, |bytes| memchr(b'-', bytes)),
            State::Instruction(false) => (self.markup, |bytes| memchr(b'?', bytes)),
            _ => return 0,
        };
        let room = bytes.len().min(most.saturating_sub(self.run));
        bytes.get(..room).and_then(find).unwrap_or(room)
    }

    /// One byte: what it changes.
    fn step(&mut self, byte: u8) -> Result<(), XmlRule> {
        self.run += 1;
        let next = match (self.state, byte) {
            (State::Text(_), b'<') => State::Opening,
            (State::Text(_), b'&') => State::Reference,
            (State::Text(brackets), b'>') if brackets >= 2 => return Err(XmlRule::Syntax),
            (State::Text(brackets), _) => State::Text(count(brackets, byte, b']')),
            (State::Reference, b';') => State::Text(0),
            (State::Reference, _) if self.run > LONGEST_REFERENCE => return Err(XmlRule::Reference),
            (State::Opening, _) => self.open(byte)?,
            (State::Tag, b'"' | b'\'') => State::Quoted(byte),
            (State::Tag, b'>') => State::Text(0),
            (State::Quoted(quote), _) if quote == byte => State::Tag,
            (State::Comment(dashes), b'>') if dashes >= 2 => State::Text(0),
            (State::Comment(dashes), _) => State::Comment(count(dashes, byte, b'-')),
            (State::Instruction(true), b'>') => State::Text(0),
            (State::Instruction(_), _) => State::Instruction(byte == b'?'),
            (State::Cdata(brackets), b'>') if brackets >= 2 => State::Text(0),
            (State::Cdata(brackets), _) => State::Cdata(count(brackets, byte, b']')),
            (state, _) => state,
        };
        if matches!(next, State::Tag | State::Quoted(_) | State::Comment(_) | State::Instruction(_))
            && self.run > self.markup
        {
            return Err(XmlRule::Markup(self.markup));
        }
        let inside = |state: State| matches!(state, State::Text(_) | State::Reference | State::Cdata(_));
        if std::mem::discriminant(&self.state) != std::mem::discriminant(&next) && (inside(self.state) || inside(next))
        {
            self.run = 0;
        }
        self.state = next;
        Ok(())
    }

    /// What cuts long text before this byte: never within a character, a line end or a row of brackets.
    fn cut(&self, byte: u8) -> Option<&'static [u8]> {
        if self.run < self.piece || (0x80..0xc0).contains(&byte) || byte == b'\n' || byte == b']' {
            return None;
        }
        match self.state {
            State::Text(0) if byte != b'<' && byte != b'&' => Some(b"<!---->"),
            State::Cdata(0) => Some(b"]]><![CDATA["),
            _ => None,
        }
    }

    /// What an opening is, as soon as its bytes tell.
    fn open(&mut self, byte: u8) -> Result<State, XmlRule> {
        self.opening.push(byte);
        let next = match self.opening.as_slice() {
            [b'?'] => State::Instruction(false),
            [b'!'] | [b'!', b'-'] => return Ok(State::Opening),
            [b'!', b'-', b'-'] => State::Comment(0),
            [b'!', b'D' | b'd', ..] => return Err(XmlRule::Doctype),
            [b'!', rest @ ..] if rest == b"[CDATA[" => State::Cdata(0),
            [b'!', rest @ ..] if b"[CDATA[".starts_with(rest) => return Ok(State::Opening),
            [b'!', ..] | [b'>' | b'<'] => return Err(XmlRule::Syntax),
            _ => State::Tag,
        };
        self.opening.clear();
        Ok(next)
    }
}

/// Whether `<` and this byte begin a start or end tag: what nearly every `<` begins.
const fn opens_tag(next: u8) -> bool {
    !matches!(next, b'!' | b'?' | b'<' | b'>')
}

/// How many of `wanted` stand in a row after this byte; two are as good as more.
const fn count(before: u8, byte: u8, wanted: u8) -> u8 {
    if byte != wanted {
        0
    } else if before < 2 {
        before + 1
    } else {
        2
    }
}

impl<R: BufRead> Read for Gate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer.iter_mut().zip(available).for_each(|(to, from)| *to = *from);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Gate<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.given >= self.scan.checked.len() {
            if let Some(fault) = self.fault {
                return Err(io::Error::other(fault));
            }
            self.refill()?;
        }
        Ok(self.scan.checked.get(self.given..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.given = self.scan.checked.len().min(self.given + amount);
    }
}
