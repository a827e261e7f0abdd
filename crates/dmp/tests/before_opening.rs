//! Who is registered and has no open dossier yet is told of what others record about him, by e-mail or by post.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod common_mail;

use common::Demo;
use common_mail::{Outbox, mail};
use serde_json::{Value, json};

const TEST: &str = "1.2.250.1.213.1.4.11";

fn patient(value: &str, email: Option<&str>) -> Value {
    let mut one = common::patient(TEST, value, "ATTENTE", "Line", "1980-01-01", "female");
    one["address"] = json!([{"line": ["1 rue des Essais"], "postalCode": "33000", "city": "Bordeaux"}]);
    if let Some(email) = email {
        one["telecom"] = json!([{"system": "email", "value": email}]);
    }
    one
}

fn letters(demo: &Demo) -> Vec<String> {
    let files = std::fs::read_dir(demo.data.join("letters")).map_or_else(|_| Vec::new(), Iterator::collect);
    files.into_iter().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

fn identifier(value: &str) -> Value {
    json!({"system": format!("urn:oid:{TEST}"), "value": value})
}

/// A child and its parents; an e-mail of the father's where he has one.
fn child(value: &str, father: Option<&str>) -> Value {
    let mut one = patient(value, None);
    one["birthDate"] = json!("2020-01-01");
    let contact = |given: &str, tie: &str, email: Option<&str>| {
        let tie = json!([{"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.327", "code": tie}]}]);
        let telecom: Vec<Value> = email.iter().map(|email| json!({"system": "email", "value": email})).collect();
        json!({"relationship": tie, "name": {"family": "ATTENTE", "given": [given]}, "telecom": telecom})
    };
    one["contact"] = json!([contact("Anna", "MTH", Some("anna@demo.invalid")), contact("Marc", "FTH", father)]);
    if father.is_none() {
        one["contact"][1].as_object_mut().unwrap().remove("telecom");
    }
    one
}

/// The operator records a parent's mandate, or its end.
async fn mandate(demo: &Demo, value: &str, given: &str, tie: &str, active: bool) {
    let operator = demo.claims(&json!({"role": "operator", "id": "exploitation"}));
    let body = json!({"resourceType": "RelatedPerson", "active": active, "patient": {"identifier": identifier(value)},
        "identifier": [{"value": format!("lab:{given}")}], "name": [{"text": format!("{given} ATTENTE")}],
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": tie}]}],
        "extension": [{"url": "urn:dmp:scope", "valueCode": "full"}]});
    let (status, answer) = demo.post(&operator, "/fhir/RelatedPerson", &body).await;
    assert_eq!(status, 201, "{answer}");
}

/// A parent objects for his child, and takes it back: it is informed anew.
async fn objects_and_thinks_again(demo: &Demo, value: &str, given: &str) {
    let account = json!({"role": "representative", "id": given, "name": given,
        "ins": format!("{TEST}|{value}")});
    let parent = demo.claims(&account);
    for status in ["completed", "entered-in-error"] {
        let objection = json!({"resourceType": "Communication", "status": status,
            "category": [{"coding": [{"system": "urn:dmp:communication", "code": "opening-objection"}]}],
            "subject": {"identifier": identifier(value)}});
        let (status, answer) = demo.post(&parent, "/fhir/Communication", &objection).await;
        assert_eq!(status, 201, "{answer}");
    }
    demo.run_well(&["demo", "clock", "+PT1S"]);
}

/// The code that objects for a child goes to nobody whose mandate was ended: to who has one, by e-mail or by a letter that names him.
#[tokio::test]
async fn the_code_of_a_child_goes_to_who_may_speak_for_it() {
    let demo = Demo::start();
    let (outbox, feed) = (Outbox::of(&demo), demo.token("insurer"));
    let (mailed, posted) = ("220017599900117", "220017599900216");
    for (value, father) in [(mailed, Some("marc@demo.invalid")), (posted, None)] {
        let (status, answer) = demo.post(&feed, "/fhir/Patient", &child(value, father)).await;
        assert_eq!(status, 201, "{answer}");
        demo.run_well(&["demo", "clock", "+PT1S"]);
        assert_eq!(letters(&demo).len(), 0, "she is written to as long as she stands");
        mandate(&demo, value, "Anna", "MTH", true).await;
        mandate(&demo, value, "Marc", "FTH", true).await;
        mandate(&demo, value, "Anna", "MTH", false).await;
        outbox.forget(&demo);
        objects_and_thinks_again(&demo, value, "Marc").await;
        assert_eq!(outbox.kinds("anna@demo.invalid"), Vec::<String>::new(), "her mandate is ended");
        if let Some(father) = father {
            mail(&outbox, father, "INFORMATION_OUVERTURE");
        }
    }
    let written: Vec<String> = letters(&demo).into_iter().filter(|letter| letter.contains("/opposition/")).collect();
    assert_eq!(written.len(), 1, "{written:?}");
    assert!(written[0].starts_with("Marc ATTENTE, pour\nLine ATTENTE\n1 rue des Essais\n"), "{}", written[0]);
}

async fn objects(demo: &Demo, value: &str) {
    let objection = json!({"resourceType": "Communication", "status": "completed",
        "category": [{"coding": [{"system": "urn:dmp:communication", "code": "opening-objection"}]}],
        "subject": {"identifier": {"system": format!("urn:oid:{TEST}"), "value": value}}});
    let agent = demo.claims(&json!({"role": "helpdesk", "id": "agent-7", "name": "Agent"}));
    let (status, answer) = demo.post(&agent, "/fhir/Communication", &objection).await;
    assert_eq!(status, 201, "{answer}");
}

#[tokio::test]
async fn an_objection_that_the_help_desk_records_is_told() {
    let demo = Demo::start();
    let outbox = Outbox::of(&demo);
    let (mailed, posted) = ("280017599900184", "280017599900382");
    let feed = demo.token("insurer");
    for one in [patient(mailed, Some("un@demo.invalid")), patient(posted, None)] {
        let (status, answer) = demo.post(&feed, "/fhir/Patient", &one).await;
        assert_eq!(status, 201, "{answer}");
    }
    outbox.until("un@demo.invalid", "INFORMATION_OUVERTURE").await;
    demo.run_well(&["demo", "clock", "+P1D"]);
    assert_eq!(outbox.kinds("un@demo.invalid"), ["INFORMATION_OUVERTURE"], "nothing of it is told again");
    assert_eq!(letters(&demo).len(), 1);

    objects(&demo, mailed).await;
    let told = outbox.until("un@demo.invalid", "VIE_DMP").await;
    assert!(told.contains("L’assistance a") && told.contains("opposition"), "{told}");
    assert!(told.contains("n’est pas ouvert") && !told.contains("connectez-vous"), "he cannot sign in: {told}");
    for never in ["ATTENTE", "Line", mailed] {
        assert!(!told.contains(never), "{never} in {told}");
    }
    objects(&demo, posted).await;
    demo.run_well(&["demo", "clock", "+PT1S"]);
    let written = letters(&demo);
    let letter = written.iter().find(|letter| letter.contains("opposition à son ouverture")).unwrap();
    assert!(letter.starts_with("Line ATTENTE\n1 rue des Essais\n33000 Bordeaux\n"), "{letter}");
    assert_eq!(written.len(), 2, "who is told by e-mail has no letter");

    // What changed nothing, and what a professional asks, is no act on him.
    outbox.forget(&demo);
    objects(&demo, mailed).await;
    let path = format!("/fhir/Patient?identifier=urn:oid:{TEST}%7C{mailed}");
    assert_eq!(demo.get(&demo.token("gp"), &path).await.1["total"], 0);
    demo.run_well(&["demo", "clock", "+P1D"]);
    assert_eq!((outbox.kinds("un@demo.invalid").len(), letters(&demo).len()), (0, 2));

    // Nor is his own word: the code of his letter.
    let (third, feed) = ("280017599900283", demo.token("insurer"));
    assert_eq!(demo.post(&feed, "/fhir/Patient", &patient(third, Some("trois@demo.invalid"))).await.0, 201);
    let text = outbox.until("trois@demo.invalid", "INFORMATION_OUVERTURE").await;
    let link = text[text.find("/opposition/").unwrap()..].split_whitespace().next().unwrap();
    let code = text.split("Code : ").nth(1).unwrap().lines().next().unwrap().replace(' ', "+");
    let request = demo.client().post(format!("{}{link}", demo.base));
    let request =
        request.header("content-type", "application/x-www-form-urlencoded").body(format!("code={code}&motif="));
    assert!(request.send().await.unwrap().text().await.unwrap().contains("C’est noté"));
    demo.run_well(&["demo", "clock", "+P1D"]);
    assert_eq!(outbox.kinds("trois@demo.invalid"), ["INFORMATION_OUVERTURE"]);
}

/// Who represented a child before, or will, is not written to for it; and a name whose time is over is not the one that letters bear.
#[tokio::test]
async fn who_represents_a_child_today_is_written_to() {
    let demo = Demo::start();
    let outbox = Outbox::of(&demo);
    let contact = |name: &str, tie: &str, period: Value| {
        json!({
            "name": {"family": "ATTENTE", "given": [name]},
            "relationship": [{"coding": [{"code": tie}]}],
            "telecom": [{"system": "email", "value": format!("{}@demo.invalid", name.to_lowercase())}],
            "period": period,
        })
    };
    let mut child = common::patient(TEST, "215017599900564", "ATTENTE", "Lou", "2020-01-01", "female");
    child["contact"] = json!([
        contact("Anna", "MTH", json!({"end": "2023-01-01"})),
        contact("Omar", "GRFTH", json!({"start": "2097-01-01"})),
        contact("Marc", "FTH", json!({"start": "2020-01-01", "end": "2099-01-01"})),
    ]);
    child["name"] = json!([
        {"use": "official", "family": "APRES", "given": ["Lou"], "period": {"start": "2097-01-01"}},
        {"use": "official", "family": "AVANT", "given": ["Lou"], "period": {"end": "2022-01-01"}},
        {"use": "official", "family": "ATTENTE", "given": ["Lou"]},
    ]);
    child["telecom"] = json!([{"system": "email", "value": "apres@demo.invalid", "period": {"start": "2097-01-01"}}]);
    let (status, answer) = demo.post(&demo.token("insurer"), "/fhir/Patient", &child).await;
    assert_eq!(status, 201, "{answer}");
    let text = outbox.until("marc@demo.invalid", "INFORMATION_OUVERTURE").await;
    assert!(!text.contains("AVANT"), "{text}");
    demo.run_well(&["demo", "clock", "+P43D"]);
    outbox.until("marc@demo.invalid", "VIE_DMP").await;
    for other in ["anna@demo.invalid", "omar@demo.invalid"] {
        assert!(outbox.kinds(other).is_empty(), "{other}");
    }
    let gp = demo.token("gp");
    assert_eq!(demo.post(&gp, "/fhir/Consent", &common::consent(TEST, "215017599900564")).await.0, 201);
    let found = demo.get(&gp, "/fhir/Patient?identifier=urn:oid:1.2.250.1.213.1.4.11%7C215017599900564").await.1;
    let person =
        demo.get(&gp, &format!("/fhir/Patient/{}", found["entry"][0]["resource"]["id"].as_str().unwrap())).await.1;
    assert_eq!(person["name"][0]["family"], "ATTENTE", "{person}");
}
