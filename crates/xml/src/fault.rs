//! Why bytes are no XML that this project reads.

/// A fault, and where the reader stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("XML, near byte {at}: {rule}")]
pub struct XmlFault {
    /// Bytes read before the fault was seen, from 0; within markup, the position of its end.
    pub at: u64,
    /// The rule that is broken, and the way out.
    pub rule: XmlRule,
}

/// The rule that is broken. No text of the document is quoted: it may be about a person's health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlRule {
    /// A document type declaration, the door to entity bombs and to files of the server.
    #[error("a document type declaration (DOCTYPE) is refused: send the document without it")]
    Doctype,
    /// Another encoding than UTF-8 and its subset US-ASCII.
    #[error("only UTF-8 and US-ASCII are read (UTF-16, ISO-8859-1 and others are not): send the document in UTF-8")]
    Encoding,
    /// Bytes that are not the encoding declared.
    #[error("the bytes are not valid UTF-8: send the document in UTF-8")]
    Utf8,
    /// A character that XML 1.0 does not allow (section 2.2).
    #[error("a character that XML 1.0 does not allow")]
    Character,
    /// Another version than 1.0, or a declaration that is not as section 2.8 asks or not at the very start.
    #[error("the XML declaration must stand first and be that of XML 1.0")]
    Declaration,
    /// A reference to an entity that is not one of the five, or to a character that does not exist.
    #[error("only lt, gt, amp, quot, apos and references to valid characters may follow an ampersand")]
    Reference,
    /// A name that is not one (section 2.3; colons as Namespaces in XML asks).
    #[error("an element, an attribute or a processing instruction has a name that is not an XML name")]
    Name,
    /// An attribute that is not `name="value"` after a blank, or whose value holds `<`.
    #[error("an attribute is not written as XML asks")]
    Attribute,
    /// Two attributes of one element with the same name, or the same namespace and local name.
    #[error("an element has the same attribute twice")]
    DuplicateAttribute,
    /// A prefix without declaration, a reserved one declared, or a declaration that is not plain text.
    #[error("a namespace prefix is unbound, reserved, or bound in a way that is not read")]
    Namespace,
    /// An end tag that closes another element, or none.
    #[error("an end tag does not match the element that is open")]
    Mismatch,
    /// Markup that is not closed, an element that is still open at the end, or no element at all.
    #[error("the document ends before its root element is closed")]
    Unfinished,
    /// A second root, or text, a reference or a CDATA section outside the root.
    #[error("only comments and processing instructions may stand outside the one root element")]
    OutsideRoot,
    /// Any other breach of the grammar: `]]>` in text, `--` in a comment…
    #[error("the markup is not well-formed")]
    Syntax,
    /// Elements nested more deeply than allowed.
    #[error("elements are nested more deeply than {0} levels")]
    Depth(usize),
    /// An element with more attributes than allowed.
    #[error("an element has more than {0} attributes")]
    Attributes(usize),
    /// A tag, a comment or a processing instruction longer than allowed.
    #[error("a tag, a comment or a processing instruction is longer than {0} bytes")]
    Markup(usize),
}
