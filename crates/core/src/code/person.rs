//! People and organisations as HL7 v2 writes them in XDS metadata and CDA-derived strings: XCN, XON and CX.
//!
//! Both spellings of CI-SIS (identifier types `IDNPS`, `IDNST`, `NH`, `PI`…) and the bare ones of IHE are read; what was
//! read is printed again as it came.

use super::hl7::{self, component, join, split};
use super::oid::Oid;
use crate::record;

pub use super::hl7::PersonFault;

record! {
    /// An identifier with the domain that gave it and its type.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct PersonId {
        /// The OID of the domain, without `urn:oid:`.
        1 root: Option<Box<str>>,
        /// The identifier in that domain.
        2 extension: Box<str>,
        /// HL7 table 0203 and its French additions: `IDNPS`, `EI`, `RI`, `NH`, `PI`, `IDNST`…; IHE leaves it out.
        3 kind: Option<Box<str>>,
        /// The domain's local name, where the sender gave one.
        4 namespace: Option<Box<str>>,
    }
}

record! {
    /// A person's name; every part as it was written.
    #[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct HumanName {
        /// Family name.
        1 family: Option<Box<str>>,
        /// First given name, or all of them in one.
        2 given: Option<Box<str>>,
        /// Form of address: `M`, `DR`…
        3 prefix: Option<Box<str>>,
        /// Further given names.
        4 further: Option<Box<str>>,
        /// Suffix.
        5 suffix: Option<Box<str>>,
    }
}

record! {
    /// An XCN: a person, or a system that speaks for one, with identifier and name.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Xcn {
        /// Components 1, 9 and 13.
        1 id: Option<PersonId>,
        /// Components 2 to 6.
        2 name: HumanName,
        /// Component 10: `D` for a legal name, `U` for a nickname, which CI-SIS gives to systems.
        3 name_type: Option<Box<str>>,
    }
}

record! {
    /// An XON: an organisation.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Xon {
        /// Component 1.
        1 name: Option<Box<str>>,
        /// Components 6, 7 and 10.
        2 id: Option<PersonId>,
    }
}

record! {
    /// A CX: the identifier of a patient, or of anything an IHE `referenceIdList` names.
    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
    pub struct Cx {
        /// Components 1, 4 and 5.
        1 id: PersonId,
        /// Component 7, the date from which it is valid, as it was written.
        2 effective: Option<Box<str>>,
    }
}

impl PersonId {
    /// A national identifier of a professional (`PS_IdNat`).
    pub const IDNPS: &'static str = "IDNPS";
    /// A national identifier of a structure (`Struct_IdNat`).
    pub const IDNST: &'static str = "IDNST";
    /// A national health identifier: the INS.
    pub const NH: &'static str = "NH";
    /// An identifier that a structure gives to its patients.
    pub const PI: &'static str = "PI";
    /// An identifier internal to a structure, given to its staff.
    pub const EI: &'static str = "EI";
    /// The identifier of a system.
    pub const RI: &'static str = "RI";

    /// An identifier in the domain of an OID.
    #[must_use]
    pub fn new(root: &str, extension: &str, kind: Option<&str>) -> Self {
        Self { root: Some(root.into()), extension: extension.into(), kind: kind.map(Into::into), namespace: None }
    }

    /// The HD component `namespace&OID&ISO`, empty where nothing of it is known.
    fn authority(&self) -> String {
        let namespace = self.namespace.as_deref().map(hl7::escape).unwrap_or_default();
        self.root.as_ref().map_or_else(|| namespace.clone(), |root| format!("{namespace}&{root}&ISO"))
    }

    fn read(extension: &str, authority: Option<&str>, kind: Option<&str>) -> Result<Self, PersonFault> {
        let mut parts = authority.unwrap_or_default().split('&');
        let namespace = parts.next().and_then(|part| hl7::text(Some(part)));
        let root = match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
            ("", _) => None,
            (root, "ISO") => Some(Oid::parse(root).map_err(PersonFault::Authority)?.as_str().into()),
            _ => return Err(PersonFault::AuthorityType),
        };
        Ok(Self { root, extension: hl7::unescape(extension).into(), kind: hl7::text(kind), namespace })
    }
}

impl HumanName {
    /// The name as one reads it: form of address, given name, family name.
    #[must_use]
    pub fn display(&self) -> String {
        let parts = [&self.prefix, &self.given, &self.family, &self.suffix];
        parts.into_iter().flatten().map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
    }
}

impl Xcn {
    /// Reads an XCN of version 2.5 without repetitions.
    ///
    /// # Errors
    /// [`PersonFault`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, PersonFault> {
        let parts = split(text)?;
        let part = |number| component(&parts, number);
        let name = HumanName {
            family: hl7::text(part(2)),
            given: hl7::text(part(3)),
            further: hl7::text(part(4)),
            suffix: hl7::text(part(5)),
            prefix: hl7::text(part(6)),
        };
        let id = part(1).map(|id| PersonId::read(id, part(9), part(13))).transpose()?;
        if id.is_none() && name == HumanName::default() {
            return Err(PersonFault::Empty);
        }
        Ok(Self { id, name, name_type: hl7::text(part(10)) })
    }

    /// The XCN, without empty components at its end.
    #[must_use]
    pub fn print(&self) -> String {
        let authority = self.id.as_ref().map(PersonId::authority).unwrap_or_default();
        let id = self.id.as_ref();
        join(&[
            (1, id.map(|id| hl7::escape(&id.extension))),
            (2, self.name.family.as_deref().map(hl7::escape)),
            (3, self.name.given.as_deref().map(hl7::escape)),
            (4, self.name.further.as_deref().map(hl7::escape)),
            (5, self.name.suffix.as_deref().map(hl7::escape)),
            (6, self.name.prefix.as_deref().map(hl7::escape)),
            (9, Some(authority)),
            (10, self.name_type.as_deref().map(hl7::escape)),
            (13, id.and_then(|id| id.kind.as_deref()).map(hl7::escape)),
        ])
    }
}

impl Xcn {
    /// Whether this is the professional of that `PS_IdNat`.
    #[must_use]
    pub fn is_professional(&self, id: &str) -> bool {
        self.id.as_ref().is_some_and(|own| own.root.as_deref() == Some("1.2.250.1.71.4.2.1") && *own.extension == *id)
    }
}

impl Xon {
    /// Reads an XON without repetitions. The identifier is component 10, or component 3 of older messages.
    ///
    /// # Errors
    /// [`PersonFault`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, PersonFault> {
        let parts = split(text)?;
        let part = |number| component(&parts, number);
        let id = part(10).or_else(|| part(3)).map(|id| PersonId::read(id, part(6), part(7))).transpose()?;
        let name = hl7::text(part(1));
        if id.is_none() && name.is_none() { Err(PersonFault::Empty) } else { Ok(Self { name, id }) }
    }

    /// The XON, its identifier in component 10.
    #[must_use]
    pub fn print(&self) -> String {
        let id = self.id.as_ref();
        join(&[
            (1, self.name.as_deref().map(hl7::escape)),
            (6, id.map(PersonId::authority)),
            (7, id.and_then(|id| id.kind.as_deref()).map(hl7::escape)),
            (10, id.map(|id| hl7::escape(&id.extension))),
        ])
    }
}

impl Cx {
    /// Reads a CX without repetitions.
    ///
    /// # Errors
    /// [`PersonFault`] names what is wrong; an identifier there must be.
    pub fn parse(text: &str) -> Result<Self, PersonFault> {
        let parts = split(text)?;
        let part = |number| component(&parts, number);
        let extension = part(1).ok_or(PersonFault::Empty)?;
        Ok(Self { id: PersonId::read(extension, part(4), part(5))?, effective: hl7::text(part(7)) })
    }

    /// The CX, without empty components at its end.
    #[must_use]
    pub fn print(&self) -> String {
        join(&[
            (1, Some(hl7::escape(&self.id.extension))),
            (4, Some(self.id.authority())),
            (5, self.id.kind.as_deref().map(hl7::escape)),
            (7, self.effective.as_deref().map(hl7::escape)),
        ])
    }
}
