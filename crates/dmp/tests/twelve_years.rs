//! Twelve years on a driven clock, on both policies: what ends in them ends when it must, and of a dossier that is destroyed nothing is
//! left that anything opens, in no file, in no backup, with no key.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod thief;

use std::path::Path;
use std::process::Command;

use common::{Demo, consent, patient, rule};
use dmp_content::{Limits, read_cda};
use dmp_core::code::{Day, Instant};
use dmp_core::dossier::Sex;
use dmp_core::identity::Ins;
use dmp_core::identity::ins::nir_key;
use dmp_lab::{Kind, Options, Person, Recipe, iti65_bundle, people, persona};
use dmp_store::keys::KeyFault;
use serde_json::{Value, json};
use thief::{Loot, copy, count, lying_about, opened};

const OID: &str = "1.2.250.1.213.1.4.10";
/// Planted in a name, a title and a text.
const MARKERS: [&str; 3] = ["MARQUEURNOM", "MARQUEURTITRE", "MARQUEURTEXTE"];
/// The files that hold what the house sent or was given, not what it keeps: mails and letters, and this test's own.
const OUTSIDE: [&str; 5] = ["outbox", "letters", "import", "claims", "export"];

/// An insured person; the first is the one whose dossier ends.
fn somebody(place: u32) -> Person {
    let nir = format!("27903990{:05}", 10_000 + place);
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    Person {
        key: "",
        ins: Ins::parse(OID, &value).unwrap(),
        family: if place == 0 { MARKERS[0] } else { "AUTRE" },
        used_family: None,
        given: "Alix",
        birth: Day::parse("1979-03-28").unwrap(),
        sex: Sex::Female,
        home: ("69003", "Lyon"),
        email: None,
        regime: "REGIME-GENERAL",
        representatives: &[],
        story: "",
    }
}

/// A prescription with a marker in its title and one in its text.
fn document(person: &Person, unique_id: &str, flags: Vec<&str>) -> Value {
    let recipe = Recipe {
        kind: Kind::LabReport,
        patient: person,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 2_000,
    };
    let mut text = String::from_utf8(recipe.write()).unwrap();
    if person.family == MARKERS[0] {
        let title = Kind::LabReport.title().replace('\'', "&apos;");
        let title = if text.contains(&title) { title } else { Kind::LabReport.title().to_owned() };
        assert!(text.contains(&title), "{text}");
        text = text.replacen(&title, MARKERS[1], 1);
        let end = text.rfind("</component>").unwrap();
        text.insert_str(end, &format!("<!-- {} -->", MARKERS[2]));
    }
    let header = read_cda(text.as_bytes(), Limits::default()).unwrap();
    iti65_bundle(text.as_bytes(), &header, &Options { flags, ..Options::default() })
}

/// The hour is this from now on, and all that was due on the way is done.
fn at(demo: &Demo, hour: &str) {
    let output = demo.run(&["demo", "clock", hour]);
    assert!(output.status.success(), "{hour}: {}", String::from_utf8_lossy(&output.stderr));
}

fn list(person: &Person) -> String {
    format!("/fhir/DocumentReference?patient.identifier={}", person.ins.to_text().replace('|', "%7C"))
}

fn dossier(person: &Person) -> String {
    format!("/fhir/Patient?identifier={}", person.ins.to_text().replace('|', "%7C"))
}

/// What somebody finds: how many documents, or the rule that refuses.
async fn finds(demo: &Demo, token: &str, person: &Person) -> Result<u64, String> {
    let (status, answer) = demo.get(token, &list(person)).await;
    if status == 200 { Ok(answer["total"].as_u64().unwrap()) } else { Err(rule(&answer).to_owned()) }
}

async fn gp(demo: &Demo, person: &Person) -> Result<u64, String> {
    finds(demo, &demo.token("gp"), person).await
}

async fn holder(demo: &Demo, person: &Person) -> Result<u64, String> {
    finds(demo, &demo.holder(&person.ins.to_text()), person).await
}

async fn declares(demo: &Demo, person: &Person) {
    let (status, answer) = demo.post(&demo.token("gp"), "/fhir/Consent", &consent(OID, &person.ins.value)).await;
    assert_eq!(status, 201, "{answer}");
}

async fn provides(demo: &Demo, bundle: &Value) {
    let (status, answer) = demo.post(&demo.token("hospital"), "/fhir", bundle).await;
    assert_eq!(status, 200, "{answer}");
}

async fn active(demo: &Demo, person: &Person, active: bool) -> Value {
    let patch = json!([{"op": "replace", "path": "/active", "value": active}]);
    let (status, answer) = demo.patch(&demo.holder(&person.ins.to_text()), &dossier(person), &patch).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

fn refused(rule: &str) -> Result<u64, String> {
    Err(rule.to_owned())
}

/// Authorisation over a leap day, release and a year's end over the changes of the hour, majority.
async fn what_ends_in_its_time(demo: &Demo, ends: &Person) {
    at(demo, "2028-02-29T09:00:00Z");
    declares(demo, ends).await;
    provides(demo, &document(ends, "1.2.250.1.999.12.1", vec![])).await;
    provides(demo, &document(ends, "1.2.250.1.999.12.2", vec!["INVISIBLE_PATIENT"])).await;
    assert_eq!((gp(demo, ends).await, holder(demo, ends).await), (Ok(2), Ok(1)), "one is withheld from the holder");
    // A month, at the same hour in Paris, where it is summer by then.
    at(demo, "2028-03-29T07:59:00Z");
    assert_eq!(holder(demo, ends).await, Ok(1));
    at(demo, "2028-03-29T08:10:00Z");
    assert_eq!(holder(demo, ends).await, Ok(2), "released");

    // Of age at midnight in Paris: the mother reads until then.
    let all = people().unwrap();
    let named = |key: &str| all.iter().find(|one| one.key == key).unwrap();
    let (mother, son) = (named("alma"), named("dario"));
    let claims = json!({"role": "representative", "id": mother.ins.to_text(), "ins": son.ins.to_text()});
    at(demo, "2028-06-29T21:58:00Z");
    assert!(finds(demo, &demo.claims(&claims), son).await.is_ok());
    at(demo, "2028-06-29T22:01:00Z");
    assert_eq!(finds(demo, &demo.claims(&claims), son).await, refused("not-holder"));

    // Declared on 29 February at 10:00: a year later it is the 28th, at 10:00.
    at(demo, "2029-02-28T08:59:00Z");
    assert_eq!(gp(demo, ends).await, Ok(2));
    at(demo, "2029-02-28T09:10:00Z");
    assert_eq!(gp(demo, ends).await, refused("no-authorisation"));
    // Declared at 02:30 on a day on which, a year later, there is no 02:30: it ends at 03:00, the summer's.
    at(demo, "2029-03-31T00:30:00Z");
    declares(demo, ends).await;
    at(demo, "2030-03-31T00:58:00Z");
    assert_eq!(gp(demo, ends).await, Ok(2));
    at(demo, "2030-03-31T01:00:00Z");
    assert_eq!(gp(demo, ends).await, refused("no-authorisation"));
}

/// Two dossiers are closed; one is reopened in its tenth year and has everything. Gives the number of the other's certificate.
async fn archived_and_reopened(demo: &Demo, ends: &Person, returns: &Person) -> String {
    provides(demo, &document(returns, "1.2.250.1.999.12.3", vec![])).await;
    declares(demo, returns).await;
    at(demo, "2030-06-15T12:00:00Z");
    active(demo, returns, false).await;
    let closed = active(demo, ends, false).await;
    let number = closed["identifier"][1]["value"].as_str().unwrap().to_owned();
    assert_eq!(closed["identifier"][1]["system"], "urn:dmp:destruction-certificate");
    for person in [ends, returns] {
        assert_eq!((gp(demo, person).await, holder(demo, person).await), (refused("closed"), refused("closed")));
    }
    at(demo, "2039-12-31T12:00:00Z");
    assert_eq!(holder(demo, returns).await, refused("closed"));
    active(demo, returns, true).await;
    assert_eq!(holder(demo, returns).await, Ok(1), "everything is back");
    number
}

fn printed(demo: &Demo, arguments: &[&str]) -> String {
    let output = demo.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn root(demo: &Demo) -> [u8; 32] {
    std::fs::read(demo.data.join("root.key")).unwrap().try_into().unwrap()
}

/// Another reader verifies what is left of others.
fn others_verify(demo: &Demo, person: &Person, name: &str) {
    let out = demo.data.join(format!("export-{name}.txt"));
    let head = printed(demo, &["journal", "export", "--ins", &person.ins.to_text(), "--out", out.to_str().unwrap()]);
    let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify_journal.py");
    let output = Command::new("python3").arg(tool).arg(&out).args(["--head", &head]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// The certificate is there, is the deployment's, and names nobody.
fn certified(demo: &Demo, number: &str, ends: &Person) {
    let listed = printed(demo, &["destruction", "list"]);
    assert!(listed.contains(number) && listed.contains("archive  complete"), "{listed}");
    let file = demo.data.join("certificate.txt");
    drop(std::fs::remove_file(&file));
    printed(demo, &["destruction", "certificate", number, "--out", file.to_str().unwrap()]);
    let key = printed(demo, &["destruction", "key"]);
    let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify_evidence.py");
    let output = Command::new("python3").arg(tool).arg(&file).args(["--key", &key]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.starts_with("dmp-certificate 1: signed"), "{said}");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\nkey-removed 2040-06-15T22:00:0"), "at the Paris midnight that closes the day: {text}");
    assert_eq!(count(text.as_bytes(), &[&MARKERS[..], &[&ends.ins.value]].concat()), 0);
}

/// What a thief finds before, which shows that he searches well, and after.
async fn nothing_is_left(demo: &Demo, backup: &Path, old_root: [u8; 32]) {
    let loot = |data: &Path, keys: &Path, root| Loot { data: data.to_owned(), keys: keys.to_owned(), root };
    let now = root(demo);
    assert_ne!(now, old_root, "another root");
    let with_the_old_root = opened(&loot(backup, backup, old_root), &MARKERS).await;
    assert!(with_the_old_root.unwrap() > 5, "the search finds what is there to be found: that root must be destroyed");
    let older_keys = opened(&loot(backup, backup, now), &MARKERS).await;
    assert!(
        matches!(older_keys, Err(KeyFault::Root(_))),
        "the older key store opens with no root that is left: {older_keys:?}"
    );
    assert_eq!(opened(&loot(backup, &demo.data, now), &MARKERS).await, Ok(0), "yesterday's backup, today's keys");
    assert_eq!(opened(&loot(&demo.data, &demo.data, now), &MARKERS).await, Ok(0), "today's data, today's keys");
    let (with_what_was_imported, _) = lying_about(&demo.data, &MARKERS, &[]);
    assert!(with_what_was_imported > 0, "the file that was imported has a name in it, and the search finds it");
    for folder in [&*demo.data, backup] {
        let (found, looked) = lying_about(folder, &MARKERS, &OUTSIDE);
        assert_eq!(found, 0, "{}", folder.display());
        assert!(looked > 1_000_000, "{looked} bytes");
        let (old, _) = roots_lying_about(folder, &old_root);
        assert_eq!(old, 0, "the old root lies about in {}", folder.display());
    }
}

fn roots_lying_about(folder: &Path, root: &[u8; 32]) -> (usize, usize) {
    let (mut found, mut looked) = (0, 0);
    let files = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    for path in files(folder).chain(files(&folder.join("blobs"))) {
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            looked += 1;
            found += bytes.windows(32).filter(|window| *window == root).count();
        }
    }
    (found, looked)
}

/// The backup of the day before is restored beside the keys, the root and the list of today: it forgets before it serves.
async fn a_restored_backup_forgets(demo: &Demo, backup: &Path, ends: &Person, stays: &Person) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    copy(backup, &data, &["journal", "blobs"]);
    copy(&demo.data, &data, &["keys"]);
    for entry in std::fs::read_dir(&demo.data).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && !path.to_string_lossy().contains(".sqlite") {
            std::fs::copy(&path, data.join(path.file_name().unwrap())).unwrap();
        }
    }
    let restored = Demo::on(&data);
    assert_eq!(gp(&restored, ends).await, refused("unknown-dossier"));
    assert!(holder(&restored, stays).await.is_ok());
}

fn insured(person: &Person) -> Value {
    patient(OID, &person.ins.value, person.family, person.given, "1979-03-28", "female")
}

async fn twelve_years(policy: &str) {
    let setting = format!("policy={policy}");
    let mut demo = Demo::set(&[&[setting.as_str()], common::NO_BUDGETS].concat());
    let [ends, stays, returns] = [0, 1, 2].map(somebody);
    assert!(demo.import(&[insured(&ends), insured(&stays), insured(&returns)]).status.success());
    for person in [&ends, &stays, &returns] {
        demo.activated(&person.ins.to_text()).await;
    }
    what_ends_in_its_time(&demo, &ends).await;
    provides(&demo, &document(&stays, "1.2.250.1.999.12.4", vec![])).await;
    let number = archived_and_reopened(&demo, &ends, &returns).await;
    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let old_root = the_day_before(&mut demo, &backup).await;
    the_last_minute(&demo, &ends).await;
    // The epoch that knew the key ends within its days; a second start changes nothing.
    at(&demo, "2040-07-16T00:00:00Z");
    demo.stop();
    demo.again();
    certified(&demo, &number, &ends);
    for (person, name) in [(&stays, "stays"), (&returns, "returns")] {
        assert_eq!(holder(&demo, person).await, Ok(1));
        others_verify(&demo, person, name);
    }
    demo.stop();
    nothing_is_left(&demo, &backup, old_root).await;
    demo.again();
    a_restored_backup_forgets(&demo, &backup, &ends, &stays).await;
    // The person may have a dossier again, and it is empty.
    assert!(demo.import(&[insured(&ends), insured(&stays)]).status.success());
    demo.activated(&ends.ins.to_text()).await;
    assert_eq!(holder(&demo, &ends).await, Ok(0));
}

/// A backup is taken, and the root of that day remembered; as long as the dossier is archived it is all there.
async fn the_day_before(demo: &mut Demo, backup: &Path) -> [u8; 32] {
    at(demo, "2040-06-14T12:00:00Z");
    demo.stop();
    copy(&demo.data, backup, &["journal", "blobs", "keys"]);
    let old_root = root(demo);
    let live = Loot { data: demo.data.clone(), keys: demo.data.clone(), root: old_root };
    assert!(opened(&live, &MARKERS).await.unwrap() > 5);
    demo.again();
    old_root
}

/// The last minute of its last day, and the first of the next.
async fn the_last_minute(demo: &Demo, ends: &Person) {
    at(demo, "2040-06-15T21:59:00Z");
    assert_eq!(gp(demo, ends).await, refused("closed"));
    at(demo, "2040-06-15T22:00:30Z");
    assert_eq!(gp(demo, ends).await, refused("unknown-dossier"));
    let nobody = somebody(77);
    assert_eq!(gp(demo, ends).await, gp(demo, &nobody).await, "as if there had never been one");
    assert_eq!(holder(demo, ends).await, holder(demo, &nobody).await);
}

#[tokio::test]
async fn twelve_years_of_mes_2024() {
    twelve_years("mes-2024").await;
}

#[tokio::test]
async fn twelve_years_of_dmp_2012() {
    twelve_years("dmp-2012").await;
}
