//! Fresh rights: a block or a suspension is acknowledged, then a read is started. `DMP_RACES` says how many pairs.
//! Stolen credentials: what a professional's and a hospital's obtain at machine speed within a day of the clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod chance;
mod common;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chance::number;
use common::{Demo, consent, patient, rule};
use dmp_core::identity::ins::nir_key;
use dmp_lab::{people, persona};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// How often a client asks again.
const MOST_TRIES: usize = 100;
const TEST: &str = "1.2.250.1.213.1.4.10";

fn actor(code: &str) -> Value {
    json!([{"reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": persona(code).unwrap().id.unwrap()}}}])
}

struct Race {
    demo: Demo,
    client: Client,
    disclosed: AtomicU64,
    refused: AtomicU64,
}

impl Race {
    /// The answer to a request; asked again, as any client does, where the server is too busy to decide (503).
    async fn answer(&self, request: RequestBuilder) -> Response {
        for _ in 0..MOST_TRIES {
            let answer = request.try_clone().unwrap().send().await.unwrap();
            if answer.status() != StatusCode::SERVICE_UNAVAILABLE {
                return answer;
            }
        }
        panic!("the server decides nothing")
    }

    async fn status(&self, token: &str, path: &str) -> u16 {
        let request = self.client.get(format!("{}{path}", self.demo.base)).bearer_auth(token);
        self.answer(request).await.status().as_u16()
    }

    async fn send(&self, method: reqwest::Method, token: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client.request(method, format!("{}{path}", self.demo.base)).bearer_auth(token);
        let kind = if body.is_array() { "application/json-patch+json" } else { "application/fhir+json" };
        let request = request.header("content-type", kind).body(body.to_string());
        let response = self.answer(request).await;
        (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
    }

    /// A read that was started after the acknowledgement: it must be refused.
    async fn read_after(&self, token: &str, path: &str) {
        let counter = if self.status(token, path).await == 200 { &self.disclosed } else { &self.refused };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Blocks and lifts, over and over, on one dossier, while others read it all the time.
async fn blocks(race: Arc<Race>, dossier: usize, pairs: u64) {
    let text = people().unwrap()[dossier].ins.to_text();
    let (oid, value) = text.split_once('|').unwrap();
    let (gp, holder) = (race.demo.token("gp"), race.demo.holder(&text));
    let path = format!("/fhir/DocumentReference?patient.identifier={oid}%7C{value}&_count=1");
    let over = Arc::new(AtomicBool::new(false));
    let (crowd, busy, token, address) = (Arc::clone(&race), Arc::clone(&over), gp.clone(), path.clone());
    let reading = tokio::spawn(async move {
        while !busy.load(Ordering::Relaxed) {
            crowd.status(&token, &address).await;
        }
    });
    let mut block = consent(oid, value);
    block["provision"] = json!({"type": "deny", "actor": actor("gp")});
    let inactive = json!([{"op": "replace", "path": "/status", "value": "inactive"}]);
    for _ in 0..pairs {
        let (status, _) = race.send(reqwest::Method::POST, &holder, "/fhir/Consent", &block).await;
        assert_eq!(status, 201);
        tokio::join!(race.read_after(&gp, &path), race.read_after(&gp, &path));
        let list = format!("/fhir/Consent?patient.identifier={oid}%7C{value}&status=active");
        let (_, listed) = race.send(reqwest::Method::GET, &holder, &list, &Value::Null).await;
        let entries = listed["entry"].as_array().unwrap();
        let id = entries.iter().find(|one| one["resource"]["provision"]["type"] == "deny").unwrap();
        let id = id["resource"]["id"].as_str().unwrap();
        let (status, _) = race.send(reqwest::Method::PATCH, &holder, &format!("/fhir/Consent/{id}"), &inactive).await;
        assert_eq!(status, 200);
    }
    over.store(true, Ordering::Relaxed);
    reading.await.unwrap();
}

/// The operator suspends and lifts, while the suspended one reads many dossiers.
async fn suspensions(race: Arc<Race>, pairs: u64) {
    let operator = race.demo.claims(&json!({"role": "operator", "id": "exploitation"}));
    let specialist = race.demo.token("specialist");
    let suspension = |kind: &str| json!({"resourceType": "Consent", "status": "active", "provision": {"type": kind, "actor": actor("specialist")}});
    let everyone = people().unwrap();
    for person in everyone.iter().take(4) {
        let text = person.ins.to_text();
        let (oid, value) = text.split_once('|').unwrap();
        race.send(reqwest::Method::POST, &specialist, "/fhir/Consent", &consent(oid, value)).await;
    }
    for pair in 0..pairs {
        let ins = everyone[usize::try_from(pair).unwrap() % 4].ins.to_text().replace('|', "%7C");
        let path = format!("/fhir/DocumentReference?patient.identifier={ins}&_count=1");
        assert_eq!(race.send(reqwest::Method::POST, &operator, "/fhir/Consent", &suspension("deny")).await.0, 201);
        tokio::join!(race.read_after(&specialist, &path), race.read_after(&specialist, &path));
        assert_eq!(race.send(reqwest::Method::POST, &operator, "/fhir/Consent", &suspension("permit")).await.0, 201);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_was_withdrawn_is_gone() {
    let pairs = number("DMP_RACES", 300);
    let demo = Demo::set(&["admission.requests_per_second=1000000"]);
    let race = Arc::new(Race { demo, client: Client::new(), disclosed: AtomicU64::new(0), refused: AtomicU64::new(0) });
    let mut running = tokio::task::JoinSet::new();
    // Two reads are raced after each acknowledgement.
    for dossier in [0, 1, 4] {
        running.spawn(blocks(Arc::clone(&race), dossier, pairs / 8));
    }
    running.spawn(suspensions(Arc::clone(&race), pairs / 8));
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
    let (disclosed, refused) = (race.disclosed.load(Ordering::Relaxed), race.refused.load(Ordering::Relaxed));
    println!("{} raced reads after an acknowledgement, {disclosed} disclosures", disclosed + refused);
    assert_eq!(disclosed, 0);
    assert!(refused >= pairs / 8 * 8);
}

fn ins(place: usize) -> String {
    let nir = format!("1{:02}0175{:06}", 50 + place % 50, place);
    format!("{nir}{:02}", nir_key(&nir).unwrap())
}

/// Whatever the credential, dossier after dossier in bris de glace, hour by hour for a day: how many distinct ones answered.
async fn obtained(demo: &Demo, persona: &str, dossiers: usize) -> BTreeSet<usize> {
    let client = demo.client();
    let mut obtained = BTreeSet::new();
    for _ in 0..24 {
        let token = demo.token(persona);
        for place in (0..dossiers).filter(|place| !obtained.contains(place)).collect::<Vec<_>>() {
            let path = format!("{}/fhir/DocumentReference?patient.identifier={TEST}%7C{}", demo.base, ins(place));
            let request = client.get(path).bearer_auth(&token);
            let request = request.header("Purpose-Of-Use", "1.2.250.1.213.1.1.4.248|bris_de_glace");
            let response = request.header("Purpose-Of-Use-Reason", "credential").send().await.unwrap();
            match response.status().as_u16() {
                200 => drop(obtained.insert(place)),
                403 => {
                    let outcome: Value = response.json().await.unwrap();
                    assert_eq!(rule(&outcome), "budget");
                    break;
                }
                other => panic!("{other}"),
            }
        }
        let moved = demo.run(&["demo", "clock", "+PT1H"]);
        assert!(moved.status.success(), "{}", String::from_utf8_lossy(&moved.stderr));
    }
    obtained
}

#[tokio::test]
async fn stolen_credentials_stay_within_their_budgets() {
    let demo = Demo::set(&[
        "admission.requests_per_second=1000000",
        "policy.budget_professional=[10, 60]",
        "policy.budget_large_structure=[15, 90]",
    ]);
    let dossiers = 200;
    let people: Vec<Value> =
        (0..dossiers).map(|place| patient(TEST, &ins(place), "BUDGET", "Essai", "1950-01-01", "male")).collect();
    assert!(demo.import(&people).status.success());
    let gp = obtained(&demo, "gp", dossiers).await.len();
    println!("a GP's stolen credential: {gp} distinct dossiers in 24 h of clock, its budget 60");
    assert!((10..=60).contains(&gp), "{gp}");
    // A member of the hospital has his own budget and the hospital's: the smaller counts.
    let member = obtained(&demo, "hospital", dossiers).await.len();
    println!("a hospital doctor's: {member} distinct dossiers, his budget 60, the hospital's 90");
    assert!((10..=60).contains(&member), "{member}");
}
