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
}

/// Whether all representatives on record sign: the caller, and those who sign with him, each as a representative of this holder
/// (decisions 24).
pub(super) fn all_sign(dossier: &Dossier, context: &Context<'_>) -> bool {
    let Some(birth) = dossier.birth() else { return false };
    let signs = |person: &str| {
        std::iter::once(context.requester).chain(context.joint).any(|one| match &**one {
            Requester::Representative(one) => *one.person == *person && dossier.names.contains(&one.ins),
            _ => false,
        })
    };
    let mut standing = dossier.mandates.iter().filter(|(_, mandate)| mandate.stands(context.now, birth));
    standing.all(|(person, _)| signs(person))
}

impl CloseDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::CloseDossier) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        match admission.side {
            Side::Holder | Side::HelpDesk => {}
            Side::Representative if all_sign(dossier, context) => {}
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
