//! The identifier of a professional: `PS_IdNat`, or what stands for it in other domains.

use std::fmt;
use std::ops::Deref;

use super::{IdFault, check, digits, numbers_of_department};
use crate::encoding::{Malformed, Reader, Stored, Writer};

/// The identifier of a professional, or of a member of a structure's staff, with the digit that says its kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProfessionalId(Box<str>);

/// What a [`ProfessionalId`] is made of, by its first digit (facts d.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProfessionalIdKind {
    /// `0` and an ADELI number.
    Adeli,
    /// `1`, the ADELI number of a practice, `/` and its own identifier.
    CabinetAdeli,
    /// `3`, the FINESS of a structure, `/` and its own identifier.
    Finess,
    /// `4`, the SIREN of a structure, `/` and its own identifier.
    Siren,
    /// `5`, the SIRET of a structure, `/` and its own identifier.
    Siret,
    /// `6`, the RPPS number of a practice, `/` and its own identifier.
    CabinetRpps,
    /// `8` and an RPPS number.
    Rpps,
    /// Anything else: test identities and foreign domains.
    Other,
}

impl ProfessionalId {
    /// The OID of the domain of `PS_IdNat`.
    pub const DOMAIN: &'static str = "1.2.250.1.71.4.2.1";

    /// Reads an identifier. A bare RPPS number (11 digits) gets its `8`, so that one person is not two.
    ///
    /// # Errors
    /// [`IdFault`] for what can be no identifier in any domain.
    pub fn parse(text: &str) -> Result<Self, IdFault> {
        check(text)?;
        Ok(if digits(text, 11) { Self(format!("8{text}").into()) } else { Self(text.into()) })
    }

    /// What the identifier is made of.
    #[must_use]
    pub fn kind(&self) -> ProfessionalIdKind {
        let Some((first, rest)) = self.0.split_at_checked(1) else { return ProfessionalIdKind::Other };
        let own = rest.split_once('/').filter(|(_, own)| !own.is_empty()).map(|(structure, _)| structure);
        match (first, own) {
            ("0", None) if numbers_of_department(rest) => ProfessionalIdKind::Adeli,
            ("8", None) if digits(rest, 11) => ProfessionalIdKind::Rpps,
            ("1", Some(structure)) if numbers_of_department(structure) => ProfessionalIdKind::CabinetAdeli,
            ("3", Some(structure)) if numbers_of_department(structure) => ProfessionalIdKind::Finess,
            ("4", Some(structure)) if digits(structure, 9) => ProfessionalIdKind::Siren,
            ("5", Some(structure)) if digits(structure, 14) => ProfessionalIdKind::Siret,
            ("6", Some(structure)) if digits(structure, 11) => ProfessionalIdKind::CabinetRpps,
            _ => ProfessionalIdKind::Other,
        }
    }
}

impl Deref for ProfessionalId {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProfessionalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Stored for ProfessionalId {
    fn put(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = reader.text()?;
        check(text).map_err(|_| Malformed::Domain)?;
        Ok(Self(text.into()))
    }
}
