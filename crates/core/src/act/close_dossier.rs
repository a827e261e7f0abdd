//! Close the dossier: DMP TD1.4, R1111-36. Unreadable to all from then on; the holder keeps his history.

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Closed, ClosingMotive, Dossier, ExpressDeletionAsked, Rule};
use crate::identity::Requester;

/// A closing.
#[derive(Debug, Clone, Default)]
pub struct CloseDossier {
    /// The holder's reason, in his words.
    pub text: Option<Box<str>>,
    /// Destroyed within three months instead of ten years.
    pub express: bool,
    /// The other representatives who sign too: a minor's or a protected adult's dossier is closed by all of them (decisions 24).
    pub joint: Vec<Box<str>>,
}

/// Whether all representatives on record sign: the caller, and those named beside him (decisions 24).
pub(super) fn all_sign(dossier: &Dossier, context: &Context<'_>, joint: &[Box<str>]) -> bool {
    let Requester::Representative(caller) = &**context.requester else { return false };
    let Some(birth) = dossier.birth() else { return false };
    let standing = dossier.mandates.iter().filter(|(_, mandate)| mandate.stands(context.now, birth));
    standing.map(|(person, _)| person).all(|person| *person == caller.person || joint.contains(person))
}

impl CloseDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::CloseDossier) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        match admission.side {
            Side::Holder | Side::HelpDesk => {}
            Side::Representative if all_sign(dossier, context, &self.joint) => {}
            Side::Representative => return Decision::refused(Rule::AllRepresentatives),
            _ => return Decision::refused(Rule::NotHolder),
        }
        let closed = Closed { motive: ClosingMotive::HolderAsked, text: self.text.clone() };
        let mut decision = Decision::allowed(admission.rule, Answer::Done).changing(Change::Closed(closed));
        if self.express {
            let asked = ExpressDeletionAsked { text: self.text.clone() };
            decision = decision.changing(Change::ExpressDeletionAsked(asked));
        }
        decision
    }
}
