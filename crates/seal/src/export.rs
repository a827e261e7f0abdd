//! A journal as a text file that a verifier reads without this program: one form only, no bit that is not read.
//!
//! ```text
//! dmp-journal 1 <journal> <sub-key of entries, hexadecimal>
//! <seq> <row, hexadecimal>
//! head <digest, hexadecimal> <number of entries>
//! ```

use crate::Fault;
use crate::chain::Digest;
use crate::entry::{Position, open};
use crate::key::EntriesKey;

/// Why a journal cannot be exported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportFault {
    /// A row does not verify.
    #[error("entry {0}: {1}")]
    Entry(u32, Fault),
    /// A journal without entries has no head and no export.
    #[error("the journal has no entries")]
    Empty,
}

/// Writes the export of one journal, row by row, in order.
#[derive(Debug)]
pub struct Export<'a> {
    key: &'a EntriesKey,
    journal: u32,
    seq: u32,
    head: Option<Digest>,
    text: String,
}

impl<'a> Export<'a> {
    /// Begins the export of `journal`.
    #[must_use]
    pub fn new(journal: u32, key: &'a EntriesKey) -> Self {
        let text = format!("dmp-journal 1 {journal} {}\n", hex::encode(key.secret().reveal()));
        Self { key, journal, seq: 0, head: None, text }
    }

    /// Adds the next row, after verifying it: a fault in the store must not be exported as if it were none.
    ///
    /// # Errors
    /// [`ExportFault::Entry`] with the fault.
    pub fn push(&mut self, row: &[u8]) -> Result<(), ExportFault> {
        let seq = self.seq + 1;
        let position = Position { journal: self.journal, seq };
        let entry =
            open(self.key, position, self.head.as_ref(), row).map_err(|fault| ExportFault::Entry(seq, fault))?;
        self.seq = seq;
        self.head = Some(entry.digest);
        self.text.push_str(&format!("{seq} {}\n", hex::encode(row)));
        Ok(())
    }

    /// Closes the export: its text and the digest of the head.
    ///
    /// # Errors
    /// [`ExportFault::Empty`] if no row was pushed.
    pub fn finish(mut self) -> Result<(String, Digest), ExportFault> {
        let head = self.head.ok_or(ExportFault::Empty)?;
        self.text.push_str(&format!("head {head} {}\n", self.seq));
        Ok((self.text, head))
    }
}
