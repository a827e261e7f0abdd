//! The list of destroyed journals: append-only, outside every backup, applied before a restored system serves.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use super::KeyFault;
use crate::engine::JOURNAL_LIMIT;

/// The list, and the file that it is kept in: one line `<journal> <milliseconds since 1970>` for each. Cloning shares it.
#[derive(Debug, Clone, Default)]
pub struct DestroyedJournals(Arc<RwLock<List>>);

#[derive(Debug, Default)]
struct List {
    file: Option<File>,
    length: u64,
    order: Vec<(u32, u64)>,
    journals: BTreeSet<u32>,
}

impl DestroyedJournals {
    /// Opens the list, and makes the file if it is not there. A last line that a crash cut short is passed over: its destruction
    /// was not acknowledged.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] if the file cannot be read and appended to, or has a line that is none of ours.
    pub fn open(path: &Path) -> Result<Self, KeyFault> {
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(unavailable)?;
        let (lines, whole, length) = read(&mut file)?;
        if whole < length {
            file.set_len(whole as u64).map_err(unavailable)?;
        }
        let mut list = List { file: Some(file), length: whole as u64, ..List::default() };
        list.take(lines);
        Ok(Self(Arc::new(RwLock::new(list))))
    }

    /// Reads the list to look at it alone: nothing is made or changed, and what is added is kept in memory.
    ///
    /// # Errors
    /// As [`Self::open`]; a list that is not there is empty.
    pub fn look(path: &Path) -> Result<Self, KeyFault> {
        let mut list = List::default();
        match File::open(path) {
            Ok(mut file) => list.take(read(&mut file)?.0),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unavailable(error)),
        }
        Ok(Self(Arc::new(RwLock::new(list))))
    }

    /// Takes over what another process added.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn follow(&self) -> Result<(), KeyFault> {
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let known = list.length;
        let Some(file) = &mut list.file else { return Ok(()) };
        // Mostly nobody did.
        if file.metadata().map_err(unavailable)?.len() == known {
            return Ok(());
        }
        file.rewind().map_err(unavailable)?;
        let (lines, whole, _) = read(file)?;
        list.length = whole as u64;
        list.take(lines);
        Ok(())
    }

    /// A list that lives as long as its last clone.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::default()
    }

    /// Adds a journal, destroyed at `at_ms` (milliseconds since 1970). Durable on return; adding it twice changes nothing.
    ///
    /// # Errors
    /// [`KeyFault::Unavailable`] if it cannot be written.
    pub fn add(&self, journal: u32, at_ms: u64) -> Result<(), KeyFault> {
        let mut list = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if list.journals.contains(&journal) {
            return Ok(());
        }
        if let Some(file) = &mut list.file {
            file.write_all(format!("{journal} {at_ms}\n").as_bytes()).map_err(unavailable)?;
            file.sync_all().map_err(unavailable)?;
            // What another process added before it is read at the next look.
            list.length = 0;
        }
        list.journals.insert(journal);
        list.order.push((journal, at_ms));
        Ok(())
    }

    /// Whether a journal is on the list.
    #[must_use]
    pub fn has(&self, journal: u32) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).journals.contains(&journal)
    }

    /// The greatest number of a journal on the list.
    #[must_use]
    pub fn greatest(&self) -> Option<u32> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).journals.last().copied()
    }

    /// The journals on the list from that place on, in the order in which they were added, each with when it was destroyed in
    /// milliseconds since 1970.
    #[must_use]
    pub fn from(&self, place: usize) -> Vec<(u32, u64)> {
        let list = self.0.read().unwrap_or_else(PoisonError::into_inner);
        list.order.get(place..).unwrap_or_default().to_vec()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).order.len()
    }
}

impl List {
    /// Two processes may each have written the same journal: it has its first place.
    fn take(&mut self, lines: Lines) {
        for (journal, at) in lines {
            if self.journals.insert(journal) {
                self.order.push((journal, at));
            }
        }
    }
}

/// A journal and when it was destroyed, line by line.
type Lines = Vec<(u32, u64)>;

/// The whole lines of the file, where they end, and where the file does.
fn read(file: &mut File) -> Result<(Lines, usize, usize), KeyFault> {
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unavailable)?;
    let whole = text.rfind('\n').map_or(0, |end| end + 1);
    let read = |line: &str| {
        let (journal, at) = line.split_once(' ')?;
        let journal = journal.parse().ok().filter(|journal| *journal < JOURNAL_LIMIT)?;
        Some((journal, at.parse().ok()?))
    };
    let lines: Option<Lines> = text.get(..whole).unwrap_or_default().lines().map(read).collect();
    let damaged = || KeyFault::Unavailable("the list of destroyed journals is damaged".to_owned());
    Ok((lines.ok_or_else(damaged)?, whole, text.len()))
}

fn unavailable(error: std::io::Error) -> KeyFault {
    KeyFault::Unavailable(error.to_string())
}
