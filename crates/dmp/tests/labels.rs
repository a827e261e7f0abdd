//! A patch of the visibility codes does what it says: in every form that is taken, and in none that is not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, NO_BUDGETS, consent, rule};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, iti65_bundle, people, persona};
use serde_json::{Value, json};

const A07: &str = "urn:oid:1.2.250.1.213.1.1.4.13";
const BASE: &str = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";

/// A demo where the hospital's doctor may read Alma's dossier.
async fn declared() -> Demo {
    let demo = Demo::set(NO_BUDGETS);
    let ins = people().unwrap()[0].ins.clone();
    let body = consent(ins.domain.code(), &ins.value);
    assert_eq!(demo.post(&demo.token("hospital"), "/fhir/Consent", &body).await.0, 201);
    demo
}

/// A letter of the hospital for Alma, with visibility codes: its id.
async fn letter(demo: &Demo, number: &mut u32, flags: &[&'static str]) -> String {
    *number += 1;
    letter_for(demo, 0, "hospital", &format!("1.2.250.1.999.71.{number}"), flags).await
}

/// A letter of somebody for one of the demo's people: its id.
async fn letter_for(demo: &Demo, person: usize, author: &str, unique_id: &str, flags: &[&'static str]) -> String {
    let people = people().unwrap();
    let recipe = Recipe {
        kind: Kind::ScannedLetter,
        patient: &people[person],
        author: persona(author).unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 500,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let bundle = iti65_bundle(&bytes, &header, &Options { flags: flags.to_vec(), ..Options::default() });
    let (status, answer) = demo.post(&demo.token(author), "/fhir", &bundle).await;
    assert_eq!(status, 200, "{answer}");
    answer["entry"][1]["response"]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

fn label(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}

fn operation(kind: &str, path: &str, more: &[Value]) -> Value {
    let mut part = vec![json!({"name": "type", "valueCode": kind}), json!({"name": "path", "valueString": path})];
    part.extend_from_slice(more);
    json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": part}]})
}

fn replace(path: &str, value: &Value) -> Value {
    operation(
        "replace",
        &format!("DocumentReference.{path}"),
        &[json!({"name": "value", "valueCodeableConcept": value})],
    )
}

fn replace_code(path: &str, code: &str) -> Value {
    operation("replace", &format!("DocumentReference.{path}"), &[json!({"name": "value", "valueCode": code})])
}

fn add(value: &Value) -> Value {
    let name = json!({"name": "name", "valueString": "securityLabel"});
    operation("add", "DocumentReference", &[name, json!({"name": "value", "valueCodeableConcept": value})])
}

fn delete(path: &str) -> Value {
    operation("delete", &format!("DocumentReference.{path}"), &[])
}

/// The visibility codes that the author sees.
async fn codes(demo: &Demo, token: &str, id: &str) -> Vec<String> {
    let (status, found) = demo.get(token, &format!("/fhir/DocumentReference/{id}")).await;
    assert_eq!(status, 200, "{found}");
    let labels = found["securityLabel"].as_array().unwrap().iter();
    let all: Vec<String> = labels.map(|one| one["coding"][0]["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(all[0], "N", "the confidentiality code stays");
    all[1..].to_vec()
}

async fn patched(demo: &Demo, id: &str, patch: &Value) -> (u16, Value) {
    demo.patch(&demo.token("hospital"), &format!("/fhir/DocumentReference/{id}"), patch).await
}

const MASKED: &str = "MASQUE_PS";
const WITHHELD: &str = "INVISIBLE_PATIENT";

#[tokio::test]
async fn what_undoes_a_mask_takes_it_away_and_nothing_else() {
    let demo = declared().await;
    let (gp, hospital) = (demo.token("gp"), demo.token("hospital"));
    let normal = label(BASE, "N");
    let mut number = 0;
    let whole = json!([{"op": "replace", "path": "/securityLabel", "value": [normal]}]);
    let undoing = [
        replace("securityLabel.where(coding.code='MASQUE_PS')", &normal),
        replace("securityLabel.where(coding.code = 'MASQUE_PS')", &label(A07, "N")),
        replace("securityLabel[1]", &normal),
        replace("securityLabel[0]", &normal),
        replace_code("securityLabel.coding.where(code='MASQUE_PS').code", "N"),
        replace_code("securityLabel[1].coding[0].code", "N"),
        delete("securityLabel.where(coding.code='MASQUE_PS')"),
        delete("securityLabel[1]"),
        whole.clone(),
        json!([{"op": "replace", "path": "/securityLabel/1", "value": normal}]),
        json!([{"op": "remove", "path": "/securityLabel/1"}]),
        json!([{"op": "test", "path": "/securityLabel/1", "value": label(A07, MASKED)},
            {"op": "remove", "path": "/securityLabel/1"}]),
    ];
    for patch in &undoing {
        let id = letter(&demo, &mut number, &[MASKED]).await;
        assert_eq!(demo.get(&gp, &format!("/fhir/DocumentReference/{id}")).await.0, 404, "masked");
        let (status, answer) = patched(&demo, &id, patch).await;
        assert_eq!(status, 200, "{patch}: {answer}");
        assert_eq!(codes(&demo, &hospital, &id).await, [""; 0], "{patch}");
        assert_eq!(demo.get(&gp, &format!("/fhir/DocumentReference/{id}")).await.0, 200, "{patch}");
    }
    // On one without a mask nothing changes, or it is refused.
    for patch in &undoing {
        let id = letter(&demo, &mut number, &[]).await;
        let (status, answer) = patched(&demo, &id, patch).await;
        assert!(matches!(status, 200 | 422), "{patch}: {status} {answer}");
        assert_eq!(codes(&demo, &hospital, &id).await, [""; 0], "{patch}");
    }
    let id = letter(&demo, &mut number, &[WITHHELD]).await;
    let (status, answer) =
        patched(&demo, &id, &replace("securityLabel.where(coding.code='INVISIBLE_PATIENT')", &normal)).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(codes(&demo, &hospital, &id).await, [""; 0], "it is made visible");
}

#[tokio::test]
async fn what_masks_masks_and_what_is_not_understood_is_refused() {
    let demo = declared().await;
    let hospital = demo.token("hospital");
    let mut number = 100;
    let mask = label(A07, MASKED);
    let masking = [
        add(&mask),
        replace("securityLabel[0]", &mask),
        json!([{"op": "add", "path": "/securityLabel/-", "value": mask}]),
        json!([{"op": "replace", "path": "/securityLabel/0", "value": mask}]),
        json!([{"op": "replace", "path": "/securityLabel", "value": [label(BASE, "N"), mask]}]),
        json!([{"op": "replace", "path": "/securityLabel", "value": [mask]}]),
    ];
    for patch in &masking {
        let id = letter(&demo, &mut number, &[]).await;
        let (status, answer) = patched(&demo, &id, patch).await;
        assert_eq!(status, 200, "{patch}: {answer}");
        assert_eq!(codes(&demo, &hospital, &id).await, [MASKED], "{patch}");
    }
    let refused = [
        delete("securityLabel.where(coding.code!='MASQUE_PS')"),
        delete("securityLabel.where(coding.code='MASQUE_PS' or true)"),
        delete("securityLabel.where(coding.code='MASQUE_PS').not()"),
        delete("securityLabel"),
        delete("securityLabel[0]"),
        delete("securityLabel.where(coding.display='MASQUE_PS')"),
        add(&json!({"coding": [{"system": "urn:x", "code": "ZZ", "display": "not MASQUE_PS"}]})),
        add(&json!({"coding": [{"system": "urn:x", "code": MASKED}]})),
        add(&label(BASE, "N")),
        replace("securityLabel.where(coding.code='MASQUE_PS')", &label(BASE, "R")),
        replace("securityLabel.where(coding.code!='MASQUE_PS')", &mask),
        json!([{"op": "test", "path": "/securityLabel/1/coding/0/display", "value": MASKED},
            {"op": "remove", "path": "/securityLabel/1"}]),
        json!([{"op": "replace", "path": "/securityLabel", "value": []}]),
        operation(
            "replace",
            "DocumentReference.extension.where(url!='pdsm-ext-is-archived').value",
            &[json!({"name": "value", "valueBoolean": true})],
        ),
    ];
    let id = letter(&demo, &mut number, &[MASKED]).await;
    for patch in &refused {
        let (status, answer) = patched(&demo, &id, patch).await;
        assert_eq!((status, rule(&answer)), (405, "patch-element"), "{patch}: {answer}");
        assert_eq!(codes(&demo, &hospital, &id).await, [MASKED], "{patch}");
    }
    let (_, answer) = patched(&demo, &id, &refused[0]).await;
    assert!(answer.to_string().contains("coding.code!="), "the path is named: {answer}");
    // Another confidentiality code is no change of visibility.
    let other = json!([{"op": "replace", "path": "/securityLabel", "value": [label(BASE, "R")]}]);
    let (status, answer) = patched(&demo, &id, &other).await;
    assert_eq!((status, rule(&answer)), (422, "state"), "{answer}");
    assert_eq!(codes(&demo, &hospital, &id).await, [MASKED]);
}

/// What the caller may not see answers as what is not there, whatever the place he names.
#[tokio::test]
async fn a_hidden_document_answers_as_an_unknown_one() {
    let demo = declared().await;
    let mut number = 200;
    let id = letter(&demo, &mut number, &[MASKED]).await;
    let unknown = "4f1c6c1e-0000-4000-8000-000000000000";
    let normal = label(BASE, "N");
    for persona in ["gp", "nurse", "optician"] {
        let token = demo.token(persona);
        for patch in [
            replace("securityLabel[1]", &normal),
            replace("securityLabel[0]", &normal),
            json!([{"op": "replace", "path": "/securityLabel", "value": [normal]}]),
            add(&label(A07, MASKED)),
        ] {
            let hidden = demo.patch(&token, &format!("/fhir/DocumentReference/{id}"), &patch).await;
            let absent = demo.patch(&token, &format!("/fhir/DocumentReference/{unknown}"), &patch).await;
            if persona == "gp" {
                assert_eq!(hidden, absent, "{patch}");
            }
            assert!(matches!(hidden.0, 403 | 404), "{persona}: {patch}: {}", hidden.1);
        }
    }
}

/// Decisions 32: what a change is answered with is disclosed, and counts.
#[tokio::test]
async fn what_a_change_is_answered_with_counts() {
    let demo = Demo::set(&["policy.budget_professional=[1, 1]"]);
    let (hospital, people) = (demo.token("hospital"), people().unwrap());
    for one in &people[..2] {
        let body = consent(one.ins.domain.code(), &one.ins.value);
        assert_eq!(demo.post(&hospital, "/fhir/Consent", &body).await.0, 201);
    }
    let id = letter(&demo, &mut 0, &[]).await;
    let other = format!("/fhir/DocumentReference?patient.identifier={}", people[1].ins.to_text().replace('|', "%7C"));
    let (status, changed) = patched(&demo, &id, &add(&label(A07, MASKED))).await;
    assert_eq!((status, &changed["id"]), (200, &json!(id)), "{changed}");
    let (status, refused) = demo.get(&hospital, &other).await;
    assert_eq!((status, rule(&refused)), (403, "budget"), "{refused}");
    assert_eq!(demo.get(&hospital, &format!("/fhir/DocumentReference/{id}")).await.0, 200, "it counts already");
}

/// A patch is read as it is written: each form under its own media type, in any case, with no part that nobody reads.
#[tokio::test]
async fn a_patch_has_one_form_and_no_parts_that_nobody_reads() {
    let demo = declared().await;
    let hospital = demo.token("hospital");
    let mut number = 50;
    let id = letter(&demo, &mut number, &[]).await;
    let path = format!("{}/fhir/DocumentReference/{id}", demo.base);
    let masked = label(A07, MASKED);
    let list = json!([{"op": "add", "path": "/securityLabel/-", "value": masked}]);
    let whole = add(&masked);
    let mut without_type = whole.clone();
    without_type.as_object_mut().unwrap().remove("resourceType");
    let mut foo = whole.clone();
    foo["parameter"][0]["name"] = json!("foo");
    let mut two_values = whole.clone();
    let value = json!({"name": "value", "valueCodeableConcept": label(A07, WITHHELD)});
    two_values["parameter"][0]["part"].as_array_mut().unwrap().push(value);
    let with = |name: &str, value: Value| {
        let mut patch = whole.clone();
        patch[name] = value;
        patch
    };
    let rules = with("implicitRules", json!("http://x.example/rules"));
    let modified = with("modifierExtension", json!([{"url": "http://x.example/ext", "valueBoolean": true}]));
    let mut ambiguous = whole.clone();
    let parts = ambiguous["parameter"][0]["part"].as_array_mut().unwrap();
    let value = parts.iter_mut().find(|part| part["name"] == "value").unwrap();
    value["valueCoding"] = label(A07, WITHHELD)["coding"][0].clone();
    let mut twice = add(&json!({"coding": [{"system": A07, "code": MASKED}]}));
    let parts = twice["parameter"][0]["part"].as_array_mut().unwrap();
    let value = parts.iter_mut().find(|part| part["name"] == "value").unwrap();
    let coding = |code: &str| json!({"name": "coding", "valueCoding": {"system": A07, "code": code}});
    *value = json!({"name": "value", "part": [coding(WITHHELD), coding(MASKED)]});
    let mut spoken = whole.clone();
    spoken["parameter"][0]["valueString"] = json!("rien");
    for (kind, body, status) in [
        ("application/json-patch+json", &whole, 415),
        ("application/fhir+json", &without_type, 422),
        ("application/fhir+json", &rules, 422),
        ("application/fhir+json", &modified, 422),
        ("application/fhir+json", &ambiguous, 405),
        ("application/fhir+json", &spoken, 405),
        ("application/fhir+json", &twice, 405),
        ("application/fhir+json", &foo, 405),
        ("application/fhir+json", &two_values, 405),
        ("text/plain", &whole, 415),
    ] {
        let request = demo.client().patch(&path).bearer_auth(&hospital).header("content-type", kind);
        let answer = request.body(body.to_string()).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{kind} {body}");
        assert!(codes(&demo, &hospital, &id).await.is_empty());
    }
    let (status, answer) = demo.patch(&hospital, &format!("/fhir/DocumentReference/{id}?foo=1"), &whole).await;
    assert_eq!(status, 400, "{answer}");
    let request =
        demo.client().patch(&path).bearer_auth(&hospital).header("content-type", "Application/JSON-Patch+JSON");
    let answer = request.header("if-match", "*").body(list.to_string()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(codes(&demo, &hospital, &id).await, [MASKED]);
}

/// One's own document is named by its identifier alone, whoever its patient is; another's is not there.
#[tokio::test]
async fn ones_own_is_patched_by_its_identifier_alone() {
    let demo = declared().await;
    let mut number = 60;
    let id = letter(&demo, &mut number, &[]).await;
    let path = format!("/fhir/DocumentReference?identifier=urn:ietf:rfc:3986%7Curn:oid:1.2.250.1.999.71.{number}");
    let masked = add(&label(A07, MASKED));
    let (status, answer) = demo.patch(&demo.token("specialist"), &path, &masked).await;
    assert_eq!(status, 404, "{answer}");
    let unknown = "/fhir/DocumentReference?identifier=urn:ietf:rfc:3986%7Curn:oid:1.2.250.1.999.71.999";
    assert_eq!(demo.patch(&demo.token("hospital"), unknown, &masked).await.0, 404);
    for more in ["_count=5", "_summary=count", "_sort=date", "_page=zzz"] {
        let (status, answer) = demo.patch(&demo.token("hospital"), &format!("{path}&{more}"), &masked).await;
        assert_eq!(status, 400, "{more}: {answer}");
    }
    let (status, answer) = demo.patch(&demo.token("hospital"), &path, &masked).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(codes(&demo, &demo.token("hospital"), &id).await, [MASKED]);
}

/// How many entries of Alma's history a request has.
async fn entries_of(demo: &Demo, request: &str) -> usize {
    let ins = people().unwrap()[0].ins.to_text();
    let path = format!("/fhir/AuditEvent?patient.identifier={}&_count=1000", ins.replace('|', "%7C"));
    let (status, page) = demo.get(&demo.holder(&ins), &path).await;
    assert_eq!(status, 200, "{page}");
    let entities =
        page["entry"].as_array().unwrap().iter().flat_map(|one| one["resource"]["entity"].as_array().unwrap());
    entities.filter(|one| one["what"]["identifier"]["value"] == request).count()
}

/// One request, one entry: it is the change itself that looks for what the identifier names, and one that is wrong in itself looks for nothing.
#[tokio::test]
async fn a_patch_by_an_identifier_alone_has_one_entry() {
    let demo = declared().await;
    let mut number = 80;
    letter(&demo, &mut number, &[]).await;
    let path = format!("/fhir/DocumentReference?identifier=urn:ietf:rfc:3986%7Curn:oid:1.2.250.1.999.71.{number}");
    let masked = add(&label(A07, MASKED));
    let wrong = json!([{"op": "replace", "path": "/status", "value": "entered-in-error"}]);
    let cases = [
        ("hospital", &masked, "W/\"9\"", 412, 1),
        ("hospital", &wrong, "*", 405, 0),
        ("hospital", &masked, "no tag", 400, 0),
        ("specialist", &masked, "*", 404, 1),
        ("hospital", &masked, "*", 200, 1),
    ];
    for (place, (who, patch, version, status, entries)) in cases.into_iter().enumerate() {
        let request = format!("patched-by-its-identifier-{place}");
        let headers = [("x-request-id", request.clone()), ("if-match", version.to_owned())];
        let (answered, body) = demo.patch_with(&demo.token(who), &path, patch, &headers).await;
        assert_eq!(answered, status, "{who} {version}: {body}");
        assert_eq!(entries_of(&demo, &request).await, entries, "{who} {version}: {body}");
    }
}

/// Where several dossiers have a document of that identifier, that which is one's own is meant; of two of one's own neither.
#[tokio::test]
async fn of_several_dossiers_ones_own_is_meant() {
    let demo = declared().await;
    let hospital = demo.token("hospital");
    let ins = people().unwrap()[1].ins.clone();
    assert_eq!(demo.post(&hospital, "/fhir/Consent", &consent(ins.domain.code(), &ins.value)).await.0, 201);
    let masked = add(&label(A07, MASKED));
    for (number, (first, second, own)) in
        [("hospital", "specialist", Some(0)), ("specialist", "hospital", Some(1)), ("hospital", "hospital", None)]
            .into_iter()
            .enumerate()
    {
        let unique_id = format!("1.2.250.1.999.72.{}", number + 1);
        // The specialist's are hidden from the hospital: who reads may mask another's.
        let flags = |who: &str| if who == "hospital" { Vec::new() } else { vec![MASKED] };
        let mut ids = Vec::new();
        for (person, who) in [first, second].into_iter().enumerate() {
            ids.push(letter_for(&demo, person, who, &unique_id, &flags(who)).await);
        }
        let path = format!("/fhir/DocumentReference?identifier=urn:oid:{unique_id}");
        let (status, answer) = demo.patch(&hospital, &path, &masked).await;
        match own {
            Some(own) => assert_eq!((status, &answer["id"]), (200, &json!(ids[own])), "{answer}"),
            None => {
                assert_eq!((status, rule(&answer)), (412, "identifier"), "{answer}");
                for id in &ids {
                    assert!(codes(&demo, &hospital, id).await.is_empty());
                }
            }
        }
    }
}

/// Facts e.2: `replace` fails on an absent extension, `add` puts it there.
#[tokio::test]
async fn an_extension_that_is_not_there_is_not_replaced() {
    const PDSM: &str = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition";
    let demo = declared().await;
    let id = letter(&demo, &mut 90, &[]).await;
    let value = |value: bool| json!({"name": "value", "valueBoolean": value});
    let replaced = |name: &str, to: bool| {
        let path = format!("DocumentReference.extension.where(url='{PDSM}/pdsm-ext-is-{name}').value");
        operation("replace", &path, &[value(to)])
    };
    let added = |name: &str, to: bool| {
        let extension = json!({"url": format!("{PDSM}/pdsm-ext-is-{name}"), "valueBoolean": to});
        let name = json!({"name": "name", "valueString": "extension"});
        operation("add", "DocumentReference", &[name, json!({"name": "value", "valueExtension": extension})])
    };
    let deleting = |mut extension: Value| {
        let status = replace_code("status", "superseded")["parameter"][0].clone();
        extension["parameter"].as_array_mut().unwrap().push(status);
        extension
    };
    let cases = [
        (replaced("archived", true), 422),
        (replaced("archived", false), 422),
        (added("archived", true), 200),
        (replaced("archived", true), 200),
        (replaced("archived", false), 200),
        (replaced("archived", false), 422),
        (deleting(replaced("deleted", true)), 422),
        (deleting(added("deleted", true)), 200),
    ];
    for (patch, expected) in cases {
        let (status, answer) = patched(&demo, &id, &patch).await;
        assert_eq!(status, expected, "{patch}: {answer}");
        if status == 422 {
            assert_eq!(
                (rule(&answer), &answer["issue"][0]["expression"][0]),
                ("state", &json!("DocumentReference.extension"))
            );
            assert!(answer.to_string().contains("`add`"), "the way out: {answer}");
        }
    }
}
