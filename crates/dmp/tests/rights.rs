//! The holder's choices over real HTTP: activation, blocks, oppositions, switches, exceptions, carers, documents hidden and shown,
//! deletion asked for and answered, closing and reopening, the operator's suspension.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod common_mail;

use common::{Demo, consent, patient, rule, shared};
use dmp_lab::{people, persona};
use serde_json::{Value, json};

const PURPOSES: &str = "urn:oid:1.2.250.1.213.1.1.4.248";
const ACTIONS: &str = "http://terminology.hl7.org/CodeSystem/consentaction";

fn ins(patient: usize) -> (String, String) {
    let text = people().unwrap()[patient].ins.to_text();
    let (oid, value) = text.split_once('|').unwrap();
    (oid.to_owned(), value.to_owned())
}

fn query(patient: usize) -> String {
    let (oid, value) = ins(patient);
    format!("patient.identifier={oid}%7C{value}")
}

fn holder(demo: &Demo, patient: usize) -> String {
    let (oid, value) = ins(patient);
    demo.holder(&format!("{oid}|{value}"))
}

/// A Consent on one of the demo's patients with this provision.
fn provision(patient: usize, provision: Value) -> Value {
    let (oid, value) = ins(patient);
    let mut consent = consent(&oid, &value);
    consent["provision"] = provision;
    consent["sourceAttachment"] = json!({"title": "Je le souhaite ainsi."});
    consent
}

fn actor(persona_code: &str) -> Value {
    let id = persona(persona_code).unwrap().id.unwrap();
    json!([{"reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": id}}}])
}

/// How many documents a caller finds; or the rule that refuses.
async fn found(demo: &Demo, token: &str, patient: usize) -> Result<u64, String> {
    let (status, list) = demo.get(token, &format!("/fhir/DocumentReference?{}", query(patient))).await;
    if status == 200 { Ok(list["total"].as_u64().unwrap()) } else { Err(rule(&list).to_owned()) }
}

async fn decides(demo: &Demo, token: &str, resource: &Value) {
    let (status, answer) = demo.post(token, "/fhir/Consent", resource).await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn a_block_stops_at_once_and_an_opposition_too() {
    let demo = shared();
    let (gp, holder) = (demo.token("gp"), holder(demo, 0));
    let before = found(demo, &gp, 0).await.unwrap();
    assert!(before > 0);
    decides(demo, &holder, &provision(0, json!({"type": "deny", "actor": actor("gp")}))).await;
    assert_eq!(found(demo, &gp, 0).await, Err("blocked".into()));
    let (_, listed) = demo.get(&holder, &format!("/fhir/Consent?{}&status=active", query(0))).await;
    let block = listed["entry"].as_array().unwrap().iter().find(|one| one["resource"]["provision"]["type"] == "deny");
    let id = block.expect("the block is listed")["resource"]["id"].as_str().unwrap().to_owned();
    let inactive = json!([{"op": "replace", "path": "/status", "value": "inactive"}]);
    let (status, answer) = demo.patch(&holder, &format!("/fhir/Consent/{id}"), &inactive).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(found(demo, &gp, 0).await, Ok(before));
    let access = json!([{"coding": [{"system": ACTIONS, "code": "access"}]}]);
    decides(demo, &holder, &provision(0, json!({"type": "deny", "action": access}))).await;
    assert_eq!(found(demo, &gp, 0).await, Err("opposition".into()));
    decides(demo, &holder, &provision(0, json!({"type": "permit", "action": access}))).await;
    assert_eq!(found(demo, &gp, 0).await, Ok(before));
}

#[tokio::test]
async fn an_emergency_needs_its_motive_and_may_be_refused_beforehand() {
    let demo = shared();
    let (nurse, holder) = (demo.token("nurse"), holder(demo, 1));
    let path = format!("{}/fhir/DocumentReference?{}", demo.base, query(1));
    let asks = async |motive: Option<&str>| {
        let mut request = demo.client().get(&path).bearer_auth(&nurse);
        request = request.header("Purpose-Of-Use", format!("{PURPOSES}|bris_de_glace"));
        if let Some(motive) = motive {
            request = request.header("Purpose-Of-Use-Reason", motive);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, rule(&response.json::<Value>().await.unwrap()).to_owned())
    };
    assert_eq!(asks(None).await, (403, "motive-missing".into()));
    assert_eq!(asks(Some("Inconscient, chute")).await.0, 200);
    assert_eq!(asks(None).await.0, 200, "within the access that the motive opened");
    let refused = json!({"type": "deny", "purpose": [{"system": PURPOSES, "code": "bris_de_glace"}]});
    decides(demo, &holder, &provision(1, refused)).await;
    assert_eq!(asks(Some("Inconscient")).await, (403, "mode-opposed".into()));
}

#[tokio::test]
async fn an_exception_takes_a_class_from_a_profession() {
    let demo = shared();
    let (gp, holder) = (demo.token("gp"), holder(demo, 2));
    drop(holder);
    let parent = demo.claims(&json!({
        "role": "representative", "id": people().unwrap()[0].ins.to_text(), "ins": people().unwrap()[2].ins.to_text()
    }));
    let before = found(demo, &gp, 2).await.unwrap();
    let excepted = json!({
        "type": "deny", "class": [{"system": "urn:oid:1.2.250.1.213.1.1.4.1", "code": "10"}],
        "actor": [{"role": {"coding": [{"system": "urn:oid:1.2.250.1.71.1.2.7", "code": "10"}]}}],
    });
    decides(demo, &parent, &provision(2, excepted)).await;
    assert!(found(demo, &gp, 2).await.unwrap() < before, "reports are excepted");
}

#[tokio::test]
async fn a_carer_reads_within_his_categories_until_he_leaves() {
    let demo = shared();
    let holder = holder(demo, 4);
    let (oid, value) = ins(4);
    let carer = json!({
        "resourceType": "RelatedPerson", "active": true,
        "patient": {"identifier": {"system": format!("urn:oid:{oid}"), "value": value}},
        "identifier": [{"value": "lab:voisine"}],
        "extension": [{"url": "urn:dmp:scope", "valueCode": "read"}, {"url": "urn:dmp:category", "valueCode": "42"}],
        "period": {"end": "2099-12-31"},
    });
    let (status, answer) = demo.post(&holder, "/fhir/RelatedPerson", &carer).await;
    assert_eq!(status, 201, "{answer}");
    let token = demo.claims(&json!({"role": "carer", "id": "voisine", "ins": format!("{oid}|{value}")}));
    let all = found(demo, &holder, 4).await.unwrap();
    let some = found(demo, &token, 4).await.unwrap();
    assert!(some > 0 && some < all, "{some} of {all}");
    let path = format!("/fhir/RelatedPerson?{}", query(4));
    let (_, circle) = demo.get(&holder, &path).await;
    let listed = circle["entry"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["resource"]["identifier"][0]["value"] == "lab:voisine");
    let listed = &listed.unwrap_or_else(|| panic!("{circle}"))["resource"];
    assert_eq!((&listed["extension"], &listed["period"]), (&carer["extension"], &carer["period"]), "as he was named");
    let mut ended = carer.clone();
    ended["active"] = json!(false);
    assert_eq!(demo.post(&token, "/fhir/RelatedPerson", &ended).await.0, 201, "either side may end it");
    assert_eq!(found(demo, &token, 4).await, Err("not-holder".into()));
    let (_, circle) = demo.get(&holder, &path).await;
    assert!(!circle.to_string().contains("voisine"), "{circle}");
}

/// What is said of somebody and would not be kept is refused: he would be let in earlier, or to more, than was said.
#[tokio::test]
async fn nothing_that_is_said_of_a_person_is_lost() {
    let demo = shared();
    let (oid, value) = ins(4);
    let holder = holder(demo, 4);
    let patient = json!({"identifier": {"system": format!("urn:oid:{oid}"), "value": value}});
    let carer = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": patient,
        "identifier": [{"value": "lab:lointaine"}], "name": [{"text": "Aline LOINTAINE"}],
        "extension": [{"url": "urn:dmp:scope", "valueCode": "read"}],
    });
    let contact = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": patient, "name": [{"text": "Aline LOINTAINE"}],
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0131", "code": "C"}]}],
        "telecom": [{"system": "phone", "value": "0600000000"}],
    });
    let scope = |code: &str| json!({"url": "urn:dmp:scope", "valueCode": code});
    let phone = json!({"system": "phone", "value": "0700000000"});
    let lost = [
        (&carer, "period", json!({"start": "2099-12-01", "end": "2099-12-31"})),
        (&carer, "period", json!({"end": "2099-12-31", "extension": []})),
        (&carer, "extension", json!([scope("read"), scope("manage")])),
        (&carer, "extension", json!([scope("read"), {"url": "urn:dmp:category", "valueCode": "ZZ"}])),
        (&carer, "extension", json!([scope("read"), {"url": "urn:example:until", "valueDate": "2027-01-01"}])),
        (&carer, "identifier", json!([{"value": "lab:lointaine"}, {"value": "lab:autre"}])),
        (&carer, "name", json!([{"use": "official"}])),
        (&contact, "telecom", json!([contact["telecom"][0], phone])),
        (&contact, "telecom", json!([{"system": "email", "value": "aline@demo.invalid"}])),
        (&contact, "period", json!({"end": "2099-12-31"})),
    ];
    for (whole, element, said) in lost {
        let mut resource = whole.clone();
        resource[element] = said;
        let (status, answer) = demo.post(&holder, "/fhir/RelatedPerson", &resource).await;
        assert_eq!(status, 422, "{resource}: {answer}");
        assert!(answer["issue"][0]["expression"][0].as_str().unwrap().starts_with("RelatedPerson"), "{answer}");
    }
    let token = demo.claims(&json!({"role": "carer", "id": "lointaine", "ins": format!("{oid}|{value}")}));
    assert_eq!(found(demo, &token, 4).await, Err("not-holder".into()), "none of it let anybody in");
    for whole in [&carer, &contact] {
        assert_eq!(demo.post(&holder, "/fhir/RelatedPerson", whole).await.0, 201);
    }
    let (_, circle) = demo.get(&holder, &format!("/fhir/RelatedPerson?{}", query(4))).await;
    let named = |one: &&Value| one["resource"]["name"][0]["text"] == "Aline LOINTAINE";
    let listed: Vec<&Value> = circle["entry"].as_array().unwrap().iter().filter(named).collect();
    assert_eq!(listed.len(), 2, "{circle}");
    assert_eq!(listed[0]["resource"]["telecom"], contact["telecom"]);
    assert!(!circle.to_string().contains("null"), "{circle}");
    for mut ended in [carer, contact] {
        ended["active"] = json!(false);
        assert_eq!(demo.post(&holder, "/fhir/RelatedPerson", &ended).await.0, 201);
    }
}

#[tokio::test]
async fn hidden_shown_asked_for_and_deleted() {
    let demo = shared();
    let (gp, holder) = (demo.token("gp"), holder(demo, 5));
    let before = found(demo, &gp, 5).await.unwrap();
    let (_, list) = demo.get(&gp, &format!("/fhir/DocumentReference?{}", query(5))).await;
    let id = list["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let label = json!({"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}]});
    let hide = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "add"}, {"name": "path", "valueString": "DocumentReference"},
        {"name": "name", "valueString": "securityLabel"}, {"name": "value", "valueCodeableConcept": label},
    ]}]});
    let path = format!("/fhir/DocumentReference/{id}");
    assert_eq!(demo.patch(&holder, &path, &hide).await.0, 200);
    assert_eq!(found(demo, &gp, 5).await, Ok(before - 1));
    let show = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "delete"},
        {"name": "path", "valueString": "DocumentReference.securityLabel.where(coding.code='MASQUE_PS')"},
    ]}]});
    assert_eq!(demo.patch(&holder, &path, &show).await.0, 200);
    assert_eq!(found(demo, &gp, 5).await, Ok(before));
    let about = |category: &str| {
        json!({
            "resourceType": "Communication", "status": "completed",
            "category": [{"coding": [{"system": "urn:dmp:communication", "code": category}]}],
            "about": [{"reference": format!("DocumentReference/{id}")}],
            "payload": [{"contentString": "Ce document est une erreur."}],
        })
    };
    assert_eq!(demo.post(&holder, "/fhir/Communication", &about("deletion-request")).await.0, 201);
    let (status, answer) = demo.post(&gp, "/fhir/Communication", &about("deletion-accepted")).await;
    assert_eq!((status, rule(&answer)), (403, "not-author"), "only the author, or his structure, decides");
}

#[tokio::test]
async fn closed_reopened_and_activated() {
    let demo = Demo::start();
    let (oid, value) = ("1.2.250.1.213.1.4.10", "279035121518989");
    assert!(demo.import(&[patient(oid, value, "PAT-TROIS", "DOMINIQUE", "1979-03-28", "female")]).status.success());
    let (gp, text) = (demo.token("gp"), format!("{oid}|{value}"));
    assert_eq!(demo.post(&gp, "/fhir/Consent", &consent(oid, value)).await.0, 201);
    let list = format!("/fhir/DocumentReference?patient.identifier={oid}%7C{value}");
    let holder = demo.holder(&text);
    let (status, answer) = demo.get(&holder, &list).await;
    assert_eq!((status, rule(&answer)), (403, "not-activated"));
    demo.activated(&text).await;
    assert_eq!(demo.get(&holder, &list).await.0, 200);
    let active = |value: bool| json!([{"op": "replace", "path": "/active", "value": value}]);
    let path = format!("/fhir/Patient?identifier={oid}%7C{}", value);
    assert_eq!(demo.patch(&holder, &path, &active(false)).await.0, 200);
    let (status, answer) = demo.get(&gp, &list).await;
    assert_eq!((status, rule(&answer)), (403, "closed"));
    assert_eq!(demo.patch(&holder, &path, &active(true)).await.0, 200);
    assert_eq!(demo.get(&gp, &list).await.0, 200, "everything is restored");
    let ended = || demo.client().delete(format!("{}{path}", demo.base)).bearer_auth(&holder).send();
    assert_eq!(ended().await.unwrap().status(), 202, "closed, and to be destroyed within three months");
    assert_eq!(demo.patch(&holder, &path, &active(true)).await.0, 200);
    assert_eq!(demo.patch(&holder, &path, &active(false)).await.0, 200);
    assert_eq!(ended().await.unwrap().status(), 202, "of one that is closed already");
    // One answer, one entry: no act is tried that does not fit the dossier as it stands.
    let lines = format!("/fhir/AuditEvent?patient.identifier={oid}%7C{value}&_count=100");
    let lines = demo.get(&holder, &lines).await.1["entry"].as_array().unwrap().clone();
    let of =
        |act: &str| lines.iter().filter(|line| line["resource"].to_string().contains(&format!("\"{act}\""))).count();
    let counted = ["activate-dossier", "close-dossier", "reopen-dossier", "ask-express-deletion"].map(of);
    assert_eq!(counted, [1, 3, 2, 1], "{lines:#?}");
}

#[tokio::test]
async fn a_suspension_is_as_fresh_as_a_block() {
    let demo = Demo::start();
    let gp = demo.token("gp");
    let operator = demo.claims(&json!({"role": "operator", "id": "exploitation"}));
    let suspension = |kind: &str| json!({"resourceType": "Consent", "status": "active", "provision": {"type": kind, "actor": actor("gp")}});
    for _ in 0..5 {
        assert!(found(&demo, &gp, 0).await.is_ok());
        decides(&demo, &operator, &suspension("deny")).await;
        assert_eq!(found(&demo, &gp, 0).await, Err("suspended".into()));
        decides(&demo, &operator, &suspension("permit")).await;
    }
    let (status, answer) = demo.post(&gp, "/fhir/Consent", &suspension("deny")).await;
    assert_eq!((status, rule(&answer)), (422, "required"), "who is no operator names a patient");
}

#[tokio::test]
async fn a_dossier_suspended_for_fraud_is_read_by_nobody() {
    let demo = Demo::start();
    let operator = demo.claims(&json!({"role": "operator", "id": "exploitation"}));
    let (gp, holder) = (demo.token("gp"), holder(&demo, 0));
    let before = found(&demo, &gp, 0).await.unwrap();
    decides(&demo, &operator, &provision(0, json!({"type": "deny"}))).await;
    for token in [&gp, &holder] {
        assert_eq!(found(&demo, token, 0).await, Err("suspended".into()));
    }
    decides(&demo, &operator, &provision(0, json!({"type": "permit"}))).await;
    assert_eq!(found(&demo, &gp, 0).await, Ok(before));
}

#[tokio::test]
async fn an_emergency_is_reviewed_by_an_operator() {
    let demo = Demo::set(&["mail.operator=exploitant@demo.invalid"]);
    let nurse = demo.token("nurse");
    let request = demo.client().get(format!("{}/fhir/DocumentReference?{}", demo.base, query(5))).bearer_auth(&nurse);
    let request = request.header("Purpose-Of-Use", format!("{PURPOSES}|bris_de_glace"));
    assert_eq!(request.header("Purpose-Of-Use-Reason", "Malaise").send().await.unwrap().status(), 200);
    assert_eq!(demo.get(&nurse, "/fhir/Task").await.0, 403);
    // Nobody looked for eight days: the operator is told.
    demo.run_well(&["demo", "clock", "+P8DT1M"]);
    common_mail::mail(&common_mail::Outbox::of(&demo), "exploitant@demo.invalid", "ALERTE_CONTROLE");
    let (nurse, operator) =
        (demo.token("nurse"), demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Op"})));
    let (status, queue) = demo.get(&operator, "/fhir/Task?status=requested").await;
    assert_eq!((status, queue["total"].as_u64()), (200, Some(1)), "{queue}");
    let id = queue["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let (status, task) = demo.get(&operator, &format!("/fhir/Task/{id}")).await;
    assert_eq!((status, task["reasonCode"]["text"].as_str()), (200, Some("Malaise")), "{task}");
    assert!(task["restriction"]["period"]["end"].is_string() && task["requester"]["display"].is_string(), "{task}");
    assert!(!task.to_string().contains("DocumentReference"), "nothing of the content: {task}");
    assert_eq!(demo.get(&nurse, &format!("/fhir/Task/{id}")).await.0, 403);
    let wrong = json!([{"op": "add", "path": "/businessStatus", "value": {"coding": [{"code": "perhaps"}]}}]);
    assert_eq!(demo.patch(&operator, &format!("/fhir/Task/{id}"), &wrong).await.0, 422);
    let found = |code: &str| json!({"op": "add", "path": "/businessStatus", "value": {"coding": [{"code": code}]}});
    let note = |text: &str| json!({"op": "add", "path": "/note", "value": [{"text": text}]});
    let two = json!({"op": "add", "path": "/note", "value": [{"text": "Un"}, {"text": "Deux"}]});
    let codings = json!({"coding": [{"code": "justified"}, {"code": "unjustified"}]});
    for (twice, expected) in [
        (json!([found("justified"), found("unjustified")]), "cardinality"),
        (json!([found("justified"), note("Un"), note("Deux")]), "cardinality"),
        (json!([found("justified"), two]), "cardinality"),
        (json!([{"op": "add", "path": "/businessStatus", "value": codings}]), "cardinality"),
        (json!([found("justified"), note("Lu\u{202e}")]), "characters"),
        (json!([found("justified"), note("")]), "empty"),
    ] {
        let (status, outcome) = demo.patch(&operator, &format!("/fhir/Task/{id}"), &twice).await;
        assert_eq!((status, rule(&outcome)), (422, expected), "{outcome}");
    }
    let taken = json!([{"op": "test", "path": "/businessStatus", "value": {"text": "justified"}}, {"op": "remove", "path": "/businessStatus"}]);
    assert_eq!(demo.patch(&operator, &format!("/fhir/Task/{id}"), &taken).await.0, 405, "taking away sets nothing");
    let found = json!([{"op": "add", "path": "/businessStatus", "value": {"coding": [{"code": "justified"}]}}]);
    assert_eq!(demo.patch(&operator, &format!("/fhir/Task/{id}"), &found).await.0, 200);
    assert_eq!(demo.get(&operator, "/fhir/Task").await.1["total"], 0);
    assert_eq!(demo.patch(&operator, &format!("/fhir/Task/{id}"), &found).await.0, 404, "it waits no more");
}

/// The notes Y2 and Y3 of the sheet: staff lists the dossiers of its structure's professionals, a certificate new authorisations by date.
#[tokio::test]
async fn whose_dossiers_staff_and_certificates_list() {
    const MINE: &str = "/fhir/Patient?_has:Consent:patient:status=active";
    let demo = Demo::set(common::NO_BUDGETS);
    let staff = |structure: &str| {
        demo.claims(&json!({
            "role": "staff", "id": format!("{structure}/secretaire"), "family": "SEC", "sector": "SA07", "means": "direct",
            "structure": {"id": structure, "name": "Cabinet"},
        }))
    };
    let gp = demo.get(&demo.token("gp"), MINE).await.1;
    let (status, hers) = demo.get(&staff("499700900014001"), MINE).await;
    assert_eq!((status, &hers["total"]), (200, &gp["total"]), "{hers}");
    assert_eq!(demo.get(&staff("499700900014002"), MINE).await.1["total"], 0, "another structure's");
    let given = json!({"type": "permit", "actor": [{"role": {"coding": [{"system": "x", "code": "PRCP"}]},
        "reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.2", "value": "1990000010"}}}]});
    decides(&demo, &holder(&demo, 4), &provision(4, given)).await;
    let system = demo.token("hospital-system");
    let (status, whole) = demo.get(&system, MINE).await;
    assert_eq!((status, rule(&whole)), (403, "functional-right"), "{whole}");
    let (status, new) = demo.get(&system, &format!("{MINE}&_has:Consent:patient:date=ge2026-01-01")).await;
    assert_eq!((status, new["total"].as_u64()), (200, Some(1)), "{new}");
}

#[tokio::test]
async fn my_patients_a_person_by_name_and_administrative_data() {
    let demo = Demo::set(common::NO_BUDGETS);
    let gp = demo.token("gp");
    let (status, mine) = demo.get(&gp, "/fhir/Patient?_has:Consent:patient:status=active").await;
    assert_eq!((status, mine["total"].as_u64()), (200, Some(10)), "{mine}");
    let nurse = demo.token("nurse");
    let before =
        demo.get(&nurse, "/fhir/Patient?_has:Consent:patient:status=active").await.1["total"].as_u64().unwrap();
    let insurer = demo
        .claims(&json!({"SubjectNameID": "899900000009", "profession": "10", "specialty": "SM26", "sector": "SA23"}));
    assert_eq!(rule(&demo.get(&insurer, "/fhir/Patient?_has:Consent:patient:status=active").await.1), "sector");
    let block = json!({"type": "deny", "actor": actor("gp")});
    decides(&demo, &holder(&demo, 4), &provision(4, block)).await;
    let (_, mine) = demo.get(&gp, "/fhir/Patient?_has:Consent:patient:status=active").await;
    assert_eq!(mine["total"], 9, "blocked: not one of his any more");
    let (_, none) =
        demo.get(&gp, "/fhir/Patient?_has:Consent:patient:status=active&_has:Consent:patient:date=ge2030-01-01").await;
    assert_eq!(none["total"], 0, "none authorised since");
    assert_eq!(before, 0);

    // Two homonyms with another day of birth, two twins with the same: the dispatcher alone searches by traits.
    let search = "/fhir/Patient?family=SUPPOSE&birthdate=2001-05-14&given=%C3%89lie";
    assert_eq!(rule(&demo.get(&gp, search).await.1), "functional-right");
    let ask = |path: &str| {
        let request = demo.client().get(format!("{}{path}", demo.base)).bearer_auth(demo.token("dispatcher"));
        request.header("Purpose-Of-Use", format!("{PURPOSES}|centre_15")).header("Purpose-Of-Use-Reason", "Appel 15")
    };
    let found: Value = ask(search).send().await.unwrap().json().await.unwrap();
    assert_eq!(found["total"], 2, "{found}");
    let score = |at: usize| {
        let extensions = found["entry"][at]["resource"]["extension"].as_array().unwrap().clone();
        extensions.iter().find(|one| one["url"] == "urn:dmp:pourcentage").unwrap()["valueInteger"].as_u64().unwrap()
    };
    assert!(score(0) == 100 && score(1) < 100, "{found}");
    let none: Value =
        ask("/fhir/Patient?family=SUPPOSE&birthdate=2001-05-15").send().await.unwrap().json().await.unwrap();
    assert_eq!(none["total"], 0);
    assert_eq!(ask("/fhir/Patient?family=SUPPOSE").send().await.unwrap().status(), 400);
    // Who is found so has not been entered: no emergency is told, nor queued.
    let operator = demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Op"}));
    assert_eq!(demo.get(&operator, "/fhir/Task").await.1["total"], 0);

    let id = mine["entry"][0]["resource"]["id"].as_str().unwrap();
    let (status, patient) = demo.get(&gp, &format!("/fhir/Patient/{id}")).await;
    assert_eq!((status, patient["deceasedBoolean"].as_bool()), (200, Some(false)), "{patient}");
    assert!(patient["address"][0]["postalCode"].is_string() && patient["telecom"].is_array(), "{patient}");
    assert_eq!(demo.get(&gp, "/fhir/Patient/0b8f1c1e-0000-4000-8000-000000000000").await.0, 404);
}

#[tokio::test]
async fn what_the_holder_types_in_is_a_document_marked_as_his_word() {
    let demo = shared();
    let (oid, value) = ins(9);
    let subject = json!({"identifier": {"system": format!("urn:oid:{oid}"), "value": value}});
    let holder = holder(demo, 9);
    let before = found(demo, &holder, 9).await.unwrap();
    let text = |words: &str| json!({"text": words});
    let typed = [
        (
            "AllergyIntolerance",
            json!({"patient": subject, "code": text("Arachides <b>"), "note": [{"text": "urticaire"}]}),
        ),
        ("Condition", json!({"subject": subject, "code": text("Asthme"), "onsetDateTime": "1999"})),
        (
            "MedicationStatement",
            json!({"status": "active", "subject": subject, "medicationCodeableConcept": text("Sirop"), "dosage": [{"text": "le soir"}]}),
        ),
        (
            "Observation",
            json!({"status": "final", "subject": subject, "code": text("Poids"), "valueQuantity": {"value": 61.5, "unit": "kg"}}),
        ),
    ];
    for (kind, mut resource) in typed {
        resource["resourceType"] = json!(kind);
        let (status, answer) = demo.post(&holder, &format!("/fhir/{kind}"), &resource).await;
        assert_eq!(status, 201, "{kind}: {answer}");
        let id = answer["id"].as_str().unwrap();
        let (_, reference) = demo.get(&holder, &format!("/fhir/DocumentReference/{id}")).await;
        assert_eq!(reference["type"]["coding"][0]["code"], "DOCPAT08", "{reference}");
        assert!(reference.to_string().contains("EXP_PATIENT"), "his word: {reference}");
        let url = reference["content"][0]["attachment"]["url"].as_str().unwrap();
        let (_, bytes) = demo.bytes(&holder, &url[url.find("/fhir").unwrap()..]).await;
        let cda = String::from_utf8(bytes).unwrap();
        assert!(cda.contains("<ClinicalDocument") && !cda.contains("<b>"), "{cda}");
        // A professional does not speak for the patient.
        for other in ["gp", "hospital-system", "insurer"] {
            let (status, answer) = demo.post(&demo.token(other), &format!("/fhir/{kind}"), &resource).await;
            assert_eq!(status, 403, "{other}: {answer}");
        }
        resource["note"] = json!([{"text": "x".repeat(2_001)}]);
        assert_eq!(demo.post(&holder, &format!("/fhir/{kind}"), &resource).await.0, 422, "bounded");
    }
    assert_eq!(found(demo, &holder, 9).await.unwrap(), before + 4);
}

/// Who types in, and has no document counted meanwhile.
const TYPIST: usize = 7;

/// What he types in.
async fn typed_in(kind: &str, more: &Value) -> (u16, Value) {
    let demo = shared();
    let (oid, value) = ins(TYPIST);
    let mut resource = more.clone();
    resource["resourceType"] = json!(kind);
    resource[if kind == "AllergyIntolerance" { "patient" } else { "subject" }] =
        json!({"identifier": {"system": format!("urn:oid:{oid}"), "value": value}});
    demo.post(&holder(demo, TYPIST), &format!("/fhir/{kind}"), &resource).await
}

fn coded(code: &str) -> Value {
    json!({"coding": [{"system": "urn:x", "code": code}]})
}

fn weight() -> Value {
    json!({"text": "Poids", "coding": [{"system": "http://loinc.org", "code": "29463-7", "display": "Body weight"}]})
}

/// A doctor reads what was typed in as it was meant: a treatment that was stopped, a value below, a code beside its words.
#[tokio::test]
async fn what_is_typed_in_keeps_its_meaning() {
    let demo = shared();
    let (holder, warfarin) = (holder(demo, TYPIST), json!({"text": "Warfarine"}));
    let kept = [
        (
            "MedicationStatement",
            json!({"status": "not-taken", "medicationCodeableConcept": warfarin}),
            "n’est pas pris",
        ),
        ("MedicationStatement", json!({"status": "stopped", "medicationCodeableConcept": warfarin}), "arrêté"),
        ("AllergyIntolerance", json!({"code": warfarin, "clinicalStatus": coded("resolved")}), "n’existe plus"),
        (
            "AllergyIntolerance",
            json!({"code": warfarin, "criticality": "high", "recordedDate": "2019-01-20"}),
            "élevée",
        ),
        ("Condition", json!({"code": warfarin, "clinicalStatus": coded("remission")}), "en rémission"),
        (
            "AllergyIntolerance",
            json!({"code": warfarin, "clinicalStatus": {"coding": coded("active")["coding"], "text": "guérie en 2010"}}),
            "guérie en 2010",
        ),
        (
            "Observation",
            json!({"status": "final", "code": weight(), "valueQuantity": {"value": 150, "unit": "kg", "code": "[lb_av]"}}),
            "150 kg ([lb_av])",
        ),
        (
            "Observation",
            json!({"status": "final", "code": {"text": "Tension"}, "component": [
                {"code": {"text": "Systolique"}, "valueQuantity": {"value": 132, "unit": "mmHg"}},
                {"code": {"text": "Diastolique"}, "valueQuantity": {"value": 81, "unit": "mmHg"}}]}),
            "81 mmHg",
        ),
        (
            "MedicationStatement",
            json!({"status": "completed", "medicationCodeableConcept": warfarin, "effectivePeriod": {"start": "2025-01", "end": "2025-06"}}),
            "2025-06",
        ),
        (
            "Observation",
            json!({"status": "final", "code": warfarin, "valueQuantity": {"value": 5, "comparator": "<", "unit": "mmol/L"}}),
            "&lt; 5 mmol/L",
        ),
        (
            "Observation",
            json!({"status": "final", "code": weight(), "valueQuantity": {"value": 70.5, "code": "kg"}}),
            "70.5 kg",
        ),
        (
            "Observation",
            json!({"status": "final", "code": weight(), "valueString": "-"}),
            "29463-7 (http://loinc.org) : Body weight",
        ),
    ];
    for (kind, more, words) in kept {
        let (status, answer) = typed_in(kind, &more).await;
        assert_eq!(status, 201, "{more}: {answer}");
        let (_, reference) =
            demo.get(&holder, &format!("/fhir/DocumentReference/{}", answer["id"].as_str().unwrap())).await;
        let url = reference["content"][0]["attachment"]["url"].as_str().unwrap();
        let (_, bytes) = demo.bytes(&holder, &url[url.find("/fhir").unwrap()..]).await;
        let cda = String::from_utf8(bytes).unwrap();
        assert!(cda.contains(words), "{words}: {cda}");
    }
}

/// What would be left out of it is refused: it would be read as its contrary.
#[tokio::test]
async fn what_cannot_be_typed_in_is_refused() {
    let warfarin = json!({"text": "Warfarine"});
    let two = |one: &str, other: &str| json!({"coding": [{"code": one}, {"code": other}]});
    let lost = [
        ("AllergyIntolerance", json!({"code": warfarin, "verificationStatus": coded("refuted")})),
        ("AllergyIntolerance", json!({"code": warfarin, "clinicalStatus": two("active", "resolved")})),
        ("AllergyIntolerance", json!({"code": warfarin, "verificationStatus": two("unconfirmed", "refuted")})),
        ("AllergyIntolerance", json!({"code": warfarin, "meta": {"security": [{"code": "MASQUE_PS"}]}})),
        (
            "AllergyIntolerance",
            json!({"code": warfarin, "text": {"status": "additional", "div": "<div>Et aussi au latex</div>"}}),
        ),
        ("Condition", json!({"code": warfarin, "category": [two("problem-list-item", "encounter-diagnosis")]})),
        (
            "MedicationStatement",
            json!({"status": "active", "medicationCodeableConcept": warfarin, "effectiveDateTime": "2020", "effectivePeriod": {"start": "2021"}}),
        ),
        ("Condition", json!({"code": warfarin, "verificationStatus": coded("entered-in-error")})),
        ("Condition", json!({"code": warfarin, "onsetDateTime": "un jour"})),
        ("MedicationStatement", json!({"status": "entered-in-error", "medicationCodeableConcept": warfarin})),
        (
            "MedicationStatement",
            json!({"status": "active", "medicationCodeableConcept": warfarin, "dosage": [{"text": "1", "asNeededBoolean": true}]}),
        ),
        ("Observation", json!({"status": "cancelled", "code": weight(), "valueString": "70"})),
        ("Observation", json!({"status": "final", "code": weight()})),
        (
            "Observation",
            json!({"status": "final", "code": weight(), "valueString": "70", "valueQuantity": {"value": 71}}),
        ),
        (
            "Observation",
            json!({"status": "final", "code": weight(), "valueQuantity": {"value": 5, "comparator": "about"}}),
        ),
        (
            "Observation",
            json!({"status": "final", "code": weight(), "valueString": "70", "note": [{"text": "n", "time": "2026"}]}),
        ),
    ];
    for (kind, more) in lost {
        let (status, answer) = typed_in(kind, &more).await;
        assert_eq!(status, 422, "{more}: {answer}");
        assert!(answer["issue"][0]["expression"][0].as_str().unwrap().starts_with(kind), "{answer}");
    }
}

#[tokio::test]
async fn who_is_to_be_called_is_shown_to_whom_the_table_says_and_in_an_emergency() {
    let demo = Demo::start();
    let (oid, value) = ins(8);
    let holder = holder(&demo, 8);
    let person = |code: &str, name: &str| {
        json!({"resourceType": "RelatedPerson", "active": true,
            "patient": {"identifier": {"system": format!("urn:oid:{oid}"), "value": value}},
            "relationship": [{"coding": [{"system": if code == "C" { "http://terminology.hl7.org/CodeSystem/v2-0131" } else { "urn:dmp:contact" }, "code": code}], "text": "sa sœur"}],
            "name": [{"text": name}], "telecom": [{"system": "phone", "value": "0600000000"}]})
    };
    for one in [person("C", "Anne ESSAI"), person("trusted-person", "Marc ESSAI")] {
        let (status, answer) = demo.post(&holder, "/fhir/RelatedPerson", &one).await;
        assert_eq!(status, 201, "{answer}");
    }
    assert_eq!(demo.post(&demo.token("gp"), "/fhir/RelatedPerson", &person("C", "X")).await.0, 403);
    let path = format!("/fhir/RelatedPerson?{}", query(8));
    let total = async |token: &str| demo.get(token, &path).await.1["total"].as_u64();
    assert_eq!((total(&holder).await, total(&demo.token("gp")).await), (Some(2), Some(2)));
    assert_eq!(total(&demo.token("optician")).await, Some(0), "the table has no row for an optician");
    assert_eq!(rule(&demo.get(&demo.token("nurse"), &path).await.1), "no-authorisation");
    let request = demo.client().get(format!("{}{path}", demo.base)).bearer_auth(demo.token("pharmacist"));
    let request = request.header("Purpose-Of-Use", format!("{PURPOSES}|bris_de_glace"));
    let found: Value = request.header("Purpose-Of-Use-Reason", "Malaise").send().await.unwrap().json().await.unwrap();
    assert_eq!(found["total"], 2, "{found}");
    let mut gone = person("C", "Anne ESSAI");
    gone["active"] = json!(false);
    assert_eq!(demo.post(&holder, "/fhir/RelatedPerson", &gone).await.0, 201);
    assert_eq!(total(&holder).await, Some(1));
}

#[tokio::test]
async fn opened_over_fhir_by_whom_the_policy_says_and_objected_to_before() {
    const TEST: &str = "1.2.250.1.213.1.4.11";
    let patient = |value: &str, notice: bool| {
        let mut one = common::patient(TEST, value, "NOUVEAU", "Alix", "1980-01-01", "female");
        one["address"] = json!([{"line": ["1 rue des Lilas"], "postalCode": "75011", "city": "Paris"}]);
        if notice {
            one["extension"] = json!([{"url": "urn:dmp:notice", "valueString": "2026-1"}]);
        }
        one
    };
    let (first, second) = ("280017599900184", "280017599900283");
    for (policy, opens) in [("dmp-2012", true), ("mes-2024", false)] {
        let demo = Demo::set(&[&format!("policy={policy}")]);
        let gp = demo.token("gp");
        let (status, answer) = demo.post(&gp, "/fhir/Patient", &patient(first, true)).await;
        if opens {
            assert_eq!(status, 201, "{answer}");
            let (status, answer) = demo.post(&gp, "/fhir/Patient", &patient(second, false)).await;
            assert_eq!((status, rule(&answer)), (403, "consent-missing"), "{answer}");
            closed_and_reactivated(&demo, &gp, &patient(first, true)).await;
            continue;
        }
        assert_eq!((status, rule(&answer)), (403, "opening-closed"), "{answer}");
        // The person objects before the feed registers him: nobody opens over his head.
        let objection = json!({"resourceType": "Communication", "status": "completed",
            "category": [{"coding": [{"system": "urn:dmp:communication", "code": "opening-objection"}]}],
            "subject": {"identifier": {"system": format!("urn:oid:{TEST}"), "value": second}}});
        let agent = demo.claims(&json!({"role": "helpdesk", "id": "agent-7", "name": "Agent"}));
        assert_eq!(demo.post(&gp, "/fhir/Communication", &objection).await.0, 403);
        let (status, answer) = demo.post(&agent, "/fhir/Communication", &objection).await;
        assert_eq!(status, 201, "{answer}");
        let feed = demo.token("insurer");
        assert_eq!(demo.post(&feed, "/fhir/Patient", &patient(first, false)).await.0, 201);
        let (status, answer) = demo.post(&feed, "/fhir/Patient", &patient(second, false)).await;
        assert_eq!((status, rule(&answer)), (403, "objected"), "{answer}");
        // Who lost his code asks the help desk: a new one goes by post, and the old one is void.
        demo.run_well(&["demo", "clock", "+P1D"]);
        let mut lost = objection.clone();
        lost["category"][0]["coding"][0]["code"] = json!("new-code");
        lost["subject"]["identifier"]["value"] = json!(first);
        let agent = demo.claims(&json!({"role": "helpdesk", "id": "agent-7", "name": "Agent"}));
        let (status, answer) = demo.post(&agent, "/fhir/Communication", &lost).await;
        assert_eq!(status, 201, "{answer}");
        demo.run_well(&["demo", "clock", "+PT1S"]);
        assert_eq!(std::fs::read_dir(demo.data.join("letters")).unwrap().count(), 2, "one at first, one again");
        let feed = demo.token("insurer");
        let mut wrong = patient(first, false);
        wrong["birthDate"] = json!("1980-13-01");
        assert_eq!(demo.post(&feed, "/fhir/Patient", &wrong).await.0, 422);
    }
}

/// TD1.4 and TD1.2: at the holder's request, by a professional, under the old policy.
async fn closed_and_reactivated(demo: &Demo, gp: &str, patient: &Value) {
    let name = &patient["identifier"][0];
    let (oid, value) =
        (name["system"].as_str().unwrap().trim_start_matches("urn:oid:"), name["value"].as_str().unwrap());
    let (status, declared) = demo.post(gp, "/fhir/Consent", &consent(oid, value)).await;
    assert_eq!(status, 201, "{declared}");
    let list = format!("/fhir/DocumentReference?patient.identifier={oid}%7C{value}");
    assert_eq!(demo.get(gp, &list).await.0, 200);
    let close = json!([{"op": "replace", "path": "/active", "value": false}]);
    let path = format!("/fhir/Patient?identifier={oid}%7C{value}");
    let (status, answer) = demo.patch(gp, &path, &close).await;
    assert_eq!((status, rule(&answer)), (403, "motive-missing"), "{answer}");
    let ended = demo.client().delete(format!("{}{path}", demo.base)).bearer_auth(gp).send().await.unwrap();
    assert_eq!(ended.status(), 403, "its destruction is the holder's to ask for");
    let reason = [("Purpose-Of-Use-Reason", "À sa demande, au guichet".to_owned())];
    let (status, answer) = demo.patch_with(gp, &path, &close, &reason).await;
    assert_eq!((status, answer["active"].as_bool()), (200, Some(false)), "{answer}");
    assert_eq!(rule(&demo.get(gp, &list).await.1), "closed");
    let mut without = patient.clone();
    without.as_object_mut().unwrap().remove("extension");
    let (status, answer) = demo.post(gp, "/fhir/Patient", &without).await;
    assert_eq!((status, rule(&answer)), (403, "consent-missing"), "{answer}");
    let (status, answer) = demo.post(gp, "/fhir/Patient", patient).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(demo.get(gp, &list).await.0, 200, "with all that it had");
}

/// What the holder chose comes back as he would choose it again: posted once more, nothing changes.
#[tokio::test]
async fn choices_are_read_back_as_they_are_made() {
    let demo = Demo::start();
    let holder = holder(&demo, 0);
    let action = |code: &str| json!([{"coding": [{"system": ACTIONS, "code": code}]}]);
    let class = |code: &str| json!([{"system": "urn:oid:1.2.250.1.213.1.1.4.1", "code": code}]);
    let nurse = json!({"coding": [{"system": "urn:oid:1.2.250.1.71.1.2.7", "code": "60"}]});
    let mut pcp = actor("gp");
    pcp[0]["role"] = json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction", "code": "PCP"}]});
    let choices = [
        json!({"type": "deny", "action": action("collect"), "actor": actor("dentist")}),
        json!({"type": "deny", "purpose": [{"system": PURPOSES, "code": "centre_15"}]}),
        json!({"type": "permit", "securityLabel": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}]}),
        json!({"type": "deny", "class": class("31"), "actor": [{"role": nurse}]}),
        json!({"type": "permit", "class": class("11")}),
        json!({"type": "permit", "actor": pcp}),
    ];
    for choice in &choices {
        decides(&demo, &holder, &provision(0, choice.clone())).await;
    }
    let weekly = json!({"resourceType": "Subscription", "status": "active", "reason": "notices",
        "criteria": format!("AuditEvent?{}", query(0).replace("%7C", "|")), "channel": {"type": "message"},
        "extension": [{"url": "urn:dmp:frequency", "valueCode": "weekly"}]});
    assert_eq!(demo.post(&holder, "/fhir/Subscription", &weekly).await.0, 201);
    let read_back = async || {
        let (status, consents) = demo.get(&holder, &format!("/fhir/Consent?{}&status=active", query(0))).await;
        assert_eq!(status, 200, "{consents}");
        let (status, subscriptions) = demo.get(&holder, &format!("/fhir/Subscription?{}", query(0))).await;
        assert_eq!(status, 200, "{subscriptions}");
        let of = |bundle: &Value| -> Vec<Value> {
            let entries = bundle["entry"].as_array().cloned().unwrap_or_default();
            entries.into_iter().map(|one| one["resource"].clone()).filter(|one| one.get("id").is_none()).collect()
        };
        (of(&consents), of(&subscriptions))
    };
    let (consents, subscriptions) = read_back().await;
    assert_eq!((consents.len(), subscriptions.len()), (choices.len(), 1), "{consents:#?}");
    for consent in &consents {
        decides(&demo, &holder, consent).await;
    }
    assert_eq!(demo.post(&holder, "/fhir/Subscription", &subscriptions[0]).await.0, 201);
    assert_eq!(read_back().await, (consents, subscriptions));
    // To a professional they are not: he reads who is authorised.
    let gp = demo.token("gp");
    let (status, listed) = demo.get(&gp, &format!("/fhir/Consent?{}", query(0))).await;
    assert_eq!(status, 200, "{listed}");
    assert!(listed["entry"].as_array().unwrap().iter().all(|one| one["resource"]["id"].is_string()), "{listed}");
    let (status, none) = demo.get(&gp, &format!("/fhir/Subscription?{}", query(0))).await;
    assert_eq!((status, none["entry"].as_array().map_or(0, Vec::len)), (200, 0), "{none}");
}
