//! From one entry to the next state: what the holder is told, what falls due, what is reviewed, who was registered.

use std::sync::Arc;

use crate::dossier::{Change, Dossier, DueKind, Facts, Registration};

impl Dossier {
    pub(super) fn apply_told(&mut self, change: &Change, facts: &Facts) {
        match change {
            Change::NoticeChosen(chosen) => {
                self.notices.retain(|one| one.kind != chosen.kind || one.channel != chosen.channel);
                self.notices.push(*chosen);
            }
            Change::ContactSet(contact) => {
                let person = contact.person.clone().unwrap_or_default();
                match &contact.email {
                    Some(email) => drop(self.emails.insert(person, email.clone())),
                    None => drop(self.emails.remove(&person)),
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
                });
            }
            Change::Informed(informed) => {
                if let Some(one) = &mut self.registration {
                    (one.informed_at, one.code) = (Some(facts.at), Some(informed.code));
                }
            }
            Change::MailReturned(_) => {
                if let Some(one) = &mut self.registration {
                    (one.informed_at, one.by_post) = (None, true);
                }
            }
            Change::Reviewed(one) => self.to_review.retain(|waiting| *waiting != one.reviewed),
            // Applied before: a kind that is new must be given its place by whoever adds it.
            Change::Opened(_)
            | Change::NameAdded(_)
            | Change::Known(_)
            | Change::SetAdded(_)
            | Change::DocumentAdded(_)
            | Change::DocumentStanding(_)
            | Change::DocumentVisibility(_)
            | Change::DocumentHidden(_)
            | Change::AuthorizationGranted(_)
            | Change::AuthorizationWithdrawn(_)
            | Change::Blocked(_)
            | Change::Unblocked(_)
            | Change::OppositionSet(_)
            | Change::Closed(_)
            | Change::PolicyPublished(_)
            | Change::Activated(_)
            | Change::MedecinTraitantSet(_)
            | Change::MedecinTraitantLeft(_)
            | Change::RequesterSuspended(_)
            | Change::ExceptionSet(_)
            | Change::EmergencyOpened(_)
            | Change::RepresentativeSet(_)
            | Change::RepresentativeEnded(_)
            | Change::CarerSet(_)
            | Change::CarerEnded(_)
            | Change::ReleaseChosen(_)
            | Change::NoteWritten(_)
            | Change::Reopened(_)
            | Change::ExpressDeletionAsked(_)
            | Change::OpeningObjected(_)
            | Change::DossierSuspended(_)
            | Change::DeletionRequested(_)
            | Change::DeletionAnswered(_)
            | Change::NotMineClaimed(_) => {}
        }
    }
}
