//! What a deposit writes: numbers given, values that many documents share written once.

use super::Accepted;
use crate::code::{Code, table};
use crate::document::{Item, Known, KnownNumber};
use crate::dossier::{Change, DocumentAdded, Dossier, FOREIGN, KnownAdded};

/// The code system of `classCode`: TRE_A03.
const CLASS_SYSTEM: &str = "1.2.250.1.213.1.1.4.1";

/// Hands out numbers, and writes shared values once.
pub(super) struct Books<'a> {
    pub(super) dossier: &'a Dossier,
    pub(super) last: Item,
    pub(super) added: Vec<(KnownNumber, Known)>,
    pub(super) changes: Vec<Change>,
}

impl Books<'_> {
    pub(super) const fn item(&mut self) -> Item {
        self.last += 1;
        self.last
    }

    pub(super) fn known(&mut self, value: &Known) -> KnownNumber {
        // Those of another journal end with FOREIGN: this one's entries must be readable by themselves.
        let own = || self.dossier.known.range(..FOREIGN);
        let before = own().find(|(_, known)| ***known == *value).map(|(number, _)| *number);
        let found = before.or_else(|| self.added.iter().find(|(_, known)| known == value).map(|(number, _)| *number));
        if let Some(number) = found {
            return number;
        }
        let next = own().next_back().map_or(0, |(number, _)| number + 1);
        let number = self.added.last().map_or(next, |(number, _)| number + 1);
        self.added.push((number, value.clone()));
        self.changes.push(Change::Known(KnownAdded { number, known: value.clone() }));
        number
    }

    pub(super) fn document(&mut self, item: Item, set: Item, accepted: &Accepted<'_>) -> Change {
        let new = accepted.new;
        let mut entry = new.entry.clone();
        entry.authors = new.authors.iter().map(|author| self.known(&Known::Author(author.clone()))).collect();
        entry.legal_authenticator =
            new.legal_authenticator.as_ref().map(|author| self.known(&Known::Author(author.clone())));
        entry.source_patient =
            new.source_patient.as_ref().map(|patient| self.known(&Known::SourcePatient(patient.clone())));
        if let Some(known) = table::document_type(&entry.type_code.code) {
            entry.class_code = Code::new(CLASS_SYSTEM, &known.class_code);
        }
        Change::DocumentAdded(Box::new(DocumentAdded {
            item,
            set,
            entry,
            visibility: accepted.visibility,
            replaces: accepted.replaced.map(|record| record.item),
            archived: accepted.replaced.is_some_and(|record| record.standing.archived),
            // What is withheld still is withheld for the reason that was given first, unless another is.
            withhold_motive: new
                .withhold_motive
                .clone()
                .or_else(|| accepted.replaced.and_then(|record| record.withhold_motive.clone()))
                .filter(|_| accepted.visibility.invisible_patient),
        }))
    }
}
