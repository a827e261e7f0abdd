//! Who represents the holder: parents, guardians; recorded by the operator (decisions 24).

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Answer, Context, Decision};
use crate::code::Day;
use crate::dossier::{Change, Dossier, Mandate, RepresentativeEnded, RepresentativeSet, Rule};

/// A mandate to record: naming somebody again replaces what was recorded.
#[derive(Debug, Clone)]
pub struct RecordMandate {
    /// Who represents: the identifier of his account.
    pub person: Box<str>,
    /// His mandate.
    pub mandate: Mandate,
}

/// A mandate to end before its time.
#[derive(Debug, Clone)]
pub struct EndMandate {
    /// Whose.
    pub person: Box<str>,
}

impl RecordMandate {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        // A mandate that never lets anybody in is not acknowledged.
        let from = context.now.max(self.mandate.start.start());
        let in_vain = |birth| from >= Day::majority(birth) && !self.mandate.is_for_an_adult(birth);
        match judge(dossier, context, Action::Administer) {
            Err(rule) => Decision::refused(rule),
            Ok(_) if dossier.birth().is_some_and(in_vain) => Decision::fault(Rule::GuardianOnly),
            Ok(_) if dossier.mandates.get(&self.person) == Some(&self.mandate) => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done)
            }
            Ok(admission) => {
                let change = RepresentativeSet { person: self.person.clone(), mandate: self.mandate.clone() };
                Decision::allowed(admission.rule, Answer::Done).changing(Change::RepresentativeSet(change))
            }
        }
    }
}

impl EndMandate {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match judge(dossier, context, Action::Administer) {
            Err(rule) => Decision::refused(rule),
            Ok(_) if dossier.each(|one| !one.mandates.contains_key(&self.person)) => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done)
            }
            Ok(admission) => {
                let change = RepresentativeEnded { person: self.person.clone() };
                Decision::allowed(admission.rule, Answer::Done).changing(Change::RepresentativeEnded(change))
            }
        }
    }
}
