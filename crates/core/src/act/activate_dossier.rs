//! Activate a dossier: its holder, or a parent, takes it into his hands (facts b.3, decisions 20).

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Activated, Change, Dossier, Rule};

/// An activation.
#[derive(Debug, Clone, Default)]
pub struct ActivateDossier {
    /// The version of the notice that was read.
    pub notice: Option<Box<str>>,
}

impl ActivateDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match judge(dossier, context, Action::Activate) {
            Err(rule) => Decision::refused(rule),
            Ok(_) if dossier.activated_at.is_some() => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            Ok(admission) => Decision::allowed(admission.rule, Answer::Done)
                .changing(Change::Activated(Activated { notice: self.notice.clone() })),
        }
    }
}
