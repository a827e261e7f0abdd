//! The state of one journal in memory: the fold, the head of the chain, and the keys.

use std::sync::Arc;

use bytes::Bytes;
use dmp_core::dossier::{Change, Dossier, FOLD_VERSION, JournalEntry, Part, PartKind};
use dmp_core::encoding::{Malformed, Reader, Stored, Writer};
use dmp_seal::{
    Digest, EntriesKey, JournalKey, NewPart, PartKind as SealKind, Position, SnapshotsKey, open, open_snapshot, seal,
    seal_snapshot,
};

use crate::engine::{Loaded, Snapshot};
use crate::error::StoreError;
use crate::library::Library;
use crate::world::Chance;

/// A snapshot is written when the rows since the last one exceed this, and the last one's size (amplification ≤ 2).
const SNAPSHOT_AFTER: usize = 64 * 1024;

/// The keys of one journal.
#[derive(Debug)]
pub struct JournalKeys {
    entries: EntriesKey,
    snapshots: SnapshotsKey,
}

impl JournalKeys {
    /// The sub-keys of a journal's key.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the key is not one.
    pub fn new(key: &JournalKey) -> Result<Self, StoreError> {
        Ok(Self { entries: key.entries()?, snapshots: key.snapshots()? })
    }

    /// The sub-key of entries.
    #[must_use]
    pub const fn entries(&self) -> &EntriesKey {
        &self.entries
    }
}

/// One journal, folded up to its head. Cloning shares the fold.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its number.
    pub journal: u32,
    /// The state.
    pub dossier: Arc<Dossier>,
    /// The digest of the last entry; none before the first.
    pub head: Option<Digest>,
    /// Its keys.
    pub keys: Arc<JournalKeys>,
    since_snapshot: usize,
    snapshot_size: usize,
}

impl Held {
    /// Loads a journal: the snapshot, if it is of this fold, and the rows after it; every row verified.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails, or the chain does not hold.
    pub async fn load(library: &Library<'_>, journal: u32, keys: Arc<JournalKeys>) -> Result<Self, StoreError> {
        let engine = library.engine();
        let loaded = engine.load(journal, None).await?;
        let mut held = Self::empty(journal, keys);
        if let Some(snapshot) = &loaded.snapshot
            && !held.restore(snapshot)
        {
            let rows = engine.rows(journal, 0, usize::MAX).await?;
            held.fold_all(library, &Loaded { snapshot: None, rows }).await?;
            return Ok(held);
        }
        held.fold_all(library, &loaded).await?;
        Ok(held)
    }

    /// Folds on up to that entry.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub async fn fold_until(&mut self, library: &Library<'_>, seq: u32) -> Result<(), StoreError> {
        let (from, until) = (self.dossier.seq, seq.saturating_sub(self.dossier.seq));
        let rows = library.engine().rows(self.journal, from, usize::try_from(until).unwrap_or(usize::MAX)).await?;
        self.fold_all(library, &Loaded { snapshot: None, rows }).await
    }

    /// A journal before its first entry.
    pub fn empty(journal: u32, keys: Arc<JournalKeys>) -> Self {
        Self { journal, dossier: Arc::new(Dossier::empty()), head: None, keys, since_snapshot: 0, snapshot_size: 0 }
    }

    /// Takes a snapshot over; false when it is of another fold, or does not open: it is then ignored, never repaired.
    fn restore(&mut self, snapshot: &Snapshot) -> bool {
        let Ok(opened) = open_snapshot(&self.keys.snapshots, self.journal, snapshot.seq, &snapshot.bytes) else {
            return false;
        };
        let Ok(dossier) = read_fold(&opened.bytes) else { return false };
        self.dossier = Arc::new(dossier);
        self.head = Some(opened.head);
        self.snapshot_size = snapshot.bytes.len();
        true
    }

    async fn fold_all(&mut self, library: &Library<'_>, loaded: &Loaded) -> Result<(), StoreError> {
        let dossier = Arc::make_mut(&mut self.dossier);
        for (seq, row) in &loaded.rows {
            if *seq != dossier.seq + 1 {
                return Err(StoreError::Damaged(format!("entry {seq} does not follow")));
            }
            let (parts, head) = open_parts(&self.keys, self.journal, *seq, self.head.as_ref(), row)?;
            if !JournalEntry::numbers_follow(&parts, dossier.requesters.len()) {
                return Err(StoreError::Damaged(format!("entry {seq}: a requester's number does not follow")));
            }
            let mut entry = read_parts(*seq, &parts)?;
            library.complete(&mut entry).await?;
            dossier.evolve(&entry);
            self.head = Some(head);
            self.since_snapshot = self.since_snapshot.saturating_add(reading_cost(&entry, row.len()));
        }
        Ok(())
    }

    /// Seals an entry behind the head and folds it in: the row to append.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the entry cannot be sealed.
    pub fn push(&mut self, entry: &JournalEntry, chance: &dyn Chance) -> Result<Bytes, StoreError> {
        let parts = entry.parts(self.dossier.requesters.len());
        let new: Vec<NewPart<'_>> = parts
            .iter()
            .filter_map(|part| part.cbor.as_deref().map(|cbor| NewPart { kind: seal_kind(part.kind), cbor }))
            .collect();
        let position = Position { journal: self.journal, seq: entry.seq };
        let sealed =
            seal(&self.keys.entries, position, self.head.as_ref(), &new, &mut |bytes: &mut [u8]| chance.fill(bytes))?;
        Arc::make_mut(&mut self.dossier).evolve(entry);
        self.head = Some(sealed.digest);
        self.since_snapshot = self.since_snapshot.saturating_add(reading_cost(entry, sealed.row.len()));
        Ok(sealed.row.into())
    }

    /// The snapshot to write with the next append, when one is due.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it cannot be sealed.
    pub fn due_snapshot(&mut self, chance: &dyn Chance) -> Result<Option<Snapshot>, StoreError> {
        let Some(head) = self.head else { return Ok(None) };
        if self.since_snapshot <= SNAPSHOT_AFTER.max(self.snapshot_size) {
            return Ok(None);
        }
        let fold = write_fold(&self.dossier);
        let bytes = seal_snapshot(
            &self.keys.snapshots,
            self.journal,
            self.dossier.seq,
            &head,
            &fold,
            &mut |bytes: &mut [u8]| chance.fill(bytes),
        )?;
        self.since_snapshot = 0;
        self.snapshot_size = bytes.len();
        Ok(Some(Snapshot { seq: self.dossier.seq, bytes: bytes.into() }))
    }
}

/// What it costs to fold an entry in again. One by which dossiers come together or part has other journals read: a snapshot is due at once,
/// and takes the place of one that holds what has left.
fn reading_cost(entry: &JournalEntry, row: usize) -> usize {
    let parts = entry.changes.iter().flatten().any(|change| matches!(change, Change::Separated(_)));
    if parts || entry.refers_to().is_some() { usize::MAX } else { row }
}

/// Opens one row into its entry and the digest that follows.
///
/// # Errors
/// [`StoreError`] when the row is not what the chain says, or holds what this version does not know.
pub fn open_row(
    keys: &JournalKeys,
    journal: u32,
    seq: u32,
    previous: Option<&Digest>,
    row: &[u8],
) -> Result<(JournalEntry, Digest), StoreError> {
    let (parts, digest) = open_parts(keys, journal, seq, previous, row)?;
    Ok((read_parts(seq, &parts)?, digest))
}

fn open_parts(
    keys: &JournalKeys,
    journal: u32,
    seq: u32,
    previous: Option<&Digest>,
    row: &[u8],
) -> Result<(Vec<Part>, Digest), StoreError> {
    let opened = open(&keys.entries, Position { journal, seq }, previous, row)?;
    let parts = opened
        .parts
        .iter()
        .map(|part| Part { kind: core_kind(part.kind), cbor: part.part.as_ref().map(|part| part.cbor().to_vec()) })
        .collect();
    Ok((parts, opened.digest))
}

fn read_parts(seq: u32, parts: &[Part]) -> Result<JournalEntry, StoreError> {
    JournalEntry::from_parts(seq, parts).map_err(|fault| match fault {
        Malformed::Unknown => StoreError::Unreadable,
        other => StoreError::Damaged(format!("entry {seq}: {other}")),
    })
}

/// Opens one row by itself, without the chain before it: for what is derived from entries, which nobody is answered from.
///
/// # Errors
/// As [`open_row`]; the parts are verified, and their place in the journal by the cipher.
pub fn read_entry(keys: &JournalKeys, journal: u32, seq: u32, row: &[u8]) -> Result<JournalEntry, StoreError> {
    // The digest that follows from this stand-in is nobody's, and is dropped here.
    let stand_in = (seq > 1).then_some(Digest([0; 32]));
    open_row(keys, journal, seq, stand_in.as_ref(), row).map(|(entry, _)| entry)
}

const fn seal_kind(kind: PartKind) -> SealKind {
    match kind {
        PartKind::Facts => SealKind::Facts,
        PartKind::Who => SealKind::Who,
        PartKind::Change => SealKind::Change,
    }
}

const fn core_kind(kind: SealKind) -> PartKind {
    match kind {
        SealKind::Facts => PartKind::Facts,
        SealKind::Who => PartKind::Who,
        SealKind::Change => PartKind::Change,
    }
}

fn write_fold(dossier: &Dossier) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.array(2);
    FOLD_VERSION.put(&mut writer);
    dossier.put(&mut writer);
    writer.into_bytes()
}

fn read_fold(bytes: &[u8]) -> Result<Dossier, Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.array()? != 2 || u32::take(&mut reader)? != FOLD_VERSION {
        return Err(Malformed::Unknown);
    }
    let dossier = Dossier::take(&mut reader)?;
    reader.leave();
    reader.end()?;
    Ok(dossier)
}
