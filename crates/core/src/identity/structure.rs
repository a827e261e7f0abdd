//! The identifier of a structure where care is given: `Struct_IdNat`, or a technical one.

use std::fmt;
use std::ops::Deref;

use super::{IdFault, check, digits, numbers_of_department};
use crate::encoding::{Malformed, Reader, Stored, Writer};
use crate::record;

/// The identifier of a structure, with the digit that says its kind, or the technical identifier of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StructureId(Box<str>);

/// What a [`StructureId`] is made of, by its first digit (facts d.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StructureIdKind {
    /// `0` and the ADELI number of a practice.
    CabinetAdeli,
    /// `1` and a FINESS.
    Finess,
    /// `2` and a SIREN.
    Siren,
    /// `3` and a SIRET.
    Siret,
    /// `4`, the RPPS number of a practice and its rank.
    CabinetRpps,
    /// The technical identifier that the directory gave, without prefix.
    Technical,
}

record! {
    /// A structure as a credential names it.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct StructureRef {
        /// Its identifier.
        1 id: StructureId,
        /// Its name, where it was told.
        2 name: Option<Box<str>>,
    }
}

impl StructureId {
    /// The OID of the domain of `Struct_IdNat`.
    pub const DOMAIN: &'static str = "1.2.250.1.71.4.2.2";

    /// Reads an identifier.
    ///
    /// # Errors
    /// [`IdFault`] for what can be no identifier in any domain.
    pub fn parse(text: &str) -> Result<Self, IdFault> {
        check(text)?;
        Ok(Self(text.into()))
    }

    /// What the identifier is made of.
    #[must_use]
    pub fn kind(&self) -> StructureIdKind {
        match self.0.split_at_checked(1) {
            Some(("0", rest)) if numbers_of_department(rest) => StructureIdKind::CabinetAdeli,
            Some(("1", rest)) if numbers_of_department(rest) => StructureIdKind::Finess,
            Some(("2", rest)) if digits(rest, 9) => StructureIdKind::Siren,
            Some(("3", rest)) if digits(rest, 14) => StructureIdKind::Siret,
            Some(("4", rest)) if digits(rest, 14) => StructureIdKind::CabinetRpps,
            _ => StructureIdKind::Technical,
        }
    }
}

impl Deref for StructureId {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StructureId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Stored for StructureId {
    fn put(&self, writer: &mut Writer) {
        writer.text(&self.0);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let text = reader.text()?;
        check(text).map_err(|_| Malformed::Domain)?;
        Ok(Self(text.into()))
    }
}
