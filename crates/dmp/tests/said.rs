//! What only a request can say, over real HTTP: that the holder asked, why a result is withheld, who signs with the caller, which card
//! and which code open, whether the patient agreed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod common_mail;

#[path = "refusals/scene.rs"]
#[allow(dead_code, reason = "the scene has more than is asked of it here")]
mod scene;

use common::rule;
use dmp_lab::Person;
use scene::{CLASSES, Scene, actor, identifier, known, person, prescription, query, resource, set};
use serde_json::{Value, json};

/// The provision by which a médecin traitant is named, or declares himself.
fn role() -> Value {
    json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "code": "PCP"}]})
}

/// How many documents somebody finds.
async fn total(scene: &Scene, token: &str, one: &Person) -> u64 {
    let (status, list) = scene.finds(token, one).await;
    assert_eq!(status, 200, "{list}");
    list["total"].as_u64().unwrap()
}

fn operation(parts: &Value) -> Value {
    json!({"name": "operation", "part": parts})
}

/// FHIRPath Patch: the mask, added or taken away; and that the holder asked.
fn masked() -> Value {
    let label = json!({"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}]});
    operation(&json!([{"name": "type", "valueCode": "add"}, {"name": "path", "valueString": "DocumentReference"},
        {"name": "name", "valueString": "securityLabel"}, {"name": "value", "valueCodeableConcept": label}]))
}

fn unmasked() -> Value {
    operation(&json!([{"name": "type", "valueCode": "delete"},
        {"name": "path", "valueString": "DocumentReference.securityLabel.where(coding.code='MASQUE_PS')"}]))
}

fn asked(value: bool) -> Value {
    let extension =
        json!([{"name": "url", "valueUri": "urn:dmp:holder-asked"}, {"name": "value", "valueBoolean": value}]);
    operation(&json!([{"name": "type", "valueCode": "add"}, {"name": "path", "valueString": "DocumentReference"},
        {"name": "name", "valueString": "extension"}, {"name": "value", "part": extension}]))
}

fn parameters(operations: &[Value]) -> Value {
    json!({"resourceType": "Parameters", "parameter": operations})
}

/// Decisions 18: the holder's own mask is lifted by the médecin traitant who says that the holder asked; in either form of a patch.
#[tokio::test]
async fn the_medecin_traitant_lifts_the_holders_mask() {
    let scene = Scene::of(&[]);
    let (one, holder) = scene.lived(611).await;
    let [hospital, gp, other] = ["hospital", "gp", "specialist"].map(|code| scene.demo.token(code));
    for token in [&hospital, &gp, &other] {
        scene.declares(token, &one).await;
    }
    let id = scene.provides(&hospital, &prescription(&one, "1.2.250.1.999.67.1", &[])).await;
    let mut named = json!({"type": "permit", "actor": actor("gp")});
    named["actor"][0]["role"] = role();
    scene.decided(&holder, &one, named).await;
    let path = format!("/fhir/DocumentReference/{id}");
    let json_patch = json!([
        {"op": "test", "path": "/securityLabel/1/coding/0/code", "value": "MASQUE_PS"},
        {"op": "remove", "path": "/securityLabel/1"},
        {"op": "add", "path": "/extension/-", "value": {"url": "urn:dmp:holder-asked", "valueBoolean": true}},
    ]);
    for lifting in [parameters(&[unmasked(), asked(true)]), json_patch] {
        assert_eq!(scene.demo.patch(&holder, &path, &parameters(&[masked()])).await.0, 200);
        assert_eq!(total(&scene, &other, &one).await, 0);
        for without in [parameters(&[unmasked()]), parameters(&[unmasked(), asked(false)])] {
            let (status, answer) = scene.demo.patch(&gp, &path, &without).await;
            assert_eq!((status, rule(&answer)), (422, "holder-must-ask"), "{answer}");
            assert!(answer.to_string().contains("urn:dmp:holder-asked"), "the way out: {answer}");
        }
        assert_eq!(scene.demo.patch(&other, &path, &lifting).await.0, 404, "to others it is not there");
        let (status, answer) = scene.demo.patch(&gp, &path, &lifting).await;
        assert_eq!(status, 200, "{answer}");
        assert!(
            !answer.to_string().contains("holder-asked"),
            "it is said of the change, not of the document: {answer}"
        );
        assert_eq!(total(&scene, &other, &one).await, 1);
    }
    let (status, answer) = scene.demo.patch(&gp, &path, &parameters(&[asked(true)])).await;
    assert_eq!((status, rule(&answer)), (422, "holder-asked"), "alone it asks nothing: {answer}");
    // Taking an extension away is not setting it.
    let archived = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived";
    let gone = json!([
        {"op": "test", "path": "/extension/0", "value": {"url": archived, "valueBoolean": true}},
        {"op": "remove", "path": "/extension/0"},
    ]);
    assert_eq!(scene.demo.patch(&hospital, &path, &gone).await.0, 405);
    // A test that nothing is compared with is not passed over.
    let tested = json!([{"op": "test", "path": "/status", "value": "entered-in-error"},
        {"op": "add", "path": "/securityLabel/-", "value": {"coding": [{"code": "MASQUE_PS"}]}}]);
    assert_eq!(scene.demo.patch(&hospital, &path, &tested).await.0, 405);
    let label = |at: &str, value: &str| json!({"op": "test", "path": format!("/securityLabel/1{at}"), "value": value});
    let two = json!([label("/coding/0/system", "urn:wrong"), label("/coding/0/code", "MASQUE_PS"),
        {"op": "remove", "path": "/securityLabel/1"}]);
    assert_eq!(scene.demo.patch(&hospital, &path, &two).await.0, 405, "the first would go uncompared");
    let twice = json!([label("/coding/0/code", "MASQUE_PS"), {"op": "remove", "path": "/securityLabel/1"},
        {"op": "remove", "path": "/securityLabel/1"}]);
    assert_ne!(scene.demo.patch(&hospital, &path, &twice).await.0, 200, "the second names another");
    let subscriptions = format!("/fhir/Subscription?patient.identifier={}", query(&one));
    let (status, none) = scene.demo.get(&gp, &subscriptions).await;
    assert_eq!((status, none["entry"].as_array().map_or(0, Vec::len)), (200, 0), "{none}");
    assert_eq!(total(&scene, &other, &one).await, 1, "it is not archived");
}

/// A prescription that is withheld, with its motive or without.
fn withheld(one: &Person, unique_id: &str, flags: &[&'static str], motive: Option<&str>) -> Value {
    let mut bundle = prescription(one, unique_id, flags);
    if let Some(motive) = motive {
        let extension = json!([{"url": "urn:dmp:withhold-motive", "valueString": motive}]);
        bundle["entry"][1]["resource"]["extension"] = extension;
    }
    bundle
}

/// Facts c.7, decisions 19: what the holder wants at once is withheld for a motive, which he reads when he reads the document.
#[tokio::test]
async fn a_result_is_withheld_for_a_motive_that_is_told_at_its_release() {
    const WHY: &str = "Annonce en consultation, MOTIF-TU";
    let scene = Scene::of(&[]);
    let (one, holder) = scene.lived(612).await;
    let [hospital, gp] = ["hospital", "gp"].map(|code| scene.demo.token(code));
    scene.declares(&gp, &one).await;
    scene.declares(&hospital, &one).await;
    let at_once = json!({"type": "permit", "class": [{"system": CLASSES, "code": "42"}]});
    scene.decided(&holder, &one, at_once).await;
    let hidden = ["INVISIBLE_PATIENT"];
    let long = "é".repeat(501);
    for (flags, motive, wrong) in [
        (&hidden[..], None, "retention-motive"),
        (&hidden, Some("  "), "empty"),
        (&hidden, Some(&*long), "length"),
        (&[], Some(WHY), "withhold-motive"),
    ] {
        let bundle = withheld(&one, "1.2.250.1.999.68.1", flags, motive);
        let (status, answer) = scene.demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!((status, rule(&answer)), (422, wrong), "{answer}");
    }
    let id = scene.provides(&hospital, &withheld(&one, "1.2.250.1.999.68.1", &hidden, Some(WHY))).await;
    let path = format!("/fhir/DocumentReference/{id}");
    let told = async |token: &str| {
        let (status, found) = scene.demo.get(token, &path).await;
        (status, found["extension"][0]["valueString"].as_str().map(str::to_owned))
    };
    let why = Some(WHY.to_owned());
    assert_eq!(told(&hospital).await, (200, why.clone()), "to who deposited it");
    assert_eq!(told(&gp).await, (200, None), "to no other professional");
    assert_eq!(told(&holder).await, (404, None));
    assert_eq!(total(&scene, &holder, &one).await, 0);
    let lines = scene.lines(&holder, &one).await;
    assert!(!json!(lines).to_string().contains("MOTIF-TU"), "{lines:#?}");
    scene.demo.run_well(&["demo", "clock", "+P1M1D"]);
    let [holder, gp] = [scene.demo.holder(&one.ins.to_text()), scene.demo.token("gp")];
    assert_eq!(told(&holder).await, (200, why), "at the release");
    assert_eq!(told(&gp).await, (200, None));
    let (_, list) = scene.finds(&holder, &one).await;
    assert!(list.to_string().contains("MOTIF-TU"), "{list}");
    // Since when, by whom, until when: for him, and for no professional.
    let of = async |token: &str| {
        let (_, found) = scene.demo.get(token, &path).await;
        let all = found["extension"].as_array().cloned().unwrap_or_default();
        all.into_iter().find(|one| one["url"] == "urn:dmp:withheld")
    };
    let said = of(&holder).await.unwrap();
    let parts: Vec<&str> =
        said["extension"].as_array().unwrap().iter().map(|one| one["url"].as_str().unwrap()).collect();
    assert_eq!(parts, ["since", "by", "until"], "{said}");
    assert_eq!(of(&gp).await, None);
    assert!(!scene.finds(&gp, &one).await.1.to_string().contains("MOTIF-TU"));
}

/// A representative's token.
fn parent(scene: &Scene, of: &Person, who: &str) -> String {
    let id = known(who).ins.to_text();
    scene.demo.claims(&json!({"role": "representative", "id": id, "name": who, "ins": of.ins.to_text()}))
}

/// Decisions 24: both parents close; each signs with a token of his own.
#[tokio::test]
async fn both_parents_close_together() {
    let scene = Scene::of(&[]);
    let (cleo, dario) = (known("cleo"), known("dario"));
    let [mother, father] = ["alma", "bruno"].map(|who| parent(&scene, &cleo, who));
    let path = format!("/fhir/Patient?identifier={}", query(&cleo));
    let close = set("/active", json!(false));
    let closes = async |token: &str, others: &[&str]| {
        let joint = others.iter().map(|other| ("joint-authorization", format!("Bearer {other}")));
        scene.demo.patch_with(token, &path, &close, &joint.collect::<Vec<_>>()).await
    };
    let (status, answer) = closes(&mother, &[]).await;
    assert_eq!((status, rule(&answer)), (403, "all-representatives"), "{answer}");
    assert!(answer.to_string().contains("Joint-Authorization"), "the way out: {answer}");
    let strangers = [
        parent(&scene, &dario, "bruno"),
        scene.demo.holder(&dario.ins.to_text()),
        scene.demo.token("gp"),
        mother.clone(),
    ];
    for other in strangers.each_ref() {
        let (status, answer) = closes(&mother, &[other]).await;
        assert_eq!((status, rule(&answer)), (400, "joint-authorization"), "{answer}");
        assert_eq!(answer["issue"][0]["expression"], json!(["http.Joint-Authorization"]));
    }
    let (status, answer) = closes(&scene.demo.token("gp"), &[&father]).await;
    assert_eq!((status, rule(&answer)), (400, "joint-authorization"), "beside a representative's: {answer}");
    let many = [&*father; 5];
    assert_eq!(closes(&mother, &many).await.0, 400);
    let mut broken = father.clone();
    broken.truncate(broken.len() - 4);
    let (status, answer) = closes(&mother, &[&broken]).await;
    assert_eq!((status, rule(&answer)), (401, "token-signature"), "{answer}");
    assert_eq!(answer["issue"][0]["expression"], json!(["http.Joint-Authorization"]));
    assert!(answer["issue"][0]["details"]["text"].as_str().unwrap().contains("Joint-Authorization"), "{answer}");
    assert!(!answer.to_string().contains(&broken), "nothing of the token is quoted");

    // A guardian comes on record: the parents do not suffice any more, and their attempt names both.
    let guardian = json!({
        "resourceType": "RelatedPerson", "active": true, "patient": {"identifier": identifier(&cleo)},
        "identifier": [{"value": "lab:tutrice"}], "extension": [{"url": "urn:dmp:scope", "valueCode": "full"}],
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "GUARD"}]}],
    });
    assert_eq!(scene.demo.post(&scene.operator(), "/fhir/RelatedPerson", &guardian).await.0, 201);
    let (status, answer) = closes(&mother, &[&father]).await;
    assert_eq!((status, rule(&answer)), (403, "all-representatives"), "{answer}");
    let lines = scene.lines(&mother, &cleo).await;
    let signed = lines[0]["agent"].as_array().unwrap().iter().find(|one| one["type"]["coding"][0]["code"] == "AUT");
    assert_eq!(signed.unwrap_or_else(|| panic!("{:#?}", lines[0]))["who"]["display"], "bruno");
    let (ins, entry) = (cleo.ins.to_text(), lines[0]["id"].as_str().unwrap());
    let extract = scene.demo.data.join("extract.txt");
    scene.demo.run_well(&["evidence", "--ins", &ins, "--entry", entry, "--out", extract.to_str().unwrap()]);
    let extract = std::fs::read_to_string(extract).unwrap();
    assert!(extract.contains("requester representative\njoint representative\n"), "{extract}");
    let third = json!({"role": "representative", "id": "tutrice", "ins": cleo.ins.to_text()});
    let third = scene.demo.claims(&third);
    // A proxy may have joined the headers into one.
    let both = format!("Bearer {father}, Bearer {third}");
    let (status, answer) = scene.demo.patch_with(&mother, &path, &close, &[("joint-authorization", both)]).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(rule(&scene.finds(&scene.demo.token("gp"), &cleo).await.1), "closed");
}

/// The same to end it within three months, where nothing is in the body of the request.
#[tokio::test]
async fn both_parents_ask_for_express_deletion() {
    let scene = Scene::of(&[]);
    let cleo = known("cleo");
    let [mother, father] = ["alma", "bruno"].map(|who| parent(&scene, &cleo, who));
    let delete =
        || scene.request(reqwest::Method::DELETE, &mother, &format!("/fhir/Patient?identifier={}", query(&cleo)));
    assert_eq!(delete().send().await.unwrap().status(), 403);
    let both = delete().header("Joint-Authorization", format!("Bearer {father}"));
    assert_eq!(both.send().await.unwrap().status(), 202);
}

/// What a parent typed in both take away.
#[tokio::test]
async fn both_parents_delete_a_document() {
    let scene = Scene::of(&[]);
    let cleo = known("cleo");
    let [mother, father] = ["alma", "bruno"].map(|who| parent(&scene, &cleo, who));
    let before = total(&scene, &mother, &cleo).await;
    let typed =
        json!({"resourceType": "Condition", "subject": {"identifier": identifier(&cleo)}, "code": {"text": "Asthme"}});
    let (status, answer) = scene.demo.post(&mother, "/fhir/Condition", &typed).await;
    assert_eq!(status, 201, "{answer}");
    let (_, list) = scene.finds(&mother, &cleo).await;
    let id = list["entry"][0]["resource"]["id"].as_str().unwrap();
    let path = format!("/fhir/DocumentReference/{id}");
    let url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-deleted";
    let deleted = json!([
        {"op": "add", "path": "/extension/-", "value": {"url": url, "valueBoolean": true}},
        {"op": "replace", "path": "/status", "value": "superseded"},
    ]);
    let (status, answer) = scene.demo.patch(&mother, &path, &deleted).await;
    assert_eq!((status, rule(&answer)), (403, "all-representatives"), "{answer}");
    let both = [("joint-authorization", format!("Bearer {father}"))];
    let (status, answer) = scene.demo.patch_with(&mother, &path, &deleted, &both).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(total(&scene, &mother, &cleo).await, before);
}

/// Decisions 22 and 23: who deposited a document hears what is asked of it, by a mail that names neither patient nor document, and reads it
/// on the document until he answered.
#[tokio::test]
async fn an_author_hears_what_is_asked_of_him() {
    let scene = Scene::of(&[]);
    let (one, holder) = scene.lived(641).await;
    let [hospital, gp] = ["hospital", "gp"].map(|code| scene.demo.token(code));
    for who in [&hospital, &gp] {
        scene.declares(who, &one).await;
    }
    let id = scene.provides(&hospital, &prescription(&one, "1.2.250.1.999.68.41", &[])).await;
    let says = |category: &str| {
        let mut said = scene::communication(category);
        said["about"] = json!([{"reference": format!("DocumentReference/{id}")}]);
        said
    };
    let asked = async |token: &str| {
        let (status, found) = scene.demo.get(token, &format!("/fhir/DocumentReference/{id}")).await;
        let urls =
            found["extension"].as_array().into_iter().flatten().map(|one| one["url"].as_str().unwrap().to_owned());
        (status, urls.collect::<Vec<_>>())
    };
    let told = |url: &str| (200, vec![format!("urn:dmp:{url}")]);
    assert_eq!(scene.demo.post(&holder, "/fhir/Communication", &says("deletion-request")).await.0, 201);
    let outbox = common_mail::Outbox::of(&scene.demo);
    let to = format!("{}@medecin.dmp.example", dmp_lab::persona("hospital").unwrap().id.unwrap());
    let mail = outbox.until(&to, "DEMANDE_AUTEUR").await;
    assert!(mail.contains(&format!("/fhir/DocumentReference?identifier={id}")), "{mail}");
    // The link leads there whether or not the author may still enter.
    let own = format!("/fhir/DocumentReference?identifier={id}");
    let (_, found) = scene.demo.get(&hospital, &own).await;
    assert_eq!(found["entry"][0]["resource"]["extension"][0]["url"], "urn:dmp:deletion-asked", "{found}");
    assert!(!mail.contains(one.family) && !mail.contains("rdonnance"), "{mail}");
    assert_eq!(asked(&hospital).await, told("deletion-asked"));
    assert_eq!(asked(&gp).await, (200, vec![]), "it is between the holder and the author");
    assert_eq!(scene.demo.post(&hospital, "/fhir/Communication", &says("deletion-refused")).await.0, 201);
    assert_eq!(asked(&hospital).await, (200, vec![]));
    assert_eq!(scene.demo.post(&holder, "/fhir/Communication", &says("not-mine")).await.0, 201);
    assert_eq!(asked(&hospital).await, told("not-mine"));
    assert_eq!(asked(&holder).await, told("not-mine"));
    assert_eq!(asked(&gp).await.0, 404);
}

/// What she typed in she gives another title, in every way in which a path is written; what a professional deposited she does not.
#[tokio::test]
async fn a_patient_renames_her_own() {
    let scene = Scene::of(&[]);
    let alma = known("alma");
    let holder = scene.demo.holder(&alma.ins.to_text());
    let (_, list) = scene.finds(&holder, &alma).await;
    let theirs = list["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let typed =
        json!({"resourceType": "Condition", "subject": {"identifier": identifier(&alma)}, "code": {"text": "Asthme"}});
    let (status, answer) = scene.demo.post(&holder, "/fhir/Condition", &typed).await;
    assert_eq!(status, 201, "{answer}");
    let (_, list) = scene.finds(&holder, &alma).await;
    let path = format!("/fhir/DocumentReference/{}", list["entry"][0]["resource"]["id"].as_str().unwrap());
    let fhir_path = |path: &str, title: &str| {
        parameters(&[operation(&json!([
            {"name": "type", "valueCode": "replace"}, {"name": "path", "valueString": path},
            {"name": "value", "valueString": title},
        ]))])
    };
    let patches = [
        fhir_path("DocumentReference.content[0].attachment.title", "Mon asthme"),
        fhir_path("DocumentReference.content.attachment.title", "Ma respiration"),
        json!([{"op": "replace", "path": "/content/0/attachment/title", "value": "Mes allergies"}]),
    ];
    for (patch, title) in patches.iter().zip(["Mon asthme", "Ma respiration", "Mes allergies"]) {
        let (status, answer) = scene.demo.patch(&holder, &path, patch).await;
        assert_eq!((status, &answer["content"][0]["attachment"]["title"]), (200, &json!(title)), "{answer}");
    }
    let (_, read) = scene.demo.get(&holder, &path).await;
    assert_eq!(
        (&read["content"][0]["attachment"]["title"], &read["meta"]["versionId"]),
        (&json!("Mes allergies"), &json!("4"))
    );
    let empty = fhir_path("DocumentReference.content[0].attachment.title", "  ");
    assert_eq!(scene.demo.patch(&holder, &path, &empty).await.0, 422);
    let (status, answer) = scene.demo.patch(&holder, &format!("/fhir/DocumentReference/{theirs}"), &patches[0]).await;
    assert_eq!((status, rule(&answer)), (403, "not-author"), "{answer}");
    let told = scene.lines(&holder, &alma).await;
    assert!(told.iter().any(|line| line.to_string().contains("Vous avez donné un autre titre à")), "{told:?}");
}

/// Registered with that card and informed; the code of the information.
async fn informed(scene: &Scene, one: &Person, email: &str) -> String {
    let mut patient = resource(one);
    patient["telecom"] = json!([{"system": "email", "value": email}]);
    patient["extension"] = json!([{"url": "urn:dmp:carte-vitale", "valueString": "8000-0001"}]);
    let file = scene.demo.data.join("registered.ndjson");
    std::fs::write(&file, patient.to_string()).unwrap();
    scene.demo.run_well(&["insured", "import", file.to_str().unwrap(), "--inform"]);
    let mail = common_mail::Outbox::of(&scene.demo).until(email, "INFORMATION_OUVERTURE").await;
    assert!(mail.contains("l’ouvrir vous-même dès maintenant"), "{mail}");
    mail.split("Code : ").nth(1).unwrap().lines().next().unwrap().to_owned()
}

fn opening(one: &Person, card: &str, code: &str) -> Value {
    json!({"resourceType": "Patient", "identifier": [identifier(one)], "extension": [
        {"url": "urn:dmp:carte-vitale", "valueString": card}, {"url": "urn:dmp:opening-code", "valueString": code},
    ]})
}

/// Facts b.2 and b.3: by the patient on line, with the card that the insurer registered and the code that was sent.
#[tokio::test]
async fn a_person_opens_on_line() {
    let scene = Scene::of(&[]);
    let (one, other) = (person(613), person(614));
    let holder = scene.demo.holder(&one.ins.to_text());
    let opens = async |token: &str, body: &Value| {
        let (status, answer) = scene.demo.post(token, "/fhir/Patient", body).await;
        (status, if status < 300 { String::new() } else { rule(&answer).to_owned() })
    };
    let refused = |code: &str| (403, code.to_owned());
    assert_eq!(opens(&holder, &opening(&one, "8000-0001", "AAAA AAAA AAAA")).await, refused("card-mismatch"));
    let code = informed(&scene, &one, "ouvre@demo.invalid").await;
    assert_eq!(opens(&holder, &opening(&one, "8000-0001", "AAAA AAAA AAAA")).await, refused("code-wrong"));
    assert_eq!(opens(&holder, &opening(&one, "8000-0002", &code)).await, refused("card-mismatch"));
    let stranger = scene.demo.holder(&other.ins.to_text());
    assert_eq!(opens(&stranger, &opening(&one, "8000-0001", &code)).await, refused("not-holder"));
    let mut bare = opening(&one, "8000-0001", &code);
    bare["extension"].as_array_mut().unwrap().pop();
    assert_eq!(opens(&holder, &bare).await, (422, "required".into()));
    assert_eq!(rule(&scene.finds(&holder, &one).await.1), "not-holder", "nothing is open yet");

    // What the body says of the person counts for nothing.
    let mut mine = opening(&one, "8000-0001", &code.to_lowercase());
    mine["name"] = json!([{"family": "AUTRE"}]);
    mine["birthDate"] = json!("2001-01-01");
    assert_eq!(opens(&holder, &mine).await, (201, String::new()));
    assert_eq!(opens(&holder, &mine).await, (200, String::new()), "already open");
    assert_eq!(total(&scene, &holder, &one).await, 0, "activated");
    let path = format!("/fhir/Patient?identifier={}", query(&one));
    let (_, found) = scene.demo.get(&scene.demo.token("gp"), &path).await;
    assert_eq!(found["entry"][0]["resource"]["active"], true, "{found}");
    assert!(!found.to_string().contains("AUTRE") && found.to_string().contains(one.family), "{found}");
}

/// TD0.3 is sent because the patient agrees; a Consent may say that he does not, and then nothing is declared.
#[tokio::test]
async fn a_medecin_traitant_is_declared_if_the_patient_agrees() {
    let scene = Scene::of(&[]);
    let (one, _) = scene.lived(615).await;
    let gp = scene.demo.token("gp");
    scene.declares(&gp, &one).await;
    let declares = async |verified: Option<bool>, provision: Value| {
        let mut consent = common::consent(one.ins.domain.code(), &one.ins.value);
        consent["provision"] = provision;
        if let Some(verified) = verified {
            consent["verification"] = json!([{"verified": verified}]);
        }
        let (status, answer) = scene.demo.post(&gp, "/fhir/Consent", &consent).await;
        (status, if status < 300 { String::new() } else { rule(&answer).to_owned() })
    };
    let as_pcp = || json!({"type": "permit", "actor": [{"role": role()}]});
    assert_eq!(declares(Some(false), as_pcp()).await, (403, "no-authorisation".into()));
    assert_eq!(declares(Some(false), json!({"type": "permit"})).await, (422, "verification".into()));
    assert_eq!(declares(Some(true), as_pcp()).await, (201, String::new()));
    assert_eq!(declares(None, as_pcp()).await, (201, String::new()));
}

/// What is asked of a document, and what is answered, is read in the holder's own words and the author's: by the holder, in his history.
/// The operator hears that a document is said to be another's: he alone closes the case.
#[tokio::test]
async fn what_is_asked_and_answered_is_read_with_its_words() {
    let scene = Scene::of(&["mail.operator=exploitant@demo.invalid"]);
    let (one, holder) = scene.lived(643).await;
    let hospital = scene.demo.token("hospital");
    scene.declares(&hospital, &one).await;
    let id = scene.provides(&hospital, &prescription(&one, "1.2.250.1.999.68.43", &[])).await;
    let says = async |token: &str, category: &str, words: &str| {
        let mut said = scene::communication(category);
        said["about"] = json!([{"reference": format!("DocumentReference/{id}")}]);
        said["payload"] = json!([{"contentString": words}]);
        let (status, answer) = scene.demo.post(token, "/fhir/Communication", &said).await;
        assert_eq!(status, 201, "{answer}");
    };
    says(&holder, "deletion-request", "Cette ordonnance est une erreur.").await;
    says(&hospital, "deletion-refused", "Elle est juste : parlons-en.").await;
    says(&holder, "not-mine", "Ce n’est pas mon nom.").await;
    let path = format!("/fhir/AuditEvent?patient.identifier={}&_count=50", one.ins.to_text().replace('|', "%7C"));
    let (_, history) = scene.demo.get(&holder, &path).await;
    let told = history.to_string();
    for words in [
        "Cette ordonnance est une erreur.",
        "Elle est juste : parlons-en.",
        "Ce n’est pas mon nom.",
        "a refusé de supprimer",
        "n’est pas à vous",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let outbox = common_mail::Outbox::of(&scene.demo);
    let alert = outbox.until("exploitant@demo.invalid", "ALERTE_DOCUMENT_CONTESTE").await;
    assert!(alert.contains(&format!("DocumentReference/{id}")) && !alert.contains("mon nom"), "{alert}");
}
