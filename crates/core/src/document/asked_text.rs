//! The texts that a clause asks for, made ready once: a search compares them with the names of every author in a dossier.

use super::Author;
use super::criteria::{Clause, Field, TextMatch, Value};
use crate::code::fold;

/// The texts of a clause: one of them must be found.
#[derive(Debug, Clone, Default)]
pub struct AskedTexts<'a> {
    exact: Vec<&'a str>,
    starts: Vec<String>,
    contains: Vec<String>,
}

impl<'a> AskedTexts<'a> {
    /// Those of a clause; none where it asks for something else than text.
    #[must_use]
    pub fn of(clause: &'a Clause) -> Self {
        let mut asked = Self::default();
        for value in &clause.any {
            let Value::Text(text) = value else { continue };
            match text.how {
                TextMatch::Exact => asked.exact.push(&text.text),
                TextMatch::Starts => asked.starts.push(fold(&text.text)),
                TextMatch::Contains => asked.contains.push(fold(&text.text)),
            }
        }
        asked
    }

    /// Whether one of them is found in a text, as it was asked.
    #[must_use]
    pub fn are_in(&self, text: &str) -> bool {
        if self.exact.contains(&text) {
            return true;
        }
        if self.starts.is_empty() && self.contains.is_empty() {
            return false;
        }
        let folded = fold(text);
        self.starts.iter().any(|asked| folded.starts_with(asked))
            || self.contains.iter().any(|asked| folded.contains(asked))
    }

    /// Whether one of them is found in the name of one of these authors.
    #[must_use]
    pub fn are_of(&self, field: Field, authors: &[&Author]) -> bool {
        if self.exact.is_empty() && self.starts.is_empty() && self.contains.is_empty() {
            return false;
        }
        authors.iter().filter_map(|author| author.person.as_ref()).any(|person| {
            let (family, given) = (person.name.family.as_deref(), person.name.given.as_deref());
            let asked = match field {
                Field::AuthorFamily => [family, None],
                Field::AuthorGiven => [None, given],
                Field::AuthorName => [family, given],
                _ => [None, None],
            };
            asked.into_iter().flatten().any(|name| self.are_in(name))
        })
    }
}
