//! A third story: documents that are not the holder's are claimed and erased while others come, are replaced and read, in all weathers and
//! across crashes. In the end nothing is left of what was erased, in no row, no file and no snapshot; and everything else is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dmp_core::act::{Act, Answer, ClaimNotMine, EraseDocument, FindDocuments, RetrieveDocument};
use dmp_core::document::{Criteria, Item, Page};
use dmp_core::dossier::{Change, Dossier, Rule};
use dmp_seal::sha256;
use dmp_store::blobs::{BlobId, BlobSink};
use dmp_store::engine::chaos::Weather;
use dmp_store::error::StoreError;
use dmp_store::projector::{GENERATION, Projectors, Round};
use dmp_store::{Ask, JournalKeys, Library, Name, Store, Target, open_row};

use crate::cast::{self, Paper, Type};
use crate::dice::Dice;
use crate::merges::open;
use crate::tale::{Odds, Process, Tale, at_once, come_to_rest, stage, start};

/// One thing that is asked.
#[derive(Debug, Clone)]
enum Deed {
    /// A document comes, instead of that one.
    Provide(usize, Option<usize>),
    /// The holder says that it is not his.
    Claim(Item),
    /// The operator erases it.
    Erase(Item),
    /// The holder looks for his documents.
    Find,
    /// He reads one.
    Read(Item),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Done,
    /// Refused by a rule; without one there is no such thing.
    Refused(Option<Rule>),
    /// The document, and where its bytes were staged.
    Provided(Item, BlobId),
    /// What was found, every version.
    Found(BTreeSet<Item>),
    /// The SHA-256 of the bytes that came.
    Content([u8; 32]),
}

type Outcome = Option<Result<Told, StoreError>>;

fn paper(number: usize, replaces: Option<usize>) -> Paper {
    let id = |number: usize| format!("1.2.5.{number}").into();
    Paper {
        unique_id: id(number),
        variant: 0,
        kind: Type::Letter,
        masked: false,
        withheld: false,
        replaces: replaces.map(id),
        entry_uuid: None,
        other_name: number.is_multiple_of(5),
        // Now and then a journal has a snapshot.
        comments: if number.is_multiple_of(3) { 40_000 } else { 0 },
    }
}

fn find() -> Act {
    let page = Page { limit: 500, ..Page::FIRST };
    Act::FindDocuments(FindDocuments { criteria: Criteria::default(), page, resolved: Vec::new() })
}

async fn perform(store: Arc<Store>, dossier: usize, deed: Deed, number: usize) -> Result<Told, StoreError> {
    let people = cast::people(dossier + 1);
    let ask = |who: usize| Ask {
        correlation: Some(format!("request-{number}").into()),
        staged_at: Some(store.now()),
        ..Ask::of(Arc::clone(&people[who].requester))
    };
    let holder = cast::FIRST_HOLDER + dossier;
    let mut staged = None;
    let (act, who) = match deed {
        Deed::Provide(number, replaces) => {
            let journal = store.find_journal(&Name::Ins(&cast::ins(dossier))).await?.unwrap();
            let new = stage(&store, journal, &paper(number, replaces)).await?;
            staged = Some(BlobId(new.entry.content.id));
            (cast::provide(vec![new]), 0)
        }
        Deed::Claim(item) => (Act::ClaimNotMine(ClaimNotMine { item, open: true, text: None }), holder),
        Deed::Erase(item) => (Act::EraseDocument(EraseDocument { item }), cast::OPERATOR),
        Deed::Find => (find(), holder),
        Deed::Read(item) => (Act::RetrieveDocument(RetrieveDocument { item }), holder),
    };
    let performed = store.perform(Target::Dossier(cast::ins(dossier)), act, ask(who)).await?;
    Ok(match &performed.answer {
        Answer::Provided(provided) => Told::Provided(provided.documents.first().unwrap().item, staged.unwrap()),
        Answer::Documents(found) => Told::Found(found.documents.iter().map(|one| one.item).collect()),
        Answer::Content(view) => {
            let bytes = store.open(&performed.permit, 0..view.entry.content.length)?.rest().await?;
            Told::Content(sha256(&[&bytes]))
        }
        Answer::Done => Told::Done,
        Answer::Refused(rule) => Told::Refused(Some(*rule)),
        Answer::Faulty(fault) => Told::Refused(Some(fault.rule)),
        Answer::NotFound => Told::Refused(None),
        other => panic!("no deed is answered so: {other:?}"),
    })
}

struct Story {
    tale: Tale,
    issues: BTreeMap<usize, (usize, Deed, Outcome)>,
}

impl Story {
    /// The documents that answers told of, by dossier.
    fn known(&self, dossier: usize) -> Vec<Item> {
        let told = self.issues.values().filter(|(of, _, _)| *of == dossier);
        told.filter_map(|(_, _, outcome)| match outcome {
            Some(Ok(Told::Provided(item, _))) => Some(*item),
            _ => None,
        })
        .collect()
    }

    fn next(&self, dice: &mut Dice) -> (usize, Deed) {
        let dossier = dice.below(self.tale.dossiers);
        let known = self.known(dossier);
        let item = |dice: &mut Dice| if known.is_empty() { 2 } else { *dice.pick(&known) };
        let deed = match dice.below(100) {
            0..40 => Deed::Provide(dice.below(12), dice.percent(30).then(|| dice.below(12))),
            40..58 => Deed::Claim(item(dice)),
            58..76 => Deed::Erase(item(dice)),
            76..86 => Deed::Find,
            _ => Deed::Read(item(dice)),
        };
        (dossier, deed)
    }
}

/// Tells a story of erasures and checks it.
pub async fn tell(seed: u64) -> Result<usize, String> {
    let mut dice = Dice(seed ^ 0xe7a5e);
    let tale = Tale::new(seed, &mut dice);
    let weather = *dice.pick(&[Weather::CALM, Weather::STORM, Weather::DEADLY, Weather::DEADLY]);
    tale.world.set_weather(Weather::CALM);
    let store = tale.store(0);
    for dossier in 0..tale.dossiers {
        open(&store, dossier).await;
    }
    tale.world.set_weather(weather);
    let offs = if dice.percent(40) { vec![0, 0] } else { vec![0] };
    let mut processes = start(&tale, &offs);
    let mut story = Story { tale, issues: BTreeMap::new() };
    let length = 15 + dice.below(40);
    while story.issues.len() < length {
        round(&mut story, &mut dice, &mut processes).await?;
        if story.tale.world.crashes() != processes[0].2 {
            processes = start(&story.tale, &offs);
        }
        story.tale.clock.pass(dice.below(3_000) as i64);
    }
    check(&story).await.map(|()| story.issues.len())
}

async fn round(story: &mut Story, dice: &mut Dice, processes: &mut [Process]) -> Result<(), String> {
    let numbers = (story.issues.len()..).take(1 + dice.below(5));
    let deeds: Vec<_> = numbers.map(|number| (number, story.next(dice))).collect();
    let asks = |(number, (dossier, deed)): (usize, (usize, Deed))| {
        let asked = deed.clone();
        ((number, dossier, deed), move |store| perform(store, dossier, asked, number))
    };
    let odds = Odds { away: 4, projects: 35, crash: 8 };
    let asked = deeds.into_iter().map(asks).collect();
    for ((number, dossier, deed), outcome) in at_once(&story.tale, dice, processes, &odds, asked).await? {
        story.issues.insert(number, (dossier, deed, outcome));
    }
    Ok(())
}

/// A journal as it is in the end.
struct Ended {
    dossier: Dossier,
    /// The documents that its rows still hold, and their bytes.
    held: BTreeMap<Item, BlobId>,
    erased: BTreeSet<Item>,
    asked: BTreeMap<usize, usize>,
}

async fn check(story: &Story) -> Result<(), String> {
    let tale = &story.tale;
    come_to_rest(tale).await;
    let store = tale.store(0);
    let fault = |error: StoreError| error.to_string();
    let mut projectors = Projectors::new(Arc::clone(&store), GENERATION);
    while projectors.round().await.map_err(fault)? != Round::Idle {}
    tale.clock.pass(49 * 3_600_000);
    projectors.sweep().await.map_err(fault)?;
    let mut named = BTreeSet::new();
    for dossier in 0..tale.dossiers {
        let journal = store.find_journal(&Name::Ins(&cast::ins(dossier))).await.map_err(fault)?.ok_or("no journal")?;
        let ended = opened(tale, journal).await.map_err(|error| format!("journal {journal}: {error}"))?;
        named.extend(ended.held.values().copied());
        nothing_is_left(&ended)?;
        each_answer_was_kept(story, dossier, &ended)?;
        it_answers_so(story, &store, dossier, &ended).await?;
    }
    // And no file holds bytes that nobody names.
    let kept: BTreeSet<_> = tale.blobs.ids().into_iter().collect();
    (kept == named).then_some(()).ok_or_else(|| format!("bytes are kept {kept:?}, and named {named:?}"))
}

/// A journal, its chain followed row by row, its fold that of its snapshot.
async fn opened(tale: &Tale, journal: u32) -> Result<Ended, String> {
    let engine = tale.world.engine();
    let library = Library::new(&engine, &tale.keys);
    let key = tale.keys.get(journal).await.ok().flatten().ok_or("no key")?;
    let keys = JournalKeys::new(&key).map_err(|error| error.to_string())?;
    let (mut held, mut erased, mut asked) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
    let (mut previous, mut last) = (None, 0);
    let rows = tale.world.journals().into_iter().find(|(number, _)| *number == journal).ok_or("no rows")?.1;
    for (seq, row) in (1..).zip(&rows) {
        let (entry, digest) =
            open_row(&keys, journal, seq, previous.as_ref(), row).map_err(|error| error.to_string())?;
        (previous, last) = (Some(digest), seq);
        let number = entry.facts.correlation.as_deref().and_then(|text| text.strip_prefix("request-"));
        if let Some(number) = number.and_then(|number| number.parse().ok()) {
            *asked.entry(number).or_default() += 1;
        }
        for change in entry.changes.iter().flatten() {
            match change {
                Change::DocumentAdded(added) => drop(held.insert(added.item, BlobId(added.entry.content.id))),
                Change::DocumentErased(gone) => drop(erased.insert(gone.item)),
                _ => {}
            }
        }
    }
    let (dossier, _) = library.fold(journal, last).await.map_err(|error| error.to_string())?;
    crate::check::same_as_the_snapshot(tale, &key, journal, &library).await?;
    Ok(Ended { dossier: Arc::unwrap_or_clone(dossier), held, erased, asked })
}

/// What is erased is in no row and not in the state; what is not is in both.
fn nothing_is_left(ended: &Ended) -> Result<(), String> {
    let of_state: BTreeSet<_> = ended.dossier.documents.iter().map(|one| one.item).collect();
    let of_rows: BTreeSet<_> = ended.held.keys().copied().collect();
    if of_state != of_rows || !of_rows.is_disjoint(&ended.erased) {
        return Err(format!("erased {:?}, in rows {of_rows:?}, in the state {of_state:?}", ended.erased));
    }
    Ok(())
}

/// What was acknowledged is so: one entry each, every document there or erased, every document erased whose erasure was.
fn each_answer_was_kept(story: &Story, dossier: usize, ended: &Ended) -> Result<(), String> {
    for (number, (_, deed, outcome)) in story.issues.iter().filter(|(_, (of, _, _))| *of == dossier) {
        let count = ended.asked.get(number).copied().unwrap_or(0);
        let right = match (deed, outcome) {
            (Deed::Erase(item), Some(Ok(Told::Done))) => count == 1 && ended.erased.contains(item),
            (_, Some(Ok(Told::Provided(item, _)))) => {
                count == 1 && ended.held.contains_key(item) != ended.erased.contains(item)
            }
            (_, Some(Ok(_))) => count == 1,
            (_, None | Some(Err(StoreError::NotKnown))) => count <= 1,
            (_, Some(Err(StoreError::Damaged(_) | StoreError::Unreadable))) => false,
            (_, Some(Err(_))) => count == 0,
        };
        if !right {
            return Err(format!("{number}: {deed:?} came to {outcome:?}; {count} entries, erased {:?}", ended.erased));
        }
    }
    Ok(())
}

/// The holder finds what is held and nothing else; of what is erased he is told as of what never was.
async fn it_answers_so(story: &Story, store: &Arc<Store>, dossier: usize, ended: &Ended) -> Result<(), String> {
    let ask =
        async |deed: Deed| perform(Arc::clone(store), dossier, deed, 9_999).await.map_err(|error| error.to_string());
    let (found, held) = (ask(Deed::Find).await?, ended.held.keys().copied().collect());
    if found != Told::Found(held) {
        return Err(format!("dossier {dossier}: found {found:?}, held {:?}", ended.held));
    }
    for (_, deed, outcome) in story.issues.values().filter(|(of, _, _)| *of == dossier) {
        let (Deed::Provide(number, _), Some(Ok(Told::Provided(item, blob)))) = (deed, outcome) else { continue };
        let right = match ask(Deed::Read(*item)).await? {
            Told::Refused(None) => ended.erased.contains(item),
            Told::Content(hash) => !ended.erased.contains(item) && hash == paper(*number, None).sha256(),
            _ => false,
        };
        let bytes = story.tale.blobs.read(*blob, 0).await.map_err(|error| error.to_string())?;
        if !right || (ended.erased.contains(item) && bytes.is_some()) {
            return Err(format!("dossier {dossier}, document {item}: erased {:?}, {right}", ended.erased));
        }
    }
    Ok(())
}
