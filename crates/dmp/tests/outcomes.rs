//! What is no success is an OperationOutcome, whoever says it; and what a command line says that leads nowhere.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod assault;
mod common;

use std::process::Command;

use assault::client;
use common::{DMP, Demo, rule, shared};
use dmp_lab::people;
use serde_json::Value;

#[tokio::test]
async fn every_answer_of_the_fhir_service_that_is_no_success_is_an_outcome() {
    let demo = shared();
    let token = demo.token("hospital");
    let long = format!("/fhir/DocumentReference?status={}", "a".repeat(40_000));
    for (method, path, status, told) in [
        ("GET", "/fhir", 405, "no-such-interaction"),
        ("GET", "/fhir/", 405, "no-such-interaction"),
        ("PUT", "/fhir/", 405, "no-such-interaction"),
        ("DELETE", "/fhir/List", 405, "no-such-interaction"),
        ("GET", "/fhir/Nothing", 404, "no-such-interaction"),
        ("GET", "/fhir//", 404, "no-such-interaction"),
        ("GET", "/fhir/Patient/%ff", 400, "id"),
        ("GET", &long, 414, "address"),
    ] {
        let request = client().request(method.parse().unwrap(), format!("{}{path}", demo.base)).bearer_auth(&token);
        let answer = request.send().await.unwrap();
        let what = format!("{method} {}", path.chars().take(60).collect::<String>());
        assert_eq!(answer.status().as_u16(), status, "{what}");
        assert_eq!(answer.headers()["content-type"], "application/fhir+json", "{what}");
        assert_eq!(answer.headers().contains_key("allow"), status == 405, "{what}");
        let outcome: Value = answer.json().await.unwrap();
        assert_eq!((&outcome["resourceType"], rule(&outcome)), (&Value::from("OperationOutcome"), told), "{what}");
    }
    let page = client().get(format!("{}/nothing", demo.base)).send().await.unwrap();
    assert!(page.status() == 404 && page.text().await.unwrap().contains("<html"), "a page is a page");
}

#[tokio::test]
async fn a_packed_body_is_refused_as_such() {
    let demo = shared();
    let token = demo.token("hospital");
    for (path, is_fhir) in [("/fhir", true), ("/fhir/Consent", true), ("/opposition/x", false)] {
        let request = client().post(format!("{}{path}", demo.base)).bearer_auth(&token);
        let request = request.header("content-type", "application/fhir+json").header("content-encoding", "gzip");
        let answer = request.body(vec![0x1f; 100_000]).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 415, "{path}");
        assert_eq!(answer.headers()["accept-encoding"], "identity");
        let text = answer.text().await.unwrap();
        assert_eq!(text.contains("OperationOutcome"), is_fhir, "{text}");
    }
    let request = client().post(format!("{}/fhir/Consent", demo.base)).bearer_auth(&token);
    let answer = request.header("content-encoding", "identity").body("{}").send().await.unwrap();
    let outcome: Value = answer.json().await.unwrap();
    assert_eq!(rule(&outcome), "content-type", "nothing is packed: it is looked at");
}

#[test]
fn a_token_of_a_folder_that_is_no_demo_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let mistyped = folder.path().join("mistyped");
    let output = Command::new(DMP).args(["demo", "token", "--as", "gp", "--data"]).arg(&mistyped).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        !output.status.success() && output.stdout.is_empty() && errors.contains("no demo has run here"),
        "{errors}"
    );
    assert!(!mistyped.exists(), "nothing is made");
}

#[test]
fn a_persona_who_is_not_the_holder_names_no_patient() {
    let demo = shared();
    let ins = people().unwrap()[0].ins.to_text();
    let output = demo.run(&["demo", "token", "--as", "gp", "--ins", &ins]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && errors.contains("--ins: goes with --as holder"), "{errors}");
}

/// Who asks too fast is told when to come again: in an outcome over FHIR, on a page in French elsewhere.
#[tokio::test]
async fn who_is_too_fast_is_told_when_to_come_again() {
    let demo = Demo::set(&["admission.requests_per_second=1"]);
    for (path, kind, told) in [
        ("/fhir/metadata", "application/fhir+json", "throttled"),
        ("/dossier/nowhere/documents", "text/html", "Attendez quelques secondes"),
    ] {
        let request = demo.client().get(format!("{}{path}", demo.base)).bearer_auth(path);
        let mut answer = request.try_clone().unwrap().send().await.unwrap();
        for _ in 0..20 {
            if answer.status() == 429 {
                break;
            }
            answer = request.try_clone().unwrap().send().await.unwrap();
        }
        assert_eq!(answer.status(), 429, "{path}");
        assert_eq!(answer.headers()["retry-after"], "1", "{path}");
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with(kind), "{path}");
        let text = answer.text().await.unwrap();
        assert!(text.contains(told), "{text}");
    }
}

/// A header that says one thing stands once (RFC 9110, 5.3): of two, a proxy may have looked at the other.
#[tokio::test]
async fn who_asks_and_why_is_said_once() {
    let demo = shared();
    let [gp, optician] = ["gp", "optician"].map(|code| format!("Bearer {}", demo.token(code)));
    let patient = people().unwrap()[0].ins.to_text().replace('|', "%7C");
    let address = format!("{}/fhir/DocumentReference?patient.identifier={patient}", demo.base);
    for (name, first, second) in [
        ("authorization", &*gp, &*optician),
        ("authorization", &*gp, &*gp),
        ("purpose-of-use", "normal", "bris_de_glace"),
        ("purpose-of-use-reason", "sans connaissance", "autre"),
    ] {
        let asked = demo.client().get(&address);
        let asked = if name == "authorization" { asked } else { asked.header("authorization", &gp) };
        let answer = asked.header(name, first).header(name, second).send().await.unwrap();
        let status = answer.status().as_u16();
        let outcome: Value = answer.json().await.unwrap();
        assert_eq!((status, rule(&outcome)), (400, "header"), "{name}: {outcome}");
        assert!(outcome.to_string().contains(&format!("`{name}`")), "{outcome}");
    }
}

/// A condition under which nothing is changed here is refused, and never passed over (RFC 9110, 13.1).
#[tokio::test]
async fn what_changes_something_is_asked_under_no_condition_but_its_version() {
    let demo = shared();
    let gp = demo.token("gp");
    let send = async |method: reqwest::Method, path: &str, headers: &[(&str, &str)]| {
        let mut asked = demo.client().request(method, format!("{}/fhir{path}", demo.base)).bearer_auth(&gp);
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        let answer = asked.header("content-type", "application/fhir+json").body("{}").send().await.unwrap();
        let status = answer.status().as_u16();
        (status, rule(&answer.json().await.unwrap()).to_owned())
    };
    let (post, patch) = (reqwest::Method::POST, reqwest::Method::PATCH);
    let cases = [
        (&post, "", "if-match", "W/\"1\""),
        (&post, "/Consent", "if-none-match", "*"),
        (&patch, "/DocumentReference/1", "if-none-match", "*"),
        (&patch, "/DocumentReference/1", "if-unmodified-since", "Mon, 01 Jan 2001 00:00:00 GMT"),
    ];
    for (method, path, name, value) in cases {
        let found = send(method.clone(), path, &[(name, value)]).await;
        assert_eq!(found, (400, "condition".to_owned()), "{method} {path} {name}");
    }
    for (path, body) in [
        (
            "/DocumentReference/1",
            r#"[{"op": "add", "path": "/extension", "value": {"url": "pdsm-ext-is-archived", "valueBoolean": true}}]"#,
        ),
        ("/Consent/1", r#"[{"op": "replace", "path": "/status", "value": "inactive"}]"#),
    ] {
        let patched = demo.client().patch(format!("{}/fhir{path}", demo.base)).bearer_auth(&gp);
        let patched = patched.header("if-match", "W/\"1\"").header("if-match", "W/\"9\"");
        let answer = patched.header("content-type", "application/json-patch+json").body(body).send().await.unwrap();
        let status = answer.status().as_u16();
        let outcome: Value = answer.json().await.unwrap();
        assert_eq!((status, rule(&outcome)), (400, "header"), "{path}: {outcome}");
    }
}
