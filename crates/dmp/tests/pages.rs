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
        let path = format!("{}{}/historique{question}", self.base, self.dossier);
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
