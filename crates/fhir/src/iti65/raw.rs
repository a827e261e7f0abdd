//! A bundle as its JSON stands: texts are borrowed, resources are left unread, and no more entries are kept than may be.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, Expected, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::read::MOST_MEMBERS;

/// How many entries a bundle may have: those of its set, and what else it holds.
pub const MOST_ENTRIES: usize = MOST_MEMBERS;
/// How long an address or a name of a bundle may be, in bytes as JSON writes it: what references are made of is copied for each of them.
pub const LONGEST_NAME: usize = 4_000;

/// An address, a media type, a word. What is longer than any of them is passed over, and never copied.
#[derive(Debug, Clone)]
pub struct Name(Option<String>);

impl Default for Name {
    fn default() -> Self {
        Self(Some(String::new()))
    }
}

impl Name {
    /// The text; empty where there is none, or it is too long to be one.
    pub fn text(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }

    /// Whether it is longer than [`LONGEST_NAME`].
    pub const fn is_too_long(&self) -> bool {
        self.0.is_none()
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?.get();
        if raw.len() > LONGEST_NAME {
            return Ok(Self(None));
        }
        serde_json::from_str(raw).map(|text| Self(Some(text))).map_err(D::Error::custom)
    }
}

/// What is written as an object. A struct alone would be read from a list of its members as well, in an order that no standard knows.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_str<E: Error>(self, _text: &str) -> Result<Self::Value, E> {
        Err(text_instead(&self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// What is told of a text that stands where none may: not the text, which may be as long as the body.
fn text_instead<E: Error>(expected: &dyn Expected) -> E {
    E::invalid_type(Unexpected::Other("a text"), expected)
}

#[derive(Deserialize)]
pub struct RawBundle<'a> {
    #[serde(rename = "resourceType")]
    pub resource_type: Name,
    #[serde(rename = "type", default)]
    pub kind: Name,
    #[serde(borrow, default)]
    pub entry: RawEntries<'a>,
    /// What would change the meaning of the whole.
    #[serde(rename = "modifierExtension", alias = "implicitRules")]
    pub modifier: Option<IgnoredAny>,
}

/// The entries, one more at most than may be: those beyond are passed over, not kept.
#[derive(Default)]
pub struct RawEntries<'a>(pub Vec<RawEntry<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for RawEntries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for EntriesVisitor<'a> {
    type Value = RawEntries<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of entries")
    }

    fn visit_str<E: Error>(self, _text: &str) -> Result<Self::Value, E> {
        Err(text_instead(&self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while entries.len() <= MOST_ENTRIES
            && let Some(Object(entry)) = list.next_element()?
        {
            entries.push(entry);
        }
        if entries.len() > MOST_ENTRIES {
            while list.next_element::<IgnoredAny>()?.is_some() {}
        }
        Ok(RawEntries(entries))
    }
}

#[derive(Deserialize)]
pub struct RawEntry<'a> {
    #[serde(rename = "fullUrl", default)]
    pub full_url: Name,
    #[serde(borrow)]
    pub resource: Option<&'a RawValue>,
    #[serde(borrow)]
    pub request: Option<Object<RawRequest<'a>>>,
    #[serde(rename = "modifierExtension")]
    pub modifier: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub struct RawRequest<'a> {
    #[serde(default)]
    pub method: Name,
    #[serde(default)]
    pub url: Name,
    #[serde(rename = "ifNoneExist", borrow)]
    pub if_none_exist: Option<&'a RawValue>,
    #[serde(rename = "ifMatch", borrow)]
    pub if_match: Option<&'a RawValue>,
    #[serde(rename = "ifNoneMatch", borrow)]
    pub if_none_match: Option<&'a RawValue>,
    #[serde(rename = "ifModifiedSince", borrow)]
    pub if_modified_since: Option<&'a RawValue>,
    #[serde(rename = "modifierExtension")]
    pub modifier: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub struct Peek {
    #[serde(rename = "resourceType")]
    pub resource_type: Name,
}

/// What a Binary is, and what it holds, in one pass over the base64.
#[derive(Deserialize)]
pub struct TypedBinary<'a> {
    #[serde(rename = "resourceType")]
    pub resource_type: Name,
    #[serde(rename = "contentType", default)]
    pub content_type: Name,
    #[serde(borrow)]
    pub data: Option<&'a RawValue>,
    #[serde(rename = "securityContext", borrow)]
    pub security_context: Option<&'a RawValue>,
    #[serde(rename = "modifierExtension", alias = "implicitRules")]
    pub modifier: Option<IgnoredAny>,
}

impl<'a> TypedBinary<'a> {
    pub fn binary(self) -> Binary<'a> {
        Binary {
            content_type: self.content_type,
            data: self.data,
            security_context: self.security_context,
            modifier: self.modifier,
        }
    }
}

/// The bytes of a document, still in base64.
#[derive(Debug, Deserialize)]
pub struct Binary<'a> {
    /// Its declared media type.
    #[serde(rename = "contentType", default)]
    pub content_type: Name,
    /// Base64, as the JSON text writes it.
    #[serde(borrow)]
    pub data: Option<&'a RawValue>,
    /// Who else is named by it: a patient, perhaps.
    #[serde(rename = "securityContext", borrow)]
    pub security_context: Option<&'a RawValue>,
    /// What would change the meaning of it.
    #[serde(rename = "modifierExtension", alias = "implicitRules")]
    pub modifier: Option<IgnoredAny>,
}
