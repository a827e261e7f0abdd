//! One and the same document that both dossiers were sent: as long as they are one, what hides one copy hides the other (decisions 29: masks, the
//! union), what replaces one replaces the other, and who deletes one deletes both.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Item;
use crate::dossier::{DocumentRecord, Dossier, HolderChoice};
use crate::identity::Requester;

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

/// A version of one may have replaced a version of the other, and what replaced one copy replaced the other.
pub(super) fn tie_versions(all: &mut Dossier) {
    let ties: Vec<(Item, Item)> =
        all.documents.iter().filter_map(|one| one.replaces.map(|item| (item, one.item))).collect();
    for (old, new) in ties {
        // What was deleted, with all that it had replaced, replaces no copy; nor is one that was deleted anything but that.
        let alive = |item| all.document(item).is_some_and(|one| !one.standing.deleted);
        let replaced = |copy: &Item| *copy == old || (alive(*copy) && alive(new) && all.is_later(new, *copy));
        for copy in all.peers(old).into_iter().filter(replaced).collect::<Vec<Item>>() {
            if let Some(copy) = all.document_mut(copy) {
                copy.standing.deprecated = true;
                copy.replaced_by = copy.replaced_by.max(Some(new));
            }
        }
    }
}

fn name(record: &DocumentRecord) -> (Box<str>, [u8; 32]) {
    (record.entry.unique_id.clone(), record.entry.content.sha256)
}

impl Dossier {
    /// The document and its copies. Only what came from another dossier has any.
    pub(in crate::dossier) fn copies(&self, item: Item) -> Vec<Item> {
        if self.home.is_some() { self.copies_here(item) } else { vec![item] }
    }

    /// The document, and those copies that share what becomes of it: sent, as it was, by the holder's side, or by others. Each replaces and
    /// deletes what is his (decisions 2 and 22).
    pub(in crate::dossier) fn peers(&self, item: Item) -> Vec<Item> {
        if self.home.is_some() { self.peers_here(item) } else { vec![item] }
    }

    /// The copies, in a union whose shadows are looked at apart.
    pub(super) fn copies_here(&self, item: Item) -> Vec<Item> {
        let alive = |other: &DocumentRecord| !other.standing.deleted;
        self.alike(item, alive)
    }

    /// The same of those that share what becomes of it, deleted ones too.
    pub(super) fn peers_here(&self, item: Item) -> Vec<Item> {
        let his = |one: &DocumentRecord| self.depositor(one).is_some_and(Requester::is_on_the_holders_side);
        let side = self.document(item).map(his);
        self.alike(item, |other| Some(his(other)) == side)
    }

    fn alike(&self, item: Item, is: impl Fn(&DocumentRecord) -> bool) -> Vec<Item> {
        let Some(one) = self.document(item) else { return vec![item] };
        let same = |other: &&DocumentRecord| {
            let (one, other) = (&one.entry, &other.entry);
            one.unique_id == other.unique_id && one.content.sha256 == other.content.sha256
        };
        let all = self.documents.iter().filter(same).filter(|other| other.item == item || is(other));
        all.map(|other| other.item).collect()
    }

    /// Whether two numbers are of one document, or of two copies of it.
    #[must_use]
    pub fn is_copy(&self, item: Item, of: Item) -> bool {
        item == of || self.peers(of).contains(&item)
    }

    /// Whether one came after the other. Replaced by copies of one another, documents follow one another in time alone.
    pub(in crate::dossier) fn is_later(&self, item: Item, than: Item) -> bool {
        let place = |item| self.document(item).map(|one| (one.deposited_at, one.item));
        place(item) > place(than)
    }

    /// Each of these documents with all that it may share a fate with: versions before and after it, copies, and theirs.
    pub(super) fn kin(&self, items: impl Iterator<Item = Item>) -> BTreeSet<Item> {
        let (mut found, mut next) = (BTreeSet::new(), items.collect::<Vec<_>>());
        while let Some(item) = next.pop() {
            if found.insert(item) {
                next.extend(self.peers_here(item));
                next.extend(self.versions(item));
            }
        }
        found
    }
}
