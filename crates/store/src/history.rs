//! The entries that a permit opens: of the dossier's journal, and of those of which a part belongs to it.

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::dossier::{Change, Dossier, JournalEntry, Span};
use dmp_core::history::adopted;
use dmp_core::identity::{Ins, Requester};
use dmp_seal::Digest;

use crate::door::{OpenHistory, Permit, Store};
use crate::error::StoreError;
use crate::held::{JournalKeys, open_row, read_entry};

/// An entry, and the journal that it is in.
type Placed = (u32, JournalEntry);

impl Store {
    /// Reads the entries that a permit opens, oldest first, each with its journal, and the dossier as it was when the permit was made.
    ///
    /// # Errors
    /// [`StoreError`] when there is no such permit, or a journal cannot be read.
    pub async fn history(&self, permit: &Permit) -> Result<(Arc<Dossier>, Vec<Placed>), StoreError> {
        let Some(OpenHistory { window, dossier, keys }) = &permit.history else {
            return Err(StoreError::Engine("no permit".into()));
        };
        let wanted = |journal: u32, seq: u32| window.only.is_none_or(|only| only == (journal, seq));
        let own = match window.after {
            0 => self.opened(keys, permit.journal, dossier.seq).await?,
            after => self.after(keys, permit.journal, after, dossier.seq).await?,
        };
        // What an operator is to review stays in the journal where it was written.
        let reviewed = |seq| window.side == Side::Operator && window.only == Some((permit.journal, seq));
        let stayed = |entry: &JournalEntry| dossier.entry_gone_to(entry.seq).is_none() || reviewed(entry.seq);
        let mut entries: Vec<Placed> = own.into_iter().filter(stayed).map(|entry| (permit.journal, entry)).collect();
        // Whoever asks for what came after an entry asks for this journal's.
        for span in dossier.spans.iter().filter(|_| window.after == 0) {
            entries.extend(self.annexed(permit.journal, dossier, span).await?);
        }
        entries.retain(|(journal, entry)| wanted(*journal, entry.seq));
        if !dossier.spans.is_empty() {
            entries.sort_by_key(|(journal, entry)| (entry.facts.at, entry.seq, *journal));
        }
        Ok((Arc::clone(dossier), entries))
    }

    /// The entries of another journal that belong to this dossier, in its numbers.
    async fn annexed(&self, own: u32, dossier: &Dossier, span: &Span) -> Result<Vec<Placed>, StoreError> {
        let keys = self.journal_keys(span.journal).await?;
        let mut requesters: Vec<Arc<Requester>> = Vec::new();
        let mut addresses: Vec<Ins> = Vec::new();
        let mut found = Vec::new();
        // A part that came back is of the entries up to that which let it go.
        for entry in self.opened(&keys, span.journal, span.seq).await? {
            requesters.extend(entry.who.iter().cloned());
            addresses.extend(names(&entry));
            // Nor is what left a guest, before it came, with another.
            let left = || dossier.guest(span.journal).is_some_and(|one| one.state.entry_gone_to(entry.seq).is_some());
            let elsewhere = match span.returned {
                true => !span.entries.contains(&entry.seq),
                false => left(),
            };
            if elsewhere {
                continue;
            }
            let place = |item| {
                let item = span.here(item).or_else(|| dossier.here(own, span.journal, item));
                item.filter(|item| dossier.holds(*item))
            };
            let adopted = adopted(entry, dossier, &requesters, &addresses, place);
            found.extend(adopted.map(|entry| (span.journal, entry)));
        }
        Ok(found)
    }

    /// The entries after one: what goes before is not read, so the chain is not there to hold them against.
    async fn after(
        &self,
        keys: &JournalKeys,
        journal: u32,
        after: u32,
        upto: u32,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let rows = self.engine.rows(journal, after, usize::MAX).await?;
        let wanted = rows.iter().take_while(|(seq, _)| *seq <= upto);
        wanted.map(|(seq, row)| read_entry(keys, journal, *seq, row)).collect()
    }

    async fn opened(&self, keys: &JournalKeys, journal: u32, upto: u32) -> Result<Vec<JournalEntry>, StoreError> {
        let rows = self.engine.rows(journal, 0, usize::MAX).await?;
        let mut entries = Vec::with_capacity(rows.len());
        let mut previous: Option<Digest> = None;
        for (seq, row) in rows.iter().take_while(|(seq, _)| *seq <= upto) {
            let (entry, digest) = open_row(keys, journal, *seq, previous.as_ref(), row)?;
            previous = Some(digest);
            entries.push(entry);
        }
        Ok(entries)
    }
}

/// The names that an entry adds to those that its journal counts.
fn names(entry: &JournalEntry) -> Vec<Ins> {
    let added = entry.changes.iter().flatten().flat_map(|change| match change {
        Change::Opened(opened) => vec![opened.ins.clone()],
        Change::NameAdded(added) => vec![added.ins.clone()],
        Change::Absorbed(absorbed) => absorbed.names.clone(),
        Change::Returned(returned) => returned.names.clone(),
        _ => Vec::new(),
    });
    added.collect()
}
