//! A start tag: its name, its namespace, its attributes.

use std::borrow::Cow;

use memchr::{memchr, memchr2};
use quick_xml::name::{NamespaceResolver, QName, ResolveResult};

use crate::fault::XmlRule;
use crate::names;

/// The element that a start tag opens; empty ones are told as a start and an end.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    pub(crate) content: &'a str,
    pub(crate) name_len: usize,
    pub(crate) resolver: &'a NamespaceResolver,
}

/// One attribute; declarations of namespaces are none.
#[derive(Debug, Clone)]
pub struct Attribute<'a> {
    /// The namespace of its prefix; none without prefix.
    pub namespace: Option<&'a str>,
    /// Its name without prefix.
    pub local: &'a str,
    /// Its value, references resolved and blanks made spaces (XML 1.0, section 3.3.3).
    pub value: Cow<'a, str>,
}

impl<'a> Element<'a> {
    /// The namespace, none where no declaration applies.
    #[must_use]
    pub fn namespace(&self) -> Option<&'a str> {
        bound(self.resolver, self.name(), true).unwrap_or_default()
    }

    /// The name without prefix.
    #[must_use]
    pub fn local(&self) -> &'a str {
        local(self.name())
    }

    /// The value of the attribute of this name that has no prefix.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw().find(|(own, _)| *own == name).map(|(_, value)| normalised(value))
    }

    /// Every attribute, in the order of the tag.
    pub fn attributes(&self) -> impl Iterator<Item = Attribute<'a>> {
        let resolver = self.resolver;
        self.raw().filter(|(name, _)| !declares(name)).map(move |(name, value)| Attribute {
            namespace: bound(resolver, name, false).unwrap_or_default(),
            local: local(name),
            value: normalised(value),
        })
    }

    fn name(&self) -> &'a str {
        self.content.get(..self.name_len).unwrap_or_default()
    }

    fn raw(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        Tag::new(self.content.get(self.name_len..).unwrap_or_default()).map_while(Result::ok)
    }

    /// Checks names, attributes and namespaces.
    pub(crate) fn check(&self, most: usize) -> Result<(), XmlRule> {
        if !names::is_qname(self.name()) {
            return Err(XmlRule::Name);
        }
        if memchr(b':', self.name().as_bytes()).is_some() {
            bound(self.resolver, self.name(), true)?;
        }
        if self.content.len() == self.name_len {
            return Ok(());
        }
        let mut seen: Vec<(Option<&str>, &str)> = Vec::new();
        for attribute in Tag::new(self.content.get(self.name_len..).unwrap_or_default()) {
            let (name, value) = attribute?;
            if !names::is_qname(name) {
                return Err(XmlRule::Name);
            }
            if seen.len() >= most {
                return Err(XmlRule::Attributes(most));
            }
            check_value(value)?;
            let key = if declares(name) {
                check_declaration(name, value)?;
                (Some("http://www.w3.org/2000/xmlns/"), name)
            } else {
                (bound(self.resolver, name, false)?, local(name))
            };
            if seen.contains(&key) {
                return Err(XmlRule::DuplicateAttribute);
            }
            seen.push(key);
        }
        Ok(())
    }
}

/// The attributes as they are written: name and value.
pub(crate) struct Tag<'a> {
    rest: &'a str,
}

impl<'a> Tag<'a> {
    /// What follows the name of a tag.
    pub(crate) const fn new(rest: &'a str) -> Self {
        Self { rest }
    }
}

impl<'a> Iterator for Tag<'a> {
    type Item = Result<(&'a str, &'a str), XmlRule>;

    fn next(&mut self) -> Option<Self::Item> {
        let trimmed = after_space(self.rest);
        if trimmed.is_empty() {
            return None;
        }
        let parsed = if trimmed.len() == self.rest.len() { None } else { attribute(trimmed) };
        match parsed {
            Some((name, value, rest)) => {
                self.rest = rest;
                Some(Ok((name, value)))
            }
            None => {
                self.rest = "";
                Some(Err(XmlRule::Attribute))
            }
        }
    }
}

fn after_space(text: &str) -> &str {
    let space = text.bytes().take_while(|byte| names::is_space(char::from(*byte))).count();
    text.get(space..).unwrap_or_default()
}

fn attribute(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = cut(text, b'=')?;
    let rest = after_space(rest);
    let quote = *rest.as_bytes().first().filter(|one| matches!(one, b'"' | b'\''))?;
    let (value, rest) = cut(rest.get(1..)?, quote)?;
    Some((name.trim_end_matches(names::is_space), value, rest))
}

/// What stands before and after the first of these bytes.
fn cut(text: &str, at: u8) -> Option<(&str, &str)> {
    let place = memchr(at, text.as_bytes())?;
    Some((text.get(..place)?, text.get(place + 1..)?))
}

fn declares(name: &str) -> bool {
    name == "xmlns" || name.starts_with("xmlns:")
}

/// Namespaces are compared as they are written: a reference in one would make two of one. Only the default may be undone.
fn check_declaration(name: &str, value: &str) -> Result<(), XmlRule> {
    let reserved = ["http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/"];
    let undone = value.is_empty() && name != "xmlns";
    let stolen = reserved.contains(&value) && name != "xmlns:xml";
    if value.contains(['&', '\t', '\n', '\r']) || undone || stolen { Err(XmlRule::Namespace) } else { Ok(()) }
}

fn check_value(value: &str) -> Result<(), XmlRule> {
    match memchr2(b'<', b'&', value.as_bytes()) {
        None => return Ok(()),
        Some(_) if value.contains('<') => return Err(XmlRule::Attribute),
        Some(_) => {}
    }
    let mut parts = value.split('&');
    parts.next();
    let wrong = |part: &str| part.split_once(';').and_then(|(reference, _)| names::resolve(reference)).is_none();
    if parts.any(wrong) { Err(XmlRule::Reference) } else { Ok(()) }
}

fn normalised(value: &str) -> Cow<'_, str> {
    if !value.bytes().any(|byte| matches!(byte, b'&' | b'\t' | b'\n' | b'\r')) {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut parts = value.split('&');
    let plain = |text: &mut String, part: &str| {
        text.push_str(&part.replace("\r\n", " ").replace(['\t', '\n', '\r'], " "));
    };
    plain(&mut text, parts.next().unwrap_or_default());
    for part in parts {
        if let Some((reference, rest)) = part.split_once(';') {
            text.extend(names::resolve(reference));
            plain(&mut text, rest);
        }
    }
    Cow::Owned(text)
}

fn local(name: &str) -> &str {
    cut(name, b':').map_or(name, |(_, local)| local)
}

fn bound<'a>(resolver: &'a NamespaceResolver, name: &str, element: bool) -> Result<Option<&'a str>, XmlRule> {
    match resolver.resolve(QName(name), element).0 {
        ResolveResult::Bound(namespace) => Ok(Some(namespace.into_inner()).filter(|uri| !uri.is_empty())),
        ResolveResult::Unbound => Ok(None),
        ResolveResult::Unknown(_) => Err(XmlRule::Namespace),
    }
}
