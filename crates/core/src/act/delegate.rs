//! Carers: chosen by the holder or who represents him, ended by either side (decisions 25).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::code::Day;
use crate::dossier::{CarerEnded, CarerRecord, CarerScope, CarerSet, Change, Dossier, Rule};
use crate::identity::Requester;

/// A carer to choose.
#[derive(Debug, Clone)]
pub struct DelegateCarer {
    /// Who: the identifier of his account.
    pub person: Box<str>,
    /// His name, as others read it.
    pub name: Option<Box<str>>,
    /// What he may do.
    pub scope: CarerScope,
    /// The classes of documents; all when empty.
    pub categories: Vec<Box<str>>,
    /// Until the midnight that closes this day.
    pub end: Option<Day>,
}

/// A delegation to end.
#[derive(Debug, Clone)]
pub struct EndDelegation {
    /// Whose.
    pub person: Box<str>,
}

impl DelegateCarer {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::Delegate) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        if !matches!(admission.side, Side::Holder | Side::Representative) {
            return Decision::refused(Rule::NotHolder);
        }
        if self.end.is_some_and(|end| end < context.now.paris_day()) {
            return Decision::fault(Rule::TermPast);
        }
        let carer = CarerRecord {
            name: self.name.clone(),
            scope: self.scope,
            categories: self.categories.clone(),
            end: self.end,
            by_representative: admission.side == Side::Representative,
            chosen_by: match &**context.requester {
                Requester::Representative(one) => Some(one.person.clone()),
                _ => None,
            },
            for_an_adult: admission.side == Side::Representative && !dossier.is_minor(context.now),
        };
        let chosen = dossier.carers.get(&self.person);
        if chosen == Some(&carer) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        // Taken over, he would go with the mandate of the last who chose him, and a minor's own choice would be gone (decisions 24).
        let others = |known: &CarerRecord| known.chosen_by != carer.chosen_by && dossier.lets_in(known, context.now);
        if admission.side == Side::Representative && chosen.is_some_and(others) {
            return Decision::fault(Rule::CarerChosen);
        }
        let change = CarerSet { person: self.person.clone(), carer };
        Decision::allowed(admission.rule, Answer::Done).changing(Change::CarerSet(change))
    }
}

impl EndDelegation {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let own = matches!(&**context.requester, Requester::Carer(one) if one.person == self.person);
        let action = if own { Action::LeaveDelegation } else { Action::Delegate };
        match judge(dossier, context, action) {
            Ok(admission) if own || matches!(admission.side, Side::Holder | Side::Representative) => {
                if dossier.each(|one| !one.carers.contains_key(&self.person)) {
                    return Decision::allowed(Rule::AlreadyDone, Answer::Done);
                }
                let change = CarerEnded { person: self.person.clone() };
                Decision::allowed(admission.rule, Answer::Done).changing(Change::CarerEnded(change))
            }
            Ok(_) => Decision::refused(Rule::NotHolder),
            Err(rule) => Decision::refused(rule),
        }
    }
}
