//! Two dossiers that are one, over HTTP: what falls due of the other's documents reaches the survivor's holder, and an emergency waits for
//! its review through merges.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod common_mail;

use common::{Demo, patient};
use common_mail::{Outbox, mail};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_core::identity::Ins;
use dmp_core::identity::ins::nir_key;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, people, persona};
use serde_json::{Value, json};

const TEST: &str = "1.2.250.1.213.1.4.10";
const PURPOSES: &str = "urn:oid:1.2.250.1.213.1.1.4.248";
const DELETED: &str = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-deleted";
const OPERATOR: &str = "exploitant@demo.invalid";

fn person(place: u32) -> Person {
    let nir = format!("2790369991{place:03}");
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    Person { ins: Ins::parse(TEST, &value).unwrap(), ..people().unwrap()[0].clone() }
}

fn mailbox(one: &Person) -> String {
    format!("{}@demo.invalid", one.ins.value)
}

fn fhir(one: &Person) -> Value {
    let mut patient = patient(TEST, &one.ins.value, one.family, one.given, "1979-03-28", "female");
    patient["birthDate"] = json!(one.birth.to_string());
    patient["telecom"] = json!([{"system": "email", "value": mailbox(one)}]);
    patient
}

fn query(one: &Person) -> String {
    format!("identifier={}", one.ins.to_text().replace('|', "%7C"))
}

fn operator(demo: &Demo) -> String {
    demo.claims(&json!({"role": "operator", "id": "exploitation"}))
}

async fn merge(demo: &Demo, one: &Person, into: &Person) {
    let other = json!({"identifier": {"system": format!("urn:oid:{TEST}"), "value": into.ins.value}});
    let body = json!({"resourceType": "Patient", "active": false, "link": [{"type": "replaced-by", "other": other}]});
    let put = demo.client().put(format!("{}/fhir/Patient?{}", demo.base, query(one))).bearer_auth(operator(demo));
    let answer = put.header("content-type", "application/fhir+json").body(body.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

async fn part(demo: &Demo, one: &Person) {
    let part = json!([{"name": "type", "valueCode": "delete"}, {"name": "path", "valueString": "Patient.link"}]);
    let body = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": part}]});
    let (status, answer) = demo.patch(&operator(demo), &format!("/fhir/Patient?{}", query(one)), &body).await;
    assert_eq!(status, 200, "{answer}");
}

/// A report that is withheld from the holder; its id.
async fn withheld(demo: &Demo, one: &Person, unique_id: &str) -> String {
    deposited(demo, one, unique_id, &["INVISIBLE_PATIENT"]).await
}

/// A report of the hospital's; its id.
async fn deposited(demo: &Demo, one: &Person, unique_id: &str, flags: &[&'static str]) -> String {
    let recipe = Recipe {
        kind: Kind::LabReport,
        patient: one,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 2_000,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let bundle = iti65_bundle(&bytes, &header, &Options { flags: flags.to_vec(), ..Options::default() });
    let (status, answer) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
    assert_eq!(status, 200, "{answer}");
    answer["entry"][1]["response"]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

#[tokio::test]
async fn what_falls_due_of_the_others_documents_reaches_the_survivors_holder() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host, later) = (person(11), person(12), person(13));
    assert!(demo.import(&[fhir(&guest), fhir(&host), fhir(&later)]).status.success());
    let gone = withheld(&demo, &guest, "1.2.250.1.999.41.1").await;
    withheld(&demo, &guest, "1.2.250.1.999.41.2").await;
    let outbox = Outbox::of(&demo);
    merge(&demo, &guest, &host).await;
    let deleted = json!([
        {"op": "replace", "path": "/status", "value": "superseded"},
        {"op": "add", "path": "/extension/-", "value": {"url": DELETED, "valueBoolean": true}},
    ]);
    let path = format!("/fhir/DocumentReference/{gone}");
    assert_eq!(demo.patch(&demo.token("hospital"), &path, &deleted).await.0, 200);
    outbox.forget(&demo);
    demo.run_well(&["demo", "clock", "+P15D"]);
    mail(&outbox, &mailbox(&host), "INVITATION_CONSULTATION");
    assert_eq!(outbox.kinds(&mailbox(&host)).len(), 1, "what was deleted invites nobody: {:?}", outbox.all());
    assert_eq!(outbox.kinds(&mailbox(&guest)), Vec::<String>::new());
    part(&demo, &guest).await;
    outbox.forget(&demo);
    demo.run_well(&["demo", "clock", "+P20D"]);
    mail(&outbox, &mailbox(&guest), "REMISE_VISIBILITE_AUTO");
    assert_eq!(outbox.kinds(&mailbox(&guest)), ["REMISE_VISIBILITE_AUTO"]);
    assert_eq!(outbox.kinds(&mailbox(&host)), Vec::<String>::new());
}

/// The documents that a holder's history says the GP read, each once.
async fn read_by_the_gp(demo: &Demo, one: &Person) -> Vec<String> {
    let path = format!("/fhir/AuditEvent?patient.{}&_count=100", query(one));
    let (status, bundle) = demo.get(&demo.holder(&one.ins.to_text()), &path).await;
    assert_eq!(status, 200, "{bundle}");
    let events = bundle["entry"].as_array().cloned().unwrap_or_default();
    let gp = persona("gp").unwrap().id.unwrap();
    let reads = events
        .iter()
        .map(|entry| &entry["resource"])
        .filter(|event| event["subtype"][0]["code"] == "read" && event["agent"][2]["who"]["identifier"]["value"] == gp);
    let named = |event: &Value| {
        let entities = event["entity"].as_array().cloned().unwrap_or_default();
        let found = entities.iter().find_map(|one| one["what"]["reference"].as_str().map(str::to_owned));
        found.unwrap_or_else(|| "a document without a name".to_owned()).rsplit('/').next().unwrap().to_owned()
    };
    let mut all: Vec<String> = reads.map(named).collect();
    all.sort();
    all
}

/// Whoever reads a document by its number reads it in the dossier that has it: the line goes with it when two that were one part, under its
/// title once its holder may know of it, and is told to nobody else.
#[tokio::test]
async fn what_was_read_while_they_were_one_goes_with_its_document() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host) = (person(41), person(42));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    for one in [&guest, &host] {
        demo.activated(&one.ins.to_text()).await;
    }
    let before = deposited(&demo, &guest, "1.2.250.1.999.42.1", &["INVISIBLE_PATIENT"]).await;
    let shown = deposited(&demo, &guest, "1.2.250.1.999.42.2", &[]).await;
    merge(&demo, &guest, &host).await;
    let during = deposited(&demo, &guest, "1.2.250.1.999.42.3", &["INVISIBLE_PATIENT"]).await;
    let hosts = deposited(&demo, &host, "1.2.250.1.999.42.4", &[]).await;
    let gp = demo.token("gp");
    let declared = common::consent(TEST, &host.ins.value);
    assert_eq!(demo.post(&gp, "/fhir/Consent", &declared).await.0, 201);
    for id in [&before, &shown, &during, &hosts] {
        assert_eq!(demo.get(&gp, &format!("/fhir/DocumentReference/{id}")).await.0, 200);
    }
    part(&demo, &guest).await;
    assert_eq!(read_by_the_gp(&demo, &guest).await, std::slice::from_ref(&shown));
    assert_eq!(read_by_the_gp(&demo, &host).await, std::slice::from_ref(&hosts));
    demo.run_well(&["demo", "clock", "+P40D"]);
    let mut all = [before, shown, during];
    all.sort();
    assert_eq!(read_by_the_gp(&demo, &guest).await, all);
    assert_eq!(read_by_the_gp(&demo, &host).await, [hosts]);
}

#[tokio::test]
async fn an_emergency_waits_for_its_review_through_merges() {
    let demo = Demo::set(&["mail.operator=exploitant@demo.invalid"]);
    let (guest, host) = (person(21), person(22));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    merge(&demo, &guest, &host).await;
    for one in [&guest, &host] {
        let path = format!("{}/fhir/DocumentReference?patient.{}", demo.base, query(one));
        let request = demo.client().get(path).bearer_auth(demo.token(if one == &guest { "nurse" } else { "gp" }));
        let request = request.header("Purpose-Of-Use", format!("{PURPOSES}|bris_de_glace"));
        assert_eq!(request.header("Purpose-Of-Use-Reason", "Malaise").send().await.unwrap().status(), 200);
    }
    part(&demo, &guest).await;
    demo.run_well(&["demo", "clock", "+P8DT1M"]);
    let outbox = Outbox::of(&demo);
    mail(&outbox, OPERATOR, "ALERTE_CONTROLE");
    assert_eq!(outbox.kinds(OPERATOR).len(), 2, "one for each: {:?}", outbox.all());
    let queue = demo.get(&operator(&demo), "/fhir/Task").await.1;
    let ids: Vec<&str> =
        queue["entry"].as_array().unwrap().iter().map(|one| one["resource"]["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    let found = json!([{"op": "add", "path": "/businessStatus", "value": {"coding": [{"code": "justified"}]}}]);
    for id in ids {
        let path = format!("/fhir/Task/{id}");
        let (status, task) = demo.get(&operator(&demo), &path).await;
        assert_eq!((status, &task["reasonCode"]["text"]), (200, &json!("Malaise")), "{task}");
        assert_eq!(demo.patch(&operator(&demo), &path, &found).await.0, 200);
    }
    assert_eq!(demo.get(&operator(&demo), "/fhir/Task").await.1["total"], 0);
}

/// What is told a holder, his médecin traitant and an author in one life: an authorisation, a deposit, a deletion that is asked for, an
/// emergency.
async fn lives(demo: &Demo, one: &Person, unique_id: &str) {
    let holder = demo.activated(&one.ins.to_text()).await;
    let gp = persona("gp").unwrap().id.unwrap();
    let mut named = common::consent(TEST, &one.ins.value);
    named["provision"]["actor"] = json!([{
        "role": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PCP"}]},
        "reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": gp}}}]);
    let (status, answer) = demo.post(&holder, "/fhir/Consent", &named).await;
    assert_eq!(status, 201, "{answer}");
    let id = deposited(demo, one, unique_id, &[]).await;
    asks_for_deletion(demo, one, &id).await;
    breaks_the_glass(demo, one).await;
}

async fn asks_for_deletion(demo: &Demo, one: &Person, id: &str) {
    let asks = json!({"resourceType": "Communication", "status": "completed",
        "category": [{"coding": [{"system": "urn:dmp:communication", "code": "deletion-request"}]}],
        "about": [{"reference": format!("DocumentReference/{id}")}], "payload": [{"contentString": "Une erreur."}]});
    let (status, answer) = demo.post(&demo.holder(&one.ins.to_text()), "/fhir/Communication", &asks).await;
    assert_eq!(status, 201, "{answer}");
}

/// A nurse enters in an emergency, under that number.
async fn breaks_the_glass(demo: &Demo, one: &Person) {
    let path = format!("{}/fhir/DocumentReference?patient.{}", demo.base, query(one));
    let request = demo.client().get(path).bearer_auth(demo.token("nurse"));
    let request = request.header("Purpose-Of-Use", format!("{PURPOSES}|bris_de_glace"));
    assert_eq!(request.header("Purpose-Of-Use-Reason", "Malaise").send().await.unwrap().status(), 200);
}

/// The mails that came since the last look: to whom, of what, and of how many things. Each is taken away: a mail of the same entries has the
/// same name.
fn came(demo: &Demo, outbox: &Outbox) -> Vec<(String, String, usize)> {
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let things = |text: &str| {
        let french = text.split("Hello").next().unwrap_or_default();
        french.lines().filter(|line| line.starts_with("- ")).count()
    };
    let all = outbox.all();
    for one in &all {
        std::fs::remove_file(demo.data.join("outbox").join(&one.file)).unwrap();
    }
    let mut all: Vec<_> = all.into_iter().map(|mail| (mail.to, mail.kind, things(&mail.text))).collect();
    all.sort();
    all
}

/// Nobody is told a second time of what was told before, neither when two become one nor when they part; what is told is that they did.
#[tokio::test]
async fn what_was_told_is_not_told_again_when_dossiers_join_and_part() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host, registered) = (person(51), person(52), person(53));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    lives(&demo, &guest, "1.2.250.1.999.43.1").await;
    lives(&demo, &host, "1.2.250.1.999.43.2").await;
    let outbox = Outbox::of(&demo);
    let gps = format!("{}@medecin.dmp.example", persona("gp").unwrap().id.unwrap());
    let author = format!("{}@medecin.dmp.example", persona("hospital").unwrap().id.unwrap());
    demo.run_well(&["demo", "clock", "+P2D"]);
    for one in [mailbox(&guest), mailbox(&host), gps] {
        mail(&outbox, &one, "ACCES_BRIS_GLACE");
    }
    mail(&outbox, &author, "DEMANDE_AUTEUR");
    let (status, answer) = demo.post(&demo.token("insurer"), "/fhir/Patient", &fhir(&registered)).await;
    assert_eq!(status, 201, "{answer}");
    came(&demo, &outbox);
    let life = |one: &Person| (mailbox(one), "VIE_DMP".to_owned(), 1);
    merge(&demo, &guest, &host).await;
    assert_eq!(came(&demo, &outbox), [life(&guest), life(&host)], "merged");
    part(&demo, &guest).await;
    assert_eq!(came(&demo, &outbox), [life(&guest), life(&host)], "parted");
    merge(&demo, &registered, &host).await;
    assert_eq!(came(&demo, &outbox), [life(&host)], "a number without a dossier is merged");
    part(&demo, &registered).await;
    let informed = (mailbox(&registered), "INFORMATION_OUVERTURE".to_owned(), 0);
    assert_eq!(came(&demo, &outbox), [life(&host), informed, life(&registered)], "its weeks begin anew");
    demo.run_well(&["demo", "clock", "+P1D"]);
    assert_eq!(came(&demo, &outbox), [], "a day later");
}

/// An emergency concerns the médecin traitant of that time (decisions 16), also where the number is merged before his mail leaves, with one that
/// has none, or another.
#[tokio::test]
async fn his_doctor_is_told_though_the_number_is_merged_at_once() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host) = (person(58), person(59));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    demo.activated(&host.ins.to_text()).await;
    let outbox = Outbox::of(&demo);
    lives(&demo, &guest, "1.2.250.1.999.43.14").await;
    merge(&demo, &guest, &host).await;
    let gps = format!("{}@medecin.dmp.example", persona("gp").unwrap().id.unwrap());
    let told = came(&demo, &outbox);
    let emergencies = told.iter().filter(|one| one.0 == gps && one.1 == "ACCES_BRIS_GLACE").count();
    assert_eq!(emergencies, 1, "{told:?}");
}

/// What was done under a number is told to its holder, and to whom it concerns, even if the dossiers part before the mail leaves: at once, or
/// at the end of the week.
#[tokio::test]
async fn what_is_done_under_a_number_is_told_though_dossiers_part() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host) = (person(56), person(57));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    lives(&demo, &guest, "1.2.250.1.999.43.11").await;
    lives(&demo, &host, "1.2.250.1.999.43.12").await;
    for one in [&guest, &host] {
        let weekly = json!({"resourceType": "Subscription", "status": "active", "reason": "chaque semaine",
            "channel": {"type": "email"}, "extension": [{"url": "urn:dmp:frequency", "valueCode": "weekly"}],
            "criteria": format!("AuditEvent?patient.identifier={}&subtype=AJOUT_DOCUMENT", one.ins.to_text())});
        let (status, answer) = demo.post(&demo.holder(&one.ins.to_text()), "/fhir/Subscription", &weekly).await;
        assert_eq!(status, 201, "{answer}");
    }
    merge(&demo, &guest, &host).await;
    demo.run_well(&["demo", "clock", "+P8D"]);
    let outbox = Outbox::of(&demo);
    came(&demo, &outbox);
    deposited(&demo, &guest, "1.2.250.1.999.43.13", &[]).await;
    breaks_the_glass(&demo, &guest).await;
    part(&demo, &guest).await;
    let gps = format!("{}@medecin.dmp.example", persona("gp").unwrap().id.unwrap());
    let holders = [mailbox(&guest), mailbox(&host)];
    // As long as they were one, either address is the holder's.
    let is_told = |told: &[(String, String, usize)]| {
        let of = |to: &str| told.iter().any(|one| *one == (to.to_owned(), "ACCES_BRIS_GLACE".to_owned(), 1));
        of(&gps) && holders.iter().any(|holder| of(holder))
    };
    let told = came(&demo, &outbox);
    assert!(is_told(&told), "{told:?}");
    demo.run_well(&["demo", "clock", "+P8D"]);
    let told = came(&demo, &outbox);
    assert!(told.contains(&(mailbox(&guest), "SYNTHESE".to_owned(), 1)), "{told:?}");
    // Together again, before anybody looked.
    merge(&demo, &guest, &host).await;
    came(&demo, &outbox);
    breaks_the_glass(&demo, &guest).await;
    part(&demo, &guest).await;
    merge(&demo, &guest, &host).await;
    let told = came(&demo, &outbox);
    assert!(is_told(&told), "{told:?}");
}

/// It is told by the ways that its own holder has, though the other's has none of them.
#[tokio::test]
async fn what_goes_with_a_number_is_told_by_its_holders_ways() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host) = (person(58), person(59));
    let mut by_post = fhir(&host);
    by_post.as_object_mut().unwrap().remove("telecom");
    by_post["address"] = json!([{"line": ["1 rue des Essais"], "postalCode": "33000", "city": "Bordeaux"}]);
    assert!(demo.import(&[fhir(&guest), by_post]).status.success());
    demo.activated(&host.ins.to_text()).await;
    merge(&demo, &guest, &host).await;
    demo.run_well(&["demo", "clock", "+P1D"]);
    let outbox = Outbox::of(&demo);
    came(&demo, &outbox);
    // A whole second before anybody looks: the parting comes first, or the letter went already.
    breaks_the_glass(&demo, &guest).await;
    part(&demo, &guest).await;
    let told = came(&demo, &outbox);
    let letters = std::fs::read_dir(demo.data.join("letters")).map_or(0, Iterator::count);
    let mailed = told.contains(&(mailbox(&guest), "ACCES_BRIS_GLACE".to_owned(), 1));
    assert!(mailed || letters > 0, "{told:?}");
}

/// Clock to a Tuesday: what is grouped by day comes before what is grouped by week.
fn on_a_tuesday(demo: &Demo) {
    demo.run_well(&["demo", "clock", "2027-03-02T09:00:00Z"]);
}

async fn chooses(demo: &Demo, one: &Person, channel: &str, frequency: &str) {
    let extension = json!([{"url": "urn:dmp:frequency", "valueCode": frequency}]);
    let (status, extension) = if frequency == "never" { ("off", json!([])) } else { ("active", extension) };
    let choice = json!({"resourceType": "Subscription", "status": status, "reason": "mon choix",
        "channel": {"type": channel}, "extension": extension,
        "criteria": format!("AuditEvent?patient.identifier={}&subtype=AJOUT_DOCUMENT", one.ins.to_text())});
    let (status, answer) = demo.post(&demo.holder(&one.ins.to_text()), "/fhir/Subscription", &choice).await;
    assert_eq!(status, 201, "{answer}");
}

/// What went with a number is told as what is written in its own holder's dossier is: at the hours that he chose, and once, whatever ways the
/// other had.
#[tokio::test]
async fn what_goes_with_a_number_is_told_once_and_as_its_holder_chose() {
    let demo = Demo::set(common::NO_BUDGETS);
    let pairs = [(61, "at-once"), (63, "weekly"), (65, "never")].map(|(place, chosen)| {
        let (guest, host) = (person(place), person(place + 1));
        (guest, host, chosen)
    });
    on_a_tuesday(&demo);
    for (guest, host, chosen) in &pairs {
        let mut by_post_too = fhir(host);
        by_post_too["address"] = json!([{"line": ["1 rue des Essais"], "postalCode": "33000", "city": "Bordeaux"}]);
        assert!(demo.import(&[fhir(guest), by_post_too]).status.success());
        for one in [guest, host] {
            demo.activated(&one.ins.to_text()).await;
        }
        chooses(&demo, host, "email", "daily").await;
        chooses(&demo, host, "message", "weekly").await;
        if *chosen != "at-once" {
            chooses(&demo, guest, "email", chosen).await;
        }
        merge(&demo, guest, host).await;
    }
    let outbox = Outbox::of(&demo);
    came(&demo, &outbox);
    for (at, (guest, ..)) in pairs.iter().enumerate() {
        deposited(&demo, guest, &format!("1.2.250.1.999.44.{at}"), &[]).await;
        part(&demo, guest).await;
    }
    let letters = || std::fs::read_dir(demo.data.join("letters")).map_or(0, Iterator::count);
    let written = letters();
    let [at_once, weekly, _] = pairs.each_ref().map(|(guest, ..)| mailbox(guest));
    came(&demo, &outbox);
    demo.run_well(&["demo", "clock", "+P1D"]);
    assert_eq!(came(&demo, &outbox), [(at_once, "AJOUT_DOCUMENT".to_owned(), 1)], "the next morning");
    demo.run_well(&["demo", "clock", "+P8D"]);
    assert_eq!(came(&demo, &outbox), [(weekly, "SYNTHESE".to_owned(), 1)], "at the end of the week");
    assert_eq!(letters(), written, "nobody who was not told by post before");
}

/// The death of one is nobody's who parted from him: what waited under his number is told.
#[tokio::test]
async fn what_goes_with_a_number_is_told_though_the_other_dies() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host) = (person(71), person(72));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    on_a_tuesday(&demo);
    for one in [&guest, &host] {
        demo.activated(&one.ins.to_text()).await;
        chooses(&demo, one, "email", "weekly").await;
    }
    merge(&demo, &guest, &host).await;
    deposited(&demo, &guest, "1.2.250.1.999.45.1", &[]).await;
    part(&demo, &guest).await;
    let outbox = Outbox::of(&demo);
    came(&demo, &outbox);
    dies(&demo, &host).await;
    demo.run_well(&["demo", "clock", "+P8D"]);
    assert_eq!(came(&demo, &outbox), [(mailbox(&guest), "SYNTHESE".to_owned(), 1)]);
}

/// A file in place of the folder of mails: none leaves until it is taken away.
fn no_mail_leaves(demo: &Demo) -> std::path::PathBuf {
    let folder = demo.data.join("outbox");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "").unwrap();
    folder
}

async fn dies(demo: &Demo, one: &Person) {
    let dead = json!([{"op": "replace", "path": "/deceasedBoolean", "value": true}]);
    let path = format!("/fhir/Patient?{}", query(one));
    assert_eq!(demo.patch(&demo.token("insurer"), &path, &dead).await.0, 200);
}

/// So is what is asked of a document under his number, to its author; a mail that could not leave before is tried again.
#[tokio::test]
async fn an_author_is_asked_though_the_other_dies() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host) = (person(73), person(74));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    for one in [&guest, &host] {
        demo.activated(&one.ins.to_text()).await;
    }
    merge(&demo, &guest, &host).await;
    let id = deposited(&demo, &guest, "1.2.250.1.999.45.2", &[]).await;
    let outbox = Outbox::of(&demo);
    came(&demo, &outbox);
    let folder = no_mail_leaves(&demo);
    asks_for_deletion(&demo, &guest, &id).await;
    demo.run_well(&["demo", "clock", "+PT1S"]);
    part(&demo, &guest).await;
    dies(&demo, &host).await;
    std::fs::remove_file(&folder).unwrap();
    demo.run_well(&["demo", "clock", "+PT5M"]);
    let author = format!("{}@medecin.dmp.example", persona("hospital").unwrap().id.unwrap());
    mail(&outbox, &author, "DEMANDE_AUTEUR");
    assert_eq!(outbox.kinds(&mailbox(&host)), Vec::<String>::new());
}

/// What waits under a number that is merged is told as everything stands by then: to nobody who died, to his address of that day; and when
/// the death was an error, or the two part, once.
#[tokio::test]
async fn what_waits_under_a_number_that_is_merged_is_told_as_it_stands_by_then() {
    let demo = Demo::set(common::NO_BUDGETS);
    let pairs = [81, 83, 85, 87].map(|place| (person(place), person(place + 1)));
    on_a_tuesday(&demo);
    for (guest, host) in &pairs {
        assert!(demo.import(&[fhir(guest), fhir(host)]).status.success());
        for one in [guest, host] {
            demo.activated(&one.ins.to_text()).await;
            chooses(&demo, one, "email", "weekly").await;
        }
        deposited(&demo, guest, &format!("1.2.250.1.999.46.{}", guest.ins.value), &[]).await;
    }
    let outbox = Outbox::of(&demo);
    came(&demo, &outbox);
    for (guest, host) in &pairs {
        merge(&demo, guest, host).await;
    }
    let life = |one: &Person| (mailbox(one), "VIE_DMP".to_owned(), 1);
    let mut merged: Vec<_> = pairs.iter().flat_map(|(guest, host)| [life(guest), life(host)]).collect();
    merged.sort();
    assert_eq!(came(&demo, &outbox), merged);
    let [(dead, host), (other_dead, other_host), (moved, _), (parted, _)] = &pairs;
    dies(&demo, dead).await;
    dies(&demo, other_host).await;
    let fresh =
        json!([{"op": "replace", "path": "/telecom", "value": [{"system": "email", "value": "neuf@demo.invalid"}]}]);
    let path = format!("/fhir/Patient?{}", query(moved));
    assert_eq!(demo.patch(&demo.holder(&moved.ins.to_text()), &path, &fresh).await.0, 200);
    part(&demo, parted).await;
    came(&demo, &outbox);
    demo.run_well(&["demo", "clock", "+P8D"]);
    let digest = |to: &str| (to.to_owned(), "SYNTHESE".to_owned(), 1);
    assert_eq!(came(&demo, &outbox), [digest(&mailbox(parted)), digest("neuf@demo.invalid")]);
    for one in [dead, other_dead] {
        let alive = json!([{"op": "replace", "path": "/deceasedBoolean", "value": false}]);
        let path = format!("/fhir/Patient?{}", query(one));
        assert_eq!(demo.patch(&operator(&demo), &path, &alive).await.0, 200);
    }
    part(&demo, other_dead).await;
    let told = || came(&demo, &outbox).into_iter().filter(|(_, kind, _)| kind == "SYNTHESE").collect::<Vec<_>>();
    told();
    demo.run_well(&["demo", "clock", "+P8D"]);
    assert_eq!(told(), [digest(&mailbox(host)), digest(&mailbox(other_dead))]);
    demo.run_well(&["demo", "clock", "+P20D"]);
    assert_eq!(told(), []);
}

/// A mail to an author that could not leave is tried again though the number under which it was asked is merged meanwhile.
#[tokio::test]
async fn an_author_is_asked_though_the_number_is_merged() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (guest, host) = (person(91), person(92));
    assert!(demo.import(&[fhir(&guest), fhir(&host)]).status.success());
    for one in [&guest, &host] {
        demo.activated(&one.ins.to_text()).await;
        deposited(&demo, one, &format!("1.2.250.1.999.47.{}", one.ins.value), &[]).await;
    }
    let id = deposited(&demo, &guest, "1.2.250.1.999.47.1", &[]).await;
    let outbox = Outbox::of(&demo);
    came(&demo, &outbox);
    let folder = no_mail_leaves(&demo);
    asks_for_deletion(&demo, &guest, &id).await;
    demo.run_well(&["demo", "clock", "+PT1S"]);
    merge(&demo, &guest, &host).await;
    std::fs::remove_file(&folder).unwrap();
    demo.run_well(&["demo", "clock", "+PT5M"]);
    let author = format!("{}@medecin.dmp.example", persona("hospital").unwrap().id.unwrap());
    assert_eq!(outbox.kinds(&author), ["DEMANDE_AUTEUR"]);
}

/// What was done under the number of who parted is nobody's line where the other is merged next.
#[tokio::test]
async fn what_went_with_a_number_is_not_in_the_next_survivors_history() {
    let demo = Demo::set(common::NO_BUDGETS);
    let (third, guest, host) = (person(93), person(94), person(95));
    assert!(demo.import(&[fhir(&third), fhir(&guest), fhir(&host)]).status.success());
    for one in [&third, &guest, &host] {
        demo.activated(&one.ins.to_text()).await;
    }
    merge(&demo, &third, &guest).await;
    breaks_the_glass(&demo, &third).await;
    part(&demo, &third).await;
    merge(&demo, &guest, &host).await;
    for (one, lines) in [(&host, 0), (&third, 1)] {
        let path = format!("/fhir/AuditEvent?patient.{}&_count=100", query(one));
        let (status, bundle) = demo.get(&demo.holder(&one.ins.to_text()), &path).await;
        assert_eq!(status, 200, "{bundle}");
        let emergencies = bundle.to_string().matches("Malaise").count();
        assert_eq!(emergencies.min(1), lines, "{}: {bundle}", one.ins.value);
    }
}
