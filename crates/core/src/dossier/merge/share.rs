//! Which shadow an entry belongs to: that of the name it was addressed with; what protects the holder belongs to all.

use std::sync::Arc;

use super::records::{self, intern_known, intern_requester};
use super::settled::{Befallen, join_set, replace};
use super::unite::renumbered_note;
use super::{Guest, Numbers};
use crate::document::Item;
use crate::dossier::{
    AccessDisputed, ActCode, AuthorizationGranted, Blocked, Change, DocumentRecord, Dossier, DossierStatus, Facts,
    FellDue, ItemStatus, JournalEntry, Question, Rule,
};

/// How far a change reaches.
enum Reach {
    /// The survivor's journal alone.
    Home,
    /// The dossier whose name was used.
    Addressed,
    /// Every one of them, until they part: what was taken back stands again then, where it stood before the merge.
    Wish,
    /// Every one of them.
    All,
    /// Every one of them: only open dossiers were merged, what is closed was closed since. Where one is still closed when a death was taken
    /// back, because it was closed before, those of which the death was not said stay as they are.
    Reopened,
    /// Whichever has the document.
    Document(Item),
    /// Whichever has the document whose term came.
    Term(Item),
    /// A new set.
    Set(Item),
    /// The one of that journal.
    Guest(u32),
    /// How dossiers hang together: settled elsewhere.
    None,
}

/// What came since a merge is parted by the identifier in each entry. What protects the holder stays on both: a block, an opposition, a
/// withdrawal, an exception, a suspension (decisions 29 has the block). Taken back, it is taken back on all of them as long as they are one.
fn reach(change: &Change) -> Reach {
    match change {
        Change::Known(_) | Change::PolicyPublished(_) | Change::RequesterSuspended(_) => Reach::Home,
        // Said of the survivor alone, under its own number.
        Change::IdentityCorrected(_) => Reach::Home,
        Change::Opened(_) | Change::OpeningObjected(_) => Reach::Home,
        // Médecin traitant, activation, delegates: the survivor's.
        Change::Activated(_) | Change::MedecinTraitantSet(_) | Change::MedecinTraitantLeft(_) => Reach::Home,
        Change::RepresentativeSet(_) | Change::CarerSet(_) => Reach::Home,
        // Contacts, and what the holder is told, too; and what is said of entries, which stay where they are.
        Change::NoticeChosen(_) | Change::ContactSet(_) | Change::ContactPersonSet(_) => Reach::Home,
        Change::FellDue(fell) => fell.item.map_or(Reach::Home, Reach::Term),
        Change::Reviewed(_) => Reach::Home,
        Change::AccessDisputed(one) => one.journal.map_or(Reach::Home, Reach::Guest),
        Change::Registered(_) | Change::Informed(_) | Change::MailReturned(_) => Reach::Home,
        Change::DestructionBegun(_) | Change::DossierDestroyed(_) | Change::DestructionCompleted(_) => Reach::Home,
        Change::SetAdded(added) => Reach::Set(added.item),
        Change::DocumentAdded(added) => Reach::Document(added.item),
        Change::DocumentStanding(change) => Reach::Document(change.item),
        Change::DocumentVisibility(change) => Reach::Document(change.item),
        Change::DocumentHidden(change) => Reach::Document(change.item),
        Change::DocumentRenamed(change) => Reach::Document(change.item),
        Change::DeletionRequested(asked) => Reach::Document(asked.item),
        Change::DeletionAnswered(answered) => Reach::Document(answered.item),
        Change::NotMineClaimed(claim) => Reach::Document(claim.item),
        Change::DocumentErased(erased) => Reach::Document(erased.item),
        Change::Blocked(_) | Change::AuthorizationWithdrawn(_) => Reach::All,
        Change::Reopened(_) => Reach::Reopened,
        Change::RepresentativeEnded(_) | Change::CarerEnded(_) => Reach::All,
        Change::DossierSuspended(_) | Change::SuspensionObjected(_) => Reach::All,
        Change::NameAdded(_)
        | Change::AuthorizationGranted(_)
        | Change::Closed(_)
        | Change::EmergencyOpened(_)
        | Change::ReleaseChosen(_)
        | Change::ExpressDeletionAsked(_)
        | Change::AddressSet(_)
        | Change::NoteWritten(_) => Reach::Addressed,
        Change::Unblocked(_) | Change::OppositionSet(_) | Change::ExceptionSet(_) => Reach::Wish,
        Change::MergedInto(_)
        | Change::Absorbed(_)
        | Change::Separated(_)
        | Change::Returned(_)
        | Change::MergeDeclined(_) => Reach::None,
    }
}

impl Dossier {
    /// Carries an entry, which the union has taken in, to the shadows that it belongs to.
    pub(in crate::dossier) fn share(&mut self, entry: &JournalEntry) {
        let Some(mut home) = self.home.take() else { return };
        let mut guests = std::mem::take(&mut self.guests);
        let shadow = Arc::make_mut(&mut home);
        (shadow.seq, shadow.last_at) = (self.seq, self.last_at);
        shadow.requesters.extend(entry.who.iter().cloned());
        let via = self.addressed(&guests, &entry.facts);
        let mut parts = Parts { all: self, home: shadow, guests: &mut guests, via };
        parts.note(entry);
        for change in entry.changes.iter().flatten() {
            parts.carry(change, &entry.facts);
        }
        parts.sent_again(entry);
        parts.home.last_item = parts.all.last_item;
        parts.home.addresses.clone_from(&parts.all.addresses);
        self.home = Some(home);
        self.guests = guests;
    }

    /// The guest whose name was used; none where it was the survivor's own, or no name at all.
    fn addressed(&self, guests: &[Guest], facts: &Facts) -> Option<usize> {
        let name = self.addresses.get(usize::try_from(facts.addressed?).ok()?)?;
        guests.iter().position(|guest| guest.answers_to(name))
    }
}

/// The union and its shadows.
struct Parts<'a> {
    all: &'a mut Dossier,
    home: &'a mut Dossier,
    guests: &'a mut [Guest],
    via: Option<usize>,
}

impl Parts<'_> {
    fn note(&mut self, entry: &JournalEntry) {
        let consults = entry.is_access();
        // An operator looks at the entry, which stays in this journal, whosever it is.
        let waiting = self.all.to_review.iter().filter(|one| one.seq == entry.seq);
        self.home.to_review.extend(waiting.copied());
        let requester = self.all.requester(entry.facts.requester).cloned();
        match self.whose(entry).and_then(|at| self.guests.get_mut(at)) {
            None if consults => self.home.note_access(&entry.facts),
            None => {}
            Some(guest) => {
                guest.entries.push(entry.seq);
                let Some(requester) = requester else { return };
                let state = Arc::make_mut(&mut guest.state);
                // Whoever asked under its name is in its history.
                let number = intern_requester(state, &requester);
                if consults {
                    state.note_access(&Facts { requester: number, ..entry.facts.clone() });
                }
                let others = entry.facts.on_behalf.iter().chain(&entry.facts.joint);
                for other in others.filter_map(|number| self.all.requester(*number)) {
                    intern_requester(state, other);
                }
            }
        }
    }

    /// The guest to whose history an entry belongs: that whose name was used; where a thing was named by its number alone, that which has it.
    fn whose(&self, entry: &JournalEntry) -> Option<usize> {
        if entry.facts.addressed.is_some() {
            return self.via;
        }
        let asked = match entry.facts.question {
            Some(Question::Item(item)) => Some(item),
            _ => None,
        };
        let named = || entry.facts.outcome.items.iter().filter_map(|one| one.item).chain(asked);
        let has = |guest: &Guest, item: Item| guest.state.holds(guest.numbers().inward(item)) && !self.home.holds(item);
        self.guests.iter().position(|guest| named().any(|item| has(guest, item)))
    }

    fn carry(&mut self, change: &Change, facts: &Facts) {
        match reach(change) {
            Reach::None => {}
            Reach::Home => self.home.apply(change, facts),
            Reach::Document(item) => self.document(item, change),
            Reach::Set(item) => self.set(item),
            Reach::Term(item) => self.term(item, change, facts),
            Reach::Guest(journal) => {
                if let Some(at) = self.guests.iter().position(|guest| guest.journal == journal) {
                    self.hand_to(at, change, facts);
                }
            }
            Reach::All => {
                self.home.apply(change, facts);
                for at in 0..self.guests.len() {
                    self.hand_to(at, change, facts);
                }
            }
            Reach::Reopened => {
                let closed = self.all.status == DossierStatus::Closed;
                if !closed || self.home.is_dead() {
                    self.home.apply(change, facts);
                }
                for at in 0..self.guests.len() {
                    if !closed || self.guests.get(at).is_some_and(|guest| guest.state.is_dead()) {
                        self.hand_to(at, change, facts);
                    }
                }
            }
            Reach::Wish => {
                let first = self.guests.iter().map(|guest| guest.since).min();
                self.home.put_aside(change, self.via.is_none(), first.unwrap_or(facts.at));
                self.home.apply(change, facts);
                for at in 0..self.guests.len() {
                    if let Some(guest) = self.guests.get_mut(at) {
                        Arc::make_mut(&mut guest.state).put_aside(change, self.via == Some(at), guest.since);
                    }
                    self.hand_to(at, change, facts);
                }
            }
            Reach::Addressed => {
                let note = match change {
                    Change::NoteWritten(note) => Some(note.item),
                    _ => None,
                };
                let holder = note.and_then(|item| {
                    let has =
                        |guest: &Guest| guest.state.notes.iter().any(|one| one.item == guest.numbers().inward(item));
                    self.guests.iter().position(has)
                });
                match holder.or(self.via) {
                    Some(at) => self.hand_to(at, change, facts),
                    None => self.home.apply(change, facts),
                }
            }
        }
    }

    fn hand_to(&mut self, at: usize, change: &Change, facts: &Facts) {
        let Some(guest) = self.guests.get_mut(at).filter(|guest| guest.takes(change)) else { return };
        let Some(requester) = self.all.requester(facts.requester).cloned() else { return };
        let change = match change {
            Change::AuthorizationGranted(granted) => Change::AuthorizationGranted(AuthorizationGranted {
                item: guest.numbers().inward(granted.item),
                ..granted.clone()
            }),
            Change::Blocked(blocked) => {
                // What it has already keeps its own number and date.
                if guest.state.blocks.contains_key(&blocked.subject) {
                    return;
                }
                Change::Blocked(Blocked { item: guest.numbers().inward(blocked.item), ..blocked.clone() })
            }
            Change::NoteWritten(note) => renumbered_note(note, guest.numbers().inward(note.item)),
            Change::FellDue(fell) => {
                let item = fell.item.map(|item| guest.numbers().inward(item));
                Change::FellDue(FellDue { item, ..*fell })
            }
            Change::AccessDisputed(one) => Change::AccessDisputed(AccessDisputed { journal: None, ..one.clone() }),
            other => other.clone(),
        };
        let state = Arc::make_mut(&mut guest.state);
        let number = intern_requester(state, &requester);
        state.apply(&change, &Facts { requester: number, ..facts.clone() });
    }

    fn set(&mut self, item: Item) {
        let Some(record) = self.all.set(item) else { return };
        let Some(by) = self.all.requester(record.deposited_by) else { return };
        let (shadow, numbers) = shadow(self.home, self.guests, self.via);
        let by = intern_requester(shadow, by);
        let mut known = |number| self.all.known(number).map_or(number, |value| intern_known(shadow, value));
        let mut record = records::set(record, |item| inward(numbers, item), by, &mut known);
        // Its members come after it, one by one.
        record.members.clear();
        shadow.sets.push(record);
    }

    /// The document as it is now, in every shadow that has it; a new one in that whose name was used. What befalls one version may befall
    /// all: those that it replaced are deleted with it, a claim is about them all; and what befalls one copy befalls the other.
    fn document(&mut self, item: Item, change: &Change) {
        if matches!(change, Change::DocumentAdded(_)) {
            self.place(item);
        }
        let hidden: Vec<Item> = match change {
            Change::DocumentVisibility(_) | Change::DocumentHidden(_) => self.all.copies_here(item),
            Change::NotMineClaimed(_) => {
                self.all.copies_here(item).into_iter().flat_map(|copy| self.all.versions(copy)).collect()
            }
            _ => Vec::new(),
        };
        let mut replaced = match change {
            Change::DocumentAdded(added) => added.replaces.map_or_else(Vec::new, |old| self.all.peers_here(old)),
            _ => Vec::new(),
        };
        let named = self.all.versions(item);
        replaced.retain(|old| self.all.document(*old).is_some_and(|one| !one.standing.deleted));
        for version in self.all.kin([item].into_iter().chain(hidden.iter().copied())) {
            let Some(record) = self.all.document(version).cloned() else { continue };
            // One that is there once is current again where what replaced it does not go.
            let replaced = replaced.len() > 1 && replaced.contains(&version);
            let lifted_elsewhere = lifts(change) && !named.contains(&version);
            self.refresh(&record, Befallen { hides: hidden.contains(&version), lifted_elsewhere, replaced });
        }
    }

    fn refresh(&mut self, record: &DocumentRecord, befallen: Befallen) {
        let own = |own: bool| Befallen { lifted_elsewhere: befallen.lifted_elsewhere && !own, ..befallen };
        self.home.take_over(record.clone(), own(self.via.is_none()));
        for (at, guest) in self.guests.iter_mut().enumerate() {
            let numbers = guest.numbers();
            let record = DocumentRecord {
                item: numbers.inward(record.item),
                version_item: numbers.inward(record.version_item),
                replaced_by: record.replaced_by.map(|item| numbers.inward(item)),
                ..record.clone()
            };
            if guest.state.document(record.item).is_some() {
                Arc::make_mut(&mut guest.state).take_over(record, own(self.via == Some(at)));
            }
        }
    }

    /// It comes once, wherever the document goes.
    fn term(&mut self, item: Item, change: &Change, facts: &Facts) {
        if self.home.document(item).is_some() {
            self.home.apply(change, facts);
        }
        for at in 0..self.guests.len() {
            let has = |guest: &Guest| guest.state.document(guest.numbers().inward(item)).is_some();
            if self.guests.get(at).is_some_and(has) {
                self.hand_to(at, change, facts);
            }
        }
    }

    /// A copy of the document in the shadow whose name was used.
    fn place(&mut self, item: Item) {
        let Some(mut record) = self.all.document(item).cloned() else { return };
        let Some(by) = self.all.requester(record.deposited_by) else { return };
        // Of the copies that it replaced, the one that is there.
        let peers = record.replaces.map_or_else(Vec::new, |old| self.all.peers_here(old));
        record.replaces = record.replaces.into_iter().chain(peers).find(|old| self.has(*old)).or(record.replaces);
        let (shadow, numbers) = shadow(self.home, self.guests, self.via);
        let by = intern_requester(shadow, by);
        let mut known = |number| self.all.known(number).map_or(number, |value| intern_known(shadow, value));
        let record = records::document(&record, |item| inward(numbers, item), by, &mut known);
        join_set(shadow, &record);
        if let Some(old) = record.replaces.and_then(|old| shadow.document_mut(old)) {
            old.standing.deprecated = true;
            old.replaced_by = old.replaced_by.max(Some(record.item));
        }
        replace(shadow, record);
    }

    /// Whether the shadow whose name was used has a document.
    fn has(&self, item: Item) -> bool {
        match self.via.and_then(|at| self.guests.get(at)) {
            Some(guest) => guest.state.document(guest.numbers().inward(item)).is_some(),
            None => self.home.document(item).is_some(),
        }
    }

    /// The same bytes sent under the other's name are there already, and are from now on a document of both.
    fn sent_again(&mut self, entry: &JournalEntry) {
        if entry.facts.act != ActCode::ProvideDocuments || !entry.facts.outcome.rule.allows() {
            return;
        }
        let already = entry
            .facts
            .outcome
            .items
            .iter()
            .filter(|one| one.status == ItemStatus::Given && one.rule == Some(Rule::AlreadyDone));
        for item in already.filter_map(|one| one.item) {
            let mut copies = self.all.peers_here(item);
            copies.retain(|copy| *copy == item || self.all.document(*copy).is_some_and(|one| !one.standing.deleted));
            if !copies.into_iter().any(|copy| self.has(copy)) {
                self.place(item);
            }
        }
    }
}

/// Whether a change may take a mask away.
const fn lifts(change: &Change) -> bool {
    match change {
        Change::DocumentVisibility(change) => !change.visibility.masque_ps,
        Change::DocumentHidden(change) => !change.hidden,
        Change::NotMineClaimed(claim) => !claim.open,
        _ => false,
    }
}

/// The shadow whose name was used, and how it numbers.
fn shadow<'a>(
    home: &'a mut Dossier,
    guests: &'a mut [Guest],
    via: Option<usize>,
) -> (&'a mut Dossier, Option<Numbers>) {
    match via.and_then(|at| guests.get_mut(at)) {
        Some(guest) => {
            let numbers = guest.numbers();
            (Arc::make_mut(&mut guest.state), Some(numbers))
        }
        None => (home, None),
    }
}

fn inward(numbers: Option<Numbers>, item: Item) -> Item {
    numbers.map_or(item, |numbers| numbers.inward(item))
}
