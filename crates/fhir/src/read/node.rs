//! A JSON value and where it stands.

use dmp_core::code::{Dtm, turns_others};
use serde_json::Value;

use crate::problem::Problem;

/// The longest text that any element may hold, in bytes.
const LONGEST_TEXT: usize = 4_000;

/// How many members a list may have: authors, events, references, codings. A document that has more is about something else, and each is
/// kept and compared for as long as the dossier lasts.
pub const LONGEST_LIST: usize = 100;

/// A value and its FHIRPath.
#[derive(Debug, Clone)]
pub struct Node<'a> {
    /// The value.
    pub value: &'a Value,
    /// Its path.
    pub path: String,
}

impl<'a> Node<'a> {
    /// The root of a resource.
    #[must_use]
    pub fn root(value: &'a Value, path: impl Into<String>) -> Self {
        Self { value, path: path.into() }
    }

    /// An element, if it is there.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Self> {
        self.value.get(name).map(|value| Self { value, path: format!("{}.{name}", self.path) })
    }

    /// An element that must be there.
    ///
    /// # Errors
    /// A [`Problem`] that names it.
    pub fn need(&self, name: &str) -> Result<Self, Problem> {
        self.get(name).ok_or_else(|| {
            Problem::element(format!("{}.{name}", self.path), "required", format!("`{name}` must be given"))
        })
    }

    /// The members of an element that is a list; none when it is not there.
    ///
    /// # Errors
    /// A [`Problem`] when it is there and no list, or has more than [`LONGEST_LIST`] members.
    pub fn list(&self, name: &str) -> Result<Vec<Self>, Problem> {
        self.list_of(name, LONGEST_LIST)
    }

    /// The members of an element that is a list of at most so many.
    ///
    /// # Errors
    /// A [`Problem`] when it is there and no list, or has more.
    pub fn list_of(&self, name: &str, most: usize) -> Result<Vec<Self>, Problem> {
        let Some(node) = self.get(name) else { return Ok(Vec::new()) };
        let Some(items) = node.value.as_array() else {
            return Err(Problem::element(node.path, "cardinality", format!("`{name}` must be a list")));
        };
        if items.len() > most {
            return Err(Problem::element(
                node.path,
                "cardinality",
                format!("`{name}` has at most {most} members here"),
            ));
        }
        Ok(items
            .iter()
            .enumerate()
            .map(|(place, value)| Self { value, path: format!("{}[{place}]", node.path) })
            .collect())
    }

    /// The text of this value.
    ///
    /// # Errors
    /// A [`Problem`] when it is no text, empty, too long, or holds control characters.
    pub fn text(&self) -> Result<&'a str, Problem> {
        let wrong = |rule, why: &str| Problem::element(self.path.clone(), rule, why.to_owned());
        let text = self.value.as_str().ok_or_else(|| wrong("type", "a text is expected here"))?;
        if text.trim().is_empty() {
            return Err(wrong("empty", "the text is empty: leave the element out, or fill it"));
        }
        if text.len() > LONGEST_TEXT {
            return Err(wrong("length", "the text is longer than 4,000 bytes"));
        }
        if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r')) {
            return Err(wrong("characters", "the text holds a control character"));
        }
        if text.chars().any(turns_others) {
            return Err(wrong(
                "characters",
                "the text holds a character that turns others around (U+202A to U+202E, U+2066 to U+2069)",
            ));
        }
        Ok(text)
    }

    /// The text of an element, if it is there.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn text_of(&self, name: &str) -> Result<Option<&'a str>, Problem> {
        self.get(name).map(|node| node.text()).transpose()
    }

    /// A boolean, if it is there. What is neither true nor false says neither.
    ///
    /// # Errors
    /// A [`Problem`] when it is no boolean.
    pub fn truth_of(&self, name: &str) -> Result<Option<bool>, Problem> {
        let Some(node) = self.get(name) else { return Ok(None) };
        node.value.as_bool().map(Some).ok_or_else(|| node.wrong("type", "true or false is expected here"))
    }

    /// A date, dateTime or instant.
    ///
    /// # Errors
    /// A [`Problem`] when it is none.
    pub fn date_of(&self, name: &str) -> Result<Option<Dtm>, Problem> {
        let Some(node) = self.get(name) else { return Ok(None) };
        let text = node.text()?;
        Dtm::parse_fhir(text)
            .map(Some)
            .map_err(|fault| Problem::element(node.path, "date", format!("{fault}: write 2026-11-22T10:00:00+01:00")))
    }

    /// Refuses elements that the resource does not have, and those that would change its meaning.
    ///
    /// # Errors
    /// A [`Problem`] that names the element.
    pub fn only(&self, names: &[&str]) -> Result<(), Problem> {
        let Some(object) = self.value.as_object() else {
            return Err(Problem::element(self.path.clone(), "type", "a resource is expected here"));
        };
        for name in object.keys() {
            let bare = name.strip_prefix('_').unwrap_or(name);
            if !names.contains(&bare) {
                let path = format!("{}.{name}", self.path);
                return Err(Problem::element(
                    path,
                    "unknown-element",
                    "this element is not taken here: it would be lost",
                ));
            }
        }
        Ok(())
    }

    /// Says what is wrong with this value.
    #[must_use]
    pub fn wrong(&self, rule: &'static str, diagnostics: impl Into<String>) -> Problem {
        Problem::element(self.path.clone(), rule, diagnostics)
    }
}
