//! The streaming reader: one event after another, each checked, none longer than its limit.

use std::io::BufRead;

use memchr::memmem::Finder;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event as Raw};
use quick_xml::name::NamespaceResolver;
use quick_xml::reader::Reader as Tokens;

use crate::element::{Element, Tag};
use crate::fault::{XmlFault, XmlRule};
use crate::gate::Gate;
use crate::names;

/// What a document may cost. The whole length is for the caller to limit, who counts it anyway.
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
enum Kind {
    Start,
    End,
    Text,
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

/// A reader of one document.
pub struct Reader<R: BufRead> {
    inner: Tokens<Gate<R>>,
    resolver: NamespaceResolver,
    declaration: Finder<'static>,
    buffer: Vec<u8>,
    content: String,
    name_len: usize,
    depth: usize,
    stage: Stage,
    limits: Limits,
}

impl<R: BufRead> Reader<R> {
    /// A reader of the document in `source`.
    pub fn new(source: R, limits: Limits) -> Self {
        let mut inner = Tokens::from_reader(Gate::new(source, limits.piece, limits.markup));
        let config = inner.config_mut();
        config.check_comments = true;
        config.expand_empty_elements = true;
        Self {
            inner,
            resolver: NamespaceResolver::default(),
            declaration: Finder::new("xmlns"),
            buffer: Vec::new(),
            content: String::new(),
            name_len: 0,
            depth: 0,
            stage: Stage::Fresh,
            limits,
        }
    }

    /// The next event.
    ///
    /// # Errors
    /// [`XmlFault`] says which rule the document breaks; every later call says it again.
    pub fn read(&mut self) -> Result<Event<'_>, XmlFault> {
        let kind = match self.stage {
            Stage::Failed(fault) => return Err(fault),
            _ => self.advance(),
        };
        match kind {
            Ok(Kind::Start) => Ok(Event::Start(self.element())),
            Ok(Kind::End) => Ok(Event::End),
            Ok(Kind::Text) => Ok(Event::Text(&self.content)),
            Ok(Kind::Done) => Ok(Event::Done),
            Err(rule) => Err(self.fail(rule)),
        }
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

    fn element(&self) -> Element<'_> {
        Element { content: &self.content, name_len: self.name_len, resolver: &self.resolver }
    }

    fn fail(&mut self, rule: XmlRule) -> XmlFault {
        let fault = XmlFault { at: self.inner.get_mut().taken(), rule };
        self.stage = Stage::Failed(fault);
        fault
    }

    /// Reads to the next event that is told, and leaves its content in `self.content`.
    fn advance(&mut self) -> Result<Kind, XmlRule> {
        loop {
            self.buffer.clear();
            self.content.clear();
            let first = self.stage == Stage::Fresh;
            if first {
                self.stage = Stage::Prolog;
            }
            let stage = self.stage;
            match self.inner.read_event_into(&mut self.buffer).map_err(|error| rule_of(&error))? {
                Raw::Decl(declaration) if first => check_declaration(&declaration)?,
                Raw::Decl(_) => return Err(XmlRule::Declaration),
                Raw::DocType(_) => return Err(XmlRule::Doctype),
                Raw::Comment(_) => {}
                Raw::PI(instruction) if is_target(instruction.target()) => {}
                Raw::PI(_) => return Err(XmlRule::Name),
                Raw::Start(tag) | Raw::Empty(tag) => {
                    self.content.push_str(&tag);
                    self.name_len = tag.name().into_inner().len();
                    // Few elements declare a prefix, and only those are searched for declarations.
                    let declares = self.declaration.find(tag.as_bytes()).is_some();
                    let scope = if declares { &tag } else { &BytesStart::new("") };
                    self.resolver.push(scope).map_err(|_| XmlRule::Namespace)?;
                    return self.begin(stage);
                }
                Raw::End(_) => {
                    self.resolver.pop();
                    self.depth = self.depth.checked_sub(1).ok_or(XmlRule::Mismatch)?;
                    if self.depth == 0 {
                        self.stage = Stage::Epilog;
                    }
                    return Ok(Kind::End);
                }
                Raw::Text(text) if stage == Stage::Inside => self.content.push_str(&text.xml10_content()),
                Raw::Text(text) if text.chars().all(names::is_space) => continue,
                Raw::CData(text) if stage == Stage::Inside => self.content.push_str(&text.xml10_content()),
                Raw::GeneralRef(reference) if stage == Stage::Inside => {
                    self.content.push(names::resolve(&reference).ok_or(XmlRule::Reference)?);
                }
                Raw::Text(_) | Raw::CData(_) | Raw::GeneralRef(_) => return Err(XmlRule::OutsideRoot),
                Raw::Eof if stage == Stage::Epilog => return Ok(Kind::Done),
                Raw::Eof => return Err(XmlRule::Unfinished),
            }
            if !self.content.is_empty() {
                return Ok(Kind::Text);
            }
        }
    }

    /// An element begins: the root, or one in it.
    fn begin(&mut self, stage: Stage) -> Result<Kind, XmlRule> {
        if stage == Stage::Epilog {
            return Err(XmlRule::OutsideRoot);
        }
        self.depth += 1;
        if self.depth > self.limits.depth {
            return Err(XmlRule::Depth(self.limits.depth));
        }
        self.stage = Stage::Inside;
        self.element().check(self.limits.attributes)?;
        Ok(Kind::Start)
    }
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

/// What an error of the tokeniser, or of the gate behind it, means.
fn rule_of(error: &Error) -> XmlRule {
    match error {
        Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<XmlFault>()) {
            Some(fault) => fault.rule,
            None => XmlRule::Io(error.kind()),
        },
        Error::Syntax(_) => XmlRule::Unfinished,
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. } | IllFormedError::UnmatchedEndTag(_)) => {
            XmlRule::Mismatch
        }
        Error::IllFormed(IllFormedError::UnclosedReference) | Error::Escape(_) => XmlRule::Reference,
        Error::IllFormed(IllFormedError::MissingDeclVersion(_) | IllFormedError::UnknownVersion) => {
            XmlRule::Declaration
        }
        Error::IllFormed(_) => XmlRule::Syntax,
        Error::InvalidAttr(_) => XmlRule::Attribute,
        Error::Encoding(_) => XmlRule::Utf8,
        Error::Namespace(_) => XmlRule::Namespace,
    }
}
