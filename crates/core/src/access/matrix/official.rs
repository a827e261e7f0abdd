//! Reads a matrix that somebody gives us, and refuses it whole at its first fault.

use super::need::profession_number;
use super::{Access, COLUMNS, Cell, CellStatus, MatrixFault, PROFESSIONS, Table, type_number};
use crate::code::csv::{self, CsvFault, Row};
use crate::code::table::{document_types, system_of_number};

/// Where each of [`COLUMNS`] stands in the file.
type Places = [usize; COLUMNS.len()];

pub(super) fn read(text: &str) -> Result<Table, MatrixFault> {
    let (header, rows) = csv::read(text).map_err(not_a_table)?;
    let places = places(&header)?;
    let mut table = Table::new();
    for row in &rows {
        line(&mut table, row, &places)?;
    }
    complete(&table, rows.last().map_or(2, |row| row.line + 1))?;
    Ok(table)
}

fn not_a_table(fault: CsvFault) -> MatrixFault {
    let (line, rule) = match fault {
        CsvFault::Quotes(line) => (line, "the quotes of a field are wrong"),
        CsvFault::Width(line) => (line, "the line has another number of fields than the header"),
        CsvFault::Empty => (1, "the file is empty"),
    };
    MatrixFault::new(
        line,
        "*",
        rule,
        "Write the file as CSV (RFC 4180, UTF-8, commas); `dmp matrix show` prints a model",
    )
}

fn places(header: &Row<'_>) -> Result<Places, MatrixFault> {
    let way_out = || format!("The columns are: {}", COLUMNS.join(","));
    if header.fields.iter().any(|field| !COLUMNS.contains(&field.as_ref())) {
        return Err(MatrixFault::new(1, "*", "a column is unknown", way_out()));
    }
    if header.fields.len() != COLUMNS.len() {
        return Err(MatrixFault::new(1, "*", "a column is given twice or is missing", way_out()));
    }
    let mut places = [0; COLUMNS.len()];
    for (place, name) in places.iter_mut().zip(COLUMNS) {
        let found = header.fields.iter().position(|field| field == name);
        *place = found.ok_or_else(|| MatrixFault::new(1, name, "a column is given twice or is missing", way_out()))?;
    }
    Ok(places)
}

fn line(table: &mut Table, row: &Row<'_>, places: &Places) -> Result<(), MatrixFault> {
    let [profession, _, scope, type_code, _, class, access, status, source] = places.map(|place| row.field(place));
    let fault = |column, rule, way_out: String| Err(MatrixFault::new(row.line, column, rule, way_out));
    let Some(number) = profession_number(profession) else {
        let way_out = "Write system|code with a profession of the value set JDV_J65: 1.2.250.1.71.1.2.7|10";
        return fault("profession_code", "the profession is unknown", way_out.to_owned());
    };
    if !scope.is_empty() {
        return fault(
            "scope",
            "a line that speaks of several types",
            "Leave the scope empty, one line a type".to_owned(),
        );
    }
    let Some(kind) = type_number(type_code) else {
        return fault(
            "type_code",
            "the type of document is unknown",
            "Use a code of codes/document-types.csv".to_owned(),
        );
    };
    if let Some(own) = document_types().get(kind).filter(|own| !class.is_empty() && own.class_code != class) {
        return fault("class_code", "the class is not that of the type", format!("The class is {}", own.class_code));
    }
    let Some(access) = Access::from_code(access) else {
        let rule = if access.is_empty() { "the access is empty" } else { "the access is neither read nor none" };
        return fault("access (read/none/unknown)", rule, "Decide: read or none".to_owned());
    };
    let Some(status) = CellStatus::from_code(status) else {
        return fault("status", "the status is unknown", "Write documented, assumed or none".to_owned());
    };
    if access == Access::Read && status == CellStatus::None {
        return fault("status", "a cell that rests on nothing grants access", "Write documented or assumed".to_owned());
    }
    if status == CellStatus::Assumed && source.is_empty() {
        return fault(
            "source",
            "an assumed cell has no reason",
            "Say why the profession needs this type, or not".to_owned(),
        );
    }
    if table.set(number, kind, Cell { access, status, reason: source }) {
        Ok(())
    } else {
        fault("type_code", "the cell is given twice", "Leave one of the two lines out".to_owned())
    }
}

/// Every profession of health must have a cell for every type of the DMP; the others read nothing without one.
fn complete(table: &Table, line: usize) -> Result<(), MatrixFault> {
    let health = [system_of_number("G15"), system_of_number("G16")];
    for (number, profession) in PROFESSIONS.iter().enumerate().filter(|(_, code)| health.contains(&Some(&*code.system)))
    {
        for (row, kind) in document_types().iter().enumerate().filter(|(_, kind)| kind.in_dmp) {
            if table.get(number, row).is_none() {
                let way_out =
                    format!("Add a line for {profession} and {}, with none if nothing grants it", kind.code.code);
                return Err(MatrixFault::new(line, "*", "a cell is missing", way_out));
            }
        }
    }
    Ok(())
}
