//! SIGKILL between the steps of what takes more than one: a merge whose absorbed journal is frozen and which the survivor has not taken in;
//! an erasure whose entry is there and whose bytes and rows are too. After the restart the rest is done, and nobody need ask.
//!
//! No moment is hit by chance: a trigger in the data, of which the program knows nothing, lets the second step fail as long as it is there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use common::{Demo, NO_BUDGETS, consent, patient};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_core::identity::Ins;
use dmp_core::identity::ins::nir_key;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, people, persona};
use rusqlite::Connection;
use serde_json::{Value, json};

const OID: &str = "1.2.250.1.213.1.4.10";

fn person(place: u32) -> Person {
    let nir = format!("2790369990{place:03}");
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    Person { ins: Ins::parse(OID, &value).unwrap(), ..people().unwrap()[0].clone() }
}

fn of(one: &Person) -> String {
    one.ins.to_text().replace('|', "%7C")
}

/// A file of the data, beside the program that has it open.
fn data(demo: &Demo, file: &str) -> Connection {
    let connection = Connection::open(demo.data.join(file)).unwrap();
    connection.busy_timeout(Duration::from_secs(10)).unwrap();
    connection
}

/// The last entry of each journal.
fn heads(demo: &Demo) -> BTreeMap<i64, i64> {
    let connection = data(demo, "journal.sqlite");
    let mut statement = connection.prepare("SELECT key >> 32, max(key) & 0xffffffff FROM journal GROUP BY 1").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

/// The journals in which something was written meanwhile.
fn grown(demo: &Demo, before: &BTreeMap<i64, i64>) -> Vec<i64> {
    heads(demo).into_iter().filter(|(journal, head)| before.get(journal) != Some(head)).map(|(one, _)| one).collect()
}

/// How many pieces of documents there are.
fn extents(demo: &Demo) -> i64 {
    data(demo, "blobs.sqlite").query_row("SELECT count(*) FROM extent", [], |row| row.get(0)).unwrap()
}

/// Waits for something that nobody asked for.
async fn until(what: &str, done: impl Fn() -> bool) {
    for _ in 0..300 {
        if done() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{what}: never");
}

async fn provide(demo: &Demo, one: &Person, unique_id: &str) -> (String, Vec<u8>) {
    let recipe = Recipe {
        kind: Kind::ConsultationReport,
        patient: one,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 2_000,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let bundle = iti65_bundle(&bytes, &header, &Options::default());
    let (status, answer) = demo.post(&demo.token("hospital-system"), "/fhir", &bundle).await;
    assert_eq!(status, 200, "{answer}");
    let location = answer["entry"][1]["response"]["location"].as_str().unwrap();
    (location.rsplit('/').next().unwrap().to_owned(), bytes)
}

/// How many documents are found under a name.
async fn total(demo: &Demo, token: &str, one: &Person) -> Value {
    demo.get(token, &format!("/fhir/DocumentReference?patient.identifier={}", of(one))).await.1["total"].take()
}

#[tokio::test]
async fn a_merge_cut_off_between_its_steps_is_ended() {
    let mut demo = Demo::set(NO_BUDGETS);
    let (old, new) = (person(201), person(202));
    let all =
        [&old, &new].map(|one| patient(OID, &one.ins.value, one.family, one.given, &one.birth.to_string(), "female"));
    assert!(demo.import(&all).status.success());
    let (gp, operator) = (demo.token("gp"), demo.claims(&json!({"role": "operator", "id": "exploitation"})));
    for one in [&old, &new] {
        assert_eq!(demo.post(&gp, "/fhir/Consent", &consent(OID, &one.ins.value)).await.0, 201);
    }
    let first = provide(&demo, &old, "1.2.250.1.999.41.1").await;
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let before = heads(&demo);
    let second = provide(&demo, &new, "1.2.250.1.999.41.2").await;
    let survivor = grown(&demo, &before)[0];
    demo.run_well(&["demo", "clock", "+PT1S"]);

    data(&demo, "journal.sqlite")
        .execute_batch(&format!(
            "CREATE TRIGGER cut BEFORE INSERT ON journal WHEN NEW.key >> 32 = {survivor} BEGIN SELECT RAISE(ABORT, 'cut'); END"
        ))
        .unwrap();
    let before = heads(&demo);
    let link = json!({"resourceType": "Patient", "active": false, "link": [{"type": "replaced-by", "other":
        {"identifier": {"system": format!("urn:oid:{OID}"), "value": new.ins.value}}}]});
    let request =
        demo.client().put(format!("{}/fhir/Patient?identifier={}", demo.base, of(&old))).bearer_auth(&operator);
    let request = request.header("content-type", "application/fhir+json").body(link.to_string());
    assert!(request.send().await.unwrap().status().is_server_error(), "nobody says that it is done");
    let moved = grown(&demo, &before);
    assert!(moved.len() == 1 && moved[0] != survivor, "frozen, and not taken in: {moved:?}");
    demo.kill();
    data(&demo, "journal.sqlite").execute_batch("DROP TRIGGER cut").unwrap();
    demo.again();

    until("the second step", || heads(&demo)[&survivor] > before[&survivor]).await;
    for one in [&old, &new] {
        assert_eq!(total(&demo, &gp, one).await, 2, "{}", one.ins.to_text());
    }
    for (id, bytes) in [&first, &second] {
        assert_eq!(demo.bytes(&gp, &format!("/fhir/Binary/{id}")).await, (200, bytes.clone()));
    }
    let unlink = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "delete"}, {"name": "path", "valueString": "Patient.link"}]}]});
    let (status, answer) = demo.patch(&operator, &format!("/fhir/Patient?identifier={}", of(&old)), &unlink).await;
    assert_eq!(status, 200, "{answer}");
    for (one, (id, bytes)) in [(&old, &first), (&new, &second)] {
        assert_eq!(total(&demo, &gp, one).await, 1, "{}", one.ins.to_text());
        assert_eq!(demo.bytes(&gp, &format!("/fhir/Binary/{id}")).await, (200, bytes.clone()));
    }
}

#[tokio::test]
async fn an_erasure_cut_off_before_its_bytes_is_ended() {
    let mut demo = Demo::set(NO_BUDGETS);
    let one = person(211);
    assert!(
        demo.import(&[patient(OID, &one.ins.value, one.family, one.given, &one.birth.to_string(), "female")])
            .status
            .success()
    );
    let holder = demo.activated(&one.ins.to_text()).await;
    let operator = demo.claims(&json!({"role": "operator", "id": "exploitation"}));
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let before = (heads(&demo), extents(&demo));
    let (id, _) = provide(&demo, &one, "1.2.250.1.999.42.1").await;
    let journal = grown(&demo, &before.0)[0];
    let kept = extents(&demo);
    assert!(kept > before.1);
    let size = |demo: &Demo| -> i64 {
        let sum = "SELECT sum(length(row)) FROM journal WHERE key >> 32 = ?1 AND key & 0xffffffff <= ?2";
        let upto = before.0[&journal] + 1;
        data(demo, "journal.sqlite").query_row(sum, [journal, upto], |row| row.get(0)).unwrap()
    };
    let whole = size(&demo);
    let says = |code: &str| {
        json!({"resourceType": "Communication", "status": "completed",
            "category": [{"coding": [{"system": "urn:dmp:communication", "code": code}]}],
            "about": [{"reference": format!("DocumentReference/{id}")}]})
    };
    assert_eq!(demo.post(&holder, "/fhir/Communication", &says("not-mine")).await.0, 201);

    let cut = |what: &str| format!("CREATE TRIGGER cut BEFORE {what} BEGIN SELECT RAISE(ABORT, 'cut'); END");
    data(&demo, "journal.sqlite").execute_batch(&cut("UPDATE ON journal")).unwrap();
    data(&demo, "blobs.sqlite").execute_batch(&cut("DELETE ON extent")).unwrap();
    assert_eq!(
        demo.post(&operator, "/fhir/Communication", &says("not-mine-erased")).await.0,
        201,
        "its entry is there"
    );
    assert_eq!(demo.get(&holder, &format!("/fhir/DocumentReference/{id}")).await.0, 404);
    // Long enough for the program to have tried.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!((size(&demo), extents(&demo)), (whole, kept), "and everything else is too");
    demo.kill();
    for file in ["journal.sqlite", "blobs.sqlite"] {
        data(&demo, file).execute_batch("DROP TRIGGER cut").unwrap();
    }
    demo.again();

    until("the bytes", || extents(&demo) == before.1).await;
    until("the rows", || size(&demo) < whole).await;
    assert_eq!(demo.get(&holder, &format!("/fhir/Binary/{id}")).await.0, 404);
    let out = demo.data.join("erased.journal");
    demo.run_well(&["journal", "export", "--ins", &one.ins.to_text(), "--out", out.to_str().unwrap()]);
    let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify_journal.py");
    let verified = std::process::Command::new("python3").arg(tool).arg(&out).output().unwrap();
    let text = String::from_utf8_lossy(&verified.stdout).trim().to_owned();
    assert!(text.contains(" parts erased, ") && text.ends_with("chain whole"), "{text}");
}
