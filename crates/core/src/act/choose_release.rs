//! The holder chooses, class by class, whether results appear to him at once (facts c.7, decisions 19).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision, settling};
use crate::dossier::{Change, Dossier, ReleaseChosen, Rule};

/// A choice for one class.
#[derive(Debug, Clone)]
pub struct ChooseRelease {
    /// The class of documents.
    pub class_code: Box<str>,
    /// At once, whoever deposits; a retention then needs its motive.
    pub at_once: bool,
}

impl ChooseRelease {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match judge(dossier, context, Action::Settle) {
            Ok(admission) if matches!(admission.side, Side::Professional(_)) => Err(Rule::NotHolder),
            Ok(admission) => settling(dossier, &admission),
            Err(rule) => Err(rule),
        };
        match rule {
            Err(rule) => Decision::refused(rule),
            Ok(_) if dossier.at_once.contains(&self.class_code) == self.at_once => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done)
            }
            Ok(rule) => Decision::allowed(rule, Answer::Done).changing(Change::ReleaseChosen(ReleaseChosen {
                class_code: self.class_code.clone(),
                at_once: self.at_once,
            })),
        }
    }
}
