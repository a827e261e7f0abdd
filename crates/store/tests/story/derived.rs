//! The projections against the entries themselves, counted here a second time and in another way.

use std::collections::BTreeMap;

use bytes::Bytes;
use dmp_core::dossier::{Change, Dossier, DossierStatus, JournalEntry, Rule, Subject};
use dmp_core::encoding::from_bytes;
use dmp_store::names::{NameHasher, NameKind};
use dmp_store::projector::{CounterRow, DossierRow, GENERATION, Job, JobKind, View};

use crate::tale::Tale;

type Rows = BTreeMap<(Bytes, Bytes), Bytes>;

/// Checks every projection of every dossier.
pub fn check<'a>(
    tale: &Tale,
    journals: impl Iterator<Item = (u32, &'a Vec<JournalEntry>, &'a Dossier)>,
) -> Result<(), String> {
    let rows: Rows = tale
        .world
        .projections(GENERATION)
        .into_iter()
        .map(|(key, range, value)| ((Bytes::from(key), Bytes::from(range)), Bytes::from(value)))
        .collect();
    let (mut reviews, mut timers) = (0, 0);
    for (journal, entries, dossier) in journals {
        if dossier.status == DossierStatus::Unopened {
            if rows.keys().any(|(key, range)| key.first() == Some(&1) && **range == journal.to_be_bytes()) {
                return Err(format!("journal {journal} is no dossier and is listed as one"));
            }
            continue;
        }
        authorized(&rows, journal, dossier)?;
        counters(&rows, journal, dossier)?;
        for entry in entries.iter().filter(|entry| entry.facts.outcome.rule.allows()) {
            reviews += entry.facts.outcome.items.iter().filter(|item| item.rule == Some(Rule::NameDiffers)).count();
        }
        // Two weeks and a month of each document that is withheld, a look at each reopening, six weeks of each suspension.
        let changes = || entries.iter().flat_map(|entry| entry.changes.iter().flatten());
        timers += changes()
            .map(|change| match change {
                Change::DocumentAdded(added) if added.visibility.invisible_patient => {
                    let signature = *added.entry.class_code.code == *"urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1";
                    if signature { 0 } else { 2 }
                }
                Change::DossierSuspended(change) => usize::from(change.suspended),
                Change::Reopened(_) => 1,
                _ => 0,
            })
            .sum::<usize>();
    }
    let kept = |key: Bytes| rows.keys().filter(|(found, _)| *found == key).count();
    if kept(View::Timers.key(&[])) != timers {
        return Err(format!("{timers} terms run, {} timers", kept(View::Timers.key(&[]))));
    }
    let queue = View::Jobs.key(b"review");
    let jobs = rows.iter().filter(|((key, _), _)| *key == queue).map(|(_, value)| from_bytes::<Job>(value));
    let found = jobs.filter(|job| matches!(job, Ok(Job { kind: JobKind::NameDiffers, .. }))).count();
    if found == reviews { Ok(()) } else { Err(format!("{reviews} documents with another name, {found} to review")) }
}

/// Whose authorisation was given and not withdrawn is listed, with its hours; nobody else is.
fn authorized(rows: &Rows, journal: u32, dossier: &Dossier) -> Result<(), String> {
    let mut meant = BTreeMap::new();
    for (subject, one) in dossier.authorizations.iter().filter(|(_, one)| one.withdrawn.is_none()) {
        let (kind, name) = match subject {
            Subject::Professional(id) => (NameKind::Professional, format!("P|{id}")),
            Subject::Structure(id) => (NameKind::Structure, format!("S|{id}")),
        };
        let row = DossierRow { authorized: Some(one.since), until: Some(one.until) };
        meant.insert(View::Dossiers.key(&hash(kind, &name)), row);
    }
    let listed = rows.iter().filter(|((key, range), _)| key.first() == Some(&1) && **range == journal.to_be_bytes());
    let listed = listed.map(|((key, _), value)| Ok((key.clone(), from_bytes::<DossierRow>(value)?)));
    let listed: BTreeMap<_, _> =
        listed.collect::<Result<_, dmp_core::encoding::Malformed>>().map_err(|error| error.to_string())?;
    if listed == meant { Ok(()) } else { Err(format!("journal {journal}: listed {listed:?}, authorised {meant:?}")) }
}

/// The story's own key of names: projections are asked by keyed hash.
fn hash(kind: NameKind, name: &str) -> [u8; 16] {
    NameHasher::new(&dmp_seal::Secret::new([1; 32]), 1).hash(kind, name)
}

fn counters(rows: &Rows, journal: u32, dossier: &Dossier) -> Result<(), String> {
    let range = Bytes::copy_from_slice(&journal.to_be_bytes());
    let regions: Vec<_> = rows
        .iter()
        .filter(|((key, at), _)| key.starts_with(&View::Counters.key(b"r")) && *at == range)
        .map(|(_, value)| from_bytes::<CounterRow>(value))
        .collect();
    let documents = dossier.documents.iter().filter(|one| !one.standing.deleted).count() as u32;
    let meant = CounterRow { documents, open: dossier.status == DossierStatus::Open };
    if regions == [Ok(meant)] {
        Ok(())
    } else {
        Err(format!("journal {journal}: counted {regions:?}, there is {meant:?}"))
    }
}
