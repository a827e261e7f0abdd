//! Told of it: what others do reaches the holder by mail, at the hour that he chose and never with a clinical word; terms that come
//! are told too, on a clock that is moved.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod common_mail;

use common::{Demo, consent, rule};
use common_mail::{Outbox, mail};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::{Kind, Options, Person, Recipe, iti65_bundle, people, persona};
use serde_json::{Value, json};

const PURPOSES: &str = "urn:oid:1.2.250.1.213.1.1.4.248";

fn person(key: &str) -> Person {
    people().unwrap().into_iter().find(|one| one.key == key).unwrap()
}

fn query(person: &Person) -> String {
    format!("patient.identifier={}", person.ins.to_text().replace('|', "%7C"))
}

fn holder(demo: &Demo, person: &Person) -> String {
    demo.holder(&person.ins.to_text())
}

async fn lists(demo: &Demo, token: &str, person: &Person) -> (u16, Value) {
    demo.get(token, &format!("/fhir/DocumentReference?{}", query(person))).await
}

/// A laboratory report with these flags.
fn report(patient: &Person, unique_id: &str, flags: Vec<&str>) -> Value {
    let recipe = Recipe {
        kind: Kind::LabReport,
        patient,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 2_000,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    iti65_bundle(&bytes, &header, &Options { flags, ..Options::default() })
}

async fn provides(demo: &Demo, token: &str, bundle: &Value) {
    let (status, answer) = demo.post(token, "/fhir", bundle).await;
    assert_eq!(status, 200, "{answer}");
}

async fn declares(demo: &Demo, token: &str, person: &Person) {
    let (status, answer) =
        demo.post(token, "/fhir/Consent", &consent(person.ins.domain.code(), &person.ins.value)).await;
    assert_eq!(status, 201, "{answer}");
}

/// A choice of how often: of one kind, or of all.
async fn chooses(demo: &Demo, token: &str, person: &Person, kind: Option<&str>, frequency: &str) -> (u16, Value) {
    let subtype = kind.map_or_else(String::new, |kind| format!("&subtype={kind}"));
    let choice = json!({
        "resourceType": "Subscription", "status": if frequency == "never" { "off" } else { "active" }, "reason": "mon choix",
        "criteria": format!("AuditEvent?patient.identifier={}{subtype}", person.ins.to_text()),
        "channel": {"type": "email"},
        "extension": if frequency == "never" { json!([]) } else { json!([{"url": "urn:dmp:frequency", "valueCode": frequency}]) },
    });
    demo.post(token, "/fhir/Subscription", &choice).await
}

#[tokio::test]
async fn what_others_do_is_told_and_nothing_clinical() {
    let demo = Demo::start();
    let (alma, outbox) = (person("alma"), Outbox::of(&demo));
    outbox.forget(&demo);

    // A first access is told as such; a second look within the hour is not told again.
    let gp = demo.token("gp");
    assert_eq!(lists(&demo, &gp, &alma).await.0, 200);
    let first = outbox.until("alma@demo.invalid", "ACCES_DMP_PS").await;
    assert!(first.contains("Un professionnel de santé est entré pour la première fois."), "{first}");
    let (_, list) = lists(&demo, &gp, &alma).await;
    let entry = &list["entry"][0]["resource"];
    let url = entry["content"][0]["attachment"]["url"].as_str().unwrap();
    let (status, _) = demo.bytes(&gp, &url[url.find("/fhir").unwrap()..]).await;
    assert_eq!(status, 200);
    outbox.until("alma@demo.invalid", "CONSULT_DOCUMENT").await;

    // A refusal is told: the optician and a report that the matrix keeps from him.
    let optician = demo.token("optician");
    assert_eq!(demo.bytes(&optician, &url[url.find("/fhir").unwrap()..]).await.0, 404);
    outbox.until("alma@demo.invalid", "ACCES_REFUSE").await;

    // An emergency: to the holder, and to the médecin traitant.
    let named = json!({"resourceType": "Consent", "status": "active",
        "patient": {"identifier": {"system": format!("urn:oid:{}", alma.ins.domain.code()), "value": alma.ins.value}},
        "provision": {"type": "permit", "actor": [{
            "role": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PCP"}]},
            "reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": persona("gp").unwrap().id.unwrap()}}}]}});
    let (status, answer) = demo.post(&holder(&demo, &alma), "/fhir/Consent", &named).await;
    assert_eq!(status, 201, "{answer}");
    let request = demo.client().get(format!("{}/fhir/DocumentReference?{}", demo.base, query(&alma)));
    let request =
        request.bearer_auth(demo.token("nurse")).header("Purpose-Of-Use", format!("{PURPOSES}|bris_de_glace"));
    assert_eq!(request.header("Purpose-Of-Use-Reason", "Inconsciente").send().await.unwrap().status(), 200);
    outbox.until("alma@demo.invalid", "ACCES_BRIS_GLACE").await;
    let gps = format!("{}@medecin.dmp.example", persona("gp").unwrap().id.unwrap());
    let told = outbox.until(&gps, "ACCES_BRIS_GLACE").await;
    assert!(told.contains("en bris de glace") && !told.contains("votre accord"), "{told}");
    // It leads to the line, which says of which patient and why, to him alone.
    let line = told[told.find("/fhir/AuditEvent/").unwrap()..].split_whitespace().next().unwrap();
    let (status, event) = demo.get(&gp, line).await;
    assert_eq!(status, 200, "{event}");
    let text = event.to_string();
    assert!(text.contains(&*alma.ins.value) && text.contains("Inconsciente"), "{text}");
    assert_ne!(demo.get(&demo.token("dentist"), line).await.0, 200);

    // What she does herself is not told; no mail says what a document is.
    let titles: Vec<String> = list["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["resource"]["content"][0]["attachment"]["title"].as_str().unwrap().to_owned())
        .collect();
    for mail in outbox.all() {
        for clinical in titles.iter().map(String::as_str).chain([
            "Ordonnance",
            "biologie",
            "Inconsciente",
            "FICTIF",
            "IMAGINAIRE",
            "Alma",
            "ophtalm",
        ]) {
            assert!(!mail.text.contains(clinical) && !mail.subject.contains(clinical), "{clinical} in {mail:?}");
        }
    }
}

#[tokio::test]
async fn grouped_by_day_but_never_a_first_access() {
    let demo = Demo::start();
    let (ange, outbox) = (person("ange"), Outbox::of(&demo));
    let token = holder(&demo, &ange);
    assert_eq!(chooses(&demo, &token, &ange, None, "daily").await.0, 201);
    let (status, answer) = chooses(&demo, &token, &ange, Some("ACCES_DMP_PS"), "weekly").await;
    assert_eq!((status, rule(&answer)), (422, "always-told"), "{answer}");
    assert_eq!(chooses(&demo, &token, &ange, Some("SUPP_DOC"), "never").await.0, 201);
    outbox.forget(&demo);
    provides(&demo, &demo.token("hospital-system"), &report(&ange, "1.2.250.1.999.8.1", vec![])).await;
    assert_eq!(lists(&demo, &demo.token("gp"), &ange).await.0, 200);
    outbox.until("ange@demo.invalid", "ACCES_DMP_PS").await;
    assert!(outbox.kinds("ange@demo.invalid").iter().all(|kind| kind == "ACCES_DMP_PS"), "grouped until the morning");
    demo.run_well(&["demo", "clock", "+P1D"]);
    let digest = mail(&outbox, "ange@demo.invalid", "SYNTHESE");
    assert!(digest.text.contains("a ajouté un document"), "{}", digest.text);
}

#[tokio::test]
async fn a_withheld_result_invites_after_two_weeks_and_appears_after_a_month() {
    let demo = Demo::start();
    let (bruno, outbox) = (person("bruno"), Outbox::of(&demo));
    outbox.forget(&demo);
    let before = lists(&demo, &holder(&demo, &bruno), &bruno).await.1["total"].as_u64().unwrap();
    provides(&demo, &demo.token("hospital"), &report(&bruno, "1.2.250.1.999.8.2", vec!["INVISIBLE_PATIENT"])).await;
    demo.run_well(&["demo", "clock", "+P13D"]);
    assert_eq!(outbox.kinds("bruno@demo.invalid"), Vec::<String>::new(), "nothing is told of what is withheld");
    demo.run_well(&["demo", "clock", "+P2D"]);
    let invited = mail(&outbox, "bruno@demo.invalid", "INVITATION_CONSULTATION");
    assert!(invited.text.contains("médecin traitant"), "{}", invited.text);
    assert_eq!(lists(&demo, &holder(&demo, &bruno), &bruno).await.1["total"], before, "and it is withheld still");
    demo.run_well(&["demo", "clock", "+P20D"]);
    mail(&outbox, "bruno@demo.invalid", "REMISE_VISIBILITE_AUTO");
    assert_eq!(lists(&demo, &holder(&demo, &bruno), &bruno).await.1["total"], before + 1);
    assert_eq!(outbox.kinds("bruno@demo.invalid").len(), 2, "each once: {:?}", outbox.kinds("bruno@demo.invalid"));
}

#[tokio::test]
async fn thirty_days_before_majority_both_sides_are_reminded() {
    let demo = Demo::start();
    let (dario, outbox) = (person("dario"), Outbox::of(&demo));
    let own =
        json!([{"op": "replace", "path": "/telecom", "value": [{"system": "email", "value": "dario@moi.invalid"}]}]);
    let path = format!("/fhir/Patient?identifier={}", dario.ins.to_text().replace('|', "%7C"));
    let (status, answer) = demo.patch(&holder(&demo, &dario), &path, &own).await;
    assert_eq!(status, 200, "{answer}");
    // Born on 30 June 2010: the reminder comes on 31 May 2028 at midnight in Paris, the summer's.
    demo.run_well(&["demo", "clock", "2028-05-30T21:59:00Z"]);
    assert!(!outbox.kinds("dario@moi.invalid").iter().any(|kind| kind.starts_with("RAPPEL")));
    demo.run_well(&["demo", "clock", "2028-05-30T22:01:00Z"]);
    mail(&outbox, "dario@moi.invalid", "RAPPEL_CONSENT_PASSAGE_MAJO");
    mail(&outbox, "alma@demo.invalid", "RAPPEL_CONSENT_RL_PASSAGE_MAJO");
    mail(&outbox, "bruno@demo.invalid", "RAPPEL_CONSENT_RL_PASSAGE_MAJO");
}

#[tokio::test]
async fn nothing_of_a_secret_connection_reaches_the_parents() {
    let demo = Demo::start();
    let (dario, outbox) = (person("dario"), Outbox::of(&demo));
    let own =
        json!([{"op": "replace", "path": "/telecom", "value": [{"system": "email", "value": "dario@moi.invalid"}]}]);
    let path = format!("/fhir/Patient?identifier={}", dario.ins.to_text().replace('|', "%7C"));
    assert_eq!(demo.patch(&holder(&demo, &dario), &path, &own).await.0, 200);
    outbox.forget(&demo);
    let mut claims = persona("specialist").unwrap().claims();
    claims["secret"] = json!(true);
    let secret = demo.claims(&claims);
    declares(&demo, &secret, &dario).await;
    assert_eq!(lists(&demo, &secret, &dario).await.0, 200);
    provides(&demo, &secret, &report(&dario, "1.2.250.1.999.8.3", vec!["INVISIBLE_REPRESENTANTS_LEGAUX"])).await;
    outbox.until("dario@moi.invalid", "AJOUT_DOCUMENT").await;
    outbox.until("dario@moi.invalid", "ACCES_DMP_PS").await;
    demo.run_well(&["demo", "clock", "+PT1H"]);
    assert_eq!(outbox.kinds("alma@demo.invalid"), Vec::<String>::new());
    assert_eq!(outbox.kinds("bruno@demo.invalid"), Vec::<String>::new());
}

#[tokio::test]
async fn a_suspension_closes_after_six_weeks_and_a_budget_alerts_the_operator() {
    let demo = Demo::set(&["mail.operator=exploitant@demo.invalid", "policy.budget_professional=[2, 2]"]);
    let outbox = Outbox::of(&demo);
    let gp = demo.token("gp");
    for key in ["elio", "elie", "ange"] {
        drop(lists(&demo, &gp, &person(key)).await);
    }
    let alert = outbox.until("exploitant@demo.invalid", "ALERTE_BUDGET").await;
    assert!(alert.contains(persona("gp").unwrap().id.unwrap()), "{alert}");

    let odette = person("odette");
    let operator = demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
    let suspended = json!({"resourceType": "Consent", "status": "active",
        "patient": {"identifier": {"system": format!("urn:oid:{}", odette.ins.domain.code()), "value": odette.ins.value}},
        "provision": {"type": "deny"}});
    let (status, answer) = demo.post(&operator, "/fhir/Consent", &suspended).await;
    assert_eq!(status, 201, "{answer}");
    outbox.until("odette@demo.invalid", "VIE_DMP").await;
    demo.run_well(&["demo", "clock", "+P41D"]);
    assert_eq!(rule(&lists(&demo, &demo.token("gp"), &odette).await.1), "suspended");
    demo.run_well(&["demo", "clock", "+P2D"]);
    assert_eq!(rule(&lists(&demo, &demo.token("gp"), &odette).await.1), "closed");
}

/// Decisions 8: the holder objects, or the help desk for him; then nothing closes by itself, and the operator frees the dossier or closes it.
#[tokio::test]
async fn an_objection_to_a_suspension_is_answered_by_the_operator() {
    let demo = Demo::start();
    // Tokens of now: the clock moves on.
    let operator = || demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
    let desk = || demo.claims(&json!({"role": "helpdesk", "id": "h-1", "name": "Agent"}));
    let queue = async || {
        let (status, found) = demo.get(&operator(), "/fhir/Task?status=requested").await;
        assert_eq!(status, 200, "{found}");
        let tasks = found["entry"].as_array().cloned().unwrap_or_default();
        let code =
            |task: &Value| task.pointer("/resource/code/coding/0/code").and_then(Value::as_str).map(str::to_owned);
        tasks.iter().filter(|task| code(task).as_deref() == Some("suspension-objection")).count()
    };
    for (key, freed) in [("odette", true), ("elio", false)] {
        let one = person(key);
        let mut suspended = consent(one.ins.domain.code(), &one.ins.value);
        suspended["provision"]["type"] = json!("deny");
        assert_eq!(demo.post(&operator(), "/fhir/Consent", &suspended).await.0, 201);
        let said = json!({"resourceType": "Communication", "status": "completed", "subject": suspended["patient"],
            "category": [{"coding": [{"system": "urn:dmp:communication", "code": "suspension-objection"}]}]});
        let who = if freed { demo.holder(&one.ins.to_text()) } else { desk() };
        let (status, answer) = demo.post(&who, "/fhir/Communication", &said).await;
        assert_eq!(status, 201, "{answer}");
        assert_eq!(queue().await, 1);
        demo.run_well(&["demo", "clock", "+P43D"]);
        assert_eq!(rule(&lists(&demo, &demo.token("gp"), &one).await.1), "suspended", "it waits");
        let path = format!("/fhir/Patient?identifier={}", one.ins.to_text().replace('|', "%7C"));
        let close = json!([{"op": "replace", "path": "/active", "value": false}]);
        let reason = [("purpose-of-use-reason", "Fraude établie".to_owned())];
        let after = if freed {
            suspended["provision"]["type"] = json!("permit");
            assert_eq!(demo.post(&operator(), "/fhir/Consent", &suspended).await.0, 201);
            "no-authorisation"
        } else {
            assert_eq!(demo.patch_with(&operator(), &path, &close, &reason).await.0, 200);
            "closed"
        };
        assert_eq!(rule(&lists(&demo, &demo.token("nurse"), &one).await.1), after);
        assert_eq!(queue().await, 0, "answered");
    }
}

/// Who has an address and no e-mail is written to of what becomes of his dossier, unless he chose otherwise.
#[tokio::test]
async fn who_has_no_email_is_written_to_of_a_suspension_and_of_its_end() {
    let demo = Demo::start();
    let value = "188097599900065";
    let mut one = common::patient("1.2.250.1.213.1.4.11", value, "SANSMAIL", "Luc", "1988-09-10", "male");
    one["address"] = json!([{"line": ["1 rue Seule"], "postalCode": "75001", "city": "Paris"}]);
    assert!(demo.import(&[one]).status.success());
    let letters = || {
        demo.run_well(&["demo", "clock", "+PT1S"]);
        let files = std::fs::read_dir(demo.data.join("letters")).map_or(Vec::new(), Iterator::collect);
        files.into_iter().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect::<Vec<_>>()
    };
    let before = letters().len();
    let mut suspended = consent("1.2.250.1.213.1.4.11", value);
    suspended["provision"]["type"] = json!("deny");
    let operator = demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
    let (status, answer) = demo.post(&operator, "/fhir/Consent", &suspended).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(letters().len(), before + 1, "the suspension");
    demo.run_well(&["demo", "clock", "+P43D"]);
    let all = letters();
    assert_eq!(all.len(), before + 2, "the closing");
    assert!(all.iter().all(|letter| letter.starts_with("Luc SANSMAIL\n1 rue Seule\n75001 Paris\n")), "{all:?}");
}

/// Registers one person who is informed, with or without an e-mail.
fn registered(demo: &Demo, value: &str, email: Option<&str>) {
    let mut one = common::patient("1.2.250.1.213.1.4.11", value, "ATTENTE", "Line", "1980-01-01", "female");
    one["address"] = json!([{"line": ["1 rue des Essais"], "postalCode": "33000", "city": "Bordeaux"}]);
    if let Some(email) = email {
        one["telecom"] = json!([{"system": "email", "value": email}]);
    }
    let file = demo.data.join(format!("insured-{value}.ndjson"));
    std::fs::write(&file, one.to_string()).unwrap();
    demo.run_well(&["insured", "import", file.to_str().unwrap(), "--inform"]);
}

/// The link and the code of an information.
fn link_and_code(text: &str) -> (String, String) {
    let at = text.find("/opposition/").unwrap();
    let link = text[at..].split_whitespace().next().unwrap().to_owned();
    let code = text.split("Code : ").nth(1).unwrap().lines().next().unwrap().to_owned();
    (link, code)
}

async fn objects(demo: &Demo, link: &str, code: &str) -> String {
    let form = format!("code={}&motif=", code.replace(' ', "+"));
    let request =
        demo.client().post(format!("{}{link}", demo.base)).header("content-type", "application/x-www-form-urlencoded");
    request.body(form).send().await.unwrap().text().await.unwrap()
}

#[tokio::test]
async fn informed_and_opened_after_six_weeks_unless_one_objects() {
    let demo = Demo::start();
    let outbox = Outbox::of(&demo);
    let opens = async |value: &str| {
        let (_, found) =
            demo.get(&demo.token("gp"), &format!("/fhir/Patient?identifier=1.2.250.1.213.1.4.11%7C{value}")).await;
        found["entry"][0]["resource"]["active"].as_bool()
    };
    let (first, second, third) = ("280017599900184", "280017599900283", "280017599900382");
    registered(&demo, first, Some("un@demo.invalid"));
    registered(&demo, second, Some("deux@demo.invalid"));
    registered(&demo, third, None);
    let text = outbox.until("un@demo.invalid", "INFORMATION_OUVERTURE").await;
    let objection = outbox.until("deux@demo.invalid", "INFORMATION_OUVERTURE").await;
    assert_eq!(opens(first).await, None, "registered, and nothing is open");
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let letters = || std::fs::read_dir(demo.data.join("letters")).map_or(0, Iterator::count);
    assert_eq!(letters(), 1, "who has no e-mail has a letter");

    // The second objects: a wrong code does nothing, the right one once and for all.
    let (link, code) = link_and_code(&objection);
    let page = demo.client().get(format!("{}{link}", demo.base)).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(objects(&demo, &link, "AAAA AAAA AAAA").await.contains("Ce code n’est pas le bon"));
    assert!(objects(&demo, "/opposition/nothing", &code).await.contains("Ce code n’est pas le bon"));
    assert!(objects(&demo, &link, &code.to_lowercase()).await.contains("C’est noté"));

    // The first one's e-mail comes back three weeks later: a letter, and six weeks again.
    demo.run_well(&["demo", "clock", "+P3W"]);
    demo.run_well(&["insured", "returned", "--ins", &format!("1.2.250.1.213.1.4.11|{first}")]);
    demo.run_well(&["demo", "clock", "+P4W"]);
    assert_eq!(letters(), 3, "and the third one's dossier has opened");
    assert_eq!(opens(first).await, None, "six weeks from the letter");
    assert_eq!((opens(second).await, opens(third).await), (None, Some(true)));
    demo.run_well(&["demo", "clock", "+P3W"]);
    assert_eq!((opens(first).await, opens(second).await), (Some(true), None));
    // The old code is void; the letter's closes what is open by now.
    let (link, old) = link_and_code(&text);
    assert!(objects(&demo, &link, &old).await.contains("Ce code n’est pas le bon"));
    let mut letters: Vec<_> =
        std::fs::read_dir(demo.data.join("letters")).unwrap().map(|file| file.unwrap().path()).collect();
    letters.sort_by_key(|path| std::fs::metadata(path).unwrap().modified().unwrap());
    let mut texts = letters.iter().map(|path| std::fs::read_to_string(path).unwrap());
    let letter = texts.rfind(|text| text.contains("/opposition/")).unwrap();
    assert!(letter.starts_with("Line ATTENTE\n1 rue des Essais\n33000 Bordeaux\n"), "{letter}");
    let (link, code) = link_and_code(&letter);
    assert!(objects(&demo, &link, &code).await.contains("C’est noté"));
    assert_eq!(opens(first).await, Some(false), "closed");

    // He never activated it, and may change his mind all the same (decisions 27).
    let him = demo.holder(&format!("1.2.250.1.213.1.4.11|{first}"));
    let path = format!("/fhir/Patient?identifier=1.2.250.1.213.1.4.11%7C{first}");
    let active = json!([{"op": "replace", "path": "/active", "value": true}]);
    let (status, answer) = demo.patch(&him, &path, &active).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(opens(first).await, Some(true));
}

/// Decisions 28: whose death was an error is informed anew, and has his dossier after six weeks.
#[tokio::test]
async fn a_death_in_error_of_who_was_registered() {
    let demo = Demo::start();
    let (outbox, value) = (Outbox::of(&demo), "280017599900184");
    registered(&demo, value, Some("un@demo.invalid"));
    outbox.until("un@demo.invalid", "INFORMATION_OUVERTURE").await;
    let operator = demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
    let path = format!("/fhir/Patient?identifier=1.2.250.1.213.1.4.11%7C{value}");
    for dead in [true, false] {
        outbox.forget(&demo);
        let (status, answer) =
            demo.patch(&operator, &path, &json!([{"op": "add", "path": "/deceasedBoolean", "value": dead}])).await;
        assert_eq!(status, 200, "{answer}");
    }
    outbox.until("un@demo.invalid", "INFORMATION_OUVERTURE").await;
    demo.run_well(&["demo", "clock", "+P43D"]);
    assert_eq!(demo.get(&demo.token("gp"), &path).await.1["entry"][0]["resource"]["active"], json!(true));
}

/// Decisions 16 and 17: told of an emergency without being authorised, he reads whose it was, and may ask for consent; under an opposition to
/// consultation he reads nothing (decisions 9), and his mail promises nothing.
#[tokio::test]
async fn a_medecin_traitant_whose_rights_rest_is_told_of_whom() {
    let demo = Demo::start();
    let (ange, outbox) = (person("ange"), Outbox::of(&demo));
    let token = holder(&demo, &ange);
    let id = persona("specialist").unwrap().id.unwrap();
    let mut named = consent(ange.ins.domain.code(), &ange.ins.value);
    named["provision"]["actor"] = json!([{
        "role": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PCP"}]},
        "reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": id}}}]);
    let (status, answer) = demo.post(&token, "/fhir/Consent", &named).await;
    assert_eq!(status, 201, "{answer}");
    let enters = async |who: &str| {
        let request = demo.client().get(format!("{}/fhir/DocumentReference?{}", demo.base, query(&ange)));
        let request =
            request.bearer_auth(demo.token(who)).header("Purpose-Of-Use", format!("{PURPOSES}|bris_de_glace"));
        assert_eq!(request.header("Purpose-Of-Use-Reason", "Inconscient").send().await.unwrap().status(), 200);
        outbox.until(&format!("{id}@medecin.dmp.example"), "ACCES_BRIS_GLACE").await
    };
    let him = demo.token("specialist");
    assert_eq!(lists(&demo, &him, &ange).await.0, 403);
    let told = enters("nurse").await;
    let line = told[told.find("/fhir/AuditEvent/").unwrap()..].split_whitespace().next().unwrap();
    let (status, event) = demo.get(&him, line).await;
    assert_eq!(status, 200, "{event}");
    let text = event.to_string();
    assert!(text.contains(&*ange.ins.value) && text.contains("Inconscient"), "{text}");
    assert!(
        !text.contains("DocumentReference/") && !text.contains("\"query\""),
        "no document, and no question: {text}"
    );
    let (status, answer) = demo.get(&him, &format!("/fhir/AuditEvent?{}", query(&ange))).await;
    assert_eq!((status, common::rule(&answer)), (403, "no-authorisation"));

    let mut opposed = consent(ange.ins.domain.code(), &ange.ins.value);
    let action =
        json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentaction", "code": "access"}]});
    opposed["provision"] = json!({"type": "deny", "action": [action]});
    let (status, answer) = demo.post(&token, "/fhir/Consent", &opposed).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(common::rule(&demo.get(&him, line).await.1), "opposition");
    outbox.forget(&demo);
    let told = enters("gp").await;
    assert!(told.contains("Référence à donner à l’assistance") && !told.contains("votre jeton"), "{told}");
}

/// Decisions 10: whoever names another, the former médecin traitant is told that his role ended, blocked or not.
#[tokio::test]
async fn the_former_medecin_traitant_is_told() {
    let demo = Demo::start();
    let (ange, outbox) = (person("ange"), Outbox::of(&demo));
    let token = holder(&demo, &ange);
    let names = async |id: &str| {
        let mut named = consent(ange.ins.domain.code(), &ange.ins.value);
        let role = json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PCP"}]});
        named["provision"]["actor"] = json!([{"role": role,
            "reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": id}}}]);
        let (status, answer) = demo.post(&token, "/fhir/Consent", &named).await;
        assert_eq!(status, 201, "{answer}");
    };
    let [former, next] = ["gp", "specialist"].map(|who| persona(who).unwrap().id.unwrap());
    names(former).await;
    outbox.forget(&demo);
    names(next).await;
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let told: Vec<_> = outbox.all().into_iter().filter(|mail| mail.to.contains(former)).collect();
    let [told] = told.as_slice() else { panic!("one mail: {told:?}") };
    assert_eq!(told.kind, "MODIF_MEDECIN_TRAITANT");
    assert!(told.text.contains("vous n’êtes plus le médecin traitant d’un patient : le patient"), "{told:?}");
    assert!(told.text.contains("AuditEvent/"), "a reference for the help desk: {told:?}");
}

/// Decisions 24: no letter to a minor's family tells of a secret connection, nor of an emergency in one.
#[tokio::test]
async fn no_letter_tells_a_family_of_a_secret_connection() {
    let demo = Demo::start();
    let mut one = common::patient("1.2.250.1.213.1.4.11", "209017599900171", "MINEUR", "Lou", "2009-01-01", "female");
    one["address"] = json!([{"line": ["1 rue des Essais"], "postalCode": "33000", "city": "Bordeaux"}]);
    let file = demo.data.join("minor.ndjson");
    std::fs::write(&file, one.to_string()).unwrap();
    demo.run_well(&["insured", "import", file.to_str().unwrap()]);
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let letters = || std::fs::read_dir(demo.data.join("letters")).map_or(0, Iterator::count);
    let opened = letters();
    let enters = async |secret: bool| {
        let mut claims = persona("specialist").unwrap().claims();
        claims["secret"] = json!(secret);
        let token = demo.claims(&claims);
        let declared = demo.post(&token, "/fhir/Consent", &consent("1.2.250.1.213.1.4.11", "209017599900171")).await;
        assert_eq!(declared.0, 201, "{}", declared.1);
        let path = "/fhir/DocumentReference?patient.identifier=urn:oid:1.2.250.1.213.1.4.11%7C209017599900171";
        assert_eq!(demo.get(&token, path).await.0, 200);
        demo.run_well(&["demo", "clock", "+PT1S"]);
        letters() - opened
    };
    assert_eq!((enters(true).await, enters(false).await), (0, 1), "a first access in the open goes by post");
}

/// Reports a death, or takes it back as an error.
async fn dies(demo: &Demo, one: &Person, dead: bool) {
    let operator = demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
    let token = if dead { demo.token("insurer") } else { operator };
    let path = format!("/fhir/Patient?identifier={}", one.ins.to_text().replace('|', "%7C"));
    let (status, answer) =
        demo.patch(&token, &path, &json!([{"op": "replace", "path": "/deceasedBoolean", "value": dead}])).await;
    assert_eq!(status, 200, "{answer}");
}

/// Decisions 27 and 28: clocks do not stop, and a death may be an error. What was not told yet waits until that is known.
#[tokio::test]
async fn what_waits_when_a_death_is_reported_is_told_once_it_is_taken_back() {
    let demo = Demo::start();
    let (ange, outbox) = (person("ange"), Outbox::of(&demo));
    assert_eq!(chooses(&demo, &holder(&demo, &ange), &ange, Some("AJOUT_DOCUMENT"), "weekly").await.0, 201);
    provides(&demo, &demo.token("hospital-system"), &report(&ange, "1.2.250.1.999.8.9", vec![])).await;
    dies(&demo, &ange, true).await;
    outbox.forget(&demo);
    demo.run_well(&["demo", "clock", "+P300D"]);
    assert_eq!(outbox.kinds("ange@demo.invalid"), Vec::<String>::new(), "after a death nobody is told");
    dies(&demo, &ange, false).await;
    // It was looked at every day at first, then seldomer, and every week in the end.
    demo.run_well(&["demo", "clock", "+P7D"]);
    let digest = mail(&outbox, "ange@demo.invalid", "SYNTHESE");
    assert!(digest.text.contains("a ajouté un document"), "{}", digest.text);
    outbox.forget(&demo);
    demo.run_well(&["demo", "clock", "+P30D"]);
    assert_eq!(outbox.kinds("ange@demo.invalid"), Vec::<String>::new(), "once");
}

/// Many an emergency comes right before a death; its review is the operator's all the same.
#[tokio::test]
async fn an_emergency_is_reviewed_after_a_death() {
    let demo = Demo::set(&["mail.operator=exploitant@demo.invalid"]);
    let (ange, outbox) = (person("ange"), Outbox::of(&demo));
    let request = demo.client().get(format!("{}/fhir/DocumentReference?{}", demo.base, query(&ange)));
    let request =
        request.bearer_auth(demo.token("nurse")).header("Purpose-Of-Use", format!("{PURPOSES}|bris_de_glace"));
    assert_eq!(request.header("Purpose-Of-Use-Reason", "Inconscient").send().await.unwrap().status(), 200);
    dies(&demo, &ange, true).await;
    outbox.forget(&demo);
    demo.run_well(&["demo", "clock", "+P8DT1M"]);
    let alert = mail(&outbox, "exploitant@demo.invalid", "ALERTE_CONTROLE");
    assert_eq!(outbox.all().len(), 1, "nobody else is told: {:?}", outbox.all());
    let task = alert.text.split("Task/").nth(1).unwrap().split_whitespace().next().unwrap();
    let operator = || demo.claims(&json!({"role": "operator", "id": "op-1", "name": "Exploitant"}));
    let (status, task) = demo.get(&operator(), &format!("/fhir/Task/{task}")).await;
    assert_eq!((status, &task["reasonCode"]["text"]), (200, &json!("Inconscient")), "{task}");
}
