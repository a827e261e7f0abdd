//! The holder chooses, class by class, whether results appear to him at once (facts c.7, decisions 19).

use crate::act::settle::{Choice, settle};
use crate::act::{Answer, Context, Decision};
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
        match settle(dossier, context, Choice::Own) {
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
