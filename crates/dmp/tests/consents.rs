//! A Consent gives what it says, or nothing: what would narrow it is never passed over.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, consent, rule};
use dmp_lab::people;
use serde_json::{Value, json};

#[tokio::test]
async fn a_restriction_is_kept_or_the_consent_is_refused() {
    let demo = Demo::start();
    let people = people().unwrap();
    let ins = people[0].ins.clone();
    let holder = demo.activated(&ins.to_text()).await;
    let query = ins.to_text().replace('|', "%7C");
    let nurse = demo.token("nurse");
    let class = json!([{"system": "urn:oid:1.2.250.1.213.1.1.4.1", "code": "11"}]);
    let purpose = json!([{"system": "urn:oid:1.2.250.1.213.1.1.4.248", "code": "centre_15"}]);
    let actor =
        json!([{"reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "899700900097"}}}]);
    let role = |code: &str| json!([{"role": {"coding": [{"system": "urn:x", "code": code}]}}]);
    let label = json!([{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]);
    let coding = |code: &str| json!({"system": "http://terminology.hl7.org/CodeSystem/consentaction", "code": code});
    let profession = |code: &str| json!({"system": "urn:oid:1.2.250.1.71.1.2.7", "code": code});
    let provisions = [
        json!({"type": "permit", "data": [{"meaning": "instance", "reference": {"reference": "DocumentReference/1"}}]}),
        json!({"type": "permit", "provision": [{"type": "deny"}]}),
        json!({"type": "permit", "dataPeriod": {"start": "2026-01-01"}}),
        json!({"type": "permit", "code": [{"coding": [{"system": "http://loinc.org", "code": "11490-0"}]}]}),
        json!({"type": "permit", "modifierExtension": [{"url": "urn:x", "valueBoolean": true}]}),
        json!({"type": "permit", "securityLabel": label}),
        json!({"type": "permit", "actor": actor, "class": class}),
        json!({"type": "permit", "class": class, "purpose": purpose}),
        json!({"type": "permit", "actor": role("somebody"), "class": class}),
        json!({"type": "deny", "actor": actor, "purpose": purpose}),
        json!({"type": "permit", "purpose": [purpose[0], purpose[0]]}),
        json!({"type": "permit", "class": class, "actor": role("PCP")}),
        json!({"type": "permit", "actor": role("PCP")}),
        json!({"type": "deny", "actor": [], "action": [{"coding": [coding("access")]}]}),
        json!({"type": "permit", "actor": actor, "action": []}),
        json!({"type": "permit", "class": [{"system": "urn:oid:9.9", "code": "11"}]}),
        json!({"type": "deny", "action": [{"coding": [{"system": "urn:oid:9.9", "code": "access"}]}]}),
        json!({"type": "deny", "securityLabel": [{"system": "urn:oid:9.9", "code": "MASQUE_PS"}]}),
        json!({"type": "deny", "action": [{"coding": [coding("collect"), coding("access")]}]}),
        json!({"type": "deny", "class": class, "actor": [{"role": {"coding": [profession("10"), profession("60")]}}]}),
    ];
    for provision in &provisions {
        for token in [&nurse, &holder] {
            let mut body = consent(ins.domain.code(), &ins.value);
            body["provision"] = provision.clone();
            let (status, outcome) = demo.post(token, "/fhir/Consent", &body).await;
            assert_eq!(status, 422, "{provision}: {outcome}");
            let element = outcome["issue"][0]["expression"][0].as_str().unwrap();
            assert!(element.starts_with("Consent.provision"), "{provision}: {outcome}");
        }
    }
    let (status, _) = demo.get(&nurse, &format!("/fhir/DocumentReference?patient.identifier={query}")).await;
    assert_eq!(status, 403, "nothing was given");
    let said = |kind: &str, period: Value| {
        let mut body = consent(ins.domain.code(), &ins.value);
        body["provision"] = json!({"type": kind, "actor": actor, "period": period});
        body
    };
    for (kind, period) in [
        ("permit", json!({"start": "2098-01-01"})),
        ("permit", json!({"start": "2026-11-22", "end": "2026-12-24"})),
        ("deny", json!({"end": "2098-01-01"})),
        ("permit", json!({"extension": []})),
    ] {
        let (status, outcome) = demo.post(&holder, "/fhir/Consent", &said(kind, period)).await;
        assert_eq!(status, 422, "it would be recorded otherwise than it says: {outcome}");
        let element = outcome["issue"][0]["expression"][0].as_str().unwrap();
        assert!(element.starts_with("Consent.provision.period"), "{outcome}");
    }
    let mut period = consent(ins.domain.code(), &ins.value);
    period["provision"]["period"] = json!({"start": "2026-11-22", "end": "2098-01-01"});
    assert_eq!(demo.post(&nurse, "/fhir/Consent", &period).await.0, 201, "the period is the server's to set");
}

/// What names a profession that nobody knows means no one: not everybody, whom a Consent without an actor means.
#[tokio::test]
async fn a_role_that_nobody_knows_is_not_everybody() {
    let demo = Demo::start();
    let ins = people().unwrap()[0].ins.clone();
    let holder = demo.activated(&ins.to_text()).await;
    let gp = demo.token("gp");
    assert_eq!(demo.post(&gp, "/fhir/Consent", &consent(ins.domain.code(), &ins.value)).await.0, 201);
    let list = format!("/fhir/DocumentReference?patient.identifier={}", ins.to_text().replace('|', "%7C"));
    let action = |code: &str| json!([{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/consentaction", "code": code}]}]);
    let said = |kind: &str, code: &str, actor: Option<Value>| {
        let mut body = consent(ins.domain.code(), &ins.value);
        body["sourceAttachment"] = json!({"title": "Je ne le veux pas"});
        body["provision"] = json!({"type": kind, "action": action(code)});
        if let Some(actor) = actor {
            body["provision"]["actor"] = json!([actor]);
        }
        body
    };
    let role = |system: &str, code: &str| json!({"role": {"coding": [{"system": system, "code": code}]}});
    let nobody = [
        role("urn:oid:1.2.250.1.71.1.2.8", "28"),
        role("urn:oid:1.2.250.1.71.1.2.7", "999"),
        role("https://mos.esante.gouv.fr/NOS/TRE_G15-ProfessionSante/FHIR/TRE_G15-ProfessionSante", "28"),
        json!({}),
    ];
    for code in ["access", "collect"] {
        for actor in &nobody {
            let (status, outcome) = demo.post(&holder, "/fhir/Consent", &said("deny", code, Some(actor.clone()))).await;
            assert_eq!(status, 422, "{actor}: {outcome}");
        }
    }
    assert_eq!(demo.get(&gp, &list).await.0, 200, "nobody was shut out");
    assert_eq!(demo.post(&holder, "/fhir/Consent", &said("deny", "access", None)).await.0, 201);
    for actor in &nobody {
        let (status, outcome) =
            demo.post(&holder, "/fhir/Consent", &said("permit", "access", Some(actor.clone()))).await;
        assert_eq!(status, 422, "{actor}: {outcome}");
    }
    let (status, outcome) = demo.get(&gp, &list).await;
    assert_eq!((status, rule(&outcome)), (403, "opposition"), "nobody was let in: {outcome}");
    let mut elsewhere = consent(ins.domain.code(), &ins.value);
    elsewhere["organization"] = json!([{"display": "Un autre hôpital"}]);
    let (status, outcome) = demo.post(&gp, "/fhir/Consent", &elsewhere).await;
    assert_eq!((status, rule(&outcome)), (422, "required"), "a structure is named by its number: {outcome}");
}

#[tokio::test]
async fn two_patients_are_none() {
    let demo = Demo::start();
    let people = people().unwrap();
    let [one, other] = [people[0].ins.clone(), people[1].ins.clone()];
    let named = |patient: Value| {
        let mut body = consent(one.domain.code(), &one.value);
        body["patient"] = patient;
        body
    };
    let identifier = json!({"system": format!("urn:oid:{}", other.domain.code()), "value": other.value});
    let reference = format!("Patient?identifier={}", one.to_text());
    let mut contained = named(json!({"reference": "#p"}));
    let own = json!({"system": format!("urn:oid:{}", one.domain.code()), "value": one.value});
    contained["contained"] = json!([{"resourceType": "Patient", "id": "p", "identifier": [own, identifier]}]);
    for body in [named(json!({"reference": reference, "identifier": identifier})), contained] {
        let (status, outcome) = demo.post(&demo.token("nurse"), "/fhir/Consent", &body).await;
        assert_eq!((status, rule(&outcome)), (422, "one-patient"), "{outcome}");
    }
    let body = named(json!({"reference": reference, "identifier": own}));
    assert_eq!(demo.post(&demo.token("nurse"), "/fhir/Consent", &body).await.0, 201);
}

/// Each records its ground, who informed the patient, when, and with which version of the notice.
#[tokio::test]
async fn who_informed_the_patient_and_with_which_notice_is_kept() {
    let demo = Demo::start();
    let ins = people().unwrap()[0].ins.clone();
    let holder = demo.activated(&ins.to_text()).await;
    let list = format!("/fhir/Consent?patient.identifier={}", ins.to_text().replace('|', "%7C"));
    let informed = |version: Value| {
        let mut body = consent(ins.domain.code(), &ins.value);
        body["extension"] =
            json!([{"url": "urn:x", "valueString": "of others"}, {"url": "urn:dmp:notice", "valueString": version}]);
        body
    };
    let gp = demo.token("gp");
    for version in [json!(7), json!(" "), json!("v".repeat(101))] {
        let (status, outcome) = demo.post(&gp, "/fhir/Consent", &informed(version)).await;
        assert_eq!(
            (status, outcome["issue"][0]["expression"][0].as_str()),
            (422, Some("Consent.extension")),
            "{outcome}"
        );
    }
    let (status, given) = demo.post(&gp, "/fhir/Consent", &informed(json!("2026-1"))).await;
    assert_eq!(status, 201, "{given}");
    let notice = json!({"url": "urn:dmp:notice", "valueString": "2026-1"});
    assert_eq!(given["extension"][1], notice, "{given}");
    let by = &given["performer"][0];
    assert_eq!(by["identifier"], given["provision"]["actor"][0]["reference"]["identifier"], "himself: {given}");
    assert_eq!((by["type"].as_str(), by["display"].is_string()), (Some("Practitioner"), true), "{given}");
    let mut named = consent(ins.domain.code(), &ins.value);
    named["provision"]["actor"] =
        json!([{"reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "899700900097"}}}]);
    assert_eq!(demo.post(&holder, "/fhir/Consent", &named).await.0, 201);
    for reader in [&holder, &gp] {
        let all = demo.get(reader, &list).await.1;
        let consents: Vec<&Value> = all["entry"].as_array().unwrap().iter().map(|one| &one["resource"]).collect();
        let own = consents.iter().find(|one| one["id"] == given["id"]).unwrap();
        assert_eq!((&own["extension"][1], &own["performer"]), (&notice, &given["performer"]), "{own}");
        let other = consents.iter().find(|one| one["policyRule"]["coding"][0]["code"] == "explicit_consent").unwrap();
        assert_eq!(other["extension"].as_array().unwrap().len(), 1, "nobody named a notice: {other}");
        assert_eq!(other["performer"][0]["identifier"]["value"], *ins.value, "the holder: {other}");
    }
    // Recorded anew without one, it is another's word no more.
    let again = demo.post(&gp, "/fhir/Consent", &consent(ins.domain.code(), &ins.value)).await.1;
    assert_eq!(again["extension"].as_array().unwrap().len(), 1, "{again}");
}

/// What was withdrawn is declared anew, whatever stands in the headers that tell one request from another.
#[tokio::test]
async fn a_declaration_after_a_withdrawal_is_none_that_was_made() {
    let demo = Demo::start();
    let ins = people().unwrap()[0].ins.clone();
    let nurse = demo.token("nurse");
    let body = consent(ins.domain.code(), &ins.value);
    let withdrawal = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "replace"}, {"name": "path", "valueString": "Consent.status"},
        {"name": "value", "valueCode": "inactive"}]}]});
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let headers = [("x-request-id", ""), ("x-request-id", " "), ("traceparent", trace), ("x-request-id", "one")];
    let declare = async |(name, value): (&'static str, &str)| {
        let request = demo.client().post(format!("{}/fhir/Consent", demo.base)).bearer_auth(&nurse);
        let request = request.header("content-type", "application/fhir+json").header(name, value);
        let answer = request.body(body.to_string()).send().await.unwrap();
        assert_eq!(answer.status(), 201, "{name}: {value:?}");
        answer.json::<Value>().await.unwrap()
    };
    let path = format!("/fhir/DocumentReference?patient.identifier={}", ins.to_text().replace('|', "%7C"));
    for header in headers {
        let first = declare(header).await;
        assert_eq!(demo.get(&nurse, &path).await.0, 200, "{header:?}");
        let own = format!("/fhir/Consent/{}", first["id"].as_str().unwrap());
        assert_eq!(demo.patch(&nurse, &own, &withdrawal).await.0, 200, "{header:?}");
        assert_eq!(demo.get(&nurse, &path).await.0, 403, "{header:?}");
        assert_eq!(declare(header).await["status"], "active", "{header:?}");
        assert_eq!(demo.get(&nurse, &path).await.0, 200, "{header:?}: it was declared anew");
    }
    // Each stands in the history, and a blank one is no identifier.
    let holder = demo.holder(&ins.to_text());
    let path = path.replace("DocumentReference", "AuditEvent") + "&_count=100";
    let (_, history) = demo.get(&holder, &path).await;
    assert!(history.to_string().contains(trace), "a trace is kept");
    let blank = |event: &Value| {
        event["entity"].as_array().into_iter().flatten().any(|one| {
            one.pointer("/what/identifier/value").and_then(Value::as_str).is_some_and(|value| value.trim().is_empty())
        })
    };
    assert!(!history["entry"].as_array().unwrap().iter().any(|entry| blank(&entry["resource"])), "{history}");
}
