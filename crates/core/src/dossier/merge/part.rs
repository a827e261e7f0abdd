//! Taking a dossier in, letting it go, and coming back.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::unite::unite;
use super::{Departed, Guest, Lent, Span};
use crate::document::Item;
use crate::dossier::{Absorbed, ClosingMotive, Dossier, DossierStatus, MergeId, Returned};
use crate::identity::StructureId;

impl Dossier {
    /// The other becomes a guest. Without its state (an entry that is read by itself) nothing is taken in.
    pub(in crate::dossier) fn take_in(&mut self, absorbed: &Absorbed, annex: Option<&Arc<Self>>) {
        self.addresses.extend(absorbed.names.iter().cloned());
        let from = self.last_item;
        self.last_item = self.last_item.max(absorbed.base.saturating_add(absorbed.last));
        let Some(annex) = annex else { return };
        let mut guests = std::mem::take(&mut self.guests);
        let mut home = self.home.take().unwrap_or_else(|| Arc::new(self.clone()));
        let shadow = Arc::make_mut(&mut home);
        shadow.addresses.clone_from(&self.addresses);
        shadow.last_item = self.last_item;
        let mut state = Self::clone(annex);
        state.merged_into = None;
        guests.push(Guest {
            merge: absorbed.merge,
            journal: absorbed.journal,
            seq: absorbed.seq,
            base: absorbed.base,
            last: absorbed.last,
            from: from.max(absorbed.base.saturating_add(absorbed.last)),
            entries: Vec::new(),
            state: Arc::new(state),
            since: self.last_at,
        });
        let mut all = unite(&home, guests);
        if shadow_is_host(self) {
            all.settled_as(self);
        }
        *self = all;
    }

    /// The guest leaves; what it has by itself is [`Dossier::guest_leaving`].
    pub(super) fn let_go(&mut self, merge: MergeId, seq: u32) {
        let (Some(at), Some(mut home)) = (self.guests.iter().position(|guest| guest.merge == merge), self.home.take())
        else {
            return;
        };
        let mut guests = std::mem::take(&mut self.guests);
        let guest = guests.remove(at);
        let shadow = Arc::make_mut(&mut home);
        shadow.departed.push(Departed {
            merge,
            journal: guest.journal,
            items: guest.made_here(),
            structures: guest.structures(),
            entries: guest.entries,
            seq,
        });
        if guests.is_empty() {
            *self = Arc::unwrap_or_clone(home);
            self.have_again();
            return;
        }
        let mut all = unite(&home, guests);
        all.settled_as(self);
        all.open_without(&home);
        *self = all;
    }

    /// What a guest is by itself, were it to leave now: its state, with what came under its names.
    #[must_use]
    pub fn guest_leaving(&self, merge: &MergeId) -> Option<Self> {
        let guest = self.guests.iter().find(|guest| guest.merge == *merge)?;
        let mut state = Self::clone(&guest.state);
        state.have_again();
        state.spans.push(Span {
            journal: 0,
            from: guest.from,
            to: self.last_item,
            base: guest.last,
            seq: self.seq,
            entries: guest.entries.clone(),
            returned: true,
            lent: Some(Lent { from: guest.base, count: guest.last, base: 0 }),
        });
        state.last_item = guest.last.saturating_add(self.last_item);
        Some(state)
    }

    /// The state that it left with, as that of this journal again; what the survivor declined is as it was.
    pub(super) fn come_back(&mut self, returned: &Returned, annex: Option<&Self>) {
        self.merged_into = None;
        self.addresses.extend(returned.names.iter().cloned());
        let Some(annex) = annex else { return self.wait_again(false) };
        let mut state = annex.clone();
        if let Some(span) = state.spans.last_mut() {
            span.journal = returned.journal;
        }
        (state.seq, state.last_at) = (self.seq, self.last_at);
        state.requesters = std::mem::take(&mut self.requesters);
        state.addresses = std::mem::take(&mut self.addresses);
        state.declined = std::mem::take(&mut self.declined);
        // An operator reviewed its entries here all the while.
        state.to_review = std::mem::take(&mut self.to_review);
        *self = state;
        self.wait_again(true);
    }

    /// Registered, or objected to, as it was, with what came under its name: nothing opens by a merge (decisions 26), so nobody reads that
    /// until it opens, and never where its person objected. It has no name until then. Who was not written to yet is written to now; and
    /// who was, but could not object as long as another answered for him, is informed anew, and his weeks are whole (facts b.2).
    fn wait_again(&mut self, was_guest: bool) {
        if self.status != DossierStatus::Unopened {
            return;
        }
        self.names.clear();
        // Whoever closes what is not open objects to its opening.
        if self.closing_motive.take_if(|motive| *motive != ClosingMotive::Death).is_some() {
            self.objected_at = self.objected_at.or(Some(self.last_at));
        }
        let objected = self.objected_at.is_some();
        if let Some(one) = &mut self.registration {
            if was_guest && !objected && !one.code_only {
                (one.informed_at, one.sent_at) = (None, None);
            }
            if one.sent_at.is_none() {
                one.asked = self.seq;
            }
        }
    }
}

impl Guest {
    fn structures(&self) -> Vec<StructureId> {
        let all = self.state.documents.iter().filter_map(|one| self.state.depositing_structure(one).cloned());
        let unlike: BTreeSet<StructureId> = all.collect();
        unlike.into_iter().collect()
    }

    /// The survivor's numbers of what was made under the guest's names since it came; also of what it was sent that was there before: where
    /// nobody has that here any more, the number leads to the guest.
    fn made_here(&self) -> Vec<Item> {
        let state = &self.state;
        let documents = state.documents.iter().flat_map(|one| [one.item, one.version_item]);
        let rights = state.authorizations.values().map(|one| one.item);
        let others = state.sets.iter().map(|one| one.item).chain(state.notes.iter().map(|one| one.item));
        let all = documents.chain(rights).chain(others).filter(|item| *item > self.last);
        let mut items: Vec<Item> = all.map(|item| self.numbers().outward(item)).collect();
        items.sort_unstable();
        items.dedup();
        items
    }
}

/// It has guests already: what it alone settles may have changed since they came.
fn shadow_is_host(before: &Dossier) -> bool {
    before.home.is_some() || !before.guests.is_empty()
}
