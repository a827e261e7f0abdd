//! Object to the suspension of one's dossier for fraud: nothing closes by itself any more, an operator answers (decisions 8, facts b.4).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierStatus, ReviewOutcome, Reviewed, Rule, SuspensionObjected, ToReview};

/// An objection.
#[derive(Debug, Clone, Default)]
pub struct ObjectSuspension {
    /// In the words of who objects.
    pub text: Option<Box<str>>,
}

impl ObjectSuspension {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::ObjectSuspension) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        if !matches!(admission.side, Side::Holder | Side::Representative | Side::HelpDesk) {
            return Decision::refused(Rule::FunctionalRight);
        }
        if dossier.suspended_at.is_none() {
            return Decision::fault(Rule::State);
        }
        if dossier.suspension_objected_at.is_some() {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        Decision::allowed(admission.rule, Answer::Done)
            .changing(Change::SuspensionObjected(SuspensionObjected { text: self.text.clone() }))
    }
}

/// Whether an operator still has to answer an objection: he frees the dossier, or closes it.
pub(super) fn awaits_an_answer(dossier: &Dossier) -> bool {
    dossier.status == DossierStatus::Open && dossier.suspension_objected_at.is_some()
}

impl Decision {
    /// The same, with the objection that it answers taken out of the review queue.
    pub(super) fn answering(self, dossier: &Dossier, outcome: ReviewOutcome, text: Option<&str>) -> Self {
        let waiting = dossier.to_review.iter().filter(|one| one.suspension);
        waiting.fold(self, |decision, one: &ToReview| {
            decision.changing(Change::Reviewed(Reviewed { reviewed: *one, outcome, text: text.map(Into::into) }))
        })
    }
}
