//! Object identifiers (ITU-T X.660), as HL7 and IHE write them.

use std::fmt;

use crate::encoding::{Malformed, Reader, Stored, Writer};

/// IHE allows an OID no more characters than this (ITI TF-3, table 4.2.3.1.7-2).
const LONGEST: usize = 64;

/// An object identifier in dotted form, checked: numeric arcs without leading zeros, at most 64 characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Oid(Box<str>);

/// Why a text is not an [`Oid`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OidFault {
    /// No text at all.
    #[error("the OID is empty")]
    Empty,
    /// More than 64 characters.
    #[error("the OID is longer than 64 characters")]
    Long,
    /// A first arc above 2, or fewer than two arcs.
    #[error("the OID does not start with 0, 1 or 2 and a second arc")]
    Root,
    /// An arc that is empty, holds something else than digits, or starts with a zero that is not its only digit.
    #[error("an arc of the OID is not a number without leading zeros")]
    Arc,
}

impl Oid {
    /// Reads `1.2.3` or `urn:oid:1.2.3`.
    ///
    /// # Errors
    /// [`OidFault`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, OidFault> {
        let dotted = text.strip_prefix("urn:oid:").unwrap_or(text);
        if dotted.is_empty() {
            return Err(OidFault::Empty);
        }
        if dotted.len() > LONGEST {
            return Err(OidFault::Long);
        }
        let mut arcs = 0;
        for arc in dotted.split('.') {
            let padded = arc.len() > 1 && arc.starts_with('0');
            if arc.is_empty() || padded || !arc.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(OidFault::Arc);
            }
            if arcs == 0 && !matches!(arc, "0" | "1" | "2") {
                return Err(OidFault::Root);
            }
            arcs += 1;
        }
        if arcs < 2 { Err(OidFault::Root) } else { Ok(Self(dotted.into())) }
    }

    /// The dotted form, without prefix.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form of a URI: `urn:oid:1.2.3` (RFC 3061).
    #[must_use]
    pub fn urn(&self) -> String {
        format!("urn:oid:{}", self.0)
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::str::FromStr for Oid {
    type Err = OidFault;
    fn from_str(text: &str) -> Result<Self, OidFault> {
        Self::parse(text)
    }
}

impl Stored for Oid {
    fn put(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = reader.text()?;
        match Self::parse(text) {
            Ok(oid) if oid.as_str() == text => Ok(oid),
            _ => Err(Malformed::Domain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_spellings_as_one_value() {
        let plain = Oid::parse("1.2.250.1.213.1.4.8").unwrap();
        assert_eq!(Oid::parse("urn:oid:1.2.250.1.213.1.4.8").unwrap(), plain);
        assert_eq!(plain.urn(), "urn:oid:1.2.250.1.213.1.4.8");
    }

    #[test]
    fn names_what_is_wrong() {
        let long = format!("1.{}", "1".repeat(63));
        for (text, fault) in [
            ("", OidFault::Empty),
            ("urn:oid:", OidFault::Empty),
            ("1", OidFault::Root),
            ("3.1", OidFault::Root),
            ("1..2", OidFault::Arc),
            ("1.02", OidFault::Arc),
            ("1.2a", OidFault::Arc),
            (long.as_str(), OidFault::Long),
        ] {
            assert_eq!(Oid::parse(text), Err(fault), "{text}");
        }
    }
}
