//! Some entries of one journal and the state that they led to: what each projection derives its rows from.

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_core::document::Blob;
use dmp_core::dossier::{Change, Dossier, DossierStatus, JournalEntry, Subject};

use super::{archives, counters, dossiers, hints, jobs, staff, timers, traits};
use crate::engine::{NameKey, ProjectionRow};
use crate::names::{NameHasher, NameKind};

/// The projections. Each key begins with the byte of its projection, so that one cursor covers them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// The dossiers of a professional and of a structure.
    Dossiers,
    /// The journals that may hold a document with this identifier.
    Hints,
    /// What falls due.
    Timers,
    /// How many dossiers and documents a region and a structure have.
    Counters,
    /// What is to be done about an entry.
    Jobs,
    /// The journals that may be of somebody with this name and date of birth.
    Traits,
}

impl View {
    /// The key of what is asked.
    #[must_use]
    pub fn key(self, asked: &[u8]) -> Bytes {
        let byte = match self {
            Self::Dossiers => 1,
            Self::Hints => 2,
            Self::Timers => 3,
            Self::Counters => 4,
            Self::Jobs => 5,
            Self::Traits => 6,
        };
        Bytes::from([&[byte], asked].concat())
    }

    /// The view that a key belongs to.
    pub(super) fn of(key: &[u8]) -> Option<Self> {
        // A view that is missing here is not found when what a destroyed journal left is sought.
        let all = [Self::Dossiers, Self::Hints, Self::Timers, Self::Counters, Self::Jobs, Self::Traits];
        all.into_iter().find(|view| view.key(&[]).first() == key.first())
    }
}

/// Entries after the cursor, in order, and a state at the last of them or later. Where dossiers came together or parted, also those
/// before the cursor: what is there now is derived of all of them, what is to be done only of the new ones.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    pub journal: u32,
    pub dossier: &'a Dossier,
    pub entries: &'a [JournalEntry],
    /// Those of them after the cursor, at the end: what was told of the others is not told again.
    pub new: &'a [JournalEntry],
    pub names: &'a NameHasher,
    /// Set where a generation is made anew, to the hour: notices that are long told are not told again.
    pub since: Option<Instant>,
}

/// What the entries of a window change.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Rows as they are to be.
    pub rows: Vec<ProjectionRow>,
    /// Whether something was erased that may still be there.
    pub erases: bool,
    /// Journals whose merge, or its undoing, may not be done yet.
    pub merges: Vec<u32>,
}

impl Window<'_> {
    /// Every row of every projection that these entries change, once.
    pub fn derive(&self) -> Draft {
        let mut draft = Draft::default();
        // The journals of requesters and of the operator are nobody's dossier, and neither is one that was never opened.
        if self.dossier.status == DossierStatus::Unopened {
            self.jobs(&mut draft.rows);
            // What came with it out of another dossier waits with it, and is found once it opens.
            dossiers::derive(self, &mut draft.rows);
            staff::derive(self, &mut draft.rows);
            timers::derive(self, &mut draft.rows);
            // It may have been taken in by the dossier that the person has already, and end with it.
            archives::derive(self, &mut draft.rows);
            draft.merges = self.merges();
            return draft;
        }
        dossiers::derive(self, &mut draft.rows);
        staff::derive(self, &mut draft.rows);
        hints::derive(self, &mut draft.rows);
        timers::derive(self, &mut draft.rows);
        archives::derive(self, &mut draft.rows);
        counters::derive(self, &mut draft.rows);
        self.jobs(&mut draft.rows);
        traits::derive(self, &mut draft.rows);
        draft.merges = self.merges();
        draft.erases = self.changes().any(|(_, change)| matches!(change, Change::DocumentErased(_)));
        draft
    }

    /// What is to be done about the new ones.
    pub fn jobs(&self, rows: &mut Vec<ProjectionRow>) {
        if self.dossier.status != DossierStatus::Unopened {
            jobs::derive(self, rows);
        } else if self.dossier.registration.is_some() {
            jobs::information(self, rows);
            jobs::before_opening(self, rows);
        }
    }

    /// The journals that were frozen, or let go: each has a second step in another journal.
    fn merges(&self) -> Vec<u32> {
        let found = self.changes().filter_map(|(_, change)| match change {
            Change::MergedInto(_) => Some(self.journal),
            Change::MergeDeclined(declined) => Some(declined.journal),
            Change::Separated(separated) => {
                self.dossier.departed.iter().find(|gone| gone.merge == separated.merge).map(|gone| gone.journal)
            }
            _ => None,
        });
        found.collect()
    }

    /// The changes with their entries.
    pub fn changes(&self) -> impl Iterator<Item = (&JournalEntry, &Change)> {
        changes(self.entries)
    }

    /// The changes that nobody has derived anything from, with their entries.
    pub fn new_changes(&self) -> impl Iterator<Item = (&JournalEntry, &Change)> {
        changes(self.new)
    }

    /// The blobs that the entries name: they need no stage any more.
    pub fn blobs(&self) -> impl Iterator<Item = [u8; 16]> {
        let id = |blob: &Blob| blob.id;
        self.changes().flat_map(move |(_, change)| match change {
            Change::DocumentAdded(added) => {
                vec![id(&added.entry.content)].into_iter().chain(added.entry.text.as_ref().map(id))
            }
            _ => Vec::new().into_iter().chain(None),
        })
    }

    /// The name of a professional or a structure, as a keyed hash.
    pub fn name(&self, subject: &Subject) -> NameKey {
        name(self.names, subject)
    }

    /// The journal as the range under which rows are found.
    pub fn range(&self) -> Bytes {
        Bytes::copy_from_slice(&self.journal.to_be_bytes())
    }
}

fn changes(entries: &[JournalEntry]) -> impl Iterator<Item = (&JournalEntry, &Change)> {
    entries.iter().flat_map(|entry| entry.changes.iter().flatten().map(move |change| (entry, change)))
}

/// An instant as eight bytes that sort as it does.
pub(super) fn sortable(at: dmp_core::code::Instant) -> [u8; 8] {
    u64::try_from(at.millis()).unwrap_or(0).to_be_bytes()
}

/// The name of a professional or a structure, as a keyed hash.
pub(super) fn name(names: &NameHasher, subject: &Subject) -> NameKey {
    match subject {
        Subject::Professional(id) => names.hash(NameKind::Professional, &format!("P|{id}")),
        Subject::Structure(id) => names.hash(NameKind::Structure, &format!("S|{id}")),
    }
}
