//! What is not there for the caller: hidden, excepted, deleted or nowhere, one answer to the byte; the holder's history has one line
//! more, which names the rule.

use dmp_lab::Person;
use dmp_lab::documents::Kind;
use reqwest::Method;
use serde_json::{Value, json};

use crate::documents::{archived, deleted};
use crate::provoked::{Answer, Provoked};
use crate::scene::{CLASSES, NOWHERE, Scene, bundle, document, prescription, query};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    let (one, holder) = scene.lived(501).await;
    let [hospital, gp, optician] = ["hospital", "gp", "optician"].map(|code| scene.demo.token(code));
    for token in [&gp, &optician] {
        scene.declares(token, &one).await;
    }
    let plain = scene.provides(&hospital, &prescription(&one, "1.2.250.1.999.65.1", &[])).await;
    let masked = scene.provides(&hospital, &prescription(&one, "1.2.250.1.999.65.2", &["MASQUE_PS"])).await;
    let letter = document(Kind::DischargeLetter, &one, "1.2.250.1.999.65.3", 2_000);
    let letter = scene.provides(&hospital, &bundle(&letter, &Default::default())).await;
    let excepted = json!({
        "type": "deny", "class": [{"system": CLASSES, "code": "10"}],
        "actor": [{"role": {"coding": [{"system": "urn:oid:1.2.250.1.71.1.2.7", "code": "10"}]}}],
    });
    scene.decided(&holder, &one, excepted).await;
    let eyes = Eyes { scene: &scene, one: &one, holder: &holder };
    eyes.read(provoked, "matrix", &optician, &plain).await;
    eyes.read(provoked, "flags", &gp, &masked).await;
    eyes.read(provoked, "exception", &gp, &letter).await;
    let path = format!("/fhir/DocumentReference/{plain}");
    let (status, answer) = scene.demo.patch(&hospital, &path, &deleted()).await;
    assert_eq!(status, 200, "{answer}");
    eyes.read(provoked, "deleted", &gp, &plain).await;
    eyes.change_of_nothing(provoked, &gp).await;
}

/// The holder, who watches.
struct Eyes<'a> {
    scene: &'a Scene,
    one: &'a Person,
    holder: &'a str,
}

impl Eyes<'_> {
    /// Somebody reads what is not there for him: its metadata, then its bytes.
    async fn read(&self, provoked: &mut Provoked, code: &str, token: &str, id: &str) {
        for kind in ["DocumentReference", "Binary"] {
            let before = self.scene.lines(self.holder, self.one).await.len();
            let got = self.asks(Method::GET, token, &format!("/fhir/{kind}/{id}"), None).await;
            let line = self.one_more(before).await;
            let nothing = self.asks(Method::GET, token, &format!("/fhir/{kind}/{NOWHERE}"), None).await;
            provoked.kept(code, (got, nothing), &line);
        }
    }

    /// Somebody changes, by its identifier, what his dossier has not.
    async fn change_of_nothing(&self, provoked: &mut Provoked, token: &str) {
        let before = self.scene.lines(self.holder, self.one).await.len();
        let body = archived(true);
        let path = format!(
            "/fhir/DocumentReference?identifier=urn:oid:1.2.250.1.999.65.404&patient.identifier={}",
            query(self.one)
        );
        let got = self.asks(Method::PATCH, token, &path, Some(&body)).await;
        let line = self.one_more(before).await;
        let path = format!("/fhir/DocumentReference/{NOWHERE}");
        let nothing = self.asks(Method::PATCH, token, &path, Some(&body)).await;
        provoked.kept("not-found", (got, nothing), &line);
    }

    /// The line that came since.
    async fn one_more(&self, before: usize) -> Value {
        let lines = self.scene.lines(self.holder, self.one).await;
        assert_eq!(lines.len(), before + 1, "one line more: {:#?}", lines.first());
        lines.into_iter().next().unwrap()
    }

    async fn asks(&self, method: Method, token: &str, path: &str, body: Option<&Value>) -> Answer {
        let request = self.scene.request(method, token, path).header("content-type", "application/fhir+json");
        let request = body.into_iter().fold(request, |request, body| request.body(body.to_string()));
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }
}
