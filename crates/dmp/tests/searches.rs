//! Every search parameter that PDSm names (flux 05a and 05b), and a document found by each of its identifiers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, NO_BUDGETS, rule, shared};
use dmp_content::{Limits, read_cda};
use dmp_core::code::{Code, Instant};
use dmp_core::identity::Ins;
use dmp_core::identity::ins::nir_key;
use dmp_lab::bundle::transaction;
use dmp_lab::documents::{Kind, LOINC, Recipe};
use dmp_lab::{Metadata, Options, Person, iti65_bundle, people, persona};
use serde_json::{Value, json};

/// A letter of the hospital for the second of the demo's people: its id.
async fn letter(demo: &Demo, unique_id: &str, replaces: Option<&str>) -> String {
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
    let bundle = iti65_bundle(&bytes, &header, &Options { replaces, ..Options::default() });
    let (status, answer) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
    assert_eq!(status, 200, "{answer}");
    answer["entry"][1]["response"]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// A PDF of the hospital's for the same person, whose DocumentReference is changed so: its id.
async fn pdf(demo: &Demo, unique_id: &str, change: impl FnOnce(&mut Value)) -> String {
    let people = people().unwrap();
    let created = Instant::parse_rfc3339("2024-11-20T09:00:00Z").unwrap();
    let kind = Code::new(LOINC, "11490-0");
    let metadata =
        Metadata::of_file("application/pdf", kind, unique_id, &people[1], persona("hospital").unwrap(), created);
    let mut bundle = transaction(&[(format!("%PDF-1.4\n%{unique_id}\n%%EOF\n").as_bytes(), &metadata)]);
    change(&mut bundle["entry"][1]["resource"]);
    let (status, answer) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
    assert_eq!(status, 200, "{answer}");
    answer["entry"][1]["response"]["location"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}

/// One that was made at that time.
async fn image(demo: &Demo, unique_id: &str, creation: Option<&str>) -> String {
    let made = |document: &mut Value| {
        let attachment = document["content"][0]["attachment"].as_object_mut().unwrap();
        match creation {
            Some(creation) => attachment.insert("creation".into(), json!(creation)),
            None => attachment.remove("creation"),
        };
    };
    pdf(demo, unique_id, made).await
}

/// The ids that a search of the holder's documents, or sets, finds.
async fn found(demo: &Demo, token: &str, question: &str) -> Vec<String> {
    let (kind, question) = question.split_once('?').unwrap();
    let query = people().unwrap()[1].ins.to_text().replace('|', "%7C");
    let (status, found) =
        demo.get(token, &format!("/fhir/{kind}?patient.identifier={query}&_count=200&{question}")).await;
    assert_eq!(status, 200, "{kind}?{question}: {found}");
    let id = |entry: &Value| entry["resource"]["id"].as_str().unwrap().to_owned();
    found["entry"].as_array().into_iter().flatten().map(id).collect()
}

#[tokio::test]
async fn documents_are_found_by_their_author_and_by_what_they_replace() {
    let demo = shared();
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let old = letter(demo, "1.2.250.1.999.74.1", None).await;
    let new = letter(demo, "1.2.250.1.999.74.2", Some("1.2.250.1.999.74.1")).await;
    let id = demo.get(&holder, &format!("/fhir/DocumentReference/{new}")).await.1;
    let author = id["contained"].as_array().unwrap().iter().find(|one| one["resourceType"] == "Practitioner").unwrap();
    let number = author["identifier"][0]["value"].as_str().unwrap();
    for question in [format!("author={number}"), format!("author=urn:oid:1.2.250.1.71.4.2.1%7C{number}")] {
        assert!(found(demo, &holder, &format!("DocumentReference?{question}")).await.contains(&new), "{question}");
    }
    assert_eq!(found(demo, &holder, "DocumentReference?author=899999999999").await, [""; 0]);
    for value in [
        "urn:oid:1.2.250.1.999.74.1".to_owned(),
        format!("DocumentReference/{old}"),
        format!("{}/fhir/DocumentReference/{old}", demo.base),
        format!("urn:uuid:{old}"),
    ] {
        for name in ["relatesTo", "relatesto"] {
            assert_eq!(
                found(demo, &holder, &format!("DocumentReference?{name}={value}")).await,
                std::slice::from_ref(&new),
                "{value}"
            );
        }
    }
    assert_eq!(found(demo, &holder, &format!("DocumentReference?relatesTo=DocumentReference/{new}")).await, [""; 0]);
    let all = found(demo, &holder, "List?status=current").await;
    assert!(!all.is_empty());
    assert_eq!(found(demo, &holder, "List?isArchived=false").await, all, "sets are never archived");
    assert_eq!(found(demo, &holder, "List?isArchived=true").await, [""; 0]);
    let query = people().unwrap()[1].ins.to_text().replace('|', "%7C");
    for question in ["List?isArchived=perhaps", "DocumentReference?author=Practitioner/1"] {
        let (status, answer) = demo.get(&holder, &format!("/fhir/{question}&patient.identifier={query}")).await;
        assert_eq!(status, 400, "{question}: {answer}");
    }
}

/// TD3.1b: by each identifier that its DocumentReference shows, with the patient or alone.
#[tokio::test]
async fn a_document_is_found_by_each_of_its_identifiers_alone() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let id = letter(demo, "1.2.250.1.999.74.5", None).await;
    for value in ["urn:oid:1.2.250.1.999.74.5".to_owned(), format!("urn:uuid:{id}"), id.to_uppercase(), id.clone()] {
        for question in [format!("identifier={value}"), format!("identifier=urn:ietf:rfc:3986%7C{value}")] {
            let (status, found) = demo.get(&hospital, &format!("/fhir/DocumentReference?{question}")).await;
            assert_eq!((status, &found["total"]), (200, &json!(1)), "{question}: {found}");
            assert_eq!(found["entry"][0]["resource"]["id"], json!(id), "{question}");
        }
    }
    // To whom it does not show, it is nowhere under any of them.
    let nurse = demo.token("nurse");
    let (status, found) = demo.get(&nurse, &format!("/fhir/DocumentReference?identifier=urn:uuid:{id}")).await;
    assert_eq!((status, &found["total"]), (200, &json!(0)), "{found}");
}

/// A bar that belongs to a value is escaped (FHIR R4, search): it does not part a code system from a code.
#[tokio::test]
async fn an_escaped_bar_belongs_to_the_value() {
    let demo = Demo::start();
    let people = people().unwrap();
    let related = json!([{"identifier": {"system": "urn:oid:1.2.3.4.6", "value": "A|B"}}]);
    pdf(&demo, "1.2.250.1.999.74.60", |document| document["context"]["related"] = related).await;
    let token = demo.activated(&people[1].ins.to_text()).await;
    for (question, number) in [
        ("related=urn:oid:1.2.3.4.6%7CA%5C%7CB", 1),
        ("related=A%5C%7CB", 1),
        ("related=A%7CB", 0),
        ("related=A%5C%5C%7CB", 0),
    ] {
        assert_eq!(found(&demo, &token, &format!("DocumentReference?{question}")).await.len(), number, "{question}");
    }
}

/// Somebody of many, each with a number of his own.
fn of_many(place: u32) -> Person {
    let nir = format!("2790369994{place:03}");
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    Person { ins: Ins::parse("1.2.250.1.213.1.4.10", &value).unwrap(), ..people().unwrap()[0].clone() }
}

async fn letter_of(demo: &Demo, author: &str, patient: &Person, unique_id: &str) {
    let author = persona(author).unwrap();
    let created = Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap();
    let recipe = Recipe { kind: Kind::ScannedLetter, patient, author, created, unique_id, replaces: None, bulk: 500 };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let bundle = iti65_bundle(&bytes, &header, &Options::default());
    let (status, answer) = demo.post(&demo.token(author.code), "/fhir", &bundle).await;
    assert_eq!(status, 200, "{answer}");
}

/// However many dossiers have a document of one identifier: one's own is found there, or one is told to name its patient.
#[tokio::test]
async fn ones_own_is_found_among_many_of_its_identifier_or_the_patient_is_asked_for() {
    const UNIQUE_ID: &str = "1.2.250.1.999.74.99";
    let demo = Demo::set(NO_BUDGETS);
    let all: Vec<Person> = (1..=102).map(of_many).collect();
    let line = |one: &Person| {
        common::patient("1.2.250.1.213.1.4.10", &one.ins.value, one.family, one.given, &one.birth.to_string(), "female")
    };
    let output = demo.import(&all.iter().map(line).collect::<Vec<_>>());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    // His own is of the youngest dossier.
    let [others @ .., last] = all.as_slice() else { panic!("many") };
    letter_of(&demo, "gp", last, UNIQUE_ID).await;
    for one in &others[..99] {
        letter_of(&demo, "hospital", one, UNIQUE_ID).await;
    }
    let (gp, path) = (demo.token("gp"), format!("/fhir/DocumentReference?identifier=urn:oid:{UNIQUE_ID}"));
    let total = async || demo.get(&gp, &path).await;
    let (status, answer) = total().await;
    assert_eq!((status, &answer["total"]), (200, &json!(1)), "a hundred are asked: {answer}");
    for one in &others[99..] {
        letter_of(&demo, "hospital", one, UNIQUE_ID).await;
    }
    let deleted = json!([
        {"op": "replace", "path": "/status", "value": "superseded"},
        {"op": "add", "path": "/extension/-", "value": {"valueBoolean": true,
            "url": "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-deleted"}},
    ]);
    for (status, answer) in [total().await, demo.patch(&gp, &path, &deleted).await] {
        assert_eq!((status, rule(&answer)), (400, "search-parameter"), "{answer}");
        let text = answer["issue"][0]["diagnostics"].as_str().unwrap();
        assert!(text.contains("name the patient, by patient.identifier"), "{answer}");
    }
    let named = format!("{path}&patient.identifier={}", last.ins.to_text().replace('|', "%7C"));
    let (status, answer) = demo.patch(&gp, &named, &deleted).await;
    assert_eq!(status, 200, "{answer}");
}

/// A day, a month and a year that are asked are those of Paris, as the pages show them (decision 31); so is a time without zone.
#[tokio::test]
async fn a_date_without_zone_is_asked_in_paris() {
    let demo = shared();
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let late = image(demo, "1.2.250.1.999.74.21", Some("2024-12-31T23:30:00Z")).await;
    let day = image(demo, "1.2.250.1.999.74.22", Some("2025-01-01")).await;
    let at = |question: &'static str| found(demo, &holder, question);
    for question in [
        "DocumentReference?creation=2025-01-01",
        "DocumentReference?creation=2025-01",
        "DocumentReference?creation=2025",
        "DocumentReference?creation=ge2025-01-01&creation=lt2025-01-02",
    ] {
        let found = at(question).await;
        assert!(found.contains(&late) && found.contains(&day), "{question}: {found:?}");
    }
    for question in
        ["DocumentReference?creation=2024-12-31", "DocumentReference?creation=lt2025-01-01&creation=ge2024-12"]
    {
        let found = at(question).await;
        assert!(!found.contains(&late) && !found.contains(&day), "{question}: {found:?}");
    }
    for question in [
        "DocumentReference?creation=2025-01-01T00:30",
        "DocumentReference?creation=2025-01-01T00:30:00",
        "DocumentReference?creation=2024-12-31T23:30Z",
        "DocumentReference?creation=2025-01-01T00:30%2B01:00",
    ] {
        assert_eq!(at(question).await, std::slice::from_ref(&late), "{question}");
    }
    // The history too: what happened in the last hour of a year of UTC is of the next.
    let patient = people().unwrap()[1].ins.to_text().replace('|', "%7C");
    let today = demo.get(&holder, &format!("/fhir/AuditEvent?patient.identifier={patient}&_count=1")).await.1;
    let recorded = today["entry"][0]["resource"]["recorded"].as_str().unwrap();
    let paris = Instant::parse_rfc3339(recorded).unwrap().paris_day();
    let path = format!("/fhir/AuditEvent?patient.identifier={patient}&date=ge{paris}T00:00");
    let (status, found) = demo.get(&holder, &path).await;
    assert!(status == 200 && found["total"].as_u64() > Some(0), "{found}");
}

/// What says nowhere when it was made was made, for whoever searches, when it was submitted.
#[tokio::test]
async fn what_has_no_creation_is_found_by_it() {
    let demo = shared();
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let undated = image(demo, "1.2.250.1.999.74.31", None).await;
    assert!(found(demo, &holder, "DocumentReference?creation=ge1900").await.contains(&undated));
    let resource = demo.get(&holder, &format!("/fhir/DocumentReference/{undated}")).await.1;
    assert!(resource["content"][0]["attachment"]["creation"].is_string(), "{resource}");
}

/// `status` is a token: its system may be named.
#[tokio::test]
async fn a_status_may_name_its_system() {
    let demo = shared();
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let id = letter(demo, "1.2.250.1.999.74.41", None).await;
    let question = "DocumentReference?status=http://hl7.org/fhir/document-reference-status%7Ccurrent";
    assert!(found(demo, &holder, question).await.contains(&id));
    let patient = people().unwrap()[1].ins.to_text().replace('|', "%7C");
    for value in
        ["http://hl7.org/fhir/other%7Ccurrent", "%7Ccurrent", "http://hl7.org/fhir/document-reference-status%7C"]
    {
        let path = format!("/fhir/DocumentReference?patient.identifier={patient}&status={value}");
        assert_eq!(demo.get(&holder, &path).await.0, 400, "{value}");
    }
}

/// What was asked in a body is in no address: the links of its pages lead on, and name nobody.
#[tokio::test]
async fn what_is_asked_in_a_body_stands_in_no_address() {
    let demo = shared();
    let people = people().unwrap();
    let ins = people[0].ins.to_text();
    let holder = demo.holder(&ins);
    for kind in ["DocumentReference", "List", "AuditEvent"] {
        let request = demo.client().post(format!("{}/fhir/{kind}/_search", demo.base)).bearer_auth(&holder);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let body = format!("patient.identifier={}&_count=1", ins.replace('|', "%7C"));
        let answer = request.body(body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{kind}");
        let mut page: Value = answer.json().await.unwrap();
        let total = page["total"].as_u64().unwrap();
        assert!(total > 1, "{kind}: {page}");
        let mut seen = 0;
        loop {
            seen += page["entry"].as_array().unwrap().len() as u64;
            for link in page["link"].as_array().unwrap() {
                let url = link["url"].as_str().unwrap();
                assert!(!url.contains(&*people[0].ins.value), "{url}");
            }
            let next = page["link"].as_array().unwrap().iter().find(|link| link["relation"] == "next");
            let Some(next) = next else { break };
            let path = next["url"].as_str().unwrap().split_once("/fhir").unwrap().1.to_owned();
            let (status, other) = demo.get(&demo.holder(&people[1].ins.to_text()), &format!("/fhir{path}")).await;
            assert_eq!(status, 400, "another's page: {other}");
            let (status, following) = demo.get(&holder, &format!("/fhir{path}")).await;
            assert_eq!(status, 200, "{following}");
            page = following;
        }
        assert!(seen >= total, "{kind}: {seen} of {total}");
    }
}

/// Each value is compared with every document: there are as many as somebody asks for.
#[tokio::test]
async fn a_search_has_so_many_values_and_no_more() {
    let demo = shared();
    let holder = demo.activated(&people().unwrap()[1].ins.to_text()).await;
    let patient = people().unwrap()[1].ins.to_text().replace('|', "%7C");
    let values = |count: usize| vec!["zq"; count].join(",");
    let ask = async |more: String| {
        demo.get(&holder, &format!("/fhir/DocumentReference?patient.identifier={patient}&{more}")).await
    };
    let (status, answer) = ask(format!("author.name:contains={}", values(100))).await;
    assert_eq!((status, &answer["total"]), (200, &json!(0)), "{answer}");
    let (status, answer) = ask(format!("author.name:contains={}", values(101))).await;
    assert_eq!((status, &answer["issue"][0]["expression"][0]), (400, &json!("http.author.name:contains")), "{answer}");
    let (status, answer) = ask(format!("type={0}&format={0}&event=zq", values(100))).await;
    assert_eq!((status, &answer["issue"][0]["expression"][0]), (400, &json!("http.event")), "{answer}");
}

/// A document's own id, and its own masterIdentifier, are its own, whatever the sender of another calls his.
#[tokio::test]
async fn an_id_of_ours_is_not_taken_by_another_document() {
    let demo = shared();
    let hospital = demo.token("hospital");
    let first = letter(demo, "1.2.250.1.999.77.901", None).await;
    let people = people().unwrap();
    let taken = json!([{"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{first}")}]);
    pdf(demo, "1.2.250.1.999.77.902", |document| document["identifier"] = taken).await;
    let holder = demo.activated(&people[1].ins.to_text()).await;
    let patient = people[1].ins.to_text().replace('|', "%7C");
    let named = format!("identifier=urn:uuid:{first}");
    assert_eq!(found(demo, &holder, &format!("DocumentReference?{named}")).await, [&*first]);
    let (_, own) = demo.get(&hospital, &format!("/fhir/DocumentReference?{named}")).await;
    assert_eq!((&own["total"], &own["entry"][0]["resource"]["id"]), (&json!(1), &json!(first)), "{own}");
    let archived = json!([{"op": "add", "path": "/extension/-", "value": {"url":
        "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived", "valueBoolean": true}}]);
    let path = format!("/fhir/DocumentReference?patient.identifier={patient}&{named}");
    let (status, answer) = demo.patch(&holder, &path, &archived).await;
    assert_eq!((status, &answer["id"]), (200, &json!(first)), "{answer}");
}

/// A search of that many bytes as they are read, whose every byte is written as `letter`: it finds whatever there is.
fn long_search(patient: &str, letter: &str, bytes: usize) -> Vec<(String, String)> {
    let named = vec![("patient.identifier".to_owned(), patient.to_owned())];
    let size = |all: &[(String, String)]| all.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
    let rest = bytes - size(&named) - "type:not".len();
    let values = vec![letter.repeat(170 / letter.len()); rest / 171].join(",");
    let filled = format!("{values},{}", "z".repeat(rest - values.len() - 1));
    let all = [named, vec![("type:not".to_owned(), filled)]].concat();
    assert_eq!(size(&all), bytes);
    all
}

/// The links of a search lead to it and on from it, however long it is: what is too long for an address is sealed.
#[tokio::test]
async fn the_longest_search_has_links_that_are_taken() {
    let demo = shared();
    let ins = people().unwrap()[0].ins.to_text();
    let holder = demo.holder(&ins);
    let longest = 16 * 1024;
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let form = |all: &[(String, String)], every: bool| {
        let write = |text: &str| if every { encoded(text) } else { text.replace('|', "%7C") };
        all.iter().map(|(name, value)| format!("{name}={}", write(value))).collect::<Vec<_>>().join("&")
    };
    let ask = async |posted: bool, query: String| {
        let address = format!("{}/fhir/DocumentReference", demo.base);
        let request = if posted {
            let kind = "application/x-www-form-urlencoded";
            demo.client().post(format!("{address}/_search")).header("content-type", kind).body(query)
        } else {
            demo.client().get(format!("{address}?{query}"))
        };
        let answer = request.bearer_auth(&holder).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
    };
    let mut many = vec![("patient.identifier".to_owned(), ins.clone())];
    many.resize(40, ("type:not".to_owned(), "zq".to_owned()));
    let searches = [
        (false, form(&long_search(&ins, "/", longest), false)),
        (true, form(&long_search(&ins, "/", longest), false)),
        (true, form(&long_search(&ins, "é", longest), true)),
        (false, form(&many, false)),
    ];
    for (posted, search) in searches {
        let (status, mut page) = ask(posted, format!("{search}&_count=1")).await;
        assert_eq!(status, 200, "{posted}: {page}");
        let total = page["total"].as_u64().unwrap();
        assert!(total > 1, "{page}");
        let mut seen = Vec::new();
        loop {
            let link = |kind: &str| {
                let links = page["link"].as_array().unwrap().iter();
                let url = links.filter(|one| one["relation"] == kind).find_map(|one| one["url"].as_str())?;
                Some(url[url.find("/fhir").unwrap()..].to_owned())
            };
            let ids = |page: &Value| page["entry"][0]["resource"]["id"].as_str().unwrap().to_owned();
            let (status, itself) = demo.get(&holder, &link("self").unwrap()).await;
            assert_eq!((status, ids(&itself)), (200, ids(&page)), "{posted}: {itself}");
            seen.push(ids(&page));
            let Some(next) = link("next") else { break };
            // Clients add the form that they want to the links that they follow.
            let (status, following) = demo.get(&holder, &format!("{next}&_format=json")).await;
            assert_eq!(status, 200, "{posted}: {following}");
            assert_eq!(demo.get(&holder, &format!("{next}&_format=xml")).await.0, 400);
            page = following;
        }
        assert_eq!(seen.len() as u64, total);
    }
    for posted in [false, true] {
        let (status, refused) = ask(posted, form(&long_search(&ins, "/", longest + 1), false)).await;
        assert_eq!((status, rule(&refused)), (400, "search-size"), "{refused}");
    }
}
