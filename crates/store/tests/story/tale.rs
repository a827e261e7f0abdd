//! Tells one story: processes on one world, people who ask at once, weather, crashes, time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, LazyLock};

use dmp_core::access::Policy;
use dmp_core::act::{Answer, NewDocument};
use dmp_core::document::{Blob, Item};
use dmp_core::dossier::AccessMode;
use dmp_seal::Secret;
use dmp_store::blobs::MemoryBlobs;
use dmp_store::engine::chaos::{ChaosWorld, Weather};
use dmp_store::error::StoreError;
use dmp_store::keys::{DestroyedJournals, KeyStore};
use dmp_store::names::NameHasher;
use dmp_store::projector::{GENERATION, Projectors};
use dmp_store::public_id::PublicIds;
use dmp_store::{Ask, Name, Parts, Performed, Store, Target};

use crate::cast::{self, Paper, Person};
use crate::deed::{Deed, Issue, Known, Told, act, next};
use crate::dice::{Dice, SeededChance, StoryClock};

pub static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| Arc::new(Policy::built_in()));

/// What came of an issue: an answer, none, or the caller went away.
pub type Outcome = Option<Result<Told, StoreError>>;

/// A story that was told.
pub struct Tale {
    pub world: ChaosWorld,
    pub keys: KeyStore,
    pub blobs: MemoryBlobs,
    pub clock: StoryClock,
    pub people: Vec<Person>,
    pub dossiers: usize,
    pub issues: BTreeMap<usize, (Issue, Outcome)>,
    chance: Arc<SeededChance>,
    cache_bytes: u64,
}

impl Tale {
    pub fn new(seed: u64, dice: &mut Dice) -> Self {
        let weather = *dice.pick(&[Weather::CALM, Weather::STORM, Weather::STORM, Weather::DEADLY, Weather::DEADLY]);
        let dossiers = 2 + dice.below(3);
        Self {
            world: ChaosWorld::new(seed ^ 0x5eed, weather),
            keys: KeyStore::in_memory(),
            blobs: MemoryBlobs::default(),
            clock: StoryClock { millis: Arc::new(AtomicI64::new(1_795_341_600_000)), off: 0 },
            people: cast::people(dossiers),
            dossiers,
            issues: BTreeMap::new(),
            chance: Arc::new(SeededChance(AtomicU64::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d)))),
            cache_bytes: if dice.percent(25) { 1 } else { 64 << 20 },
        }
    }

    /// A process that starts: a store on the world, its clock a little off.
    pub fn store(&self, off: i64) -> Arc<Store> {
        Store::new(Parts {
            destroyed: DestroyedJournals::in_memory(),
            engine: Arc::new(self.world.engine()),
            keys: self.keys.clone(),
            blobs: Arc::new(self.blobs.clone()),
            names: NameHasher::new(&Secret::new([1; 32]), 1),
            public_ids: PublicIds::new(&Secret::new([2; 32])),
            clock: Arc::new(StoryClock { off, ..self.clock.clone() }),
            chance: Arc::clone(&self.chance) as Arc<dyn dmp_store::Chance>,
            policy: Arc::clone(&POLICY),
            cache_bytes: self.cache_bytes,
        })
    }

    /// The items that answers told of, by dossier.
    fn known(&self) -> Vec<Known> {
        let mut known = vec![Known::default(); self.dossiers];
        for (issue, outcome) in self.issues.values() {
            let items = |all: &[(Item, bool)]| all.iter().map(|(item, _)| *item).collect::<Vec<_>>();
            let known = &mut known[issue.dossier];
            match outcome {
                Some(Ok(Told::Provided(all))) => known.documents.extend(items(all)),
                Some(Ok(Told::Authorizations(all))) => known.rights.extend(items(all)),
                _ => {}
            }
        }
        known
    }
}

/// Tells the story of a seed to its end.
pub async fn tell(seed: u64) -> Tale {
    let mut dice = Dice(seed);
    let mut tale = Tale::new(seed, &mut dice);
    let offs = if dice.percent(35) { vec![0, dice.below(4_000) as i64 - 2_000] } else { vec![0] };
    let heavy = dice.percent(25);
    let length = 20 + dice.below(41);
    let mut processes = start(&tale, &offs);
    let (mut number, mut behind) = (0, 0);
    while number < length {
        let together = 1 + dice.below(8);
        let known = tale.known();
        let mut asked = Vec::new();
        for _ in 0..together {
            let issue = if number < tale.dossiers && dice.percent(85) {
                let who = *dice.pick(&[cast::INSURER, cast::OPERATOR]);
                Issue { number, dossier: number, who, deed: Deed::Open, emergency: None }
            } else if (tale.dossiers..2 * tale.dossiers).contains(&number) && dice.percent(90) {
                let dossier = number - tale.dossiers;
                let who = cast::FIRST_HOLDER + dossier;
                Issue { number, dossier, who, deed: Deed::Activate, emergency: None }
            } else {
                next(&mut dice, &tale.people, &known, heavy, number)
            };
            number += 1;
            let (person, wanted) = (tale.people[issue.who].clone(), issue.clone());
            asked.push((issue, move |store| perform(store, person, wanted)));
        }
        let odds = Odds { away: 3, projects: 25, crash: 4 };
        for (issue, outcome) in at_once(&tale, &mut dice, &mut processes, &odds, asked).await.unwrap() {
            tale.issues.insert(issue.number, (issue, outcome));
        }
        // The next life begins where the last one ended.
        if tale.world.crashes() != processes[0].2 {
            processes = start(&tale, &offs);
        }
        behind = let_time_pass(&tale.clock, &mut dice, behind);
    }
    tale
}

/// Mostly little; sometimes more than a year; sometimes the clock is set back, and soon put right: by how much is said.
fn let_time_pass(clock: &StoryClock, dice: &mut Dice, behind: i64) -> i64 {
    clock.pass(behind);
    match dice.below(40) {
        0 => clock.pass(400 * 24 * 3_600_000),
        1 => {
            clock.pass(-20_000);
            return 20_000;
        }
        _ => clock.pass(dice.below(3_000) as i64),
    }
    0
}

/// A process: its store, its projectors, the life in which it began.
pub type Process = (Arc<Store>, Option<Projectors>, u64);

pub fn start(tale: &Tale, offs: &[i64]) -> Vec<Process> {
    let process = |off: &i64| {
        let store = tale.store(*off);
        (Arc::clone(&store), Some(Projectors::new(store, GENERATION)), tale.world.crashes())
    };
    offs.iter().map(process).collect()
}

/// In how many of a hundred cases what happens.
pub struct Odds {
    /// Somebody goes away before he is answered.
    pub away: usize,
    /// A projector works beside them.
    pub projects: usize,
    /// Somebody pulls the plug.
    pub crash: usize,
}

/// Some ask at once, each one of the processes; what came of each, in their order.
///
/// # Errors
/// Who panicked.
pub async fn at_once<D, T, F>(
    tale: &Tale,
    dice: &mut Dice,
    processes: &mut [Process],
    odds: &Odds,
    asked: Vec<(D, impl FnOnce(Arc<Store>) -> F)>,
) -> Result<Vec<(D, Option<Result<T, StoreError>>)>, String>
where
    D: std::fmt::Debug,
    T: Send + 'static,
    F: Future<Output = Result<T, StoreError>> + Send + 'static,
{
    let (mut waiting, mut projecting) = (Vec::new(), Vec::new());
    for (deed, perform) in asked {
        let task = tokio::spawn(perform(Arc::clone(&processes[dice.below(processes.len())].0)));
        if dice.percent(odds.away) {
            for _ in 0..dice.below(30) {
                tokio::task::yield_now().await;
            }
            task.abort();
        }
        waiting.push((deed, task));
        let process = dice.below(processes.len());
        if dice.percent(odds.projects)
            && let Some(mut projectors) = processes[process].1.take()
        {
            let round = tokio::spawn(async move {
                // What fails is done again in a later round.
                drop(projectors.round().await);
                projectors
            });
            projecting.push((process, round));
        }
    }
    if dice.percent(odds.crash) {
        for _ in 0..dice.below(80) {
            tokio::task::yield_now().await;
        }
        tale.world.crash();
    }
    let mut came = Vec::new();
    for (deed, task) in waiting {
        let outcome = match task.await {
            Ok(outcome) => Some(outcome),
            Err(error) if error.is_panic() => return Err(format!("{deed:?} panicked")),
            Err(_) => None,
        };
        came.push((deed, outcome));
    }
    for (process, round) in projecting {
        processes[process].1 = Some(round.await.unwrap());
    }
    Ok(came)
}

/// What callers who went away had asked for comes to its end, in calm weather, and every lease with it.
pub async fn come_to_rest(tale: &Tale) {
    tale.world.set_weather(Weather::CALM);
    for _ in 0..5_000 {
        tokio::task::yield_now().await;
    }
    tale.world.arrive();
    tale.clock.pass(3_600_000);
}

/// One request, as a protocol makes it: the documents staged, the act, the bytes read.
async fn perform(store: Arc<Store>, person: Person, issue: Issue) -> Result<Told, StoreError> {
    let ins = cast::ins(issue.dossier);
    let staged_at = Some(store.now());
    let mut target = Target::Dossier(ins.clone());
    let mut papers = Vec::new();
    if let Deed::Provide(sent) = &issue.deed {
        match store.find_journal(&Name::Ins(&ins)).await? {
            Some(journal) => {
                for paper in sent {
                    papers.push(stage(&store, journal, paper).await?);
                }
                target = Target::Journal(journal);
            }
            // Without a dossier there is nowhere to stage; and none may be opened meanwhile for what was not staged.
            None => {
                papers = sent.iter().map(|paper| paper.document(blob(paper, [0; 16], [0; 32]))).collect();
                target = Target::Nowhere(ins.to_text().into());
            }
        }
    }
    let mode = if issue.emergency.is_some() { AccessMode::BrisDeGlace } else { AccessMode::Normal };
    let motive = (issue.emergency == Some(true)).then(|| "Inconscient".into());
    let ask = Ask { mode, motive, correlation: Some(issue.correlation()), staged_at, ..Ask::of(person.requester) };
    let performed = store.perform(target, act(&issue, papers), ask).await?;
    tell_back(&store, performed).await
}

fn blob(paper: &Paper, id: [u8; 16], key: [u8; 32]) -> Blob {
    Blob { id, key, length: paper.bytes().len() as u64, sha1: [0; 20], sha256: paper.sha256() }
}

pub async fn stage(store: &Store, journal: u32, paper: &Paper) -> Result<NewDocument, StoreError> {
    let mut staging = store.stage(journal)?;
    staging.writer.write(&paper.bytes()).await?;
    staging.writer.finish().await?;
    Ok(paper.document(blob(paper, staging.id, staging.key)))
}

async fn tell_back(store: &Store, performed: Performed) -> Result<Told, StoreError> {
    Ok(match &performed.answer {
        Answer::Done => Told::Done,
        Answer::Refused(rule) => Told::Refused(*rule),
        Answer::Faulty(fault) => Told::Faulty(fault.rule),
        Answer::NotFound => Told::NotFound,
        Answer::Existence(existence) => Told::Existence(existence.status, existence.authorization),
        Answer::Provided(provided) => {
            Told::Provided(provided.documents.iter().map(|one| (one.item, one.already)).collect())
        }
        Answer::Documents(found) => {
            assert_eq!(found.total, found.documents.len(), "one page holds all");
            Told::Documents(found.documents.iter().map(|one| one.item).collect())
        }
        Answer::Content(view) => {
            let length = view.entry.content.length;
            let bytes = store.open(&performed.permit, 0..length)?.rest().await?;
            Told::Content(view.item, dmp_seal::sha256(&[&bytes]))
        }
        answer @ (Answer::Authorizations(_) | Answer::Rights(_)) => {
            let views = answer.authorizations().unwrap_or_default();
            let mut listed: Vec<_> = views.iter().map(|view| (view.item, view.active)).collect();
            listed.sort_unstable();
            Told::Authorizations(listed)
        }
        // The engine may fail while the history is read: the act was answered all the same.
        Answer::History(_) => {
            let read = store.history(&performed.permit).await.ok();
            Told::History(read.map(|(dossier, entries)| {
                assert_eq!(
                    entries.last().map(|(_, entry)| entry.seq),
                    Some(dossier.seq),
                    "the history ends with its own reading"
                );
                entries.len() as u32
            }))
        }
        other => panic!("no deed is answered so: {other:?}"),
    })
}
