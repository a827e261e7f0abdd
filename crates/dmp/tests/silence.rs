//! What one may not see answers as what does not exist: two worlds that differ only in what the caller may not see give the
//! same bytes, the same status and the same work, writes included.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::collections::BTreeMap;

use common::{Demo, consent, patient};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_core::identity::ins::nir_key;
use dmp_core::identity::{Ins, InsDomain};
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, people, persona};
use serde_json::Value;

/// The dossier of one world.
struct World<'a> {
    person: &'a Person,
    /// The id of what the caller may not see, or of nothing at all.
    hidden: String,
    query: String,
}

fn bundle(person: &Person, kind: Kind, unique_id: &str, options: &Options<'_>) -> Value {
    let recipe = Recipe {
        kind,
        patient: person,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 4_000,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    iti65_bundle(&bytes, &header, options)
}

fn id_of(answer: &Value) -> String {
    let location = answer["entry"][1]["response"]["location"].as_str().unwrap_or_else(|| panic!("{answer}"));
    location.rsplit('/').next().unwrap().to_owned()
}

/// An answer without what must differ between two dossiers: ids, the patient's number, instants.
fn plain(text: &str, world: &World<'_>) -> String {
    let mut out = text.replace(&*world.person.ins.value, "INS");
    for name in [world.person.family, world.person.given, &world.person.birth.to_string()] {
        out = out.replace(name, "NAME");
    }
    // The hash is that of bytes with another number in them.
    while let Some(at) = out.find("\"hash\":\"") {
        let end = out[at + 8..].find('"').unwrap() + at + 9;
        out.replace_range(at..end, "HASH");
    }
    let mut kept = String::with_capacity(out.len());
    let mut rest = out.as_str();
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_hexdigit()) {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let run: String =
            from.chars().take_while(|letter| letter.is_ascii_hexdigit() || "-:.TZ".contains(*letter)).collect();
        let is_id = run.len() >= 36 && run.matches('-').count() >= 4;
        let is_time = run.len() >= 20 && run.contains('T') && run.contains(':');
        // The set's uniqueId: the lab makes it of the patient's number.
        let is_oid = run.len() >= 30 && run.contains("2.25.");
        kept.push_str(match (is_id, is_time, is_oid) {
            (true, _, _) => "ID",
            (_, true, _) => "TIME",
            (_, _, true) => "OID",
            _ => &run,
        });
        rest = &from[run.len()..];
    }
    kept.push_str(rest);
    kept
}

async fn counters(demo: &Demo) -> BTreeMap<String, u64> {
    let text = demo.client().get(format!("{}/metrics", demo.base)).send().await.unwrap().text().await.unwrap();
    let wanted = ["dmp_journal_entries_total", "dmp_journal_loads_total", "dmp_blob_opens_total"];
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs
        .filter(|(name, _)| wanted.contains(name))
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

/// Asks, and gives the status, the plain answer and the work it took.
async fn ask(demo: &Demo, token: &str, method: &str, path: &str, body: Option<&Value>, world: &World<'_>) -> String {
    let before = counters(demo).await;
    let mut request = demo.client().request(method.parse().unwrap(), format!("{}{path}", demo.base)).bearer_auth(token);
    if let Some(body) = body {
        request = request.header("content-type", "application/fhir+json").body(body.to_string());
    }
    let response = request.header("range", "bytes=0-9").send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    let after = counters(demo).await;
    let work: Vec<u64> = before.iter().map(|(name, count)| after[name] - count).collect();
    let etag = headers.get("etag").map(|value| value.to_str().unwrap().to_owned());
    format!("{status} etag {etag:?} work {work:?}\n{}", plain(&text, world))
}

/// The same of both worlds. The counters are the whole server's, whose own jobs may write meanwhile: what differs by that does not differ
/// again; what tells the worlds apart does every time.
async fn both(
    demo: &Demo,
    token: &str,
    method: &str,
    asked: [(&str, Option<&Value>); 2],
    worlds: &[World<'_>; 2],
) -> (String, String) {
    let mut found = (String::new(), String::new());
    for _ in 0..3 {
        let [(first, one), (second, other)] = asked;
        found = (
            ask(demo, token, method, first, one, &worlds[0]).await,
            ask(demo, token, method, second, other, &worlds[1]).await,
        );
        if found.0 == found.1 {
            break;
        }
    }
    found
}

fn token_of<'a>(who: &str, gp: &'a str, optician: &'a str) -> &'a str {
    if who == "gp" { gp } else { optician }
}

/// What the caller asks of a world.
fn questions(world: &World<'_>) -> Vec<(&'static str, String)> {
    let query = &world.query;
    let hidden = &world.hidden;
    let mut all: Vec<(&'static str, String)> = [
        "",
        "&status=current",
        "&status=superseded",
        "&isArchived=true",
        "&type=57833-6",
        "&category=42",
        "&_count=1",
        "&_summary=count",
        "&creation=ge2026-01-01",
        "&author.family=PATRON",
        "&security-label=MASQUE_PS",
        "&identifier=urn:oid:1.2.250.1.999.9.7",
        "&relation=replaces",
        "&_sort=date",
        "&_lastUpdated=ge2020-01-01",
    ]
    .iter()
    .map(|more| ("GET", format!("/fhir/DocumentReference?patient.identifier={query}{more}")))
    .collect();
    all.push(("GET", format!("/fhir/List?patient.identifier={query}")));
    all.push(("GET", format!("/fhir/Patient?identifier={query}")));
    for path in ["DocumentReference", "Binary"] {
        all.push(("GET", format!("/fhir/{path}/{hidden}")));
        all.push(("HEAD", format!("/fhir/{path}/{hidden}")));
    }
    all
}

#[tokio::test]
async fn two_worlds_that_differ_in_what_is_hidden_answer_alike() {
    let demo = Demo::start();
    // Four who differ by their number alone.
    let model = people().unwrap().swap_remove(0);
    let numbers = ["150017500000159", "150017500000256", "150017500000353", "150017500000450"].map(|text| {
        let nir = &text[..13];
        Ins::new(InsDomain::Test, &format!("{nir}{:02}", nir_key(nir).unwrap())).unwrap()
    });
    let people: Vec<Person> = numbers.iter().map(|ins| Person { ins: ins.clone(), ..model.clone() }).collect();
    let patients: Vec<Value> = people
        .iter()
        .map(|one| {
            patient("1.2.250.1.213.1.4.10", &one.ins.value, one.family, one.given, &one.birth.to_string(), "female")
        })
        .collect();
    assert!(demo.import(&patients).status.success());
    let (hospital, gp) = (demo.token("hospital"), demo.token("gp"));
    let optician = demo.token("optician");
    let world = |place: usize, hidden: &str| World {
        person: &people[place],
        hidden: hidden.to_owned(),
        query: people[place].ins.to_text().replace('|', "%7C"),
    };
    // What the optician may not see by the matrix, what the doctor may not see because it is masked, and a replacement of it.
    let masked = Options { flags: vec!["MASQUE_PS"], ..Options::default() };
    let added = [("optician", Kind::Prescription, Options::default()), ("gp", Kind::DischargeLetter, masked)];
    for (round, (who, kind, options)) in added.into_iter().enumerate() {
        let token = token_of(who, &gp, &optician);
        let (poor, rich) = (2 * round, 2 * round + 1);
        for place in [poor, rich] {
            let seen = bundle(&people[place], Kind::VaccinationNote, "1.2.250.1.999.9.1", &Options::default());
            assert_eq!(demo.post(&hospital, "/fhir", &seen).await.0, 200);
            let declared = consent("1.2.250.1.213.1.4.10", &people[place].ins.value);
            assert_eq!(demo.post(token_of(who, &gp, &optician), "/fhir/Consent", &declared).await.0, 201);
        }
        let unique_id = format!("1.2.250.1.999.9.{}", 100 + round);
        let (status, answer) = demo.post(&hospital, "/fhir", &bundle(&people[rich], kind, &unique_id, &options)).await;
        assert_eq!(status, 200, "{answer}");
        let hidden = id_of(&answer);
        // In the poor world the same id names nothing: the id of a thing that no dossier has.
        let worlds = [world(poor, "4f1c6c1e-0000-4000-8000-000000000000"), world(rich, &hidden)];
        for world in &worlds {
            // Both are in memory: what is measured is the question.
            demo.get(token, &format!("/fhir/DocumentReference?patient.identifier={}", world.query)).await;
            demo.get(token, "/fhir/DocumentReference/4f1c6c1e-0000-4000-8000-000000000000").await;
        }
        for ((method, first), (_, second)) in questions(&worlds[0]).into_iter().zip(questions(&worlds[1])) {
            let asked = [(&*first, None), (&*second, None)];
            let (one, two) = both(&demo, token, method, asked, &worlds).await;
            assert_eq!(one, two, "{who}: {method} {first} differs from {second}");
        }
        // A write: the replacement of what is hidden answers as that of what does not exist.
        let replace = |world: &World<'_>, target: &str| {
            let text = format!("DocumentReference/{target}");
            let options = Options { replaces: Some(&text), ..Options::default() };
            bundle(world.person, Kind::LabReport, &format!("1.2.250.1.999.9.{}", 200 + round), &options)
        };
        let bodies = [replace(&worlds[0], &worlds[0].hidden), replace(&worlds[1], &worlds[1].hidden)];
        let asked = [("/fhir", Some(&bodies[0])), ("/fhir", Some(&bodies[1]))];
        let (one, two) = both(&demo, token, "POST", asked, &worlds).await;
        assert_eq!(one, two, "{who}: a replacement of what is hidden");
        assert!(one.starts_with("404"), "{one}");
    }
}
