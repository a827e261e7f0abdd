//! DocumentReferences rendered once a version: the key holds everything that the rendering depends on.

use bytes::Bytes;
use dmp_core::act::DocumentView;
use dmp_core::code::Instant;
use dmp_core::document::{Item, Standing, Visibility};
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::render::{Ground, document_reference};

/// What a rendering depends on, besides the immutable entry of that version.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    journal: u32,
    item: Item,
    version_item: Item,
    version: u32,
    standing: Standing,
    visibility: Visibility,
    replaces: Option<Item>,
    updated_at: Instant,
    patient: Box<str>,
}

#[derive(Debug, Clone)]
struct ByLength;

impl Weighter<Key, Bytes> for ByLength {
    fn weight(&self, _key: &Key, value: &Bytes) -> u64 {
        value.len() as u64 + 200
    }
}

/// The rendered resources.
#[derive(Debug)]
pub struct Fragments {
    cache: Cache<Key, Bytes, ByLength>,
}

impl Fragments {
    /// Keeps about that many bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / 3_000).unwrap_or(1 << 16).max(16);
        Self { cache: Cache::with_weighter(items, bytes, ByLength) }
    }

    /// The DocumentReference of a view, as bytes of JSON.
    #[must_use]
    pub fn document_reference(&self, ground: Ground<'_>, view: &DocumentView) -> Bytes {
        let key = Key {
            journal: ground.journal,
            item: view.item,
            version_item: view.version_item,
            version: view.version,
            standing: view.standing,
            visibility: view.visibility,
            replaces: view.replaces,
            updated_at: view.updated_at,
            patient: view.patient.value.clone(),
        };
        if let Some(found) = self.cache.get(&key) {
            return found;
        }
        let made = Bytes::from(document_reference(ground, view).to_string());
        self.cache.insert(key, made.clone());
        made
    }
}
