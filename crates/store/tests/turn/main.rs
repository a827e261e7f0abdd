//! Turns, where the engine's answer is lost or the lead falls: what the caller hears, and what is in the journal.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod scripted;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, Ordering};

use dmp_core::access::Policy;
use dmp_core::act::{Act, Answer, PublishPolicy, TestExistence};
use dmp_core::code::Instant;
use dmp_core::identity::{Requester, SystemRequester};
use dmp_seal::Secret;
use dmp_store::blobs::MemoryBlobs;
use dmp_store::engine::chaos::{ChaosWorld, Weather};
use dmp_store::error::StoreError;
use dmp_store::keys::{DestroyedJournals, KeyStore};
use dmp_store::names::NameHasher;
use dmp_store::public_id::PublicIds;
use dmp_store::{Ask, Chance, Clock, Parts, Performed, Store, Target};

use scripted::{Fate, Scripted};

#[derive(Debug, Default)]
struct Hour {
    millis: AtomicI64,
    broken: AtomicBool,
}

impl Clock for Hour {
    fn now(&self) -> Instant {
        assert!(!self.broken.swap(false, Ordering::Relaxed), "the clock breaks");
        Instant::from_millis(self.millis.fetch_add(1, Ordering::Relaxed))
    }
}

#[derive(Debug, Default)]
struct Counting(AtomicU8);

impl Chance for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill_with(|| self.0.fetch_add(1, Ordering::Relaxed));
    }
}

struct Scene {
    world: ChaosWorld,
    engine: Arc<Scripted>,
    clock: Arc<Hour>,
    store: Arc<Store>,
}

impl Scene {
    fn new() -> Self {
        let world = ChaosWorld::new(1, Weather::CALM);
        let engine = Arc::new(Scripted::new(world.engine()));
        let clock = Arc::new(Hour::default());
        let store = Store::new(Parts {
            destroyed: DestroyedJournals::in_memory(),
            engine: Arc::clone(&engine) as _,
            keys: KeyStore::in_memory(),
            blobs: Arc::new(MemoryBlobs::default()),
            names: NameHasher::new(&Secret::new([1; 32]), 1),
            public_ids: PublicIds::new(&Secret::new([2; 32])),
            clock: Arc::clone(&clock) as _,
            chance: Arc::new(Counting::default()),
            policy: Arc::new(Policy::built_in()),
            cache_bytes: 1 << 20,
        });
        Self { world, engine, clock, store }
    }

    /// An act that needs no dossier.
    async fn act(&self) -> Result<Performed, StoreError> {
        self.store.perform(Target::Operator, Act::PublishPolicy(PublishPolicy), self.ask()).await
    }

    fn ask(&self) -> Ask {
        Ask::of(Arc::new(Requester::System(SystemRequester { job: "start".into() })))
    }

    async fn done(&self) {
        assert!(matches!(self.act().await, Ok(Performed { answer: Answer::Done, .. })));
    }

    fn entries(&self) -> usize {
        self.world.journals().iter().map(|(_, rows)| rows.len()).sum()
    }
}

#[tokio::test]
async fn an_append_that_is_not_tried_has_no_entry() {
    let scene = Scene::new();
    scene.engine.script(&[Fate::NotTried], 0);
    assert_eq!(scene.act().await.unwrap_err(), StoreError::Unavailable);
    assert_eq!(scene.entries(), 0);
    scene.done().await;
    assert_eq!(scene.entries(), 1);
}

/// The first sending is on its way; that the second was not tried says nothing of the first.
#[tokio::test]
async fn not_tried_after_a_lost_answer_is_not_known() {
    let scene = Scene::new();
    scene.engine.script(&[Fate::OnItsWay, Fate::NotTried, Fate::NotTried, Fate::NotTried, Fate::NotTried], 0);
    assert_eq!(scene.act().await.unwrap_err(), StoreError::NotKnown);
    assert_eq!(scene.entries(), 0);
    scene.engine.land().await;
    assert_eq!(scene.entries(), 1);
    scene.done().await;
    assert_eq!(scene.entries(), 2);
}

/// The append was carried out, its answer lost; the head has moved, to ourselves; and nobody says so.
#[tokio::test]
async fn a_moved_head_that_cannot_be_settled_is_not_known() {
    let scene = Scene::new();
    scene.engine.script(&[Fate::Lost], 100);
    assert_eq!(scene.act().await.unwrap_err(), StoreError::NotKnown);
    assert_eq!(scene.entries(), 1);
    scene.engine.script(&[], 0);
    scene.done().await;
    assert_eq!(scene.entries(), 2);
}

#[tokio::test]
async fn a_lost_answer_that_is_settled_at_last_is_an_answer() {
    for unsettled in 0..4 {
        let scene = Scene::new();
        scene.engine.script(&[Fate::Lost], unsettled);
        scene.done().await;
        assert_eq!(scene.entries(), 1, "{unsettled}");
    }
    let scene = Scene::new();
    scene.engine.script(&[Fate::OnItsWay], 0);
    scene.done().await;
    scene.engine.land().await;
    assert_eq!(scene.entries(), 1, "the same bytes twice are one entry");
}

#[tokio::test]
async fn a_lead_that_falls_takes_nobody_after_him_along() {
    let scene = Scene::new();
    scene.done().await;
    scene.clock.broken.store(true, Ordering::Relaxed);
    assert_eq!(scene.act().await.unwrap_err(), StoreError::NotKnown);
    scene.done().await;
    assert_eq!(scene.entries(), 2);
}

/// The sweeper may be about to delete what was staged long ago: nothing may name it any more.
#[tokio::test]
async fn what_was_staged_more_than_a_day_ago_is_refused() {
    const DAY: i64 = 24 * 3_600_000;
    let scene = Scene::new();
    scene.clock.millis.store(10 * DAY, Ordering::Relaxed);
    let staged = |ago: i64| Ask { staged_at: Some(Instant::from_millis(10 * DAY - ago)), ..scene.ask() };
    let publish = |ask| scene.store.perform(Target::Operator, Act::PublishPolicy(PublishPolicy), ask);
    assert_eq!(publish(staged(DAY + 1)).await.unwrap_err(), StoreError::StageTooOld);
    assert_eq!(scene.entries(), 0);
    assert!(publish(staged(DAY - 1_000)).await.is_ok());
    assert_eq!(scene.entries(), 1);
}

/// Sixty-four acts are taken at once: beyond that, who withdraws a right does not wait for those who only look.
#[tokio::test]
async fn under_overload_what_changes_a_right_goes_before_what_only_looks() {
    let scene = Scene::new();
    scene.done().await;
    let (order, mut arrivals) = tokio::sync::mpsc::unbounded_channel();
    let mut asking = Vec::new();
    for number in 0..200 {
        let (store, ask, order) = (Arc::clone(&scene.store), scene.ask(), order.clone());
        let act = if number < 199 { Act::TestExistence(TestExistence) } else { Act::PublishPolicy(PublishPolicy) };
        asking.push(tokio::spawn(async move {
            drop(store.perform(Target::Operator, act, ask).await);
            order.send(number).unwrap();
        }));
    }
    drop(order);
    let mut answered = Vec::new();
    while let Some(number) = arrivals.recv().await {
        answered.push(number);
    }
    let place = answered.iter().position(|number| *number == 199).unwrap();
    assert!(place < 64, "the last to come was answered as number {place}");
}
