//! A bundle as its JSON stands: texts are borrowed, resources are left unread, and no more entries are kept than may be.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// How many entries a bundle may have.
pub const MOST_ENTRIES: usize = 200;

/// What is written as an object. A struct alone would be read from a list of its members as well, in an order that no standard knows.
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

#[derive(Deserialize)]
pub struct RawBundle<'a> {
    #[serde(rename = "resourceType")]
    pub resource_type: Cow<'a, str>,
    #[serde(rename = "type", default)]
    pub kind: Cow<'a, str>,
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
        deserializer.deserialize_seq(EntriesVisitor(PhantomData))
    }
}

struct EntriesVisitor<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for EntriesVisitor<'a> {
    type Value = RawEntries<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of entries")
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
    pub full_url: Cow<'a, str>,
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
    pub method: Cow<'a, str>,
    #[serde(default)]
    pub url: Cow<'a, str>,
    #[serde(rename = "ifNoneExist")]
    pub if_none_exist: Option<Cow<'a, str>>,
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
pub struct Peek<'a> {
    #[serde(rename = "resourceType")]
    pub resource_type: Cow<'a, str>,
}

/// What a Binary is, and what it holds, in one pass over the base64.
#[derive(Deserialize)]
pub struct TypedBinary<'a> {
    #[serde(rename = "resourceType")]
    pub resource_type: Cow<'a, str>,
    #[serde(rename = "contentType", default)]
    pub content_type: Cow<'a, str>,
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
    pub content_type: Cow<'a, str>,
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
