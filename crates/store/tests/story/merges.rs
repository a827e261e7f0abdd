//! Another story: dossiers are merged and parted at random while documents come under every name, in all weathers. Whatever was lost on the
//! way, each document is in the end where it was sent, and nowhere else, under the id that it always had.

mod ending;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dmp_core::act::{
    Act, ActivateDossier, Answer, FindDocuments, OpenDossier, OpeningProof, RegisterInsured, RetrieveDocument,
};
use dmp_core::document::{Criteria, Page};
use dmp_core::dossier::{IdentityCorrected, Rule};
use dmp_core::identity::{Ins, Requester};
use dmp_store::engine::chaos::Weather;
use dmp_store::error::StoreError;
use dmp_store::{Ask, Kind, Name, Reference, Store, Target};

use crate::cast::{self, Paper, Type};
use crate::dice::Dice;
use crate::tale::{Odds, Process, Tale, at_once, stage, start};

/// How many dossiers there are.
const DOSSIERS: usize = 4;
/// This one is only registered: it opens at the end.
const REGISTERED: usize = 3;

/// One thing that is asked of a dossier, by its number.
#[derive(Debug, Clone)]
enum Deed {
    /// A document of this number comes.
    Provide(usize),
    /// It is merged into that one.
    Merge(usize),
    /// It is parted.
    Separate,
    /// It has another name too.
    Name,
    /// Its documents are looked for.
    Find,
    /// A document is read by an id that was given out.
    Read(Reference, usize),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Told {
    Done,
    /// Refused by a rule; without one there is no such thing.
    Refused(Option<Rule>),
    /// The document, under the id that it got.
    Provided(Reference),
    /// What was found, by the numbers of the documents.
    Found(BTreeSet<usize>),
}

type Outcome = Option<Result<Told, StoreError>>;

fn paper(number: usize) -> Paper {
    Paper {
        unique_id: format!("1.2.4.{number}").into(),
        variant: 0,
        kind: Type::Letter,
        masked: false,
        withheld: false,
        replaces: None,
        entry_uuid: None,
        other_name: false,
        // Now and then a journal has a snapshot.
        comments: if number.is_multiple_of(7) { 60_000 } else { 0 },
    }
}

fn number_of(unique_id: &str) -> usize {
    unique_id.rsplit('.').next().unwrap().parse().unwrap()
}

fn second_name(dossier: usize) -> Ins {
    cast::ins(dossier + 40)
}

fn holder(dossier: usize) -> Arc<Requester> {
    Arc::clone(&cast::people(DOSSIERS)[cast::FIRST_HOLDER + dossier].requester)
}

fn find() -> Act {
    let page = Page { limit: 500, ..Page::FIRST };
    Act::FindDocuments(FindDocuments { criteria: Criteria::default(), page, resolved: Vec::new() })
}

async fn perform(store: Arc<Store>, dossier: usize, deed: Deed, number: usize) -> Result<Told, StoreError> {
    let people = cast::people(DOSSIERS);
    let operator = Arc::clone(&people[cast::OPERATOR].requester);
    let correlated =
        |who: Arc<Requester>| Ask { correlation: Some(format!("request-{number}").into()), ..Ask::of(who) };
    let ins = cast::ins(dossier);
    let target = Target::Dossier(ins.clone());
    let performed = match deed {
        Deed::Provide(paper_number) => {
            let paper = paper(paper_number);
            let journal = store.find_journal(&Name::Ins(&ins)).await?.unwrap();
            let staged_at = Some(store.now());
            let new = stage(&store, journal, &paper).await?;
            // Both names lead to the same place.
            let named = store.find_journal(&Name::Ins(&second_name(dossier))).await?.is_some();
            let target = if named && number.is_multiple_of(2) { Target::Dossier(second_name(dossier)) } else { target };
            let ask = Ask { staged_at, ..correlated(Arc::clone(&people[0].requester)) };
            store.perform(target, cast::provide(vec![new]), ask).await?
        }
        Deed::Merge(into) => store.merge(ins, cast::ins(into), correlated(operator)).await?,
        Deed::Separate => store.separate(ins, correlated(operator)).await?,
        Deed::Name => {
            let traits = IdentityCorrected::default();
            store.add_name(ins, second_name(dossier), &traits, correlated(operator)).await?
        }
        Deed::Find => store.perform(target, find(), correlated(holder(dossier))).await?,
        Deed::Read(reference, _) => {
            let act = Act::RetrieveDocument(RetrieveDocument { item: reference.item });
            let target = Target::Journal(reference.journal);
            store.perform(target, act, correlated(Arc::clone(&people[0].requester))).await?
        }
    };
    Ok(match &performed.answer {
        Answer::Provided(provided) => {
            let item = provided.documents.first().unwrap().item;
            Told::Provided(performed.places.origin(Kind::Document, item))
        }
        Answer::Documents(found) => {
            // Sent to two dossiers before they were one, a document is there twice.
            Told::Found(found.documents.iter().map(|one| number_of(&one.entry.unique_id)).collect())
        }
        Answer::Content(view) => {
            let bytes = store.open(&performed.permit, 0..view.entry.content.length)?.rest().await?;
            let number = number_of(&view.entry.unique_id);
            assert_eq!(bytes, paper(number).bytes());
            Told::Found(BTreeSet::from([number]))
        }
        Answer::Done => Told::Done,
        Answer::Refused(rule) => Told::Refused(Some(*rule)),
        Answer::Faulty(fault) => Told::Refused(Some(fault.rule)),
        Answer::NotFound => Told::Refused(None),
        other => panic!("no deed is answered so: {other:?}"),
    })
}

/// A document that was sent under a name.
#[derive(Debug, Default)]
struct Sent {
    /// Under these names, and the answer said so.
    surely: BTreeSet<usize>,
    /// Under these, and nobody knows what became of it.
    maybe: BTreeSet<usize>,
    ids: BTreeSet<(u32, u32)>,
}

struct Story {
    tale: Tale,
    issues: BTreeMap<usize, (usize, Deed, Outcome)>,
    sent: BTreeMap<usize, Sent>,
}

impl Story {
    fn note(&mut self, number: usize, dossier: usize, deed: Deed, outcome: Outcome) -> Result<(), String> {
        if let Deed::Provide(paper) = deed {
            let sent = self.sent.entry(paper).or_default();
            match &outcome {
                Some(Ok(Told::Provided(id))) => {
                    sent.surely.insert(dossier);
                    sent.ids.insert((id.journal, id.item));
                }
                Some(Err(StoreError::NotKnown)) | None => drop(sent.maybe.insert(dossier)),
                Some(Err(_)) => {}
                // It is nobody's guest now.
                Some(Ok(Told::Refused(Some(Rule::UnknownDossier)))) if dossier == REGISTERED => {}
                Some(Ok(other)) => return Err(format!("a document was sent and told {other:?}")),
            }
        }
        if let (Deed::Read(_, paper), Some(Ok(told))) = (&deed, &outcome)
            && *told != Told::Found(BTreeSet::from([*paper]))
            && !(self.may_wait(*paper) && *told == Told::Refused(Some(Rule::UnknownDossier)))
        {
            return Err(format!("{number}: document {paper}, by its id: {told:?}"));
        }
        self.issues.insert(number, (dossier, deed, outcome));
        Ok(())
    }

    /// Whether a document may be of the number that is only registered.
    fn may_wait(&self, paper: usize) -> bool {
        self.sent.get(&paper).is_some_and(|sent| sent.surely.contains(&REGISTERED) || sent.maybe.contains(&REGISTERED))
    }

    fn next(&self, dice: &mut Dice) -> (usize, Deed) {
        let dossier = dice.below(DOSSIERS);
        let known: Vec<(Reference, usize)> = self
            .sent
            .iter()
            .flat_map(|(paper, sent)| sent.ids.iter().map(|id| (Reference { journal: id.0, item: id.1 }, *paper)))
            .collect();
        let deed = match dice.below(100) {
            0..40 => Deed::Provide(dice.below(40)),
            40..55 => Deed::Merge((dossier + 1 + dice.below(DOSSIERS - 1)) % DOSSIERS),
            55..68 => Deed::Separate,
            68..72 => Deed::Name,
            72..86 if !known.is_empty() => {
                let (reference, paper) = *dice.pick(&known);
                Deed::Read(reference, paper)
            }
            _ => Deed::Find,
        };
        (dossier, deed)
    }
}

/// Opens the dossiers in fair weather: this story is of what comes after.
async fn begin(tale: &Tale) {
    tale.world.set_weather(Weather::CALM);
    let store = tale.store(0);
    for dossier in (0..DOSSIERS).filter(|dossier| *dossier != REGISTERED) {
        open(&store, dossier).await;
    }
    let ins = cast::ins(REGISTERED);
    let register = RegisterInsured { ins: ins.clone(), holder: cast::holder(REGISTERED) };
    let operator = Arc::clone(&cast::people(DOSSIERS)[cast::OPERATOR].requester);
    let act = Act::RegisterInsured(Box::new(register));
    store.perform(Target::Dossier(ins), act, Ask::of(operator)).await.unwrap();
}

/// Opens and activates a dossier; the first professional declares himself authorised.
pub async fn open(store: &Arc<Store>, dossier: usize) {
    let people = cast::people(DOSSIERS);
    let ins = cast::ins(dossier);
    let operator = Ask::of(Arc::clone(&people[cast::OPERATOR].requester));
    let opening =
        OpenDossier { ins: ins.clone(), holder: cast::holder(dossier), informed_on: None, proof: OpeningProof::None };
    let act = Act::OpenDossier(Box::new(opening));
    store.perform(Target::Dossier(ins.clone()), act, operator).await.unwrap();
    let act = Act::ActivateDossier(ActivateDossier::default());
    store.perform(Target::Dossier(ins.clone()), act, Ask::of(holder(dossier))).await.unwrap();
    let declare = Act::GrantAccess(dmp_core::act::GrantAccess::default());
    store.perform(Target::Dossier(ins), declare, Ask::of(Arc::clone(&people[0].requester))).await.unwrap();
}

/// Tells a story of merges and checks it.
pub async fn tell(seed: u64) -> Result<usize, String> {
    let mut dice = Dice(seed ^ 0x3e4e);
    let tale = Tale::new(seed, &mut dice);
    let weather = *dice.pick(&[Weather::CALM, Weather::STORM, Weather::DEADLY, Weather::DEADLY]);
    begin(&tale).await;
    tale.world.set_weather(weather);
    let offs = if dice.percent(40) { vec![0, 0] } else { vec![0] };
    let mut story = Story { tale, issues: BTreeMap::new(), sent: BTreeMap::new() };
    let mut processes = start(&story.tale, &offs);
    let length = 15 + dice.below(40);
    let mut number = 0;
    while number < length {
        number = round(&mut story, &mut dice, &mut processes, number).await?;
        if story.tale.world.crashes() != processes[0].2 {
            processes = start(&story.tale, &offs);
        }
        story.tale.clock.pass(dice.below(3_000) as i64);
    }
    ending::check(&mut story).await.map(|()| story.issues.len())
}

async fn round(story: &mut Story, dice: &mut Dice, processes: &mut [Process], number: usize) -> Result<usize, String> {
    let numbers = (number..).take(1 + dice.below(5));
    let deeds: Vec<_> = numbers.map(|number| (number, story.next(dice))).collect();
    let next = number + deeds.len();
    let asks = |(number, (dossier, deed)): (usize, (usize, Deed))| {
        let asked = deed.clone();
        ((number, dossier, deed), move |store| perform(store, dossier, asked, number))
    };
    let odds = Odds { away: 4, projects: 20, crash: 5 };
    let asked = deeds.into_iter().map(asks).collect();
    for ((number, dossier, deed), outcome) in at_once(&story.tale, dice, processes, &odds, asked).await? {
        story.note(number, dossier, deed, outcome)?;
    }
    Ok(next)
}
