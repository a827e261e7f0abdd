//! The holder chooses how often he is told, of what and by which way. A first access and an emergency are told at once, always.

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, NoticeChosen, NoticeFrequency, Rule};

/// A choice.
#[derive(Debug, Clone, Copy)]
pub struct ChooseNotice {
    /// What is chosen.
    pub chosen: NoticeChosen,
}

impl ChooseNotice {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::Settle) {
            Ok(admission) if admission.side.is_holders() => admission,
            Ok(_) => return Decision::refused(Rule::NotHolder),
            Err(rule) => return Decision::refused(rule),
        };
        // Of what he does himself the holder is told: he may group it for him, never switch it off (decisions 25 and 33).
        if admission.side == Side::Carer && self.chosen.frequency == NoticeFrequency::Never {
            return Decision::refused(Rule::Scope);
        }
        let always = self.chosen.kind.is_some_and(|kind| kind.is_always_told());
        if always && self.chosen.frequency != NoticeFrequency::AtOnce {
            return Decision::fault(Rule::AlwaysTold);
        }
        // Of an adult the holder and his guardian choose together (decisions 24).
        let by_representative = dossier.is_minor(context.now) && dossier.is_blind(context.requester);
        let chosen = NoticeChosen { by_representative, ..self.chosen };
        if dossier.notices.contains(&chosen) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        Decision::allowed(admission.rule, Answer::Done).changing(Change::NoticeChosen(chosen))
    }
}
