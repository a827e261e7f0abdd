//! Texts in both languages, as the tables of `codes/` hold them: a key, the French, the English.

use std::collections::BTreeMap;

/// The language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// French, the first.
    French,
    /// English.
    English,
}

impl Language {
    /// Its code of ISO 639-1.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// The language of a code; `None` where nothing is told in it.
    #[must_use]
    pub fn of_code(code: &str) -> Option<Self> {
        [Self::French, Self::English].into_iter().find(|one| one.code() == code)
    }

    /// The one that a text is in where it is not in this one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::French => Self::English,
            Self::English => Self::French,
        }
    }
}

/// One row: the two texts.
#[derive(Debug)]
struct Row {
    french: &'static str,
    english: &'static str,
}

/// A table of texts.
#[derive(Debug)]
pub struct Texts(BTreeMap<&'static str, Row>);

impl Texts {
    /// Reads a table: `#` begins a remark, the first other line is the heading.
    #[must_use]
    pub fn read(table: &'static str) -> Self {
        let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).skip(1);
        let row = |line: &'static str| {
            let mut cells = line.split('|').map(str::trim);
            Some((cells.next()?, Row { french: cells.next()?, english: cells.next()? }))
        };
        Self(lines.filter_map(row).collect())
    }

    /// A text; `None` only if the table lacks it, which a test of each table forbids.
    #[must_use]
    pub fn get(&self, key: &str, language: Language) -> Option<&'static str> {
        let row = self.0.get(key)?;
        Some(match language {
            Language::French => row.french,
            Language::English => row.english,
        })
    }
}
