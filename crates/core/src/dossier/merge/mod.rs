//! Two dossiers that became one: what the survivor keeps of the other, so that they can be two again (decisions 29).
//!
//! The survivor's state is the union of shadows: what it is by itself (its *home*) and what each *guest* is. An entry changes the union, and
//! the shadow to which it belongs by the name it was addressed with; what protects the holder goes to all. A guest's shadow is numbered as
//! its own journal numbers, so that it is its state the moment it leaves.

mod aside;
mod part;
mod places;
mod records;
mod settled;
mod share;
mod twins;
mod unite;

pub use aside::Aside;

use std::sync::Arc;

use crate::code::Instant;
use crate::document::Item;
use crate::dossier::{Change, DocumentRecord, Dossier, DossierStatus, JournalEntry, MergeId, RequesterNumber};
use crate::identity::{Ins, StructureId};
use crate::record;

/// From this number on, a requester or a shared value is of another journal of which this one holds a part.
pub const FOREIGN: u32 = 1 << 31;

/// How a merge stands in the journal of the survivor, which settles it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergeStanding {
    /// The other is its guest.
    Absorbed,
    /// The guest left, by the entry of this number.
    Separated(u32),
    /// It declined, and will not absorb by this merge.
    Declined,
}

record! {
    /// Where a frozen dossier went.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Moved {
        /// The merge.
        1 merge: MergeId,
        /// The journal of the survivor.
        2 journal: u32,
        /// The entry by which it was frozen.
        3 seq: u32,
        /// Who asked for it.
        4 by: RequesterNumber,
    }
}

record! {
    /// A dossier that was taken in.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Guest {
        /// The merge.
        1 merge: MergeId,
        /// Its journal.
        2 journal: u32,
        /// The last entry of its journal that counts.
        3 seq: u32,
        /// What is added to its numbers to have those of the survivor.
        4 base: Item,
        /// Its last own number.
        5 last: Item,
        /// The survivor's last number before it came.
        6 from: Item,
        /// The survivor's entries since that were addressed by its names.
        7 entries: Vec<u32>,
        /// What it is by itself.
        8 state: Arc<Dossier>,
        /// When it came.
        9 since: Instant,
    }
}

record! {
    /// What the journal of a survivor called the things that a guest brought: in its entries about them, which go with the guest.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Lent {
        /// Its numbers above this one,
        1 from: Item,
        /// so many of them,
        2 count: Item,
        /// less `from`, have this added here.
        3 base: Item,
    }
}

record! {
    /// Things that another journal numbered, and entries of it, that belong to this dossier.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Span {
        /// That journal.
        1 journal: u32,
        /// Its numbers above this one,
        2 from: Item,
        /// up to this one,
        3 to: Item,
        /// have this added here.
        4 base: Item,
        /// Its entries up to this one belong here: all of them, unless it is a part that came back from a merge.
        5 seq: u32,
        /// Then only these.
        6 entries: Vec<u32>,
        /// A part that came back from a merge.
        7 returned: bool,
        /// Then also what it called the things that were there before.
        8 lent: Option<Lent>,
    }
}

record! {
    /// A dossier that was taken in and left again.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Departed {
        /// The merge.
        1 merge: MergeId,
        /// Its journal.
        2 journal: u32,
        /// What this journal numbered and went with it.
        3 items: Vec<Item>,
        /// The entries that went with it.
        5 entries: Vec<u32>,
        /// The entry by which it left.
        6 seq: u32,
        /// The structures that had documents in it.
        7 structures: Vec<StructureId>,
    }
}

/// What carries a number over between a guest and the survivor.
#[derive(Debug, Clone, Copy)]
struct Numbers {
    base: Item,
    last: Item,
}

impl Numbers {
    /// The survivor's number of a thing of the guest.
    const fn outward(self, item: Item) -> Item {
        match item {
            0 => 0,
            item if item <= self.last => self.base.saturating_add(item),
            item => item - self.last,
        }
    }

    /// The guest's number of a thing of the survivor.
    const fn inward(self, item: Item) -> Item {
        match item {
            0 => 0,
            item if item > self.base && item <= self.base.saturating_add(self.last) => item - self.base,
            item => self.last.saturating_add(item),
        }
    }
}

impl Guest {
    const fn numbers(&self) -> Numbers {
        Numbers { base: self.base, last: self.last }
    }

    /// Whether it is a dossier, and not what was only registered, or objected to. What comes under that name is its own all the same, and
    /// waits with it for the opening (decisions 29).
    fn was_opened(&self) -> bool {
        self.state.status != DossierStatus::Unopened
    }

    /// Whether it was closed; of what was never opened, whether nothing is to open.
    fn is_closed(&self) -> bool {
        self.state.closing_motive.is_some()
    }

    /// Whether what comes under that name is this guest's.
    fn answers_to(&self, name: &Ins) -> bool {
        self.state.names.contains(name)
    }

    /// Whether a change may be of it. What was never opened is not suspended, nor has it an archive.
    fn takes(&self, change: &Change) -> bool {
        let of_opened = matches!(
            change,
            Change::DossierSuspended(_) | Change::SuspensionObjected(_) | Change::ExpressDeletionAsked(_)
        );
        self.was_opened() || !of_opened
    }
}

impl Dossier {
    /// What an entry changes in how this dossier hangs together with others.
    pub(super) fn join_and_part(&mut self, entry: &JournalEntry) {
        for change in entry.changes.iter().flatten() {
            match change {
                Change::MergedInto(moved) => {
                    self.names.extend(moved.name.iter().cloned());
                    self.addresses.extend(moved.name.iter().cloned());
                    self.merged_into = Some(Moved {
                        merge: moved.merge,
                        journal: moved.journal,
                        seq: entry.seq,
                        by: entry.facts.requester,
                    });
                }
                Change::Absorbed(absorbed) => self.take_in(absorbed, entry.annex.as_ref()),
                Change::Separated(separated) => self.let_go(separated.merge, entry.seq),
                Change::Returned(returned) => self.come_back(returned, entry.annex.as_deref()),
                Change::MergeDeclined(declined) => self.declined.push(declined.merge),
                _ => {}
            }
        }
    }

    /// How a merge stands here; none where this journal has not heard of it.
    #[must_use]
    pub fn merge_standing(&self, merge: &MergeId) -> Option<MergeStanding> {
        if self.guests.iter().any(|guest| guest.merge == *merge) {
            return Some(MergeStanding::Absorbed);
        }
        if let Some(gone) = self.departed.iter().find(|gone| gone.merge == *merge) {
            return Some(MergeStanding::Separated(gone.seq));
        }
        self.declined.contains(merge).then_some(MergeStanding::Declined)
    }

    /// Whether it is so of this dossier, and of each of those that are one in it by itself: what is so of their union alone ends for some of them
    /// when they part (decisions 29).
    #[must_use]
    pub fn each(&self, is: impl Fn(&Self) -> bool) -> bool {
        let mut guests = self.guests.iter().map(|guest| &*guest.state);
        is(self) && self.home.as_deref().is_none_or(&is) && guests.all(is)
    }

    /// The same of a document and its copies, wherever there is one.
    #[must_use]
    pub fn each_copy(&self, item: Item, is: impl Fn(&DocumentRecord) -> bool) -> bool {
        let holds = |shadow: &Self, item| shadow.document(item).is_none_or(&is);
        self.copies(item).into_iter().all(|item| {
            let home = self.home.as_deref().is_none_or(|home| holds(home, item));
            let guest = |guest: &Guest| holds(&guest.state, guest.numbers().inward(item));
            holds(self, item) && home && self.guests.iter().all(guest)
        })
    }

    /// Whether a document is of the dossier that this name leads to: of those that are one here, or of this one where there is no other.
    #[must_use]
    pub fn is_of(&self, name: Option<&Ins>, item: Item) -> bool {
        let guest = name.and_then(|name| self.guests.iter().find(|guest| guest.answers_to(name)));
        match (guest, self.home.as_deref()) {
            (Some(guest), _) => guest.state.document(guest.numbers().inward(item)).is_some(),
            (None, Some(home)) => home.document(item).is_some(),
            (None, None) => self.document(item).is_some(),
        }
    }

    /// The guest of that journal, if it is one.
    #[must_use]
    pub fn guest(&self, journal: u32) -> Option<&Guest> {
        self.guests.iter().find(|guest| guest.journal == journal)
    }

    /// The names that this dossier has and its journal has not counted yet.
    #[must_use]
    pub fn uncounted(&self, addresses: &[Ins]) -> Vec<Ins> {
        self.names.iter().filter(|name| !addresses.contains(name)).cloned().collect()
    }
}
