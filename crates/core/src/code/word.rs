//! A short text that comes again and again: codes, their systems, their labels. What the tables know is one piece of memory, however many
//! documents say it.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use rustc_hash::FxHashSet;

use crate::encoding::{Malformed, Reader, Stored, Writer};

static KNOWN: LazyLock<FxHashSet<Arc<str>>> = LazyLock::new(|| super::table::words().map(Arc::from).collect());

/// A word, cheap to clone.
#[derive(Clone, Eq, PartialOrd, Ord)]
pub struct Word(Arc<str>);

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

impl Hash for Word {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Deref for Word {
    type Target = str;
    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Word {
    fn from(text: &str) -> Self {
        Self(KNOWN.get(text).map_or_else(|| Arc::from(text), Arc::clone))
    }
}

impl From<String> for Word {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Box<str>> for Word {
    fn from(text: Box<str>) -> Self {
        Self::from(&*text)
    }
}

impl From<&Word> for Box<str> {
    fn from(word: &Word) -> Self {
        (&*word.0).into()
    }
}

impl From<Word> for Box<str> {
    fn from(word: Word) -> Self {
        Self::from(&word)
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, formatter)
    }
}

impl fmt::Display for Word {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&*self.0, formatter)
    }
}

impl Stored for Word {
    fn put(&self, writer: &mut Writer) {
        writer.text(self);
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.text().map(Self::from)
    }
}
