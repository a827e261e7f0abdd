//! What is sent a second time: the same bytes and the same request have the first answer again (the storage page, section 5).

use super::target::{is_own, target};
use super::{Accepted, NewDocument, NewSet, REIMBURSEMENTS};
use crate::access::{Admission, Side};
use crate::act::Context;
use crate::act::decision::is_seen;
use crate::document::{DocumentEntry, Item};
use crate::dossier::{DocumentRecord, Dossier, Rule};

/// A document that is already there is not made again; what its sender asks beyond the first time would be lost in silence.
/// Who does not see it, and has no part in it, is told the same whatever it replaces and whoever sees it.
pub(super) fn check_resent(
    dossier: &Dossier,
    context: &Context<'_>,
    admission: &Admission,
    known: &DocumentRecord,
    new: &NewDocument,
) -> Result<(), Rule> {
    // The feed's documents are its own; what each of them replaces is ours to say, not the request's.
    let feed = admission.side == Side::InsurerFeed && *known.entry.type_code.code.code == *REIMBURSEMENTS;
    let told = feed || is_own(dossier, context, admission, known) || is_seen(dossier, context, known);
    let replaces = |old: &DocumentRecord| known.replaces.is_some_and(|item| dossier.is_copy(item, old.item));
    let same = || target(dossier, context, new).is_some_and(replaces);
    if !feed && new.replaces.is_some() && !(told && same()) {
        return Err(Rule::ResentRelation);
    }
    let first = known.first_visibility.unwrap_or(known.visibility);
    let asked = |flag: &str| !(told && first.codes().any(|code| code == flag));
    if new.visibility.codes().any(asked) { Err(Rule::ResentVisibility) } else { Ok(()) }
}

/// The uniqueId of a set is that of one set (facts d.4).
pub(super) fn check_set(dossier: &Dossier, new: &NewSet) -> Result<(), Rule> {
    let Some(unique_id) = &new.set.unique_id else { return Ok(()) };
    let taken = dossier.sets.iter().any(|known| known.set.unique_id.as_ref() == Some(unique_id));
    if taken { Err(Rule::SetIdTaken) } else { Ok(()) }
}

/// The place of a document that is here already, and not in one set with all the others: a set is stored whole or not at all, and what came
/// in one is in no second (facts d.4, e.1). It is told to who sends the same bytes again, whatever he sees of them.
pub(super) fn in_another_set(
    dossier: &Dossier,
    documents: &[NewDocument],
    plan: &[Result<Item, Accepted<'_>>],
) -> Option<usize> {
    let mut known = plan.iter().enumerate().filter(|(_, step)| step.is_ok()).map(|(index, _)| index);
    if plan.iter().any(Result::is_err) {
        return known.next();
    }
    // Of what two dossiers brought each, the one or the other may be meant.
    let sets = |index: usize| {
        let new = documents.get(index).map(|new| &new.entry);
        let same = move |one: &&DocumentRecord| {
            let same = |new: &DocumentEntry| {
                one.entry.is_named(&new.unique_id) && one.entry.content.sha256 == new.content.sha256
            };
            new.is_some_and(same)
        };
        dossier.documents.iter().filter(same).map(|one| one.set)
    };
    let mut common: Vec<Item> = sets(known.next()?).collect();
    known.find(|index| {
        let also: Vec<Item> = sets(*index).collect();
        common.retain(|set| also.contains(set));
        common.is_empty()
    })
}
