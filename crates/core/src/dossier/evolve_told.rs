//! From one entry to the next state: what the holder is told, what falls due, what is reviewed, who was registered.

use std::sync::Arc;

use crate::dossier::{
    ActCode, Change, Dossier, DueKind, Facts, IdentityCorrected, NoticeChosen, OpeningObjected, Registration, Rule,
};
use crate::identity::Requester;

impl Dossier {
    /// A card that was not the one, shown with the right code.
    pub(super) fn count_mismatch(&mut self, facts: &Facts) {
        // By the person himself; what a professional mistakes at his counter takes no code away.
        let himself = self.requester(facts.requester).is_some_and(|by| matches!(&**by, Requester::Holder(_)));
        let missed = himself && facts.act == ActCode::OpenDossier && facts.outcome.rule == Rule::CardMismatch;
        if let Some(one) = self.registration.as_mut().filter(|_| missed) {
            one.mismatches = Some(one.mismatches.unwrap_or(0).saturating_add(1));
        }
    }

    pub(super) fn apply_told(&mut self, change: &Change, facts: &Facts) {
        match change {
            Change::NoticeChosen(chosen) => {
                let who = |one: &NoticeChosen| (one.kind, one.channel, one.by_representative);
                self.notices.retain(|one| who(one) != who(chosen));
                self.notices.push(*chosen);
            }
            Change::ContactSet(contact) => {
                let person = contact.person.clone().unwrap_or_default();
                match &contact.email {
                    Some(email) => drop(self.emails.insert(person, email.clone())),
                    None => drop(self.emails.remove(&person)),
                }
            }
            Change::AddressSet(set) => {
                if let Some(holder) = &mut self.holder {
                    Arc::make_mut(holder).address = Some(set.address.clone());
                } else if let Some(one) = &mut self.registration {
                    Arc::make_mut(&mut one.holder).address = Some(set.address.clone());
                    if one.sent_at.is_none() {
                        one.asked = self.seq;
                    }
                }
            }
            Change::FellDue(fell) if fell.kind != DueKind::SuspensionEnd => self.fallen.push(*fell),
            Change::FellDue(_) => {}
            Change::Registered(one) => {
                self.registration = Some(Registration {
                    ins: one.ins.clone(),
                    holder: Arc::new(one.holder.clone()),
                    informed_at: None,
                    code: None,
                    by_post: false,
                    mismatches: None,
                    asked: self.seq,
                    at_desk: false,
                    sent_at: None,
                    code_only: false,
                });
            }
            Change::Informed(informed) => {
                if let Some(one) = &mut self.registration {
                    (one.code, one.mismatches) = (Some(informed.code), None);
                    one.code_only = informed.code_only;
                    one.sent_at = one.sent_at.or(Some(facts.at));
                    one.informed_at = Some(facts.at).filter(|_| !informed.code_only);
                }
            }
            Change::MailReturned(_) => {
                if let Some(one) = &mut self.registration {
                    (one.informed_at, one.sent_at, one.by_post) = (None, None, true);
                    (one.asked, one.at_desk) = (self.seq, facts.outcome.rule == Rule::HelpDesk);
                }
            }
            Change::ContactPersonSet(set) => {
                self.last_item = self.last_item.max(set.contact.item);
                self.contacts.retain(|one| one.item != set.contact.item);
                if !set.removed {
                    self.contacts.push(set.contact.clone());
                }
            }
            Change::Reviewed(one) => self.to_review.retain(|waiting| !waiting.is_same(&one.reviewed)),
            other => self.apply_end(other, facts),
        }
    }

    /// Whoever takes his objection back is where the feed had registered him.
    pub(super) fn object_to_opening(&mut self, set: &OpeningObjected, facts: &Facts) {
        self.objected_at = (!set.withdrawn).then_some(facts.at);
        if let Some(one) = self.registration.as_mut().filter(|_| set.withdrawn) {
            (one.informed_at, one.sent_at, one.code) = (None, None, None);
            (one.asked, one.at_desk, one.code_only) = (self.seq, false, false);
        }
    }

    /// Who was registered and who has the dossier are one person.
    pub(super) fn correct_identity(&mut self, traits: &IdentityCorrected) {
        // He comes of age another day: what reminded of the wrong one is none.
        if traits.birth.is_some_and(|birth| self.birth() != Some(birth)) {
            self.fallen.retain(|fell| fell.kind != DueKind::MajorityReminder);
        }
        if let Some(holder) = &mut self.holder {
            Arc::make_mut(holder).correct(traits);
        }
        if let Some(one) = &mut self.registration {
            Arc::make_mut(&mut one.holder).correct(traits);
        }
    }
}
