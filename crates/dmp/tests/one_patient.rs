//! One bundle is about one patient: whoever else stands anywhere in it, nothing is deposited.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Demo, rule, shared};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, iti65_bundle, people, persona};
use serde_json::{Value, json};

const ALMA: usize = 0;
const BRUNO: usize = 1;

fn letter(unique_id: &str) -> Vec<u8> {
    let people = people().unwrap();
    let recipe = Recipe {
        kind: Kind::ScannedLetter,
        patient: &people[ALMA],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 500,
    };
    recipe.write()
}

fn bundle_of(bytes: &[u8]) -> Value {
    let header = read_cda(bytes, Limits::default()).unwrap();
    iti65_bundle(bytes, &header, &Options::default())
}

fn bundle(unique_id: &str) -> Value {
    bundle_of(&letter(unique_id))
}

fn identifier(patient: usize) -> Value {
    let ins = people().unwrap()[patient].ins.clone();
    json!({"system": format!("urn:oid:{}", ins.domain.code()), "value": ins.value})
}

fn local() -> Value {
    json!({"system": "urn:oid:1.2.250.1.999.77", "value": "IPP-77"})
}

/// A conditional reference to a patient, as a client may write it.
fn conditional(patient: usize) -> String {
    let ins = people().unwrap()[patient].ins.to_text();
    format!("Patient?identifier=urn%3Aoid%3A{}", ins.replace('|', "%7C"))
}

/// The source patient that the document's entry contains.
fn source(bundle: &mut Value) -> &mut Value {
    let contained = bundle["entry"][1]["resource"]["contained"].as_array_mut().unwrap();
    contained.iter_mut().find(|one| one["id"] == "patient-source").expect("the source patient")
}

async fn stored(demo: &Demo, unique_id: &str) -> u64 {
    let query = people().unwrap()[ALMA].ins.to_text().replace('|', "%7C");
    let path = format!("/fhir/DocumentReference?patient.identifier={query}&identifier=urn:oid:{unique_id}");
    demo.get(&demo.token("gp"), &path).await.1["total"].as_u64().unwrap()
}

type Change = fn(&mut Value);

/// Wrong in what the document says of its patient.
const OF_THE_DOCUMENT: &[(&str, Change)] = &[
    ("a local identifier does not hide the other's number", |bundle| {
        source(bundle)["identifier"] = json!([identifier(BRUNO), local()]);
    }),
    ("two numbers", |bundle| source(bundle)["identifier"] = json!([identifier(ALMA), identifier(BRUNO)])),
    ("two numbers of the subject", |bundle| {
        source(bundle)["identifier"] = json!([identifier(ALMA), identifier(BRUNO)]);
        bundle["entry"][1]["resource"]["subject"] = json!({"reference": "#patient-source"});
    }),
    ("a number in capitals", |bundle| {
        let mut other = identifier(BRUNO);
        other["system"] = json!(other["system"].as_str().unwrap().to_uppercase());
        source(bundle)["identifier"] = json!([identifier(ALMA), other]);
    }),
    ("a subject of two words", |bundle| {
        bundle["entry"][1]["resource"]["subject"] =
            json!({"identifier": identifier(ALMA), "reference": conditional(BRUNO)});
    }),
    ("sourcePatientInfo by identifier", |bundle| {
        bundle["entry"][1]["resource"]["context"]["sourcePatientInfo"] = json!({"identifier": identifier(BRUNO)});
    }),
    ("sourcePatientInfo by a search", |bundle| {
        bundle["entry"][1]["resource"]["context"]["sourcePatientInfo"] = json!({"reference": conditional(BRUNO)});
    }),
];

/// Wrong elsewhere in the bundle.
const ELSEWHERE: &[(&str, Change)] = &[
    ("the set's source patient, contained", |bundle| {
        bundle["entry"][0]["resource"]["contained"][0]["identifier"] = json!([identifier(BRUNO)]);
    }),
    ("the set's source patient, by identifier", |bundle| {
        let extensions = bundle["entry"][0]["resource"]["extension"].as_array_mut().unwrap();
        let source = extensions.iter_mut().find(|one| one["url"].as_str().unwrap().ends_with("sourcePatientId"));
        source.unwrap()["valueReference"] = json!({"identifier": identifier(BRUNO)});
    }),
    ("a Patient that nothing names", |bundle| {
        let contained = bundle["entry"][1]["resource"]["contained"].as_array_mut().unwrap();
        contained.push(json!({"resourceType": "Patient", "id": "nobody", "identifier": [identifier(BRUNO)]}));
    }),
    ("the subject, who wrote it too", |bundle| {
        source(bundle)["identifier"] = json!([identifier(ALMA), identifier(BRUNO)]);
        let document = &mut bundle["entry"][1]["resource"];
        document["author"] = json!([{"reference": "#patient-source"}]);
    }),
    ("a relative of somebody else", |bundle| {
        bundle["entry"].as_array_mut().unwrap().push(json!({
            "fullUrl": "urn:uuid:7d7b3f2e-5d0e-4f0f-9a6c-0d6c3f1f7a12",
            "resource": {"resourceType": "RelatedPerson", "patient": {"identifier": identifier(BRUNO)}},
            "request": {"method": "POST", "url": "RelatedPerson"},
        }));
    }),
    ("who is allowed to read the bytes", |bundle| {
        bundle["entry"][2]["resource"]["securityContext"] = json!({"reference": conditional(BRUNO)});
    }),
    ("what is said of the bytes themselves", |bundle| {
        bundle["entry"][2]["resource"]["meta"] =
            json!({"tag": [{"display": conditional(BRUNO)}], "patient": identifier(BRUNO)});
    }),
    ("what is replaced is another's", |bundle| {
        let other = conditional(BRUNO).replace("Patient?", "DocumentReference?patient.");
        let target = json!({"reference": format!("{other}&identifier=urn:oid:1.2.250.1.999.70.99")});
        bundle["entry"][1]["resource"]["relatesTo"] = json!([{"code": "replaces", "target": target}]);
    }),
    ("the condition of a patch", |bundle| {
        let url = conditional(BRUNO).replace("Patient?", "DocumentReference?patient.");
        let parts = json!([{"name": "type", "valueCode": "replace"},
            {"name": "path", "valueString": "DocumentReference.status"}, {"name": "value", "valueCode": "superseded"}]);
        bundle["entry"].as_array_mut().unwrap().push(json!({
            "fullUrl": "urn:uuid:7d7b3f2e-5d0e-4f0f-9a6c-0d6c3f1f7a13",
            "resource": {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]},
            "request": {"method": "PATCH", "url": format!("{url}&identifier=urn:oid:1.2.250.1.999.70.99")},
        }));
    }),
    ("a related thing under a patient's number", |bundle| {
        bundle["entry"][1]["resource"]["context"]["related"] = json!([{"identifier": identifier(BRUNO)}]);
    }),
];

#[tokio::test]
async fn another_patient_stands_nowhere_in_a_bundle() {
    let demo = shared();
    let hospital = demo.token("hospital");
    for (number, (what, change)) in OF_THE_DOCUMENT.iter().chain(ELSEWHERE).enumerate() {
        let unique_id = format!("1.2.250.1.999.70.{}", number + 1);
        let mut bundle = bundle(&unique_id);
        change(&mut bundle);
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, "patient-id-mismatch"), "{what}: {outcome}");
        assert!(outcome.to_string().contains("XDSPatientIdDoesNotMatch"), "{what}: {outcome}");
        let element = outcome["issue"][0]["expression"][0].as_str().unwrap_or_default();
        assert!(element.starts_with("Bundle.entry["), "{what}: the element is named: {outcome}");
        assert_eq!(stored(demo, &unique_id).await, 0, "{what}");
    }
}

/// The patient of the set is the holder by his birth date and sex too, as the patient of each document is.
#[tokio::test]
async fn the_patient_of_the_set_has_the_traits_of_the_holder() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let right = source(&mut bundle("1.2.250.1.999.70.90")).clone();
    let (birth, sex) = (right["birthDate"].as_str().unwrap().to_owned(), right["gender"].as_str().unwrap().to_owned());
    let other = if sex == "female" { "male" } else { "female" };
    let cases = [
        ("birthDate", "1901-03-28", Some("birth-date-mismatch")),
        ("birthDate", "1901", Some("birth-date-mismatch")),
        ("gender", other, Some("sex-mismatch")),
        ("birthDate", &birth[..7], None),
        ("gender", "unknown", None),
        ("gender", &sex, None),
    ];
    for (number, (name, value, expected)) in cases.into_iter().enumerate() {
        let unique_id = format!("1.2.250.1.999.70.{}", number + 91);
        let mut bundle = bundle(&unique_id);
        bundle["entry"][0]["resource"]["contained"][0][name] = json!(value);
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        let Some(expected) = expected else {
            assert_eq!(status, 200, "{name} {value}: {outcome}");
            continue;
        };
        assert_eq!((status, rule(&outcome)), (422, expected), "{name} {value}: {outcome}");
        assert!(outcome.to_string().contains("XDSPatientIdDoesNotMatch"), "{outcome}");
        assert_eq!(outcome["issue"][0]["expression"], json!(["Bundle.entry[0].resource.extension"]), "{outcome}");
        assert_eq!(stored(demo, &unique_id).await, 0, "{name} {value}");
    }
}

#[tokio::test]
async fn a_header_with_a_second_number_is_about_somebody_else() {
    let demo = shared();
    let text = String::from_utf8(letter("1.2.250.1.999.70.40")).unwrap();
    let other = people().unwrap()[BRUNO].ins.clone();
    let second = format!("<id root=\"{}\" extension=\"{}\"/>", other.domain.code(), other.value);
    let at = text.find("<patientRole").unwrap();
    let at = at + text[at..].find('>').unwrap() + 1;
    let bytes = format!("{}{second}{}", &text[..at], &text[at..]).into_bytes();
    let mut bundle = bundle_of(&bytes);
    // The metadata are about the holder alone.
    for place in [0, 1] {
        bundle["entry"][place]["resource"]["subject"] = json!({"identifier": identifier(ALMA)});
        for one in bundle["entry"][place]["resource"]["contained"].as_array_mut().unwrap() {
            if one["resourceType"] == "Patient" {
                one["identifier"] = json!([identifier(ALMA)]);
            }
        }
    }
    bundle["entry"][2]["resource"]["data"] = json!(STANDARD.encode(&bytes));
    let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
    assert_eq!((status, rule(&outcome)), (422, "patient-id-mismatch"), "{outcome}");
    assert_eq!(stored(demo, "1.2.250.1.999.70.40").await, 0);
}

/// What a hospital sends every day.
#[tokio::test]
async fn the_patient_may_have_a_local_number_beside_his_own() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let right: [(&str, Change); 6] = [
        ("national, then local", |bundle| source(bundle)["identifier"] = json!([identifier(ALMA), local()])),
        ("local, then national", |bundle| source(bundle)["identifier"] = json!([local(), identifier(ALMA)])),
        ("by identifier", |bundle| {
            bundle["entry"][1]["resource"]["context"]["sourcePatientInfo"] = json!({"identifier": identifier(ALMA)});
        }),
        ("by a search", |bundle| {
            bundle["entry"][1]["resource"]["subject"] = json!({"reference": conditional(ALMA)});
        }),
        ("a relative who signed it, named as XDS names a patient", |bundle| {
            let document = &mut bundle["entry"][1]["resource"];
            let signer = json!({"resourceType": "Patient", "id": "signer", "identifier": [identifier(BRUNO)]});
            document["contained"].as_array_mut().unwrap().push(signer);
            document["authenticator"] = json!({"reference": "#signer"});
        }),
        ("a relative who wrote it, under his own number", |bundle| {
            bundle["entry"][1]["resource"]["author"] =
                json!([{"identifier": identifier(BRUNO), "display": "IMAGINAIRE"}]);
        }),
    ];
    for (number, (what, change)) in right.iter().enumerate() {
        let unique_id = format!("1.2.250.1.999.70.{}", number + 60);
        let mut bundle = bundle(&unique_id);
        change(&mut bundle);
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!(status, 200, "{what}: {outcome}");
        assert_eq!(stored(demo, &unique_id).await, 1, "{what}");
    }
    let mut nobody = bundle("1.2.250.1.999.70.80");
    nobody["entry"][1]["resource"]["context"]["sourcePatientInfo"] = json!({"reference": "Patient/of-our-own"});
    let (status, outcome) = demo.post(&hospital, "/fhir", &nobody).await;
    assert_eq!((status, rule(&outcome)), (422, "patient"), "what names nobody is not dropped: {outcome}");
}
