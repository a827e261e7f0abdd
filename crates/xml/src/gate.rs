//! What every byte passes before the markup is told apart: encoding, characters, sizes.
//!
//! Text may be long (a scanned letter of 48 MiB in base64). So that no more than a piece of it is ever in memory, the gate
//! writes an empty comment into long text, and closes and reopens a long CDATA section: the reader then sees several
//! pieces of text, one after another, that together are the text. Nothing is left out.

use std::io::{self, BufRead, Read};

use crate::fault::{XmlFault, XmlRule};

/// Bytes taken from the source at a time.
const CHUNK: usize = 16 * 1024;

/// A reference longer than this stands for nothing that is read.
const LONGEST_REFERENCE: usize = 32;

const IN_TEXT: u8 = 1;
const IN_CDATA: u8 = 2;
const IN_TAG: u8 = 4;
const IN_DOUBLE: u8 = 8;
const IN_SINGLE: u8 = 16;
const IN_COMMENT: u8 = 32;
const IN_INSTRUCTION: u8 = 64;

/// For each byte, the places where it may mean something; elsewhere it only makes the run longer. Control characters
/// always do, and so does the first byte of U+FFFE and U+FFFF.
static STOPS: [u8; 256] = {
    let mut stops = [0; 256];
    let mut byte: usize = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, within the bounds of the loop")]
        {
            stops[byte] = match byte as u8 {
                b'\t' | b'\n' | b'\r' => 0,
                0..=0x1f | 0xef => u8::MAX,
                b'<' | b'&' => IN_TEXT,
                b']' => IN_TEXT | IN_CDATA,
                b'>' => IN_TAG,
                b'"' => IN_TAG | IN_DOUBLE,
                b'\'' => IN_TAG | IN_SINGLE,
                b'-' => IN_COMMENT,
                b'?' => IN_INSTRUCTION,
                _ => 0,
            };
        }
        byte += 1;
    }
    stops
};

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
    checked: Vec<u8>,
    given: usize,
    state: State,
    /// Bytes since the state's construct began.
    run: usize,
    opening: Vec<u8>,
    taken: u64,
    piece: usize,
    markup: usize,
    started: bool,
    fault: Option<XmlFault>,
}

impl<R: BufRead> Gate<R> {
    /// A gate before `source` that cuts text after about `piece` bytes and refuses markup longer than `markup` bytes.
    pub fn new(source: R, piece: usize, markup: usize) -> Self {
        Self {
            source,
            rest: Vec::new(),
            checked: Vec::with_capacity(CHUNK + 64),
            given: 0,
            state: State::Text(0),
            run: 0,
            opening: Vec::new(),
            taken: 0,
            piece: piece.max(64),
            markup,
            started: false,
            fault: None,
        }
    }

    /// Bytes taken from the source so far.
    #[must_use]
    pub const fn taken(&self) -> u64 {
        self.taken
    }

    /// Takes the next bytes from the source and checks them; none are left at its end.
    fn refill(&mut self) -> io::Result<()> {
        self.checked.clear();
        self.given = 0;
        while self.checked.is_empty() {
            let available = self.source.fill_buf()?;
            let length = available.len().min(CHUNK);
            if length == 0 {
                return if self.rest.is_empty() { Ok(()) } else { Err(self.wrong(XmlRule::Utf8)) };
            }
            self.rest.extend_from_slice(available.get(..length).unwrap_or_default());
            self.source.consume(length);
            self.taken += length as u64;
            if self.starts_otherwise() {
                return Err(self.wrong(XmlRule::Encoding));
            }
            self.check()?;
        }
        Ok(())
    }

    /// Whether the first bytes are those of UTF-16 or UTF-32.
    fn starts_otherwise(&mut self) -> bool {
        if self.started {
            return false;
        }
        self.started = self.rest.len() >= 2;
        matches!(self.rest.as_slice(), [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, ..] | [_, 0, ..])
    }

    fn check(&mut self) -> io::Result<()> {
        let taken = std::mem::take(&mut self.rest);
        let (valid, rest) = match std::str::from_utf8(&taken) {
            Ok(_) => taken.split_at(taken.len()),
            Err(error) if error.error_len().is_none() => taken.split_at(error.valid_up_to()),
            Err(_) => return Err(self.wrong(XmlRule::Utf8)),
        };
        let mut at = 0;
        while let Some(remaining) = valid.get(at..).filter(|remaining| !remaining.is_empty()) {
            let plain = self.plain(remaining);
            if let Some(run) = remaining.get(..plain) {
                self.checked.extend_from_slice(run);
                self.run += plain;
            }
            at += plain;
            if let Some(byte) = valid.get(at) {
                if *byte == 0xef && matches!(valid.get(at..at + 3), Some([0xef, 0xbf, 0xbe | 0xbf])) {
                    return Err(self.wrong(XmlRule::Character));
                }
                self.step(*byte).map_err(|rule| self.wrong(rule))?;
                at += 1;
            }
        }
        self.rest = rest.to_vec();
        Ok(())
    }

    /// How many bytes from here on change nothing but lengths: the fast way through text and values.
    fn plain(&self, bytes: &[u8]) -> usize {
        let (stops, most) = match self.state {
            State::Text(0) => (IN_TEXT, self.piece),
            State::Cdata(0) => (IN_CDATA, self.piece),
            State::Tag => (IN_TAG, self.markup),
            State::Quoted(b'"') => (IN_DOUBLE, self.markup),
            State::Quoted(_) => (IN_SINGLE, self.markup),
            State::Comment(0) => (IN_COMMENT, self.markup),
            State::Instruction(false) => (IN_INSTRUCTION, self.markup),
            _ => return 0,
        };
        let room = bytes.len().min(most.saturating_sub(self.run));
        let loud = |byte: &u8| STOPS.get(usize::from(*byte)).is_none_or(|own| own & stops != 0);
        bytes.iter().take(room).position(loud).unwrap_or(room)
    }

    /// One byte: what it changes.
    fn step(&mut self, byte: u8) -> Result<(), XmlRule> {
        if byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r') {
            return Err(XmlRule::Character);
        }
        self.cut(byte);
        self.checked.push(byte);
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

    /// Cuts long text before this byte: never within a character, a line end or a row of brackets.
    fn cut(&mut self, byte: u8) {
        if self.run < self.piece || (0x80..0xc0).contains(&byte) || byte == b'\n' || byte == b']' {
            return;
        }
        let between: &[u8] = match self.state {
            State::Text(0) if byte != b'<' && byte != b'&' => b"<!---->",
            State::Cdata(0) => b"]]><![CDATA[",
            _ => return,
        };
        self.checked.extend_from_slice(between);
        self.run = 0;
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

    /// The fault, kept: every later reading says the same.
    fn wrong(&mut self, rule: XmlRule) -> io::Error {
        let fault = *self.fault.get_or_insert(XmlFault { at: self.taken, rule });
        io::Error::other(fault)
    }
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
        if self.given >= self.checked.len() {
            if let Some(fault) = self.fault {
                return Err(io::Error::other(fault));
            }
            self.refill()?;
        }
        Ok(self.checked.get(self.given..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.given = self.checked.len().min(self.given + amount);
    }
}
