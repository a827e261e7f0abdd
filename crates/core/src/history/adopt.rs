//! An entry of another journal, as one of a dossier of which that journal is a part: its numbers are changed into the dossier's.

use std::sync::Arc;

use crate::dossier::{
    Change, DeletionRequested, DocumentRenamed, DocumentStanding, DocumentVisibility, Dossier, Facts, JournalEntry,
    NotMineClaimed, Question,
};
use crate::identity::{Ins, Requester};

/// The entry with the dossier's numbers. `requesters` and `addresses` are the tables of its own journal, `place` changes its numbers of
/// things; what the dossier does not have is left out.
#[must_use]
pub fn adopted(
    mut entry: JournalEntry,
    dossier: &Dossier,
    requesters: &[Arc<Requester>],
    addresses: &[Ins],
    place: impl Fn(u32) -> Option<u32>,
) -> Option<JournalEntry> {
    let number = |number: u32| {
        let who = requesters.get(usize::try_from(number).ok()?)?;
        dossier.any_number_of(who)
    };
    let facts = &mut entry.facts;
    facts.requester = number(facts.requester)?;
    facts.on_behalf = facts.on_behalf.and_then(number);
    facts.joint = facts.joint.iter().filter_map(|one| number(*one)).collect();
    facts.addressed = facts.addressed.and_then(|place| {
        let name = addresses.get(usize::try_from(place).ok()?)?;
        let at = dossier.addresses.iter().position(|one| one == name)?;
        u32::try_from(at).ok()
    });
    let named = named(facts);
    for outcome in &mut facts.outcome.items {
        outcome.item = outcome.item.and_then(&place);
    }
    if let Some(Question::Item(item)) = facts.question {
        facts.question = place(item).map(Question::Item);
    }
    // What was done with another's documents alone is no line of this dossier's.
    if facts.act.names_documents() && named && !self::named(facts) {
        return None;
    }
    // Who may know of a line depends on its documents, and who is told on what was done; all else was folded in where it was made.
    entry.changes = entry.changes.into_iter().flatten().filter_map(|change| about(change, &place)).map(Some).collect();
    entry.who = Vec::new();
    Some(entry)
}

/// Whether anything is named by its number.
fn named(facts: &Facts) -> bool {
    facts.outcome.items.iter().any(|one| one.item.is_some()) || matches!(facts.question, Some(Question::Item(_)))
}

fn about(change: Change, place: impl Fn(u32) -> Option<u32>) -> Option<Change> {
    match change {
        Change::DocumentAdded(mut added) => {
            added.item = place(added.item)?;
            Some(Change::DocumentAdded(added))
        }
        Change::DocumentStanding(standing) => {
            Some(Change::DocumentStanding(DocumentStanding { item: place(standing.item)?, ..standing }))
        }
        Change::DocumentVisibility(change) => {
            Some(Change::DocumentVisibility(DocumentVisibility { item: place(change.item)?, ..change }))
        }
        Change::DocumentRenamed(change) => {
            Some(Change::DocumentRenamed(DocumentRenamed { item: place(change.item)?, ..change }))
        }
        Change::Reviewed(mut one) => {
            one.reviewed.item = one.reviewed.item.and_then(place);
            Some(Change::Reviewed(one))
        }
        Change::FellDue(mut fell) => {
            fell.item = fell.item.and_then(place);
            Some(Change::FellDue(fell))
        }
        Change::DeletionRequested(one) => {
            Some(Change::DeletionRequested(DeletionRequested { item: place(one.item)?, ..one }))
        }
        Change::NotMineClaimed(one) => Some(Change::NotMineClaimed(NotMineClaimed { item: place(one.item)?, ..one })),
        // Of whom a notice tells, and of what kind it is.
        kept @ (Change::AccessDisputed(_) | Change::EmergencyOpened(_) | Change::MedecinTraitantLeft(_)) => Some(kept),
        _ => None,
    }
}
