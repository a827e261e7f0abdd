//! Publish the policy in force in the operator's journal: what the 8-byte digest of every entry stands for.

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, PolicyPublished, Rule};
use crate::identity::Requester;

/// A publication of the policy of the context.
#[derive(Debug, Clone, Copy)]
pub struct PublishPolicy;

impl PublishPolicy {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_) | Requester::Operator(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        let digest = context.policy.full_digest();
        if dossier.policy == Some(digest) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let published = PolicyPublished { digest, text: context.policy.text().into() };
        Decision::allowed(Rule::System, Answer::Done).changing(Change::PolicyPublished(published))
    }
}
