//! The habilitation matrix: which profession reads which type of document (order of 26/10/2023, R1111-46).
//!
//! A table, not a program: an official one is loaded in place of ours without a change of code.

mod fault;
mod need;
mod official;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashMap;

use crate::code::table::{DocumentType, ValueSet, document_types, label, system_of_number};
use crate::code::{Code, csv};
use crate::coded;

pub use fault::MatrixFault;
pub use need::{NeedRule, need_rule, need_rules};

coded! {
    /// What a profession may do with a type of document.
    pub enum Access {
        /// It reads.
        Read = 1 => "read",
        /// It reads nothing of this type, and is not told that any is there.
        None = 2 => "none",
    }
}

coded! {
    /// What a cell rests on.
    pub enum CellStatus {
        /// A public source.
        Documented = 1 => "documented",
        /// A rule of need of ours, with its reason.
        Assumed = 2 => "assumed",
        /// Nothing: the profession reads nothing until something says that it does.
        None = 3 => "none",
    }
}

/// One cell of the matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// What the profession may do.
    pub access: Access,
    /// On what that rests.
    pub status: CellStatus,
    /// The source, or the number of the rule of need and its reason in English.
    pub reason: &'a str,
}

/// How many cells of a profession are what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfessionCount {
    /// The profession.
    pub profession: Code,
    /// Its French label.
    pub label: &'static str,
    /// Types that it reads.
    pub read: usize,
    /// Types that it does not read.
    pub none: usize,
    /// Cells with a public source.
    pub documented: usize,
    /// Cells under a rule of need.
    pub assumed: usize,
}

/// The columns of the printed matrix, which an official one must have too.
pub const COLUMNS: [&str; 9] = [
    "profession_code",
    "profession",
    "scope",
    "type_code",
    "type_label",
    "class_code",
    "access (read/none/unknown)",
    "status",
    "source",
];

/// What is said where no cell is.
const NO_CELL: Cell<'static> =
    Cell { access: Access::None, status: CellStatus::None, reason: "no cell: what is not granted is not read" };

/// The matrix in force; cheap to clone.
#[derive(Debug, Clone)]
pub struct HabilitationMatrix(Arc<Table>);

#[derive(Debug, Clone, Default)]
struct Table {
    /// By profession, then by type; `None` where nothing was said.
    cells: Vec<Option<(Access, CellStatus, u16)>>,
    /// The reasons, each once.
    reasons: Vec<Box<str>>,
    numbers: HashMap<Box<str>, u16>,
}

static PROFESSIONS: LazyLock<Vec<&'static Code>> = LazyLock::new(|| {
    let systems = ["G15", "G16", "R95", "R94", "R291"].map(system_of_number);
    let values = ValueSet::Profession.values().iter().map(|value| &value.code);
    values.filter(|code| systems.contains(&Some(&*code.system))).collect()
});
static PROFESSION_NUMBER: LazyLock<FxHashMap<&'static Code, usize>> =
    LazyLock::new(|| PROFESSIONS.iter().enumerate().map(|(number, code)| (*code, number)).collect());
static TYPE_NUMBER: LazyLock<FxHashMap<&'static Code, usize>> =
    LazyLock::new(|| document_types().iter().enumerate().map(|(number, row)| (&row.code, number)).collect());
static BUILT_IN: LazyLock<HabilitationMatrix> = LazyLock::new(|| HabilitationMatrix(Arc::new(need::expand())));

impl HabilitationMatrix {
    /// The matrix of this release: the cells that public sources give, the others under the rules of need.
    #[must_use]
    pub fn built_in() -> Self {
        BUILT_IN.clone()
    }

    /// Reads a whole matrix in the columns of [`COLUMNS`].
    ///
    /// # Errors
    /// The first [`MatrixFault`], by its line and column and with the way out.
    pub fn from_csv(text: &str) -> Result<Self, MatrixFault> {
        official::read(text).map(|table| Self(Arc::new(table)))
    }

    /// The cell of a profession and a type, both with their system spelt canonically. Who or what has none reads nothing.
    #[must_use]
    pub fn cell(&self, profession: &Code, type_code: &Code) -> Cell<'_> {
        let profession = PROFESSION_NUMBER.get(profession).copied();
        profession
            .zip(TYPE_NUMBER.get(type_code).copied())
            .map_or(NO_CELL, |(profession, row)| self.at(profession, row))
    }

    /// Whether the profession has cells, be they all `none`.
    #[must_use]
    pub fn knows(&self, profession: &Code) -> bool {
        PROFESSION_NUMBER.contains_key(profession)
    }

    /// Whether any cell rests on an assumption: production refuses it unless told otherwise.
    #[must_use]
    pub fn has_assumed(&self) -> bool {
        self.0.cells.iter().flatten().any(|(_, status, _)| *status == CellStatus::Assumed)
    }

    /// The professions and how many of their cells are what.
    #[must_use]
    pub fn counts(&self) -> Vec<ProfessionCount> {
        let count = |(number, code): (usize, &&'static Code)| {
            let cells = || (0..document_types().len()).map(move |row| self.at(number, row));
            let read = cells().filter(|cell| cell.access == Access::Read).count();
            ProfessionCount {
                profession: (*code).clone(),
                label: label(&code.system, &code.code).unwrap_or_default(),
                read,
                none: document_types().len() - read,
                documented: cells().filter(|cell| cell.status == CellStatus::Documented).count(),
                assumed: cells().filter(|cell| cell.status == CellStatus::Assumed).count(),
            }
        };
        PROFESSIONS.iter().enumerate().map(count).collect()
    }

    /// The whole matrix in the columns of [`COLUMNS`], `profession_code` as `system|code`; [`Self::from_csv`] reads it.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut table = String::new();
        csv::write(&mut table, &COLUMNS);
        for (number, code) in PROFESSIONS.iter().enumerate() {
            let (token, name) = (code.to_string(), label(&code.system, &code.code).unwrap_or_default());
            for (row, kind) in document_types().iter().enumerate() {
                let cell = self.at(number, row);
                let (access, status) = (cell.access.code(), cell.status.code());
                let type_code = &*kind.code.code;
                csv::write(
                    &mut table,
                    &[&token, name, "", type_code, &kind.label, &kind.class_code, access, status, cell.reason],
                );
            }
        }
        table
    }

    /// The professions that the matrix speaks of.
    pub fn professions() -> impl Iterator<Item = &'static Code> {
        PROFESSIONS.iter().copied()
    }

    fn at(&self, profession: usize, row: usize) -> Cell<'_> {
        self.0.get(profession, row).unwrap_or(NO_CELL)
    }
}

impl Table {
    fn new() -> Self {
        Self { cells: vec![None; PROFESSIONS.len() * document_types().len()], ..Self::default() }
    }

    fn get(&self, profession: usize, row: usize) -> Option<Cell<'_>> {
        let (access, status, reason) = self.cells.get(profession * document_types().len() + row).copied().flatten()?;
        Some(Cell { access, status, reason: self.reasons.get(usize::from(reason)).map_or("", AsRef::as_ref) })
    }

    /// Sets a cell; false where it was set before, or where there are more reasons than any matrix has.
    fn set(&mut self, profession: usize, row: usize, cell: Cell<'_>) -> bool {
        let number = match self.numbers.get(cell.reason).copied() {
            Some(number) => number,
            None => {
                let Ok(number) = u16::try_from(self.reasons.len()) else { return false };
                self.reasons.push(cell.reason.into());
                self.numbers.insert(cell.reason.into(), number);
                number
            }
        };
        match self.cells.get_mut(profession * document_types().len() + row) {
            Some(place @ None) => {
                *place = Some((cell.access, cell.status, number));
                true
            }
            _ => false,
        }
    }
}

/// The number of a type by its bare code; no two systems share one, which a test holds.
fn type_number(code: &str) -> Option<usize> {
    document_types().iter().position(|row: &DocumentType| *row.code.code == *code)
}
