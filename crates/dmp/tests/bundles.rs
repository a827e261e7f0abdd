//! How the entries of a bundle name one another and the documents that they replace: as FHIR says, or refused, never guessed.
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

/// A letter of the hospital for one of the demo's people.
fn bundle(unique_id: &str) -> Value {
    let people = people().unwrap();
    let recipe = Recipe {
        kind: Kind::ScannedLetter,
        patient: &people[1],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 500,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    iti65_bundle(&bytes, &header, &Options::default())
}

fn superseding(url: &str) -> Value {
    json!({
        "fullUrl": "urn:uuid:7d7b3f2e-5d0e-4f0f-9a6c-0d6c3f1f7a13",
        "resource": {"resourceType": "Parameters", "parameter": [operation("replace", "superseded")]},
        "request": {"method": "PATCH", "url": url},
    })
}

fn operation(kind: &str, value: &str) -> Value {
    json!({"name": "operation", "part": [{"name": "type", "valueCode": kind},
        {"name": "path", "valueString": "DocumentReference.status"}, {"name": "value", "valueCode": value}]})
}

fn with(unique_id: &str, entry: Value) -> Value {
    let mut bundle = bundle(unique_id);
    bundle["entry"].as_array_mut().unwrap().push(entry);
    bundle
}

fn id_of(answer: &Value) -> String {
    answer["entry"][1]["response"]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

async fn provided(demo: &Demo, bundle: &Value) -> String {
    let (status, answer) = demo.post(&demo.token("hospital"), "/fhir", bundle).await;
    assert_eq!(status, 200, "{answer}");
    id_of(&answer)
}

async fn status_of(demo: &Demo, id: &str) -> Value {
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    demo.get(&holder, &format!("/fhir/DocumentReference/{id}")).await.1["status"].clone()
}

#[tokio::test]
async fn a_patch_names_what_it_supersedes_in_each_of_its_forms() {
    let demo = shared();
    let query = people().unwrap()[1].ins.to_text().replace('|', "%7C");
    let forms: [fn(&str, &str, &str) -> String; 7] = [
        |id, _, _| format!("DocumentReference/{id}"),
        |id, _, _| format!("DocumentReference/{}", id.to_uppercase()),
        |_, oid, _| format!("DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:{oid}"),
        |_, oid, _| format!("DocumentReference?identifier=urn:ietf:rfc:3986%7Curn:oid:{oid}"),
        |_, oid, _| format!("DocumentReference?identifier=urn%3Aoid%3A{oid}"),
        |id, _, _| format!("DocumentReference?identifier=urn:uuid:{id}"),
        |_, oid, query| format!("DocumentReference?patient.identifier={query}&identifier=urn:oid:{oid}"),
    ];
    for (number, form) in forms.iter().enumerate() {
        let oid = format!("1.2.250.1.999.72.1{number}");
        let id = provided(demo, &bundle(&oid)).await;
        let url = form(&id, &oid, &query);
        provided(demo, &with(&format!("1.2.250.1.999.72.2{number}"), superseding(&url))).await;
        assert_eq!(status_of(demo, &id).await, "superseded", "{url}");
        // By relatesTo too.
        let (oid, last) = (format!("1.2.250.1.999.72.3{number}"), format!("1.2.250.1.999.72.4{number}"));
        let id = provided(demo, &bundle(&oid)).await;
        let mut replacement = bundle(&last);
        let target = json!({"reference": form(&id, &oid, &query)});
        replacement["entry"][1]["resource"]["relatesTo"] = json!([{"code": "replaces", "target": target}]);
        provided(demo, &replacement).await;
        assert_eq!(status_of(demo, &id).await, "superseded", "relatesTo {target}");
    }
    let id = provided(demo, &bundle("1.2.250.1.999.72.50")).await;
    let mut replacement = bundle("1.2.250.1.999.72.51");
    let target = json!({"identifier": {"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{id}")}});
    replacement["entry"][1]["resource"]["relatesTo"] = json!([{"code": "replaces", "target": target}]);
    provided(demo, &replacement).await;
    assert_eq!(status_of(demo, &id).await, "superseded", "relatesTo by our own id");
}

/// `urn:oid:root|extension` is that document, not one whose whole identifier is the extension.
#[tokio::test]
async fn the_root_of_an_identifier_counts() {
    let demo = shared();
    let bare = provided(demo, &bundle("1.2.250.1.999.72.60")).await;
    let whole = provided(demo, &bundle("1.2.250.1.999.72^60")).await;
    let url = "DocumentReference?identifier=urn:oid:1.2.250.1.999.72|1.2.250.1.999.72.60";
    let (status, outcome) =
        demo.post(&demo.token("hospital"), "/fhir", &with("1.2.250.1.999.72.61", superseding(url))).await;
    assert_eq!((status, rule(&outcome)), (404, "replaced-unknown"), "{outcome}");
    assert_eq!(status_of(demo, &bare).await, "current");
    let url = "DocumentReference?identifier=urn:oid:1.2.250.1.999.72|60";
    provided(demo, &with("1.2.250.1.999.72.62", superseding(url))).await;
    assert_eq!(status_of(demo, &whole).await, "superseded");
}

#[tokio::test]
async fn a_patch_that_asks_for_more_is_refused() {
    let demo = shared();
    let id = provided(demo, &bundle("1.2.250.1.999.72.70")).await;
    let url = format!("DocumentReference/{id}");
    type Change = fn(&mut Value);
    let changes: [(&str, &str, Change); 9] = [
        ("patch", "two operations", |entry| {
            entry["resource"]["parameter"] =
                json!([operation("replace", "superseded"), operation("replace", "superseded")]);
        }),
        ("patch", "another value", |entry| entry["resource"]["parameter"] = json!([operation("replace", "current")])),
        ("patch", "added", |entry| entry["resource"]["parameter"] = json!([operation("add", "superseded")])),
        ("patch", "deleted", |entry| entry["resource"]["parameter"] = json!([operation("delete", "superseded")])),
        ("document", "another resource", |entry| entry["request"]["url"] = json!("List?identifier=urn:oid:1.2.3")),
        ("document", "no resource", |entry| entry["request"]["url"] = json!("DocumentReference")),
        ("document", "another condition", |entry| {
            entry["request"]["url"] = json!("DocumentReference?identifier=urn:oid:1.2.3&status=current");
        }),
        ("condition", "ifMatch", |entry| entry["request"]["ifMatch"] = json!("W/\"9\"")),
        ("condition", "ifModifiedSince", |entry| {
            entry["request"]["ifModifiedSince"] = json!("2026-11-22T10:00:00Z");
        }),
    ];
    for (number, (wanted, what, change)) in changes.iter().enumerate() {
        let mut entry = superseding(&url);
        change(&mut entry);
        let replacement = with(&format!("1.2.250.1.999.72.7{}", number + 1), entry);
        let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &replacement).await;
        assert_eq!((status, rule(&outcome)), (422, *wanted), "{what}: {outcome}");
    }
    let mut conditional = bundle("1.2.250.1.999.72.80");
    conditional["entry"][0]["request"]["ifNoneMatch"] = json!("*");
    let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &conditional).await;
    assert_eq!((status, rule(&outcome)), (422, "condition"), "{outcome}");
    assert_eq!(status_of(demo, &id).await, "current");
}

#[tokio::test]
async fn relative_references_are_of_the_server_that_the_full_url_names() {
    let demo = shared();
    let named = |unique_id: &str, base: &str| {
        let mut bundle = bundle(unique_id);
        for (place, name) in ["List/l1", "DocumentReference/d1", "Binary/b1"].iter().enumerate() {
            bundle["entry"][place]["fullUrl"] = json!(format!("{base}/{name}"));
        }
        bundle["entry"][0]["resource"]["entry"] = json!([{"item": {"reference": "DocumentReference/d1"}}]);
        bundle["entry"][1]["resource"]["content"][0]["attachment"]["url"] = json!("Binary/b1");
        bundle
    };
    provided(demo, &named("1.2.250.1.999.73.1", "https://hopital.example/fhir")).await;
    let mut elsewhere = named("1.2.250.1.999.73.2", "https://hopital.example/fhir");
    elsewhere["entry"][2]["fullUrl"] = json!("https://autre.example/fhir/Binary/b1");
    let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &elsewhere).await;
    assert_eq!(status, 422, "{outcome}");
    let mut capitals = bundle("1.2.250.1.999.73.3");
    for place in 0..3 {
        let url = capitals["entry"][place]["fullUrl"].as_str().unwrap().replace("urn:uuid:", "").to_uppercase();
        capitals["entry"][place]["fullUrl"] = json!(format!("urn:uuid:{url}"));
    }
    provided(demo, &capitals).await;
}

/// What is deposited is current, and dated.
#[tokio::test]
async fn what_is_deposited_is_neither_withdrawn_nor_undated() {
    let demo = shared();
    const PDSM: &str = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition";
    let standing = |name: &str| json!([{"url": format!("{PDSM}/{name}"), "valueBoolean": true}]);
    let wrong = [
        ("status", 0, "status", json!("banana")),
        ("status", 0, "status", json!("retired")),
        ("date", 0, "date", json!("yesterday")),
        ("date", 1, "date", json!("yesterday")),
        ("docStatus", 1, "docStatus", json!("entered-in-error")),
        ("standing", 1, "extension", standing("pdsm-ext-is-deleted")),
        ("standing", 1, "extension", standing("pdsm-ext-is-archived")),
        ("standing", 0, "extension", standing("pdsm-ext-is-archived")),
    ];
    for (number, (expected, place, element, value)) in wrong.iter().enumerate() {
        let mut bundle = bundle(&format!("1.2.250.1.999.73.3{number}"));
        bundle["entry"][*place]["resource"][*element] = value.clone();
        let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, *expected), "{element} {value}: {outcome}");
    }
    // What the header says need not be said again; a set without a date is of now.
    let mut undated = bundle("1.2.250.1.999.73.40");
    undated["entry"][0]["resource"].as_object_mut().unwrap().remove("date");
    let attachment = undated["entry"][1]["resource"]["content"][0]["attachment"].as_object_mut().unwrap();
    let creation = attachment.remove("creation").unwrap();
    let (status, answer) = demo.post(&demo.token("hospital"), "/fhir", &undated).await;
    assert_eq!(status, 200, "{answer}");
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let (_, found) = demo.get(&holder, &format!("/fhir/DocumentReference/{}", id_of(&answer))).await;
    assert_eq!(found["content"][0]["attachment"]["creation"], creation);
    let location = answer["entry"][0]["response"]["location"].as_str().unwrap();
    let (_, set) = demo.get(&holder, &format!("/fhir/List/{}", location.rsplit('/').next().unwrap())).await;
    assert!(set["date"].is_string(), "{set}");
}

#[tokio::test]
async fn a_bundle_that_is_put_together_wrongly_is_refused() {
    let demo = shared();
    type Change = fn(&mut Value);
    let changes: [(&str, &str, Change); 9] = [
        ("full-url", "the set and the document have one fullUrl", |bundle| {
            bundle["entry"][0]["fullUrl"] = bundle["entry"][1]["fullUrl"].clone();
        }),
        ("full-url", "one in capitals", |bundle| {
            let url = bundle["entry"][1]["fullUrl"].as_str().unwrap().to_uppercase().replace("URN:UUID", "urn:uuid");
            bundle["entry"][0]["fullUrl"] = json!(url);
        }),
        ("set-member", "a member twice", |bundle| {
            let member = bundle["entry"][0]["resource"]["entry"][0].clone();
            bundle["entry"][0]["resource"]["entry"] = json!([member, member]);
        }),
        ("request-url", "another type", |bundle| bundle["entry"][1]["request"]["url"] = json!("Observation")),
        ("request-url", "a resource", |bundle| bundle["entry"][1]["request"]["url"] = json!("Patient/1")),
        ("request-url", "bytes elsewhere", |bundle| bundle["entry"][2]["request"]["url"] = json!("DocumentReference")),
        ("resource-type", "a list for a resource", |bundle| {
            bundle["entry"][1]["resource"] = json!(["DocumentReference"])
        }),
        ("resource-type", "a list for the bytes", |bundle| {
            let data = bundle["entry"][2]["resource"]["data"].clone();
            bundle["entry"][2]["resource"] = json!(["Binary", "text/xml", data]);
        }),
        ("json", "a list for a request", |bundle| bundle["entry"][1]["request"] = json!(["POST", "DocumentReference"])),
    ];
    for (number, (wanted, what, change)) in changes.iter().enumerate() {
        let mut bundle = bundle(&format!("1.2.250.1.999.73.1{number}"));
        change(&mut bundle);
        let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
        let expected = if *wanted == "json" { 400 } else { 422 };
        assert_eq!((status, rule(&outcome)), (expected, *wanted), "{what}: {outcome}");
    }
}

/// A UUID is one whatever its capitals: as a document's identifier, where it is searched, and where it is replaced.
#[tokio::test]
async fn a_uuid_is_one_identifier_in_either_case() {
    let demo = shared();
    let uuid = "b3c4a7de-90af-4d51-8c3e-2f6a1b0c9d8e";
    let identified = |uuid: &str| {
        let mut bundle = bundle("1.2.250.1.999.74.1");
        let data = bundle["entry"][2]["resource"]["data"].as_str().unwrap();
        let text = String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
        let bytes = text.replace("1.2.250.1.999.74.1", uuid).into_bytes();
        bundle["entry"][2]["resource"]["data"] = json!(STANDARD.encode(&bytes));
        let resource = &mut bundle["entry"][1]["resource"];
        resource["masterIdentifier"] = json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{uuid}")});
        let attachment = resource["content"][0]["attachment"].as_object_mut().unwrap();
        attachment.remove("hash");
        attachment.remove("size");
        bundle
    };
    let id = provided(demo, &identified(uuid)).await;
    let capitals = identified(&uuid.to_uppercase());
    let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &capitals).await;
    assert_eq!((status, rule(&outcome)), (422, "unique-id-taken"), "{outcome}");
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let patient = people().unwrap()[1].ins.to_text().replace('|', "%7C");
    for asked in [
        format!("urn:uuid:{uuid}"),
        uuid.to_uppercase(),
        format!("urn:ietf:rfc:3986%7Curn:uuid:{}", uuid.to_uppercase()),
    ] {
        let path = format!("/fhir/DocumentReference?patient.identifier={patient}&identifier={asked}");
        assert_eq!(demo.get(&holder, &path).await.1["total"], 1, "{asked}");
    }
    // In another system it is another's.
    for system in ["https://hopital.example/ids", "urn:oid:1.2.250.1.999.74"] {
        let path =
            format!("/fhir/DocumentReference?patient.identifier={patient}&identifier={system}%7Curn:uuid:{uuid}");
        assert_eq!(demo.get(&holder, &path).await.1["total"], 0, "{system}");
    }
    let url = format!("DocumentReference?identifier=urn:uuid:{}", uuid.to_uppercase());
    provided(demo, &with("1.2.250.1.999.74.2", superseding(&url))).await;
    assert_eq!(status_of(demo, &id).await, "superseded");
    for (place, element) in [(1, "masterIdentifier"), (1, "identifier"), (0, "identifier")] {
        let mut wrong = bundle("1.2.250.1.999.74.3");
        let identifier = json!({"system": "urn:ietf:rfc:3986", "value": "urn:uuid:not-a-uuid"});
        let list = element == "identifier";
        wrong["entry"][place]["resource"][element] = if list { json!([identifier]) } else { identifier };
        let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &wrong).await;
        assert_eq!((status, rule(&outcome)), (422, "identifier"), "{place} {element}: {outcome}");
    }
}

/// The same bytes and the same request have the first answer; what asks for more is not answered as done.
#[tokio::test]
async fn a_resend_that_asks_for_more_is_refused() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let id = provided(demo, &bundle("1.2.250.1.999.75.1")).await;
    let first = bundle("1.2.250.1.999.75.2");
    let second = provided(demo, &first).await;
    assert_eq!(provided(demo, &first).await, second);
    let url = format!("DocumentReference/{id}");
    let replacing = with("1.2.250.1.999.75.2", superseding(&url));
    let mut tied = first.clone();
    tied["entry"][1]["resource"]["relatesTo"] = json!([{"code": "replaces", "target": {"reference": url}}]);
    let mut masked = first.clone();
    let mask = json!({"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": "MASQUE_PS"}]});
    masked["entry"][1]["resource"]["securityLabel"].as_array_mut().unwrap().push(mask);
    let cases = [
        ("resent-relation", "relatesTo", &replacing),
        ("resent-relation", "relatesTo", &tied),
        ("resent-visibility", "securityLabel", &masked),
    ];
    for (expected, element, bundle) in cases {
        let (status, outcome) = demo.post(&hospital, "/fhir", bundle).await;
        assert_eq!((status, rule(&outcome)), (422, expected), "{outcome}");
        assert_eq!(outcome["issue"][0]["expression"], json!([format!("Bundle.entry[1].resource.{element}")]));
        assert_eq!(status_of(demo, &id).await, "current", "nothing is done");
    }
    // What was asked the first time is asked again: the first answer, whatever became of it since.
    let mut whole = with("1.2.250.1.999.75.3", superseding(&url));
    let mask = masked["entry"][1]["resource"]["securityLabel"].clone();
    whole["entry"][1]["resource"]["securityLabel"] = mask;
    let third = provided(demo, &whole).await;
    assert_eq!(provided(demo, &whole).await, third);
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let shown = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
        {"name": "type", "valueCode": "delete"},
        {"name": "path", "valueString": "DocumentReference.securityLabel.where(coding.code='MASQUE_PS')"}]}]});
    let (status, answer) = demo.patch(&holder, &format!("/fhir/DocumentReference/{third}"), &shown).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(provided(demo, &whole).await, third);
    // His last choice is inherited by what replaces it, over a mask that is asked then: that was asked all the same.
    let mut last = with("1.2.250.1.999.75.4", superseding(&format!("DocumentReference/{third}")));
    last["entry"][1]["resource"]["securityLabel"] = whole["entry"][1]["resource"]["securityLabel"].clone();
    let fourth = provided(demo, &last).await;
    assert_eq!(provided(demo, &last).await, fourth);
}

/// The uniqueId of a submission set is that of one set.
#[tokio::test]
async fn the_unique_id_of_a_set_is_used_once() {
    let demo = shared();
    let first = bundle("1.2.250.1.999.75.11");
    let id = provided(demo, &first).await;
    let mut other = bundle("1.2.250.1.999.75.12");
    other["entry"][0]["resource"]["identifier"] = first["entry"][0]["resource"]["identifier"].clone();
    let (status, outcome) = demo.post(&demo.token("hospital"), "/fhir", &other).await;
    assert_eq!((status, rule(&outcome)), (422, "set-id-taken"), "{outcome}");
    assert!(outcome.to_string().contains("XDSDuplicateUniqueIdInRegistry"), "{outcome}");
    assert_eq!(outcome["issue"][0]["expression"], json!(["Bundle.entry[0].resource.identifier"]));
    assert_eq!(provided(demo, &first).await, id);
}

/// A property that stands twice in one object is refused, whichever of the two a reader would take: the other might name another patient.
#[tokio::test]
async fn a_property_that_stands_twice_is_refused_and_named() {
    let demo = shared();
    let token = demo.token("hospital");
    let people = people().unwrap();
    let other = json!({"identifier": {"system": format!("urn:oid:{}", people[0].ins.domain.code()), "value": people[0].ins.value}});
    let text = bundle("1.2.250.1.999.77.1").to_string();
    let twice = [
        ("subject", text.replacen("\"subject\":", &format!("\"subject\":{other},\"subject\":"), 1)),
        ("contained", text.replacen("\"subject\":", "\"contained\":[],\"contained\":[],\"subject\":", 1)),
        ("status", text.replacen("\"status\":\"current\"", "\"status\":\"superseded\",\"status\":\"current\"", 1)),
    ];
    for (name, body) in twice {
        assert_ne!(body, text, "{name}");
        let request = demo.client().post(format!("{}/fhir", demo.base)).bearer_auth(&token);
        let answer = request.header("content-type", "application/fhir+json").body(body).send().await.unwrap();
        let (status, told) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(status, 422, "{name}: {told}");
        assert!(told.contains(&format!("`{name}` stands twice")), "{told}");
    }
    let consent = json!({"resourceType": "Consent", "status": "active", "patient": other,
        "provision": {"type": "permit"}});
    let body = consent.to_string().replacen("\"type\":", "\"type\":\"deny\",\"type\":", 1);
    let request = demo.client().post(format!("{}/fhir/Consent", demo.base)).bearer_auth(demo.token("gp"));
    let answer = request.header("content-type", "application/fhir+json").body(body).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert!(answer.text().await.unwrap().contains("`type` stands twice"));
}

/// A set is named by OIDs, and so is who sends it.
#[tokio::test]
async fn a_set_has_the_identifiers_that_xds_knows() {
    let demo = shared();
    for (number, value) in ["urn:oid:garbage é", "urn:oid:", "urn:oid:1.02.3"].into_iter().enumerate() {
        let mut bundle = bundle(&format!("1.2.250.1.999.78.{number}"));
        bundle["entry"][0]["resource"]["identifier"] =
            json!([{"use": "usual", "system": "urn:ietf:rfc:3986", "value": value}]);
        let (status, answer) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
        assert_eq!((status, rule(&answer)), (422, "oid"), "{value}: {answer}");
    }
}

/// Names and addresses are as long as such are: they are copied for what refers to them, and told to who sent them.
#[tokio::test]
async fn what_is_no_document_is_small() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let long = "x".repeat(100_000);
    let elements: [(usize, &str, Option<&str>, &str); 6] = [
        (0, "fullUrl", None, "fullUrl"),
        (2, "fullUrl", None, "fullUrl"),
        (1, "request", Some("url"), "request.url"),
        (1, "request", Some("method"), "request.method"),
        (1, "resource", Some("resourceType"), "resource.resourceType"),
        (2, "resource", Some("contentType"), "resource.contentType"),
    ];
    for (number, (place, first, second, path)) in elements.iter().enumerate() {
        let mut bundle = bundle(&format!("1.2.250.1.999.79.{number}"));
        match second {
            Some(second) => bundle["entry"][*place][*first][*second] = json!(long),
            None => bundle["entry"][*place][*first] = json!(long),
        }
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, "length"), "{path}: {outcome}");
        assert_eq!(outcome["issue"][0]["expression"], json!([format!("Bundle.entry[{place}].{path}")]));
    }
    type Change = fn(&mut Value);
    let changes: [(&str, u16, Change); 6] = [
        ("size", 422, |bundle| {
            bundle["entry"][2]["resource"]["securityContext"] = json!({"display": "x".repeat(300_000)})
        }),
        ("cardinality", 422, |bundle| {
            bundle["entry"][0]["fullUrl"] = json!(format!("http://x/{}/List/1", "a".repeat(3_000)));
            bundle["entry"][0]["resource"]["entry"] =
                (0..5_000).map(|one| json!({"item": {"reference": format!("D/{one}")}})).collect();
        }),
        ("bundle", 422, |bundle| {
            let mut second = bundle["entry"][0].clone();
            second["fullUrl"] = json!("urn:uuid:0d6c3f1f-5d0e-4f0f-9a6c-7d7b3f2e7a13");
            bundle["entry"].as_array_mut().unwrap().push(second);
        }),
        ("content-type", 422, |bundle| bundle["entry"][2]["resource"]["contentType"] = json!("x".repeat(3_000))),
        ("json", 400, |bundle| bundle["entry"][1]["request"] = json!("x".repeat(300_000))),
        ("json", 400, |bundle| bundle["entry"] = json!("x".repeat(300_000))),
    ];
    for (number, (expected, code, change)) in changes.iter().enumerate() {
        let mut bundle = bundle(&format!("1.2.250.1.999.79.1{number}"));
        change(&mut bundle);
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!((status, rule(&outcome)), (*code, *expected), "{number}");
        assert!(outcome.to_string().len() < 2_000, "{number}: what was sent is not sent back");
    }
}

/// Thousands of extensions are refused in the time that it takes to read them.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "how long a request takes; no rule sees it")]
async fn many_extensions_are_not_compared_with_one_another() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let urls: [fn(usize) -> String; 2] = [|one| format!("{one:x}"), |one| format!("{one:x}/pdsm-ext-is-archived")];
    for (number, url) in urls.iter().enumerate() {
        let mut bundle = bundle(&format!("1.2.250.1.999.79.2{number}"));
        let extensions: Vec<Value> = (0..[16_000, 6_000][number]).map(|one| json!({"url": url(one)})).collect();
        bundle["entry"][1]["resource"]["extension"] = json!(extensions);
        let begun = std::time::Instant::now();
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        assert_eq!(status, 422, "{outcome}");
        assert!(begun.elapsed().as_secs() < 3, "{:?}", begun.elapsed());
    }
}

/// A document of another server is none of ours, whatever its address ends with.
#[tokio::test]
async fn an_address_of_another_server_names_no_document() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let id = provided(demo, &bundle("1.2.250.1.999.80.1")).await;
    let replacing = |number: usize, reference: String| {
        let mut bundle = bundle(&format!("1.2.250.1.999.80.{number}"));
        bundle["entry"][1]["resource"]["relatesTo"] = json!([{"code": "replaces", "target": {"reference": reference}}]);
        bundle
    };
    let elsewhere = format!("https://ailleurs.example/fhir/DocumentReference/{id}");
    for wrong in [replacing(2, elsewhere.clone()), with("1.2.250.1.999.80.3", superseding(&elsewhere))] {
        let (status, outcome) = demo.post(&hospital, "/fhir", &wrong).await;
        assert_eq!((status, rule(&outcome)), (404, "replaced-unknown"), "{outcome}");
        assert_eq!(status_of(demo, &id).await, "current");
    }
    let here = format!("{}/fhir/DocumentReference/{}", demo.base, id.to_uppercase());
    let next = provided(demo, &replacing(4, here)).await;
    assert_eq!(status_of(demo, &id).await, "superseded");
    provided(demo, &with("1.2.250.1.999.80.5", superseding(&format!("{}/fhir/DocumentReference/{next}", demo.base))))
        .await;
    assert_eq!(status_of(demo, &next).await, "superseded");
}
