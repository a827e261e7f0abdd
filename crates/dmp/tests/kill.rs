//! The real program killed with SIGKILL under load, again and again: a client's own log against the journal.
//!
//! What was acknowledged is there, byte for byte; what was answered has exactly one entry under its correlation id; what
//! was not answered has none or one; another reader finds each chain whole. `DMP_KILLS` says how many times, `DMP_SEED`
//! which story.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod chance;
mod common;

use std::collections::HashMap;
use std::process::Command;
use std::time::Duration;

use chance::{Chance, number};
use common::{Demo, NO_BUDGETS, consent, patient};
use dmp_content::{Limits, read_cda};
use dmp_core::code::{Day, Instant};
use dmp_core::dossier::Sex;
use dmp_core::identity::{Ins, ins::nir_key};
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, persona};
use reqwest::{Client, Method};
use serde_json::Value;

const OID: &str = "1.2.250.1.213.1.4.10";
const CLIENTS: u64 = 8;
/// Dossiers in use at once: fewer than clients, so that acts meet.
const DOSSIERS: u64 = 3;
/// After so many kills everything is checked, and new dossiers are taken: a check costs no more at the end.
const ERA: u64 = 10;

/// Somebody who does not exist, of an era.
fn somebody(era: u64, place: u64) -> Person {
    let nir = format!("2{:02}{:02}99{:06}", era / 12 % 100, 1 + era % 12, 100_000 + era * DOSSIERS + place);
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    Person {
        key: "",
        ins: Ins::parse(OID, &value).unwrap(),
        family: "FICTIF",
        used_family: None,
        given: "Alix",
        birth: Day::parse("1950-01-01").unwrap(),
        sex: Sex::Female,
        home: ("69003", "Lyon"),
        email: None,
        regime: "REGIME-GENERAL",
        representatives: &[],
        story: "",
    }
}

/// A request, as its client remembers it: without a status, no answer came.
struct Logged {
    dossier: usize,
    correlation: String,
    status: Option<u16>,
    /// The uniqueId and the bytes, where it provided a document.
    document: Option<(String, Vec<u8>)>,
}

/// What a client needs.
#[derive(Clone)]
struct Caller {
    client: Client,
    base: String,
    people: std::sync::Arc<Vec<Person>>,
    tokens: std::sync::Arc<[String; 3]>,
    name: String,
}

impl Caller {
    /// Asks, until the server is gone.
    async fn run(self, mut chance: Chance) -> Vec<Logged> {
        let mut log = Vec::new();
        let mut known: Vec<String> = Vec::new();
        for turn in 0_u64.. {
            let dossier = usize::try_from(chance.below(DOSSIERS)).unwrap();
            let correlation = format!("{}-{turn}", self.name);
            let (logged, id) = self.ask(dossier, correlation, chance.below(100), &known).await;
            let gone = logged.status.is_none();
            log.push(logged);
            if gone {
                break;
            }
            known.extend(id.map(|id| format!("{dossier}/{id}")));
        }
        log
    }

    /// One request; the id of the document it made.
    async fn ask(&self, dossier: usize, correlation: String, kind: u64, known: &[String]) -> (Logged, Option<String>) {
        let [gp, hospital, nurse] = &*self.tokens;
        let person = &self.people[dossier];
        let ins = person.ins.to_text().replace('|', "%7C");
        let here = format!("{dossier}/");
        let id = known.iter().rev().find_map(|one| one.strip_prefix(&here));
        let mut document = None;
        let (method, path, token, body) = match (kind, id) {
            (0..35, _) => {
                let unique_id = format!("1.2.250.1.999.77.{}", correlation.replace('-', "."));
                let (bundle, bytes) = provided(person, &unique_id);
                document = Some((unique_id, bytes));
                (Method::POST, "/fhir".into(), hospital, Some(bundle))
            }
            (35..55, Some(id)) => (Method::GET, format!("/fhir/Binary/{id}"), gp, None),
            (55..80, _) => {
                (Method::GET, format!("/fhir/DocumentReference?patient.identifier={ins}&_count=5"), gp, None)
            }
            (80..90, _) => (Method::POST, "/fhir/Consent".into(), nurse, Some(consent(OID, &person.ins.value))),
            _ => (Method::GET, format!("/fhir/Patient?identifier=urn:oid:{ins}"), gp, None),
        };
        let mut request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(token);
        request = request.header("x-request-id", &correlation);
        if let Some(body) = body {
            request = request.header("content-type", "application/fhir+json").body(body.to_string());
        }
        let Ok(response) = request.send().await else {
            return (Logged { dossier, correlation, status: None, document }, None);
        };
        let status = Some(response.status().as_u16());
        // The answer's status has come: it counts as answered, even where its body is cut off.
        let answer: Value = response.json().await.unwrap_or(Value::Null);
        let location = answer.pointer("/entry/1/response/location").and_then(Value::as_str);
        let id = location.and_then(|location| location.rsplit('/').next()).map(str::to_owned);
        (Logged { dossier, correlation, status, document }, id)
    }
}

fn provided(person: &Person, unique_id: &str) -> (Value, Vec<u8>) {
    let recipe = Recipe {
        kind: Kind::ConsultationReport,
        patient: person,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 2_000,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    (iti65_bundle(&bytes, &header, &Options::default()), bytes)
}

/// How many entries each correlation id has in a dossier's history.
async fn entries(demo: &Demo, token: &str, ins: &str) -> HashMap<String, u64> {
    let mut found = HashMap::new();
    let mut path = Some(format!("/fhir/AuditEvent?patient.identifier={}&_count=1000", ins.replace('|', "%7C")));
    while let Some(asked) = path {
        let (status, page) = demo.get(token, &asked).await;
        assert_eq!(status, 200, "{page}");
        for entry in page["entry"].as_array().into_iter().flatten() {
            let entities = entry["resource"]["entity"].as_array().into_iter().flatten();
            for traced in entities.filter(|entity| entity["type"]["code"] == "XrequestId") {
                let id = traced["what"]["identifier"]["value"].as_str().unwrap().to_owned();
                *found.entry(id).or_insert(0) += 1;
            }
        }
        let links = page["link"].as_array().into_iter().flatten();
        let next = links.filter(|link| link["relation"] == "next").find_map(|link| link["url"].as_str());
        path = next.map(|url| url[url.find("/fhir").unwrap()..].to_owned());
    }
    found
}

#[derive(Debug, Default)]
struct Figures {
    answered: u64,
    unanswered: u64,
    kept_unanswered: u64,
    documents: u64,
    lost: Vec<String>,
    doubled: Vec<String>,
}

/// The clients' log of an era against the journals.
async fn check(demo: &Demo, people: &[Person], log: &[Logged], figures: &mut Figures) {
    for (dossier, person) in people.iter().enumerate() {
        let ins = person.ins.to_text();
        let holder = demo.holder(&ins);
        let entries = entries(demo, &holder, &ins).await;
        for logged in log.iter().filter(|one| one.dossier == dossier) {
            let times = entries.get(&logged.correlation).copied().unwrap_or(0);
            match logged.status {
                Some(200 | 201 | 403 | 404) => figures.answered += 1,
                None => figures.unanswered += 1,
                Some(other) => panic!("{} was answered with {other}", logged.correlation),
            }
            if times > 1 {
                figures.doubled.push(logged.correlation.clone());
            }
            match logged.status {
                Some(_) if times == 0 => figures.lost.push(logged.correlation.clone()),
                None => figures.kept_unanswered += times,
                Some(_) => {}
            }
            if logged.document.is_some() && logged.status.is_some() {
                assert_eq!(logged.status, Some(200), "{}", logged.correlation);
                figures.documents += 1;
            }
        }
        read_back(demo, &ins, &holder, log.iter().filter(|one| one.dossier == dossier), figures).await;
        verify(demo, &ins);
    }
}

/// Every acknowledged document is found, and its bytes are equal; four at a time.
async fn read_back(demo: &Demo, ins: &str, holder: &str, log: impl Iterator<Item = &Logged>, figures: &mut Figures) {
    let acknowledged = log.filter(|one| one.status.is_some()).filter_map(|one| one.document.clone());
    let waiting = std::sync::Arc::new(std::sync::Mutex::new(acknowledged.collect::<Vec<_>>()));
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (client, base, holder) = (demo.client(), demo.base.clone(), holder.to_owned());
            let (ins, waiting) = (ins.replace('|', "%7C"), waiting.clone());
            tokio::spawn(async move {
                let get = |path: String| client.get(format!("{base}{path}")).bearer_auth(&holder).send();
                let mut lost = Vec::new();
                loop {
                    let Some((unique_id, bytes)) = waiting.lock().unwrap().pop() else { return lost };
                    let path =
                        format!("/fhir/DocumentReference?patient.identifier={ins}&identifier=urn:oid:{unique_id}");
                    let found: Value = get(path).await.unwrap().json().await.unwrap();
                    let Some(id) = found["entry"][0]["resource"]["id"].as_str().filter(|_| found["total"] == 1) else {
                        lost.push(format!("the document {unique_id}: {found}"));
                        continue;
                    };
                    let read = get(format!("/fhir/Binary/{id}")).await.unwrap().bytes().await.unwrap();
                    assert!(read == bytes, "{unique_id}: other bytes");
                }
            })
        })
        .collect();
    for reader in readers {
        figures.lost.extend(reader.await.unwrap());
    }
}

/// Another reader finds the chain whole.
fn verify(demo: &Demo, ins: &str) {
    let out = demo.data.join("export.txt");
    let output = demo.run(&["journal", "export", "--ins", ins, "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let head = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify_journal.py");
    let verified = Command::new("python3").arg(tool).arg(&out).args(["--head", &head]).output().unwrap();
    let text = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success() && text.trim().ends_with("entries, chain whole"), "{text}");
    std::fs::remove_file(out).unwrap();
}

/// New dossiers, in which the doctor is declared.
async fn open(demo: &Demo, gp: &str, era: u64) -> Vec<Person> {
    let people: Vec<Person> = (0..DOSSIERS).map(|place| somebody(era, place)).collect();
    let lines: Vec<Value> = people
        .iter()
        .map(|one| patient(OID, &one.ins.value, one.family, one.given, &one.birth.to_string(), "female"))
        .collect();
    let output = demo.import(&lines);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for person in &people {
        assert_eq!(demo.post(gp, "/fhir/Consent", &consent(OID, &person.ins.value)).await.0, 201);
        demo.activated(&person.ins.to_text()).await;
    }
    people
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_answered_is_doubled() {
    let kills = number("DMP_KILLS", 5);
    let mut chance = Chance::new(number("DMP_SEED", 1));
    let mut demo = Demo::set(NO_BUDGETS);
    let tokens = std::sync::Arc::new([demo.token("gp"), demo.token("hospital"), demo.token("nurse")]);
    let mut figures = Figures::default();
    let mut done = 0;
    for era in 0.. {
        if done >= kills {
            break;
        }
        let people = std::sync::Arc::new(open(&demo, &tokens[0], era).await);
        let mut log = Vec::new();
        for _ in 0..ERA.min(kills - done) {
            done += 1;
            let clients: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    let caller = Caller {
                        client: demo.client(),
                        base: demo.base.clone(),
                        people: people.clone(),
                        tokens: tokens.clone(),
                        name: format!("{done}-{client}"),
                    };
                    tokio::spawn(caller.run(Chance::new(chance.next())))
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(50 + chance.below(351))).await;
            demo.kill();
            for client in clients {
                log.extend(client.await.unwrap());
            }
            demo.again();
        }
        check(&demo, &people, &log, &mut figures).await;
        println!(
            "{done} kills, {} answered requests, {} lost, {} doubled",
            figures.answered,
            figures.lost.len(),
            figures.doubled.len()
        );
    }
    println!(
        "{} documents acknowledged and read back; {} requests without an answer, {} of them kept",
        figures.documents, figures.unanswered, figures.kept_unanswered
    );
    assert!(figures.lost.is_empty(), "lost: {:#?}", figures.lost);
    assert!(figures.doubled.is_empty(), "doubled: {:#?}", figures.doubled);
    assert!(figures.answered > kills * 10, "the load was a load");
}
