//! The pages, as a browser asks for them: what a patient is shown of his history, however much there is of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;
#[path = "refusals/scene.rs"]
#[allow(dead_code, reason = "the scene has more than is asked of it here")]
mod scene;

use common::Demo;
use dmp_core::code::{Code, Instant};
use dmp_lab::bundle::transaction;
use dmp_lab::documents::LOINC;
use dmp_lab::{Metadata, persona};
use reqwest::header::{ACCEPT_LANGUAGE, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use scene::{Scene, known, query};
use serde_json::json;

/// A session of one person on the demo's own first page: his cookie, and the address of his dossier.
struct Visit {
    client: reqwest::Client,
    base: String,
    cookie: String,
    dossier: String,
}

impl Visit {
    async fn of_the_first_patient(demo: &Demo) -> Self {
        Self::of("holder", demo).await
    }

    /// The same of somebody else, who enters the dossier of the first patient.
    async fn of(persona: &str, demo: &Demo) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        let step = client.post(format!("{}/demo/entrer", demo.base)).body(format!("persona={persona}&patient=0"));
        let answer = step.header(CONTENT_TYPE, "application/x-www-form-urlencoded").send().await.unwrap();
        let text = |name| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let (cookie, documents) = (text(SET_COOKIE), text(LOCATION));
        Self {
            client,
            base: demo.base.clone(),
            cookie: cookie.split(';').next().unwrap().to_owned(),
            dossier: documents.trim_end_matches("/documents").to_owned(),
        }
    }

    async fn history(&self, question: &str) -> (u16, String) {
        self.page(&format!("historique{question}")).await
    }

    async fn page(&self, page: &str) -> (u16, String) {
        let path = format!("{}{}/{page}", self.base, self.dossier);
        let answer = self.client.get(path).header(COOKIE, &self.cookie).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// What an address answers, asked with these preferences of language; a form is sent where there is one.
    async fn told(&self, path: &str, language: Option<&str>, form: Option<&'static str>) -> (u16, String) {
        let address = format!("{}{path}", self.base);
        let mut request = match form {
            Some(form) => {
                self.client.post(address).header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form)
            }
            None => self.client.get(address),
        };
        request = request.header(COOKIE, &self.cookie);
        if let Some(language) = language {
            request = request.header(ACCEPT_LANGUAGE, language);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Where the link of a language leads, and the cookie that it leaves.
    async fn chosen(&self, path: &str) -> (String, String) {
        let answer = self.client.get(format!("{}{path}", self.base)).send().await.unwrap();
        assert_eq!(answer.status(), 303, "{path}");
        let text = |name| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        (text(LOCATION), text(SET_COOKIE))
    }
}

/// The table of what pages say: key, French, English.
fn texts() -> Vec<[String; 3]> {
    let table = read("codes/pages.csv");
    let rows = table.lines().filter(|line| !line.starts_with('#')).skip(1);
    rows.map(|row| {
        let cells: Vec<String> = row.split('|').map(str::to_owned).collect();
        cells.try_into().unwrap_or_else(|cells| panic!("{cells:?}: a key, the French, the English"))
    })
    .collect()
}

fn read(file: &str) -> String {
    std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)).unwrap()
}

/// A page is in that language, and says no sentence of the other.
fn is_in(language: &str, page: &str, what: &str) {
    assert!(page.contains(&format!("<html lang=\"{language}\"")), "{what}: {page}");
    let other = if language == "fr" { 2 } else { 1 };
    for row in texts().iter().filter(|row| row[1] != row[2] && row[other].len() > 10) {
        assert!(!page.contains(&row[other]), "{what} in {language} says {}", row[other]);
    }
}

/// A robot that is refused again and again, and another that takes turns with it, are two lines; what came before them is one link away.
#[tokio::test]
async fn a_robot_does_not_bury_the_history() {
    let scene = Scene::of(&[]);
    let (demo, first) = (&scene.demo, known("alma"));
    let question = format!("/fhir/DocumentReference?patient.identifier={}", query(&first));
    demo.run_well(&["demo", "clock", "+P1D"]);
    let robots = [demo.token("dispatcher"), demo.token("dentist")];
    for _ in 0..160 {
        for robot in &robots {
            let (status, answer) = demo.get(robot, &question).await;
            assert_eq!(status, 403, "{answer}");
        }
    }
    let holder = demo.holder(&first.ins.to_text());
    let visit = Visit::of_the_first_patient(demo).await;
    let (_, page) = visit.history("").await;
    assert_eq!(page.matches("(160 fois)").count(), 2, "{page}");
    assert!(page.contains("a déposé") && !page.contains("avant="), "what came before is on the same page");
    for _ in 0..310 {
        assert_eq!(demo.get(&holder, &question).await.0, 200);
    }
    let (_, page) = visit.history("").await;
    assert!(!page.contains("a déposé"), "the page ends with its day");
    let link = page.split("href=\"?avant=").nth(1).unwrap().split('"').next().unwrap();
    let (status, before) = visit.history(&format!("?avant={link}")).await;
    assert_eq!(status, 200);
    assert!(before.contains("a déposé") && !before.contains("(160 fois)"), "{before}");
    assert_eq!(visit.history("?avant=hier").await.0, 404);
}

/// Refusals for different reasons are different lines: what was tried once is not hidden among what was tried often.
#[tokio::test]
async fn two_reasons_are_two_lines() {
    let scene = Scene::of(&[]);
    let (demo, first) = (&scene.demo, known("alma"));
    let question = format!("/fhir/DocumentReference?patient.identifier={}", query(&first));
    let (nurse, holder) = (demo.token("nurse"), demo.holder(&first.ins.to_text()));
    let refused = async || assert_eq!(demo.get(&nurse, &question).await.0, 403);
    refused().await;
    refused().await;
    let nurse_id = dmp_lab::persona("nurse").unwrap().id.unwrap();
    let mut block = common::consent(first.ins.domain.code(), &first.ins.value);
    block["provision"] = json!({"type": "deny",
        "actor": [{"reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": nurse_id}}}]});
    assert_eq!(demo.post(&holder, "/fhir/Consent", &block).await.0, 201);
    refused().await;
    let (_, page) = Visit::of_the_first_patient(demo).await.history("").await;
    assert_eq!(page.matches("(2 fois)").count(), 1, "{page}");
    let reasons = ["no-authorisation", "blocked"].map(|code| dmp_core::dossier::Rule::from_code(code).unwrap());
    for reason in reasons {
        let sentence = reason.sentence(dmp_core::history::Language::French).unwrap();
        assert!(page.contains(&sentence.replace('\'', "&#39;")), "{sentence}: {page}");
    }
}

/// Every document is on one of the pages, once, and each is one link from the one before.
#[tokio::test]
async fn every_document_is_a_few_links_away() {
    let scene = Scene::of(&[]);
    let (demo, first) = (&scene.demo, known("alma"));
    let hospital = demo.token("hospital");
    let created = Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap();
    for bundle in 0..7 {
        let files: Vec<(Vec<u8>, Metadata)> = (0..45)
            .map(|number| {
                let id = format!("1.2.250.1.999.77.{bundle}.{number}");
                let kind = Code::new(LOINC, "11490-0");
                let author = persona("hospital").unwrap();
                let metadata = Metadata::of_file("application/pdf", kind, &id, &first, author, created);
                (format!("%PDF-1.4\n%{id}\n%%EOF\n").into_bytes(), metadata)
            })
            .collect();
        let files: Vec<(&[u8], &Metadata)> = files.iter().map(|(bytes, metadata)| (&**bytes, metadata)).collect();
        let (status, answer) = demo.post(&hospital, "/fhir", &transaction(&files)).await;
        assert_eq!(status, 200, "{answer}");
    }
    let visit = Visit::of_the_first_patient(demo).await;
    let (mut page, mut seen) = ("documents".to_owned(), Vec::new());
    let mut pages = 0;
    loop {
        let (status, text) = visit.page(&page).await;
        assert_eq!(status, 200, "{text}");
        pages += 1;
        let links = text.split("class=\"go\" href=\"").skip(1);
        seen.extend(links.map(|rest| rest.split('"').next().unwrap().to_owned()));
        match text.split("href=\"?apres=").nth(1) {
            Some(rest) => page = format!("documents?apres={}", rest.split('"').next().unwrap()),
            None => break,
        }
    }
    let (_, text) = visit.page("documents").await;
    let total: usize = text.split("class=\"lead\">").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(total >= 315 && pages == 2, "{total} documents on {pages} pages");
    assert_eq!(seen.len(), total);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), total, "none twice");
    assert!(visit.page("documents?apres=x").await.1.contains("?apres="), "what is gone leads to the first page");
}

/// A professional is warned, on the list and on its page, of a document that its patient, or who represents him, does not see (facts a.4 and c.6).
#[tokio::test]
async fn a_professional_is_warned_of_what_the_patient_does_not_see() {
    let scene = Scene::of(&[]);
    let (demo, first) = (&scene.demo, known("alma"));
    let created = Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap();
    for (number, flag) in ["INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX"].iter().enumerate() {
        let id = format!("1.2.250.1.999.77.90.{number}");
        let author = persona("hospital").unwrap();
        let kind = Code::new(LOINC, "11490-0");
        let metadata = Metadata::of_file("application/pdf", kind, &id, &first, author, created);
        let mut bundle = transaction(&[(format!("%PDF-1.4\n%{id}\n%%EOF\n").as_bytes(), &metadata)]);
        let document = &mut bundle["entry"][1]["resource"];
        document["content"][0]["attachment"]["title"] = json!(format!("Résultat {flag}"));
        let label = json!({"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": flag}]});
        document["securityLabel"].as_array_mut().unwrap().push(label);
        let (status, answer) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
        assert_eq!(status, 200, "{answer}");
    }
    let (doctor, holder) = (Visit::of("gp", demo).await, Visit::of_the_first_patient(demo).await);
    let list = doctor.page("documents").await.1;
    for (flag, tag, warning) in [
        ("INVISIBLE_PATIENT", "Pas encore visible par le patient", "Ne lui en parlez pas"),
        ("INVISIBLE_REPRESENTANTS_LEGAUX", "Caché aux représentants légaux", "n’en parlez pas devant eux"),
    ] {
        let title = format!("Résultat {flag}</a>");
        let line = list.split("<li").find(|line| line.contains(&title)).unwrap();
        assert!(line.contains(tag), "{line}");
        let address = line.split("href=\"").nth(1).unwrap().split('"').next().unwrap();
        let page = doctor.told(address, None, None).await.1;
        assert!(page.contains(tag) && page.contains(warning), "{page}");
    }
    let own = holder.page("documents").await.1;
    assert!(!own.contains("INVISIBLE_PATIENT") && !own.contains("Pas encore visible"), "{own}");
}

/// What the routes themselves refuse is a page, as everything else.
#[tokio::test]
async fn what_is_not_understood_is_a_page() {
    let scene = Scene::of(&[]);
    let visit = Visit::of_the_first_patient(&scene.demo).await;
    let form = "application/x-www-form-urlencoded";
    let documents = format!("{}/documents", visit.dossier);
    let history = format!("{}/historique?avant=2026-01-01&avant=2026-01-02", visit.dossier);
    let asked = [
        ("POST", "/opposition/x", form, "", 422),
        ("POST", "/opposition/x", "text/plain", "code=1", 415),
        ("POST", "/demo/entrer", form, "patient=0", 422),
        ("POST", "/demo/entrer", form, "persona=holder&patient=beaucoup", 422),
        ("GET", "/dossier/%ff/documents", form, "", 400),
        ("GET", &history, form, "", 400),
        ("DELETE", &documents, form, "", 405),
        ("GET", "/nulle/part", form, "", 404),
    ];
    for (method, path, kind, body, expected) in asked {
        let request = visit.client.request(method.parse().unwrap(), format!("{}{path}", visit.base));
        let answer = request.header(COOKIE, &visit.cookie).header(CONTENT_TYPE, kind).body(body).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{method} {path}");
        assert_eq!(answer.headers().contains_key("allow"), expected == 405, "{method} {path}");
        let text = answer.text().await.unwrap();
        assert!(text.contains("<html lang=\"fr\"") && !text.contains("Failed"), "{method} {path}: {text}");
    }
}

/// Who asks for what page, with what form, its status, and what it says in French and in English.
type Asked<'a> = (&'a Visit, &'a str, Option<&'static str>, u16, [&'a str; 2]);

/// French first, English complete: every page is in the language that is preferred, French where none of both is.
#[tokio::test]
async fn every_page_is_in_both_languages() {
    let scene = Scene::of(&[]);
    let (holder, dentist) = (Visit::of_the_first_patient(&scene.demo).await, Visit::of("dentist", &scene.demo).await);
    let doctor = Visit::of("gp", &scene.demo).await;
    let nobody = Visit { cookie: String::new(), ..Visit::of_the_first_patient(&scene.demo).await };
    let documents = format!("{}/documents", holder.dossier);
    let history = format!("{}/historique", holder.dossier);
    let list = holder.page("documents").await.1;
    let document = list.split("class=\"go\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let pages: [Asked<'_>; 15] = [
        (&nobody, "/", None, 200, ["médecin généraliste", "general practitioner"]),
        (&holder, &documents, None, 200, ["Novembre 20", "November 20"]),
        (&doctor, &documents, None, 200, ["que vous pouvez lire", "that you may read"]),
        (&holder, document, None, 200, ["Télécharger le document", "Download the document"]),
        (&doctor, document, None, 200, ["Chaque lecture est inscrite", "Every reading is written"]),
        (&dentist, &documents, None, 403, ["Nous avons refusé", "We refused"]),
        (&holder, &history, None, 200, ["<b>Vous</b> avez ", "<b>You</b> "]),
        (&holder, &history, None, 200, ["L’exploitant, à la ligne de commande,", "The operator, at the command line,"]),
        (&nobody, "/opposition/x", None, 200, ["Je refuse l’ouverture", "I refuse the opening"]),
        (&nobody, "/opposition/x", Some("code=AAAA"), 200, ["pas le bon", "not the right one"]),
        (&nobody, "/opposition/x", Some(""), 422, ["pas compris", "did not understand"]),
        (&nobody, &documents, None, 401, ["Connectez-vous", "Sign in"]),
        (&holder, "/nulle/part", None, 404, ["n’existe pas", "does not exist"]),
        (&holder, "/langue/de", None, 404, ["n’existe pas", "does not exist"]),
        (&holder, &history, Some(""), 405, ["ne se demande pas", "not asked for"]),
    ];
    for (visit, path, form, status, [french, english]) in pages {
        for (asked, language, said) in [
            (None, "fr", french),
            (Some("fr, en;q=0.5"), "fr", french),
            (Some("de, *;q=0.1"), "fr", french),
            (Some("en"), "en", english),
            (Some("de, en-GB;q=0.9, fr;q=0.8"), "en", english),
        ] {
            let (answered, page) = visit.told(path, asked, form).await;
            assert_eq!(answered, status, "{path} {asked:?}: {page}");
            is_in(language, &page, path);
            assert!(page.contains(said), "{path} {asked:?} does not say {said}: {page}");
        }
    }
}

/// The choice of a language is kept, whatever the browser prefers, and leads back to the page; it leads nowhere else.
#[tokio::test]
async fn a_language_is_chosen_on_the_page() {
    let scene = Scene::of(&[]);
    let mut visit = Visit::of_the_first_patient(&scene.demo).await;
    let history = format!("{}/historique?avant=2100-01-01", visit.dossier);
    for (language, preferred) in [("en", "fr"), ("fr", "en")] {
        let page = visit.told(&history, Some(preferred), None).await.1;
        let link = page.split(&format!("href=\"/langue/{language}")).nth(1).unwrap().split('"').next().unwrap();
        let (to, cookie) = visit.chosen(&format!("/langue/{language}{link}")).await;
        assert_eq!(to, history);
        assert!(cookie.starts_with(&format!("dmp-langue={language}; Path=/; HttpOnly; SameSite=Lax")), "{cookie}");
        let session = visit.cookie.clone();
        visit.cookie = format!("{session}; {}", cookie.split(';').next().unwrap());
        is_in(language, &visit.told(&to, Some(preferred), None).await.1, &to);
        visit.cookie = session;
    }
    let wrong = visit.told("/opposition/x", Some("en"), Some("code=AAAA")).await.1;
    assert!(wrong.contains("/langue/fr?vers=/opposition/x\""), "a form is asked for again: {wrong}");
    let long = format!("/{}", "x".repeat(500));
    for elsewhere in [
        "",
        "x",
        "//x.invalid",
        "/%5Cx.invalid",
        "/%09/x.invalid",
        "/%0A/x.invalid",
        "%2F%2Fx.invalid",
        "%20//x.invalid",
        "https://x.invalid",
        "https:x.invalid",
        "javascript:alert(1)",
        "/%0D%0ASet-Cookie:x",
        "/%C3%A9",
        &long,
    ] {
        assert_eq!(visit.chosen(&format!("/langue/en?vers={elsewhere}")).await.0, "/", "{elsewhere}");
    }
    assert_eq!(visit.chosen("/langue/en").await.0, "/");
}

/// Nothing is said in one language alone, nothing that no page says, and no page says what the table lacks.
#[test]
fn the_table_of_texts_is_complete_and_used() {
    let mut pages = String::new();
    for folder in ["crates/web/templates", "crates/web/src", "crates/web/src/pages", "crates/dmp/templates"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        for file in std::fs::read_dir(path).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file()) {
            pages += &std::fs::read_to_string(file).unwrap();
        }
    }
    pages += &read("crates/dmp/src/command/demo/page.rs");
    let rows = texts();
    let keys: Vec<&str> = rows.iter().map(|row| &*row[0]).collect();
    for (number, [key, french, english]) in rows.iter().enumerate() {
        assert!(!french.trim().is_empty() && !english.trim().is_empty(), "{key}: in one language alone");
        assert!(!keys[..number].contains(&&**key), "{key}: twice");
        // A page for what goes wrong is named without the parts of what it says.
        let page = key.strip_prefix("error.").and_then(|rest| rest.rsplit_once('.')).map_or(&**key, |(page, _)| page);
        let is_said = [key, &format!("error.{page}")].iter().any(|said| pages.contains(&format!("\"{said}\"")));
        assert!(is_said, "{key}: no page says it");
    }
    // The keys are known by their first words.
    let rooms: std::collections::BTreeSet<&str> = keys.iter().map(|key| key.split('.').next().unwrap()).collect();
    let quoted = pages.split('"').filter(|text| {
        let is_key = |letter: char| letter.is_ascii_lowercase() || letter == '.' || letter == '-';
        text.chars().all(is_key) && text.split_once('.').is_some_and(|(room, _)| rooms.contains(room))
    });
    for said in quoted.filter(|said| !said.ends_with(".html")) {
        let parts = [".title", ".way-out"].map(|part| format!("{said}{part}"));
        let is_whole = keys.contains(&said) || parts.iter().all(|part| keys.contains(&&**part));
        assert!(is_whole, "{said}: the table lacks it");
    }
    // Of every error but a refusal, whose rule has its sentence, it is said what happened.
    for title in keys.iter().filter(|key| key.starts_with("error.") && key.ends_with(".title")) {
        let what = title.replace(".title", ".what");
        assert_eq!(keys.contains(&&*what), *title != "error.refused.title", "{what}");
    }
}
