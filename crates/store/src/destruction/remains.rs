//! What outlives a key and is removed with it: names, derived rows, snapshots, documents; by what the journal says as long as its key is
//! there, by search afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use dmp_core::dossier::Dossier;

use crate::blobs::{BlobId, BlobSink};
use crate::door::Store;
use crate::engine::{Claimed, DerivedRow, Engine, NameKey};
use crate::error::StoreError;
use crate::held::Held;
use crate::keys::DestroyedJournals;
use crate::names::NameValue;
use crate::naming::Name;
use crate::projector::derived_rows;

/// Where the engine keeps how far the list of destroyed journals was applied to it: 8 bytes.
const PLACE: &[u8] = b"destroyed.place";
/// Names that are looked at together.
const PAGE: usize = 4_096;
/// How often a name whose removal was not answered is removed again.
const MOST_CLAIMS: usize = 8;

/// What a journal leaves behind.
pub(super) struct Remains {
    names: Vec<NameKey>,
    /// The journals to which these names may lead: this one, and its guests, which had some of them only here.
    named: BTreeSet<u32>,
    rows: BTreeSet<DerivedRow>,
    blobs: Vec<BlobId>,
}

impl Store {
    /// What this journal will leave behind, while it can still be read.
    pub(super) async fn remains(&self, held: &Held) -> Result<Remains, StoreError> {
        let dossier = &held.dossier;
        let kept = self.named_elsewhere(held).await?;
        Ok(Remains {
            names: dossier.names.iter().map(|ins| self.hash(&Name::Ins(ins))).collect(),
            named: dossier.guests.iter().map(|guest| guest.journal).chain([held.journal]).collect(),
            rows: derived_rows(self, held).await?,
            blobs: blobs_of(dossier).filter(|id| !kept.contains(id)).map(BlobId).collect(),
        })
    }

    /// The documents that a dossier which was one with this names too: sent under both names while they were, and kept by both since.
    async fn named_elsewhere(&self, held: &Held) -> Result<BTreeSet<[u8; 16]>, StoreError> {
        let dossier = &held.dossier;
        let departed = dossier.departed.iter().map(|one| one.journal);
        let returned = dossier.spans.iter().filter(|span| span.returned).map(|span| span.journal);
        let others: BTreeSet<u32> = departed.chain(returned).filter(|one| *one != held.journal).collect();
        let mut kept = BTreeSet::new();
        for journal in others.into_iter().filter(|journal| !self.is_destroyed(*journal)) {
            kept.extend(blobs_of(&self.load(journal).await?.dossier));
        }
        Ok(kept)
    }

    /// Removes it.
    pub(super) async fn remove(self: &Arc<Self>, journal: u32, remains: Remains) -> Result<(), StoreError> {
        for id in remains.blobs {
            self.blobs.delete(id).await?;
        }
        for name in remains.names {
            if let Some(held) = self.engine.claimed(name, true).await? {
                self.remove_name(name, held, &remains.named).await?;
            }
        }
        for generation in Self::generations() {
            self.engine.erase(generation, journal, remains.rows.iter().cloned().collect()).await?;
        }
        Ok(self.engine.drop_snapshots(journal).await?)
    }

    /// Removes what is left in the engine of journals whose keys are gone: every name and every derived row is looked at once.
    pub(super) async fn search_and_remove(self: &Arc<Self>, journals: &BTreeSet<u32>) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let names = self.engine.names(after, PAGE).await?;
            let Some((last, _)) = names.last() else { break };
            after = Some(*last);
            for (name, held) in names {
                if leads_to(&held, journals) {
                    self.remove_name(name, held, journals).await?;
                }
            }
        }
        for generation in Self::generations() {
            let found = self.search_rows(generation, journals).await?;
            for journal in journals {
                let rows = found.iter().filter(|(one, _)| one == journal).map(|(_, row)| row.clone());
                self.engine.erase(generation, *journal, rows.collect()).await?;
            }
        }
        for journal in journals {
            self.engine.drop_snapshots(*journal).await?;
        }
        Ok(())
    }

    /// Takes the name away as long as it leads to one of these journals: another dossier of the person may have it by now.
    async fn remove_name(&self, name: NameKey, held: Bytes, journals: &BTreeSet<u32>) -> Result<(), StoreError> {
        let mut held = Some(held);
        for _ in 0..MOST_CLAIMS {
            let Some(value) = held.filter(|held| leads_to(held, journals)) else { return Ok(()) };
            held = match self.engine.claim(name, Some(value), None).await? {
                Claimed::Done => return Ok(()),
                Claimed::Held(other) => other,
                Claimed::Unknown => self.engine.claimed(name, true).await?,
            };
        }
        Err(StoreError::NotKnown)
    }

    /// How far the list was applied to the engine, and to the blobs.
    pub(super) async fn places(&self) -> Result<(usize, usize), StoreError> {
        places(&*self.engine, Some(&*self.blobs)).await
    }

    /// One more journal of the list is gone from everywhere; unless those before it are not.
    pub(super) async fn advance(self: &Arc<Self>, place: usize) -> Result<(), StoreError> {
        if self.places().await? != (place, place) || self.destroyed.count() != place + 1 {
            return Ok(());
        }
        self.blobs.forget(BTreeSet::new(), place as u64 + 1).await?;
        self.put_place(place + 1).await
    }

    pub(super) async fn put_place(&self, place: usize) -> Result<(), StoreError> {
        let bytes = Bytes::copy_from_slice(&(place as u64).to_be_bytes());
        Ok(self.engine.put(Bytes::from_static(PLACE), bytes).await?)
    }
}

/// Up to which place the list of destroyed journals was applied: to journals, and to documents where there are any.
///
/// # Errors
/// [`StoreError`] when one of them gives no answer.
pub async fn places(engine: &dyn Engine, blobs: Option<&dyn BlobSink>) -> Result<(usize, usize), StoreError> {
    let engine = engine.get(Bytes::from_static(PLACE)).await?;
    let engine = engine.and_then(|bytes| bytes.as_ref().try_into().ok()).map_or(0, u64::from_be_bytes);
    let blobs = match blobs {
        Some(blobs) => blobs.forgotten().await?,
        None => 0,
    };
    Ok((usize::try_from(engine).unwrap_or(usize::MAX), usize::try_from(blobs).unwrap_or(usize::MAX)))
}

/// Refuses a list that is shorter than what was applied of it. Where others may add to it meanwhile, the places are asked first.
///
/// # Errors
/// [`StoreError::Damaged`].
pub fn check_list(destroyed: &DestroyedJournals, (engine, blobs): (usize, usize)) -> Result<(), StoreError> {
    if engine.max(blobs) > destroyed.count() {
        let why = "the list of destroyed journals is shorter than what was destroyed: bring it back";
        return Err(StoreError::Damaged(why.into()));
    }
    Ok(())
}

fn leads_to(held: &Bytes, journals: &BTreeSet<u32>) -> bool {
    NameValue::from_bytes(held).is_some_and(|value| journals.contains(&value.journal))
}

/// The documents of a dossier, and their texts, by the ids under which they lie.
fn blobs_of(dossier: &Dossier) -> impl Iterator<Item = [u8; 16]> {
    let documents = dossier.documents.iter();
    let both = documents.flat_map(|document| [Some(&document.entry.content), document.entry.text.as_ref()]);
    both.flatten().map(|blob| blob.id)
}
