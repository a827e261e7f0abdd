//! Which entries a reader sees (the page on silence: history and notices).

use crate::access::Side;
use crate::document::Item;
use crate::dossier::{ActCode, Change, Dossier, JournalEntry};
use crate::identity::Requester;

/// Whether a reader sees an entry, given the dossier as it is now.
///
/// The deposit and the readings of a withheld document appear at its release, at their true dates; representatives never
/// see a secret connection nor what is hidden from them.
#[must_use]
pub fn is_shown(dossier: &Dossier, side: Side, entry: &JournalEntry) -> bool {
    if side == Side::Representative && is_secret(dossier, entry) {
        return false;
    }
    let items = items(entry);
    let withheld = |item: &Item| {
        dossier.document(*item).is_some_and(|record| match side {
            Side::Representative => {
                record.visibility.invisible_patient || record.visibility.invisible_representants_legaux
            }
            _ => record.visibility.invisible_patient,
        })
    };
    items.is_empty() || !items.iter().all(withheld)
}

/// The documents that an entry is about.
fn items(entry: &JournalEntry) -> Vec<Item> {
    let added = entry.changes.iter().flatten().filter_map(|change| match change {
        Change::DocumentAdded(added) => Some(added.item),
        Change::DocumentStanding(change) => Some(change.item),
        Change::DocumentVisibility(change) => Some(change.item),
        _ => None,
    });
    let about_documents = matches!(
        entry.facts.act,
        ActCode::ProvideDocuments
            | ActCode::RetrieveDocument
            | ActCode::ReadDocumentEntry
            | ActCode::UpdateVisibility
            | ActCode::ArchiveDocument
            | ActCode::DeleteDocument
    );
    let named = entry.facts.outcome.items.iter().filter(|_| about_documents).filter_map(|outcome| outcome.item);
    added.chain(named).collect()
}

fn is_secret(dossier: &Dossier, entry: &JournalEntry) -> bool {
    match dossier.requester(entry.facts.requester).map(AsRef::as_ref) {
        Some(Requester::Professional(one)) => one.secret,
        _ => false,
    }
}
