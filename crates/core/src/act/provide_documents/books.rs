//! What a deposit writes: numbers given, values that many documents share written once.

use std::collections::HashMap;
use std::sync::Arc;

use super::Accepted;
use crate::code::{Code, table};
use crate::document::{Item, Known, KnownNumber};
use crate::dossier::{Change, DocumentAdded, Dossier, FOREIGN, KnownAdded};

/// The code system of `classCode`: TRE_A03.
const CLASS_SYSTEM: &str = "1.2.250.1.213.1.1.4.1";

/// Hands out numbers, and writes shared values once.
pub(super) struct Books {
    pub(super) last: Item,
    pub(super) changes: Vec<Change>,
    /// What is known, and what this deposit adds: thousands of values are not compared with one another.
    numbers: HashMap<Arc<Known>, KnownNumber>,
    next: KnownNumber,
}

impl Books {
    pub(super) fn new(dossier: &Dossier) -> Self {
        // Those of another journal end with FOREIGN: this one's entries must be readable by themselves.
        let own = || dossier.known.range(..FOREIGN);
        // Of two that are alike the first counts.
        let numbers = own().rev().map(|(number, known)| (Arc::clone(known), *number)).collect();
        let next = own().next_back().map_or(0, |(number, _)| number + 1);
        Self { last: dossier.last_item, changes: Vec::new(), numbers, next }
    }

    pub(super) const fn item(&mut self) -> Item {
        self.last += 1;
        self.last
    }

    pub(super) fn known(&mut self, value: Known) -> KnownNumber {
        if let Some(number) = self.numbers.get(&value) {
            return *number;
        }
        let number = self.next;
        self.next += 1;
        self.numbers.insert(Arc::new(value.clone()), number);
        self.changes.push(Change::Known(KnownAdded { number, known: value }));
        number
    }

    pub(super) fn document(&mut self, item: Item, set: Item, accepted: &Accepted<'_>) -> Change {
        let new = accepted.new;
        let mut entry = new.entry.clone();
        entry.authors = new.authors.iter().map(|author| self.known(Known::Author(author.clone()))).collect();
        entry.legal_authenticator =
            new.legal_authenticator.as_ref().map(|author| self.known(Known::Author(author.clone())));
        entry.source_patient =
            new.source_patient.as_ref().map(|patient| self.known(Known::SourcePatient(patient.clone())));
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
