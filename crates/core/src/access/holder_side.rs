//! The holder, and those who act for him: representatives, guardians, carers (decisions 20, 24, 25, 27).

use crate::access::Context;
use crate::access::functional_rights::Action;
use crate::access::judge::{Admission, Side, check_open};
use crate::code::{Day, Instant};
use crate::dossier::{CarerScope, Dossier, DossierStatus, MandateScope, Rule};
use crate::identity::Requester;

/// From this age on a minor may sign in himself (decisions 24).
const OWN_ACCOUNT: u16 = 16;

/// Judges the holder's side.
pub(super) fn judge(dossier: &Dossier, context: &Context<'_>, action: Action) -> Result<Admission, Rule> {
    let admission = match &**context.requester {
        Requester::Holder(one) if dossier.names.contains(&one.ins) => holder(dossier, context)?,
        Requester::Representative(one) if dossier.names.contains(&one.ins) => {
            representative(dossier, context, &one.person, action)?
        }
        Requester::Carer(one) if dossier.names.contains(&one.ins) => carer(dossier, context, &one.person, action)?,
        // Whoever speaks for nobody here hears nothing of the dossier, not even that it is closed.
        _ => return Err(Rule::NotHolder),
    };
    check_life(dossier, admission.side, action)?;
    // Who closed it before he ever activated it, or had it closed, keeps his history and may change his mind all the same. And what is
    // suspended cannot be activated first.
    let closed =
        dossier.status == DossierStatus::Closed && matches!(action, Action::ReadHistory | Action::AfterClosing);
    let first = matches!(action, Action::Activate | Action::ObjectSuspension);
    if dossier.activated_at.is_none() && !first && !closed {
        return Err(Rule::NotActivated);
    }
    Ok(admission)
}

/// After closing the holder keeps his history, and may reopen (decisions 27).
fn check_life(dossier: &Dossier, side: Side, action: Action) -> Result<(), Rule> {
    if dossier.status == DossierStatus::Unopened {
        return Err(Rule::NotHolder);
    }
    // After a death nobody reads (decisions 28).
    if dossier.is_dead() {
        return Err(Rule::Death);
    }
    // Who represents him fully has his word for him: a child would have none until it is sixteen.
    let speaks = matches!(side, Side::Holder | Side::Representative);
    let keeps = speaks && matches!(action, Action::ReadHistory | Action::AfterClosing);
    // Once the destruction has begun nobody stops it, and there is nothing left to read (decisions 27).
    if speaks && dossier.destruction.is_some() {
        return Err(Rule::DestructionBegun);
    }
    if keeps { Ok(()) } else { check_open(dossier, action) }
}

const fn admitted(side: Side, rule: Rule) -> Admission {
    Admission::of(side, rule)
}

/// Whether somebody may not sign in himself yet.
pub(crate) fn is_too_young(birth: Day, now: Instant) -> bool {
    birth.age_on(now.paris_day()) < OWN_ACCOUNT
}

fn holder(dossier: &Dossier, context: &Context<'_>) -> Result<Admission, Rule> {
    if dossier.birth().is_some_and(|birth| is_too_young(birth, context.now)) {
        Err(Rule::TooYoung)
    } else {
        Ok(admitted(Side::Holder, Rule::Holder))
    }
}

fn representative(dossier: &Dossier, context: &Context<'_>, person: &str, action: Action) -> Result<Admission, Rule> {
    let mandate = dossier.mandates.get(person).ok_or(Rule::NotHolder)?;
    if !dossier.birth().is_some_and(|birth| mandate.stands(context.now, birth)) {
        return Err(Rule::NotHolder);
    }
    match mandate.scope {
        MandateScope::Read if !action.only_looks() => Err(Rule::Scope),
        _ => Ok(admitted(Side::Representative, Rule::Representative)),
    }
}

fn carer(dossier: &Dossier, context: &Context<'_>, person: &str, action: Action) -> Result<Admission, Rule> {
    let carer = dossier.carers.get(person).ok_or(Rule::NotHolder)?;
    if !dossier.lets_in(carer, context.now) {
        return Err(Rule::NotHolder);
    }
    let may = match carer.scope {
        CarerScope::Read => action.reads_documents(),
        CarerScope::Add => action.reads_documents() || action == Action::Feed,
        CarerScope::Manage => !matches!(
            action,
            Action::CloseDossier
                | Action::AfterClosing
                | Action::Delegate
                | Action::Delete
                | Action::Activate
                | Action::ObjectSuspension
        ),
    };
    // A carer may always end his own delegation.
    if may || action == Action::LeaveDelegation { Ok(admitted(Side::Carer, Rule::Carer)) } else { Err(Rule::Scope) }
}
