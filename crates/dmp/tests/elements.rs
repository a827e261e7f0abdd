//! What a DocumentReference and a List say is kept and given back, or refused with its path: nothing is lost in silence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
mod kinds;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Demo, rule, shared};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, iti65_bundle, people, persona};
use kinds::{of_other_kinds, pointers};
use serde_json::{Value, json};

/// A letter of the hospital for the second of the demo's people.
fn bundle(number: usize) -> Value {
    let people = people().unwrap();
    let recipe = Recipe {
        kind: Kind::ScannedLetter,
        patient: &people[1],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id: &format!("1.2.250.1.999.76.{number}"),
        replaces: None,
        bulk: 500,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    iti65_bundle(&bytes, &header, &Options::default())
}

async fn sent(demo: &Demo, bundle: &Value) -> (u16, Value) {
    demo.post(&demo.token("hospital"), "/fhir", bundle).await
}

/// The DocumentReference as its holder reads it.
async fn read(demo: &Demo, answer: &Value) -> Value {
    let location = answer["entry"][1]["response"]["location"].as_str().unwrap();
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let path = format!("/fhir/DocumentReference/{}", location.rsplit('/').next().unwrap());
    demo.get(&holder, &path).await.1
}

/// Entry, pointer in its resource, what is put there, the rule, the element.
type Case = (usize, &'static str, Value, &'static str, &'static str);

fn cases() -> Vec<Case> {
    let extension = json!([{"url": "http://x.example/ext", "valueString": "v"}]);
    let uuid = |last: char| json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:2f0c6d3e-0000-4000-8000-00000000bee{last}")});
    let oid = |last: u8| json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:oid:1.2.3.{last}")});
    let lost = "unknown-element";
    vec![
        (1, "/docStatus", json!("preliminary"), "docStatus", "docStatus"),
        (1, "/custodian", json!({"reference": "Organization/zz"}), lost, "custodian"),
        (
            1,
            "/identifier",
            json!([{"system": "urn:oid:1.2.3.4", "value": "LOCAL-77"}]),
            "identifier",
            "identifier[0].system",
        ),
        (1, "/identifier", json!([{"value": "LOCAL-77"}]), "identifier", "identifier[0].value"),
        (1, "/identifier", json!([uuid('1'), uuid('2')]), "identifier", "identifier[1]"),
        (1, "/extension", extension.clone(), lost, "extension[0]"),
        (1, "/_status", json!({"extension": extension}), lost, "_status"),
        (1, "/content/0/modifierExtension", extension.clone(), "modifier", "content[0].modifierExtension"),
        (1, "/content/0/attachment/data", json!("AAAA"), lost, "content[0].attachment.data"),
        (1, "/content/0/attachment/extension", extension.clone(), lost, "content[0].attachment.extension"),
        (1, "/content/0/attachment/title", json!("T".repeat(129)), "length", "content[0].attachment.title"),
        (1, "/content/0/attachment/title", json!("Lettre\u{202e}"), "characters", "content[0].attachment.title"),
        (1, "/context/banana", json!(1), lost, "context.banana"),
        (1, "/context/encounter", json!([{"reference": "Encounter/1"}]), lost, "context.encounter[0].reference"),
        (
            1,
            "/context/period",
            json!({"start": "2026-11-20T09:00:00Z", "end": "2026-11-19"}),
            "period",
            "context.period.end",
        ),
        (1, "/type/coding/0/version", json!("2.77"), lost, "type.coding[0].version"),
        (1, "/contained/0/modifierExtension", extension.clone(), "modifier", "contained[0].modifierExtension"),
        (0, "/extension/2/valueReference", json!({"reference": "#nobody"}), "reference", "extension[2].valueReference"),
        (1, "/implicitRules", json!("http://x.example/rules"), "modifier", "implicitRules"),
        (1, "/meta", json!({"security": [{"code": "MASQUE_PS"}]}), lost, "meta.security[0]"),
        (1, "/meta", json!({"security": {"code": "MASQUE_PS"}}), "cardinality", "meta.security"),
        (1, "/meta", json!([{"security": []}]), "type", "meta"),
        (1, "/securityLabel", json!([{"text": "MASQUE_PS"}]), "required", "securityLabel[0]"),
        (0, "/note", json!([{"text": "un"}, {"text": "deux"}]), "note", "note[1]"),
        (0, "/note", json!([{"text": "un", "authorString": "moi"}]), lost, "note[0].authorString"),
        (0, "/identifier", json!([oid(4), oid(5)]), "identifier", "identifier[1]"),
        (0, "/extension/0/url", json!("http://x.example/ext"), lost, "extension[0]"),
        (0, "/extension/1/url", json!("http://x.example/ihe-designationType"), "cardinality", "extension[1]"),
        (0, "/entry/0/flag", json!({"text": "neuf"}), lost, "entry[0].flag"),
        (2, "/modifierExtension", extension, "modifier", "modifierExtension"),
        (2, "/subject", json!({"display": "Bruno"}), lost, "subject"),
        (2, "/meta", json!({"security": [{"code": "MASQUE_PS"}]}), lost, "meta.security[0]"),
    ]
}

fn put(resource: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = resource.pointer_mut(parent).unwrap();
    match name.parse::<usize>() {
        Ok(place) if parent.is_array() => parent[place] = value,
        _ => parent[name] = value,
    }
}

#[tokio::test]
async fn what_would_be_lost_is_refused() {
    let demo = shared();
    for (number, (entry, pointer, value, expected, element)) in cases().into_iter().enumerate() {
        let mut bundle = bundle(number);
        let resource = &mut bundle["entry"][entry]["resource"];
        if pointer.starts_with("/extension/1") {
            resource["extension"][0]["url"] = json!("http://x.example/ihe-designationType");
        }
        put(resource, pointer, value);
        let (status, outcome) = sent(demo, &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, expected), "{pointer}: {outcome}");
        let path = format!("Bundle.entry[{entry}].resource.{element}");
        assert_eq!(outcome["issue"][0]["expression"], json!([path]), "{pointer}");
    }
    for (number, place) in
        ["/modifierExtension", "/entry/1/modifierExtension", "/entry/1/request/modifierExtension"].iter().enumerate()
    {
        let mut bundle = bundle(50 + number);
        put(&mut bundle, place, json!([{"url": "http://x.example/ext", "valueBoolean": true}]));
        let (status, outcome) = sent(demo, &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, "modifier"), "{place}: {outcome}");
    }
    let around = ["/patient", "/signature", "/entry/1/link", "/entry/1/response", "/entry/1/request/extension"];
    for (number, place) in around.iter().enumerate() {
        let mut bundle = bundle(60 + number);
        put(&mut bundle, place, json!({"identifier": {"value": "279036999000115"}}));
        let (status, outcome) = sent(demo, &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, "unknown-element"), "{place}: {outcome}");
        let element = format!("Bundle{}", place.replace("/entry/1", ".entry[1]").replace('/', "."));
        assert_eq!(outcome["issue"][0]["expression"], json!([element]));
    }
    let mut twice = bundle(70).to_string();
    twice.insert_str(1, "\"type\":\"batch\",");
    let request = demo.client().post(format!("{}/fhir", demo.base)).bearer_auth(demo.token("hospital"));
    let answer = request.header("content-type", "application/fhir+json").body(twice).send().await.unwrap();
    assert_eq!(answer.status(), 400, "a member that stands twice");
}

#[tokio::test]
async fn what_is_taken_comes_back() {
    let demo = shared();
    let mut bundle = bundle(100);
    let title = "É".repeat(128);
    let encounter = json!([{"identifier": {"system": "urn:oid:1.2.250.1.999.9", "value": "SEJOUR-1"}}]);
    let resource = &mut bundle["entry"][1]["resource"];
    resource["docStatus"] = json!("final");
    resource["meta"] = json!({"profile": ["http://x.example/profile"]});
    resource["content"][0]["attachment"]["title"] = json!(title);
    resource["context"]["encounter"] = encounter;
    // The hospital's own code first: the one that the tables know counts.
    let own = json!({"system": "http://hopital.example/codes", "code": "X1", "display": "Lettre"});
    resource["type"]["coding"].as_array_mut().unwrap().insert(0, own);
    resource["context"]["facilityType"]["text"] = json!("un texte");
    let (status, answer) = sent(demo, &bundle).await;
    assert_eq!(status, 200, "{answer}");
    let read = read(demo, &answer).await;
    assert_eq!(read["content"][0]["attachment"]["title"], json!(title));
    assert_eq!(read["context"]["encounter"][0]["identifier"]["value"], "SEJOUR-1", "{read}");
    assert_eq!(read["context"].get("related"), None, "{read}");
    assert_eq!(read["type"]["coding"][0]["system"], "http://loinc.org", "{read}");
}

/// What is not in UTF-8 is told to be sent so: a document, and the request itself.
#[tokio::test]
async fn another_encoding_is_named() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let wide = |text: &str| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
    };
    let latin = |text: &str| -> Vec<u8> { text.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect() };
    type Encode<'a> = &'a dyn Fn(&str) -> Vec<u8>;
    let encodings: [(&str, Encode<'_>); 3] = [("UTF-16", &wide), ("ISO-8859-1", &latin), ("UTF-8", &latin)];
    for (number, (declared, encode)) in encodings.into_iter().enumerate() {
        let mut bundle = bundle(200 + number);
        let data = bundle["entry"][2]["resource"]["data"].as_str().unwrap();
        let text = String::from_utf8(STANDARD.decode(data).unwrap()).unwrap();
        let text = text.replacen("encoding=\"UTF-8\"", &format!("encoding=\"{declared}\""), 1);
        bundle["entry"][2]["resource"]["data"] = json!(STANDARD.encode(encode(&text)));
        let (status, outcome) = demo.post(&hospital, "/fhir", &bundle).await;
        let told = outcome["issue"][0]["diagnostics"].as_str().unwrap();
        assert!(status == 422 && told.contains("send the document in UTF-8"), "{declared}: {outcome}");
    }
    for path in ["/fhir", "/fhir/Consent"] {
        let request = demo.client().post(format!("{}{path}", demo.base)).bearer_auth(&hospital);
        let request =
            request.header("content-type", "application/fhir+json").body(wide("{\"resourceType\": \"Bundle\"}"));
        let outcome: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(outcome.to_string().contains("send it in UTF-8"), "{path}: {outcome}");
    }
}

/// A list has as many members as such a list has: each is kept, and compared, for as long as the dossier lasts.
#[tokio::test]
async fn a_list_of_thousands_is_refused_and_named() {
    let demo = shared();
    let coding = |one: usize| json!({"coding": [{"system": "urn:oid:1.2.250.1.999.1", "code": one.to_string()}]});
    let related = |one: usize| json!({"identifier": {"system": "urn:oid:1.2.250.1.999.1", "value": one.to_string()}});
    type Member<'a> = &'a dyn Fn(usize) -> Value;
    let lists: [(usize, &str, &str, usize, Member<'_>); 4] = [
        (1, "/author", "author", 100, &|_| json!({"reference": "#author0"})),
        (1, "/context/event", "context.event", 100, &coding),
        (1, "/context/related", "context.related", 100, &related),
        (0, "/entry", "entry", 200, &|one| json!({"item": {"reference": format!("urn:x:{one}")}})),
    ];
    for (number, (entry, pointer, element, most, member)) in lists.into_iter().enumerate() {
        let mut bundle = bundle(300 + number);
        put(&mut bundle["entry"][entry]["resource"], pointer, (0..=most).map(member).collect());
        let (status, outcome) = sent(demo, &bundle).await;
        assert_eq!((status, rule(&outcome)), (422, "cardinality"), "{element}: {outcome}");
        let path = format!("Bundle.entry[{entry}].resource.{element}");
        assert_eq!(outcome["issue"][0]["expression"], json!([path]));
    }
}

/// The same of the small resources: what stands beside what is kept would be lost, and the answer would say otherwise.
#[tokio::test]
async fn one_thing_is_said_at_a_time() {
    let demo = shared();
    let ins = people().unwrap()[1].ins.clone();
    let holder = demo.activated(&ins.to_text()).await;
    let subscription = |element: &str, value: Value| {
        let mut one = json!({
            "resourceType": "Subscription", "status": "active", "reason": "moins souvent", "channel": {"type": "email"},
            "criteria": format!("AuditEvent?patient.identifier={}&subtype=AJOUT_DOCUMENT", ins.to_text()),
        });
        one[element] = value;
        one
    };
    let often = |often: &str| json!({"url": "urn:dmp:frequency", "valueCode": often});
    for (element, value) in [
        ("end", json!("2027-01-01T00:00:00Z")),
        ("contact", json!([{"system": "email", "value": "autre@demo.invalid"}])),
        ("channel", json!({"type": "email", "endpoint": "mailto:autre@demo.invalid"})),
        ("extension", json!([often("daily"), often("weekly")])),
        ("extension", json!([{"url": "urn:x", "valueCode": "daily"}])),
    ] {
        let (status, answer) = demo.post(&holder, "/fhir/Subscription", &subscription(element, value)).await;
        assert_eq!(status, 422, "{element}: {answer}");
    }
    let note = |element: &str, value: Value| {
        let coding = json!([{"coding": [{"system": "urn:dmp:communication", "code": "private-note"}]}]);
        let identifier = json!({"system": format!("urn:oid:{}", ins.domain.code()), "value": ins.value});
        let mut one = json!({
            "resourceType": "Communication", "status": "completed", "category": coding,
            "subject": {"identifier": identifier}, "payload": [{"contentString": "pour moi"}],
        });
        one[element] = value;
        one
    };
    let second = json!({"coding": [{"system": "urn:dmp:communication", "code": "not-mine"}]});
    for (element, value) in [
        ("status", json!("preparation")),
        ("category", json!([note("language", json!("fr"))["category"][0], second])),
        ("payload", json!([{"contentString": "un"}, {"contentString": "deux"}])),
        ("about", json!([{"reference": "DocumentReference/a"}, {"reference": "DocumentReference/b"}])),
    ] {
        let (status, answer) = demo.post(&holder, "/fhir/Communication", &note(element, value)).await;
        assert_eq!(status, 422, "{element}: {answer}");
    }
    // A document of ours under another server's address is none of ours.
    let (_, found) = demo
        .get(&holder, &format!("/fhir/DocumentReference?patient.identifier={}", ins.to_text().replace('|', "%7C")))
        .await;
    let id = found["entry"][0]["resource"]["id"].as_str().unwrap();
    let mut claim = note("about", json!([{"reference": format!("http://autre.invalid/fhir/DocumentReference/{id}")}]));
    claim["category"] = json!([{"coding": [{"system": "urn:dmp:communication", "code": "not-mine"}]}]);
    let (status, answer) = demo.post(&holder, "/fhir/Communication", &claim).await;
    assert_eq!(status, 404, "{answer}");
    let path = format!("/fhir/Patient?identifier={}", ins.to_text().replace('|', "%7C"));
    for (element, value) in [
        ("telecom", json!([{"system": "email", "use": "old", "value": "avant@demo.invalid"}])),
        ("telecom", json!([{"system": "email", "value": "a@demo.invalid", "period": {"end": "2020-01-01"}}])),
        ("address", json!([{"use": "old", "line": ["1 rue"], "postalCode": "75011", "city": "Paris"}])),
        ("address", json!([{"line": ["1 rue"], "postalCode": "75011", "city": "Paris", "period": {"end": "2020"}}])),
    ] {
        let patch = json!([{"op": "replace", "path": format!("/{element}"), "value": value}]);
        let (status, answer) = demo.patch(&holder, &path, &patch).await;
        assert_eq!(status, 422, "{element}: {answer}");
    }
}

/// Of two things that are said in one place neither is chosen: which would decide who reads the document, and who wrote it.
#[tokio::test]
async fn what_says_two_things_at_once_is_refused() {
    let demo = shared();
    let loinc = |code: &str| json!({"system": "http://loinc.org", "code": code});
    let local = json!({"system": "https://hopital.example/types", "code": "CR"});
    let own = bundle(800)["entry"][1]["resource"]["type"]["coding"][0].clone();
    let types = [
        (json!([own, loinc("57833-6")]), Some("type.coding[1]")),
        (json!([loinc("57833-6"), local, own]), Some("type.coding[2]")),
        (json!([own, local, own]), None),
    ];
    for (number, (coding, element)) in types.into_iter().enumerate() {
        let mut bundle = bundle(801 + number);
        bundle["entry"][1]["resource"]["type"]["coding"] = coding;
        let (status, answer) = sent(demo, &bundle).await;
        let Some(element) = element else {
            assert_eq!(status, 200, "{answer}");
            continue;
        };
        assert_eq!((status, rule(&answer)), (422, "type"), "{answer}");
        assert_eq!(answer["issue"][0]["expression"], json!([format!("Bundle.entry[1].resource.{element}")]));
    }
    for entry in [0, 1] {
        let mut bundle = bundle(810 + entry);
        let contained = bundle["entry"][entry]["resource"]["contained"].as_array_mut().unwrap();
        let place = contained.len();
        contained
            .push(json!({"resourceType": "Practitioner", "id": contained[0]["id"], "name": [{"family": "AUTRE"}]}));
        let (status, answer) = sent(demo, &bundle).await;
        assert_eq!((status, rule(&answer)), (422, "contained"), "{answer}");
        let element = format!("Bundle.entry[{entry}].resource.contained[{place}].id");
        assert_eq!(answer["issue"][0]["expression"], json!([element]), "{answer}");
    }
}

/// One where a list belongs, a list where one belongs, a text where an object does: whoever looks for an element in it finds none, so it is refused.
#[tokio::test]
async fn what_is_of_another_kind_is_refused() {
    let demo = Demo::start();
    let base = bundle(300);
    let mut taken = Vec::new();
    for entry in [0, 1] {
        let mut all = pointers(&base["entry"][entry]["resource"]);
        // What says nothing of its own, and the people who are kept as XDS keeps them.
        all.retain(|pointer| !["/meta/", "/telecom", "/use"].iter().any(|part| pointer.contains(part)));
        for pointer in all {
            for other in of_other_kinds(base["entry"][entry]["resource"].pointer(&pointer).unwrap()) {
                let mut asked = base.clone();
                *asked["entry"][entry]["resource"].pointer_mut(&pointer).unwrap() = other.clone();
                if sent(&demo, &asked).await.0 < 300 {
                    taken.push(format!("entry {entry}, {pointer}: {other}"));
                }
            }
        }
    }
    assert!(taken.is_empty(), "{}", taken.join("\n"));
    assert_eq!(sent(&demo, &base).await.0, 200, "as it is meant");
}
