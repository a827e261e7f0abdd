//! Folded journals kept in memory, within a budget of bytes. What is not here is loaded; losing a place costs time only.

use std::sync::atomic::{AtomicU64, Ordering};

use quick_cache::Weighter;
use quick_cache::sync::Cache as Inner;

use crate::held::Held;

#[derive(Debug, Clone)]
struct ByWeight;

impl Weighter<u32, std::sync::Arc<Held>> for ByWeight {
    fn weight(&self, _journal: &u32, held: &std::sync::Arc<Held>) -> u64 {
        held.dossier.weight() as u64
    }
}

/// The cache of folded journals.
#[derive(Debug)]
pub struct Cache {
    inner: Inner<u32, std::sync::Arc<Held>, ByWeight>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Cache {
    /// A cache that holds about `bytes` of memory.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / 8_000).unwrap_or(1 << 20).max(16);
        Self { inner: Inner::with_weighter(items, bytes, ByWeight), hits: AtomicU64::new(0), misses: AtomicU64::new(0) }
    }

    /// Takes a journal out: whoever leads its turn has it alone.
    #[must_use]
    pub fn take(&self, journal: u32) -> Option<Held> {
        let found = self.inner.remove(&journal).map(|(_, held)| std::sync::Arc::unwrap_or_clone(held));
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// A journal as it was last put back, if it is here: to look at, not to lead.
    #[must_use]
    pub fn peek(&self, journal: u32) -> Option<Held> {
        self.inner.peek(&journal).map(|held| Held::clone(&held))
    }

    /// Puts a journal back.
    pub fn keep(&self, held: Held) {
        self.inner.insert(held.journal, std::sync::Arc::new(held));
    }

    /// Forgets a journal: its key is gone, or its rows were rewritten.
    pub fn forget(&self, journal: u32) {
        drop(self.inner.remove(&journal));
    }

    /// Bytes held, by our own reckoning.
    #[must_use]
    pub fn weight(&self) -> u64 {
        self.inner.weight()
    }

    /// How often a journal was found, and how often it had to be loaded.
    #[must_use]
    pub fn hits_and_misses(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }
}
