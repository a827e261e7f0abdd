//! Reopen a closed dossier, with all that it had; ask for its destruction within three months (decisions 27).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge, judge_at_the_counter};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierStatus, ExpressDeletionAsked, Reopened, Rule};

/// A reopening; it takes a pending express deletion back.
#[derive(Debug, Clone, Default)]
pub struct ReopenDossier {
    /// The version of the notice that was read, where a professional records the holder's consent (TD1.2).
    pub consent: Option<Box<str>>,
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
            Some(judged) => judged.map(|()| Rule::ExplicitConsent),
            None => after_closing(dossier, context),
        };
        let rule = match rule {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.status != DossierStatus::Closed {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        Decision::allowed(rule, Answer::Done).changing(Change::Reopened(Reopened { text: self.text.clone() }))
    }
}

impl AskExpressDeletion {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match after_closing(dossier, context) {
            Ok(rule) => rule,
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

/// The holder's.
fn after_closing(dossier: &Dossier, context: &Context<'_>) -> Result<Rule, Rule> {
    let admission = judge(dossier, context, Action::AfterClosing)?;
    if admission.side == Side::Holder { Ok(admission.rule) } else { Err(Rule::NotHolder) }
}
