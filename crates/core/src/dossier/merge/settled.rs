//! A document of a shadow, as it is after what befell it in the union.

use std::sync::Arc;

use crate::document::{DocumentEntry, Item, Standing, Visibility};
use crate::dossier::{DocumentRecord, Dossier};

/// What befell a document, or a copy of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Befallen {
    /// Somebody said how hidden it is.
    pub hides: bool,
    /// It was of another copy, and under another name, that somebody took a mask away.
    pub lifted_elsewhere: bool,
    /// It was replaced with its copies: wherever the one that replaced it goes, none of them is current again.
    pub replaced: bool,
}

/// What changed of a document, with the ties that hold among the documents of one shadow. What hides it is that of a copy too as long as they are
/// one: it goes to the shadow when somebody says so.
fn settled(
    now: &DocumentRecord,
    kept: &DocumentRecord,
    replaced_by: Option<Item>,
    befallen: Befallen,
) -> DocumentRecord {
    let masks = if befallen.hides { now } else { kept };
    let replaced = befallen.replaced || replaced_by.is_some() || kept.standing.deprecated;
    DocumentRecord {
        standing: Standing { deprecated: now.standing.deleted || replaced, ..now.standing },
        replaced_by: replaced_by.or(kept.replaced_by),
        replaces: kept.replaces,
        set: kept.set,
        entry: titled(&kept.entry, now.entry.title.as_deref()),
        deposited_by: kept.deposited_by,
        visibility: Visibility { masque_ps: masks.visibility.masque_ps, ..now.visibility },
        holder_choice: masks.holder_choice,
        claimed: masks.claimed,
        ..now.clone()
    }
}

impl Dossier {
    /// What befell one of its documents in the union; `now` is numbered as this shadow numbers. A mask that was there before they were one is
    /// taken away by its own name, or its own number, alone.
    pub(super) fn take_over(&mut self, now: DocumentRecord, befallen: Befallen) {
        let Some(kept) = self.document(now.item) else { return };
        let bare = !kept.is_masked() && !kept.visibility.masque_ps && !kept.claimed;
        let since = bare || self.aside.bare.contains(&now.item);
        let hides = befallen.hides && (since || !befallen.lifted_elsewhere);
        let tie = now.replaced_by.filter(|item| self.document(*item).is_some());
        let fresh = settled(&now, kept, tie, Befallen { hides, ..befallen });
        if befallen.hides && bare && !self.aside.bare.contains(&now.item) {
            self.aside.bare.push(now.item);
        }
        replace(self, fresh);
    }
}

/// What it says of itself, by the numbers of its own journal, under its title of now.
fn titled(kept: &Arc<DocumentEntry>, title: Option<&str>) -> Arc<DocumentEntry> {
    if kept.title.as_deref() == title {
        return Arc::clone(kept);
    }
    Arc::new(DocumentEntry { title: title.map(Into::into), ..DocumentEntry::clone(kept) })
}

/// Puts a document in its place.
pub(super) fn replace(shadow: &mut Dossier, record: DocumentRecord) {
    shadow.last_item = shadow.last_item.max(record.item).max(record.version_item);
    match shadow.documents.binary_search_by_key(&record.item, |one| one.item) {
        Ok(at) => {
            if let Some(place) = shadow.documents.get_mut(at) {
                *place = record;
            }
        }
        Err(at) => shadow.documents.insert(at, record),
    }
}

pub(super) fn join_set(shadow: &mut Dossier, record: &DocumentRecord) {
    if let Ok(at) = shadow.sets.binary_search_by_key(&record.set, |set| set.item)
        && let Some(set) = shadow.sets.get_mut(at)
        && !set.members.contains(&record.item)
    {
        set.members.push(record.item);
    }
}
