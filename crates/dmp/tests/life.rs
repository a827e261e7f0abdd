//! The program's life: restarts, imports beside a server, exports that another reader verifies, nothing readable on disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::process::Command;

use common::{DMP, Demo, patient, shared};
use dmp_core::identity::ins::nir_key;
use dmp_lab::people;
use serde_json::{Value, json};

fn insured(place: usize) -> Value {
    let nir = format!("150{:02}75{:06}", 1 + place % 12, place);
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    patient("1.2.250.1.213.1.4.10", &value, "MARQUEUR-NOM", "Zénobie", "1950-01-01", "female")
}

#[tokio::test]
async fn data_survive_a_restart_and_a_kill() {
    let mut demo = Demo::start();
    let ins = people().unwrap()[0].ins.to_text();
    let path = format!("/fhir/DocumentReference?patient.identifier={}", ins.replace('|', "%7C"));
    let gp = demo.token("gp");
    let before = demo.get(&gp, &path).await.1;
    assert_eq!(before["total"], json!(3));
    demo.stop();
    demo.again();
    let after = demo.get(&gp, &path).await.1;
    assert_eq!(
        after["entry"][0]["resource"]["id"], before["entry"][0]["resource"]["id"],
        "the same ids, whatever the address"
    );
    demo.kill();
    demo.again();
    assert_eq!(demo.get(&gp, &path).await.1["total"], json!(3), "and the same token");
}

#[tokio::test]
async fn an_import_runs_beside_a_server_names_bad_lines_and_repeats_nothing() {
    let demo = Demo::start();
    let mut people: Vec<Value> = (0..300).map(insured).collect();
    people[7]["birthDate"] = json!("1950-13-01");
    people[9]["extension"] = json!([{"url": "urn:dmp:regime", "valueCode": "NOWHERE"}]);
    people[11]["identifier"][0]["value"] = json!("150017500001199");
    let output = demo.import(&people);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "bad lines are told by the exit code too");
    for line in ["line 8: birthDate", "line 10: extension urn:dmp:regime", "line 12: identifier"] {
        assert!(errors.contains(line), "{errors}");
    }
    assert!(String::from_utf8_lossy(&output.stdout).contains("297 opened, 0 open already"), "{output:?}");
    let output = demo.import(&people);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("297 done by an earlier run, 3 bad lines") && !output.status.success(), "{told}");
    let value = people[0]["identifier"][0]["value"].as_str().unwrap();
    let path = format!("/fhir/Patient?identifier=urn:oid:1.2.250.1.213.1.4.10%7C{value}");
    let (status, found) = demo.get(&demo.token("gp"), &path).await;
    assert_eq!((status, &found["total"]), (200, &json!(1)), "the server sees what was imported beside it");
}

#[tokio::test]
async fn an_export_is_verified_by_another_reader() {
    let demo = shared();
    let ins = people().unwrap()[3].ins.to_text();
    let out = demo.data.join("export.txt");
    let output = demo.run(&["journal", "export", "--ins", &ins, "--out", out.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let head = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify_journal.py");
    let verify = |arguments: &[&str]| Command::new("python3").arg(tool).arg(&out).args(arguments).output().unwrap();
    let verified = verify(&["--head", &head]);
    let text = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(verified.status.success() && text.trim().ends_with("entries, chain whole"), "{text}");
    let wrong = verify(&["--head", &"0".repeat(64)]);
    assert_eq!(wrong.status.code(), Some(1));
    let mut bytes = std::fs::read(&out).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] = if bytes[middle] == b'a' { b'b' } else { b'a' };
    std::fs::write(&out, bytes).unwrap();
    assert_eq!(verify(&[]).status.code(), Some(1), "a changed byte is found");
}

#[tokio::test]
async fn nothing_of_anyone_is_readable_in_files_or_metrics() {
    let mut demo = Demo::start();
    let people: Vec<Value> = (0..20).map(insured).collect();
    assert!(demo.import(&people).status.success());
    let value = people[0]["identifier"][0]["value"].as_str().unwrap().to_owned();
    let gp = demo.token("gp");
    let (status, _) = demo.get(&gp, &format!("/fhir/DocumentReference?patient.identifier=1.2.250.1.213.1.4.10%7C{value}&author.family=MARQUEUR-QUESTION")).await;
    assert_eq!(status, 403);
    let metrics = demo.client().get(format!("{}/metrics", demo.base)).send().await.unwrap().text().await.unwrap();
    demo.stop();
    let markers = ["MARQUEUR", "Zénobie", value.as_str(), "Ordonnance de m", "FICTIF", "Imaginaire", "demo.invalid"];
    for marker in markers {
        assert!(!metrics.contains(marker), "the metrics hold {marker}");
    }
    let mut looked_at = 0;
    let files = |folder: &std::path::Path| std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    for path in files(&demo.data).chain(files(&demo.data.join("blobs"))) {
        // What this test itself wrote, and the file that was imported.
        if path.is_dir() || path.extension().is_some_and(|ending| ending == "ndjson") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        looked_at += bytes.len();
        for marker in markers {
            let found = bytes.windows(marker.len()).any(|window| window == marker.as_bytes());
            assert!(!found, "{} holds {marker}", path.display());
        }
    }
    assert!(looked_at > 500_000, "there was something to look at");
}

#[test]
fn the_configuration_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let example = Command::new(DMP).args(["config", "example"]).output().unwrap();
    let example = String::from_utf8(example.stdout).unwrap();
    let check = |text: &str| {
        let path = write("dmp.toml", text);
        let output = Command::new(DMP).args(["config", "check"]).arg(path).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (good, errors) = check(&example);
    assert!(!good && errors.contains("accept_assumed"), "assumed cells must be accepted: {errors}");
    let accepted = example.replace("accept_assumed = false", "accept_assumed = true");
    assert_eq!(check(&accepted), (true, String::new()));
    let (good, errors) = check(&accepted.replace("/etc/dmp/root.key", "/var/lib/dmp/root.key"));
    assert!(!good && errors.contains("root key"), "{errors}");
    let list =
        accepted.replace("# destroyed = \"/etc/dmp/destroyed.list\"", "destroyed = \"/var/lib/dmp/destroyed.list\"");
    let (good, errors) = check(&list);
    assert!(list != accepted && !good && errors.contains("data.destroyed"), "{errors}");
    let (good, errors) = check(&accepted.replace("epoch_days = 30", "epoch_days = 90"));
    assert!(!good && errors.contains("keys.epoch_days"), "{errors}");
    let (good, errors) = check(&accepted.replace("[policy]", "[policy]\nunknown = 1"));
    assert!(!good && errors.contains("unknown"), "{errors}");
}

#[test]
fn the_matrix_is_printed_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let shown = Command::new(DMP).args(["matrix", "show", "--format", "csv"]).output().unwrap();
    assert!(shown.status.success() && String::from_utf8_lossy(&shown.stderr).contains("assumed"));
    let file = folder.path().join("matrix.csv");
    std::fs::write(&file, &shown.stdout).unwrap();
    let checked = Command::new(DMP).args(["matrix", "check"]).arg(&file).output().unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let broken = String::from_utf8(shown.stdout).unwrap().replacen(",read,", ",,", 1);
    std::fs::write(&file, broken).unwrap();
    let checked = Command::new(DMP).args(["matrix", "check"]).arg(&file).output().unwrap();
    assert!(!checked.status.success());
}
