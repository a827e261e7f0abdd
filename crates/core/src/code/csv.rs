//! Reads the tables of `codes/` (RFC 4180, strictly) and writes them.

use std::borrow::Cow;

/// One line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// Its number in the file, from 1; a quoted field may run over several, the first counts.
    pub line: usize,
    /// Its fields.
    pub fields: Vec<Cow<'a, str>>,
}

impl Row<'_> {
    /// The field of this index, empty where there is none.
    pub fn field(&self, index: usize) -> &str {
        self.fields.get(index).map_or("", AsRef::as_ref)
    }
}

/// Why a text is not a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CsvFault {
    /// The quotes of a field are wrong: one in its midst, text after the last, or none to close it.
    #[error("the quotes of a field are not as RFC 4180 asks")]
    Quotes(usize),
    /// Another number of fields than the header has.
    #[error("the line has another number of fields than the header")]
    Width(usize),
    /// No header.
    #[error("the table has no header")]
    Empty,
}

/// The header and the rows of a table; empty lines are passed over, so is a byte order mark.
pub(crate) fn read(text: &str) -> Result<(Row<'_>, Vec<Row<'_>>), CsvFault> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut line = 1;
    let mut rows: Vec<Row<'_>> = Vec::new();
    while !rest.is_empty() {
        let start = line;
        let mut fields = Vec::new();
        loop {
            let (value, after) = field(rest, start)?;
            line += value.matches('\n').count();
            fields.push(value);
            let mut characters = after.chars();
            let separator = characters.next();
            rest = characters.as_str();
            match separator {
                Some(',') => {}
                Some('\r') => rest = rest.strip_prefix('\n').ok_or(CsvFault::Quotes(start))?,
                None | Some('\n') => {}
                Some(_) => return Err(CsvFault::Quotes(start)),
            }
            if separator != Some(',') {
                break;
            }
        }
        line += 1;
        if fields.len() > 1 || fields.first().is_some_and(|only| !only.is_empty()) {
            rows.push(Row { line: start, fields });
        }
    }
    let width = rows.first().map_or(0, |row| row.fields.len());
    if let Some(odd) = rows.iter().find(|row| row.fields.len() != width) {
        return Err(CsvFault::Width(odd.line));
    }
    if rows.is_empty() { Err(CsvFault::Empty) } else { Ok((rows.remove(0), rows)) }
}

/// The first field of `text`, and what follows it.
fn field(text: &str, line: usize) -> Result<(Cow<'_, str>, &str), CsvFault> {
    let Some(mut rest) = text.strip_prefix('"') else {
        let end = text.find([',', '\r', '\n']).unwrap_or(text.len());
        let (value, after) = text.split_at(end);
        return if value.contains('"') { Err(CsvFault::Quotes(line)) } else { Ok((Cow::Borrowed(value), after)) };
    };
    let mut value = Cow::Borrowed("");
    loop {
        let (part, after) = rest.split_once('"').ok_or(CsvFault::Quotes(line))?;
        value += part;
        match after.strip_prefix('"') {
            Some(more) => {
                value += "\"";
                rest = more;
            }
            None => return Ok((value, after)),
        }
    }
}

/// Writes one line; fields are quoted only where they must be.
pub(crate) fn write(table: &mut String, fields: &[&str]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            table.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            table.push('"');
            table.push_str(&field.replace('"', "\"\""));
            table.push('"');
        } else {
            table.push_str(field);
        }
    }
    table.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let mut table = String::new();
        write(&mut table, &["a", "b,\"c\"", ""]);
        write(&mut table, &["1", "two\nlines", "3"]);
        write(&mut table, &["x", "", "z"]);
        let (header, rows) = read(&table).unwrap();
        assert_eq!(header.field(1), "b,\"c\"");
        assert_eq!(rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(rows[0].field(1), "two\nlines");
    }

    #[test]
    fn refuses_what_is_ambiguous() {
        assert_eq!(read("a,b\n1\n").unwrap_err(), CsvFault::Width(2));
        assert_eq!(read("a\nb\"c\n").unwrap_err(), CsvFault::Quotes(2));
        assert_eq!(read("a\n\"b\"c\n").unwrap_err(), CsvFault::Quotes(2));
        assert_eq!(read("a\n\"b\n").unwrap_err(), CsvFault::Quotes(2));
        assert_eq!(read("").unwrap_err(), CsvFault::Empty);
    }
}
