//! The projectors on the embedded engine: at work beside the door, one process at a time, past what cannot be read.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

#[path = "given/chance.rs"]
mod chance;
mod given;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chance::Counting;
use dmp_core::access::Policy;
use dmp_core::act::*;
use dmp_core::code::{Day, Instant};
use dmp_core::document::{Blob, Criteria, Page};
use dmp_core::dossier::{Address, Change, Holder, Mandate, MandateScope};
use dmp_core::encoding::from_bytes;
use dmp_core::identity::{HolderRequester, InsurerFeed, Requester};
use dmp_seal::Secret;
use dmp_store::blobs::{BlobId, BlobSink, SqliteBlobs};
use dmp_store::engine::Engine;
use dmp_store::engine::sqlite::SqliteEngine;
use dmp_store::keys::{DestroyedJournals, KeyStore};
use dmp_store::names::NameHasher;
use dmp_store::projector::{self, CounterRow, GENERATION, Projectors, Queue, Round, Swept, View};
use dmp_store::public_id::PublicIds;
use dmp_store::{Ask, Clock, JournalKeys, Library, Name, Parts, Store, Target, open_row};
use given::{hospital, ins, open, operator, provide};
use tokio::sync::watch;

#[derive(Debug)]
struct Hour(AtomicI64);

impl Clock for Hour {
    fn now(&self) -> Instant {
        Instant::from_millis(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

struct Scene {
    clock: Arc<Hour>,
    engine: Arc<SqliteEngine>,
    blobs: Arc<SqliteBlobs>,
    keys: KeyStore,
    store: Arc<Store>,
}

impl Scene {
    fn new(folder: &Path) -> Self {
        let clock = Arc::new(Hour(AtomicI64::new(1_795_341_600_000)));
        let engine = Arc::new(SqliteEngine::open(&folder.join("engine.sqlite")).unwrap());
        let blobs = Arc::new(SqliteBlobs::open(&folder.join("blobs.sqlite")).unwrap());
        let keys = KeyStore::in_memory();
        let store = Store::new(Parts {
            destroyed: DestroyedJournals::in_memory(),
            engine: Arc::clone(&engine) as _,
            keys: keys.clone(),
            blobs: Arc::clone(&blobs) as _,
            names: NameHasher::new(&Secret::new([1; 32]), 1),
            public_ids: PublicIds::new(&Secret::new([2; 32])),
            clock: Arc::clone(&clock) as _,
            chance: Arc::new(Counting::default()),
            policy: Arc::new(Policy::built_in()),
            cache_bytes: 1 << 20,
        });
        Self { clock, engine, blobs, keys, store }
    }

    async fn open(&self, number: u64) -> u32 {
        let opened = self.store.perform(Target::Dossier(ins(number)), open(number), operator()).await.unwrap();
        assert!(matches!(opened.answer, Answer::Done));
        opened.places.journal()
    }

    async fn stage(&self, journal: u32) -> Blob {
        let mut staging = self.store.stage(journal).unwrap();
        staging.writer.write(b"bytes").await.unwrap();
        let length = staging.writer.finish().await.unwrap();
        Blob { id: staging.id, key: staging.key, length, sha1: [0; 20], sha256: dmp_seal::sha256(&[b"bytes"]) }
    }

    async fn provide(&self, number: u64, unique_id: &str) {
        let journal = self.store.find_journal(&Name::Ins(&ins(number))).await.unwrap().unwrap();
        let content = self.stage(journal).await;
        let act = provide(unique_id, Some("0D5F3F0A-4a1c-4b1e-9a52-1f0d2c3b4a59"), content);
        let provided = self.store.perform(Target::Journal(journal), act, hospital()).await.unwrap();
        assert!(matches!(provided.answer, Answer::Provided(_)));
    }

    async fn staged(&self) -> usize {
        self.blobs.staged(u64::MAX >> 1, 100).await.unwrap().len()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_work_beside_the_door_until_told_to_stop() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(projector::run(Arc::clone(&scene.store), stopped));
    let journal = scene.open(1).await;
    scene.provide(1, "1.2.3^A").await;
    assert_eq!(scene.store.hinted(&["9.9"]).await.unwrap(), Vec::<u32>::new());
    let ids = ["1.2.3^A", "urn:uuid:0d5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a59", "0d5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a59"];
    for id in ids {
        let mut tries = 0;
        while scene.store.hinted(&[id]).await.unwrap() != [journal] {
            tries += 1;
            assert!(tries < 500, "{id} is not hinted at");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    assert_eq!(scene.staged().await, 0, "what an entry names needs no stage");
    stop.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(scene.engine.dirty(0, 10).await.unwrap(), [], "nothing is left to do");
    let mut next = Projectors::new(Arc::clone(&scene.store), GENERATION);
    assert_eq!(next.round().await.unwrap(), Round::Idle, "the lease was given up");
}

#[tokio::test]
async fn one_process_projects_until_its_lease_ends() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let mut one = Projectors::new(Arc::clone(&scene.store), GENERATION);
    let mut two = Projectors::new(Arc::clone(&scene.store), GENERATION);
    assert_eq!(one.round().await.unwrap(), Round::Idle);
    scene.open(1).await;
    assert_eq!(two.round().await.unwrap(), Round::NotOurs);
    assert_eq!(scene.engine.dirty(0, 10).await.unwrap().len(), 2 - 1, "the journal of the dossier");
    assert_eq!(one.round().await.unwrap(), Round::Idle);
    scene.clock.0.fetch_add(16_000, Ordering::Relaxed);
    assert_eq!(two.round().await.unwrap(), Round::Idle);
    assert_eq!(one.round().await.unwrap(), Round::NotOurs);
    two.rest().await;
    assert_eq!(one.round().await.unwrap(), Round::Idle);
}

/// What an older version kept under another number is not looked at: everything is derived anew, marked or not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_generation_is_filled_from_every_journal() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let journal = scene.open(1).await;
    scene.provide(1, "1.2.3").await;
    let marks = scene.engine.dirty(0, 10).await.unwrap();
    scene.engine.clean(marks).await.unwrap();
    assert_eq!(Projectors::new(Arc::clone(&scene.store), GENERATION).round().await.unwrap(), Round::Idle);
    assert_eq!(scene.store.hinted(&["1.2.3"]).await.unwrap(), Vec::<u32>::new(), "no mark told of it");
    scene.clock.0.fetch_add(16_000, Ordering::Relaxed);
    let (_stop, stopped) = watch::channel(false);
    let running = tokio::spawn(projector::run(Arc::clone(&scene.store), stopped));
    let mut tries = 0;
    while scene.store.hinted(&["1.2.3"]).await.unwrap() != [journal] {
        tries += 1;
        assert!(tries < 500, "it is not filled");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    running.abort();
}

/// A new generation tells again of nothing that is long told; what waits because of a death, which may be an error, waits on.
#[tokio::test]
async fn a_new_generation_keeps_what_waits_because_of_a_death() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let mut journals = Vec::new();
    for number in [1, 2] {
        journals.push(scene.open(number).await);
        let holder = HolderRequester { ins: ins(number), credential: [3; 32] };
        let holder = Ask::of(Arc::new(Requester::Holder(holder)));
        let contact = Act::SetContact(SetContact { email: Some("a@example.org".into()) });
        for act in [Act::ActivateDossier(ActivateDossier::default()), contact] {
            drop(scene.store.perform(Target::Dossier(ins(number)), act, holder.clone()).await.unwrap());
        }
        scene.provide(number, "1.2.3").await;
    }
    let dies = Act::RecordDeath(RecordDeath { in_error: false });
    drop(scene.store.perform(Target::Dossier(ins(1)), dies, operator()).await.unwrap());
    scene.engine.clean(scene.engine.dirty(0, 100).await.unwrap()).await.unwrap();
    scene.clock.0.fetch_add(30 * 24 * 3_600_000, Ordering::Relaxed);
    Projectors::new(Arc::clone(&scene.store), GENERATION).work().await.unwrap();
    let jobs = scene.store.jobs(Queue::Notices, Instant::from_millis(i64::MAX >> 1), 10).await.unwrap();
    let told: Vec<_> = jobs.iter().map(|job| (job.journal, job.seq)).collect();
    assert!(told.contains(&(journals[0], 4)) && told.iter().all(|(journal, _)| *journal == journals[0]), "{told:?}");
}

#[tokio::test]
async fn a_journal_that_cannot_be_read_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let (lost, whole) = (scene.open(1).await, scene.open(2).await);
    scene.provide(1, "1.2.3").await;
    scene.provide(2, "1.2.3").await;
    scene.keys.destroy(lost).await.unwrap();
    scene.store.cache().forget(lost);
    let mut projectors = Projectors::new(Arc::clone(&scene.store), GENERATION);
    assert_eq!(projectors.round().await.unwrap(), Round::Idle);
    assert_eq!(scene.store.hinted(&["1.2.3"]).await.unwrap(), [whole]);
    assert_eq!(scene.store.counters().now().projector_faults, 1);
    let left = scene.engine.dirty(0, 10).await.unwrap();
    assert!(!left.is_empty() && left.iter().all(|mark| mark.head.journal == lost), "its marks stay");
}

#[tokio::test]
async fn the_sweeper_waits_two_days_and_asks_the_dossier() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let journal = scene.open(1).await;
    scene.provide(1, "1.2.3").await;
    scene.stage(journal).await;
    scene.stage(2_000_000).await;
    assert_eq!(scene.staged().await, 3);
    let projectors = Projectors::new(Arc::clone(&scene.store), GENERATION);
    scene.clock.0.fetch_add(47 * 3_600_000, Ordering::Relaxed);
    assert_eq!(projectors.sweep().await.unwrap(), Swept::default());
    scene.clock.0.fetch_add(2 * 3_600_000, Ordering::Relaxed);
    // One is named; one is not; one is of a journal that never was.
    assert_eq!(projectors.sweep().await.unwrap(), Swept { released: 1, deleted: 2 });
    assert_eq!(scene.staged().await, 0);
    assert_eq!(projectors.sweep().await.unwrap(), Swept::default());
}

/// Who moves is counted where he lives now, and nowhere else.
#[tokio::test]
async fn who_moves_is_counted_in_one_region() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    scene.open(1).await;
    let feed = InsurerFeed { id: "cnam".into(), name: None, credential: [3; 32] };
    let feed = Ask::of(Arc::new(Requester::InsurerFeed(feed)));
    let mut projectors = Projectors::new(Arc::clone(&scene.store), GENERATION);
    let counted = async |region: &str| {
        let key = View::Counters.key(format!("r{region}").as_bytes());
        scene.engine.list(GENERATION, key, bytes::Bytes::new(), None, 10).await.unwrap().rows.len()
    };
    projectors.round().await.unwrap();
    assert_eq!((counted("-").await, counted("84").await), (1, 0));
    for (region, left) in [("84", "-"), ("11", "84")] {
        let address = Address { region: Some(region.into()), ..Address::default() };
        let moves = Act::SetAddress(SetAddress { address });
        scene.store.perform(Target::Dossier(ins(1)), moves, feed.clone()).await.unwrap();
        projectors.round().await.unwrap();
        assert_eq!((counted(region).await, counted(left).await), (1, 0));
    }
}

/// The storage contract, section 1: what is erased is in no row, no file and no snapshot any more; the chain holds, and whoever folds the
/// journal anew comes to the same state.
#[tokio::test]
async fn what_is_erased_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let journal = scene.open(1).await;
    scene.provide(1, "1.2.3").await;
    let provided = scene.engine.rows(journal, 1, 9).await.unwrap();
    let holder = HolderRequester { ins: ins(1), credential: [3; 32] };
    let holder = Ask::of(Arc::new(Requester::Holder(holder)));
    let acts = [
        (Act::ActivateDossier(ActivateDossier::default()), holder.clone()),
        (Act::ClaimNotMine(ClaimNotMine { item: 2, open: true, text: None }), holder),
        (Act::EraseDocument(EraseDocument { item: 2 }), operator()),
    ];
    for (act, ask) in acts {
        let done = scene.store.perform(Target::Dossier(ins(1)), act, ask).await.unwrap();
        assert!(matches!(done.answer, Answer::Done), "{:?}", done.rule);
    }
    let library = || Library::new(&*scene.engine, &scene.keys);
    let before = library().fold(journal, 5).await.unwrap();
    assert!(before.0.documents.is_empty() && before.0.sets.is_empty());
    let key = scene.keys.get(journal).await.unwrap().unwrap();
    let keys = JournalKeys::new(&key).unwrap();
    let blob = |row: &[u8]| {
        let (entry, _) = open_row(&keys, journal, 2, Some(&dmp_seal::Digest([0; 32])), row).unwrap();
        entry.changes.into_iter().flatten().find_map(|change| match change {
            Change::DocumentAdded(added) => Some(BlobId(added.entry.content.id)),
            _ => None,
        })
    };
    let blob_id = blob(&provided[0].1).unwrap();
    assert!(scene.blobs.read(blob_id, 0).await.unwrap().is_some());
    for time in ["once", "again, as after a crash"] {
        scene.store.settle_erasures(journal).await.unwrap();
        assert_eq!(scene.blobs.read(blob_id, 0).await.unwrap(), None, "{time}");
        let row = scene.engine.rows(journal, 1, 1).await.unwrap().remove(0).1;
        assert!(row.len() < provided[0].1.len() && blob(&row).is_none(), "{time}");
        assert_eq!(library().fold(journal, 5).await.unwrap(), before, "{time}: the same state, the same digest");
    }
    assert!(scene.engine.load(journal, None).await.unwrap().snapshot.is_none());
    // The projectors do it by themselves, and count what is left.
    let mut projectors = Projectors::new(Arc::clone(&scene.store), GENERATION);
    projectors.round().await.unwrap();
    let key = View::Counters.key(b"r-");
    let counted = scene.engine.list(GENERATION, key, bytes::Bytes::new(), None, 10).await.unwrap();
    assert_eq!(from_bytes::<CounterRow>(&counted.rows[0].1).unwrap(), CounterRow { documents: 0, open: true });
}

/// A row that cannot be read holds up the erasure in its own journal, and nothing in anybody else's.
#[tokio::test]
async fn an_erasure_that_cannot_be_done_holds_up_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let journal = scene.open(1).await;
    scene.provide(1, "1.2.3").await;
    let holder = HolderRequester { ins: ins(1), credential: [3; 32] };
    let holder = Ask::of(Arc::new(Requester::Holder(holder)));
    let acts = [
        (Act::ActivateDossier(ActivateDossier::default()), holder.clone()),
        (Act::ClaimNotMine(ClaimNotMine { item: 2, open: true, text: None }), holder),
    ];
    for (act, ask) in acts {
        scene.store.perform(Target::Dossier(ins(1)), act, ask).await.unwrap();
    }
    let mut projectors = Projectors::new(Arc::clone(&scene.store), GENERATION);
    projectors.round().await.unwrap();
    let erase = Act::EraseDocument(EraseDocument { item: 2 });
    scene.store.perform(Target::Dossier(ins(1)), erase, operator()).await.unwrap();
    let row = scene.engine.rows(journal, 0, 1).await.unwrap().remove(0).1;
    let mut damaged = row.to_vec();
    *damaged.last_mut().unwrap() ^= 1;
    scene.engine.rewrite(journal, 1, damaged.into()).await.unwrap();
    let other = scene.open(2).await;
    projectors.round().await.unwrap();
    let reached = scene.engine.projected(GENERATION, vec![journal, other]).await.unwrap();
    assert_eq!(reached, [4, 1], "the erasure is still to be done");
    scene.engine.rewrite(journal, 1, row).await.unwrap();
    projectors.round().await.unwrap();
    assert_eq!(scene.engine.projected(GENERATION, vec![journal]).await.unwrap(), [5], "done once the row is back");
}

/// A reading of which nobody is told is passed over, unread; and nobody who gives an address later is told of it.
#[tokio::test]
async fn what_nothing_is_derived_from_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    let journal = scene.open(1).await;
    let holder = HolderRequester { ins: ins(1), credential: [3; 32] };
    let holder = Ask::of(Arc::new(Requester::Holder(holder)));
    let page = Page { limit: 10, ..Page::FIRST };
    let find = || Act::FindDocuments(FindDocuments { criteria: Criteria::default(), page, resolved: Vec::new() });
    let perform = async |act: Act, ask: Ask| {
        drop(scene.store.perform(Target::Dossier(ins(1)), act, ask).await.unwrap());
    };
    let told = async || {
        let jobs = scene.store.jobs(Queue::Notices, Instant::from_millis(i64::MAX >> 1), 10).await.unwrap();
        jobs.iter().map(|job| job.seq).collect::<Vec<_>>()
    };
    let mut projectors = Projectors::new(Arc::clone(&scene.store), GENERATION);
    perform(Act::ActivateDossier(ActivateDossier::default()), holder.clone()).await;
    projectors.round().await.unwrap();
    perform(find(), hospital()).await;
    perform(find(), holder.clone()).await;
    let quiet: Vec<_> = scene.engine.dirty(0, 10).await.unwrap().iter().map(|mark| mark.quiet_after).collect();
    assert_eq!(quiet, [Some(2), Some(3)], "a refusal that nobody can be told of, and the holder's own reading");
    assert_eq!(projectors.round().await.unwrap(), Round::Idle);
    assert_eq!(scene.engine.projected(GENERATION, vec![journal]).await.unwrap(), [4]);
    assert_eq!(scene.engine.dirty(0, 10).await.unwrap(), []);
    perform(Act::SetContact(SetContact { email: Some("a@example.org".into()) }), holder).await;
    perform(find(), hospital()).await;
    let quiet: Vec<_> = scene.engine.dirty(0, 10).await.unwrap().iter().map(|mark| mark.quiet_after).collect();
    assert_eq!(quiet, [None, None]);
    projectors.round().await.unwrap();
    assert_eq!(told().await, [6], "the refusal from then on, and not the one before");
}

/// Dossiers that join or part have what is there derived anew, and nothing told that was: of what came right before a merge of a number without
/// a dossier nobody else tells, so it is told all the same, once.
#[tokio::test]
async fn what_came_right_before_a_merge_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let scene = Scene::new(folder.path());
    scene.open(1).await;
    let Act::OpenDossier(opened) = open(2) else { panic!("an opening") };
    let holder = Holder { email: Some("a@example.org".into()), ..opened.holder };
    let register = Act::RegisterInsured(Box::new(RegisterInsured { ins: ins(2), holder }));
    let journal = scene.store.perform(Target::Dossier(ins(2)), register, operator()).await.unwrap().places.journal();
    let mut projectors = Projectors::new(Arc::clone(&scene.store), GENERATION);
    let told = async || {
        let jobs = scene.store.jobs(Queue::Notices, Instant::from_millis(i64::MAX >> 1), 10).await.unwrap();
        let seqs: Vec<u32> = jobs.iter().filter(|job| job.journal == journal).map(|job| job.seq).collect();
        scene.store.forget_jobs(Queue::Notices, jobs).await.unwrap();
        seqs
    };
    let guardian = |person: &str| {
        let (scope, start) = (MandateScope::Full, Day::new(2020, 1, 1).unwrap());
        let mandate = Mandate { name: None, scope, start, end: None, guardian: true, relationship: None };
        Act::RecordMandate(Box::new(RecordMandate { person: person.into(), mandate }))
    };
    let perform = async |act: Act| drop(scene.store.perform(Target::Dossier(ins(2)), act, operator()).await.unwrap());
    perform(guardian("a")).await;
    projectors.round().await.unwrap();
    let before = told().await;
    assert!(!before.is_empty(), "a guardian whom the operator recorded");
    perform(guardian("b")).await;
    scene.store.merge(ins(2), ins(1), operator()).await.unwrap();
    projectors.round().await.unwrap();
    let last = before.last().unwrap() + 1;
    assert_eq!(told().await, [last], "and what froze it is told by the survivor");
    scene.store.separate(ins(2), operator()).await.unwrap();
    projectors.round().await.unwrap();
    assert_eq!(told().await, [last + 2], "that it stands by itself again");
}
