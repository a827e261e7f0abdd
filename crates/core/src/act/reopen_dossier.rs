//! Reopen a closed dossier, with all that it had; ask for its destruction within three months (decisions 27).

use crate::access::functional_rights::Action;
use crate::access::{Admission, Side, judge, judge_at_the_counter};
use crate::act::close_dossier::all_sign;
use crate::act::open_dossier::{check_regime, is_whose_it_is};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierStatus, ExpressDeletionAsked, Holder, Reopened, Rule};

/// A reopening; it takes a pending express deletion back.
#[derive(Debug, Clone, Default)]
pub struct ReopenDossier {
    /// The version of the notice that was read, where a professional records the holder's consent (TD1.2).
    pub consent: Option<Box<str>>,
    /// Whose card the professional was shown (TD1.2).
    pub shown: Option<Box<Holder>>,
    /// In the words of who reopens.
    pub text: Option<Box<str>>,
}

/// Express deletion.
#[derive(Debug, Clone, Default)]
pub struct AskExpressDeletion {
    /// In the holder's words.
    pub text: Option<Box<str>>,
}

impl ReopenDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match judge_at_the_counter(dossier, context) {
            Some(Ok(())) if self.consent.is_none() => Err(Rule::ConsentMissing),
            Some(judged) => judged.and_then(|()| self.is_his(dossier)).map(|()| Rule::ExplicitConsent),
            None => after_closing(dossier, context).map(|admission| admission.rule),
        };
        let rule = match rule {
            // Suspended for fraud, it would be closed again at once (decisions 8).
            Ok(_) if dossier.suspended_at.is_some() => return Decision::refused(Rule::Suspended),
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.status != DossierStatus::Closed {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        Decision::allowed(rule, Answer::Done).changing(Change::Reopened(Reopened { text: self.text.clone() }))
    }
}

impl ReopenDossier {
    /// Who is there is whose dossier it is, and still insured: the regimes are consulted at each opening.
    fn is_his(&self, dossier: &Dossier) -> Result<(), Rule> {
        let Some(shown) = &self.shown else { return Ok(()) };
        is_whose_it_is(dossier, shown)?;
        check_regime(shown)
    }
}

impl AskExpressDeletion {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match after_closing(dossier, context) {
            // What ends it for good, all sign (decisions 24).
            Ok(admission) if admission.side == Side::Representative && !all_sign(dossier, context) => {
                return Decision::refused(Rule::AllRepresentatives);
            }
            Ok(admission) => admission.rule,
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.status != DossierStatus::Closed {
            return Decision::fault(Rule::State);
        }
        if dossier.express_asked_at.is_some() {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let change = ExpressDeletionAsked { text: self.text.clone() };
        Decision::allowed(rule, Answer::Done).changing(Change::ExpressDeletionAsked(change))
    }
}

/// The holder's, and his whose word is the holder's.
fn after_closing(dossier: &Dossier, context: &Context<'_>) -> Result<Admission, Rule> {
    let admission = judge(dossier, context, Action::AfterClosing)?;
    if matches!(admission.side, Side::Holder | Side::Representative) { Ok(admission) } else { Err(Rule::NotHolder) }
}
