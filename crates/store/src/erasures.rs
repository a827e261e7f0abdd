//! Erasures carried out: what an `Erase` leaves to be done once its entry is durable. Each step may be done twice, and whoever finds one
//! undone does it (the storage contract, section 1).

use std::collections::BTreeSet;
use std::sync::Arc;

use dmp_core::document::{Blob, Item, KnownNumber};
use dmp_core::dossier::{Change, JournalEntry};

use crate::blobs::BlobId;
use crate::door::Store;
use crate::error::StoreError;
use crate::held::read_entry;

/// What an entry still holds of documents that are erased: the numbers of its parts, and the bytes that they lead to.
#[derive(Debug, Default)]
struct Remains {
    parts: Vec<usize>,
    blobs: Vec<BlobId>,
}

impl Store {
    /// Takes away what the journal, the files and the snapshots hold of the documents that its entries say are erased: bytes, metadata, titles
    /// and the people whom nothing else names. The commitments stay, and so does the chain. Done already, it changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the engine fails: it is taken up again.
    pub async fn settle_erasures(self: &Arc<Self>, journal: u32) -> Result<(), StoreError> {
        let keys = self.journal_keys(journal).await?;
        let rows = self.engine.rows(journal, 0, usize::MAX).await?;
        let mut entries = Vec::with_capacity(rows.len());
        for (seq, row) in &rows {
            entries.push(read_entry(&keys, journal, *seq, row)?);
        }
        let erased = erased(&entries);
        let people = nobody_elses(&entries, &erased);
        for ((seq, row), entry) in rows.iter().zip(&entries) {
            let Remains { parts, blobs } = remains(entry, &erased, &people);
            if parts.is_empty() {
                continue;
            }
            // The bytes first: once the part is gone nothing leads to them any more.
            for blob in blobs {
                self.blobs.delete(blob).await?;
            }
            let mut row = row.to_vec();
            for part in parts {
                row = dmp_seal::erase(*seq, &row, part)?;
            }
            self.engine.rewrite(journal, *seq, row.into()).await?;
        }
        Ok(self.engine.drop_snapshots(journal).await?)
    }
}

fn erased(entries: &[JournalEntry]) -> BTreeSet<Item> {
    let changes = entries.iter().flat_map(|entry| entry.changes.iter().flatten());
    changes
        .filter_map(|change| match change {
            Change::DocumentErased(erased) => Some(erased.item),
            _ => None,
        })
        .collect()
}

/// The people whom only erased documents and their sets name: whoever was introduced with one of those goes with it.
fn nobody_elses(entries: &[JournalEntry], erased: &BTreeSet<Item>) -> BTreeSet<KnownNumber> {
    let (mut gone, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        for change in entry.changes.iter().flatten() {
            match change {
                Change::DocumentAdded(added) if erased.contains(&added.item) => gone.extend(added.entry.known()),
                Change::DocumentAdded(added) => kept.extend(added.entry.known()),
                Change::SetAdded(set) if is_empty(entry, set.item, erased) => gone.extend(&set.set.authors),
                Change::SetAdded(set) => kept.extend(&set.set.authors),
                _ => {}
            }
        }
    }
    &gone - &kept
}

/// Whether a set of this entry had documents, and all of them are erased.
fn is_empty(entry: &JournalEntry, set: Item, erased: &BTreeSet<Item>) -> bool {
    let changes = entry.changes.iter().flatten();
    let mut documents = changes
        .filter_map(|change| match change {
            Change::DocumentAdded(added) if added.set == set => Some(added.item),
            _ => None,
        })
        .peekable();
    documents.peek().is_some() && documents.all(|item| erased.contains(&item))
}

fn remains(entry: &JournalEntry, erased: &BTreeSet<Item>, people: &BTreeSet<KnownNumber>) -> Remains {
    let mut found = Remains::default();
    for (place, change) in entry.changes.iter().enumerate() {
        let gone = match change {
            Some(Change::DocumentAdded(added)) if erased.contains(&added.item) => {
                let id = |blob: &Blob| BlobId(blob.id);
                found.blobs.extend([id(&added.entry.content)].into_iter().chain(added.entry.text.as_ref().map(id)));
                true
            }
            Some(Change::DocumentRenamed(renamed)) => erased.contains(&renamed.item),
            // What the set says goes with the last of its documents.
            Some(Change::SetAdded(set)) => is_empty(entry, set.item, erased),
            Some(Change::Known(added)) => people.contains(&added.number),
            _ => false,
        };
        if gone {
            found.parts.push(entry.part_of_change(place));
        }
    }
    found
}
