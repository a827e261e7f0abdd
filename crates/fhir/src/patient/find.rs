//! A person without his INS (DMP TD0.5, Centre 15 alone): `GET Patient?family=…&birthdate=…`, each candidate with its score; and one's
//! own dossiers (TD0.4): `GET Patient?_has:Consent:patient:status=active`.

use std::collections::BTreeSet;
use std::sync::Arc;

use dmp_core::act::{Act, Answer, FindPatient, ListDossiers, Listed, ReadCandidate, ReadListed, Traits};
use dmp_core::code::{Day, Instant};
use dmp_core::dossier::Sex;
use dmp_store::{Ask, Places, Target};
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::render::patient;
use crate::search::{Parameters, json_only};
use crate::service::Fhir;

/// Dossiers on a page (the transaction's own limit).
const PAGE: usize = 200;
/// Dossiers that are asked at once.
const TOGETHER: usize = 16;

/// The parameter that asks for one's own dossiers.
pub const MINE: &str = "_has:Consent:patient:status";
/// Those authorised since then (`LASTAUTORIZATION`).
const SINCE: &str = "_has:Consent:patient:date";

/// A search by traits.
///
/// # Errors
/// A [`Problem`] that names the parameter, or the refusal.
pub async fn by_traits(fhir: &Arc<Fhir>, ask: Ask, parameters: &Parameters) -> Result<Vec<Value>, Problem> {
    let traits = traits(parameters)?;
    let find = FindPatient { traits: traits.clone() };
    fhir.perform(Target::Own, Act::FindPatient(Box::new(find)), ask.clone()).await?;
    let (mut found, mut told) = (Vec::new(), BTreeSet::new());
    for journal in fhir.store.with_traits(&traits.family, traits.birth).await? {
        let act = Act::ReadCandidate(Box::new(ReadCandidate { traits: traits.clone() }));
        // A candidate who is none, or may not be told of, is left out.
        let Ok(performed) = fhir.perform(Target::Journal(journal), act, ask.clone()).await else { continue };
        let Answer::Candidate(candidate) = &performed.answer else { continue };
        // One that was merged is answered for by another, who may be a candidate too.
        if !told.insert(performed.places.journal()) {
            continue;
        }
        let mut resource = patient(fhir.ground(&performed.places), &candidate.existence);
        extend(&mut resource, json!({"url": "urn:dmp:pourcentage", "valueInteger": candidate.fit}));
        extend(&mut resource, json!({"url": "urn:dmp:opposition-acces-urgence", "valueBoolean": candidate.opposed}));
        found.push((candidate.fit, resource));
    }
    found.sort_by_key(|(fit, _)| std::cmp::Reverse(*fit));
    Ok(found.into_iter().map(|(_, resource)| resource).collect())
}

fn traits(parameters: &Parameters) -> Result<Traits, Problem> {
    let (mut family, mut given, mut birth, mut sex, mut postal_code) = (None, None, None, None, None);
    for (name, value) in parameters {
        let wrong = |why: &str| Problem::parameter(name, why);
        let text = || -> Result<Box<str>, Problem> {
            if value.trim().is_empty() { Err(wrong("a value is expected")) } else { Ok(value.trim().into()) }
        };
        match name.as_str() {
            "family" if family.is_none() => family = Some(text()?),
            "given" if given.is_none() => given = Some(text()?),
            "birthdate" if birth.is_none() => {
                birth = Some(Day::parse(value).map_err(|_| wrong("a date is expected, YYYY-MM-DD"))?);
            }
            "gender" if sex.is_none() => {
                sex = Some(match value.as_str() {
                    "male" => Sex::Male,
                    "female" => Sex::Female,
                    _ => return Err(wrong("male or female is expected")),
                });
            }
            "address-postalcode" if postal_code.is_none() => postal_code = Some(text()?),
            "_format" => json_only(value)?,
            _ => return Err(wrong("known beside family and birthdate: given, gender, address-postalcode, each once")),
        }
    }
    let missing = |name: &str| Problem::parameter(name, "family and birthdate must be given");
    Ok(Traits {
        family: family.ok_or_else(|| missing("family"))?,
        given,
        birth: birth.ok_or_else(|| missing("birthdate"))?,
        sex,
        postal_code,
    })
}

/// One's own dossiers.
///
/// # Errors
/// A [`Problem`] that names the parameter, or the refusal.
pub async fn mine(fhir: &Arc<Fhir>, ask: Ask, parameters: &Parameters) -> Result<Vec<Value>, Problem> {
    let (mut since, mut updated) = (None, None);
    for (name, value) in parameters {
        let from = || {
            let text = value.strip_prefix("ge").unwrap_or(value);
            let day = Day::parse(text).map(Day::start);
            let why = "a date or an instant is expected, ge2026-11-01";
            day.or_else(|_| Instant::parse_rfc3339(text)).map_err(|_| Problem::parameter(name, why))
        };
        match name.as_str() {
            MINE if value == "active" => {}
            SINCE if since.is_none() => since = Some(from()?),
            "_lastUpdated" if updated.is_none() => updated = Some(from()?),
            "_format" => json_only(value)?,
            _ => return Err(Problem::parameter(name, format!("known beside {MINE}=active: {SINCE}, _lastUpdated"))),
        }
    }
    fhir.perform(Target::Own, Act::ListDossiers(ListDossiers { since }), ask.clone()).await?;
    let rows = fhir.store.dossiers_of(&ask.requester, since).await?;
    let (mut found, mut told) = (Vec::new(), BTreeSet::new());
    for some in rows.chunks(TOGETHER) {
        let asked = some.iter().map(|journal| {
            let (fhir, ask, journal) = (Arc::clone(fhir), ask.clone(), *journal);
            tokio::spawn(async move { fhir.perform(Target::Journal(journal), Act::ReadListed(ReadListed), ask).await })
        });
        for asked in asked.collect::<Vec<_>>() {
            // One that says no, or ended meanwhile, is not one's own any more.
            let Ok(Ok(performed)) = asked.await else { continue };
            let Answer::Listed(listed) = &performed.answer else { continue };
            let recent = updated.is_none_or(|updated| listed.last_updated.is_some_and(|at| at >= updated));
            // One that was merged is answered for by another, who is in the list by himself.
            if recent && told.insert(performed.places.journal()) {
                found.push(line(fhir, &performed.places, listed));
            }
        }
        if found.len() >= PAGE {
            break;
        }
    }
    found.truncate(PAGE);
    Ok(found)
}

fn line(fhir: &Fhir, places: &Places, listed: &Listed) -> Value {
    let mut resource = patient(fhir.ground(places), &listed.existence);
    let dates =
        [("last-access", listed.last_access), ("last-update", listed.last_updated), ("last-add", listed.last_added)];
    for (name, at) in dates {
        if let Some(at) = at {
            extend(&mut resource, json!({"url": format!("urn:dmp:{name}"), "valueInstant": at.rfc3339()}));
        }
    }
    resource
}

fn extend(resource: &mut Value, extension: Value) {
    if let Some(all) = resource.get_mut("extension").and_then(Value::as_array_mut) {
        all.push(extension);
    }
}
