//! Object to the opening of a dossier, before it is open: by the one-time link, or through the help desk (facts b.2).

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierStatus, OpeningObjected, Rule};
use crate::identity::{Ins, Requester};

/// An objection.
#[derive(Debug, Clone)]
pub struct ObjectOpening {
    /// Whose dossier is not to be opened.
    pub ins: Ins,
    /// In his words.
    pub text: Option<Box<str>>,
}

impl ObjectOpening {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match &**context.requester {
            Requester::Holder(one) if one.ins == self.ins => Rule::Holder,
            Requester::HelpDesk(_) => Rule::HelpDesk,
            Requester::Holder(_) => return Decision::refused(Rule::NotHolder),
            _ => return Decision::refused(Rule::FunctionalRight),
        };
        match dossier.status {
            // Once it is open, to object is to close it.
            DossierStatus::Open | DossierStatus::Closed => Decision::fault(Rule::State),
            DossierStatus::Unopened if dossier.objected_at.is_some() => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done)
            }
            DossierStatus::Unopened => Decision::allowed(rule, Answer::Done)
                .changing(Change::OpeningObjected(OpeningObjected { text: self.text.clone() })),
        }
    }
}
