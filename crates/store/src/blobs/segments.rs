//! Files of sealed bytes, one blob's after another's: written once, never moved, erased where they lie.
//!
//! Several processes may write beside each other: each appends to a file of its own, which it holds locked. What was appended and
//! that no row of the index leads to (a crash between the two) is bytes nobody can open, and at most what one commit holds.
//!
//! Where a file is missing or was cut short (a backup that is not whole), rows of the index lead to places that are not there. Nothing is
//! ever appended at such a place: what those rows lead to is erased one day, and would be somebody else's.

use std::collections::{BTreeMap, HashMap};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use rustix::buffer::spare_capacity;
use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::{Errno, pread};

/// Bytes after which a file is left, and the next one begun.
const FULL: u64 = 1 << 30;
/// Files that are held open to be read.
const OPEN: usize = 256;
/// Zeros that are written at a time, where a file system makes no holes.
static ZEROS: [u8; 64 << 10] = [0; 64 << 10];

/// Where bytes begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The number of the file.
    pub segment: u32,
    /// Bytes before them in it.
    pub offset: u64,
}

/// Where the documents of each file end, as far as the index knows: by the file's number.
pub(super) type Ends = BTreeMap<u32, u64>;

/// The files of a folder.
#[derive(Debug)]
pub(super) struct Segments {
    folder: PathBuf,
    open: Mutex<HashMap<u32, Arc<File>>>,
    tail: Mutex<Tail>,
}

/// Where this process appends.
#[derive(Debug, Default)]
struct Tail {
    current: Option<Current>,
    /// A sync failed: what the system then still held may be lost, and nothing more is promised.
    failed: bool,
}

#[derive(Debug)]
struct Current {
    number: u32,
    file: Arc<File>,
    end: u64,
    unsynced: bool,
}

impl Segments {
    /// The files in `folder`, which is made if it is not there.
    pub(super) fn open(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self::look(folder))
    }

    /// The same, to look at alone: nothing is made.
    pub(super) fn look(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), open: Mutex::default(), tail: Mutex::default() }
    }

    /// Appends bytes in one piece; durable after the next [`Self::sync`]. What the index knows is asked when a file is begun.
    pub(super) fn append(&self, bytes: &[Bytes], known: impl FnOnce() -> io::Result<Ends>) -> io::Result<Place> {
        let mut tail = self.tail();
        if tail.current.as_ref().is_some_and(|current| current.end >= FULL) {
            tail.sync()?;
            tail.current = None;
        }
        let current = match &mut tail.current {
            Some(current) => current,
            none => none.insert(self.take(&known()?)?),
        };
        let place = Place { segment: current.number, offset: current.end };
        current.unsynced = true;
        let mut at = place.offset;
        for piece in bytes {
            current.file.write_all_at(piece, at)?;
            at += piece.len() as u64;
        }
        current.end = at;
        Ok(place)
    }

    /// Makes what was appended durable.
    ///
    /// # Errors
    /// The system's, and the same for every later call: nobody knows what of it is lost.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.tail().sync()
    }

    /// So many bytes from a place on, or fewer where the file ends; none of one that is not there.
    pub(super) fn read(&self, place: Place, length: usize) -> io::Result<Bytes> {
        let file = match self.segment(place.segment) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Bytes::new()),
            opened => opened?,
        };
        let mut bytes = Vec::with_capacity(length);
        while bytes.len() < length {
            let at = place.offset + bytes.len() as u64;
            match pread(&file, spare_capacity(&mut bytes), at) {
                Ok(0) => break,
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        bytes.truncate(length);
        Ok(bytes.into())
    }

    /// Makes zeros of bytes, and gives their room back where the file system can. Durable. A file that is not there (a backup without it)
    /// holds nothing to erase.
    pub(super) fn erase(&self, place: Place, length: u64) -> io::Result<()> {
        let file = match OpenOptions::new().write(true).open(self.path(place.segment)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        let hole = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        match fallocate(&file, hole, place.offset, length) {
            Ok(()) => {}
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => zero(&file, place.offset, length)?,
            Err(error) => return Err(error.into()),
        }
        file.sync_data()
    }

    /// A file that nobody appends to, that has room and is as long as the index says, else a new one with a number that never was.
    fn take(&self, known: &Ends) -> io::Result<Current> {
        let mut last = known.keys().next_back().copied().unwrap_or(0);
        for entry in std::fs::read_dir(&self.folder)? {
            let Some(number) = number_of(&entry?.path()) else { continue };
            last = last.max(number);
            let file = OpenOptions::new().read(true).write(true).open(self.path(number))?;
            if file.metadata()?.len() < FULL
                && let Some(current) = Current::lock(number, file)?
                && current.end >= known.get(&number).copied().unwrap_or(0)
            {
                return Ok(current);
            }
        }
        loop {
            last += 1;
            let mut options = OpenOptions::new();
            let file = match options.read(true).write(true).create_new(true).open(self.path(last)) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made?,
            };
            File::open(&self.folder)?.sync_all()?;
            if let Some(current) = Current::lock(last, file)? {
                return Ok(current);
            }
        }
    }

    fn segment(&self, number: u32) -> io::Result<Arc<File>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = open.get(&number) {
            return Ok(Arc::clone(file));
        }
        if open.len() >= OPEN {
            open.clear();
        }
        let file = Arc::new(File::open(self.path(number))?);
        open.insert(number, Arc::clone(&file));
        Ok(file)
    }

    fn path(&self, number: u32) -> PathBuf {
        path_of(&self.folder, number)
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tail {
    fn sync(&mut self) -> io::Result<()> {
        if self.failed {
            return Err(io::Error::other("an earlier sync failed: start anew"));
        }
        let Some(current) = self.current.as_mut().filter(|current| current.unsynced) else { return Ok(()) };
        let synced = current.file.sync_data();
        self.failed = synced.is_err();
        current.unsynced = self.failed;
        synced
    }
}

impl Current {
    /// That file, if nobody else appends to it.
    fn lock(number: u32, file: File) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Ok(None),
            Err(std::fs::TryLockError::Error(error)) => return Err(error),
        }
        // Asked for under the lock: who held it before may have appended since.
        let end = file.metadata()?.len();
        Ok(Some(Self { number, file: Arc::new(file), end, unsynced: false }))
    }
}

/// The file of that number in a folder.
pub(super) fn path_of(folder: &Path, number: u32) -> PathBuf {
    folder.join(format!("{number:08}.sealed"))
}

fn number_of(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    name.strip_suffix(".sealed")?.parse().ok()
}

/// Never beyond the end: a file that was cut short would look whole.
fn zero(file: &File, offset: u64, length: u64) -> io::Result<()> {
    let end = file.metadata()?.len().min(offset + length);
    for at in (offset..end).step_by(ZEROS.len()) {
        let some = usize::try_from(end - at).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
        file.write_all_at(ZEROS.get(..some).unwrap_or_default(), at)?;
    }
    Ok(())
}
