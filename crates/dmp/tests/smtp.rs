//! Notices through a real mail server (`tools/smtp/server.py`, started by `./test.sh`): over TLS, each at least once, tried again when
//! it is refused for now, kept as a dead letter after the last try.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on must stop")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use common::{DMP, Demo, patient};
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

/// The names of the mails to the operator that a server was given, in their order. It takes the first of them for good, puts the others off
/// each time, and takes whatever is for anybody else.
type Given = Arc<Mutex<Vec<String>>>;

fn serve(stream: TcpStream, given: &Given) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut out = stream;
    out.write_all(b"220 here\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let reply = match line.get(..4).unwrap_or_default() {
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let mail: Vec<String> = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".").collect();
                let field = |name: &str| mail.iter().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
                let mut given = given.lock().unwrap();
                let (to, name) = (field("To: "), field("Message-ID: ").to_owned());
                let first = given.first().is_none_or(|first| *first == name);
                let operator = to == "exploitant@demo.invalid";
                given.extend(operator.then_some(name));
                if operator && !first { "451 not now\r\n" } else { "250 taken\r\n" }
            }
            _ => "250 here\r\n",
        };
        out.write_all(reply.as_bytes())?;
    }
    Ok(())
}

/// A server on this machine, and what it was given.
fn puts_off() -> (String, Given) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, given) = (listener.local_addr().unwrap().port(), Given::default());
    let theirs = Arc::clone(&given);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let given = Arc::clone(&theirs);
            std::thread::spawn(move || serve(stream, &given));
        }
    });
    (format!("mail.smtp=smtp+plain://127.0.0.1:{port}"), given)
}

/// Moves the clock, or says that it stands: a queue that ends at its first failure would hold it for ever.
async fn moves(demo: &Demo, by: &str) {
    let mut command = Command::new(DMP);
    let mut moving =
        command.args(["demo", "clock", by, "--data"]).arg(&demo.data).stdout(Stdio::null()).spawn().unwrap();
    for _ in 0..600 {
        if let Some(status) = moving.try_wait().unwrap() {
            assert!(status.success());
            return;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    moving.kill().unwrap();
    moving.wait().unwrap();
    panic!("the clock stands");
}

/// An alert that the operator's server puts off is tried again as any mail, further and further apart; what is beside it, or comes after it, goes
/// on: the other alert is sent once, and dossiers end.
#[tokio::test]
async fn an_alert_that_is_put_off_holds_nothing_up() {
    let (server, given) = puts_off();
    let demo = Demo::set(&[&server, "mail.operator=exploitant@demo.invalid"]);
    let oid = "1.2.250.1.213.1.4.11";
    let values = ["280017599900184", "280017599900283", "280017599900382"];
    let people = values.map(|value| patient(oid, value, "ATTENTE", "Line", "1980-01-01", "female"));
    assert!(demo.import(&people).status.success());
    let [one, other, ending] = values;
    for value in [one, other] {
        demo.activated(&format!("{oid}|{value}")).await;
        let url = format!("{}/fhir/DocumentReference?patient.identifier={oid}%7C{value}", demo.base);
        let request = demo.client().get(url).bearer_auth(demo.token("nurse"));
        let request = request.header("Purpose-Of-Use", "urn:oid:1.2.250.1.213.1.1.4.248|bris_de_glace");
        assert_eq!(request.header("Purpose-Of-Use-Reason", "Inconscient").send().await.unwrap().status(), 200);
    }
    let holder = demo.activated(&format!("{oid}|{ending}")).await;
    let url = format!("{}/fhir/Patient?identifier={oid}%7C{ending}", demo.base);
    let closed = demo.client().delete(url).bearer_auth(&holder).send().await.unwrap();
    assert_eq!(closed.status().as_u16(), 202, "express deletion");
    // Both reviews are over after a week; the dossier ends after three months.
    moves(&demo, "+P4M").await;
    let given = given.lock().unwrap().clone();
    let first = given.iter().filter(|name| Some(*name) == given.first()).count();
    assert_eq!((first, given.len()), (1, 9), "one once, the other eight times: {given:?}");
    let dead = demo.run_well(&["mail", "dead-letters"]);
    assert!(dead.lines().count() == 1 && dead.contains("-review  8 tries"), "{dead}");
    let ended = demo.run_well(&["destruction", "list"]);
    assert!(ended.ends_with("express  complete"), "{ended}");
}
