//! Holds a story against what was promised: the journals, every answer, every document, everything that was derived.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use dmp_core::act::{Act, Answer, Caller, Context, FindDocuments, decide};
use dmp_core::document::Page;
use dmp_core::dossier::{ActCode, Change, Dossier, JournalEntry, Question, Rule};
use dmp_core::encoding::{Reader, Stored};
use dmp_seal::{JournalKey, open_snapshot, sha256};
use dmp_store::blobs::{BlobId, BlobReader, BlobSink};
use dmp_store::engine::Engine;
use dmp_store::engine::chaos::Weather;
use dmp_store::error::StoreError;
use dmp_store::projector::{GENERATION, Projectors, Round};
use dmp_store::{JournalKeys, Library, Name, Store, open_row};

use crate::cast;
use crate::deed::Told;
use crate::rules::RefDossier;
use crate::tale::{POLICY, Tale};

type Checked = Result<(), String>;

/// One journal, opened and folded row by row.
struct Opened {
    entries: Vec<JournalEntry>,
    dossier: Dossier,
}

/// Everything that must hold when a story has been told.
pub async fn check(tale: &mut Tale) -> Checked {
    tale.world.set_weather(Weather::CALM);
    tale.world.arrive();
    // Beyond the end of any lease: in some stories the clock was set back.
    tale.clock.pass(3_600_000);
    let store = tale.store(0);
    let mut journals = BTreeMap::new();
    for (number, rows) in tale.world.journals() {
        journals.insert(number, open_journal(tale, number, &rows).await?);
    }
    each_answer_has_its_entry(tale, &journals)?;
    lists_can_be_made_again(tale, &journals)?;
    the_rules_say_the_same(tale, &store, &journals).await?;
    documents_are_readable(tale, &journals).await?;
    // The sweeper must do without the projectors, who take most blobs off the stage before it comes.
    if tale.issues.len().is_multiple_of(2) {
        the_sweeper_takes_only_what_nobody_names(tale, &store, &journals).await?;
    }
    what_is_derived_can_be_derived_again(tale, &store, &journals).await?;
    the_sweeper_takes_only_what_nobody_names(tale, &store, &journals).await
}

async fn open_journal(tale: &Tale, number: u32, rows: &[Bytes]) -> Result<Opened, String> {
    let fault = |what: &dyn std::fmt::Display| format!("journal {number}: {what}");
    let key = tale.keys.get(number).await.ok().flatten().ok_or_else(|| fault(&"no key"))?;
    let keys = JournalKeys::new(&key).map_err(|error| fault(&error))?;
    let (mut entries, mut dossier, mut previous) = (Vec::new(), Dossier::empty(), None);
    let snapshot = tale.world.engine().load(number, None).await.map_err(|error| fault(&error))?.snapshot;
    for (seq, row) in (1..).zip(rows) {
        let (entry, digest) = open_row(&keys, number, seq, previous.as_ref(), row)
            .map_err(|error| fault(&format!("entry {seq}: {error}")))?;
        if entry.facts.at < dossier.last_at {
            return Err(fault(&format!("entry {seq} is decided before the one before it")));
        }
        dossier.evolve(&entry);
        previous = Some(digest);
        entries.push(entry);
        if let Some(snapshot) = snapshot.as_ref().filter(|snapshot| snapshot.seq == seq) {
            let (head, fold) = read_snapshot(&key, number, seq, &snapshot.bytes).map_err(|error| fault(&error))?;
            if head != digest || fold != dossier {
                return Err(fault(&format!("the snapshot at {seq} is another fold than the rows'")));
            }
        }
    }
    Ok(Opened { entries, dossier })
}

/// A snapshot that was kept is the fold of the rows up to it, whatever other journals those refer to.
pub async fn same_as_the_snapshot(tale: &Tale, key: &JournalKey, journal: u32, library: &Library<'_>) -> Checked {
    let snapshot = tale.world.engine().load(journal, None).await.map_err(|error| error.to_string())?.snapshot;
    let Some(snapshot) = snapshot else { return Ok(()) };
    let (head, fold) = read_snapshot(key, journal, snapshot.seq, &snapshot.bytes)?;
    let (dossier, digest) = library.fold(journal, snapshot.seq).await.map_err(|error| error.to_string())?;
    let same = head == digest && fold == *dossier;
    if same { Ok(()) } else { Err(format!("journal {journal}: the snapshot at {} is another fold", snapshot.seq)) }
}

fn read_snapshot(
    key: &JournalKey,
    journal: u32,
    seq: u32,
    bytes: &[u8],
) -> Result<(dmp_seal::Digest, Dossier), String> {
    let key = key.snapshots().map_err(|error| error.to_string())?;
    let opened = open_snapshot(&key, journal, seq, bytes).map_err(|error| error.to_string())?;
    let mut reader = Reader::new(&opened.bytes);
    let read = reader.array().and_then(|_| u32::take(&mut reader)).and_then(|_| Dossier::take(&mut reader));
    Ok((opened.head, read.map_err(|error| error.to_string())?))
}

/// An answer has one entry; "not known" has one or none; any other error has none. No entry is of nobody's asking.
fn each_answer_has_its_entry(tale: &Tale, journals: &BTreeMap<u32, Opened>) -> Checked {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in journals.values().flat_map(|journal| &journal.entries) {
        *found.entry(entry.facts.correlation.as_deref().unwrap_or("none")).or_default() += 1;
    }
    for (issue, outcome) in tale.issues.values() {
        let count = found.remove(&*issue.correlation()).unwrap_or(0);
        let right = match outcome {
            Some(Ok(_)) => count == 1,
            None | Some(Err(StoreError::NotKnown)) => count <= 1,
            Some(Err(StoreError::Damaged(_) | StoreError::Unreadable)) => false,
            Some(Err(_)) => count == 0,
        };
        if !right {
            return Err(format!("{issue:?} came to {outcome:?} and has {count} entries"));
        }
    }
    if found.is_empty() { Ok(()) } else { Err(format!("entries that nobody asked for: {found:?}")) }
}

/// A list is kept as its question and a count: state before it, policy and question give the same list again (the storage
/// contract, section 1).
fn lists_can_be_made_again(tale: &Tale, journals: &BTreeMap<u32, Opened>) -> Checked {
    for opened in journals.values() {
        let mut before = Dossier::empty();
        for entry in &opened.entries {
            list_again(tale, &before, entry).map_err(|fault| format!("entry {}: {fault}", entry.seq))?;
            before.evolve(entry);
        }
    }
    Ok(())
}

fn list_again(tale: &Tale, before: &Dossier, entry: &JournalEntry) -> Checked {
    let facts = &entry.facts;
    let (ActCode::FindDocuments, Some(Question::Criteria(criteria))) = (facts.act, &facts.question) else {
        return Ok(());
    };
    if facts.policy != POLICY.digest() {
        return Err("another policy".into());
    }
    let mut after = before.clone();
    after.evolve(entry);
    let requester = after.requester(facts.requester).cloned().ok_or("nobody asked")?;
    let context = Context {
        now: facts.at,
        requester: &requester,
        on_behalf: None,
        joint: &[],
        mode: facts.mode(),
        motive: facts.motive.as_deref(),
        policy: &POLICY,
        correlation: facts.correlation.as_deref(),
        caller: Caller::default(),
        addressed: None,
    };
    let page = facts.page.unwrap_or(Page::FIRST);
    let act = FindDocuments { criteria: criteria.clone(), page, resolved: Vec::new() };
    let again = decide(before, &Act::FindDocuments(act), &context);
    if again.outcome != facts.outcome {
        return Err(format!("kept {:?}, again {:?}", facts.outcome, again.outcome));
    }
    let asked = facts.correlation.as_deref().and_then(|id| id.strip_prefix("request-")).and_then(|id| id.parse().ok());
    let told = asked.and_then(|number: usize| tale.issues.get(&number)).and_then(|(_, outcome)| outcome.as_ref());
    match (told, again.answer) {
        (Some(Ok(Told::Documents(items))), Answer::Documents(found))
            if !found.documents.iter().map(|one| one.item).eq(items.iter().copied()) =>
        {
            Err("another list than was given".into())
        }
        _ => Ok(()),
    }
}

async fn the_rules_say_the_same(tale: &Tale, store: &Arc<Store>, journals: &BTreeMap<u32, Opened>) -> Checked {
    let mut dossiers = BTreeMap::new();
    for number in 0..tale.dossiers {
        let found = store.find_journal(&Name::Ins(&cast::ins(number))).await.map_err(|error| error.to_string())?;
        dossiers.extend(found.map(|journal| (journal, number)));
    }
    for (journal, opened) in journals {
        let number = dossiers.get(journal).copied();
        let mut reference = RefDossier::new(number.unwrap_or(usize::MAX));
        for entry in &opened.entries {
            if number.is_none() {
                // A requester's own journal: whatever was asked there, there was no such dossier.
                reference = RefDossier::new(usize::MAX);
            }
            one_entry(tale, &mut reference, number, entry)
                .map_err(|fault| format!("journal {journal}, entry {}: {fault}", entry.seq))?;
        }
        the_fold_is_the_reference(&opened.dossier, &reference)
            .map_err(|fault| format!("journal {journal}: {fault}"))?;
    }
    Ok(())
}

fn one_entry(tale: &Tale, reference: &mut RefDossier, number: Option<usize>, entry: &JournalEntry) -> Checked {
    let correlation = entry.facts.correlation.as_deref().unwrap_or_default();
    let asked = correlation.strip_prefix("request-").and_then(|number| number.parse().ok());
    let (issue, outcome) = asked.and_then(|number: usize| tale.issues.get(&number)).ok_or("nobody asked for it")?;
    if number.is_some_and(|number| number != issue.dossier) {
        return Err(format!("it is in the dossier of another: {issue:?}"));
    }
    let person = &tale.people[issue.who];
    let mut expected = reference.step(issue, person, &POLICY, entry)?;
    if number.is_none() && !matches!(expected, Told::Refused(_)) {
        expected = Told::Refused(dmp_core::dossier::Rule::UnknownDossier);
    }
    let kept = entry.facts.outcome.rule;
    let refused = match &expected {
        Told::Refused(rule) | Told::Faulty(rule) => Some(*rule),
        _ => None,
    };
    if refused.is_some_and(|rule| rule != kept) || refused.is_none() != kept.allows() {
        return Err(format!("{issue:?}: the rules say {expected:?}, the entry {kept:?}"));
    }
    // Who speaks for nobody here and names one thing is told as if there were no such thing.
    if matches!(expected, Told::Refused(Rule::NotHolder)) && issue.deed.names_a_thing() {
        expected = Told::NotFound;
    }
    match outcome {
        Some(Ok(Told::History(None))) if matches!(expected, Told::History(_)) => Ok(()),
        Some(Ok(told)) if *told != expected => {
            Err(format!("{issue:?}: the rules say {expected:?}, the answer was {told:?}"))
        }
        _ => Ok(()),
    }
}

fn the_fold_is_the_reference(dossier: &Dossier, reference: &RefDossier) -> Checked {
    let folded: Vec<_> = dossier
        .documents
        .iter()
        .map(|one| (one.item, one.standing.deleted, one.standing.archived, one.is_masked()))
        .collect();
    let meant: Vec<_> =
        reference.documents.iter().map(|one| (one.item, one.deleted, one.archived, one.masked())).collect();
    if folded != meant || dossier.status != reference.status {
        return Err(format!(
            "the fold has {:?} {folded:?}, the reference {:?} {meant:?}",
            dossier.status, reference.status
        ));
    }
    Ok(())
}

/// Every document that an entry names, with the SHA-256 that its bytes must have.
fn named(journals: &BTreeMap<u32, Opened>) -> impl Iterator<Item = (u32, &dmp_core::dossier::DocumentAdded)> {
    let changes = journals.iter().flat_map(|(journal, opened)| {
        opened.entries.iter().flat_map(|entry| entry.changes.iter().flatten()).map(|change| (*journal, change))
    });
    changes.filter_map(|(journal, change)| match change {
        Change::DocumentAdded(added) => Some((journal, &**added)),
        _ => None,
    })
}

async fn documents_are_readable(tale: &Tale, journals: &BTreeMap<u32, Opened>) -> Checked {
    let sink: Arc<dyn BlobSink> = Arc::new(tale.blobs.clone());
    for (journal, added) in named(journals) {
        let content = &added.entry.content;
        let key = dmp_seal::Secret::new(content.key);
        let range = 0..content.length;
        let reader = BlobReader::new(Arc::clone(&sink), BlobId(content.id), &key, content.length, range);
        let reader = reader.map_err(|error| error.to_string())?;
        let bytes = reader.rest().await.map_err(|error| format!("journal {journal}, item {}: {error}", added.item))?;
        if sha256(&[&bytes]) != content.sha256 {
            return Err(format!("journal {journal}, item {}: other bytes", added.item));
        }
    }
    Ok(())
}

async fn what_is_derived_can_be_derived_again(
    tale: &Tale,
    store: &Arc<Store>,
    journals: &BTreeMap<u32, Opened>,
) -> Checked {
    let fault = |error: StoreError| format!("projectors: {error}");
    let mut projectors = Projectors::new(Arc::clone(store), GENERATION);
    let round = projectors.round().await.map_err(fault)?;
    if round != Round::Idle {
        return Err(format!("the projectors are not at rest: {round:?}"));
    }
    let mut again = Projectors::new(Arc::clone(store), GENERATION + 1);
    again.scan().await.map_err(fault)?;
    let (kept, fresh) = (tale.world.projections(GENERATION), tale.world.projections(GENERATION + 1));
    if kept != fresh {
        let only = |one: &BTreeSet<_>, other: &BTreeSet<_>| format!("{:?}", one.difference(other).collect::<Vec<_>>());
        return Err(format!("projections: kept {}, derived again {}", only(&kept, &fresh), only(&fresh, &kept)));
    }
    for (journal, added) in named(journals) {
        let ids = [Some(&added.entry.unique_id), added.entry.entry_uuid.as_ref()];
        for id in ids.into_iter().flatten() {
            if !store.hinted(&[&**id]).await.map_err(fault)?.contains(&journal) {
                return Err(format!("journal {journal} is not hinted at by {id}"));
            }
        }
    }
    let staged: BTreeSet<_> = stages(tale).await?;
    match named(journals).find(|(_, added)| staged.contains(&BlobId(added.entry.content.id))) {
        Some((journal, added)) => Err(format!("journal {journal}, item {}: still on the stage", added.item)),
        None => crate::derived::check(tale, journals.iter().map(|(number, one)| (*number, &one.entries, &one.dossier))),
    }
}

async fn stages(tale: &Tale) -> Result<BTreeSet<BlobId>, String> {
    let stages = tale.blobs.staged(u64::MAX, usize::MAX).await.map_err(|error| error.to_string())?;
    Ok(stages.into_iter().map(|stage| stage.id).collect())
}

async fn the_sweeper_takes_only_what_nobody_names(
    tale: &Tale,
    store: &Arc<Store>,
    journals: &BTreeMap<u32, Opened>,
) -> Checked {
    let staged = stages(tale).await?;
    let meant: BTreeSet<BlobId> = named(journals).map(|(_, added)| BlobId(added.entry.content.id)).collect();
    tale.clock.pass(49 * 3_600_000);
    let projectors = Projectors::new(Arc::clone(store), GENERATION);
    let swept = projectors.sweep().await.map_err(|error| error.to_string())?;
    let (kept, gone): (Vec<_>, Vec<_>) = staged.into_iter().partition(|id| meant.contains(id));
    if (swept.released, swept.deleted) != (kept.len(), gone.len()) {
        return Err(format!(
            "staged {} that are named and {} that are not; the sweeper did {swept:?}",
            kept.len(),
            gone.len()
        ));
    }
    documents_are_readable(tale, journals).await?;
    let left: BTreeSet<BlobId> = tale.blobs.ids().into_iter().collect();
    if left == meant { Ok(()) } else { Err(format!("{} blobs are left, {} are named", left.len(), meant.len())) }
}
