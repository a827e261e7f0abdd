//! Say where one wants to be told: the holder for himself, a representative for himself. No carer changes it (decisions 25).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, ContactSet, Dossier, Rule};
use crate::identity::Requester;

/// Longest e-mail address, in bytes (RFC 5321, section 4.5.3.1.3).
const LONGEST_EMAIL: usize = 254;

/// An address.
#[derive(Debug, Clone)]
pub struct SetContact {
    /// E-mail; absent to take it away.
    pub email: Option<Box<str>>,
}

impl SetContact {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::Settle) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        let person = match (admission.side, &**context.requester) {
            (Side::Holder, _) => None,
            (Side::Representative, Requester::Representative(one)) => Some(one.person.clone()),
            (Side::Carer, _) => return Decision::refused(Rule::Scope),
            _ => return Decision::refused(Rule::NotHolder),
        };
        if self.email.as_deref().is_some_and(|email| !is_email_address(email)) {
            return Decision::fault(Rule::Address);
        }
        if dossier.emails.get(person.as_deref().unwrap_or_default()) == self.email.as_ref() {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let set = ContactSet { person, email: self.email.clone() };
        Decision::allowed(admission.rule, Answer::Done).changing(Change::ContactSet(set))
    }
}

/// Whether a text can be an e-mail address: whether somebody reads it, only the mail tells.
#[must_use]
pub fn is_email_address(text: &str) -> bool {
    let plain = |text: &str| {
        !text.is_empty() && text.chars().all(|one| one.is_ascii_graphic() && !"<>(),;:\\\"[]@".contains(one))
    };
    text.len() <= LONGEST_EMAIL
        && text.split_once('@').is_some_and(|(local, domain)| plain(local) && plain(domain) && domain.contains('.'))
}
