//! The union of what a dossier is by itself and what its guests are (decisions 29): blocks, oppositions and masks of all; the more
//! protective switches; all authorisations; everything else is the survivor's.

use std::sync::Arc;

use super::records::{self, Tables};
use super::{Guest, Lent, Span, twins};
use crate::document::Item;
use crate::dossier::{
    Authorization, Change, Dispute, Dossier, DossierStatus, Erased, FellDue, Held, NoteWritten, Opposition,
};

/// The union.
pub(super) fn unite(home: &Arc<Dossier>, guests: Vec<Guest>) -> Dossier {
    let mut all = Dossier::clone(home);
    for guest in &guests {
        add(&mut all, guest);
    }
    all.documents.sort_by_key(|one| one.item);
    all.documents.dedup_by_key(|one| one.item);
    all.sets.sort_by_key(|one| one.item);
    all.home = (!guests.is_empty()).then(|| Arc::clone(home));
    all.guests = guests;
    twins::tie_versions(&mut all);
    twins::unite_masks(&mut all);
    all
}

fn add(all: &mut Dossier, guest: &Guest) {
    let state = &*guest.state;
    let tables = Tables::append(all, guest);
    let outward = |item| guest.numbers().outward(item);
    for record in &state.documents {
        let by = tables.requester(record.deposited_by);
        all.documents.push(records::document(record, outward, by, &mut |number| tables.known(number)));
    }
    for record in &state.sets {
        let by = tables.requester(record.deposited_by);
        all.sets.push(records::set(record, outward, by, &mut |number| tables.known(number)));
    }
    all.last_item = all.last_item.max(guest.numbers().outward(guest.last));
    let names = std::mem::take(&mut all.names);
    // The survivor's come last: the name that answers give is the newest of them.
    all.names = state.names.iter().filter(|name| !names.contains(name)).cloned().collect();
    all.names.extend(names);
    // The terms of its documents that came; what else is due is the survivor's.
    let fallen = state.fallen.iter().filter(|fell| fell.item.is_some());
    all.fallen.extend(fallen.map(|fell| FellDue { item: fell.item.map(outward), ..*fell }));
    all.erased.extend(state.erased.iter().map(|one| Erased { item: outward(one.item), ..*one }));
    add_spans(all, guest);
    add_rights(all, guest, &tables);
    for (key, access) in &state.accesses {
        let known = all.accesses.entry(key.clone()).or_insert(*access);
        (known.first, known.last) = (known.first.min(access.first), known.last.max(access.last));
    }
    for emergency in &state.emergencies {
        let mut emergency = emergency.clone();
        emergency.requester = tables.requester(emergency.requester);
        let same = |one: &crate::dossier::Emergency| one.key == emergency.key && one.mode == emergency.mode;
        match all.emergencies.iter_mut().find(|one| same(one)) {
            Some(one) if one.until < emergency.until => *one = emergency,
            Some(_) => {}
            None => all.emergencies.push(emergency),
        }
    }
    // A case stays open, whoever answers for the dossier, and holds back its end.
    let cases = state.disputes.iter().map(|one| Dispute { journal: one.journal.or(Some(guest.journal)), ..*one });
    all.disputes.extend(cases);
    for note in &state.notes {
        let mut note = note.clone();
        note.item = guest.numbers().outward(note.item);
        all.notes.push(note);
    }
}

fn add_spans(all: &mut Dossier, guest: &Guest) {
    all.spans.push(Span {
        journal: guest.journal,
        from: 0,
        to: guest.last,
        base: guest.base,
        seq: guest.seq,
        entries: Vec::new(),
        returned: false,
        lent: None,
    });
    let on = |base: Item| guest.base.saturating_add(base);
    for span in &guest.state.spans {
        let lent = span.lent.clone().map(|lent| Lent { base: on(lent.base), ..lent });
        all.spans.push(Span { base: on(span.base), lent, ..span.clone() });
    }
}

fn add_rights(all: &mut Dossier, guest: &Guest, tables: &Tables<'_>) {
    let state = &*guest.state;
    for (subject, one) in &state.authorizations {
        let one = tables.authorization(one);
        let both = match all.authorizations.remove(subject) {
            Some(known) => {
                let is_secret = |one: &Authorization| all.requester(one.recorded_by).is_some_and(|by| by.is_secret());
                let secret = (is_secret(&known), is_secret(&one));
                combined(&mut all.aliases, (known, secret.0), (one, secret.1))
            }
            None => one,
        };
        all.authorizations.insert(subject.clone(), both);
    }
    for (subject, block) in &state.blocks {
        let block = tables.block(block);
        match all.blocks.get(subject) {
            Some(known) => drop(all.aliases.insert(block.item, known.item)),
            None => drop(all.blocks.insert(subject.clone(), block)),
        }
    }
    for opposition in &state.oppositions {
        let same = |one: &&mut Opposition| one.kind == opposition.kind && one.subject == opposition.subject;
        match all.oppositions.iter_mut().find(same) {
            // A consent must be later than both.
            Some(one) => {
                let later = one.since < opposition.since;
                let other = if later { std::mem::replace(one, opposition.clone()) } else { opposition.clone() };
                one.also(&other);
            }
            None => all.oppositions.push(opposition.clone()),
        }
    }
    for exception in &state.exceptions {
        if !all.exceptions.iter().any(|one| one.is_same(&exception.profession, &exception.class_code)) {
            all.exceptions.push(exception.clone());
        }
    }
    // Who never had a dossier never chose.
    all.masked_in_emergency &= state.masked_in_emergency || !guest.was_opened();
    all.suspended_at = all.suspended_at.or(state.suspended_at);
    all.suspension_objected_at = all.suspension_objected_at.or(state.suspension_objected_at);
}

/// Both authorisations of one subject: that which runs longest, with all that the other holds. What was withdrawn in one of them is not
/// withdrawn in the other.
/// Each comes with whether a secret connection recorded it last; to representatives both are what they know of either.
fn combined(
    aliases: &mut std::collections::BTreeMap<u32, u32>,
    one: (Authorization, bool),
    other: (Authorization, bool),
) -> Authorization {
    let rank = |one: &Authorization| (one.withdrawn.is_none(), one.until);
    let ((mut main, secret), (rest, rest_secret)) =
        if rank(&one.0) >= rank(&other.0) { (one, other) } else { (other, one) };
    aliases.insert(rest.item, main.item);
    let earlier: Vec<Held> = rest.held().filter(|held| !main.earlier.contains(held)).collect();
    main.earlier.extend(earlier);
    if secret {
        let known =
            if rest_secret { rest.told.map(|told| *told) } else { Some(Authorization { told: None, ..rest.clone() }) };
        let told = [main.told.take().map(|told| *told), known].into_iter().flatten().max_by_key(rank);
        main.told = told.map(|told| Box::new(Authorization { item: main.item, ..told }));
    }
    main.requests.extend(rest.requests);
    main.name = main.name.or(rest.name);
    main.secret.extend(rest.secret);
    main
}

impl Dossier {
    /// What the survivor alone settles is as it was, whatever leaves.
    pub(super) fn settled_as(&mut self, before: &Self) {
        self.status = before.status;
        self.closed_at = before.closed_at;
        self.closing_motive = before.closing_motive;
        self.closing_text.clone_from(&before.closing_text);
        self.closed_before.clone_from(&before.closed_before);
        self.express_asked_at = before.express_asked_at;
        self.suspended_at = before.suspended_at;
        self.suspension_objected_at = before.suspension_objected_at;
        self.activated_at = before.activated_at;
        self.medecin_traitant.clone_from(&before.medecin_traitant);
        self.mandates.clone_from(&before.mandates);
        self.carers.clone_from(&before.carers);
        self.at_once.clone_from(&before.at_once);
    }

    /// Closed under the name of who left, it is open again without him: nobody who stays was closed.
    pub(super) fn open_without(&mut self, home: &Self) {
        if home.status != DossierStatus::Open || self.guests.iter().any(Guest::is_closed) {
            return;
        }
        self.status = home.status;
        (self.closed_at, self.closing_motive) = (home.closed_at, home.closing_motive);
        self.closing_text.clone_from(&home.closing_text);
        self.closed_before.clone_from(&home.closed_before);
        self.express_asked_at = home.express_asked_at;
    }
}

/// A note with its number changed.
pub(super) fn renumbered_note(note: &NoteWritten, item: u32) -> Change {
    Change::NoteWritten(NoteWritten { item, text: note.text.clone() })
}
