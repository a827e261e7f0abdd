//! Two demos that begin alike, and the people in them.

use std::collections::HashMap;

use dmp_content::{Limits, read_cda};
use dmp_core::code::{Code, Instant};
use dmp_core::identity::ins::nir_key;
use dmp_core::identity::{Ins, InsDomain};
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, people, persona};
use serde_json::{Value, json};

use crate::common::{Demo, patient};
use crate::exchange::{Answer, Exchange};

const DOMAIN: &str = "1.2.250.1.213.1.4.10";

/// Without budgets and without a limit of requests: what is compared is the answers.
const SETTINGS: &[&str] = &[
    "policy.budget_professional=[0, 0]",
    "policy.budget_small_structure=[0, 0]",
    "policy.budget_large_structure=[0, 0]",
    "admission.requests_per_second=100000",
];

/// Both worlds.
pub struct Worlds {
    pub demos: [Demo; 2],
    client: reqwest::Client,
    tokens: HashMap<String, [String; 2]>,
    pub people: Vec<Person>,
}

impl Worlds {
    /// With so many adults and so many minors of sixteen, nobody activated: adults first.
    pub fn begin(adults: usize, minors: usize) -> Self {
        let demos = [(); 2].map(|()| Demo::set(SETTINGS));
        let year: i16 = demos[0].run_well(&["demo", "clock"])[..4].parse().unwrap();
        let model = people().unwrap().swap_remove(0);
        let mut people: Vec<Person> = Vec::new();
        for number in 0..adults + minors {
            let born = if number < adults { 1979 } else { year - 17 };
            let birth = dmp_core::code::Day::new(born, 3, 28).unwrap();
            let nir = format!("2{:02}03{:08}", born % 100, 50_000_000 + number);
            let ins = Ins::new(InsDomain::Test, &format!("{nir}{:02}", nir_key(&nir).unwrap())).unwrap();
            // Names of their own: a search by traits finds one.
            let family: &'static str = Box::leak(format!("FICTIF{}", letters(number)).into_boxed_str());
            people.push(Person { ins, birth, family, used_family: None, ..model.clone() });
        }
        Self { demos, client: reqwest::Client::new(), tokens: HashMap::new(), people }
    }

    /// Opens the dossier of one, one at a time: journals are numbered alike.
    pub fn import(&self, one: &Person) {
        let resource = patient(DOMAIN, &one.ins.value, one.family, one.given, &one.birth.to_string(), "female");
        for demo in &self.demos {
            let output = demo.import(std::slice::from_ref(&resource));
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
    }

    /// Both tokens of a persona, or of claims.
    pub fn token(&mut self, who: &Who) -> [String; 2] {
        if let Some(known) = self.tokens.get(&who.key()) {
            return known.clone();
        }
        let made = [0, 1].map(|world| match who {
            Who::Persona(code) => self.demos[world].token(code),
            Who::Claims(claims) => self.demos[world].claims(claims),
        });
        self.tokens.insert(who.key(), made.clone());
        made
    }

    /// What one world answers.
    pub async fn ask(&self, world: usize, token: &str, exchange: &Exchange) -> Answer {
        let url = format!("{}{}", self.demos[world].base, exchange.fill(&exchange.path, world));
        let mut request = self.client.request(exchange.method.parse().unwrap(), url).bearer_auth(token);
        for (name, value) in &exchange.headers {
            request = request.header(*name, exchange.fill(value, world));
        }
        if let Some(body) = &exchange.body {
            request = request.body(exchange.fill(body, world));
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let mut headers: Vec<(String, String)> = response
            .headers()
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        headers.sort();
        Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// Does something in one world, and it is done: what it takes for granted must hold.
    pub async fn does(&mut self, world: usize, who: &Who, exchange: &Exchange) -> Answer {
        let tokens = self.token(who);
        let answer = self.ask(world, &tokens[world], exchange).await;
        assert!((200..300).contains(&answer.status), "{who:?}: {}\n{}", exchange.told(world), answer.text());
        answer
    }

    /// The same in both: the worlds stay alike.
    pub async fn both(&mut self, who: &Who, exchange: &Exchange) -> [Answer; 2] {
        [self.does(0, who, exchange).await, self.does(1, who, exchange).await]
    }
}

fn letters(mut number: usize) -> String {
    let mut out = String::new();
    for _ in 0..3 {
        out.push(char::from(b'A' + u8::try_from(number % 26).unwrap()));
        number /= 26;
    }
    out
}

/// Who asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Who {
    Persona(&'static str),
    Claims(Value),
}

impl Who {
    pub fn key(&self) -> String {
        format!("{self:?}")
    }

    /// Whoever holds this dossier.
    pub fn holder(person: &Person) -> Self {
        Self::Claims(dmp_lab::holder(&person.ins))
    }

    /// The mother of a minor.
    pub fn mother(person: &Person) -> Self {
        Self::Claims(
            json!({"role": "representative", "id": format!("mother-{}", person.ins.value), "ins": person.ins.to_text()}),
        )
    }

    /// A carer.
    pub fn carer(person: &Person) -> Self {
        Self::Claims(json!({"role": "carer", "id": format!("carer-{}", person.ins.value), "ins": person.ins.to_text()}))
    }

    pub fn operator() -> Self {
        Self::Claims(json!({"role": "operator", "id": "op-1", "name": "Op"}))
    }

    /// A persona whose connection is secret.
    pub fn secret(code: &str) -> Self {
        let mut claims = persona(code).unwrap().claims();
        claims["secret"] = json!(true);
        Self::Claims(claims)
    }
}

/// A document to be deposited.
#[derive(Debug, Clone)]
pub struct Deposit<'a> {
    pub kind: Kind,
    pub unique_id: String,
    pub author: &'static str,
    pub flags: Vec<&'static str>,
    pub replaces: Option<String>,
    pub type_code: Option<Code>,
    pub person: &'a Person,
    /// So many bytes at least: other bytes under the same uniqueId.
    pub bulk: usize,
}

impl<'a> Deposit<'a> {
    pub fn new(person: &'a Person, kind: Kind, unique_id: impl Into<String>) -> Self {
        let unique_id = unique_id.into();
        Self {
            kind,
            unique_id,
            author: "hospital",
            flags: Vec::new(),
            replaces: None,
            type_code: None,
            person,
            bulk: 3_000,
        }
    }

    /// As an ITI-65 transaction.
    pub fn exchange(&self) -> Exchange {
        let recipe = Recipe {
            kind: self.kind,
            patient: self.person,
            author: persona(self.author).unwrap(),
            created: Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
            unique_id: &self.unique_id,
            replaces: None,
            bulk: self.bulk,
        };
        let bytes = recipe.write();
        let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
        let options = Options {
            flags: self.flags.clone(),
            replaces: self.replaces.as_deref(),
            type_code: self.type_code.clone(),
            ..Options::default()
        };
        Exchange::send("POST", "/fhir", iti65_bundle(&bytes, &header, &options))
    }
}

/// The id of the document that a deposit was given.
pub fn deposited(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap();
    let location = body["entry"][1]["response"]["location"].as_str().unwrap_or_else(|| panic!("{body}"));
    location.rsplit('/').next().unwrap().to_owned()
}

/// How a person is named in a resource.
pub fn subject(person: &Person) -> Value {
    json!({"identifier": {"system": format!("urn:oid:{DOMAIN}"), "value": person.ins.value}})
}

/// How a person is named in a query.
pub fn query(person: &Person) -> String {
    person.ins.to_text().replace('|', "%7C")
}

/// A Consent with a provision.
pub fn consent(person: &Person, provision: &Value) -> Exchange {
    let consent =
        json!({"resourceType": "Consent", "status": "active", "patient": subject(person), "provision": provision});
    Exchange::send("POST", "/fhir/Consent", consent)
}

/// The role of médecin traitant: given to a professional, or given up by himself.
pub fn medecin_traitant(person: &Person, kind: &str, professional: Option<&str>) -> Exchange {
    let function = "http://terminology.hl7.org/CodeSystem/v3-ParticipationFunction";
    let mut actor = json!({"role": {"coding": [{"system": function, "code": "PCP"}]}});
    if let Some(id) = professional {
        actor["reference"] = json!({"identifier": {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": id}});
    }
    consent(person, &json!({"type": kind, "actor": [actor]}))
}

/// A FHIRPath patch that adds or takes off a visibility code.
pub fn label(code: &str, on: bool) -> Value {
    let part = |name: &str, kind: &str, value: Value| json!({"name": name, kind: value});
    let parts = if on {
        let label = json!({"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": code}]});
        vec![
            part("type", "valueCode", "add".into()),
            part("path", "valueString", "DocumentReference".into()),
            part("name", "valueString", "securityLabel".into()),
            part("value", "valueCodeableConcept", label),
        ]
    } else {
        let path = format!("DocumentReference.securityLabel.where(coding.code='{code}')");
        vec![part("type", "valueCode", "delete".into()), part("path", "valueString", path.into())]
    };
    json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]})
}

/// A patch that deletes a document.
pub fn deletion() -> Value {
    let url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-deleted";
    json!([
        {"op": "add", "path": "/extension/-", "value": {"url": url, "valueBoolean": true}},
        {"op": "replace", "path": "/status", "value": "superseded"},
    ])
}

/// A patch that archives a document, or takes it out.
pub fn archive(on: bool) -> Value {
    let url = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived";
    json!([{"op": "add", "path": "/extension/-", "value": {"url": url, "valueBoolean": on}}])
}
