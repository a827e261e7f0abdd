//! DocumentReferences rendered once a version: the key holds everything that the rendering depends on.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use dmp_core::act::DocumentView;
use dmp_core::code::Instant;
use dmp_core::document::{Item, Standing, Visibility};
use dmp_store::Kind;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use crate::render::{Ground, Listed, document_reference};

/// What a rendering depends on, besides the immutable entry of that version and the name of the dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    journal: u32,
    item: Item,
    version_item: Item,
    version: u32,
    standing: Standing,
    visibility: Visibility,
    replaces: Option<Item>,
    updated_at: Instant,
    /// Whether the motive of a withholding is told: it is given once, with the document.
    motive: bool,
    /// Whether its time and who withheld it are told.
    withheld: bool,
    /// What is asked of its author.
    asked: (Option<Instant>, bool),
}

/// What tells nearly all keys apart; a list looks up fifty.
impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.journal) << 32 | u64::from(self.item));
        self.updated_at.hash(state);
    }
}

/// A rendering, and the name that it was made with: a dossier may get another.
#[derive(Debug)]
struct Kept {
    patient: Box<str>,
    listed: Listed,
}

#[derive(Debug, Clone)]
struct ByLength;

impl Weighter<Key, Arc<Kept>> for ByLength {
    fn weight(&self, _key: &Key, kept: &Arc<Kept>) -> u64 {
        kept.listed.weight() as u64 + 200
    }
}

/// The rendered resources.
#[derive(Debug)]
pub struct Fragments {
    cache: Cache<Key, Arc<Kept>, ByLength>,
}

impl Fragments {
    /// Keeps about that many bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let items = usize::try_from(bytes / 3_000).unwrap_or(1 << 16).max(16);
        Self { cache: Cache::with_weighter(items, bytes, ByLength) }
    }

    /// Forgets what belongs to any other journal.
    pub fn keep_only(&self, kept: impl Fn(u32) -> bool) {
        self.cache.retain(|key, _| kept(key.journal));
    }

    /// The DocumentReference of a view, as a list shows it.
    #[must_use]
    pub fn document_reference(&self, ground: Ground<'_>, view: &DocumentView) -> Listed {
        let key = Key {
            journal: ground.places.journal(),
            item: view.item,
            version_item: view.version_item,
            version: view.version,
            standing: view.standing,
            visibility: view.visibility,
            replaces: view.replaces,
            updated_at: view.updated_at,
            motive: view.withhold_motive.is_some(),
            withheld: view.withheld.is_some(),
            asked: (view.deletion_asked, view.claimed),
        };
        if let Some(found) = self.cache.get(&key).filter(|kept| kept.patient == view.patient.value) {
            return found.listed.clone();
        }
        let url = format!("{}/DocumentReference/{}", ground.base, ground.id(Kind::Document, view.item));
        let listed = Listed::new(&url, document_reference(ground, view).to_string().as_bytes());
        let kept = Kept { patient: view.patient.value.clone(), listed: listed.clone() };
        self.cache.insert(key, Arc::new(kept));
        listed
    }
}
