//! Correct the identity traits of a holder: the name, the birth date, the sex that the register has wrong (facts h.2: an INS is a number and
//! its traits). Every document with the right ones would be refused otherwise.

use crate::act::add_name::keeps_identities;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierStatus, IdentityCorrected, Rule};

/// A correction: what is absent stays as it is.
#[derive(Debug, Clone)]
pub struct CorrectIdentity {
    /// The traits.
    pub traits: IdentityCorrected,
}

impl CorrectIdentity {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match keeps_identities(context) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        // Of a dossier that others were merged into it is the survivor's own number that has traits here (decisions 29).
        let own = |home: &Dossier| context.addressed.is_none_or(|ins| home.names.contains(ins));
        if !dossier.home.as_deref().is_none_or(own) {
            // A guest's number has those of its own dossier, and nothing is corrected there as long as another answers for it.
            let known = dossier.identity_under(context.addressed);
            return match known.is_some_and(|known| self.traits.agree_with(known)) {
                true => Decision::allowed(Rule::AlreadyDone, Answer::Done),
                false => Decision::refused(Rule::Merged),
            };
        }
        match dossier.addressee().filter(|_| dossier.status != DossierStatus::Closed) {
            None if dossier.status == DossierStatus::Closed => Decision::refused(Rule::Closed),
            None => Decision::refused(Rule::UnknownDossier),
            Some(holder) if self.traits.agree_with(holder) => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            Some(_) => {
                let corrected = Box::new(self.traits.clone());
                Decision::allowed(rule, Answer::Done).changing(Change::IdentityCorrected(corrected))
            }
        }
    }
}
