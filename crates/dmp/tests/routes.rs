//! No route forgotten: each is tried without credentials and with wrong ones, and answers nothing but 401.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::shared;

/// Every route that needs a token. A route that the code has and this list lacks fails below.
const ROUTES: &[(&str, &str)] = &[
    ("POST", "/fhir/"),
    ("GET", "/fhir/DocumentReference"),
    ("POST", "/fhir/DocumentReference/_search"),
    ("GET", "/fhir/DocumentReference/{id}"),
    ("PATCH", "/fhir/DocumentReference"),
    ("PATCH", "/fhir/DocumentReference/{id}"),
    ("GET", "/fhir/List"),
    ("POST", "/fhir/List/_search"),
    ("GET", "/fhir/List/{id}"),
    ("GET", "/fhir/Binary/{id}"),
    ("GET", "/fhir/Patient"),
    ("GET", "/fhir/Patient/{id}"),
    ("POST", "/fhir/Patient"),
    ("POST", "/fhir/Patient/_search"),
    ("PUT", "/fhir/Patient"),
    ("PATCH", "/fhir/Patient"),
    ("DELETE", "/fhir/Patient"),
    ("GET", "/fhir/RelatedPerson"),
    ("POST", "/fhir/RelatedPerson"),
    ("POST", "/fhir/RelatedPerson/_search"),
    ("POST", "/fhir/Communication/_search"),
    ("POST", "/fhir/Subscription/_search"),
    ("POST", "/fhir/Task/_search"),
    ("POST", "/fhir/Subscription"),
    ("POST", "/fhir/AllergyIntolerance"),
    ("POST", "/fhir/Condition"),
    ("POST", "/fhir/MedicationStatement"),
    ("POST", "/fhir/Observation"),
    ("GET", "/fhir/Task"),
    ("GET", "/fhir/Task/{id}"),
    ("PATCH", "/fhir/Task/{id}"),
    ("GET", "/fhir/Communication"),
    ("POST", "/fhir/Communication"),
    ("DELETE", "/fhir/Communication/{id}"),
    ("GET", "/fhir/Consent"),
    ("POST", "/fhir/Consent"),
    ("POST", "/fhir/Consent/_search"),
    ("GET", "/fhir/Consent/{id}"),
    ("PATCH", "/fhir/Consent/{id}"),
    ("GET", "/fhir/AuditEvent"),
    ("POST", "/fhir/AuditEvent/_search"),
    ("GET", "/fhir/AuditEvent/{id}"),
    ("GET", "/dossier/{id}/documents"),
    ("GET", "/dossier/{id}/documents/{document}"),
    ("GET", "/dossier/{id}/documents/{document}/fichier"),
    ("GET", "/dossier/{id}/historique"),
];

/// Routes that are open to all, and why.
const OPEN: &[&str] = &[
    "/fhir/metadata", // what is served here, of nobody
    "/health/live",   // numbers only
    "/health/ready",
    "/metrics",
    "/assets/{release}/{name}", // style sheets and fonts
    "/langue/{language}",       // keeps a choice of language
    "/deconnexion",             // ends a session, if there is one
    "/opposition/{id}",         // the link of the information: the code that it asks for speaks for the person
    "/",                        // the demo's first page
    "/demo/entrer",             // the demo gives everyone a token: it is what it is for
];

#[test]
fn the_list_of_routes_is_complete() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = [
        ("fhir/src/service.rs", "/fhir"),
        ("web/src/web.rs", ""),
        ("web/src/pages/objection.rs", ""),
        ("dmp/src/health.rs", ""),
        ("dmp/src/command/demo/page.rs", ""),
    ];
    for (file, prefix) in files {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        for piece in text.split(".route(\"").skip(1) {
            let written = piece.split('"').next().unwrap();
            let path = if written.starts_with("/fhir") { written.to_owned() } else { format!("{prefix}{written}") };
            let known = ROUTES.iter().any(|(_, route)| *route == path) || OPEN.contains(&path.as_str());
            assert!(known, "{path} ({file}) is on no list: add it to ROUTES, or to OPEN with its reason");
        }
    }
}

/// What a route does to a resource, in the words of the CapabilityStatement.
fn interaction(method: &str, path: &str) -> &'static str {
    match (method, path.ends_with("{id}")) {
        ("get", true) => "read",
        ("get", false) => "search-type",
        ("post", _) => "create",
        ("put", _) => "update",
        ("patch", _) => "patch",
        ("delete", _) => "delete",
        (other, _) => panic!("{other} {path}: no interaction known"),
    }
}

#[tokio::test]
async fn the_capability_statement_names_every_route_and_no_other() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../fhir/src/service.rs");
    let text: String = std::fs::read_to_string(root).unwrap().split_whitespace().collect();
    let mut routes = std::collections::BTreeSet::new();
    for piece in text.split(".route(\"").skip(1) {
        let (path, methods) = piece.split_once('"').unwrap();
        let kind = path.trim_start_matches('/').split('/').next().unwrap();
        if !kind.starts_with(char::is_uppercase) || path.ends_with("_search") {
            continue;
        }
        for method in ["get", "post", "put", "patch", "delete"] {
            if methods.contains(&format!(",{method}(")) || methods.contains(&format!(").{method}(")) {
                routes.insert((kind.to_owned(), interaction(method, path)));
            }
        }
    }
    let statement: serde_json::Value =
        reqwest::get(format!("{}/fhir/metadata", shared().base)).await.unwrap().json().await.unwrap();
    let mut named = std::collections::BTreeSet::new();
    // Patients are changed by what names them alone.
    let kinds = statement["rest"][0]["resource"].as_array().unwrap();
    let patient = kinds.iter().find(|one| one["type"] == "Patient").unwrap();
    assert_eq!((&patient["conditionalUpdate"], &patient["conditionalDelete"]), (&true.into(), &"single".into()));
    for code in ["update", "delete"] {
        assert!(!patient["interaction"].to_string().contains(code), "{patient}");
        named.insert(("Patient".to_owned(), code));
    }
    for resource in statement["rest"][0]["resource"].as_array().unwrap() {
        for one in resource["interaction"].as_array().unwrap() {
            let known = ["read", "search-type", "create", "update", "patch", "delete"];
            let code = known.into_iter().find(|code| one["code"] == *code).expect("an interaction that is known");
            named.insert((resource["type"].as_str().unwrap().to_owned(), code));
        }
    }
    assert_eq!(named, routes);
    let patient = statement["rest"][0]["resource"].as_array().unwrap().iter().find(|one| one["type"] == "Patient");
    let text = patient.unwrap()["searchParam"].to_string();
    assert!(["identifier", "family", "birthdate", "_has:Consent:patient:status"].iter().all(|one| text.contains(one)));
}

#[tokio::test]
async fn nothing_is_answered_without_credentials() {
    let demo = shared();
    let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.";
    for (method, route) in ROUTES {
        let path = route.replace("{id}", "4f1c6c1e-0000-4000-8000-000000000000").replace("{document}", "x");
        for token in [None, Some("nonsense"), Some(forged)] {
            let url = format!("{}{path}", demo.base);
            let mut request = demo.client().request(method.parse().unwrap(), url).body("{}");
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let status = request.send().await.unwrap().status().as_u16();
            assert_eq!(status, 401, "{method} {route} with {token:?}");
        }
    }
}

/// What the CapabilityStatement says is searched is searched by POST as well (FHIR R4, http 3.2.1.3), and the statement is asked for whole.
#[tokio::test]
async fn what_is_searched_is_searched_by_post() {
    let demo = shared();
    let token = demo.token("gp");
    let (status, statement) = demo.get("", "/fhir/metadata?_format=json&mode=full").await;
    assert_eq!(status, 200, "{statement}");
    assert_eq!(demo.get("", "/fhir/metadata?mode=terminology").await.0, 400);
    let mut searched = 0;
    for one in statement["rest"][0]["resource"].as_array().unwrap() {
        let says = |code: &str| one["interaction"].as_array().unwrap().iter().any(|it| it["code"] == code);
        if !says("search-type") {
            continue;
        }
        searched += 1;
        let kind = one["type"].as_str().unwrap();
        let request = demo.client().post(format!("{}/fhir/{kind}/_search", demo.base)).bearer_auth(&token);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body("nothing=1");
        let answer = request.send().await.unwrap();
        let (status, told) = (answer.status().as_u16(), answer.text().await.unwrap());
        assert_eq!(status, 400, "{kind}: {told}");
        assert!(told.contains("nothing"), "{kind}: {told}");
    }
    assert!(searched >= 9, "{searched}");
}
