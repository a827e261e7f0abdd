//! Changes by which two dossiers become one, and two again (decisions 29; the storage contract, section 7).

use crate::document::Item;
use crate::identity::Ins;
use crate::record;

/// The number of one merge: drawn once, and named by every entry that has to do with it.
pub type MergeId = [u8; 16];

record! {
    /// This dossier is frozen: from now on another answers for it. In the journal of the one that is absorbed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MergedInto {
        /// The merge.
        1 merge: MergeId,
        /// The journal of the survivor.
        2 journal: u32,
        /// The name under which the survivor was named.
        3 survivor: Ins,
        /// Of what was never opened, but registered, or objected to: the name that leads to the survivor meanwhile.
        4 name: Option<Ins>,
    }
}

record! {
    /// Another journal, up to its head, is an annex of this one. In the journal of the survivor. Its items, documents above all, are here
    /// numbered on from `base`.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Absorbed {
        /// The merge.
        1 merge: MergeId,
        /// The journal of the annex.
        2 journal: u32,
        /// The sequence number of its last entry: that by which it was frozen.
        3 seq: u32,
        /// The digest of that entry.
        4 head: [u8; 32],
        /// Its names. They are counted on from those that this journal has had.
        5 names: Vec<Ins>,
        /// What is added to a number of the annex, to have its number here.
        6 base: Item,
        /// The last number that the annex had given.
        7 last: Item,
    }
}

record! {
    /// The annex leaves: what came since goes by the identifier in each entry. In the journal of the survivor.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Separated {
        /// The merge that is undone.
        1 merge: MergeId,
    }
}

record! {
    /// This dossier answers for itself again, with what came under its names meanwhile. In the journal of the one that was absorbed.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Returned {
        /// The merge that is undone.
        1 merge: MergeId,
        /// The journal of the survivor: entries of it are this one's annex from now on.
        2 journal: u32,
        /// The sequence number of the entry there that undid the merge, or declined it.
        3 seq: u32,
        /// The digest of that entry.
        4 head: [u8; 32],
        /// The survivor declined: nothing came meanwhile.
        5 declined: bool,
        /// The names that came meanwhile. They are counted on from those that this journal has had.
        6 names: Vec<Ins>,
    }
}

record! {
    /// The survivor could not take the other in any more, and never will by this merge. In the journal of the survivor.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MergeDeclined {
        /// The merge.
        1 merge: MergeId,
        /// The journal that was to be absorbed.
        2 journal: u32,
    }
}
