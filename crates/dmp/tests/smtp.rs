//! Notices through a real mail server (`tools/smtp/server.py`, started by `./test.sh`): over TLS, each at least once, tried again when
//! it is refused for now, kept as a dead letter after the last try.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{Demo, patient};
use serde_json::json;

/// The mails to somebody that the server took.
fn taken(folder: &Path, to: &str) -> Vec<String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let mails = files
        .filter(|path| path.extension().is_some_and(|kind| kind == "eml"))
        .map(|path| std::fs::read_to_string(path).unwrap());
    mails.filter(|mail| mail.contains(&format!("To: {to}\r\n"))).collect()
}

async fn until(folder: &Path, to: &str) -> Vec<String> {
    for _ in 0..600 {
        let found = taken(folder, to);
        if !found.is_empty() {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no mail to {to}");
}

/// Where the mail server leaves what it took, and a demo that sends through it; none where the server is not here, which is said.
fn through_the_server() -> Option<(PathBuf, Demo)> {
    let (Ok(folder), Ok(port)) = (std::env::var("DMP_SMTP_FOLDER"), std::env::var("DMP_SMTP_PORT")) else {
        println!("SKIPPED: the mail server of ./test.sh is not here");
        return None;
    };
    let folder = PathBuf::from(folder);
    let server = format!("mail.smtp=smtp://127.0.0.1:{port}");
    let demo = Demo::set(&[&server, &format!("mail.ca={}", folder.join("ca.pem").display())]);
    Some((folder, demo))
}

#[tokio::test]
async fn mails_leave_over_tls_are_tried_again_and_end_as_dead_letters() {
    let Some((folder, demo)) = through_the_server() else { return };
    let folder = folder.as_path();
    let seeded = until(folder, "ange@demo.invalid").await;
    assert!(
        seeded.iter().all(|mail| mail.starts_with("TLS: True\r\n") && mail.contains("X-Dmp-Notice: ")),
        "{seeded:?}"
    );

    let with = |value: &str, email: &str| {
        let mut one = patient("1.2.250.1.213.1.4.11", value, "ATTENTE", "Line", "1980-01-01", "female");
        one["telecom"] = json!([{"system": "email", "value": email}]);
        one
    };
    let imported =
        demo.import(&[with("280017599900184", "later@poste.invalid"), with("280017599900283", "never@poste.invalid")]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    // Refused twice, for a minute and for five more; then taken.
    for _ in 0..8 {
        demo.run_well(&["demo", "clock", "+PT7H"]);
        if !taken(folder, "later@poste.invalid").is_empty() {
            break;
        }
    }
    assert_eq!(until(folder, "later@poste.invalid").await.len(), 1, "once");
    demo.run_well(&["demo", "clock", "+P4D"]);
    let dead = demo.run_well(&["mail", "dead-letters"]);
    assert!(dead.contains("8 tries") && dead.contains("the mail server answers 451"), "{dead}");
    assert!(!dead.contains("never@"), "no address: {dead}");
    assert!(taken(folder, "never@poste.invalid").is_empty());
}

/// Who is told may change between two tries: the mail that waits is for whom it was, and goes to nobody who came before him in the list.
#[tokio::test]
async fn a_mail_that_waits_is_for_whom_it_was() {
    let Some((folder, demo)) = through_the_server() else { return };
    let folder = folder.as_path();
    let (ins, value) = ("1.2.250.1.213.1.4.11|110067599900452", "110067599900452");
    let mut one = patient("1.2.250.1.213.1.4.11", value, "ATTENTE", "Jeune", "2010-06-30", "male");
    one["telecom"] = json!([{"system": "email", "value": "later-family@poste.invalid"}]);
    let imported = demo.import(&[one]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let query = ins.replace('|', "%7C");
    let holder = demo.activated(ins).await;
    // Tried at once and refused, for a minute; meanwhile the minor gives an address of his own, and comes first.
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let own =
        json!([{"op": "replace", "path": "/telecom", "value": [{"system": "email", "value": "jeune@poste.invalid"}]}]);
    assert_eq!(demo.patch(&holder, &format!("/fhir/Patient?identifier={query}"), &own).await.0, 200);
    for _ in 0..8 {
        demo.run_well(&["demo", "clock", "+PT7H"]);
        if !taken(folder, "later-family@poste.invalid").is_empty() {
            break;
        }
    }
    let opened = |mails: Vec<String>| mails.iter().filter(|mail| mail.contains("X-Dmp-Notice: VIE_DMP")).count();
    assert_eq!(opened(until(folder, "later-family@poste.invalid").await), 1, "the family is told of the opening");
    assert_eq!(opened(taken(folder, "jeune@poste.invalid")), 0, "he was not there yet");
}

/// What a holder wants told together is told together, though the server refused it at first: nothing of it is lost with the next try.
#[tokio::test]
async fn what_is_told_together_is_tried_again_together() {
    let Some((folder, demo)) = through_the_server() else { return };
    let folder = folder.as_path();
    let (ins, value) = ("1.2.250.1.213.1.4.11|280017599900382", "280017599900382");
    let mut one = patient("1.2.250.1.213.1.4.11", value, "ATTENTE", "Ligne", "1980-01-01", "female");
    one["telecom"] = json!([{"system": "email", "value": "calm@poste.invalid"}]);
    let imported = demo.import(&[one]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let holder = demo.activated(ins).await;
    let daily = json!({"resourceType": "Subscription", "status": "active", "reason": "une fois par jour",
        "criteria": format!("AuditEvent?patient.identifier={ins}"), "channel": {"type": "email"},
        "extension": [{"url": "urn:dmp:frequency", "valueCode": "daily"}]});
    let (status, answer) = demo.post(&holder, "/fhir/Subscription", &daily).await;
    assert_eq!(status, 201, "{answer}");
    let query = ins.replace('|', "%7C");
    let moved = json!([{"op": "replace", "path": "/telecom", "value": [{"system": "email", "value": "later-together@poste.invalid"}]}]);
    assert_eq!(demo.patch(&holder, &format!("/fhir/Patient?identifier={query}"), &moved).await.0, 200);
    // Three kinds of things that others do.
    assert_eq!(demo.get(&demo.token("nurse"), &format!("/fhir/Patient?identifier={query}")).await.0, 200);
    assert_eq!(
        demo.get(&demo.token("nurse"), &format!("/fhir/DocumentReference?patient.identifier={query}")).await.0,
        403
    );
    let agreed = common::consent("1.2.250.1.213.1.4.11", value);
    assert_eq!(demo.post(&demo.token("dentist"), "/fhir/Consent", &agreed).await.0, 201);
    for _ in 0..8 {
        demo.run_well(&["demo", "clock", "+PT20H"]);
        if !taken(folder, "later-together@poste.invalid").is_empty() {
            break;
        }
    }
    let mails = until(folder, "later-together@poste.invalid").await;
    let [mail] = mails.as_slice() else { panic!("one mail: {mails:?}") };
    assert!(mail.contains("X-Dmp-Notice: SYNTHESE"), "{mail}");
    assert!(mail.matches("\n- ").count() >= 3, "{mail}");
}

/// A death that was an error: a mail that waits for another try waits on, and leaves once it is taken back.
#[tokio::test]
async fn a_mail_that_waits_outlasts_a_death_in_error() {
    let Some((folder, demo)) = through_the_server() else { return };
    let folder = folder.as_path();
    let value = "280017599900481";
    let mut one = patient("1.2.250.1.213.1.4.11", value, "ATTENTE", "Vive", "1980-01-01", "female");
    one["telecom"] = json!([{"system": "email", "value": "later-alive@poste.invalid"}]);
    let imported = demo.import(&[one]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    // Tried at once and refused, for a minute.
    demo.run_well(&["demo", "clock", "+PT1S"]);
    for dead in [true, false] {
        let operator = demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
        let path = format!("/fhir/Patient?identifier=1.2.250.1.213.1.4.11%7C{value}");
        let set = json!([{"op": "replace", "path": "/deceasedBoolean", "value": dead}]);
        assert_eq!(demo.patch(&operator, &path, &set).await.0, 200);
        demo.run_well(&["demo", "clock", "+P3D"]);
    }
    let mails = until(folder, "later-alive@poste.invalid").await;
    assert_eq!(mails.len(), 3, "that it opened, that it closed, that it is open again: {mails:?}");
}
