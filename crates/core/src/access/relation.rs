//! Whose document it is: "own" is deposited by the caller or his structure, or naming him as author (decisions, preamble).

use crate::document::Known;
use crate::dossier::{DocumentRecord, Dossier};
use crate::identity::{Means, ProfessionalId, Requester};

/// What ties a caller to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// Nothing.
    None,
    /// His structure deposited it: the matrix binds him.
    Structure,
    /// He deposited it, or it names him as author: the matrix does not bind him (decisions 7).
    Author,
}

/// The tie between a caller and a document.
#[must_use]
pub fn relation(dossier: &Dossier, requester: &Requester, record: &DocumentRecord) -> Relation {
    let structure = |id| dossier.depositing_structure(record) == Some(id);
    let deposited =
        |id: &ProfessionalId| matches!(dossier.depositor(record), Some(Requester::Professional(by)) if by.id == *id);
    match requester {
        Requester::Professional(one) => {
            // By a structure's certificate a name is said, not proved: what is its structure's is his, no more (decisions 6).
            let proved = one.means != Means::Indirect;
            if proved && (deposited(&one.id) || is_named(dossier, record, &one.id)) {
                Relation::Author
            } else if one.structure.as_ref().is_some_and(|own| structure(&own.id)) {
                Relation::Structure
            } else {
                Relation::None
            }
        }
        Requester::Organisation(one) if structure(&one.structure.id) => Relation::Structure,
        _ => Relation::None,
    }
}

fn is_named(dossier: &Dossier, record: &DocumentRecord, id: &str) -> bool {
    record.entry.authors.iter().filter_map(|number| dossier.known(*number)).any(|known| match known.as_ref() {
        Known::Author(author) => author.person.as_ref().is_some_and(|person| person.is_professional(id)),
        Known::SourcePatient(_) => false,
    })
}
