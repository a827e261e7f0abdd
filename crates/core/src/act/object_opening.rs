//! Object to the opening of a dossier, before it is open: by the one-time link, or through the help desk (facts b.2); and take it back, which
//! begins the six weeks anew.

use crate::access::is_too_young;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierStatus, MandateScope, OpeningObjected, Rule};
use crate::identity::{Ins, Requester};

/// An objection.
#[derive(Debug, Clone)]
pub struct ObjectOpening {
    /// Whose dossier is not to be opened.
    pub ins: Ins,
    /// In his words.
    pub text: Option<Box<str>>,
    /// The objection is taken back.
    pub withdrawn: bool,
}

impl ObjectOpening {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match &**context.requester {
            // Who may not sign in yet has others object for him (decisions 24).
            Requester::Holder(one) if one.ins == self.ins && is_child(dossier, context) => {
                return Decision::refused(Rule::TooYoung);
            }
            Requester::Holder(one) if one.ins == self.ins => Rule::Holder,
            // Who represents him is informed for him, and objects for him (facts b.2).
            Requester::Representative(one) if one.ins == self.ins && represents(dossier, context, &one.person) => {
                Rule::Representative
            }
            Requester::HelpDesk(_) => Rule::HelpDesk,
            Requester::Holder(_) | Requester::Representative(_) => return Decision::refused(Rule::NotHolder),
            _ => return Decision::refused(Rule::FunctionalRight),
        };
        match dossier.status {
            // Once it is open, to object is to close it.
            DossierStatus::Open | DossierStatus::Closed => Decision::fault(Rule::State),
            DossierStatus::Unopened if dossier.objected_at.is_some() != self.withdrawn => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done)
            }
            DossierStatus::Unopened => {
                let set = OpeningObjected { text: self.text.clone(), withdrawn: self.withdrawn };
                Decision::allowed(rule, Answer::Done).changing(Change::OpeningObjected(set))
            }
        }
    }
}

fn is_child(dossier: &Dossier, context: &Context<'_>) -> bool {
    dossier.addressee().is_some_and(|holder| is_too_young(holder.birth, context.now))
}

/// Whether somebody was recorded as who represents whom the feed registered, with all rights.
fn represents(dossier: &Dossier, context: &Context<'_>, person: &str) -> bool {
    let birth = dossier.registration.as_ref().map(|one| one.holder.birth);
    let mandate = dossier.mandates.get(person).filter(|mandate| mandate.scope == MandateScope::Full);
    mandate.zip(birth).is_some_and(|(mandate, birth)| mandate.stands(context.now, birth))
}
