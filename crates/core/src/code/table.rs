//! The tables of `codes/`, compiled in: what codes mean, which class a type has, which spellings of a system are one.
//!
//! Rules read these tables; `evolve` never does, so that a table may change without changing what a journal means.

mod systems;
mod territory;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::coded::Code;
use super::csv;

pub use systems::canonical_system;
pub(crate) use systems::system_of_number;
pub use territory::{Regime, Region, regime, regimes, region, region_of_postal_code, regions};

/// A type of document, with the class that the French table ASS_X16 gives to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentType {
    /// The `typeCode`.
    pub code: Code,
    /// Its French label; empty for sixteen types that only the table of classes names.
    pub label: Cow<'static, str>,
    /// The code of its class; rules use this one, never the sender's.
    pub class_code: Cow<'static, str>,
    /// Whether the DMP's value set of 2024 (JDV_J66) has it.
    pub in_dmp: bool,
}

/// A code of a value set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The code.
    pub code: Code,
    /// Its label, in French except where the source has none.
    pub label: Cow<'static, str>,
    /// Whether the DMP's own subset has it; true where the set has no such subset.
    pub in_dmp: bool,
}

macro_rules! value_sets {
    ($($(#[$meta:meta])* $name:ident = $file:literal),+ $(,)?) => {
        /// The value sets of `codes/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ValueSet { $($(#[$meta])* $name),+ }
        impl ValueSet {
            /// Every set.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            const fn text(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("../../../../codes/", $file, ".csv"))),+ }
            }
        }
    };
}

value_sets! {
    /// `classCode`.
    DocumentClass = "document-classes",
    /// `practiceSettingCode`.
    PracticeSetting = "practice-settings",
    /// `healthcareFacilityTypeCode`, which are the sectors of activity and two more.
    FacilityType = "facility-types",
    /// `formatCode`.
    Format = "formats",
    /// `contentTypeCode` of a submission set.
    ContentType = "content-types",
    /// `confidentialityCode`, flags included.
    Confidentiality = "confidentiality",
    /// Who may act.
    Profession = "professions",
    /// Professions known by their role in care only.
    RoleBasedProfession = "role-based-professions",
    /// Specialties and other know-how.
    Specialty = "specialties",
    /// `authorSpecialty`.
    AuthorSpecialty = "author-specialties",
    /// Functional roles of authors.
    AuthorRole = "author-roles",
    /// How somebody is related to the patient.
    Relationship = "relationships",
    /// Types of the identifiers in a `referenceIdList`.
    ReferenceIdType = "reference-id-types",
}

impl ValueSet {
    /// The codes of the set, in the order of its file.
    #[must_use]
    pub fn values(self) -> &'static [Value] {
        VALUES.get(&(self as u8)).map_or(&[], Vec::as_slice)
    }

    /// The entry of a code (its system spelt canonically), if the set has it.
    #[must_use]
    pub fn get(self, code: &Code) -> Option<&'static Value> {
        self.values().iter().find(|value| value.code == *code)
    }
}

static VALUES: LazyLock<HashMap<u8, Vec<Value>>> =
    LazyLock::new(|| ValueSet::ALL.iter().map(|set| (*set as u8, values_of(set.text()))).collect());

/// The table of document types and classes, as it is compiled in.
pub(crate) const DOCUMENT_TYPES: &str = include_str!("../../../../codes/document-types.csv");

static TYPES: LazyLock<Vec<DocumentType>> = LazyLock::new(|| {
    rows(DOCUMENT_TYPES)
        .map(|[code, system, label, class_code, dmp, ..]: [Cow<'static, str>; 7]| DocumentType {
            code: Code::new(&system, &code),
            label,
            class_code,
            in_dmp: dmp == "yes",
        })
        .collect()
});

static TYPE_BY_CODE: LazyLock<HashMap<&'static Code, &'static DocumentType>> =
    LazyLock::new(|| TYPES.iter().map(|row| (&row.code, row)).collect());

static LABELS: LazyLock<HashMap<(&'static str, &'static str), &'static str>> = LazyLock::new(|| {
    let types = TYPES.iter().map(|row| (&row.code, &row.label));
    let values = ValueSet::ALL.iter().flat_map(|set| set.values()).map(|value| (&value.code, &value.label));
    let labels = types.chain(values).filter(|(_, label)| !label.is_empty());
    // The first table that names a code wins: types and classes come before what is derived from them.
    labels.fold(HashMap::new(), |mut labels, (code, label)| {
        labels.entry((&*code.system, &*code.code)).or_insert(label.as_ref());
        labels
    })
});

/// Every word of the tables: codes, systems, labels.
pub(super) fn words() -> impl Iterator<Item = Cow<'static, str>> {
    let texts = ValueSet::ALL.iter().map(|set| set.text()).chain([DOCUMENT_TYPES]);
    let tables = texts.filter_map(|text| super::csv::read(text).ok());
    tables.flat_map(|(_, lines)| lines).flat_map(|line| line.fields).filter(|word| !word.is_empty())
}

/// Every document type, in the order of its table.
#[must_use]
pub fn document_types() -> &'static [DocumentType] {
    &TYPES
}

/// The row of a document type, its system spelt canonically.
#[must_use]
pub fn document_type(code: &Code) -> Option<&'static DocumentType> {
    TYPE_BY_CODE.get(code).copied()
}

/// The class of a document type (ASS_X16).
#[must_use]
pub fn class_of(code: &Code) -> Option<&'static str> {
    document_type(code).map(|row| row.class_code.as_ref())
}

/// The French label of a class.
#[must_use]
pub fn class_label(class_code: &str) -> Option<&'static str> {
    ValueSet::DocumentClass
        .values()
        .iter()
        .find(|value| &*value.code.code == class_code)
        .map(|value| value.label.as_ref())
}

/// The label of a code in any table, its system spelt canonically.
#[must_use]
pub fn label(system: &str, code: &str) -> Option<&'static str> {
    LABELS.get(&(system, code)).copied()
}

fn values_of(text: &'static str) -> Vec<Value> {
    let Ok((_, rows)) = csv::read(text) else { return Vec::new() };
    rows.into_iter()
        .map(|row| Value {
            code: Code::new(row.field(1), row.field(0)),
            in_dmp: row.fields.get(3).is_none_or(|dmp| dmp == "yes"),
            label: row.fields.into_iter().nth(2).unwrap_or_default(),
        })
        .collect()
}

/// The rows of a table of `N` columns. A table that is not one gives none, and fails the test of every table.
fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [Cow<'static, str>; N]> {
    let rows = csv::read(text).map(|(_, rows)| rows).unwrap_or_default();
    rows.into_iter().filter_map(|row| row.fields.try_into().ok())
}

#[cfg(test)]
mod tests;
