//! From one entry to the next state. Never refuses, reads no matrix and no code table: what was decided, was decided.

use std::sync::Arc;

use crate::dossier::{
    Access, Block, Change, Closed, ClosingMotive, Dossier, DossierStatus, Emergency, EmergencyOpened, Exception, Facts,
    ItemStatus, MedecinTraitant, Note, NoteWritten, RequesterSuspended, Rule, ToReview,
};
use crate::identity::Requester;

/// One entry of a journal, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its place, from 1.
    pub seq: u32,
    /// Who asked what, and how it ended.
    pub facts: Facts,
    /// The requesters who appear here for the first time, in the order of their numbers.
    pub who: Vec<Arc<Requester>>,
    /// What changed; `None` where the part was erased for good.
    pub changes: Vec<Option<Change>>,
    /// The state of another journal that the entry refers to (see [`JournalEntry::refers_to`]): not stored, brought by whoever opens the entry.
    pub annex: Option<Arc<Dossier>>,
}

impl JournalEntry {
    /// The journal whose state the entry takes over, the last entry of it that counts, and its digest. Of a dossier that comes back it is
    /// the survivor's journal: what the survivor kept for it.
    #[must_use]
    pub fn refers_to(&self) -> Option<(u32, u32, [u8; 32])> {
        self.changes.iter().flatten().find_map(|change| match change {
            Change::Absorbed(absorbed) => Some((absorbed.journal, absorbed.seq, absorbed.head)),
            Change::Returned(returned) if !returned.declined => Some((returned.journal, returned.seq, returned.head)),
            _ => None,
        })
    }
}

impl JournalEntry {
    /// Whether somebody was let in and given what he asked for: what "first access" and "last access" mean. Who named one document
    /// and was refused it did not enter.
    #[must_use]
    pub fn is_access(&self) -> bool {
        let items = &self.facts.outcome.items;
        let given = items.is_empty() || items.iter().any(|item| item.status == ItemStatus::Given);
        given && self.facts.outcome.rule.allows() && self.facts.act.consults_by(self.facts.outcome.rule)
    }
}

impl Dossier {
    /// Folds one entry in.
    pub fn evolve(&mut self, entry: &JournalEntry) {
        self.seq = entry.seq;
        self.last_at = entry.facts.at;
        self.requesters.extend(entry.who.iter().cloned());
        for change in entry.changes.iter().flatten() {
            self.apply(change, &entry.facts);
        }
        self.queue_reviews(entry);
        self.count_mismatch(&entry.facts);
        if entry.is_access() {
            self.note_access(&entry.facts);
        }
        if self.home.is_some() {
            self.share(entry);
        }
        self.join_and_part(entry);
    }

    /// An emergency access that opens, each document that names its patient otherwise, and an objection to a suspension wait for an operator.
    fn queue_reviews(&mut self, entry: &JournalEntry) {
        let (seq, at) = (entry.seq, entry.facts.at);
        let secret = self.requester(entry.facts.requester).is_some_and(|by| by.is_secret());
        let emergency = ToReview { seq, at, item: None, secret, suspension: false };
        for change in entry.changes.iter().flatten() {
            match change {
                Change::EmergencyOpened(_) => self.to_review.push(emergency),
                Change::SuspensionObjected(_) => self.to_review.push(ToReview { suspension: true, ..emergency }),
                _ => {}
            }
        }
        if entry.facts.outcome.rule.allows() {
            let differ = entry.facts.outcome.items.iter().filter(|one| one.rule == Some(Rule::NameDiffers));
            let items = differ.filter_map(|one| one.item);
            self.to_review.extend(items.map(|item| ToReview { item: Some(item), ..emergency }));
        }
    }

    pub(super) fn note_access(&mut self, facts: &Facts) {
        let Some(requester) = self.requester(facts.requester) else { return };
        let key: Box<str> = requester.session_key().into();
        let at = facts.at;
        self.accesses.entry(key).and_modify(|access| access.last = at).or_insert(Access { first: at, last: at });
    }

    pub(super) fn apply(&mut self, change: &Change, facts: &Facts) {
        match change {
            Change::Opened(opened) => {
                self.status = DossierStatus::Open;
                self.names.push(opened.ins.clone());
                self.addresses.push(opened.ins.clone());
                self.holder = Some(Arc::new(opened.holder.clone()));
                self.ground = Some(opened.ground);
                self.opened_at = Some(facts.at);
                self.objected_at = None;
            }
            Change::NameAdded(name) => {
                self.names.push(name.ins.clone());
                self.addresses.push(name.ins.clone());
            }
            Change::IdentityCorrected(traits) => self.correct_identity(traits),
            Change::Known(added) => {
                self.known.insert(added.number, Arc::new(added.known.clone()));
            }
            Change::SetAdded(added) => self.add_set(added, facts),
            Change::DocumentAdded(added) => self.add_document(added, facts),
            Change::DocumentStanding(standing) => self.set_standing(standing, facts),
            Change::DocumentVisibility(change) => self.set_visibility(change, facts),
            Change::DocumentHidden(change) => self.choose(change),
            Change::DocumentRenamed(change) => self.rename(change, facts),
            Change::DocumentErased(change) => self.erase(*change),
            Change::AuthorizationGranted(granted) => self.grant(granted, facts),
            Change::AuthorizationWithdrawn(withdrawn) => {
                self.withdraw(withdrawn, facts);
            }
            Change::Blocked(blocked) => {
                self.last_item = self.last_item.max(blocked.item);
                // Said again for a dossier that is one with this: here it keeps its own number and date.
                self.blocks.entry(blocked.subject.clone()).or_insert_with(|| Block {
                    since: facts.at,
                    recorded_by: facts.requester,
                    name: blocked.name.clone(),
                    item: blocked.item,
                });
            }
            Change::Unblocked(unblocked) => {
                self.blocks.remove(&unblocked.subject);
            }
            Change::OppositionSet(set) => self.set_opposition(set, facts),
            Change::Closed(closed) => self.close(closed, facts),
            Change::PolicyPublished(policy) => self.policy = Some(policy.digest),
            Change::Activated(_) => self.activated_at = Some(facts.at),
            other => self.apply_holders(other, facts),
        }
    }

    /// What the holder chooses, and who speaks for him.
    fn apply_holders(&mut self, change: &Change, facts: &Facts) {
        match change {
            Change::MedecinTraitantSet(set) => {
                self.medecin_traitant = Some(MedecinTraitant {
                    professional: set.professional.clone(),
                    name: set.name.clone(),
                    since: facts.at,
                });
            }
            Change::MedecinTraitantLeft(left) => {
                self.medecin_traitant.take_if(|one| one.professional == left.professional);
            }
            Change::RequesterSuspended(change) => self.suspend(change, facts),
            Change::ExceptionSet(set) => {
                let known = self.exceptions.iter().any(|one| one.is_same(&set.profession, &set.class_code));
                self.exceptions.retain(|one| set.set || !one.is_same(&set.profession, &set.class_code));
                if set.set && !known {
                    let (profession, class_code) = (set.profession.clone(), set.class_code.clone());
                    self.exceptions.push(Exception { profession, class_code, since: facts.at });
                }
            }
            Change::EmergencyOpened(opened) => self.open_emergency(opened, facts),
            Change::RepresentativeSet(set) => drop(self.mandates.insert(set.person.clone(), set.mandate.clone())),
            Change::RepresentativeEnded(ended) => self.end_mandate(&ended.person),
            Change::CarerSet(set) => drop(self.carers.insert(set.person.clone(), set.carer.clone())),
            Change::CarerEnded(ended) => drop(self.carers.remove(&ended.person)),
            Change::ReleaseChosen(chosen) => {
                self.at_once.retain(|class| *class != chosen.class_code);
                if chosen.at_once {
                    self.at_once.push(chosen.class_code.clone());
                }
            }
            Change::NoteWritten(note) => self.write_note(note, facts),
            other => self.apply_life(other, facts),
        }
    }

    /// The life of the dossier, and what is asked about its documents.
    fn apply_life(&mut self, change: &Change, facts: &Facts) {
        match change {
            Change::Reopened(_) => self.reopen(),
            Change::ExpressDeletionAsked(_) => self.express_asked_at = Some(facts.at),
            Change::OpeningObjected(set) => self.object_to_opening(set, facts),
            Change::DossierSuspended(change) => {
                self.suspended_at = change.suspended.then_some(facts.at);
                self.suspension_objected_at = None;
            }
            Change::SuspensionObjected(_) => self.suspension_objected_at = Some(facts.at),
            Change::DeletionRequested(asked) => {
                self.each_version(asked.item, |version| version.deletion_asked = Some(facts.at));
            }
            Change::DeletionAnswered(answered) => {
                self.each_version(answered.item, |version| version.deletion_asked = None);
            }
            Change::NotMineClaimed(claim) => self.claim(claim),
            other => self.apply_told(other, facts),
        }
    }

    /// A death is said of a dossier that was closed already, and leaves its archive, and its end, as they run (decisions 27 and 28).
    fn close(&mut self, closed: &Closed, facts: &Facts) {
        // Of who was only registered: he is not informed any more, and nothing opens (decisions 26 and 28).
        if self.status == DossierStatus::Unopened {
            if closed.motive == ClosingMotive::Death {
                self.closed_before = self.closing_motive.map(|motive| Closed { motive, text: None });
            }
            self.closing_motive = Some(closed.motive);
            if let Some(one) = &mut self.registration {
                (one.informed_at, one.sent_at, one.code) = (None, None, None);
            }
            return;
        }
        if self.status == DossierStatus::Closed && closed.motive == ClosingMotive::Death {
            let text = self.closing_text.take();
            self.closed_before = self.closing_motive.map(|motive| Closed { motive, text });
        } else {
            self.closed_at = Some(facts.at);
        }
        self.status = DossierStatus::Closed;
        self.closing_motive = Some(closed.motive);
        self.closing_text.clone_from(&closed.text);
    }

    /// What a death was said over stands again when that was an error.
    fn reopen(&mut self) {
        if let Some(before) = self.closed_before.take() {
            (self.closing_motive, self.closing_text) = (Some(before.motive), before.text);
            return;
        }
        if self.status == DossierStatus::Unopened {
            self.closing_motive = None;
            // He is informed anew, and his weeks begin then.
            if let Some(one) = &mut self.registration {
                one.asked = self.seq;
            }
            return;
        }
        // The code that objected to the opening did so once.
        if let Some(one) = &mut self.registration {
            one.code = None;
        }
        self.status = DossierStatus::Open;
        (self.closed_at, self.closing_motive, self.closing_text) = (None, None, None);
        self.express_asked_at = None;
    }

    fn suspend(&mut self, change: &RequesterSuspended, facts: &Facts) {
        if change.suspended {
            self.suspensions.insert(change.subject.clone(), facts.at);
        } else {
            self.suspensions.remove(&change.subject);
        }
    }

    fn open_emergency(&mut self, opened: &EmergencyOpened, facts: &Facts) {
        let Some(key) = self.requester(facts.requester).map(|requester| Box::<str>::from(requester.session_key()))
        else {
            return;
        };
        self.emergencies.retain(|one| one.key != key || one.mode != opened.mode);
        self.emergencies.push(Emergency {
            key,
            requester: facts.requester,
            mode: opened.mode,
            since: facts.at,
            until: opened.until,
        });
    }

    fn write_note(&mut self, note: &NoteWritten, facts: &Facts) {
        self.last_item = self.last_item.max(note.item);
        self.notes.retain(|one| one.item != note.item);
        let key = self.requester(facts.requester).map(|requester| requester.account().into());
        if let (Some(text), Some(key)) = (&note.text, key) {
            self.notes.push(Note { item: note.item, key, text: text.clone(), at: facts.at });
        }
    }
}
