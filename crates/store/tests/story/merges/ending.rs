//! What must hold when a story of merges has been told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use dmp_core::act::Answer;
use dmp_core::dossier::{ActCode, Change, Dossier, DossierStatus, JournalEntry};
use dmp_store::error::StoreError;
use dmp_store::projector::{GENERATION, Projectors, Round, View};
use dmp_store::{Ask, JournalKeys, Library, Name, Reference, Store, Target, open_row};

use super::{DOSSIERS, Deed, REGISTERED, Story, Told, find, holder, number_of, perform, second_name};
use crate::cast;
use crate::tale::{Tale, come_to_rest};

pub async fn check(story: &mut Story) -> Result<(), String> {
    let tale = &mut story.tale;
    come_to_rest(tale).await;
    let store = tale.store(0);
    let fault = |error: StoreError| error.to_string();
    let mut projectors = Projectors::new(Arc::clone(&store), GENERATION);
    for _ in 0..10 {
        if projectors.round().await.map_err(fault)? == Round::Idle {
            break;
        }
    }
    let journals = opened(&story.tale).await?;
    entries_were_asked_for(story, &journals)?;
    nothing_is_half_done(&journals)?;
    same_derived_again(&story.tale, &store, false).await?;
    while_merged(&store, &journals).await?;
    for dossier in 0..DOSSIERS {
        let operator = Arc::clone(&cast::people(DOSSIERS)[cast::OPERATOR].requester);
        store.separate(cast::ins(dossier), Ask::of(operator)).await.map_err(fault)?;
    }
    // What waited with the number is there once it opens.
    super::open(&store, REGISTERED).await;
    while projectors.round().await.map_err(fault)? != Round::Idle {}
    same_derived_again(&story.tale, &store, true).await?;
    story.tale.clock.pass(49 * 3_600_000);
    projectors.sweep().await.map_err(fault)?;
    each_is_where_it_was_sent(story, &store).await
}

/// What was projected step by step is what is derived anew.
async fn same_derived_again(tale: &Tale, store: &Arc<Store>, returned: bool) -> Result<(), String> {
    let generation = if returned { GENERATION + 2 } else { GENERATION + 1 };
    let mut again = Projectors::new(Arc::clone(store), generation);
    again.scan().await.map_err(|error| error.to_string())?;
    // Whether an access is somebody's first depends on what both dossiers are when it is looked at: those notices are left out.
    let jobs = View::Jobs.key(&[]);
    let derived = |generation| {
        let mut rows = tale.world.projections(generation);
        rows.retain(|(key, _, _)| !key.starts_with(&jobs));
        rows
    };
    let (stepwise, anew) = (derived(GENERATION), derived(generation));
    // Derived anew, a return names who was authorised since: he has a row of his own beside it.
    let known: BTreeSet<_> = anew.iter().collect();
    let same = if returned { stepwise.iter().all(|row| known.contains(row)) } else { stepwise == anew };
    same.then_some(()).ok_or_else(|| "the projections are not those that are derived again".into())
}

/// Each journal with its entries and its fold, every snapshot that was kept being the same fold.
async fn opened(tale: &Tale) -> Result<BTreeMap<u32, (Vec<JournalEntry>, Dossier)>, String> {
    let engine = tale.world.engine();
    let library = Library::new(&engine, &tale.keys);
    let mut journals = BTreeMap::new();
    for (number, rows) in tale.world.journals() {
        let key = tale.keys.get(number).await.ok().flatten().ok_or("no key")?;
        let keys = JournalKeys::new(&key).map_err(|error| error.to_string())?;
        let (mut entries, mut previous, mut last) = (Vec::new(), None, 0);
        for (seq, row) in (1..).zip(&rows) {
            let (entry, digest) =
                open_row(&keys, number, seq, previous.as_ref(), row).map_err(|error| error.to_string())?;
            (previous, last) = (Some(digest), seq);
            entries.push(entry);
        }
        let (dossier, _) = library.fold(number, last).await.map_err(|error| error.to_string())?;
        crate::check::same_as_the_snapshot(tale, &key, number, &library).await?;
        journals.insert(number, (entries, Arc::unwrap_or_clone(dossier)));
    }
    Ok(journals)
}

/// An answer has one entry, an error none, "not known" one or none; the second steps of merges, and of names, are the program's own.
fn entries_were_asked_for(story: &Story, journals: &BTreeMap<u32, (Vec<JournalEntry>, Dossier)>) -> Result<(), String> {
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    for entry in journals.values().flat_map(|(entries, _)| entries) {
        let asked = entry.facts.correlation.as_deref().and_then(|text| text.strip_prefix("request-"));
        match asked.and_then(|number| number.parse().ok()) {
            Some(number) => *found.entry(number).or_default() += 1,
            None => {
                let steps = [ActCode::AbsorbDossier, ActCode::SeparateDossier, ActCode::AddName];
                let opening =
                    [ActCode::OpenDossier, ActCode::ActivateDossier, ActCode::GrantAccess, ActCode::RegisterInsured];
                if !steps.contains(&entry.facts.act) && !opening.contains(&entry.facts.act) {
                    return Err(format!("nobody asked for {:?}", entry.facts.act));
                }
            }
        }
    }
    for (number, (_, deed, outcome)) in &story.issues {
        let count = found.remove(number).unwrap_or(0);
        let right = match outcome {
            Some(Ok(_)) => count == 1,
            None | Some(Err(StoreError::NotKnown)) => count <= 1,
            Some(Err(StoreError::Damaged(_) | StoreError::Unreadable)) => false,
            Some(Err(_)) => count == 0,
        };
        if !right {
            return Err(format!("{number}: {deed:?} came to {outcome:?} and has {count} entries"));
        }
    }
    Ok(())
}

/// Whatever was cut off was taken up again: a frozen dossier is a guest of its survivor, and every guest is frozen.
fn nothing_is_half_done(journals: &BTreeMap<u32, (Vec<JournalEntry>, Dossier)>) -> Result<(), String> {
    for (number, (entries, dossier)) in journals {
        if let Some(moved) = &dossier.merged_into {
            let (_, survivor) = journals.get(&moved.journal).ok_or("no survivor")?;
            if !survivor.guests.iter().any(|guest| guest.merge == moved.merge) {
                return Err(format!("journal {number} is frozen, and a guest of nobody"));
            }
        }
        for guest in &dossier.guests {
            let frozen = journals.get(&guest.journal).and_then(|(_, there)| there.merged_into.as_ref());
            if frozen.is_none_or(|moved| moved.merge != guest.merge) {
                return Err(format!("journal {number} has a guest that answers for itself"));
            }
        }
        let changes = entries.iter().flat_map(|entry| entry.changes.iter().flatten());
        let absorbed = changes.clone().filter_map(|change| match change {
            Change::Absorbed(absorbed) => Some(absorbed.merge),
            _ => None,
        });
        let all: Vec<_> = absorbed.collect();
        if all.iter().collect::<BTreeSet<_>>().len() != all.len() {
            return Err(format!("journal {number} took a dossier in twice"));
        }
    }
    Ok(())
}

/// As long as they are one, both names find the same.
async fn while_merged(
    store: &Arc<Store>,
    journals: &BTreeMap<u32, (Vec<JournalEntry>, Dossier)>,
) -> Result<(), String> {
    let mut found: BTreeMap<u32, BTreeSet<usize>> = BTreeMap::new();
    let waits = |(_, one): &(_, Dossier)| one.status == DossierStatus::Unopened && one.merged_into.is_none();
    for dossier in 0..DOSSIERS {
        let journal = store.find_journal(&Name::Ins(&cast::ins(dossier))).await.map_err(|error| error.to_string())?;
        let journal = journal.ok_or("no journal")?;
        if journals.get(&journal).is_some_and(waits) {
            continue;
        }
        let answers =
            journals.get(&journal).and_then(|(_, one)| one.merged_into.as_ref()).map_or(journal, |one| one.journal);
        let Told::Found(here) =
            perform(Arc::clone(store), dossier, Deed::Find, 9_999).await.map_err(|error| error.to_string())?
        else {
            return Err(format!("dossier {dossier} does not answer its holder"));
        };
        if *found.entry(answers).or_insert_with(|| here.clone()) != here {
            return Err(format!("journal {answers} answers one name so, and another otherwise"));
        }
    }
    Ok(())
}

async fn each_is_where_it_was_sent(story: &Story, store: &Arc<Store>) -> Result<(), String> {
    for dossier in 0..DOSSIERS {
        let told = perform(Arc::clone(store), dossier, Deed::Find, 9_999).await.map_err(|error| error.to_string())?;
        let Told::Found(here) = told else { return Err(format!("dossier {dossier}: {told:?}")) };
        // A name that was claimed leads there, whoever fell before it was written down.
        let second = second_name(dossier);
        if store.find_journal(&Name::Ins(&second)).await.map_err(|error| error.to_string())?.is_some() {
            let performed = store.perform(Target::Dossier(second), find(), Ask::of(holder(dossier))).await;
            let Answer::Documents(found) = performed.map_err(|error| error.to_string())?.answer else {
                return Err(format!("dossier {dossier} does not answer under its second name"));
            };
            if !found.documents.iter().all(|one| here.contains(&number_of(&one.entry.unique_id))) {
                return Err(format!("dossier {dossier} answers otherwise under its second name"));
            }
        }
        for (paper, sent) in &story.sent {
            let is = here.contains(paper);
            if sent.surely.contains(&dossier) && !is {
                return Err(format!("document {paper} was sent under the name of dossier {dossier} and is not there"));
            }
            if is && !sent.surely.contains(&dossier) && !sent.maybe.contains(&dossier) {
                return Err(format!("document {paper} was never sent under the name of dossier {dossier}"));
            }
        }
    }
    for (paper, sent) in &story.sent {
        for id in &sent.ids {
            let deed = Deed::Read(Reference { journal: id.0, item: id.1 }, *paper);
            let told = perform(Arc::clone(store), 0, deed, 9_999).await.map_err(|error| error.to_string())?;
            if told != Told::Found(BTreeSet::from([*paper])) {
                return Err(format!("document {paper}, in the end, by its id {id:?}: {told:?}"));
            }
        }
    }
    Ok(())
}
