//! The files of a data folder belong together. Where one is missing beside the others, nothing is made in its place: an empty journal
//! would answer that nobody has a dossier, and the next entries would bury what a backup still holds.

use std::path::{Path, PathBuf};

use dmp_store::blobs::{LostFile, lost_files};
use dmp_store::engine::Engine;
use dmp_store::keys::DestroyedJournals;

use crate::failure::Failure;

/// The files, all made on the first start.
#[derive(Debug)]
pub struct DataFiles {
    /// The journals.
    pub journal: PathBuf,
    /// The keys of journals.
    pub keys: PathBuf,
    /// The index of the documents,
    pub blobs: PathBuf,
    /// and the folder of their bytes.
    pub segments: PathBuf,
    /// The list of destroyed journals.
    pub destroyed: PathBuf,
}

impl DataFiles {
    /// Those of a folder, and the list beside it.
    pub fn of(dir: &Path, destroyed: &Path) -> Self {
        Self {
            journal: dir.join("journal.sqlite"),
            keys: dir.join("keys.sqlite"),
            blobs: dir.join("blobs.sqlite"),
            segments: dir.join("blobs"),
            destroyed: destroyed.to_owned(),
        }
    }

    /// Refuses a folder whose journal is gone. It is the first file that is made: the others are never there alone, but for an empty
    /// list that somebody laid ready.
    ///
    /// # Errors
    /// [`Failure`] that names the journal, and what is there without it.
    pub fn has_journal(&self) -> Result<(), Failure> {
        let filled = std::fs::metadata(&self.destroyed).is_ok_and(|list| list.len() > 0);
        let list = filled.then_some(&self.destroyed);
        let others = [&self.keys, &self.blobs, &self.segments].into_iter().filter(|path| path.exists()).chain(list);
        match (self.journal.exists(), others.into_iter().next()) {
            (false, Some(other)) => Err(missing(&self.journal, &format!("{} is there without it", other.display()))),
            _ => Ok(()),
        }
    }

    /// Refuses a journal with entries beside which something is gone. A start that was cut off before the first entry is made again.
    ///
    /// # Errors
    /// [`Failure`] that names what is missing, or when the engine gives no answer.
    pub async fn has_others(&self, engine: &dyn Engine) -> Result<(), Failure> {
        if engine.scan(0, 1, None, 1).await?.is_empty() {
            return Ok(());
        }
        let others = [&self.keys, &self.blobs, &self.segments, &self.destroyed];
        match others.into_iter().find(|path| !path.exists()) {
            Some(path) => Err(missing(path, &format!("{} has entries", self.journal.display()))),
            None => Ok(()),
        }
    }

    /// Refuses documents whose bytes are gone, whole files of them: they would be in every list, and open for nobody.
    ///
    /// # Errors
    /// [`Failure`] that names the files, or when the index cannot be read.
    pub fn has_bytes(&self, destroyed: &DestroyedJournals) -> Result<(), Failure> {
        let lost = lost_files(&self.blobs, |journal| destroyed.has(journal))
            .map_err(|error| Failure::of(&self.blobs.display().to_string(), error))?;
        for file in &lost {
            tracing::error!(file = %file.path.display(), length = ?file.length, needed = file.needed, "documents are lost");
        }
        lost.first().map_or(Ok(()), |first| Err(cut(first, lost.len() - 1)))
    }
}

fn cut(file: &LostFile, others: usize) -> Failure {
    let what = match file.length {
        None => "is not here".to_owned(),
        Some(length) => format!("ends after {length} bytes"),
    };
    let more = if others == 0 { String::new() } else { format!(" ({others} more are as this one)") };
    let text = format!(
        "{what}, and {needed} bytes of it hold documents{more}: bring it back whole from the backup that blobs.sqlite came from, or from \
         where it went",
        needed = file.needed
    );
    Failure::of(&file.path.display().to_string(), text)
}

fn missing(path: &Path, why: &str) -> Failure {
    let text = format!("is not here, and {why}: bring it back from where it went, or name another folder");
    Failure::of(&path.display().to_string(), text)
}
