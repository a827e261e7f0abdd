//! Where a thing is numbered, and under which number it stands here: ids that were given out go on naming the same thing.

use crate::document::Item;
use crate::dossier::{Dossier, RequesterNumber, Span};
use crate::identity::Requester;

impl Dossier {
    /// Whether anything here has this number.
    #[must_use]
    pub fn holds(&self, item: Item) -> bool {
        self.document(item).is_some()
            || self.set(item).is_some()
            || self.aliases.contains_key(&item)
            || self.documents.iter().any(|one| one.version_item == item)
            || self.authorizations.values().any(|one| one.item == item)
            || self.blocks.values().any(|one| one.item == item)
            || self.notes.iter().any(|one| one.item == item)
            || self.erased.iter().any(|one| one.item == item)
    }

    /// The number here of what a journal numbered: this one (`own`), or one of which a part belongs here.
    #[must_use]
    pub fn here(&self, own: u32, journal: u32, item: Item) -> Option<Item> {
        let plain = |item: Item| self.aliases.get(&item).copied().unwrap_or(item);
        if journal == own && self.holds(item) {
            return Some(plain(item));
        }
        let covers = |span: &&Span| span.journal == journal && item > span.from && item <= span.to;
        let mut found = self.spans.iter().filter(covers).map(|span| span.base.saturating_add(item));
        let first = found.clone().next();
        // What was there before it came, and came to it too.
        let sent_again = |span: &&Span| span.journal == journal && span.returned && item <= span.from;
        let mut copies = self.spans.iter().filter(sent_again).map(|span| span.base.saturating_add(item));
        let held = found.find(|item| self.holds(*item)).or_else(|| copies.find(|item| self.holds(*item)));
        held.or(first).map(plain).or((journal == own).then_some(item))
    }

    /// The dossier to which a number of this journal went, when nothing here has it.
    #[must_use]
    pub fn gone_to(&self, own: u32, item: Item) -> Option<u32> {
        // Whoever left last has it: as long as he was here, it was his.
        let gone = self.departed.iter().rev().find(|gone| gone.items.binary_search(&item).is_ok())?;
        let here = self.here(own, own, item).is_some_and(|item| self.holds(item));
        (!here).then_some(gone.journal)
    }

    /// The dossier to which an entry of this journal went.
    #[must_use]
    pub fn entry_gone_to(&self, seq: u32) -> Option<u32> {
        self.departed.iter().find(|gone| gone.entries.contains(&seq)).map(|gone| gone.journal)
    }

    /// The number of a requester, of this journal or of another of which a part is here.
    #[must_use]
    pub fn any_number_of(&self, requester: &Requester) -> Option<RequesterNumber> {
        self.number_of(requester).or_else(|| {
            let at = self.foreign.iter().position(|known| **known == *requester)?;
            Some(super::FOREIGN + RequesterNumber::try_from(at).ok()?)
        })
    }
}

impl Span {
    /// The number here of what an entry of that journal is about; none where that is not of this part.
    #[must_use]
    pub fn here(&self, item: Item) -> Option<Item> {
        if item > self.from && item <= self.to {
            return Some(self.base.saturating_add(item));
        }
        let lent = self.lent.as_ref()?;
        let before = item.checked_sub(lent.from).filter(|item| *item > 0 && *item <= lent.count)?;
        Some(lent.base.saturating_add(before))
    }

    /// The number that an item of this dossier has in the journal where it was made. `shared`: also of what came back from a merge.
    #[must_use]
    pub fn origin(&self, item: Item, shared: bool) -> Option<(u32, Item)> {
        let there = item.checked_sub(self.base)?;
        let within = there > self.from && there <= self.to && (shared || !self.returned);
        within.then_some((self.journal, there))
    }
}
