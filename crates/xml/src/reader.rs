//! The reader: one event after another, each checked, none longer than its limit. The document lies in memory, where its sender's bytes
//! were counted; nothing of it is copied, but for text whose line ends are not those that XML tells.

use std::borrow::Cow;

use memchr::memmem::Finder;
use memchr::{memchr, memchr_iter};
use quick_xml::errors::{Error, IllFormedError, SyntaxError};
use quick_xml::events::{BytesStart, Event as Raw};
use quick_xml::name::NamespaceResolver;
use quick_xml::reader::Reader as Tokens;

use crate::element::{Element, Tag};
use crate::fault::{XmlFault, XmlRule};
use crate::names;

/// What a document may cost. The whole length is for the caller to limit, who holds it anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Levels of elements.
    pub depth: usize,
    /// Attributes of one element, declarations included.
    pub attributes: usize,
    /// Bytes of one tag, comment or processing instruction.
    pub markup: usize,
    /// Bytes, about, after which text is cut into a further piece.
    pub piece: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 100, attributes: 100, markup: 256 * 1024, piece: 64 * 1024 }
    }
}

/// What stands next in the document. Comments and processing instructions are checked and passed over.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// An element begins.
    Start(Element<'a>),
    /// The element last begun ends.
    End,
    /// A piece of text, references resolved and line ends made `\n`. Text may come in several pieces.
    Text(&'a str),
    /// The document is whole and was well-formed to its last byte.
    Done,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing but a byte order mark was read.
    Fresh,
    /// Before the root.
    Prolog,
    /// In the root.
    Inside,
    /// After the root.
    Epilog,
    /// Nothing more is read.
    Failed(XmlFault),
}

/// What was read last.
enum Last<'d> {
    /// The tag of an element that begins, and whether it ends at once.
    Start(BytesStart<'d>, bool),
    End,
    /// Text as it is written, and how many bytes of it are told.
    Text(Cow<'d, str>, usize),
    /// A character for which a reference stands.
    Character(char),
    Done,
}

/// A reader of one document.
pub struct Reader<'d> {
    inner: Tokens<&'d [u8]>,
    resolver: NamespaceResolver,
    declaration: Finder<'static>,
    last: Last<'d>,
    /// A piece of text that is not told as it is written.
    piece: String,
    depth: usize,
    stage: Stage,
    limits: Limits,
}

impl<'d> Reader<'d> {
    /// A reader of a document.
    #[must_use]
    pub fn new(document: &'d [u8], limits: Limits) -> Self {
        let mut inner = Tokens::from_reader(document);
        inner.config_mut().check_comments = true;
        let wrong = wrong_bytes(document);
        Self {
            inner,
            resolver: NamespaceResolver::default(),
            declaration: Finder::new("xmlns"),
            last: Last::Done,
            piece: String::new(),
            depth: 0,
            stage: wrong.map_or(Stage::Fresh, Stage::Failed),
            limits,
        }
    }

    /// The next event.
    ///
    /// # Errors
    /// [`XmlFault`] says which rule the document breaks; every later call says it again.
    pub fn read(&mut self) -> Result<Event<'_>, XmlFault> {
        if let Stage::Failed(fault) = self.stage {
            return Err(fault);
        }
        let told = matches!(&self.last, Last::Text(text, told) if *told < text.len());
        if !told && let Err(rule) = self.advance() {
            let fault = XmlFault { at: self.inner.error_position().max(self.inner.buffer_position()), rule };
            self.stage = Stage::Failed(fault);
            return Err(fault);
        }
        Ok(match &mut self.last {
            Last::Start(tag, _) => Event::Start(element(tag, &self.resolver)),
            Last::End => Event::End,
            Last::Text(text, told) => Event::Text(next_piece(text, told, self.limits.piece, &mut self.piece)),
            Last::Character(one) => {
                self.piece.clear();
                self.piece.push(*one);
                Event::Text(&self.piece)
            }
            Last::Done => Event::Done,
        })
    }

    /// Reads on to the end: whether the rest is well-formed.
    ///
    /// # Errors
    /// [`XmlFault`] says which rule the document breaks.
    pub fn finish(&mut self) -> Result<(), XmlFault> {
        while !matches!(self.read()?, Event::Done) {}
        Ok(())
    }

    /// Levels of elements that are open.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.depth
    }

    /// Reads to the next event that is told, and leaves it in `self.last`.
    fn advance(&mut self) -> Result<(), XmlRule> {
        if matches!(self.last, Last::Start(_, true)) {
            self.last = Last::End;
            return self.end();
        }
        loop {
            let stage = self.stage;
            let first = stage == Stage::Fresh;
            if first {
                self.stage = Stage::Prolog;
            }
            self.last = match self.inner.read_event().map_err(|error| rule_of(&error))? {
                Raw::Decl(declaration) if first => {
                    check_declaration(&declaration)?;
                    continue;
                }
                Raw::Decl(_) => return Err(XmlRule::Declaration),
                Raw::DocType(_) => return Err(XmlRule::Doctype),
                Raw::Comment(comment) => {
                    self.check_markup(comment.len())?;
                    continue;
                }
                Raw::PI(instruction) if is_target(instruction.target()) => {
                    self.check_markup(instruction.len())?;
                    continue;
                }
                Raw::PI(_) => return Err(XmlRule::Name),
                Raw::Start(tag) => {
                    self.begin(stage, &tag)?;
                    Last::Start(tag, false)
                }
                Raw::Empty(tag) => {
                    self.begin(stage, &tag)?;
                    Last::Start(tag, true)
                }
                Raw::End(_) => {
                    self.end()?;
                    Last::End
                }
                Raw::Text(text) if stage == Stage::Inside => {
                    if memchr(b']', text.as_bytes()).is_some() && text.contains("]]>") {
                        return Err(XmlRule::Syntax);
                    }
                    Last::Text(text.into_inner(), 0)
                }
                Raw::Text(text) if text.chars().all(names::is_space) => continue,
                Raw::CData(text) if stage == Stage::Inside && text.is_empty() => continue,
                Raw::CData(text) if stage == Stage::Inside => Last::Text(text.into_inner(), 0),
                Raw::GeneralRef(reference) if stage == Stage::Inside => {
                    Last::Character(names::resolve(&reference).ok_or(XmlRule::Reference)?)
                }
                Raw::Text(_) | Raw::CData(_) | Raw::GeneralRef(_) => return Err(XmlRule::OutsideRoot),
                Raw::Eof if stage == Stage::Epilog => Last::Done,
                Raw::Eof => return Err(XmlRule::Unfinished),
            };
            return Ok(());
        }
    }

    /// An element begins: the root, or one in it.
    fn begin(&mut self, stage: Stage, tag: &BytesStart<'_>) -> Result<(), XmlRule> {
        if stage == Stage::Epilog {
            return Err(XmlRule::OutsideRoot);
        }
        self.check_markup(tag.len())?;
        self.depth += 1;
        if self.depth > self.limits.depth {
            return Err(XmlRule::Depth(self.limits.depth));
        }
        self.stage = Stage::Inside;
        // Few elements declare a prefix, and only those are searched for declarations.
        let declares = self.declaration.find(tag.as_bytes()).is_some();
        let scope = if declares { tag } else { &BytesStart::new("") };
        self.resolver.push(scope).map_err(|_| XmlRule::Namespace)?;
        element(tag, &self.resolver).check(self.limits.attributes)
    }

    fn end(&mut self) -> Result<(), XmlRule> {
        self.resolver.pop();
        self.depth = self.depth.checked_sub(1).ok_or(XmlRule::Mismatch)?;
        if self.depth == 0 {
            self.stage = Stage::Epilog;
        }
        Ok(())
    }

    const fn check_markup(&self, length: usize) -> Result<(), XmlRule> {
        if length > self.limits.markup { Err(XmlRule::Markup(self.limits.markup)) } else { Ok(()) }
    }
}

fn element<'a>(tag: &'a BytesStart<'_>, resolver: &'a NamespaceResolver) -> Element<'a> {
    Element { content: tag, name_len: tag.name().into_inner().len(), resolver }
}

/// The next piece of a text, its line ends as XML tells them (section 2.11): never cut within a character or a line end.
fn next_piece<'a>(text: &'a str, told: &mut usize, most: usize, piece: &'a mut String) -> &'a str {
    let from = *told;
    let mut end = from.saturating_add(most.max(1)).min(text.len());
    while !text.is_char_boundary(end) || (end < text.len() && text.as_bytes().get(end - 1) == Some(&b'\r')) {
        end += 1;
    }
    *told = end;
    let written = text.get(from..end).unwrap_or_default();
    if memchr(b'\r', written.as_bytes()).is_none() {
        return written;
    }
    piece.clear();
    let mut rest = written.chars().peekable();
    while let Some(one) = rest.next() {
        if one == '\r' {
            rest.next_if_eq(&'\n');
        }
        piece.push(if one == '\r' { '\n' } else { one });
    }
    piece
}

/// What is wrong before any markup is told apart: UTF-16 or UTF-32, or a character that XML 1.0 does not allow.
fn wrong_bytes(document: &[u8]) -> Option<XmlFault> {
    if matches!(document, [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, ..] | [_, 0, ..]) {
        return Some(XmlFault { at: 0, rule: XmlRule::Encoding });
    }
    first_forbidden(document).map(|at| XmlFault { at: at as u64, rule: XmlRule::Character })
}

/// Where the first character stands that XML 1.0 does not allow. Each pass runs at the speed of memory.
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
    let none = memchr_iter(0xef, bytes).find(is_none);
    control.into_iter().chain(none).min()
}

/// `version`, then perhaps `encoding`, then perhaps `standalone` (XML 1.0, section 2.8).
fn check_declaration(declaration: &str) -> Result<(), XmlRule> {
    let parts = Tag::new(declaration.strip_prefix("xml").unwrap_or_default()).collect::<Result<Vec<_>, _>>();
    let parts = parts.map_err(|_| XmlRule::Declaration)?;
    let mut parts = parts.into_iter().peekable();
    if parts.next() != Some(("version", "1.0")) {
        return Err(XmlRule::Declaration);
    }
    if let Some((_, encoding)) = parts.next_if(|(name, _)| *name == "encoding")
        && !["utf-8", "us-ascii", "ascii"].contains(&encoding.to_ascii_lowercase().as_str())
    {
        return Err(XmlRule::Encoding);
    }
    match (parts.next(), parts.next()) {
        (None | Some(("standalone", "yes" | "no")), None) => Ok(()),
        _ => Err(XmlRule::Declaration),
    }
}

/// The target of a processing instruction: a name that is not `xml` in any case.
fn is_target(target: &str) -> bool {
    names::is_ncname(target) && !target.eq_ignore_ascii_case("xml")
}

/// What an error of the tokeniser means.
const fn rule_of(error: &Error) -> XmlRule {
    match error {
        Error::Syntax(SyntaxError::InvalidBangMarkup) => XmlRule::Syntax,
        Error::Syntax(SyntaxError::UnclosedDoctype) => XmlRule::Doctype,
        Error::Syntax(_) => XmlRule::Unfinished,
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_)) => {
            XmlRule::Mismatch
        }
        Error::IllFormed(IllFormedError::UnclosedReference) | Error::Escape(_) => XmlRule::Reference,
        Error::IllFormed(IllFormedError::MissingDeclVersion(_) | IllFormedError::UnknownVersion) => {
            XmlRule::Declaration
        }
        Error::IllFormed(IllFormedError::MissingDoctypeName) => XmlRule::Doctype,
        // What lies in memory is always read.
        Error::IllFormed(_) | Error::Io(_) => XmlRule::Syntax,
        Error::InvalidAttr(_) => XmlRule::Attribute,
        Error::Encoding(_) => XmlRule::Utf8,
        Error::Namespace(_) => XmlRule::Namespace,
    }
}
