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
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use scene::{Scene, known, query};

/// A session of one person on the demo's own first page: his cookie, and the address of his dossier.
struct Visit {
    client: reqwest::Client,
    base: String,
    cookie: String,
    dossier: String,
}

impl Visit {
    async fn of_the_first_patient(demo: &Demo) -> Self {
        let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
        let step = client.post(format!("{}/demo/entrer", demo.base)).body("persona=holder&patient=0");
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

/// What the routes themselves refuse is a page in French, as everything else.
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
