//! A document is given in the form that its client takes: weighed as RFC 9110 says, never guessed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, rule, shared};
use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, iti65_bundle, people, persona};
use serde_json::Value;

#[tokio::test]
async fn what_the_client_prefers_it_gets() {
    let demo = shared();
    let people = people().unwrap();
    let recipe = Recipe {
        kind: Kind::ScannedLetter,
        patient: &people[0],
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id: "1.2.250.1.999.75.1",
        replaces: None,
        bulk: 500,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let bundle = iti65_bundle(&bytes, &header, &Options::default());
    let (_, answer) = demo.post(&demo.token("hospital"), "/fhir", &bundle).await;
    let location = answer["entry"][1]["response"]["location"].as_str().unwrap();
    let address = format!("{}/fhir/Binary/{}", demo.base, location.rsplit('/').next().unwrap());
    let gp = demo.token("gp");
    let rows = [
        ("", "raw"),
        ("*/*", "raw"),
        ("text/xml", "raw"),
        ("application/xml", "raw"),
        ("TEXT/XML", "raw"),
        ("text/*", "raw"),
        ("text/xml, application/fhir+json;q=0.5", "raw"),
        ("*/*, application/fhir+json;q=0.1", "raw"),
        ("application/fhir+json;q=0, */*", "raw"),
        ("application/fhir+json", "resource"),
        ("Application/FHIR+JSON; Q=0.3", "resource"),
        ("application/json", "resource"),
        ("application/fhir+json, text/xml;q=0.9", "resource"),
        ("application/fhir+json, */*;q=0.8", "resource"),
        ("text/xml;q=0, */*;q=0.1", "resource"),
        ("application/fhir+json;fhirVersion=4.0", "resource"),
        ("image/png", "neither"),
        ("application/fhir+xml", "neither"),
        ("text/xml;q=0", "neither"),
        ("application/fhir+json;q=0", "neither"),
    ];
    for (accept, wanted) in rows {
        let mut request = demo.client().get(&address).bearer_auth(&gp);
        if !accept.is_empty() {
            request = request.header("accept", accept);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        let came = match serde_json::from_slice::<Value>(&body).ok().map(|value| value["resourceType"].clone()) {
            Some(kind) if kind == "Binary" => "resource",
            Some(kind) if kind == "OperationOutcome" && status == 406 => "neither",
            _ if body == bytes && status == 200 => "raw",
            _ => "something else",
        };
        assert_eq!(came, wanted, "{accept}: {status}");
    }
    // What is not there is not there, whatever one takes.
    let unknown = format!("{}/fhir/Binary/4f1c6c1e-0000-4000-8000-000000000000", demo.base);
    let response = demo.client().get(unknown).bearer_auth(&gp).header("accept", "image/png").send().await.unwrap();
    assert_eq!(response.status().as_u16(), 404);
}

/// What is asked, with which header, and how it is answered.
async fn answered(
    demo: &Demo,
    token: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> (u16, Value, Vec<u8>) {
    let mut request = demo.client().request(method.parse().unwrap(), format!("{}{path}", demo.base)).bearer_auth(token);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if method == "POST" {
        request = request.body("{\"resourceType\": \"Consent\"}");
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let body = response.bytes().await.unwrap().to_vec();
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null), body)
}

const JSON: (&str, &str) = ("content-type", "application/fhir+json");

/// A condition that would betray what is hidden, another form than JSON, a parameter that nobody reads: refused, never passed over.
#[tokio::test]
async fn what_no_interaction_takes_is_refused() {
    let demo = shared();
    let gp = demo.token("gp");
    let alma = people().unwrap()[0].ins.to_text().replace('|', "%7C");
    let documents = format!("/fhir/DocumentReference?patient.identifier={alma}");
    let events = format!("/fhir/AuditEvent?patient.identifier={alma}");
    let patient = format!("/fhir/Patient?identifier={alma}&_format=xml");
    let none = ("if-none-exist", "identifier=urn:oid:1.2.3");
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16, &'a str);
    let rows: [Row<'_>; 20] = [
        ("GET", &format!("{documents}&_format=application/fhir+json"), &[], 200, ""),
        ("GET", "/fhir/metadata?_format=application/fhir%2Bjson", &[], 200, ""),
        ("GET", &format!("{documents}&_format=application/fhir+xml"), &[], 400, "search-parameter"),
        ("POST", "/fhir", &[JSON, none], 400, "if-none-exist"),
        ("POST", "/fhir/", &[JSON, none], 400, "if-none-exist"),
        ("POST", "/fhir/Consent", &[JSON, none], 400, "if-none-exist"),
        ("POST", "/fhir/Patient", &[JSON, none], 400, "if-none-exist"),
        ("POST", "/fhir?_format=xml", &[JSON], 400, "search-parameter"),
        ("POST", "/fhir?banana=1", &[JSON], 400, "search-parameter"),
        ("POST", "/fhir/Consent?banana=1", &[JSON], 400, "search-parameter"),
        ("GET", "/fhir/metadata?_format=xml", &[], 400, "search-parameter"),
        ("GET", "/fhir/metadata?banana=1", &[], 400, "search-parameter"),
        ("GET", &patient, &[], 400, "search-parameter"),
        ("GET", &documents, &[("accept", "image/png")], 406, "accept"),
        ("GET", &documents, &[("accept", "application/fhir+xml")], 406, "accept"),
        ("GET", "/fhir/metadata", &[("accept", "application/fhir+xml")], 406, "accept"),
        ("POST", "/fhir/List/_search", &[("accept", "text/html")], 406, "accept"),
        ("GET", &documents, &[("accept", "application/fhir+xml, application/fhir+json;q=0.1")], 200, ""),
        ("GET", "/fhir/metadata?mode=full", &[("accept", "text/html, */*;q=0.8")], 200, ""),
        ("GET", &format!("{events}&_count=1&_count=2"), &[], 400, "search-parameter"),
    ];
    for (method, path, headers, status, wanted) in rows {
        let (came, outcome, _) = answered(demo, &gp, method, path, headers).await;
        assert_eq!((came, rule(&outcome)), (status, wanted), "{method} {path} {headers:?}: {outcome}");
    }
}

/// A page says where it stands itself: the question, and how much of it.
#[tokio::test]
async fn a_page_names_itself() {
    let demo = shared();
    let holder = demo.holder(&people().unwrap()[0].ins.to_text());
    let alma = people().unwrap()[0].ins.to_text().replace('|', "%7C");
    for kind in ["AuditEvent", "DocumentReference", "List"] {
        let path = format!("/fhir/{kind}?patient.identifier={alma}&_count=1");
        let (_, page) = demo.get(&holder, &path).await;
        let link = |page: &Value, relation: &str| {
            let links = page["link"].as_array().unwrap();
            links.iter().find(|one| one["relation"] == relation).map(|one| one["url"].as_str().unwrap().to_owned())
        };
        let here = |url: String| url.split_once("/fhir").map(|(_, path)| format!("/fhir{path}")).unwrap();
        let own = here(link(&page, "self").unwrap());
        assert!(own.contains("_count=1") && own.contains("patient.identifier"), "{own}");
        assert!(demo.get(&holder, &own).await.1["entry"][0]["fullUrl"].is_string(), "{own}");
        let next = here(link(&page, "next").unwrap());
        let (_, second) = demo.get(&holder, &next).await;
        assert!(link(&second, "self").unwrap().contains("_page="), "{kind}");
    }
}

/// `If-Match` and `If-Range` are heard: what has other bytes is not put together with these.
#[tokio::test]
async fn conditions_on_a_document_are_heard() {
    let demo = shared();
    let gp = demo.token("gp");
    let alma = people().unwrap()[0].ins.to_text().replace('|', "%7C");
    let (_, found) = demo.get(&gp, &format!("/fhir/DocumentReference?patient.identifier={alma}&_count=1")).await;
    let address = found["entry"][0]["resource"]["content"][0]["attachment"]["url"].as_str().unwrap();
    let path = format!("/fhir{}", address.split_once("/fhir").unwrap().1);
    let response = demo.client().get(format!("{}{path}", demo.base)).bearer_auth(&gp).send().await.unwrap();
    let own = response.headers()["etag"].to_str().unwrap().to_owned();
    let range = ("range", "bytes=0-3");
    // Strong: what was broken off is resumed. A weak tag, and that of the Binary in JSON, are of other bytes.
    let weak = format!("W/{own}");
    let form = ("accept", "application/fhir+json");
    let request = demo.client().get(format!("{}{path}", demo.base)).bearer_auth(&gp).header(form.0, form.1);
    let of_json = request.send().await.unwrap().headers()["etag"].to_str().unwrap().to_owned();
    assert!(own.starts_with('"') && of_json.starts_with('"') && own != of_json, "{own} {of_json}");
    let rows: [(&[(&str, &str)], u16); 13] = [
        (&[range], 206),
        (&[range, ("if-range", &own)], 206),
        (&[range, ("if-range", &weak)], 200),
        (&[range, ("if-range", &of_json)], 200),
        (&[("if-match", &weak)], 412),
        (&[("if-none-match", &own)], 304),
        (&[("if-none-match", &weak)], 304),
        (&[("if-none-match", &own), form], 200),
        (&[("if-none-match", &of_json), form], 304),
        (&[range, ("if-range", "\"other\"")], 200),
        (&[range, ("if-range", "Sun, 22 Nov 2026 10:00:00 GMT")], 200),
        (&[("if-match", &own)], 200),
        (&[("if-match", "\"other\"")], 412),
    ];
    for (headers, expected) in rows {
        let (status, _, body) = answered(demo, &gp, "GET", &path, headers).await;
        assert_eq!(status, expected, "{headers:?}");
        assert_eq!(body.len() == 4, expected == 206, "{headers:?}");
    }
    let unknown = "/fhir/Binary/4f1c6c1e-0000-4000-8000-000000000000";
    assert_eq!(answered(demo, &gp, "GET", unknown, &[("if-match", "\"other\"")]).await.0, 404);
}

/// A search that has no pages names itself too: in clear where it was asked in clear, sealed where it was in a body.
#[tokio::test]
async fn a_searchset_says_what_was_asked() {
    let demo = shared();
    let (holder, gp) = (demo.holder(&people().unwrap()[0].ins.to_text()), demo.token("gp"));
    let alma = people().unwrap()[0].ins.to_text();
    let asked = alma.replace('|', "%7C");
    let searches = [
        ("Patient", "identifier", &gp),
        ("Consent", "patient.identifier", &holder),
        ("RelatedPerson", "patient.identifier", &holder),
        ("Subscription", "patient.identifier", &holder),
        ("Communication", "subject.identifier", &holder),
    ];
    for (kind, parameter, token) in searches {
        let own = |found: &Value| {
            assert_eq!(found["link"][0]["relation"], "self", "{kind}: {found}");
            let url = found["link"][0]["url"].as_str().unwrap();
            format!("/fhir{}", url.split_once("/fhir").unwrap().1)
        };
        let path = format!("/fhir/{kind}?{parameter}={asked}");
        let (status, found) = demo.get(token, &format!("{path}&_format=json")).await;
        assert_eq!((status, own(&found)), (200, path), "{kind}");
        let request = demo.client().post(format!("{}/fhir/{kind}/_search", demo.base)).bearer_auth(token);
        let body = format!("{parameter}={asked}");
        let posted = request.header("content-type", "application/x-www-form-urlencoded").body(body).send().await;
        let posted: Value = posted.unwrap().json().await.unwrap();
        let sealed = own(&posted);
        assert!(sealed.starts_with(&format!("/fhir/{kind}?_page=")), "{sealed}");
        assert!(!sealed.contains(&*people().unwrap()[0].ins.value), "{sealed}");
        let (status, again) = demo.get(token, &sealed).await;
        assert_eq!((status, &again["total"]), (200, &posted["total"]), "{kind}: {again}");
        // For this caller, and for nobody else.
        assert_eq!(demo.get(&demo.token("nurse"), &sealed).await.0, 400, "{kind}");
    }
}

/// The statement has the parameters by their names, and each that is taken.
#[tokio::test]
async fn the_statement_has_every_parameter_once() {
    let demo = shared();
    let (_, statement) = demo.get("", "/fhir/metadata").await;
    for resource in statement["rest"][0]["resource"].as_array().unwrap() {
        let names: Vec<&str> =
            resource["searchParam"].as_array().into_iter().flatten().map(|one| one["name"].as_str().unwrap()).collect();
        let plain = |name: &&str| !name.contains(':') || name.starts_with("_has:");
        assert!(names.iter().all(plain), "{names:?}");
        assert_eq!(names.contains(&"code"), resource["type"] == "List", "{names:?}");
    }
}
