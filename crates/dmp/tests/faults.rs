//! Requests at fault over real HTTP: what they are told, what their journal keeps, and what stays on disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::os::unix::fs::MetadataExt;

use common::{Demo, rule, shared};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, iti65_bundle, people, persona};
use serde_json::{Value, json};

/// A prescription of so many bytes for one of the demo's people, as a bundle.
fn bundle(patient: usize, unique_id: &str, bulk: usize) -> Value {
    let people = people().unwrap();
    let recipe = Recipe {
        kind: Kind::ScannedLetter,
        patient: &people[patient],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    iti65_bundle(&bytes, &header, &Options::default())
}

fn ins(patient: usize) -> String {
    people().unwrap()[patient].ins.to_text()
}

/// How many entries the holder's history has of deposits.
async fn deposits(demo: &Demo, patient: usize) -> usize {
    let path = format!("/fhir/AuditEvent?patient.identifier={}&_count=100", ins(patient).replace('|', "%7C"));
    let (status, history) = demo.get(&demo.holder(&ins(patient)), &path).await;
    assert_eq!(status, 200, "{history}");
    let text = |entry: &Value| entry["resource"].to_string();
    history["entry"].as_array().unwrap().iter().map(text).filter(|entry| entry.contains("provide-documents")).count()
}

/// Room taken, in bytes: what is erased is a hole.
fn on_disk(demo: &Demo) -> u64 {
    let files = |folder: &std::path::Path| std::fs::read_dir(folder).unwrap().flatten();
    files(&demo.data)
        .chain(files(&demo.data.join("blobs")))
        .filter_map(|file| file.metadata().ok())
        .map(|file| file.blocks() * 512)
        .sum()
}

/// Every answered request has its entry: a document that is damaged on the way too.
#[tokio::test]
async fn a_document_that_is_not_acceptable_is_in_the_journal() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let before = deposits(demo, 1).await;
    type Damage = fn(&mut Value);
    let faults: [(&str, Damage); 4] = [
        ("hash", |attachment| attachment["hash"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAA=")),
        ("size", |attachment| attachment["size"] = json!(3)),
        ("content-type", |attachment| attachment["contentType"] = json!("application/pdf")),
        ("header", |attachment| attachment["creation"] = json!("2001-01-01T00:00:00Z")),
    ];
    for (number, (expected, fault)) in faults.iter().enumerate() {
        let mut bundle = bundle(1, &format!("1.2.250.1.999.8.{number}"), 1_000);
        fault(&mut bundle["entry"][1]["resource"]["content"][0]["attachment"]);
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, *expected), "{outcome}");
        assert_eq!(deposits(demo, 1).await, before + number + 1, "{expected}");
    }
    // Who may not feed at all is told so, whatever his document is.
    let insurer = demo.claims(&json!({
        "id": "801111111111", "family": "ASSUREUR", "profession": "10", "specialty": "SM26", "sector": "SA23", "structure": "1750803447", "means": "direct"
    }));
    let mut bundle = bundle(1, "1.2.250.1.999.8.9", 1_000);
    bundle["entry"][1]["resource"]["content"][0]["attachment"]["size"] = json!(3);
    let (status, outcome) = demo.post(&insurer, "/fhir", &bundle).await;
    assert_eq!((status, rule(&outcome)), (403, "sector"), "{outcome}");
}

/// What was staged and not named is not kept for two days: nobody fills the disk with deposits that are refused.
#[tokio::test]
async fn what_was_staged_in_vain_goes_at_once() {
    let demo = Demo::start();
    let hospital = demo.token("hospital");
    let accepted = bundle(2, "1.2.250.1.999.8.20", 3 << 20);
    assert_eq!(demo.post(&hospital, "/fhir", &accepted).await.0, 200);
    let (status, _) = demo.post(&hospital, "/fhir", &bundle(2, "1.2.250.1.999.8.20", 4 << 20)).await;
    assert_eq!(status, 422, "other bytes under the same id");
    let in_vain = async || {
        assert_eq!(demo.post(&hospital, "/fhir", &accepted).await.0, 200);
        assert_eq!(demo.post(&hospital, "/fhir", &bundle(2, "1.2.250.1.999.8.20", 4 << 20)).await.0, 422);
    };
    // The room that the first ones took is given back.
    for _ in 0..6 {
        in_vain().await;
    }
    let before = on_disk(&demo);
    for _ in 0..8 {
        in_vain().await;
    }
    let grown = on_disk(&demo) - before;
    assert!(grown < 16 << 20, "{grown} bytes more after eight deposits of nothing new");
}

/// TD3.1b: a document is found by its identifier alone as soon as it was acknowledged.
#[tokio::test]
async fn an_identifier_alone_finds_what_was_just_provided() {
    let demo = shared();
    let hospital = demo.token("hospital");
    for number in 0..10 {
        let unique_id = format!("1.2.250.1.999.8.10{number}");
        assert_eq!(demo.post(&hospital, "/fhir", &bundle(3, &unique_id, 500)).await.0, 200);
        let path = format!("/fhir/DocumentReference?identifier=urn:ietf:rfc:3986%7Curn:oid:{unique_id}");
        let (status, found) = demo.get(&hospital, &path).await;
        assert_eq!((status, &found["total"]), (200, &json!(1)), "{unique_id}");
    }
}

#[tokio::test]
async fn another_patient_anywhere_in_the_bundle_is_refused() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let other = ins(5);
    let (oid, value) = other.split_once('|').unwrap();
    let identifier = json!([{"system": format!("urn:oid:{oid}"), "value": value}]);
    let whole = bundle(4, "1.2.250.1.999.8.30", 500);
    let mut told = whole.clone();
    let contained = told["entry"][1]["resource"]["contained"].as_array_mut().unwrap();
    let source = contained.iter_mut().find(|one| one["resourceType"] == "Patient").expect("the source patient");
    source["identifier"] = identifier.clone();
    let mut extra = whole.clone();
    extra["entry"].as_array_mut().unwrap().push(json!({
        "fullUrl": "urn:uuid:7d7b3f2e-5d0e-4f0f-9a6c-0d6c3f1f7a11",
        "resource": {"resourceType": "Patient", "identifier": identifier},
        "request": {"method": "POST", "url": "Patient"},
    }));
    for bundle in [told, extra] {
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, "patient-id-mismatch"), "{outcome}");
    }
    assert_eq!(demo.post(&hospital, "/fhir", &whole).await.0, 200);
}

/// Nothing that is asked is ignored, and every answer is an OperationOutcome.
#[tokio::test]
async fn questions_that_are_none() {
    let demo = shared();
    let gp = demo.token("gp");
    let patient = format!("patient.identifier={}", ins(0).replace('|', "%7C"));
    let wrong = [
        "identifier=%7C",
        "identifier=urn:ietf:rfc:3986%7C",
        "type=%7C",
        "security-label=%7C",
        "_sort=_lastUpdated",
        "_count=1&_count=2",
        "_sort=date&_sort=-date",
        "_format=notjson",
        "type=",
        "unknown=1",
    ];
    for question in wrong {
        let (status, outcome) = demo.get(&gp, &format!("/fhir/DocumentReference?{patient}&{question}")).await;
        assert_eq!((status, &outcome["resourceType"]), (400, &json!("OperationOutcome")), "{question}");
    }
    let (status, _) = demo.get(&gp, &format!("/fhir/Consent?{patient}&status=active&status=inactive")).await;
    assert_eq!(status, 400);
    for path in ["Binary", "DocumentReference", "List", "Consent", "AuditEvent"] {
        let (status, outcome) = demo.get(&gp, &format!("/fhir/{path}/%ff")).await;
        assert_eq!((status, &outcome["resourceType"]), (400, &json!("OperationOutcome")), "{path}");
    }
    let holder = demo.holder(&ins(0));
    let (status, counted) = demo.get(&holder, &format!("/fhir/DocumentReference?{patient}&_summary=count")).await;
    assert_eq!((status, counted["entry"].as_array().map_or(0, Vec::len)), (200, 0));
    assert!(!counted.to_string().contains("\"next\""), "a count has no next page");
}

/// A conditional PATCH is one act with one entry, whether it succeeds, finds another version or finds nothing (section 5: one answer, one entry).
#[tokio::test]
async fn a_patch_leaves_one_entry_whatever_its_conditions() {
    let demo = shared();
    let (person, unique_id) = (6, "1.2.250.1.999.8.600");
    let holder = demo.holder(&ins(person));
    assert_eq!(demo.post(&demo.token("hospital"), "/fhir", &bundle(person, unique_id, 1_000)).await.0, 200);
    let name = ins(person).replace('|', "%7C");
    let of = |id: &str| format!("/fhir/DocumentReference?identifier=urn:oid:{id}&patient.identifier={name}");
    let (_, found) = demo.get(&holder, &of(unique_id)).await;
    let id = found["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
    let archive = |archived: bool| {
        let url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived";
        json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
            {"name": "type", "valueCode": "add"}, {"name": "path", "valueString": "DocumentReference"},
            {"name": "name", "valueString": "extension"},
            {"name": "value", "valueExtension": {"url": url, "valueBoolean": archived}},
        ]}]})
    };
    let condition = |version: u32| [("if-match", format!("W/\"{version}\""))];
    let address = format!("/fhir/DocumentReference/{id}");
    let before = entries(demo, person).await;
    let (status, changed) = demo.patch(&holder, &of(unique_id), &archive(true)).await;
    assert_eq!((status, changed["id"].as_str()), (200, Some(id.as_str())), "{changed}");
    let version = changed["meta"]["versionId"].as_str().unwrap().parse::<u32>().unwrap();
    let (status, outcome) = demo.patch_with(&holder, &address, &archive(false), &condition(version - 1)).await;
    assert_eq!((status, rule(&outcome)), (412, "version-changed"), "{outcome}");
    let (status, changed) = demo.patch_with(&holder, &address, &archive(false), &condition(version)).await;
    assert_eq!((status, changed["meta"]["versionId"].as_str()), (200, Some((version + 1).to_string().as_str())));
    assert_eq!(demo.patch(&holder, &of("1.2.250.1.999.8.601"), &archive(true)).await.0, 404);
    // And the list that was read to count them before; one's own question that found nothing has an entry, and no line (silence).
    assert_eq!(entries(demo, person).await, before + 3 + 1);
}

/// How many entries the holder's history has.
async fn entries(demo: &Demo, patient: usize) -> usize {
    let path = format!("/fhir/AuditEvent?patient.identifier={}&_count=100", ins(patient).replace('|', "%7C"));
    demo.get(&demo.holder(&ins(patient)), &path).await.1["entry"].as_array().unwrap().len()
}

/// A date of birth that is not known whole is compared as far as it is known.
#[tokio::test]
async fn a_partial_date_of_birth_is_compared_as_far_as_it_goes() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let birth = people().unwrap()[7].birth.to_string();
    let (year, month) = (&birth[..4], &birth[..7]);
    let source = |birth: &str, number: u32| {
        let mut bundle = bundle(7, &format!("1.2.250.1.999.8.7{number}"), 500);
        let contained = bundle["entry"][1]["resource"]["contained"].as_array_mut().unwrap();
        let source = contained.iter_mut().find(|one| one["id"] == "patient-source").unwrap();
        source["birthDate"] = json!(birth);
        bundle
    };
    for (number, right) in [year, month, &birth].into_iter().enumerate() {
        let (status, answer) = demo.post(&hospital, "/fhir", &source(right, u32::try_from(number).unwrap())).await;
        assert_eq!(status, 200, "{right}: {answer}");
    }
    let other = if month.ends_with("01") { format!("{year}-02") } else { format!("{year}-01") };
    for (number, wrong) in ["1899", &other].into_iter().enumerate() {
        let (status, answer) = demo.post(&hospital, "/fhir", &source(wrong, 5 + u32::try_from(number).unwrap())).await;
        assert_eq!((status, rule(&answer)), (422, "birth-date-mismatch"), "{wrong}: {answer}");
    }
    for (number, none) in ["19", "1979-13", "spring"].into_iter().enumerate() {
        let (status, answer) = demo.post(&hospital, "/fhir", &source(none, 7 + u32::try_from(number).unwrap())).await;
        assert_eq!((status, rule(&answer)), (422, "birthDate"), "{none}: {answer}");
    }
    // The header's, too.
    for (written, expected) in [(year.to_owned(), 200), ("1899".to_owned(), 422), (other.replace('-', ""), 422)] {
        let id = format!("1.2.250.1.999.8.8{}", written.len() + usize::from(expected == 200));
        let people = people().unwrap();
        let recipe = Recipe {
            kind: Kind::ScannedLetter,
            patient: &people[7],
            author: persona("hospital").unwrap(),
            created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
            unique_id: &id,
            replaces: None,
            bulk: 500,
        };
        let text = String::from_utf8(recipe.write()).unwrap();
        let text = text.replace(
            &format!("<birthTime value=\"{}\"", birth.replace('-', "")),
            &format!("<birthTime value=\"{written}\""),
        );
        let header = read_cda(text.as_bytes(), Limits::default()).unwrap();
        let mut bundle = iti65_bundle(text.as_bytes(), &header, &Options::default());
        let contained = bundle["entry"][1]["resource"]["contained"].as_array_mut().unwrap();
        contained.iter_mut().filter_map(Value::as_object_mut).for_each(|one| drop(one.remove("birthDate")));
        let (status, answer) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!(status, expected, "{written}: {answer}");
    }
}

/// What the answer says when the bytes do not open: nothing of a document is promised before its first chunk is there.
#[tokio::test]
async fn a_document_whose_bytes_are_lost_is_not_answered_with_success() {
    let demo = Demo::start();
    let hospital = demo.token("hospital");
    let (status, answer) = demo.post(&hospital, "/fhir", &bundle(0, "1.2.250.1.999.8.60", 200_000)).await;
    assert_eq!(status, 200, "{answer}");
    let holder = demo.activated(&ins(0)).await;
    let location = answer["entry"].as_array().unwrap().iter().find_map(|entry| {
        entry["response"]["location"].as_str().filter(|location| location.contains("DocumentReference"))
    });
    let url = format!("{}/fhir/Binary/{}", demo.base, location.unwrap().rsplit('/').next().unwrap());
    let ask = async |method: &str, accept: &str, range: Option<&str>| {
        let request = demo.client().request(method.parse().unwrap(), &url).bearer_auth(&holder);
        let request = request.header("accept", accept);
        let request = range.into_iter().fold(request, |request, range| request.header("range", range));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.ok())
    };
    let all = [
        ("GET", "*/*", None),
        ("GET", "*/*", Some("bytes=70000-70009")),
        ("GET", "application/fhir+json", None),
        ("HEAD", "*/*", None),
    ];
    for (method, accept, range) in all {
        let (status, text) = ask(method, accept, range).await;
        assert!(matches!(status, 200 | 206), "{method} {accept} {range:?}: {status} {text:?}");
    }
    let file = demo.data.join("blobs/00000001.sealed");
    let file = std::fs::File::options().write(true).open(file).unwrap();
    file.set_len(0).unwrap();
    for (method, accept, range) in all {
        let (status, text) = ask(method, accept, range).await;
        assert_eq!(status, 500, "{method} {accept} {range:?}: {text:?}");
        if method == "GET" {
            let outcome: Value = serde_json::from_str(&text.unwrap()).unwrap();
            assert_eq!(
                (outcome["resourceType"].as_str(), rule(&outcome)),
                (Some("OperationOutcome"), "document-damaged")
            );
        }
    }
    let metrics = demo.client().get(format!("{}/metrics", demo.base)).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("\ndmp_blob_faults_total 4\n"), "{metrics}");
}
