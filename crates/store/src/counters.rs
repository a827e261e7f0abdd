//! What the store counts of itself, for `/metrics` and the bench. Numbers only.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters since the program started.
#[derive(Debug, Default)]
pub struct Counters {
    appends: AtomicU64,
    entries: AtomicU64,
    waits: AtomicU64,
    next: AtomicU64,
    clock_behind: AtomicU64,
    loads: AtomicU64,
    opens: AtomicU64,
    blob_faults: AtomicU64,
    projector_faults: AtomicU64,
}

/// The counters at one instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Batches appended.
    pub appends: u64,
    /// Entries in them.
    pub entries: u64,
    /// How often an act was waiting when a commit of the engine ended.
    pub waits: u64,
    /// How often it was then in the next one.
    pub next: u64,
    /// Requests refused because the clock was behind a journal.
    pub clock_behind: u64,
    /// Journals loaded from the engine.
    pub loads: u64,
    /// Blobs opened.
    pub opens: u64,
    /// Chunks of blobs that did not open: missing, changed, or not read.
    pub blob_faults: u64,
    /// Rounds of the projectors that failed, and journals that they could not read.
    pub projector_faults: u64,
}

impl Counters {
    pub(crate) fn appended(&self, entries: u64) {
        self.appends.fetch_add(1, Ordering::Relaxed);
        self.entries.fetch_add(entries, Ordering::Relaxed);
    }

    pub(crate) fn waited(&self, waits: u64, next: u64) {
        self.waits.fetch_add(waits, Ordering::Relaxed);
        self.next.fetch_add(next, Ordering::Relaxed);
    }

    pub(crate) fn clock_behind(&self) {
        self.clock_behind.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn loaded(&self) {
        self.loads.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn opened(&self) {
        self.opens.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn blob_failed(&self) {
        self.blob_faults.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn projector_failed(&self) {
        self.projector_faults.fetch_add(1, Ordering::Relaxed);
    }

    /// The numbers now.
    #[must_use]
    pub fn now(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            appends: read(&self.appends),
            entries: read(&self.entries),
            waits: read(&self.waits),
            next: read(&self.next),
            clock_behind: read(&self.clock_behind),
            loads: read(&self.loads),
            opens: read(&self.opens),
            blob_faults: read(&self.blob_faults),
            projector_faults: read(&self.projector_faults),
        }
    }
}
