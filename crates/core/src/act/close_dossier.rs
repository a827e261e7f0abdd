//! Close the dossier: DMP TD1.4, R1111-36. Unreadable to all from then on; the holder keeps his history.

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Closed, ClosingMotive, Dossier, Rule};

/// A closing.
#[derive(Debug, Clone)]
pub struct CloseDossier {
    /// The holder's reason, in his words.
    pub text: Option<Box<str>>,
}

impl CloseDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match judge(dossier, context, Action::ListAuthorizations) {
            Ok(admission) if admission.side == Side::Holder => {
                let closed = Closed { motive: ClosingMotive::HolderAsked, text: self.text.clone() };
                Decision::allowed(admission.rule, Answer::Done).changing(Change::Closed(closed))
            }
            Ok(_) => Decision::refused(Rule::NotHolder),
            Err(rule) => Decision::refused(rule),
        }
    }
}
