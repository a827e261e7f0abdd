//! Oppose consultation, feeding or an emergency mode, permit masked documents in emergencies, and take it back (R1111-47,
//! R1111-48, decisions 9).

use crate::act::settle::{Choice, settle};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, OppositionKind, OppositionSet, Rule, Subject};

/// An opposition, or its end.
#[derive(Debug, Clone)]
pub struct Oppose {
    /// What is opposed.
    pub kind: OppositionKind,
    /// Whom it concerns; everybody when absent.
    pub subject: Option<Subject>,
    /// Opposed, or not any more.
    pub opposed: bool,
    /// Why.
    pub motive: Option<Box<str>>,
}

impl Oppose {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let choice = if self.opposed { Choice::Oppose } else { Choice::Own };
        let rule = match settle(dossier, context, choice) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.each(|one| self.stands(one) == self.opposed) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let change = OppositionSet {
            kind: self.kind,
            subject: self.subject.clone(),
            opposed: self.opposed,
            motive: self.motive.clone(),
        };
        Decision::allowed(rule, Answer::Done).changing(Change::OppositionSet(change))
    }

    fn stands(&self, dossier: &Dossier) -> bool {
        if self.kind == OppositionKind::MaskedInEmergency {
            return !dossier.masked_in_emergency;
        }
        dossier.oppositions.iter().any(|one| one.kind == self.kind && one.subject == self.subject)
    }
}
