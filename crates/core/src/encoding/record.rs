//! The stored form of common types, and of records.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Malformed, Reader, Stored, Writer};

/// A record: a struct whose fields have integer keys, in ascending order.
#[macro_export]
macro_rules! record {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$fmeta:meta])* $key:literal $field:ident : $type:ty),* $(,)? }) => {
        $(#[$meta])*
        pub struct $name { $($(#[$fmeta])* pub $field: $type),* }
        impl $crate::encoding::Stored for $name {
            fn put(&self, writer: &mut $crate::encoding::Writer) {
                let present = 0 $(+ usize::from(!$crate::encoding::Stored::is_absent(&self.$field)))*;
                writer.map(present);
                $(if !$crate::encoding::Stored::is_absent(&self.$field) {
                    writer.unsigned($key);
                    $crate::encoding::Stored::put(&self.$field, writer);
                })*
            }
            fn take(reader: &mut $crate::encoding::Reader<'_>) -> Result<Self, $crate::encoding::Malformed> {
                $(let mut $field: Option<$type> = None;)*
                let mut last: Option<u64> = None;
                for _ in 0..reader.map()? {
                    let key = reader.unsigned()?;
                    if last.is_some_and(|last| last >= key) { return Err($crate::encoding::Malformed::Form); }
                    last = Some(key);
                    match key {
                        $($key => {
                            let value: $type = $crate::encoding::Stored::take(reader)?;
                            // What is absent is left out: written, it would be a second form of the same record.
                            if $crate::encoding::Stored::is_absent(&value) { return Err($crate::encoding::Malformed::Form); }
                            $field = Some(value);
                        })*
                        _ => reader.pass()?,
                    }
                }
                reader.leave();
                Ok(Self { $($field: match $field {
                    Some(value) => value,
                    None => <$type as $crate::encoding::Stored>::absent().ok_or($crate::encoding::Malformed::Missing)?,
                }),* })
            }
        }
    };
}

/// A choice between records or values: an array of the kind's number and its content.
#[macro_export]
macro_rules! choice {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$vmeta:meta])* $variant:ident ($type:ty) = $number:literal),+ $(,)? }) => {
        $(#[$meta])*
        pub enum $name { $($(#[$vmeta])* $variant($type)),+ }
        impl $crate::encoding::Stored for $name {
            fn put(&self, writer: &mut $crate::encoding::Writer) {
                writer.array(2);
                match self { $(Self::$variant(value) => { writer.unsigned($number); $crate::encoding::Stored::put(value, writer); })+ }
            }
            fn take(reader: &mut $crate::encoding::Reader<'_>) -> Result<Self, $crate::encoding::Malformed> {
                if reader.array()? != 2 { return Err($crate::encoding::Malformed::Form); }
                let value = match reader.unsigned()? {
                    $($number => Self::$variant($crate::encoding::Stored::take(reader)?),)+
                    _ => return Err($crate::encoding::Malformed::Unknown),
                };
                reader.leave();
                Ok(value)
            }
        }
    };
}

impl Stored for bool {
    fn put(&self, writer: &mut Writer) {
        writer.bool(*self);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.bool()
    }
    fn is_absent(&self) -> bool {
        !*self
    }
    fn absent() -> Option<Self> {
        Some(false)
    }
}

macro_rules! stored_unsigned {
    ($($type:ty),+) => {$(
        impl Stored for $type {
            fn put(&self, writer: &mut Writer) { writer.unsigned(u64::from(*self)); }
            fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
                Self::try_from(reader.unsigned()?).map_err(|_| Malformed::Domain)
            }
        }
    )+};
}
stored_unsigned!(u8, u16, u32, u64);

impl Stored for i64 {
    fn put(&self, writer: &mut Writer) {
        writer.signed(*self);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.signed()
    }
}

impl Stored for Box<str> {
    fn put(&self, writer: &mut Writer) {
        writer.text(self);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.text().map(Into::into)
    }
}

impl<const N: usize> Stored for [u8; N] {
    fn put(&self, writer: &mut Writer) {
        writer.bytes(self);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::try_from(reader.bytes()?).map_err(|_| Malformed::Domain)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn put(&self, writer: &mut Writer) {
        if let Some(value) = self {
            value.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        T::take(reader).map(Some)
    }
    fn is_absent(&self) -> bool {
        self.is_none()
    }
    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn put(&self, writer: &mut Writer) {
        writer.array(self.len());
        for item in self {
            item.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let length = reader.array()?;
        let mut items = Self::with_capacity(length.min(1024));
        for _ in 0..length {
            items.push(T::take(reader)?);
        }
        reader.leave();
        Ok(items)
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<K: Stored + Ord, V: Stored> Stored for BTreeMap<K, V> {
    fn put(&self, writer: &mut Writer) {
        writer.array(self.len());
        for (key, value) in self {
            writer.array(2);
            key.put(writer);
            value.put(writer);
        }
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut map = Self::new();
        for _ in 0..reader.array()? {
            if reader.array()? != 2 {
                return Err(Malformed::Form);
            }
            let key = K::take(reader)?;
            let value = V::take(reader)?;
            reader.leave();
            if map.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return Err(Malformed::Form);
            }
            map.insert(key, value);
        }
        reader.leave();
        Ok(map)
    }
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: Stored> Stored for Box<T> {
    fn put(&self, writer: &mut Writer) {
        T::put(self, writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        T::take(reader).map(Self::new)
    }
}

impl<T: Stored> Stored for Arc<T> {
    fn put(&self, writer: &mut Writer) {
        T::put(self, writer);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        T::take(reader).map(Self::new)
    }
    fn is_absent(&self) -> bool {
        T::is_absent(self)
    }
    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }
}
