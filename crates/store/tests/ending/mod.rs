//! A world in which dossiers end: what outlives a crash, and who asks meanwhile.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use dmp_core::access::Policy;
use dmp_core::act::*;
use dmp_core::code::{Code, Instant};
use dmp_core::document::Blob;
use dmp_core::dossier::{Dossier, JournalEntry};
use dmp_core::identity::*;
use dmp_seal::Secret;
use dmp_store::blobs::{BlobId, BlobReader, BlobSink, MemoryBlobs};
use dmp_store::destruction::SigningKey;
use dmp_store::engine::Engine;
use dmp_store::engine::chaos::{ChaosWorld, Weather};
use dmp_store::keys::{DestroyedJournals, KeyStore, RootKey};
use dmp_store::names::{NameHasher, NameValue};
use dmp_store::projector::{GENERATION, Projectors};
use dmp_store::public_id::PublicIds;
use dmp_store::{Ask, Chance, Clock, JournalKeys, Name, Parts, Store, Target, open_row};

use crate::given::{hospital, ins, open, operator, provide};

static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::built_in()));
/// By how many days an express deletion begins before its term.
pub const LEAD: u16 = 37;
pub const DAY: i64 = 24 * 3_600_000;
pub const YEAR: i64 = 366 * DAY;

#[derive(Debug, Clone)]
pub struct Hour(Arc<AtomicI64>);

impl Hour {
    pub fn pass(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::Relaxed);
    }
}

impl Clock for Hour {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

#[derive(Debug)]
struct Seeded(AtomicU64);

impl Chance for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            for (to, from) in chunk.iter_mut().zip((mixed ^ mixed >> 27).to_le_bytes()) {
                *to = from;
            }
        }
    }
}

/// What outlives the program.
pub struct Scene {
    pub seed: u64,
    pub world: ChaosWorld,
    pub keys: KeyStore,
    pub blobs: MemoryBlobs,
    pub destroyed: DestroyedJournals,
    pub clock: Hour,
    pub signer: SigningKey,
    pub cache_bytes: u64,
    chance: Arc<Seeded>,
    papers: AtomicU64,
}

impl Scene {
    pub fn new(seed: u64, weather: Weather) -> Self {
        Self {
            seed,
            world: ChaosWorld::new(seed ^ 0xde57, weather),
            keys: KeyStore::in_memory(),
            blobs: MemoryBlobs::default(),
            destroyed: DestroyedJournals::in_memory(),
            clock: Hour(Arc::new(AtomicI64::new(1_795_341_600_000))),
            signer: SigningKey::new(&Secret::new([5; 32])).unwrap(),
            cache_bytes: if seed.is_multiple_of(3) { 1 } else { 64 << 20 },
            chance: Arc::new(Seeded(AtomicU64::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)))),
            papers: AtomicU64::new(0),
        }
    }

    /// A life of the program.
    pub fn store(&self) -> Arc<Store> {
        Store::new(Parts {
            engine: Arc::new(self.world.engine()),
            keys: self.keys.clone(),
            destroyed: self.destroyed.clone(),
            blobs: Arc::new(self.blobs.clone()),
            names: NameHasher::new(&Secret::new([1; 32]), 1),
            public_ids: PublicIds::new(&Secret::new([2; 32])),
            clock: Arc::new(self.clock.clone()),
            chance: Arc::clone(&self.chance) as Arc<dyn Chance>,
            policy: Arc::clone(&POLICY),
            cache_bytes: self.cache_bytes,
        })
    }

    /// A life, and how many ended before it.
    pub fn life(&self) -> (Arc<Store>, u64) {
        (self.store(), self.world.crashes())
    }

    /// A dossier that its holder activated.
    pub async fn opened(&self, store: &Arc<Store>, number: u64) -> u32 {
        let opened = store.perform(Target::Dossier(ins(number)), open(number), operator()).await.unwrap();
        assert!(matches!(opened.answer, Answer::Done), "{:?}", opened.answer);
        self.by_holder(store, number, Act::ActivateDossier(ActivateDossier::default())).await;
        opened.places.journal()
    }

    /// What its holder does with it.
    pub async fn by_holder(&self, store: &Arc<Store>, number: u64, act: Act) {
        let done = store.perform(Target::Dossier(ins(number)), act, holder(number)).await.unwrap();
        assert!(matches!(done.answer, Answer::Done), "{:?}", done.answer);
    }

    /// One more document.
    pub async fn provide(&self, store: &Arc<Store>, number: u64) {
        let journal = store.find_journal(&Name::Ins(&ins(number))).await.unwrap().unwrap();
        let mut staging = store.stage(journal).unwrap();
        staging.writer.write(b"bytes").await.unwrap();
        let length = staging.writer.finish().await.unwrap();
        let sha256 = dmp_seal::sha256(&[b"bytes"]);
        let content = Blob { id: staging.id, key: staging.key, length, sha1: [0; 20], sha256 };
        let unique_id = format!("1.2.3.{}", self.papers.fetch_add(1, Ordering::Relaxed));
        let act = provide(&unique_id, None, content);
        let provided = store.perform(Target::Journal(journal), act, hospital()).await.unwrap();
        assert!(matches!(provided.answer, Answer::Provided(_)), "{:?}", provided.answer);
    }

    /// Everything is projected.
    pub async fn project(&self, store: &Arc<Store>) {
        self.clock.pass(60_000);
        Projectors::new(Arc::clone(store), GENERATION).round().await.unwrap();
    }

    /// What can be projected is; a crash may come first.
    pub async fn try_to_project(&self, store: &Arc<Store>) {
        self.clock.pass(60_000);
        drop(Projectors::new(Arc::clone(store), GENERATION).round().await);
    }

    /// The next epoch.
    pub async fn rotate(&self) {
        self.keys.rotate(&RootKey::new([0; 32]), &mut |_: &mut [u8]| (), &|_| ()).await.unwrap();
    }

    /// Others, while a destruction goes on: they read, they reopen, they open anew. What they are told is not looked at here.
    pub async fn meanwhile(&self, store: &Arc<Store>, dice: u64) {
        let number = 1 + dice % 4;
        let target = || Target::Dossier(ins(number));
        if self.seed % 4 == 2 && !dice.is_multiple_of(3) {
            let reopen = Act::ReopenDossier(ReopenDossier::default());
            drop(store.perform(Target::Dossier(ins(4)), reopen, holder(4)).await);
        }
        match dice % 11 {
            0 => drop(store.perform(target(), Act::ReadHistory(ReadHistory), holder(number)).await),
            1 | 2 => drop(store.perform(target(), Act::TestExistence(TestExistence), professional()).await),
            4 if number < 3 => drop(store.perform(target(), open(number), operator()).await),
            _ => {}
        }
    }

    /// The entries of a journal, opened.
    pub async fn entries(&self, journal: u32) -> Vec<JournalEntry> {
        let key = self.keys.get(journal).await.unwrap().unwrap();
        let keys = JournalKeys::new(&key).unwrap();
        let (mut entries, mut previous) = (Vec::new(), None);
        for (seq, row) in self.world.engine().rows(journal, 0, usize::MAX).await.unwrap() {
            let (entry, digest) = open_row(&keys, journal, seq, previous.as_ref(), &row).unwrap();
            previous = Some(digest);
            entries.push(entry);
        }
        entries
    }

    /// Nothing leads to the journal, nothing opens it, nothing was left of it but its sealed rows.
    pub async fn check_gone(&self, store: &Arc<Store>, journal: u32) {
        let (engine, seed) = (self.world.engine(), self.seed);
        assert!(self.keys.get(journal).await.unwrap().is_none(), "seed {seed}: a key");
        assert!(self.destroyed.has(journal) && store.is_destroyed(journal));
        let names = engine.names(None, usize::MAX).await.unwrap();
        let leads = |value| NameValue::from_bytes(value).is_some_and(|value| value.journal == journal);
        assert!(!names.iter().any(|(_, value)| leads(value)), "seed {seed}: a name leads there");
        let bytes = super::number(journal);
        for (key, range) in engine.derived(GENERATION, None, usize::MAX).await.unwrap() {
            // Timers and jobs begin with an hour; whatever view is new is looked at everywhere.
            let found = match key.first() {
                Some(3 | 5) => range.get(8..12) == Some(&bytes[..]),
                Some(1 | 2 | 4 | 6) => range.get(..4) == Some(&bytes[..]),
                _ => range.windows(4).any(|window| window == bytes),
            };
            assert!(!found, "seed {seed}: a derived row {key:?} {range:?}");
        }
        assert!(engine.load(journal, None).await.unwrap().snapshot.is_none());
        assert!(!engine.load(journal, None).await.unwrap().rows.is_empty(), "the sealed rows stay");
        assert!(!self.owns_blobs(journal), "seed {seed}: documents");
        assert!(store.cache().peek(journal).is_none(), "seed {seed}: in memory");
    }

    fn owns_blobs(&self, journal: u32) -> bool {
        self.blobs.owned_by(journal) > 0
    }

    /// It has everything that it had.
    pub async fn check_whole(&self, store: &Arc<Store>, journal: u32) {
        let mut dossier = Dossier::empty();
        for entry in self.entries(journal).await {
            dossier.evolve(&entry);
        }
        assert!(super::WHOLE.contains(&dossier.status) && dossier.destruction.is_none());
        assert_eq!(dossier.documents.len() as u64, 1 + self.seed % 3);
        let sink: Arc<dyn BlobSink> = Arc::new(self.blobs.clone());
        for document in &dossier.documents {
            let content = &document.entry.content;
            let key = Secret::new(content.key);
            let reader =
                BlobReader::new(Arc::clone(&sink), BlobId(content.id), &key, content.length, 0..content.length);
            assert_eq!(reader.unwrap().rest().await.unwrap().as_ref(), b"bytes");
        }
        let found = store.find_journal(&Name::Ins(dossier.names.first().unwrap())).await.unwrap();
        assert_eq!(found, Some(journal));
    }
}

pub fn holder(number: u64) -> Ask {
    Ask::of(Arc::new(Requester::Holder(HolderRequester { ins: ins(number), credential: [3; 32] })))
}

pub fn professional() -> Ask {
    Ask::of(Arc::new(Requester::Professional(Professional {
        id: ProfessionalId::parse("801234567897").unwrap(),
        family: Some("DURAND".into()),
        given: None,
        profession: Some(Code::new("1.2.250.1.71.1.2.7", "10")),
        specialties: vec![Code::new("1.2.250.1.71.4.2.5", "SM26")],
        structure: None,
        sector: Some("SA07".into()),
        means: Means::Direct,
        level: None,
        software: None,
        credential: [1; 32],
        regulation: false,
        secret: false,
        staff: false,
    })))
}
