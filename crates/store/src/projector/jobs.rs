//! What is to be done about an entry, once it is there: shown to an operator for review, told to the holder.
//!
//! Key: the queue. Range: when the entry was decided (8 bytes) ‖ journal ‖ seq ‖ item (0 for none). Value: [`Job`]. A job comes at
//! least once: whoever carries it out remembers by its range what he did, and asks the dossier by an act of his own what to say.

use bytes::Bytes;
use dmp_core::document::Item;
use dmp_core::dossier::{AccessMode, JournalEntry, Rule};
use dmp_core::encoding::to_bytes;
use dmp_core::{coded, record};

use super::window::{View, Window, as_professional, sortable};
use crate::engine::ProjectionRow;

coded! {
    /// What a job is about.
    pub enum JobKind {
        /// A document went in that names its patient otherwise than the register.
        NameDiffers = 1 => "name-differs",
        /// A professional was let in who never was before.
        FirstAccess = 2 => "first-access",
        /// Somebody entered as Centre 15 or in bris de glace.
        Emergency = 3 => "emergency",
    }
}

coded! {
    /// For whom a job is.
    pub enum Queue {
        /// An operator looks at it.
        Review = 1 => "review",
        /// The holder is told.
        Notices = 2 => "notices",
    }
}

record! {
    /// A job.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Job {
        /// What it is about.
        1 kind: JobKind,
        /// The document that it is about.
        2 item: Option<Item>,
    }
}

pub(super) fn derive(window: &Window<'_>, rows: &mut Vec<ProjectionRow>) {
    for entry in window.entries.iter().filter(|entry| entry.facts.outcome.rule.allows()) {
        let differ = entry.facts.outcome.items.iter().filter(|one| one.rule == Some(Rule::NameDiffers));
        for item in differ.filter_map(|one| one.item) {
            rows.push(row(window, entry, Queue::Review, Job { kind: JobKind::NameDiffers, item: Some(item) }));
        }
        if is_emergency(entry) {
            let job = Job { kind: JobKind::Emergency, item: None };
            rows.extend([Queue::Review, Queue::Notices].map(|queue| row(window, entry, queue, job)));
        } else if is_first(window, entry) {
            rows.push(row(window, entry, Queue::Notices, Job { kind: JobKind::FirstAccess, item: None }));
        }
    }
}

/// A request with its motive opens an emergency access (decisions 16); those within it need none.
fn is_emergency(entry: &JournalEntry) -> bool {
    entry.facts.mode() != AccessMode::Normal && entry.facts.motive.is_some()
}

/// Told by the hour: of two entries in the same millisecond both are, and whoever is told is told once.
fn is_first(window: &Window<'_>, entry: &JournalEntry) -> bool {
    window.requester(entry).filter(|requester| as_professional(requester).is_some()).is_some_and(|requester| {
        let access = window.dossier.accesses.get(requester.key().as_str());
        entry.facts.act.consults() && access.is_some_and(|access| access.first == entry.facts.at)
    })
}

fn row(window: &Window<'_>, entry: &JournalEntry, queue: Queue, job: Job) -> ProjectionRow {
    let numbers = [window.journal, entry.seq, job.item.unwrap_or(0)].map(u32::to_be_bytes);
    ProjectionRow {
        key: View::Jobs.key(queue.code().as_bytes()),
        range: Bytes::from([&sortable(entry.facts.at)[..], numbers.as_flattened()].concat()),
        value: Some(Bytes::from(to_bytes(&job))),
    }
}
