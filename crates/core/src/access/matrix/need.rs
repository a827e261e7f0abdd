//! The rules of need: what this project assumes where no public source fills a cell, and why.
//!
//! A cell is decided by its public source if it has one, else by the first rule that names its profession and its type.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Access, Cell, CellStatus, PROFESSIONS, Table, type_number};
use crate::code::Code;
use crate::code::csv;
use crate::code::table::{DocumentType, canonical_system, document_types, system_of_number};

/// One rule of need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeedRule {
    /// Its number: `A12`.
    pub id: Cow<'static, str>,
    /// The reason, in French.
    pub reason_fr: Cow<'static, str>,
    /// The reason, in English.
    pub reason_en: Cow<'static, str>,
    professions: Vec<bool>,
    types: Vec<bool>,
    access: Cow<'static, str>,
    status: CellStatus,
    printed: String,
}

static RULES: LazyLock<Vec<NeedRule>> = LazyLock::new(|| {
    let rows = csv::read(include_str!("../../../../../codes/need-rules.csv")).map(|(_, rows)| rows).unwrap_or_default();
    let fields = rows.into_iter().filter_map(|row| <[Cow<'static, str>; 7]>::try_from(row.fields).ok());
    let rule = |[id, professions, types, access, status, reason_fr, reason_en]: [Cow<'static, str>; 7]| NeedRule {
        printed: format!("{id}: {reason_en}"),
        status: CellStatus::from_code(&status).unwrap_or(CellStatus::None),
        id,
        reason_fr,
        reason_en,
        professions: PROFESSIONS.iter().map(|code| names_profession(&professions, code)).collect(),
        types: document_types().iter().map(|kind| names_type(&types, kind)).collect(),
        access,
    };
    fields.map(rule).collect()
});

/// The rules, in the order in which they are tried.
#[must_use]
pub fn need_rules() -> &'static [NeedRule] {
    &RULES
}

/// The rule that a cell's reason names, if it names one.
#[must_use]
pub fn need_rule(reason: &str) -> Option<&'static NeedRule> {
    let id = reason.split_once(": ").map_or(reason, |(id, _)| id);
    RULES.iter().find(|rule| rule.id == id)
}

/// The whole matrix.
pub(super) fn expand() -> Table {
    let documented = documented();
    let mut table = Table::new();
    for number in 0..PROFESSIONS.len() {
        for row in 0..document_types().len() {
            if let Some((access, source)) = documented.get(&(number, row)) {
                table.set(number, row, Cell { access: *access, status: CellStatus::Documented, reason: source });
            } else if let Some(rule) = RULES.iter().find(|rule| rule.names(number, row)) {
                let access = rule.access(&table, row);
                table.set(number, row, Cell { access, status: rule.status, reason: &rule.printed });
            }
        }
    }
    table
}

/// The cells of public sources, by the numbers of profession and type.
fn documented() -> HashMap<(usize, usize), (Access, Cow<'static, str>)> {
    let rows = csv::read(include_str!("../../../../../codes/matrix.csv")).map(|(_, rows)| rows).unwrap_or_default();
    let cell = |row: csv::Row<'static>| {
        let profession = profession_number(row.field(0))?;
        let access = Access::from_code(row.field(2))?;
        Some(((profession, type_number(row.field(1))?), (access, row.fields.into_iter().nth(3)?)))
    };
    rows.into_iter().filter_map(cell).collect()
}

/// The number of a profession written `system|code`.
pub(super) fn profession_number(token: &str) -> Option<usize> {
    let (system, code) = token.split_once('|')?;
    super::PROFESSION_NUMBER.get(&Code::new(canonical_system(system)?, code)).copied()
}

impl NeedRule {
    fn names(&self, profession: usize, row: usize) -> bool {
        self.professions.get(profession) == Some(&true) && self.types.get(row) == Some(&true)
    }

    /// The access that the rule gives; `=G15:10` is that of another profession, which the table must already hold.
    fn access(&self, table: &Table, row: usize) -> Access {
        let same_as = self.access.strip_prefix('=').and_then(|name| name.split_once(':'));
        let Some((number, code)) = same_as else { return Access::from_code(&self.access).unwrap_or(Access::None) };
        let other = system_of_number(number).and_then(|system| super::PROFESSION_NUMBER.get(&Code::new(system, code)));
        other.and_then(|other| table.get(*other, row)).map_or(Access::None, |cell| cell.access)
    }
}

/// Whether `names` (`G15:10 G16:*`) has the profession.
fn names_profession(names: &str, profession: &Code) -> bool {
    names.split_whitespace().filter_map(|name| name.split_once(':')).any(|(number, code)| {
        system_of_number(number) == Some(&*profession.system) && (code == "*" || *code == *profession.code)
    })
}

/// Whether `names` (`11502-2 class:31`, or `*`) has the type.
fn names_type(names: &str, kind: &DocumentType) -> bool {
    names.split_whitespace().any(|name| {
        name == "*" || *name == *kind.code.code || name.strip_prefix("class:") == Some(kind.class_code.as_ref())
    })
}
