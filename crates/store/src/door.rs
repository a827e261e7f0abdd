//! The one door: every act on every journal goes through [`Store::perform`], and nothing is read without a [`Permit`].

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use dmp_core::access::Policy;
use dmp_core::act::{Act, Answer, Decision, HistoryWindow};
use dmp_core::document::Blob;
use dmp_core::dossier::{Dossier, Holder, Rule};
use dmp_core::identity::{Ins, Requester};
use dmp_seal::Secret;

use crate::ask::{Ask, Target};
use crate::blobs::{BlobId, BlobReader, BlobSink, BlobWriter, Stage};
use crate::budgets::Budgets;
use crate::cache::Cache;
use crate::counters::Counters;
use crate::engine::Engine;
use crate::error::StoreError;
use crate::evidence::OpenEvidence;
use crate::held::{Held, JournalKeys};
use crate::keys::{DestroyedJournals, KeyStore};
use crate::names::{JournalNumbers, NameHasher};
use crate::naming::Name;
use crate::public_id::PublicIds;
use crate::reference::Places;
use crate::route::Route;
use crate::suspended::Watch;
use crate::turns::Turns;
use crate::world::{Chance, Clock};

/// How many journal numbers a process leases at a time.
const LEASE: u32 = 1_000;

/// What a store is made of.
#[derive(Debug)]
pub struct Parts {
    /// Where journals lie.
    pub engine: Arc<dyn Engine>,
    /// Where their keys lie.
    pub keys: KeyStore,
    /// The journals that are no more.
    pub destroyed: DestroyedJournals,
    /// Where documents lie.
    pub blobs: Arc<dyn BlobSink>,
    /// The key of names.
    pub names: NameHasher,
    /// The key of public ids.
    pub public_ids: PublicIds,
    /// The hour.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Arc<dyn Chance>,
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// How many bytes of folded journals stay in memory.
    pub cache_bytes: u64,
}

/// The store. Everything about a dossier goes through it.
#[derive(Debug)]
pub struct Store {
    pub(crate) engine: Arc<dyn Engine>,
    pub(crate) keys: KeyStore,
    pub(crate) destroyed: DestroyedJournals,
    /// Dossiers whose term a destruction looked at in vain, and until when that is known: not at every turn anew.
    pub(crate) looked: Mutex<BTreeMap<u32, dmp_core::code::Instant>>,
    /// The documents: staging is open to all, reading asks for a permit.
    pub(crate) blobs: Arc<dyn BlobSink>,
    pub(crate) names: NameHasher,
    pub(crate) numbers: JournalNumbers,
    pub(crate) public_ids: PublicIds,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    policy: RwLock<Arc<Policy>>,
    pub(crate) cache: Cache,
    pub(crate) turns: Turns,
    pub(crate) counters: Arc<Counters>,
    pub(crate) known_names: quick_cache::sync::Cache<[u8; 16], u32>,
    news: tokio::sync::Notify,
    /// Journals that the projectors of this process could not read: nobody waits for them.
    pub(crate) unreadable: Mutex<BTreeSet<u32>>,
    pub(crate) watch: Watch,
    pub(crate) budgets: Budgets,
}

/// What an act came to.
#[derive(Debug)]
pub struct Performed {
    /// The answer.
    pub answer: Answer,
    /// The rule that let the act in, or refused it whole.
    pub rule: Rule,
    /// Where its things are numbered: what public ids are made of.
    pub places: Places,
    /// What the decision allows to be read.
    pub permit: Permit,
}

/// What a kept decision allows to be read. Only the door makes one, and only after the entry is durable.
#[derive(Debug)]
pub struct Permit {
    pub(crate) journal: u32,
    blob: Option<Blob>,
    export: Option<Arc<JournalKeys>>,
    holder: Option<Arc<Holder>>,
    registered: Option<Arc<Holder>>,
    pub(crate) history: Option<OpenHistory>,
    evidence: Option<OpenEvidence>,
}

/// The history as a decision opened it: what was there then, no more.
#[derive(Debug)]
pub(crate) struct OpenHistory {
    pub window: HistoryWindow,
    pub dossier: Arc<Dossier>,
    pub keys: Arc<JournalKeys>,
}

impl Permit {
    /// The permit of a decision under a name: the document it gave, or the history it opened; mostly nothing.
    pub(crate) fn of(held: &Held, addressed: Option<&Ins>, decision: &Decision, after: Option<Arc<Dossier>>) -> Self {
        let blob = match &decision.answer {
            Answer::Content(view) => Some(view.entry.content.clone()),
            _ => None,
        };
        let history = match (&decision.answer, after) {
            (Answer::History(window), Some(dossier)) => {
                Some(OpenHistory { window: window.clone(), dossier, keys: Arc::clone(&held.keys) })
            }
            _ => None,
        };
        let evidence = match &decision.answer {
            Answer::Evidence(entry) => {
                let (dossier, keys) = (Arc::clone(&held.dossier), Arc::clone(&held.keys));
                Some(OpenEvidence { entry: *entry, dossier, keys })
            }
            _ => None,
        };
        let export = matches!(decision.answer, Answer::Export).then(|| Arc::clone(&held.keys));
        let again = decision.outcome.rule == Rule::AlreadyDone;
        let registered = held.dossier.identity_under(addressed).filter(|_| again).cloned();
        let holder = held.dossier.holder.clone().filter(|_| decision.outcome.rule.allows());
        Self { journal: held.journal, blob, export, holder, registered, history, evidence }
    }

    /// Whose dossier it is, for a banner: whoever was let in may know.
    #[must_use]
    pub const fn holder(&self) -> Option<&Arc<Holder>> {
        self.holder.as_ref()
    }

    /// Who is there already under the name that was addressed, where what was asked for is done: whoever registers a person says who he is.
    #[must_use]
    pub const fn registered(&self) -> Option<&Arc<Holder>> {
        self.registered.as_ref()
    }

    pub(crate) const fn evidence(&self) -> Option<&OpenEvidence> {
        self.evidence.as_ref()
    }

    /// The document that may be read.
    #[must_use]
    pub const fn blob(&self) -> Option<&Blob> {
        self.blob.as_ref()
    }
}

impl Store {
    /// Opens a store on its parts.
    #[must_use]
    pub fn new(parts: Parts) -> Arc<Self> {
        Arc::new(Self {
            numbers: JournalNumbers::new(
                Arc::clone(&parts.engine),
                parts.keys.clone(),
                parts.destroyed.clone(),
                &parts.names,
                LEASE,
            ),
            engine: parts.engine,
            keys: parts.keys,
            destroyed: parts.destroyed,
            looked: Mutex::default(),
            blobs: parts.blobs,
            names: parts.names,
            public_ids: parts.public_ids,
            clock: parts.clock,
            chance: parts.chance,
            policy: RwLock::new(parts.policy),
            cache: Cache::new(parts.cache_bytes),
            turns: Turns::default(),
            counters: Arc::default(),
            known_names: quick_cache::sync::Cache::new(200_000),
            news: tokio::sync::Notify::new(),
            unreadable: Mutex::default(),
            watch: Watch::default(),
            budgets: Budgets::default(),
        })
    }

    /// Performs an act: decides it on the journal's newest state, appends its entry, and only then answers.
    ///
    /// # Errors
    /// [`StoreError`] when no answer can be given: nothing was disclosed.
    pub async fn perform(self: &Arc<Self>, target: Target, act: Act, ask: Ask) -> Result<Performed, StoreError> {
        let nowhere = |journal, identifier| Route { nowhere: Some(identifier), ..Route::to(journal, None) };
        let route = match target {
            // Whoever has an id of what is destroyed has an id of nothing.
            Target::Journal(journal) | Target::Thing { journal, .. } if self.is_destroyed(journal) => {
                nowhere(self.own_journal(&ask.requester).await?, Box::default())
            }
            Target::Journal(journal) => Route::to(journal, None),
            Target::Thing { journal, of } => Route { numbers: of, ..Route::to(journal, None) },
            Target::Operator => Route::to(self.journal_of(&Name::Operator).await?, None),
            Target::Own => Route::to(self.own_journal(&ask.requester).await?, None),
            Target::Nowhere(identifier) => nowhere(self.own_journal(&ask.requester).await?, identifier),
            Target::Dossier(ins) => match self.find_journal(&Name::Ins(&ins)).await? {
                Some(journal) => Route::to(journal, Some(ins)),
                None if makes_a_journal(&act) => Route::to(self.journal_of(&Name::Ins(&ins)).await?, Some(ins)),
                None => nowhere(self.own_journal(&ask.requester).await?, ins.to_text().into()),
            },
        };
        self.walk(act, ask, route).await
    }

    /// Reads the bytes of the document that a permit names, from `range.start` to `range.end`, chunk by chunk.
    ///
    /// # Errors
    /// [`StoreError`] when there is no such permit, or the range goes beyond the end.
    pub fn open(&self, permit: &Permit, range: Range<u64>) -> Result<BlobReader, StoreError> {
        let blob = permit.blob.as_ref().ok_or_else(|| StoreError::Engine("no permit".into()))?;
        self.counters.opened();
        let key = Secret::new(blob.key);
        let reader = BlobReader::new(Arc::clone(&self.blobs), BlobId(blob.id), &key, blob.length, range)?;
        Ok(reader.counting(Arc::clone(&self.counters)))
    }

    /// Whether a journal is destroyed: it answers as what never was.
    #[must_use]
    pub fn is_destroyed(&self, journal: u32) -> bool {
        self.destroyed.has(journal)
    }

    /// The keys of the journal that a permit lets be exported.
    ///
    /// # Errors
    /// [`StoreError`] when there is no such permit.
    pub fn keys_for_export(&self, permit: &Permit) -> Result<Arc<JournalKeys>, StoreError> {
        permit.export.clone().ok_or_else(|| StoreError::Engine("no permit".into()))
    }

    /// Begins a document that is being received: staged, named by no entry yet.
    ///
    /// # Errors
    /// [`StoreError`] when the cipher refuses the key.
    pub fn stage(&self, journal: u32) -> Result<Staging, StoreError> {
        let (mut id, mut key) = ([0; 16], [0; 32]);
        self.chance.fill(&mut id);
        self.chance.fill(&mut key);
        let staged_at = self.clock.now();
        let stage = Stage { id: BlobId(id), journal, staged_at: u64::try_from(staged_at.millis()).unwrap_or(0) };
        let writer = BlobWriter::new(Arc::clone(&self.blobs), stage, &Secret::new(key))?;
        Ok(Staging { id, key, staged_at, writer })
    }

    /// Throws away what was staged for an act that did not name it. What cannot be deleted now, the sweeper finds.
    pub async fn unstage(&self, ids: impl IntoIterator<Item = [u8; 16]>) {
        for id in ids {
            drop(self.blobs.delete(BlobId(id)).await);
        }
    }

    /// The policy in force.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The hour.
    #[must_use]
    pub fn now(&self) -> dmp_core::code::Instant {
        self.clock.now()
    }

    /// Fresh random bytes.
    pub fn draw(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
    }

    /// The counters.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The cache of folded journals.
    #[must_use]
    pub const fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The engine, for start-up checks and jobs.
    #[must_use]
    pub const fn engine(&self) -> &Arc<dyn Engine> {
        &self.engine
    }

    pub(crate) async fn load(&self, journal: u32) -> Result<Held, StoreError> {
        let keys = self.journal_keys(journal).await?;
        self.counters.loaded();
        Held::load(&self.library(), journal, keys).await
    }

    pub(crate) async fn journal_keys(&self, journal: u32) -> Result<Arc<JournalKeys>, StoreError> {
        let key = self.keys.get(journal).await?.ok_or_else(|| StoreError::Damaged("the journal has no key".into()))?;
        Ok(Arc::new(JournalKeys::new(&key)?))
    }

    pub(crate) fn note_news(&self) {
        self.news.notify_one();
    }

    /// Waits until something was appended that others should know of soon: a change, an emergency. Mere readings do not count.
    pub async fn news(&self) {
        self.news.notified().await;
    }

    /// The journal of a requester: what touches no dossier is written there.
    async fn own_journal(&self, requester: &Requester) -> Result<u32, StoreError> {
        self.journal_of(&Name::Requester(requester)).await
    }
}

/// Whether an act may be the first of a journal; any other finds nothing under a name that nobody has.
const fn makes_a_journal(act: &Act) -> bool {
    matches!(act, Act::OpenDossier(_) | Act::OpenOnline(_) | Act::ObjectOpening(_) | Act::RegisterInsured(_))
}

/// A document that is being received: its random id and key, and the way in.
#[derive(Debug)]
pub struct Staging {
    /// The id under which it is kept.
    pub id: [u8; 16],
    /// The key that opens it.
    pub key: [u8; 32],
    /// When it was begun. Who provides it must do so within 24 hours: the sweeper deletes what no entry names after 48.
    pub staged_at: dmp_core::code::Instant,
    /// Takes its bytes.
    pub writer: BlobWriter,
}
