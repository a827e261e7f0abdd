//! One and the same document that both dossiers were sent: as long as they are one, what hides one copy hides the other (decisions 29: masks, the
//! union).

use std::collections::BTreeMap;

use crate::document::Item;
use crate::dossier::{DocumentRecord, Dossier, HolderChoice};

/// What keeps a document from professionals.
#[derive(Debug, Clone, Copy, Default)]
struct Masks {
    masque_ps: bool,
    hidden: bool,
    claimed: bool,
}

impl Masks {
    fn of(record: &DocumentRecord) -> Self {
        Self {
            masque_ps: record.is_masked() && record.visibility.masque_ps,
            hidden: record.holder_choice == Some(HolderChoice::Hidden),
            claimed: record.claimed,
        }
    }

    const fn and(self, other: Self) -> Self {
        Self {
            masque_ps: self.masque_ps || other.masque_ps,
            hidden: self.hidden || other.hidden,
            claimed: self.claimed || other.claimed,
        }
    }

    fn put_on(self, record: &mut DocumentRecord) {
        record.visibility.masque_ps |= self.masque_ps;
        record.claimed |= self.claimed;
        if self.hidden {
            record.holder_choice = Some(HolderChoice::Hidden);
        } else if self.masque_ps {
            record.holder_choice = None;
        }
    }
}

/// Each copy has the masks of all; a deleted one hides nothing.
pub(super) fn unite_masks(all: &mut Dossier) {
    let mut masks: BTreeMap<(Box<str>, [u8; 32]), (usize, Masks)> = BTreeMap::new();
    for record in all.documents.iter().filter(|one| !one.standing.deleted) {
        let (copies, known) = masks.entry(name(record)).or_default();
        (*copies, *known) = (*copies + 1, known.and(Masks::of(record)));
    }
    for record in all.documents.iter_mut().filter(|one| !one.standing.deleted) {
        if let Some((copies, masks)) = masks.get(&name(record))
            && *copies > 1
        {
            masks.put_on(record);
        }
    }
}

fn name(record: &DocumentRecord) -> (Box<str>, [u8; 32]) {
    (record.entry.unique_id.clone(), record.entry.content.sha256)
}

impl Dossier {
    /// The document and its copies. Only what came from another dossier has any.
    pub(in crate::dossier) fn copies(&self, item: Item) -> Vec<Item> {
        match self.document(item).filter(|_| self.home.is_some()) {
            None => vec![item],
            Some(one) => {
                let same = |other: &&DocumentRecord| {
                    let same = (&one.entry.unique_id, one.entry.content.sha256)
                        == (&other.entry.unique_id, other.entry.content.sha256);
                    other.item == item || (same && !other.standing.deleted)
                };
                self.documents.iter().filter(same).map(|one| one.item).collect()
            }
        }
    }
}
