//! Say where the holder lives: he himself, who represents him, the insurer's feed that knows it, and under the old policy a professional at
//! his request (DMP TD1.3b). Where he is told by e-mail is his alone to say ([`super::SetContact`]).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge, judge_at_the_counter};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Address, AddressSet, Change, Dossier, DossierStatus, Rule};
use crate::identity::Requester;

/// An address.
#[derive(Debug, Clone)]
pub struct SetAddress {
    /// Where he lives.
    pub address: Address,
}

impl SetAddress {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match who(dossier, context) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        let registered = || dossier.registration.as_ref().map(|one| &one.holder);
        let holder = dossier.holder.as_ref().or_else(registered);
        if holder.and_then(|holder| holder.address.as_ref()) == Some(&self.address) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let set = AddressSet { address: self.address.clone() };
        Decision::allowed(rule, Answer::Done).changing(Change::AddressSet(set))
    }
}

fn who(dossier: &Dossier, context: &Context<'_>) -> Result<Rule, Rule> {
    let open = |rule| match dossier.status {
        DossierStatus::Open => Ok(rule),
        DossierStatus::Unopened => Err(Rule::UnknownDossier),
        DossierStatus::Closed => Err(Rule::Closed),
    };
    match &**context.requester {
        Requester::InsurerFeed(_) if dossier.suspended_at.is_some() => Err(Rule::Suspended),
        // Whom it registered moves too, before his dossier is open.
        Requester::InsurerFeed(_) if dossier.status == DossierStatus::Unopened && dossier.registration.is_some() => {
            Ok(Rule::InsurerFeed)
        }
        Requester::InsurerFeed(_) => open(Rule::InsurerFeed),
        Requester::Professional(_) => {
            judge_at_the_counter(dossier, context).unwrap_or(Err(Rule::FunctionalRight))?;
            open(Rule::ExplicitConsent)
        }
        _ => {
            let admission = judge(dossier, context, Action::Settle)?;
            match admission.side {
                Side::Holder | Side::Representative => open(admission.rule),
                // No carer changes it (decisions 25).
                Side::Carer => Err(Rule::Scope),
                // What somebody says on the telephone is anybody's word.
                _ => Err(Rule::FunctionalRight),
            }
        }
    }
}
