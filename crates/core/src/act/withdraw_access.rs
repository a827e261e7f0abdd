//! Withdraw an authorisation: DMP TD0.3 `SUPPRESSION`; the FHIR form is a PATCH of a Consent's `status` to inactive.

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::authorization::Reader;
use crate::act::{Answer, Context, Decision, authorization};
use crate::document::Item;
use crate::dossier::{AuthorizationWithdrawn, Change, Dossier, Question, Rule, Subject};
use crate::identity::Requester;

/// An authorisation to end.
#[derive(Debug, Clone, Copy)]
pub struct WithdrawAccess {
    /// Which.
    pub item: Item,
}

/// Whether he is that professional.
fn is_himself(requester: &Requester, subject: &Subject) -> bool {
    matches!((requester, subject), (Requester::Professional(one), Subject::Professional(id)) if one.id == *id)
}

impl WithdrawAccess {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let admission = match judge(dossier, context, Action::WithdrawAuthorization) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let reader = Reader::of(dossier, context, admission.side);
        let found = dossier.authorizations.iter().find(|(_, one)| one.item == self.item);
        // A professional withdraws his own only; another's is not there for him. Nor is his structure's: the sheet has "withdraw one's own"
        // for professionals, and for neither its certificate nor its staff, so that nobody shuts his colleagues out: the holder withdraws it.
        let found = found.filter(|(subject, _)| match admission.side {
            Side::Holder | Side::Carer | Side::Representative => true,
            Side::Professional(_) => is_himself(context.requester, subject),
            _ => false,
        });
        let known =
            found.and_then(|(subject, one)| Some((subject, one, authorization::as_told(dossier, reader.blind, one)?)));
        let Some((subject, one, known)) = known else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        let done = known.withdrawn.is_some();
        // In a secret connection nothing is changed that representatives know of.
        let open = !authorization::is_secret(dossier, one);
        if !done && open && context.requester.is_secret() {
            return Decision::fault(Rule::SecretConnection).asking(question);
        }
        // What a secret connection recorded since is not there for who does not know of it: it runs on.
        let told = reader.blind && !open;
        let withdrawn = AuthorizationWithdrawn { subject: subject.clone(), told };
        let change = (!done).then_some(Change::AuthorizationWithdrawn(withdrawn));
        let after = super::decision::preview(dossier, context, change.as_ref());
        let views = authorization::view(&after, context.policy, context.now, reader, self.item).into_iter().collect();
        let rule = if done { Rule::AlreadyDone } else { admission.rule };
        let mut decision = Decision::allowed(rule, Answer::Authorizations(views)).giving(self.item, rule);
        decision.changes.extend(change);
        decision
    }
}
