//! The file of the root key, and its replacement: the next one beside it while the key store is rewrapped, then in its place.
//!
//! `root.key` is in force, `root.key.next` is the root of an epoch that has begun or is about to, `root.key.lock` is locked by the process
//! that rotates or destroys. Whatever a crash leaves is taken up: both roots are given to the key store, and the swap is made when every
//! epoch opens with the next one alone.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use dmp_store::Chance;
use dmp_store::keys::RootKey;

use crate::data_dir::write_secret;
use crate::failure::Failure;
use crate::world::SystemChance;

/// The files of the root key.
#[derive(Debug, Clone)]
pub struct RootFile {
    path: PathBuf,
}

/// Held as long as one process alone may rotate and destroy.
#[derive(Debug)]
pub struct Alone {
    _file: File,
}

impl RootFile {
    /// The files at that place.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(ending);
        name.into()
    }

    fn next_path(&self) -> PathBuf {
        self.beside(".next")
    }

    /// The root in force; `None` before the first opening of a folder without keys.
    ///
    /// # Errors
    /// [`Failure`] when it is not here and `has_data`, or is no key.
    pub fn read(&self, has_data: bool) -> Result<Option<[u8; 32]>, Failure> {
        let name = self.path.display().to_string();
        if let Ok(bytes) = std::fs::read(&self.path) {
            return bytes.try_into().map(Some).map_err(|_| Failure::of(&name, "a root key has 32 bytes"));
        }
        if has_data {
            return Err(Failure::of(
                &name,
                "the root key of this data is not here: bring it back, nothing opens without it",
            ));
        }
        Ok(None)
    }

    /// The same, made on the first opening, readable by its owner alone.
    ///
    /// # Errors
    /// As [`Self::read`], and when it cannot be written.
    pub fn read_or_make(&self, has_data: bool) -> Result<[u8; 32], Failure> {
        if let Some(root) = self.read(has_data)? {
            return Ok(root);
        }
        let root = draw();
        write_secret(&self.path, &root).map_err(|error| Failure::of(&self.path.display().to_string(), error))?;
        Ok(root)
    }

    /// The roots that may be in force: the one that is, and the next if there is one.
    pub fn roots(&self) -> Vec<RootKey> {
        // The next first: when it takes the other's place between two readings, it is still found.
        let read = |path: &Path| std::fs::read(path).ok().and_then(|bytes| bytes.try_into().ok()).map(RootKey::new);
        let (next, root) = (read(&self.next_path()), read(&self.path));
        root.into_iter().chain(next).collect()
    }

    /// Whether a rotation was begun and not ended.
    pub fn has_next(&self) -> bool {
        self.next_path().exists()
    }

    /// The next root: the one that a rotation which was cut off had made, or a fresh one; durable.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be written.
    pub fn next(&self) -> Result<RootKey, Failure> {
        let (path, fresh) = (self.next_path(), self.beside(".fresh"));
        let name = path.display().to_string();
        if let Ok(bytes) = std::fs::read(&path) {
            let whole: [u8; 32] = bytes.try_into().map_err(|_| Failure::of(&name, "a root key has 32 bytes"))?;
            return Ok(RootKey::new(whole));
        }
        let root = draw();
        // One that a crash cut short was never in force.
        drop(std::fs::remove_file(&fresh));
        write_secret(&fresh, &root).map_err(|error| Failure::of(&name, error))?;
        std::fs::rename(&fresh, &path).and_then(|()| self.sync_folder()).map_err(|error| Failure::of(&name, error))?;
        Ok(RootKey::new(root))
    }

    /// The next root takes the place of the one in force, whose bytes are overwritten first. Only who is [`Self::alone`] may.
    ///
    /// # Errors
    /// [`Failure`] when a file cannot be written: the swap is made again.
    pub fn swap(&self) -> Result<(), Failure> {
        let overwrite = || {
            // Without a next one there is nothing to swap, and the one in force must not be touched.
            File::open(self.next_path())?;
            let mut file = OpenOptions::new().write(true).open(&self.path)?;
            file.write_all(&[0; 32])?;
            file.sync_all()?;
            std::fs::rename(self.next_path(), &self.path)?;
            self.sync_folder()
        };
        overwrite().map_err(|error| Failure::of(&self.path.display().to_string(), error))
    }

    /// One process alone may rotate and destroy; `None` when another does.
    ///
    /// # Errors
    /// [`Failure`] when the lock cannot be made.
    pub fn alone(&self) -> Result<Option<Alone>, Failure> {
        let path = self.beside(".lock");
        let failed = |error: std::io::Error| Failure::of(&path.display().to_string(), error);
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Alone { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    fn sync_folder(&self) -> std::io::Result<()> {
        let folder = self.path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }
}

fn draw() -> [u8; 32] {
    let mut root = [0; 32];
    SystemChance.fill(&mut root);
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cut off after any step, both roots are found, and at the end only the next.
    #[test]
    fn a_swap_may_be_cut_off_anywhere() {
        let folder = tempfile::tempdir().unwrap();
        let file = RootFile::new(&folder.path().join("root.key"));
        let old = RootKey::new(file.read_or_make(false).unwrap());
        assert_eq!(file.roots(), std::slice::from_ref(&old));
        std::fs::write(folder.path().join("root.key.fresh"), [1; 7]).unwrap();
        let next = file.next().unwrap();
        assert_eq!(file.next().unwrap(), next, "the same when it is taken up");
        assert_eq!(file.roots(), [old.clone(), next.clone()]);
        // A crash between the overwriting and the renaming.
        std::fs::write(folder.path().join("root.key"), [0; 32]).unwrap();
        assert!(file.roots().contains(&next) && !file.roots().contains(&old));
        let alone = file.alone().unwrap();
        assert!(alone.is_some() && file.alone().unwrap().is_none(), "one at a time");
        file.swap().unwrap();
        assert_eq!(file.roots(), [next]);
        assert!(!file.has_next());
        let swapped = file.roots();
        assert!(file.swap().is_err() && file.roots() == swapped, "without a next one the one in force is not touched");
    }
}
