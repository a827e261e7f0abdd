//! Identities that change: one more name, two dossiers that are one person's, two persons whose dossiers had been made one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::process::Command;

use common::{Demo, NO_BUDGETS, consent, patient, rule};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_core::identity::Ins;
use dmp_core::identity::ins::nir_key;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, people, persona};
use serde_json::{Value, json};

const TEST: &str = "1.2.250.1.213.1.4.10";
const NIA: &str = "1.2.250.1.213.1.4.9";

/// The same person under a number of his own making.
fn person(oid: &str, place: u32) -> Person {
    let nir = format!("2790369990{place:03}");
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    Person { ins: Ins::parse(oid, &value).unwrap(), ..people().unwrap()[0].clone() }
}

fn fhir(one: &Person) -> Value {
    let mut patient = patient(one.ins.domain.code(), &one.ins.value, one.family, one.given, "1979-03-28", "female");
    patient["birthDate"] = json!(one.birth.to_string());
    patient
}

fn of(one: &Person) -> String {
    one.ins.to_text().replace('|', "%7C")
}

fn identifier(one: &Person) -> Value {
    json!({"system": format!("urn:oid:{}", one.ins.domain.code()), "value": one.ins.value})
}

fn link(one: &Person) -> Value {
    json!({"resourceType": "Patient", "active": false,
        "link": [{"type": "replaced-by", "other": {"identifier": identifier(one)}}]})
}

fn unlink() -> Value {
    json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "delete"}, {"name": "path", "valueString": "Patient.link"},
    ]}]})
}

fn report(one: &Person, unique_id: &str) -> (Value, Vec<u8>) {
    let recipe = Recipe {
        kind: Kind::Prescription,
        patient: one,
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

/// A demo, and an operator's and a hospital's tokens.
struct Scene {
    demo: Demo,
    operator: String,
    hospital: String,
}

impl Scene {
    fn of(people: &[&Person]) -> Self {
        let demo = Demo::set(NO_BUDGETS);
        let all: Vec<Value> = people.iter().map(|one| fhir(one)).collect();
        let output = demo.import(&all);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let operator = demo.claims(&json!({"role": "operator", "id": "exploitation"}));
        let hospital = demo.token("hospital-system");
        Self { demo, operator, hospital }
    }

    async fn provide(&self, one: &Person, unique_id: &str) -> String {
        let (bundle, _) = report(one, unique_id);
        let (status, answer) = self.demo.post(&self.hospital, "/fhir", &bundle).await;
        assert_eq!(status, 200, "{answer}");
        answer["entry"][1]["response"]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    }

    /// The documents that a reader finds under a name, by their ids,.
    async fn found(&self, token: &str, one: &Person) -> Vec<String> {
        let (status, found) =
            self.demo.get(token, &format!("/fhir/DocumentReference?patient.identifier={}", of(one))).await;
        assert_eq!(status, 200, "{found}");
        let entries = found["entry"].as_array().cloned().unwrap_or_default();
        let mut ids: Vec<String> =
            entries.iter().map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    async fn put(&self, token: &str, one: &Person, body: &Value) -> (u16, Value) {
        let request = self.demo.client().put(format!("{}/fhir/Patient?identifier={}", self.demo.base, of(one)));
        let request = request.bearer_auth(token).header("content-type", "application/fhir+json");
        let response = request.body(body.to_string()).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
    }

    async fn patch(&self, token: &str, one: &Person, body: &Value) -> (u16, Value) {
        self.demo.patch(token, &format!("/fhir/Patient?identifier={}", of(one)), body).await
    }

    /// Exports the journal of a name, and has the second reader verify it.
    fn verified(&self, one: &Person, name: &str) -> (String, String) {
        let out = self.demo.data.join(name);
        let output = self.demo.run(&["journal", "export", "--ins", &one.ins.to_text(), "--out", out.to_str().unwrap()]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let head = String::from_utf8(output.stdout).unwrap().trim().to_owned();
        let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tools/verify_journal.py");
        let verified = Command::new("python3").arg(tool).arg(&out).args(["--head", &head]).output().unwrap();
        let text = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert!(verified.status.success() && text.trim().ends_with("entries, chain whole"), "{text}");
        (std::fs::read_to_string(out).unwrap(), String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Each history has the deposits under its own name, and each line of it is read by itself.
    async fn histories_are_parted(&self, (new, holder): (&Person, &str), old: &Person) {
        let history = format!("/fhir/AuditEvent?patient.identifier={}&_count=1000", of(new));
        let after = self.demo.get(holder, &history).await.1["entry"].to_string();
        assert_eq!(after.matches("\"provide-documents\"").count(), 2, "{after}");
        let there = self.demo.activated(&old.ins.to_text()).await;
        let path = format!("/fhir/AuditEvent?patient.identifier={}&_count=1000", of(old));
        let theirs = self.demo.get(&there, &path).await.1;
        assert_eq!(theirs["entry"].to_string().matches("\"provide-documents\"").count(), 2, "{theirs}");
        for entry in theirs["entry"].as_array().unwrap() {
            let id = entry["resource"]["id"].as_str().unwrap();
            let (status, line) = self.demo.get(&there, &format!("/fhir/AuditEvent/{id}")).await;
            assert_eq!(
                (status, &line["recorded"]),
                (200, &entry["resource"]["recorded"]),
                "whichever journal it is in"
            );
        }
        for (holder, one) in [(holder, new), (there.as_str(), old)] {
            let (_, list) = self.demo.get(holder, &format!("/fhir/Consent?patient.identifier={}", of(one))).await;
            assert!(list.to_string().contains("801234567897"), "the block is on both: {list}");
        }
    }

    async fn journals_verify(&self, old: &Person, new: &Person) {
        // Each journal is a file of its own, and both verify.
        let (one, _) = self.verified(old, "old.export");
        let (other, told) = self.verified(new, "new.export");
        assert_ne!(one.lines().next(), other.lines().next());
        assert!(told.is_empty(), "nothing is annexed any more: {told}");
        // And once more.
        assert_eq!(self.put(&self.operator, old, &link(new)).await.0, 200);
        assert_eq!(self.found(&self.demo.token("gp"), old).await.len(), 4);
        let (_, told) = self.verified(new, "again.export");
        assert!(told.contains("annex: journal"), "{told}");
        self.verified(old, "frozen.export");
    }
}

fn sorted(ids: &[&String]) -> Vec<String> {
    let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
    ids.sort();
    ids
}

/// NIA → NIR, where the feed registered the new number meanwhile, or the person objected under it: it is taken in too, nothing opens and
/// nobody is written to any more; parted, it waits with what it was sent.
#[tokio::test]
async fn a_number_that_is_only_registered_is_taken_in() {
    let (old, new, refused) = (person(NIA, 111), person(TEST, 112), person(TEST, 113));
    let scene = Scene::of(&[&old]);
    let operator = || scene.demo.claims(&json!({"role": "operator", "id": "exploitation"}));
    let feed = scene.demo.token("insurer");
    let mut registered = fhir(&new);
    registered["telecom"] = json!([{"system": "email", "value": "nouveau@demo.invalid"}]);
    assert_eq!(scene.demo.post(&feed, "/fhir/Patient", &registered).await.0, 201);
    let objection = json!({"resourceType": "Communication", "status": "completed",
        "category": [{"coding": [{"system": "urn:dmp:communication", "code": "opening-objection"}]}],
        "subject": {"identifier": identifier(&refused)}});
    let desk = scene.demo.claims(&json!({"role": "helpdesk", "id": "h-1", "name": "Agent"}));
    assert_eq!(scene.demo.post(&desk, "/fhir/Communication", &objection).await.0, 201);
    for one in [&new, &refused] {
        let add = json!([{"op": "add", "path": "/identifier/-", "value": identifier(one)}]);
        let (status, answer) = scene.patch(&feed, &old, &add).await;
        assert_eq!((status, rule(&answer)), (403, "name-taken"));
        let (status, answer) = scene.put(&feed, one, &link(&old)).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(scene.put(&feed, one, &link(&old)).await.0, 200, "asked again, nothing changes");
    }
    let nobody = person(TEST, 114);
    let (status, answer) = scene.put(&feed, &nobody, &link(&old)).await;
    assert_eq!((status, rule(&answer)), (404, "unknown-dossier"));

    // Every name leads to the one dossier, and what is sent under it is its own.
    let first = scene.provide(&new, "1.2.250.1.999.9.11").await;
    let second = scene.provide(&old, "1.2.250.1.999.9.12").await;
    let body = consent(new.ins.domain.code(), &new.ins.value);
    assert_eq!(scene.demo.post(&scene.demo.token("gp"), "/fhir/Consent", &body).await.0, 201);
    for one in [&old, &new, &refused] {
        assert_eq!(scene.found(&scene.demo.token("gp"), one).await, sorted(&[&first, &second]));
    }
    scene.demo.run_well(&["demo", "clock", "+P8W"]);
    let holder = scene.demo.activated(&new.ins.to_text()).await;
    let history = format!("/fhir/AuditEvent?patient.identifier={}&_count=1000", of(&old));
    let told = scene.demo.get(&scene.demo.holder(&old.ins.to_text()), &history).await.1.to_string();
    assert_eq!(told.matches("\"open-dossier\"").count(), 1, "nothing opened: {told}");

    // Parted: what it was sent, and who came under it, goes with the number, and waits until its weeks are over.
    assert_eq!(scene.patch(&operator(), &new, &unlink()).await.0, 200);
    let here = || scene.demo.holder(&old.ins.to_text());
    assert_eq!(scene.found(&here(), &old).await, sorted(&[&second]));
    let gp = || scene.demo.token("gp");
    for one in [&old, &new] {
        let path = format!("/fhir/DocumentReference?patient.identifier={}", of(one));
        let (status, answer) = scene.demo.get(&gp(), &path).await;
        let why = if one.ins == old.ins { (403, "no-authorisation") } else { (404, "unknown-dossier") };
        assert_eq!((status, rule(&answer)), why, "he came for the other, whose dossier is not open");
    }
    let (status, _) = scene.demo.get(&gp(), &format!("/fhir/DocumentReference/{first}")).await;
    assert!(status == 403 || status == 404, "{status}");
    scene.demo.run_well(&["demo", "clock", "+PT1S"]);
    scene.demo.run_well(&["demo", "clock", "+P40D"]);
    let patient = format!("/fhir/Patient?identifier={}", of(&new));
    assert_eq!(scene.demo.get(&gp(), &patient).await.1["total"], json!(0), "he is informed anew, and may object");
    scene.demo.run_well(&["demo", "clock", "+P3D"]);
    let (_, found) = scene.demo.get(&gp(), &patient).await;
    assert_eq!(found["entry"][0]["resource"]["active"], json!(true), "{found}");
    assert_eq!(scene.found(&gp(), &new).await, sorted(&[&first]));
    let (_, resource) = scene.demo.get(&gp(), &format!("/fhir/DocumentReference/{first}")).await;
    assert_eq!(resource["subject"]["identifier"]["value"], json!(new.ins.value), "{resource}");
    let mine = scene.demo.get(&gp(), "/fhir/Patient?_has:Consent:patient:status=active").await.1;
    assert!(mine.to_string().contains(&*new.ins.value) && !mine.to_string().contains(&*old.ins.value), "{mine}");
    let (status, _) = scene.demo.get(&holder, &history).await;
    assert_ne!(status, 200, "its holder's token is not the other's any more");
    assert_eq!(scene.found(&here(), &refused).await.len(), 1, "the other stays");
}

#[tokio::test]
async fn each_document_returns_to_the_identifier_it_was_sent_under() {
    let (old, new) = (person(NIA, 101), person(TEST, 102));
    let mut scene = Scene::of(&[&old, &new]);
    let gp = scene.demo.token("gp");
    let first = scene.provide(&old, "1.2.250.1.999.9.1").await;
    let second = scene.provide(&new, "1.2.250.1.999.9.2").await;
    for one in [&old, &new] {
        let body = consent(one.ins.domain.code(), &one.ins.value);
        assert_eq!(scene.demo.post(&gp, "/fhir/Consent", &body).await.0, 201);
    }

    // Merged: both names lead to both documents, and ids that were given out go on naming what they named.
    let stranger = scene.put(&gp, &old, &link(&new)).await;
    assert_eq!((stranger.0, rule(&stranger.1)), (403, "functional-right"));
    let (status, answer) = scene.put(&scene.operator, &old, &link(&new)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(scene.put(&scene.operator, &old, &link(&new)).await.0, 200, "asked again, nothing changes");
    let third = scene.provide(&old, "1.2.250.1.999.9.3").await;
    let fourth = scene.provide(&new, "1.2.250.1.999.9.4").await;
    for one in [&old, &new] {
        assert_eq!(scene.found(&gp, one).await, sorted(&[&first, &second, &third, &fourth]), "{}", one.ins.to_text());
    }
    for (id, unique_id, who) in [(&first, "1.2.250.1.999.9.1", &old), (&third, "1.2.250.1.999.9.3", &old)] {
        let (status, bytes) = scene.demo.bytes(&gp, &format!("/fhir/Binary/{id}")).await;
        assert_eq!((status, bytes), (200, report(who, unique_id).1), "by the id it had before");
    }
    let alone = scene.demo.get(&gp, "/fhir/DocumentReference?identifier=urn:oid:1.2.250.1.999.9.1").await.1;
    assert_eq!((&alone["total"], &alone["entry"][0]["resource"]["id"]), (&json!(1), &json!(first)), "{alone}");
    scene.demo.kill();
    scene.demo.again();
    assert_eq!(scene.found(&gp, &old).await.len(), 4, "after a restart");
    let history = format!("/fhir/AuditEvent?patient.identifier={}&_count=1000", of(&new));
    let holder = scene.demo.activated(&new.ins.to_text()).await;
    let before = scene.demo.get(&holder, &history).await.1;
    let texts = before["entry"].to_string();
    assert_eq!(texts.matches("\"provide-documents\"").count(), 4, "the deposits of both are in one history: {texts}");
    assert_eq!(texts.matches("\"open-dossier\"").count(), 2);

    // A block placed now stays on both.
    let block = json!({
        "resourceType": "Consent", "status": "active", "patient": {"identifier": identifier(&new)},
        "provision": {"type": "deny", "actor": [
            {"reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "801234567897"}}}]},
    });
    let (status, answer) = scene.demo.post(&holder, "/fhir/Consent", &block).await;
    assert_eq!(status, 201, "{answer}");

    // Un-merged: each under its own name, and not under the other.
    let (status, answer) = scene.patch(&scene.operator, &old, &unlink()).await;
    assert_eq!(status, 200, "{answer}");
    let again = scene.patch(&scene.operator, &old, &unlink()).await;
    assert_eq!((again.0, rule(&again.1)), (422, "not-merged"));
    assert_eq!(scene.found(&gp, &old).await, sorted(&[&first, &third]));
    assert_eq!(scene.found(&gp, &new).await, sorted(&[&second, &fourth]));
    for id in [&first, &second, &third, &fourth] {
        let (status, resource) = scene.demo.get(&gp, &format!("/fhir/DocumentReference/{id}")).await;
        assert_eq!((status, &resource["id"]), (200, &json!(id)), "each by the id it always had");
        let of = resource["subject"]["identifier"]["value"].as_str().unwrap_or_default().to_owned();
        let meant = if [&first, &third].contains(&id) { &old } else { &new };
        assert_eq!(*of, *meant.ins.value, "{resource}");
    }
    scene.histories_are_parted((&new, &holder), &old).await;
    scene.journals_verify(&old, &new).await;
}

#[tokio::test]
async fn one_more_name_leads_to_the_same_dossier() {
    let (old, new, other) = (person(NIA, 111), person(TEST, 111), person(TEST, 112));
    let mut scene = Scene::of(&[&old, &other]);
    let gp = scene.demo.token("gp");
    let first = scene.provide(&old, "1.2.250.1.999.9.11").await;
    let names = |all: &[&Person]| json!({"resourceType": "Patient", "identifier": all.iter().map(|one| identifier(one)).collect::<Vec<_>>()});
    let feed = scene.demo.token("insurer");
    assert_eq!(scene.put(&gp, &old, &names(&[&old, &new])).await.0, 403);
    let (status, answer) = scene.put(&feed, &old, &names(&[&old, &new])).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(scene.put(&feed, &old, &names(&[&old, &new])).await.0, 200, "done already");
    let taken = scene.put(&feed, &old, &names(&[&old, &other])).await;
    assert_eq!((taken.0, rule(&taken.1)), (403, "name-taken"));
    let second = scene.provide(&new, "1.2.250.1.999.9.12").await;
    assert_eq!(scene.demo.post(&gp, "/fhir/Consent", &consent(NIA, &old.ins.value)).await.0, 201);
    for one in [&old, &new] {
        assert_eq!(scene.found(&gp, one).await, sorted(&[&first, &second]));
    }
    scene.demo.kill();
    scene.demo.again();
    assert_eq!(scene.found(&gp, &new).await, sorted(&[&first, &second]));
    // The same by an import, and by a patch; nothing else is patched beside it.
    let (third, fourth) = (person("1.2.250.1.213.1.4.11", 111), person("1.2.250.1.213.1.4.11", 113));
    let mut line = fhir(&old);
    line["identifier"] = json!([identifier(&old), identifier(&third)]);
    let output = scene.demo.import(&[line.clone()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(scene.found(&gp, &third).await.len(), 2);
    line["identifier"] = json!([identifier(&old), identifier(&other)]);
    let output = scene.demo.import(&[line, fhir(&old)]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("merge the two"), "{output:?}");
    let add = |value: Value| json!([{"op": "add", "path": "/identifier/-", "value": value}]);
    let (status, answer) = scene.patch(&scene.operator, &old, &add(identifier(&fourth))).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(scene.found(&gp, &fourth).await.len(), 2);
    let wrong = scene.patch(&scene.operator, &old, &add(json!({"system": "urn:oid:1.2", "value": "1"}))).await;
    assert_eq!(wrong.0, 422, "{}", wrong.1);
}

#[tokio::test]
async fn what_cannot_be_merged_says_why() {
    let (one, two, three) = (person(TEST, 121), person(TEST, 122), person(TEST, 123));
    let nobody = person(TEST, 124);
    let scene = Scene::of(&[&one, &two, &three]);
    let refused = |answer: (u16, Value)| (answer.0, rule(&answer.1).to_owned());
    let same = scene.put(&scene.operator, &one, &link(&one)).await;
    assert_eq!(refused(same), (422, "same-dossier".into()));
    let unknown = scene.put(&scene.operator, &one, &link(&nobody)).await;
    assert_eq!(unknown.0, 404, "{}", unknown.1);
    assert_eq!(scene.put(&scene.operator, &nobody, &link(&one)).await.0, 404);
    let active = scene.put(&scene.operator, &one, &json!({"resourceType": "Patient", "active": false})).await;
    assert_eq!(refused(active), (422, "active".into()));
    assert_eq!(scene.put(&scene.operator, &one, &link(&two)).await.0, 200);
    for (from, into, why) in [(&one, &three, "merged"), (&two, &one, "merged"), (&two, &three, "not-mergeable")] {
        let answer = scene.put(&scene.operator, from, &link(into)).await;
        assert_eq!(refused(answer), (403, why.to_owned()));
    }
    let holder = scene.demo.activated(&three.ins.to_text()).await;
    let close = json!([{"op": "replace", "path": "/active", "value": false}]);
    assert_eq!(scene.patch(&holder, &three, &close).await.0, 200);
    let closed = scene.put(&scene.operator, &three, &link(&two)).await;
    assert_eq!(refused(closed), (403, "not-mergeable".into()));
    let apart = scene.patch(&scene.operator, &three, &unlink()).await;
    assert_eq!(refused(apart), (422, "not-merged".into()));
}

/// The storage contract, section 7: destroying the survivor destroys its annexes.
#[tokio::test]
async fn the_end_of_a_dossier_is_the_end_of_those_that_it_took_in() {
    let demo = Demo::set(NO_BUDGETS);
    let (guest, host) = (person(TEST, 31), person(TEST, 32));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    let feed = demo.token("insurer");
    let hospital = demo.token("hospital-system");
    for (number, one) in [&guest, &host].into_iter().enumerate() {
        let (bundle, _) = report(one, &format!("1.2.250.1.999.31.{number}"));
        let (status, answer) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!(status, 200, "{answer}");
    }
    let merge = demo.client().put(format!("{}/fhir/Patient?identifier={}", demo.base, of(&guest))).bearer_auth(&feed);
    let merge = merge.header("content-type", "application/fhir+json").body(link(&host).to_string());
    assert_eq!(merge.send().await.unwrap().status(), 200);
    let holder = demo.activated(&host.ins.to_text()).await;
    let request = demo.client().delete(format!("{}/fhir/Patient?identifier={}", demo.base, of(&host)));
    assert!(request.bearer_auth(&holder).send().await.unwrap().status().is_success());
    demo.run_well(&["demo", "clock", "+P4M"]);
    let listed = demo.run_well(&["destruction", "list"]);
    assert_eq!(listed.lines().filter(|line| !line.trim().is_empty()).count(), 2, "{listed}");
    for one in [&guest, &host] {
        let (status, found) = demo.get(&demo.token("gp"), &format!("/fhir/Patient?identifier={}", of(one))).await;
        assert_eq!((status, found["total"].as_u64()), (200, Some(0)), "{found}");
    }
}
