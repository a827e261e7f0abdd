//! The holder chooses how often he is told, of what and by which way. A first access and an emergency are told at once, always.

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, NoticeChosen, NoticeFrequency, Rule};
use crate::identity::Requester;

/// A choice.
#[derive(Debug, Clone, Copy)]
pub struct ChooseNotice {
    /// What is chosen.
    pub chosen: NoticeChosen,
}

/// Whether the choice is of those who represent the holder: theirs, or of a carer whom they chose.
fn is_representatives(dossier: &Dossier, context: &Context<'_>) -> bool {
    match &**context.requester {
        Requester::Representative(_) => true,
        Requester::Carer(one) => dossier.carers.get(&one.person).is_some_and(|carer| carer.by_representative),
        _ => false,
    }
}

impl ChooseNotice {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::Settle) {
            Ok(admission) if admission.side.is_holders() => admission,
            Ok(_) => return Decision::refused(Rule::NotHolder),
            Err(rule) => return Decision::refused(rule),
        };
        let always = self.chosen.kind.is_some_and(|kind| kind.is_always_told());
        if always && self.chosen.frequency != NoticeFrequency::AtOnce {
            return Decision::fault(Rule::AlwaysTold);
        }
        let chosen = NoticeChosen { by_representative: is_representatives(dossier, context), ..self.chosen };
        if dossier.notices.contains(&chosen) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        Decision::allowed(admission.rule, Answer::Done).changing(Change::NoticeChosen(chosen))
    }
}
