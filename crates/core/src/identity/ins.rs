//! The INS: the number under which an insured person is known, with its domain and its key.

use std::fmt;

use crate::code::{Cx, Oid, PersonId};
use crate::{coded, record};

coded! {
    /// The domain of an insured person's number, by its OID.
    pub enum InsDomain {
        /// NIR, production.
        Nir = 1 => "1.2.250.1.213.1.4.8",
        /// NIA, the number given while a NIR is awaited.
        Nia = 2 => "1.2.250.1.213.1.4.9",
        /// NIR of test environments.
        Test = 3 => "1.2.250.1.213.1.4.10",
        /// NIR of demonstration environments.
        Demonstration = 4 => "1.2.250.1.213.1.4.11",
        /// INS-C, the computed number of before 2017.
        InsC = 5 => "1.2.250.1.213.1.4.2",
    }
}

record! {
    /// An insured person's number in its domain. The same digits in two domains are two persons.
    #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Ins {
        /// The domain.
        1 domain: InsDomain,
        /// 15 characters with key (NIR, NIA, test, demonstration) or 22 digits with key (INS-C).
        2 value: Box<str>,
    }
}

/// Why a text is no [`Ins`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InsFault {
    /// Neither `OID|VALUE` nor a CX.
    #[error("the INS is written neither OID|VALUE nor as an HL7 CX")]
    Form,
    /// No domain of French insured persons.
    #[error("the domain is none of the five of insured persons: NIR, NIA, test, demonstration, INS-C")]
    UnknownDomain,
    /// Too short or too long.
    #[error("the number has {found} characters, its domain asks for {expected}")]
    Length {
        /// Characters that the domain asks for.
        expected: usize,
        /// Characters found.
        found: usize,
    },
    /// Something else than digits, the Corsican 2A and 2B in their place excepted.
    #[error("the number holds something else than digits (2A and 2B stand for the Corsican departments only)")]
    Characters,
    /// The key does not belong to the number.
    #[error("the key of the number is wrong: {expected:02} was expected")]
    Key {
        /// The key that the other characters ask for.
        expected: u8,
    },
    /// A birth date that is not six digits AAMMJJ.
    #[error("the birth date is not six digits AAMMJJ")]
    BirthDate,
    /// A first name without a letter.
    #[error("the first name holds no letter")]
    FirstName,
}

impl Ins {
    /// Reads a number in the domain of an OID (a leading `urn:oid:` tolerated), and checks its length, characters and key.
    ///
    /// # Errors
    /// [`InsFault`] names what is wrong.
    pub fn parse(oid: &str, value: &str) -> Result<Self, InsFault> {
        let oid = oid.strip_prefix("urn:oid:").unwrap_or(oid);
        Self::new(InsDomain::from_code(oid).ok_or(InsFault::UnknownDomain)?, value)
    }

    /// A number in a domain, checked as by [`Self::parse`].
    ///
    /// # Errors
    /// [`InsFault`] names what is wrong.
    pub fn new(domain: InsDomain, value: &str) -> Result<Self, InsFault> {
        let expected = if domain == InsDomain::InsC { 22 } else { 15 };
        let found = value.chars().count();
        if found != expected {
            return Err(InsFault::Length { expected, found });
        }
        let (number, key) = value.split_at_checked(expected - 2).ok_or(InsFault::Characters)?;
        let right = if domain == InsDomain::InsC { key_of_digits(number)? } else { nir_key(number)? };
        let given = key.bytes().all(|byte| byte.is_ascii_digit()).then(|| key.parse::<u8>().ok()).flatten();
        match given {
            None => Err(InsFault::Characters),
            Some(given) if given == right => Ok(Self { domain, value: value.into() }),
            Some(_) => Err(InsFault::Key { expected: right }),
        }
    }

    /// Reads `OID|VALUE`, `urn:oid:OID|VALUE` or an HL7 CX (`VALUE^^^&OID&ISO^NH`).
    ///
    /// # Errors
    /// [`InsFault`] names what is wrong.
    pub fn parse_text(text: &str) -> Result<Self, InsFault> {
        if let Some((oid, value)) = text.split_once('|') {
            return Self::parse(oid, value);
        }
        let cx = Cx::parse(text).map_err(|_| InsFault::Form)?;
        Self::from_cx(&cx)
    }

    /// The INS that a CX holds.
    ///
    /// # Errors
    /// [`InsFault`] names what is wrong.
    pub fn from_cx(cx: &Cx) -> Result<Self, InsFault> {
        Self::parse(cx.id.root.as_deref().ok_or(InsFault::Form)?, &cx.id.extension)
    }

    /// `VALUE^^^&OID&ISO^NH`, as XDS metadata and VIHF name a patient.
    #[must_use]
    pub fn to_cx(&self) -> String {
        Cx { id: PersonId::new(self.domain.code(), &self.value, Some(PersonId::NH)), effective: None }.print()
    }

    /// `OID|VALUE`.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}|{}", self.domain.code(), self.value)
    }

    /// The OID of the domain.
    #[must_use]
    pub fn oid(&self) -> Option<Oid> {
        Oid::parse(self.domain.code()).ok()
    }
}

impl fmt::Debug for Ins {
    /// Without the number, which no log may hold.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Ins({:?}, …)", self.domain)
    }
}

/// The key of a NIR's thirteen characters: 97 less the remainder of its division by 97, 2A read as 19 and 2B as 18.
///
/// # Errors
/// [`InsFault::Characters`] when they are no NIR.
pub fn nir_key(nir13: &str) -> Result<u8, InsFault> {
    let department = nir13.get(5..7).ok_or(InsFault::Characters)?;
    let as_digits = match department {
        "2A" => "19",
        "2B" => "18",
        other => other,
    };
    let (before, after) = (nir13.get(..5).unwrap_or_default(), nir13.get(7..).unwrap_or_default());
    key_of_digits(&format!("{before}{as_digits}{after}"))
}

/// 97 less the remainder of a decimal number's division by 97.
pub(super) fn key_of_digits(number: &str) -> Result<u8, InsFault> {
    let remainder = number.bytes().try_fold(0_u16, |remainder, byte| {
        if byte.is_ascii_digit() {
            Ok((remainder * 10 + u16::from(byte - b'0')) % 97)
        } else {
            Err(InsFault::Characters)
        }
    })?;
    u8::try_from(97 - remainder).map_err(|_| InsFault::Characters)
}
