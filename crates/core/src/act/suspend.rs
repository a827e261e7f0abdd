//! The operator suspends: a professional or a structure everywhere, a whole dossier for fraud (decisions 8).

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierSuspended, RequesterSuspended, ReviewOutcome, Rule, Subject};
use crate::identity::Requester;

/// A professional or a structure to suspend, or to let in again: in the operator's journal.
#[derive(Debug, Clone)]
pub struct SuspendRequester {
    /// Whom.
    pub subject: Subject,
    /// Suspended, or not any more.
    pub suspended: bool,
    /// Why.
    pub motive: Option<Box<str>>,
}

/// A dossier to suspend, or to free.
#[derive(Debug, Clone)]
pub struct SuspendDossier {
    /// Suspended, or not any more.
    pub suspended: bool,
    /// Why.
    pub motive: Option<Box<str>>,
}

impl SuspendRequester {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::Operator(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        if dossier.suspensions.contains_key(&self.subject) == self.suspended {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let change = RequesterSuspended {
            subject: self.subject.clone(),
            suspended: self.suspended,
            motive: self.motive.clone(),
        };
        Decision::allowed(Rule::Operator, Answer::Done).changing(Change::RequesterSuspended(change))
    }
}

impl SuspendDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match judge(dossier, context, Action::Administer) {
            Err(rule) => Decision::refused(rule),
            Ok(_) if dossier.suspended_at.is_some() == self.suspended => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done)
            }
            Ok(admission) => {
                let change = DossierSuspended { suspended: self.suspended, motive: self.motive.clone() };
                let decision = Decision::allowed(admission.rule, Answer::Done);
                // Freed, who objected is answered.
                let decision = match self.suspended {
                    false => decision.answering(dossier, ReviewOutcome::Justified, self.motive.as_deref()),
                    true => decision,
                };
                decision.changing(Change::DossierSuspended(change))
            }
        }
    }
}
