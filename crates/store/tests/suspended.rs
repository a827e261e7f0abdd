//! A suspension by another process: two stores on one engine, each with what it has seen.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

#[path = "given/chance.rs"]
mod chance;
#[expect(dead_code, reason = "nobody provides a document here")]
mod given;

use std::sync::Arc;

use chance::Counting;
use dmp_core::access::Policy;
use dmp_core::act::{Act, PublishPolicy, SuspendRequester, TestExistence};
use dmp_core::code::Instant;
use dmp_core::dossier::{Rule, Subject};
use dmp_core::identity::StructureId;
use dmp_seal::Secret;
use dmp_store::blobs::MemoryBlobs;
use dmp_store::engine::Engine;
use dmp_store::engine::chaos::{ChaosWorld, Weather};
use dmp_store::engine::sqlite::SqliteEngine;
use dmp_store::keys::{DestroyedJournals, KeyStore};
use dmp_store::names::NameHasher;
use dmp_store::public_id::PublicIds;
use dmp_store::{Clock, Parts, Store, Target};

#[derive(Debug)]
struct Noon;

impl Clock for Noon {
    fn now(&self) -> Instant {
        Instant::from_millis(1_800_000_000_000)
    }
}

/// A process: its own engine and memory, the keys and the chance of the house.
fn process(engine: Arc<dyn Engine>, keys: &KeyStore, chance: &Arc<Counting>) -> Arc<Store> {
    Store::new(Parts {
        engine,
        keys: keys.clone(),
        destroyed: DestroyedJournals::in_memory(),
        blobs: Arc::new(MemoryBlobs::default()),
        names: NameHasher::new(&Secret::new([1; 32]), 1),
        public_ids: PublicIds::new(&Secret::new([2; 32])),
        clock: Arc::new(Noon),
        chance: Arc::clone(chance) as _,
        policy: Arc::new(Policy::built_in()),
        cache_bytes: 1 << 20,
    })
}

async fn suspend(store: &Arc<Store>, suspended: bool) {
    let subject = Subject::Structure(StructureId::parse("1750803447").unwrap());
    let act = Act::SuspendRequester(SuspendRequester { subject, suspended, motive: None });
    assert!(store.perform(Target::Operator, act, given::operator()).await.unwrap().rule.allows());
}

async fn rule(store: &Arc<Store>, number: u64) -> Rule {
    let target = Target::Dossier(given::ins(number));
    store.perform(target, Act::TestExistence(TestExistence), given::hospital()).await.unwrap().rule
}

async fn story(here: Arc<dyn Engine>, there: Arc<dyn Engine>) {
    let (keys, chance) = (KeyStore::in_memory(), Arc::default());
    let (here, there) = (process(here, &keys, &chance), process(there, &keys, &chance));
    for number in 1..4 {
        here.perform(Target::Dossier(given::ins(number)), given::open(number), given::operator()).await.unwrap();
    }
    for _ in 0..20 {
        assert!(rule(&there, 1).await.allows());
        suspend(&here, true).await;
        for number in 1..4 {
            assert_eq!(rule(&there, number).await, Rule::Suspended);
        }
        // Known to have no dossier, and asked all the same: he is suspended before he is told so.
        assert_eq!(rule(&there, 9).await, Rule::Suspended);
        suspend(&here, false).await;
        assert!(rule(&there, 2).await.allows());
    }
}

/// What moves the operator's journal and suspends nobody costs a look: what was decided stands, and no dossier is read again.
#[tokio::test]
async fn an_entry_about_others_costs_no_dossier() {
    let engine: Arc<dyn Engine> = Arc::new(ChaosWorld::new(1, Weather::CALM).engine());
    let (keys, chance) = (KeyStore::in_memory(), Arc::default());
    let store = process(engine, &keys, &chance);
    store.perform(Target::Dossier(given::ins(1)), given::open(1), given::operator()).await.unwrap();
    assert!(rule(&store, 1).await.allows());
    let before = store.counters().now().loads;
    for _ in 0..10 {
        let publish = Act::PublishPolicy(PublishPolicy);
        store.perform(Target::Operator, publish, given::operator()).await.unwrap();
        assert!(rule(&store, 1).await.allows());
    }
    assert!(store.counters().now().loads - before <= 1, "the operator's own journal, once");
}

#[tokio::test]
async fn is_as_fresh_as_a_block_on_the_embedded_engine() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Arc::new(SqliteEngine::open(&folder.path().join("engine.sqlite")).unwrap());
    story(open(), open()).await;
}

#[tokio::test]
async fn is_as_fresh_as_a_block_on_the_weakest_engine() {
    let world = ChaosWorld::new(1, Weather { yields: 4, stale: 200, ..Weather::CALM });
    story(Arc::new(world.engine()), Arc::new(world.engine())).await;
}
