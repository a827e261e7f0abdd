//! Identities as their source feeds them: ITI-104 (PIXm), `PUT Patient?identifier=…`. More identifiers are more names of one dossier; a link
//! `replaced-by` with `active` false resolves a duplicate: the dossier is merged into the other. The same by `PATCH`, where a link that is
//! taken away undoes the merge.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, Answer, CorrectIdentity};
use dmp_core::code::Day;
use dmp_core::dossier::IdentityCorrected;
use dmp_core::identity::Ins;
use dmp_store::{Ask, Name, Performed, Target};
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::life::{done, identifier};
use super::open::of_patient;
use super::registered::traits_of;
use crate::patch::Change;
use crate::posted::json_of;
use crate::problem::Problem;
use crate::read::Node;
use crate::request::{expect_json, no_version};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// What a feed of identities has: anything else would be lost.
const ELEMENTS: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "text",
    "language",
    "identifier",
    "active",
    "name",
    "birthDate",
    "gender",
    "link",
    "deceasedBoolean",
    "deceasedDateTime",
];

/// What a feed, or a patch, asks of a dossier's identity.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Identity {
    /// It has these names too; what came with them is compared.
    Names(Vec<Ins>, Box<IdentityCorrected>),
    /// These traits are right.
    Traits(Box<IdentityCorrected>),
    /// It is merged into the dossier of this name.
    Into(Ins),
    /// It is merged no longer.
    Apart,
}

/// `PUT Patient?identifier=…`: ITI-104.
pub async fn feed(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    expect_json(&headers)?;
    let ins = identifier(query.as_deref())?;
    let patient = json_of(&body)?;
    if patient.get("resourceType").and_then(Value::as_str) != Some("Patient") {
        return Err(Problem::element("Patient", "resource-type", "a Patient is expected"));
    }
    // Where he lives, and how he is told, is said by PATCH.
    let node = Node::root(&patient, "Patient");
    node.only(ELEMENTS)?;
    node.list("identifier")?;
    node.list("link")?;
    node.truth_of("active")?;
    no_version(&headers)?;
    let identity = asked(&patient, &ins, fhir.store.now().paris_day())?;
    run(&fhir, ins, identity, ask).await
}

/// What a Patient says of its identity.
fn asked(patient: &Value, ins: &Ins, today: Day) -> Result<Identity, Problem> {
    let dead = patient.get("deceasedDateTime").is_some()
        || patient.get("deceasedBoolean").is_some_and(|dead| *dead != Value::Bool(false));
    if dead {
        let text = "a death is said by PATCH of `deceasedBoolean`, by itself";
        return Err(Problem::element("Patient.deceased[x]", "deceased", text));
    }
    let links = patient.get("link").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let inactive = patient.get("active").and_then(Value::as_bool) == Some(false);
    match (links, inactive) {
        ([], false) => {
            let all = patient.get("identifier").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
            let names: Result<Vec<Ins>, Problem> =
                (0..).zip(all).map(|(at, one)| ins_of(one, format!("Patient.identifier[{at}]"))).collect();
            let names = names?;
            let traits = Box::new(traits(patient, today)?);
            // Its own number alone: it is about the traits.
            let alone = names.iter().all(|name| name == ins) && *traits != IdentityCorrected::default();
            Ok(if alone { Identity::Traits(traits) } else { Identity::Names(names, traits) })
        }
        ([link], true) => Ok(Identity::Into(survivor(link)?)),
        ([], true) => {
            let text =
                "a dossier is closed by PATCH; a duplicate has `active` false and a `link` that is `replaced-by`";
            Err(Problem::element("Patient.active", "active", text))
        }
        _ => {
            let text = "a duplicate has `active` false and one `link` of type `replaced-by`";
            Err(Problem::element("Patient.link", "link", text))
        }
    }
}

/// What the changes of a patch ask of the identity; none where they are about something else.
pub(super) fn patched(changes: &[Change], today: Day) -> Result<Option<Identity>, Problem> {
    let is = |change: &Change, name: &str| change.element.split(['[', '.']).nth(1) == Some(name);
    if let Some(change) = changes.iter().find(|change| is(change, "link")) {
        if change.removed && change.value.is_null() && changes.len() == 1 {
            return Ok(Some(Identity::Apart));
        }
        if change.removed {
            let text = "`link` is deleted by itself: what it names is not compared";
            return Err(Problem::element("Patient.link", "patch-element", text));
        }
        let link = change.value.as_array().and_then(|links| links.first()).unwrap_or(&change.value);
        let beside = changes.iter().filter(|one| !is(one, "link"));
        let only = |one: &Change| one.element == "Patient.active" && one.value == Value::Bool(false);
        if !beside.clone().all(only) {
            let text = "beside `link` only `active` can be patched, to false";
            return Err(Problem::element("Patient.link", "patch-element", text));
        }
        return Ok(Some(Identity::Into(survivor(link)?)));
    }
    let names: Vec<&Change> = changes.iter().filter(|change| is(change, "identifier")).collect();
    if names.is_empty() {
        return corrected(changes, today);
    }
    if names.len() < changes.len() || names.iter().any(|change| change.removed) {
        let text = "an identifier is added, and nothing else is done with it: the old ones go on answering";
        return Err(Problem::element("Patient.identifier", "patch-element", text));
    }
    let values = names.iter().flat_map(|change| match &change.value {
        Value::Array(all) => all.iter().collect(),
        one => vec![one],
    });
    let names = values.map(|one| ins_of(one, "Patient.identifier".into())).collect::<Result<_, _>>()?;
    Ok(Some(Identity::Names(names, Box::default())))
}

/// The traits that the changes of a patch put right; none where they are about something else.
fn corrected(changes: &[Change], today: Day) -> Result<Option<Identity>, Problem> {
    const TRAITS: [&str; 3] = ["Patient.name", "Patient.birthDate", "Patient.gender"];
    if changes.is_empty() || !changes.iter().all(|change| TRAITS.contains(&&*change.element) && !change.removed) {
        return Ok(None);
    }
    let mut patient = serde_json::Map::new();
    for change in changes {
        let name = change.element.trim_start_matches("Patient.");
        let value = match (name, &change.value) {
            ("name", one @ Value::Object(_)) => Value::Array(vec![one.clone()]),
            (_, value) => value.clone(),
        };
        if patient.insert(name.to_owned(), value).is_some() {
            let text = "an element is corrected once in a patch, as a whole";
            return Err(Problem::element(change.element.clone(), "patch-element", text));
        }
    }
    Ok(Some(Identity::Traits(Box::new(traits(&Value::Object(patient), today)?))))
}

fn survivor(link: &Value) -> Result<Ins, Problem> {
    if link.get("type").and_then(Value::as_str) != Some("replaced-by") {
        let text = "the link of a duplicate is of type `replaced-by`";
        return Err(Problem::element("Patient.link.type", "link", text));
    }
    let other = link.pointer("/other/identifier").unwrap_or(&Value::Null);
    ins_of(other, "Patient.link.other.identifier".into())
}

fn ins_of(identifier: &Value, path: String) -> Result<Ins, Problem> {
    let text = |name: &str| identifier.get(name).and_then(Value::as_str);
    let (Some(system), Some(value)) = (text("system"), text("value")) else {
        return Err(Problem::element(path, "required", "`system` and `value` of an INS must be given"));
    };
    Ins::parse(system.strip_prefix("urn:oid:").unwrap_or(system), value)
        .map_err(|fault| Problem::element(path, "identifier", fault.to_string()))
}

/// Does what is asked; done already, it changes nothing.
pub(super) async fn run(fhir: &Arc<Fhir>, ins: Ins, identity: Identity, ask: Ask) -> Result<Response, Problem> {
    match identity {
        Identity::Into(survivor) => told(&fhir.store.merge(ins.clone(), survivor, ask).await?)?,
        Identity::Apart => told(&fhir.store.separate(ins.clone(), ask).await?)?,
        Identity::Traits(traits) => correct(fhir, ins.clone(), *traits, ask).await?,
        Identity::Names(names, traits) => {
            let mut others = names.into_iter().filter(|name| *name != ins).peekable();
            if others.peek().is_none() {
                let text = "another identifier than that of the address must be given";
                return Err(Problem::element("Patient.identifier", "required", text));
            }
            let own = fhir.store.find_journal(&Name::Ins(&ins)).await?;
            let home = match own {
                Some(own) => Some(fhir.store.answering(own).await?),
                None => None,
            };
            let mut led = Vec::new();
            for name in others {
                let journal = fhir.store.find_journal(&Name::Ins(&name)).await?;
                // One is another dossier's: none is added.
                if let (Some(there), Some(home)) = (journal, home)
                    && fhir.store.answering(there).await? != home
                {
                    led = vec![(name, journal)];
                    break;
                }
                led.push((name, journal));
            }
            for (name, journal) in led {
                // What he is called already comes with corrections; a new number with the traits of whom it is of.
                let compared = if journal == own { &IdentityCorrected::default() } else { &*traits };
                told(&fhir.store.add_name(ins.clone(), name, compared, ask.clone()).await?)?;
            }
            if *traits != IdentityCorrected::default() {
                correct(fhir, ins.clone(), *traits, ask).await?;
            }
        }
    }
    Ok(done(&ins, StatusCode::OK))
}

async fn correct(fhir: &Arc<Fhir>, ins: Ins, traits: IdentityCorrected, ask: Ask) -> Result<(), Problem> {
    let act = Act::CorrectIdentity(Box::new(CorrectIdentity { traits }));
    told(&fhir.store.perform(Target::Dossier(ins), act, ask).await?)
}

fn told(performed: &Performed) -> Result<(), Problem> {
    match &performed.answer {
        Answer::Done => Ok(()),
        Answer::Refused(rule) => Err(Problem::refused(*rule)),
        Answer::Faulty(fault) => Err(Problem::fault(fault, None)),
        _ => Err(Problem::not_found()),
    }
}

fn traits(patient: &Value, today: Day) -> Result<IdentityCorrected, Problem> {
    traits_of(patient, today).map_err(of_patient)
}
