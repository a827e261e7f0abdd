//! A demo, people of its own who do not exist, and what is asked about them.

use dmp_content::{Limits, read_cda};
use dmp_core::code::Instant;
use dmp_core::identity::Ins;
use dmp_core::identity::ins::nir_key;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, people, persona};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::common::{Demo, patient};

/// The domain of test numbers.
pub const TEST: &str = "1.2.250.1.213.1.4.10";
/// The system of access modes.
pub const PURPOSES: &str = "urn:oid:1.2.250.1.213.1.1.4.248";
/// The system of a Consent's actions.
pub const ACTIONS: &str = "http://terminology.hl7.org/CodeSystem/consentaction";
/// The system of classes of documents.
pub const CLASSES: &str = "urn:oid:1.2.250.1.213.1.1.4.1";
/// An id of nothing.
pub const NOWHERE: &str = "4f1c6c1e-0000-4000-8000-000000000000";

/// A demo without budgets, with more settings.
pub struct Scene {
    pub demo: Demo,
}

impl Scene {
    pub fn of(settings: &[&str]) -> Self {
        Self { demo: Demo::set(&[crate::common::NO_BUDGETS, settings].concat()) }
    }

    /// A person of that number who has an open dossier; nobody activated it.
    pub fn opened(&self, place: u32) -> Person {
        let one = person(place);
        let output = self.demo.import(&[resource(&one)]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        one
    }

    /// The same, in his own hands: with his token.
    pub async fn lived(&self, place: u32) -> (Person, String) {
        let one = self.opened(place);
        let holder = self.demo.activated(&one.ins.to_text()).await;
        (one, holder)
    }

    pub fn operator(&self) -> String {
        self.demo.claims(&json!({"role": "operator", "id": "exploitation"}))
    }

    pub fn help_desk(&self) -> String {
        self.demo.claims(&json!({"role": "helpdesk", "id": "agent-7", "name": "Agent"}))
    }

    /// A persona in a secret connection.
    pub fn in_secret(&self, code: &str) -> String {
        let mut claims = persona(code).unwrap().claims();
        claims["secret"] = json!(true);
        self.demo.claims(&claims)
    }

    pub fn request(&self, method: Method, token: &str, path: &str) -> RequestBuilder {
        self.demo.client().request(method, format!("{}{path}", self.demo.base)).bearer_auth(token)
    }

    /// A search for one's documents.
    pub async fn finds(&self, token: &str, one: &Person) -> (u16, Value) {
        self.demo.get(token, &format!("/fhir/DocumentReference?patient.identifier={}", query(one))).await
    }

    /// A change of his Patient.
    pub async fn patched(&self, token: &str, one: &Person, patch: &Value) -> (u16, Value) {
        self.demo.patch(token, &format!("/fhir/Patient?identifier={}", query(one)), patch).await
    }

    /// A Consent with that provision.
    pub async fn decides(&self, token: &str, one: &Person, provision: Value) -> (u16, Value) {
        let mut consent = crate::common::consent(one.ins.domain.code(), &one.ins.value);
        consent["provision"] = provision;
        consent["sourceAttachment"] = json!({"title": "Je le souhaite ainsi."});
        self.demo.post(token, "/fhir/Consent", &consent).await
    }

    /// The same, and it is done.
    pub async fn decided(&self, token: &str, one: &Person, provision: Value) {
        let (status, answer) = self.decides(token, one, provision).await;
        assert_eq!(status, 201, "{answer}");
    }

    /// Declares oneself authorised.
    pub async fn declares(&self, token: &str, one: &Person) {
        self.decided(token, one, json!({"type": "permit"})).await;
    }

    /// A deposit that succeeds: the id of its document.
    pub async fn provides(&self, token: &str, bundle: &Value) -> String {
        let (status, answer) = self.demo.post(token, "/fhir", bundle).await;
        assert_eq!(status, 200, "{answer}");
        let location = answer["entry"][1]["response"]["location"].as_str().unwrap();
        location.rsplit('/').next().unwrap().to_owned()
    }

    /// What his history has, its own readings left out: newest first.
    pub async fn lines(&self, holder: &str, one: &Person) -> Vec<Value> {
        let path = format!("/fhir/AuditEvent?patient.identifier={}&_count=1000", query(one));
        let (status, history) = self.demo.get(holder, &path).await;
        assert_eq!(status, 200, "{history}");
        let lines = history["entry"].as_array().unwrap().iter().map(|entry| entry["resource"].clone());
        lines.filter(|line| line["subtype"][1]["code"] != "read-history").collect()
    }
}

/// Somebody of that number; the others differ from him by it alone.
pub fn person(place: u32) -> Person {
    let nir = format!("2790369990{place:03}");
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    Person { ins: Ins::parse(TEST, &value).unwrap(), ..people().unwrap()[0].clone() }
}

/// One of the demo's own people.
pub fn known(key: &str) -> Person {
    people().unwrap().into_iter().find(|one| one.key == key).unwrap()
}

/// His Patient.
pub fn resource(one: &Person) -> Value {
    let gender = if one.ins.value.starts_with('1') { "male" } else { "female" };
    patient(one.ins.domain.code(), &one.ins.value, one.family, one.given, &one.birth.to_string(), gender)
}

pub fn query(one: &Person) -> String {
    one.ins.to_text().replace('|', "%7C")
}

pub fn identifier(one: &Person) -> Value {
    json!({"system": format!("urn:oid:{}", one.ins.domain.code()), "value": one.ins.value})
}

/// The actor of a provision: a persona.
pub fn actor(code: &str) -> Value {
    let id = persona(code).unwrap().id.unwrap();
    json!([{"reference": {"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": id}}}])
}

/// A Communication of that category.
pub fn communication(category: &str) -> Value {
    json!({"resourceType": "Communication", "status": "completed",
        "category": [{"coding": [{"system": "urn:dmp:communication", "code": category}]}]})
}

/// A JSON Patch that sets one element.
pub fn set(element: &str, value: Value) -> Value {
    json!([{"op": "replace", "path": element, "value": value}])
}

/// A document's bytes.
pub fn document(kind: Kind, one: &Person, unique_id: &str, bulk: usize) -> Vec<u8> {
    let recipe = Recipe {
        kind,
        patient: one,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk,
    };
    recipe.write()
}

/// The transaction that provides a document.
pub fn bundle(bytes: &[u8], options: &Options<'_>) -> Value {
    iti65_bundle(bytes, &read_cda(bytes, Limits::default()).unwrap(), options)
}

/// A prescription with visibility codes.
pub fn prescription(one: &Person, unique_id: &str, flags: &[&'static str]) -> Value {
    let bytes = document(Kind::Prescription, one, unique_id, 2_000);
    bundle(&bytes, &Options { flags: flags.to_vec(), ..Options::default() })
}
