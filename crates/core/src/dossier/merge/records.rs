//! Records carried between the numbering of a guest and that of the survivor.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{FOREIGN, Guest};
use crate::document::{DocumentEntry, Item, Known, KnownNumber};
use crate::dossier::{Authorization, Block, DocumentRecord, Dossier, RequesterNumber, SetRecord};
use crate::identity::Requester;

/// A document with every number in it changed.
pub(super) fn document(
    record: &DocumentRecord,
    item: impl Fn(Item) -> Item,
    requester: RequesterNumber,
    known: &mut impl FnMut(KnownNumber) -> KnownNumber,
) -> DocumentRecord {
    let before = &record.entry;
    let names = !before.authors.is_empty() || before.legal_authenticator.is_some() || before.source_patient.is_some();
    let entry = if names {
        Arc::new(DocumentEntry {
            authors: before.authors.iter().map(|number| known(*number)).collect(),
            legal_authenticator: before.legal_authenticator.map(&mut *known),
            source_patient: before.source_patient.map(&mut *known),
            ..DocumentEntry::clone(before)
        })
    } else {
        Arc::clone(before)
    };
    DocumentRecord {
        item: item(record.item),
        version_item: item(record.version_item),
        set: item(record.set),
        replaces: record.replaces.map(&item),
        replaced_by: record.replaced_by.map(&item),
        deposited_by: requester,
        entry,
        ..record.clone()
    }
}

/// A submission set with every number in it changed.
pub(super) fn set(
    record: &SetRecord,
    item: impl Fn(Item) -> Item,
    requester: RequesterNumber,
    known: &mut impl FnMut(KnownNumber) -> KnownNumber,
) -> SetRecord {
    let mut set = crate::document::SubmissionSet::clone(&record.set);
    set.authors = set.authors.iter().map(|number| known(*number)).collect();
    SetRecord {
        item: item(record.item),
        set: Arc::new(set),
        signature: record.signature.map(&item),
        deposited_at: record.deposited_at,
        deposited_by: requester,
        members: record.members.iter().map(|member| item(*member)).collect(),
    }
}

/// The tables of a guest, as they are appended to those of the survivor.
pub(super) struct Tables<'a> {
    guest: &'a Guest,
    requesters: u32,
    known: BTreeMap<KnownNumber, KnownNumber>,
}

impl<'a> Tables<'a> {
    /// Appends them.
    pub fn append(all: &mut Dossier, guest: &'a Guest) -> Self {
        let state = &guest.state;
        let requesters = FOREIGN.saturating_add(u32::try_from(all.foreign.len()).unwrap_or(u32::MAX));
        all.foreign.extend(state.requesters.iter().chain(&state.foreign).cloned());
        let mut known = BTreeMap::new();
        for (number, value) in &state.known {
            let next = next_foreign(all);
            all.known.insert(next, Arc::clone(value));
            known.insert(*number, next);
        }
        Self { guest, requesters, known }
    }

    pub fn requester(&self, number: RequesterNumber) -> RequesterNumber {
        let own = u32::try_from(self.guest.state.requesters.len()).unwrap_or(u32::MAX);
        let place = number.checked_sub(FOREIGN).map_or(number, |place| own.saturating_add(place));
        self.requesters.saturating_add(place)
    }

    pub fn known(&self, number: KnownNumber) -> KnownNumber {
        self.known.get(&number).copied().unwrap_or(number)
    }

    pub fn authorization(&self, one: &Authorization) -> Authorization {
        let mut one = one.clone();
        one.item = self.guest.numbers().outward(one.item);
        one.recorded_by = self.requester(one.recorded_by);
        for span in &mut one.secret {
            span.item = self.guest.numbers().outward(span.item);
        }
        one.told = one.told.map(|told| Box::new(self.authorization(&told)));
        for request in &mut one.requests {
            request.requester = self.requester(request.requester);
        }
        one
    }

    pub fn block(&self, one: &Block) -> Block {
        let mut one = one.clone();
        one.item = self.guest.numbers().outward(one.item);
        one.recorded_by = self.requester(one.recorded_by);
        one
    }
}

/// The next number of a shared value that is of another journal.
fn next_foreign(state: &Dossier) -> KnownNumber {
    let last = state.known.last_key_value().map(|(number, _)| *number).filter(|number| *number >= FOREIGN);
    last.map_or(FOREIGN, |number| number.saturating_add(1))
}

/// The number of a requester in a shadow; he is written down there if he is new.
pub(super) fn intern_requester(shadow: &mut Dossier, requester: &Arc<Requester>) -> RequesterNumber {
    shadow.any_number_of(requester).unwrap_or_else(|| {
        shadow.foreign.push(Arc::clone(requester));
        FOREIGN.saturating_add(u32::try_from(shadow.foreign.len() - 1).unwrap_or(0))
    })
}

/// The number of a shared value in a shadow; it is written down there if it is new.
pub(super) fn intern_known(shadow: &mut Dossier, value: &Arc<Known>) -> KnownNumber {
    let before = shadow.known.iter().find(|(_, known)| **known == *value).map(|(number, _)| *number);
    before.unwrap_or_else(|| {
        let next = next_foreign(shadow);
        shadow.known.insert(next, Arc::clone(value));
        next
    })
}
