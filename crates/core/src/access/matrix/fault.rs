//! What is wrong with a matrix, and the way out.

/// The first thing wrong with a matrix that was offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {rule}. {way_out}")]
pub struct MatrixFault {
    /// The line of the file, from 1; the line after the last where a cell is missing.
    pub line: usize,
    /// The column by its name; `*` for the line as a whole.
    pub column: &'static str,
    /// The rule that is broken.
    pub rule: &'static str,
    /// What to do.
    pub way_out: Box<str>,
}

impl MatrixFault {
    pub(super) fn new(line: usize, column: &'static str, rule: &'static str, way_out: impl Into<Box<str>>) -> Self {
        Self { line, column, rule, way_out: way_out.into() }
    }
}
