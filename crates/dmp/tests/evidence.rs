//! An access that the holder does not recognise: the case, the signed extract, and a verifier that shares no code with the program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod common_mail;

use std::path::Path;
use std::process::Command;

use common::{Demo, patient, rule};
use common_mail::Outbox;
use serde_json::{Value, json};

const OID: &str = "1.2.250.1.213.1.4.10";
const VALUE: &str = "279035121518989";

fn verify(file: &Path, key: &str) -> (bool, String) {
    let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify_evidence.py");
    let output = Command::new("python3").arg(tool).arg(file).args(["--key", key]).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn text(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// The newest line of the history with that act's code.
async fn line(demo: &Demo, holder: &str, act: &str) -> String {
    let (_, lines) = demo.get(holder, &format!("/fhir/AuditEvent?patient.identifier={OID}%7C{VALUE}")).await;
    let is_it = |entry: &&Value| entry["resource"].to_string().contains(act);
    let found = lines["entry"].as_array().unwrap().iter().find(is_it);
    found.unwrap_or_else(|| panic!("no {act} in {lines}"))["resource"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_access_is_disputed_and_proved() {
    let demo = Demo::set(&["mail.operator=exploitant@demo.invalid"]);
    assert!(demo.import(&[patient(OID, VALUE, "PAT-TROIS", "DOMINIQUE", "1979-03-28", "female")]).status.success());
    let (gp, ins) = (demo.token("gp"), format!("{OID}|{VALUE}"));
    let holder = demo.activated(&ins).await;
    assert_eq!(demo.post(&gp, "/fhir/Consent", &common::consent(OID, VALUE)).await.0, 201);
    let query = format!("/fhir/DocumentReference?patient.identifier={OID}%7C{VALUE}&type=57833-6");
    assert_eq!(demo.get(&gp, &query).await.0, 200);
    let (granted, found) = (line(&demo, &holder, "grant-access").await, line(&demo, &holder, "find-documents").await);
    let about = |code: &str, id: &str| {
        json!({
            "resourceType": "Communication", "status": "completed",
            "category": [{"coding": [{"system": "urn:dmp:communication", "code": code}]}],
            "about": [{"reference": format!("AuditEvent/{id}")}],
        })
    };
    // The holder says so; a professional cannot; an id that is nowhere is not there.
    assert_eq!(demo.post(&holder, "/fhir/Communication", &about("access-disputed", &found)).await.0, 201);
    let (status, answer) = demo.post(&gp, "/fhir/Communication", &about("access-disputed", &found)).await;
    assert_eq!(status, 404, "as of an id that is nowhere: {answer}");
    let nowhere = "0d5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a5e";
    assert_eq!(demo.post(&holder, "/fhir/Communication", &about("access-disputed", nowhere)).await.0, 404);
    let (status, answer) = demo.post(&holder, "/fhir/Communication", &about("access-explained", &found)).await;
    assert_eq!((status, rule(&answer)), (404, "not-found"), "the operator alone closes a case");

    let alert = Outbox::of(&demo).until("exploitant@demo.invalid", "ALERTE_ACCES_CONTESTE").await;
    assert!(alert.contains(&format!("AuditEvent/{found}")) && !alert.contains(VALUE), "{alert}");

    let key = text(&demo.run(&["destruction", "key"]));
    for (id, opens) in [(&granted, true), (&found, false)] {
        let out = demo.data.join(format!("evidence-{id}.txt"));
        let output = demo.run(&["evidence", "--ins", &ins, "--entry", id, "--out", out.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let (good, said) = verify(&out, &key);
        assert!(good && said.starts_with("dmp-evidence 1: signed, "), "{said}");
        let extract = std::fs::read_to_string(&out).unwrap();
        let mode = "mode normal\n";
        assert!(extract.contains(mode) && extract.contains("outcome ") && extract.contains("requester professional "));
        // Nothing clinical, by any spelling: the question named a type of document.
        for clinical in ["57833-6", "Ordonnance", "PAT-TROIS", VALUE] {
            let hexadecimal: String = clinical.bytes().map(|byte| format!("{byte:02x}")).collect();
            assert!(!extract.contains(clinical) && !extract.contains(&hexadecimal), "{clinical}");
        }
        assert_eq!(extract.contains("disputed "), !opens, "the case belongs to the access");
        flipped(&out, &key);
        assert!(!verify(&out, &"0".repeat(64)).0, "another key");
    }
    assert_eq!(line(&demo, &holder, "take-evidence").await.len(), 36, "the holder sees that it was taken");
    let out = demo.data.join("nothing.txt");
    let output = demo.run(&["evidence", "--ins", &ins, "--entry", nowhere, "--out", out.to_str().unwrap()]);
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("--entry"));
    assert!(!out.exists());
}

/// Every byte counts: each is changed alone, and the text is cut at each line, by a loop around the verifier's own function.
fn flipped(file: &Path, key: &str) {
    let script = "
import sys
sys.path.insert(0, sys.argv[1])
import verify_evidence as v
text, key = open(sys.argv[2], 'rb').read(), bytes.fromhex(sys.argv[3])
v.verify(text, key)
def refused(changed):
    try:
        v.verify(changed, key)
    except (v.Fault, ValueError, KeyError, IndexError, TypeError):
        return True
    return False
passed = [n for n in range(len(text)) if not refused(text[:n] + bytes([text[n] ^ 1]) + text[n + 1:])]
passed += [n for n in range(len(text)) if text[n] == 10 and n + 1 < len(text) and not refused(text[:n + 1])]
print(len(text), 'bytes,', len(passed), 'changes not found')
sys.exit(bool(passed))
";
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools");
    let output = Command::new("python3").args(["-B", "-c", script, tools]).arg(file).arg(key).output().unwrap();
    println!("{}", text(&output));
    assert!(output.status.success(), "{} {}", text(&output), String::from_utf8_lossy(&output.stderr));
}

fn whole(file: &Path) -> String {
    let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify_journal.py");
    text(&Command::new("python3").arg(tool).arg(file).output().unwrap())
}

/// "This document is not mine", and its last resort: erased by the operator, gone for everybody, and the chain is whole.
#[tokio::test]
async fn a_document_of_somebody_else_is_erased() {
    let demo = Demo::set(&["mail.operator=exploitant@demo.invalid"]);
    let one = dmp_lab::people().unwrap().into_iter().find(|one| one.key == "bruno").unwrap();
    let ins = one.ins.to_text();
    let (holder, hospital) = (demo.holder(&ins), demo.token("hospital"));
    let operator = demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
    let query = format!("/fhir/DocumentReference?patient.identifier={}", ins.replace('|', "%7C"));
    let (_, before) = demo.get(&holder, &query).await;
    let id = before["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let says = |code: &str, text: Option<&str>| {
        let payload = text.map(|text| json!([{"contentString": text}]));
        let mut said = json!({
            "resourceType": "Communication", "status": "completed",
            "category": [{"coding": [{"system": "urn:dmp:communication", "code": code}]}],
            "about": [{"reference": format!("DocumentReference/{id}")}],
        });
        said["payload"] = payload.unwrap_or_default();
        if text.is_none() {
            said.as_object_mut().unwrap().remove("payload");
        }
        said
    };
    let post = async |token: &str, said: &Value| {
        let (status, answer) = demo.post(token, "/fhir/Communication", said).await;
        (status, rule(&answer).to_owned())
    };
    let erase = says("not-mine-erased", None);
    assert_eq!(post(&operator, &erase).await, (422, "state".to_owned()), "no case is open");
    assert_eq!(post(&holder, &says("not-mine", None)).await.0, 201);
    let alert = Outbox::of(&demo).until("exploitant@demo.invalid", "ALERTE_DOCUMENT_CONTESTE").await;
    assert!(alert.contains(&format!("DocumentReference/{id}")), "{alert}");
    assert_eq!(post(&holder, &erase).await, (403, "functional-right".to_owned()), "an operator's act");
    assert_eq!(post(&hospital, &erase).await, (403, "functional-right".to_owned()));
    assert_eq!(
        post(&operator, &says("not-mine-erased", Some("de Mme X"))).await.1,
        "payload",
        "no words about it are kept"
    );
    assert_eq!(post(&operator, &erase).await.0, 201);

    for path in [format!("/fhir/DocumentReference/{id}"), format!("/fhir/Binary/{id}")] {
        assert_eq!(demo.get(&holder, &path).await.0, 404, "{path}");
    }
    assert_eq!(post(&operator, &erase).await.0, 404);
    let (_, after) = demo.get(&holder, &query).await;
    assert_eq!(after["total"].as_u64().unwrap(), before["total"].as_u64().unwrap() - 1);
    let (_, lines) =
        demo.get(&holder, &format!("/fhir/AuditEvent?patient.identifier={}", ins.replace('|', "%7C"))).await;
    assert!(lines.to_string().contains("erase-document"), "the holder reads who erased it");
    // What is due ran: the part is gone from its row, and the chain is what it was.
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let out = demo.data.join("bruno.journal");
    demo.run_well(&["journal", "export", "--ins", &ins, "--out", out.to_str().unwrap()]);
    let said = whole(&out);
    assert!(said.ends_with("chain whole") && said.contains(" parts erased, "), "{said}");
    every_forged_erasure_is_found(&out);
}

/// No other change of that journal may be missing: whoever rewrites one as erased is found, for the digests alone would not tell.
fn every_forged_erasure_is_found(file: &Path) {
    let script = "
import sys
sys.path.insert(0, sys.argv[1])
import verify_journal as v
from test_verify_journal import split_row
text = open(sys.argv[2], 'rb').read()
lines = text.split(b'\\n')
tried = passed = 0
for seq in range(1, len(lines) - 2):
    row = bytes.fromhex(lines[seq].split(b' ')[1].decode())
    at = 23 + (32 if seq == 1 else 0)
    for part, commit in split_row(seq, row)[2]:
        if part[0] == v.CHANGE and part[33] != 0:
            forged = row[:at] + part[:33] + bytes(1) + row[at + len(part):]
            changed = lines[:seq] + [b'%d %s' % (seq, forged.hex().encode())] + lines[seq + 1:]
            tried += 1
            v.read_chain(b'\\n'.join(changed))
            try:
                v.verify(b'\\n'.join(changed))
                passed += 1
            except v.Fault:
                pass
        at += len(part)
print(tried, 'erasures,', passed, 'not found')
sys.exit(bool(passed) or tried < 5)
";
    let tools = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools");
    let output = Command::new("python3").args(["-B", "-c", script, tools]).arg(file).output().unwrap();
    assert!(output.status.success(), "{} {}", text(&output), String::from_utf8_lossy(&output.stderr));
}
