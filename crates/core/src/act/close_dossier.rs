//! Close the dossier: DMP TD1.4, R1111-36. Unreadable to all from then on; the holder keeps his history.

use crate::access::functional_rights::Action;
use crate::access::{Side, judge, judge_at_the_counter};
use crate::act::object_suspension::awaits_an_answer;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{
    Change, Closed, ClosingMotive, Dossier, DossierStatus, ExpressDeletionAsked, ReviewOutcome, Rule,
};
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
/// (decisions 24). One whom the insurer recorded, and who has no mandate here yet, cannot sign: his is to be recorded first.
pub(super) fn all_sign(dossier: &Dossier, context: &Context<'_>) -> bool {
    let Some(birth) = dossier.birth() else { return false };
    if dossier.is_minor(context.now) && dossier.without_mandate(context.now).next().is_some() {
        return false;
    }
    let signs = |person: &str| {
        std::iter::once(context.requester).chain(context.joint).any(|one| match &**one {
            Requester::Representative(one) => *one.person == *person && dossier.names.contains(&one.ins),
            _ => false,
        })
    };
    let mut standing = dossier.mandates.iter().filter(|(_, mandate)| mandate.stands(context.now, birth));
    standing.all(|(person, _)| signs(person))
}

/// Whether somebody is on record who may ask for the closing: a minor does not (decisions 24).
fn somebody_may_ask(dossier: &Dossier, context: &Context<'_>) -> bool {
    let Some(birth) = dossier.birth() else { return false };
    context.now >= birth.majority() || dossier.mandates.values().any(|mandate| mandate.stands(context.now, birth))
}

impl CloseDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match judge_at_the_counter(dossier, context) {
            Some(judged) => self.at_the_counter(dossier, context, judged),
            None if matches!(&**context.requester, Requester::Operator(_)) && awaits_an_answer(dossier) => {
                self.after_an_objection(dossier, context)
            }
            None => self.by_the_holder(dossier, context),
        }
    }

    /// TD1.4: a professional records that the holder asked. Where others speak for the holder, all of them sign.
    fn at_the_counter(&self, dossier: &Dossier, context: &Context<'_>, judged: Result<(), Rule>) -> Decision {
        match judged {
            Err(rule) => Decision::refused(rule),
            // Destruction is the holder's to ask for (decisions 27).
            Ok(()) if self.express => Decision::refused(Rule::FunctionalRight),
            Ok(()) if dossier.status == DossierStatus::Closed => Decision::refused(Rule::Closed),
            Ok(()) if self.text.as_deref().is_none_or(|text| text.trim().is_empty()) => {
                Decision::refused(Rule::MotiveMissing)
            }
            Ok(()) if !somebody_may_ask(dossier, context) || !all_sign(dossier, context) => {
                Decision::refused(Rule::AllRepresentatives)
            }
            Ok(()) => self.closed(Rule::ExplicitConsent),
        }
    }

    /// Objected to, a suspension closes nothing by itself: the operator frees the dossier, or closes it and says why (decisions 8).
    fn after_an_objection(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match judge(dossier, context, Action::Administer) {
            Err(rule) => return Decision::refused(rule),
            Ok(_) if self.express => return Decision::refused(Rule::FunctionalRight),
            Ok(_) => {}
        }
        let Some(text) = self.text.as_deref().filter(|text| !text.trim().is_empty()) else {
            return Decision::refused(Rule::MotiveMissing);
        };
        let closed = Closed { motive: ClosingMotive::Fraud, text: Some(text.into()) };
        Decision::allowed(Rule::Operator, Answer::Done)
            .answering(dossier, ReviewOutcome::Unjustified, Some(text))
            .changing(Change::Closed(closed))
    }

    fn by_the_holder(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::CloseDossier) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        match admission.side {
            Side::Holder => {}
            // He records what was asked: of a minor's, by all who represent him.
            Side::HelpDesk if somebody_may_ask(dossier, context) && all_sign(dossier, context) => {}
            Side::HelpDesk => return Decision::refused(Rule::AllRepresentatives),
            Side::Representative if all_sign(dossier, context) => {}
            Side::Representative => return Decision::refused(Rule::AllRepresentatives),
            _ => return Decision::refused(Rule::NotHolder),
        }
        self.closed(admission.rule)
    }

    fn closed(&self, rule: Rule) -> Decision {
        let closed = Closed { motive: ClosingMotive::HolderAsked, text: self.text.clone() };
        let mut decision = Decision::allowed(rule, Answer::Done).changing(Change::Closed(closed));
        if self.express {
            let asked = ExpressDeletionAsked { text: self.text.clone() };
            decision = decision.changing(Change::ExpressDeletionAsked(asked));
        }
        decision
    }
}
