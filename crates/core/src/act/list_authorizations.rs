//! List who is authorised and who is blocked: DMP TD1.6; the FHIR form is `GET Consent?patient.identifier=`.

use crate::access::functional_rights::Action;
use crate::access::{Admission, Side, judge, subjects_of};
use crate::act::authorization::Reader;
use crate::act::{Answer, AuthorizationView, Choices, Context, Decision, Rights, authorization};
use crate::document::criteria::{Clause, Field, Token, Value};
use crate::document::{Criteria, Item};
use crate::dossier::{Dossier, Question, Rule};

/// The question of TD1.6.
#[derive(Debug, Clone, Copy, Default)]
pub struct ListAuthorizations {
    /// Only those that are in force, or only those that are not.
    pub active: Option<bool>,
}

/// One of them.
#[derive(Debug, Clone, Copy)]
pub struct ReadAuthorization {
    /// Which.
    pub item: Item,
}

impl ListAuthorizations {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::ListAuthorizations) {
            Ok(admission) => admission,
            Err(rule) => return self.asking(Decision::refused(rule)),
        };
        let reader = Reader::of(dossier, context, admission.side);
        let mut views = authorization::views(dossier, context.policy, context.now, reader);
        views.retain(|view| self.active.is_none_or(|active| view.active == active));
        let count = views.len();
        // Whoever asks for what has ended asks for no choice that stands.
        let minor = dossier.is_minor(context.now);
        let choices = Choices::of(dossier, reader.blind, minor)
            .filter(|_| admission.side.is_holders() && self.active != Some(false));
        let answer = match choices {
            Some(choices) => Answer::Rights(Box::new(Rights { authorizations: views, choices })),
            None => Answer::Authorizations(views),
        };
        self.asking(Decision::allowed(admission.rule, answer).counting(count))
    }

    fn asking(self, decision: Decision) -> Decision {
        let Some(active) = self.active else { return decision };
        let code = if active { "active" } else { "inactive" };
        let any = vec![Value::Token(Token { system: None, code: Some(code.into()) })];
        decision.asking(Question::Criteria(Criteria { all: vec![Clause { field: Field::Status, not: false, any }] }))
    }
}

impl ReadAuthorization {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let listed = judge(dossier, context, Action::ListAuthorizations);
        let admission = match listed.or_else(|_| judge(dossier, context, Action::WithdrawAuthorization)) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let reader = Reader::of(dossier, context, admission.side);
        let view = authorization::view(dossier, context.policy, context.now, reader, self.item);
        match view.filter(|view| listed.is_ok() || is_own(context, &admission, view)) {
            Some(view) => {
                Decision::allowed(admission.rule, Answer::Authorizations(vec![view])).giving(self.item, admission.rule)
            }
            None => Decision::hidden(admission.rule, None, Rule::NotFound).asking(question),
        }
    }
}

fn is_own(context: &Context<'_>, admission: &Admission, view: &AuthorizationView) -> bool {
    matches!(admission.side, Side::Professional(_)) && subjects_of(context.requester).contains(&view.subject)
}
