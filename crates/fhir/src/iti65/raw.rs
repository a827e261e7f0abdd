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
/// How much of a member's name is told, in characters.
const TOLD: usize = 40;

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
#[derive(Debug)]
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

/// The entries, one more at most than may be: those beyond are passed over, not kept.
#[derive(Debug, Default)]
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

/// Objects that have these members and no others: one that stands twice is no JSON of FHIR's, and the first that nobody knows is told. Passed
/// over is what says nothing of its own: ids of elements, the time and the language of a bundle.
macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident: $type:ty = $json:literal $(| $alias:literal)?,)*
    } but $($over:literal)|+;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub struct $name<'a> {
            $($(#[$about])* pub $field: $type,)*
            /// The first member that is none of these.
            pub unknown: Option<Box<str>>,
        }

        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members<'a>(PhantomData<&'a ()>);

                impl<'de: 'a, 'a> Visitor<'de> for Members<'a> {
                    type Value = $name<'a>;

                    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                        formatter.write_str("an object")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        $(let mut $field: Option<$type> = None;)*
                        let mut unknown = None;
                        while let Some(Member(name)) = map.next_key()? {
                            match &*name {
                                $($json $(| $alias)? => {
                                    if $field.replace(map.next_value()?).is_some() {
                                        return Err(A::Error::custom(format_args!("`{name}` stands twice")));
                                    }
                                })*
                                $($over)|+ => drop(map.next_value::<IgnoredAny>()?),
                                _ => {
                                    map.next_value::<IgnoredAny>()?;
                                    unknown.get_or_insert(name);
                                }
                            }
                        }
                        Ok($name { $($field: $field.unwrap_or_default(),)* unknown })
                    }
                }

                deserializer.deserialize_map(Members(PhantomData))
            }
        }
    )*};
}

/// The name of a member, as much of it as is told.
struct Member(Box<str>);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Member;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a name")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Member, E> {
                Ok(Member(text.chars().take(TOLD).collect()))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

objects! {
    /// The bundle.
    RawBundle {
        /// `Bundle`.
        resource_type: Name = "resourceType",
        /// `transaction`.
        kind: Name = "type",
        /// What it holds.
        entry: RawEntries<'a> = "entry",
        /// What is said of the bundle itself.
        meta: Option<&'a RawValue> = "meta",
        /// What would change the meaning of the whole.
        modifier: Option<IgnoredAny> = "modifierExtension" | "implicitRules",
    } but "id" | "language" | "timestamp";

    /// One entry of it.
    RawEntry {
        /// What the other entries call it.
        full_url: Name = "fullUrl",
        /// What it is.
        resource: Option<&'a RawValue> = "resource",
        /// What is to be done with it.
        request: Option<Object<RawRequest<'a>>> = "request",
        /// What would change its meaning.
        modifier: Option<IgnoredAny> = "modifierExtension",
    } but "id";

    /// What is to be done with an entry.
    RawRequest {
        /// POST, or the PATCH of what is superseded.
        method: Name = "method",
        /// Of what type the resource is.
        url: Name = "url",
        /// A condition.
        if_none_exist: Option<&'a RawValue> = "ifNoneExist",
        /// A condition.
        if_match: Option<&'a RawValue> = "ifMatch",
        /// A condition.
        if_none_match: Option<&'a RawValue> = "ifNoneMatch",
        /// A condition.
        if_modified_since: Option<&'a RawValue> = "ifModifiedSince",
        /// What would change its meaning.
        modifier: Option<IgnoredAny> = "modifierExtension",
    } but "id";

    /// The bytes of a document, still in base64, in one pass over them.
    Binary {
        /// `Binary`.
        resource_type: Name = "resourceType",
        /// Its declared media type.
        content_type: Name = "contentType",
        /// Base64, as the JSON text writes it.
        data: Option<&'a RawValue> = "data",
        /// Who else is named by it: a patient, perhaps.
        security_context: Option<&'a RawValue> = "securityContext",
        /// What is said of the resource itself.
        meta: Option<&'a RawValue> = "meta",
        /// What would change the meaning of it.
        modifier: Option<IgnoredAny> = "modifierExtension" | "implicitRules",
    } but "id" | "language";
}

/// Of what type a resource is.
#[derive(Deserialize)]
pub struct Peek {
    #[serde(rename = "resourceType")]
    pub resource_type: Name,
}
