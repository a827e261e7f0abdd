//! How a value is stored: deterministic CBOR (RFC 8949, section 4.2.1) with integer keys.
//!
//! A subset that has one encoding for each value: unsigned and negative integers in their shortest form, byte and text
//! strings, arrays and maps of definite length, map keys that are integers in ascending order, no floats, no tags. The
//! reader accepts nothing else, so that what is read is what was written, to the byte.
//!
//! A *record* is a map; a field that is absent (`None`, an empty list, `false`) is left out, and an unknown key is passed
//! over: a record may gain fields and never loses its meaning. An unknown *kind* is an error: see [`Malformed::Unknown`].

mod reader;
mod record;
mod writer;

pub use reader::Reader;
pub use writer::Writer;

/// Why stored bytes could not be read as the value asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The bytes end before the value does.
    #[error("the stored value is cut short")]
    Short,
    /// Another type of item stands where this one was expected.
    #[error("the stored value is of another type")]
    Type,
    /// The bytes are CBOR, yet not in the one form that this project writes.
    #[error("the stored value is not in the deterministic form")]
    Form,
    /// Text that is not UTF-8, or a value outside its domain.
    #[error("the stored value is outside its domain")]
    Domain,
    /// A field that must be there is not.
    #[error("a field of the stored value is missing")]
    Missing,
    /// A kind that this version does not know: the journal is unreadable here, and nothing of it may be skipped.
    #[error("the stored value is of a kind that this version does not know")]
    Unknown,
    /// Bytes remain after the value.
    #[error("bytes remain after the stored value")]
    Trailing,
    /// Deeper than any value this project writes.
    #[error("the stored value is nested too deeply")]
    Deep,
}

/// A value with one stored form.
pub trait Stored: Sized {
    /// Writes the value.
    fn put(&self, writer: &mut Writer);
    /// Reads the value.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes are not this value's one form.
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed>;
    /// Whether a record leaves the field out.
    fn is_absent(&self) -> bool {
        false
    }
    /// What a record holds when the field is left out; `None` where it must be there.
    fn absent() -> Option<Self> {
        None
    }
}

/// The stored form of a value.
pub fn to_bytes<T: Stored>(value: &T) -> Vec<u8> {
    let mut writer = Writer::default();
    value.put(&mut writer);
    writer.into_bytes()
}

/// Reads a value that fills `bytes` to the last.
///
/// # Errors
/// [`Malformed`] when the bytes are not exactly one value in its one form.
pub fn from_bytes<T: Stored>(bytes: &[u8]) -> Result<T, Malformed> {
    let mut reader = Reader::new(bytes);
    let value = T::take(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// A fixed set of names, each with the number it is stored as. Numbers are never reused.
#[macro_export]
macro_rules! coded {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $number:literal => $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$vmeta])* $variant),+ }
        impl $name {
            /// Every value, in the order of its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// The number under which the value is stored.
            #[must_use] pub const fn number(self) -> u64 { match self { $(Self::$variant => $number),+ } }
            /// The value in the words of its standard, or of this project's documentation.
            #[must_use] pub const fn code(self) -> &'static str { match self { $(Self::$variant => $text),+ } }
            /// The value that has this code, if one has.
            #[must_use] pub fn from_code(code: &str) -> Option<Self> { match code { $($text => Some(Self::$variant),)+ _ => None } }
        }
        impl $crate::encoding::Stored for $name {
            fn put(&self, writer: &mut $crate::encoding::Writer) { writer.unsigned(self.number()); }
            fn take(reader: &mut $crate::encoding::Reader<'_>) -> Result<Self, $crate::encoding::Malformed> {
                match reader.unsigned()? { $($number => Ok(Self::$variant),)+ _ => Err($crate::encoding::Malformed::Unknown) }
            }
        }
    };
}
