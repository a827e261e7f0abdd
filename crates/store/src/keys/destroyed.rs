//! The list of destroyed journals: append-only, outside every backup, applied before a restored system serves.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use super::KeyFault;

/// The list, and the file that it is kept in: one line `<journal> <milliseconds since 1970>` for each.
#[derive(Debug)]
pub struct DestroyedJournals {
    file: File,
    destroyed: BTreeMap<u32, u64>,
}

impl DestroyedJournals {
    /// Opens the list, and makes the file if it is not there. A last line that a crash cut short is passed over: its destruction
    /// was not acknowledged.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] if the file cannot be read and appended to, or has a line that is none of ours.
    pub fn open(path: &Path) -> Result<Self, KeyFault> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(unavailable)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(unavailable)?;
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let read = |line: &str| {
            let (journal, at) = line.split_once(' ')?;
            Some((journal.parse().ok()?, at.parse().ok()?))
        };
        let lines: Option<BTreeMap<u32, u64>> = text.get(..whole).unwrap_or_default().lines().map(read).collect();
        let destroyed =
            lines.ok_or_else(|| KeyFault::Unavailable("the list of destroyed journals is damaged".to_owned()))?;
        if whole < text.len() {
            file.set_len(whole as u64).map_err(unavailable)?;
        }
        Ok(Self { file, destroyed })
    }

    /// Adds a journal, destroyed at `at_ms` (milliseconds since 1970). Durable on return; adding it twice changes nothing.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] if it cannot be written.
    pub fn add(&mut self, journal: u32, at_ms: u64) -> Result<(), KeyFault> {
        if self.destroyed.contains_key(&journal) {
            return Ok(());
        }
        self.file.write_all(format!("{journal} {at_ms}\n").as_bytes()).map_err(unavailable)?;
        self.file.sync_all().map_err(unavailable)?;
        self.destroyed.insert(journal, at_ms);
        Ok(())
    }

    /// Whether a journal is on the list.
    #[must_use]
    pub fn has(&self, journal: u32) -> bool {
        self.destroyed.contains_key(&journal)
    }

    /// The journals on the list, each with when it was destroyed in milliseconds since 1970.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u64)> {
        self.destroyed.iter().map(|(journal, at)| (*journal, *at))
    }
}

fn unavailable(error: std::io::Error) -> KeyFault {
    KeyFault::Unavailable(error.to_string())
}
