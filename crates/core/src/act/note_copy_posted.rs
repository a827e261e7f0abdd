//! A copy of the dossier that goes to the holder by post (facts b: "a paper or CD copy"): the help desk notes it, and sees no content.

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Dossier, DossierStatus, Rule};
use crate::identity::Requester;

/// The person asked for a copy, and whoever checked who he is notes that it is posted. It goes to the address on record and to no
/// other: one told on the telephone is anybody's.
#[derive(Debug, Clone)]
pub struct NoteCopyPosted;

impl NoteCopyPosted {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::HelpDesk(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        let admission = match judge(dossier, context, Action::Settle) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.status != DossierStatus::Open {
            return Decision::fault(Rule::State);
        }
        if !dossier.holder.as_ref().is_some_and(|holder| holder.has_postal_address()) {
            return Decision::fault(Rule::PostalAddress);
        }
        Decision::allowed(admission.rule, Answer::Done)
    }
}
