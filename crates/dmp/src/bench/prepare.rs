//! The ground of a bench: dossiers, an authorised reader, documents.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use dmp_core::identity::ins::nir_key;
use dmp_lab::{persona, provider_store};
use dmp_store::{Chance, Clock};
use serde_json::Value;

use crate::bench::client::Connection;
use crate::bench::server::Server;
use crate::failure::Failure;
use crate::world::{Stopwatch, SystemChance, SystemClock};

/// Bytes of a measured document.
const DOCUMENT: usize = 60_000;
/// Bytes of a document that only fills a list.
const SMALL: usize = 2_000;
/// Documents in one bundle when filling.
const TOGETHER: usize = 50;
/// Credentials that share the load: each is admitted 1,000 requests a second.
pub const CREDENTIALS: usize = 64;

/// One dossier of the ground.
#[derive(Debug)]
pub struct Dossier {
    /// The value of its INS.
    pub ins: String,
    /// `patient.identifier`, encoded for an address.
    pub query: String,
    /// The id of a document of 60 kB.
    pub document: String,
}

/// The ground.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The dossiers.
    pub dossiers: Arc<Vec<Dossier>>,
    /// Tokens of readers who may read them all.
    pub readers: Arc<Vec<String>>,
    /// Tokens of who provides.
    pub writers: Arc<Vec<String>>,
    next: Arc<AtomicU64>,
}

impl Ground {
    /// A bundle of one new document of 60 kB.
    pub fn bundle(&self, dossier: &Dossier) -> Bytes {
        bundle(&dossier.ins, self.next.fetch_add(1, Ordering::Relaxed), 1, DOCUMENT)
    }
}

/// Makes the ground: opens, authorises, fills.
///
/// # Errors
/// [`Failure`] when the server refuses any of it.
pub async fn ground(server: &Server, dossiers: usize, documents: usize) -> Result<Ground, Failure> {
    let watch = Stopwatch::start();
    let numbers: Vec<String> = (0..dossiers).map(number).collect::<Result<_, _>>()?;
    import(server, &numbers)?;
    let ground = Ground {
        dossiers: Arc::new(Vec::new()),
        readers: Arc::new(tokens(server.data(), "gp")?),
        writers: Arc::new(tokens(server.data(), "hospital")?),
        next: Arc::new(AtomicU64::new(1)),
    };
    let mut filled = Vec::with_capacity(dossiers);
    let mut running = tokio::task::JoinSet::new();
    let mut waiting = numbers.into_iter().enumerate();
    let mut connections: Vec<Connection> = Vec::new();
    for _ in 0..16 {
        connections.push(Connection::open(server.address()).await?);
    }
    loop {
        while let Some(connection) = connections.pop() {
            let Some((place, ins)) = waiting.next() else { break };
            running.spawn(fill(connection, ground.clone(), place, ins, documents));
        }
        let Some(done) = running.join_next().await else { break };
        let (connection, dossier) = done.map_err(|error| Failure::of("filling", error))??;
        filled.push(dossier);
        connections.push(connection);
    }
    let disk = server.disk()?;
    println!(
        "ground: {dossiers} dossiers with {documents} documents each, made over HTTP in {:.0} s; journal {:.0} kB, documents {:.0} kB",
        watch.seconds(),
        disk.journal / 1e3,
        disk.documents / 1e3
    );
    Ok(Ground { dossiers: Arc::new(filled), ..ground })
}

/// Tokens of a persona, each a credential of its own.
///
/// # Errors
/// [`Failure`] when there is no such persona, or the lab's issuer does not sign.
pub fn tokens(data: &Path, code: &str) -> Result<Vec<String>, Failure> {
    let provider = provider_store::open_or_create(data, |bytes| SystemChance.fill(bytes))
        .map_err(|fault| Failure::of("the lab's issuer", fault))?;
    let claims = persona(code).ok_or_else(|| Failure(format!("no persona {code}")))?.claims();
    let sign = || provider.sign(&claims, SystemClock.now()).map_err(|fault| Failure::of("a token", fault));
    (0..CREDENTIALS).map(|_| sign()).collect()
}

/// The test number of a place, with its key.
///
/// # Errors
/// [`Failure`] when it is no number.
pub fn number(place: usize) -> Result<String, Failure> {
    let nir = format!("1{:02}0175{:06}", 50 + place % 50, place % 1_000_000);
    let nir = format!("{nir:0<13}");
    let nir: String = nir.chars().take(13).collect();
    let key = nir_key(&nir).map_err(|fault| Failure::of("a number", fault))?;
    Ok(format!("{nir}{key:02}"))
}

fn import(server: &Server, numbers: &[String]) -> Result<(), Failure> {
    let file = server.data().join("bench.ndjson");
    let lines: Vec<String> = numbers
        .iter()
        .map(|number| {
            format!(
                r#"{{"resourceType":"Patient","identifier":[{{"system":"urn:oid:1.2.250.1.213.1.4.10","value":"{number}"}}],"name":[{{"family":"BANC"}}],"birthDate":"1950-01-01"}}"#
            )
        })
        .collect();
    std::fs::write(&file, lines.join("\n"))?;
    server.run(&["insured", "import", &file.display().to_string()])?;
    Ok(())
}

async fn fill(
    mut connection: Connection,
    ground: Ground,
    place: usize,
    ins: String,
    documents: usize,
) -> Result<(Connection, Dossier), Failure> {
    let reader = ground.readers.get(place % CREDENTIALS).cloned().unwrap_or_default();
    let writer = ground.writers.get(place % CREDENTIALS).cloned().unwrap_or_default();
    let consent = format!(
        r#"{{"resourceType":"Consent","status":"active","patient":{{"identifier":{{"system":"urn:oid:1.2.250.1.213.1.4.10","value":"{ins}"}}}},"provision":{{"type":"permit"}}}}"#
    );
    expect(connection.post("/fhir/Consent", &reader, consent.into()).await?, 201)?;
    let mut left = documents.saturating_sub(1);
    while left > 0 {
        let now = left.min(TOGETHER);
        let first = ground.next.fetch_add(now as u64, Ordering::Relaxed);
        expect(connection.post("/fhir/", &writer, bundle(&ins, first, now, SMALL)).await?, 200)?;
        left -= now;
    }
    let first = ground.next.fetch_add(1, Ordering::Relaxed);
    let answer = expect(connection.post("/fhir/", &writer, bundle(&ins, first, 1, DOCUMENT)).await?, 200)?;
    let value: Value = serde_json::from_slice(&answer).map_err(|error| Failure::of("an answer", error))?;
    let location = value.pointer("/entry/1/response/location").and_then(Value::as_str).unwrap_or_default();
    let document = location.rsplit('/').next().unwrap_or_default().to_owned();
    let query = format!("urn:oid:1.2.250.1.213.1.4.10%7C{ins}");
    Ok((connection, Dossier { ins, query, document }))
}

fn expect((status, body): (u16, Bytes), wanted: u16) -> Result<Bytes, Failure> {
    if status == wanted {
        return Ok(body);
    }
    Err(Failure(format!("the server answers {status}, not {wanted}: {}", String::from_utf8_lossy(&body))))
}

/// A bundle of `count` documents of about `size` bytes each, numbered from `first`.
fn bundle(ins: &str, first: u64, count: usize, size: usize) -> Bytes {
    let mut entries = Vec::with_capacity(1 + 2 * count);
    let members: Vec<String> =
        (0..count).map(|one| format!(r#"{{"item":{{"reference":"urn:uuid:d{one}"}}}}"#)).collect();
    entries.push(format!(
        r#"{{"fullUrl":"urn:uuid:s","resource":{{"resourceType":"List","status":"current","mode":"working","code":{{"coding":[{{"system":"https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes","code":"submissionset"}}]}},"subject":{{"identifier":{{"system":"urn:oid:1.2.250.1.213.1.4.10","value":"{ins}"}}}},"date":"2026-11-22T10:00:00Z","entry":[{}]}},"request":{{"method":"POST","url":"List"}}}}"#,
        members.join(",")
    ));
    for one in 0..count {
        let unique_id = format!("1.2.250.1.999.7.{}", first + one as u64);
        let data = STANDARD.encode(document(ins, &unique_id, size));
        entries.push(format!(
            r#"{{"fullUrl":"urn:uuid:d{one}","resource":{{"resourceType":"DocumentReference","masterIdentifier":{{"system":"urn:ietf:rfc:3986","value":"urn:oid:{unique_id}"}},"status":"current","type":{{"coding":[{{"system":"http://loinc.org","code":"11490-0"}}]}},"subject":{{"identifier":{{"system":"urn:oid:1.2.250.1.213.1.4.10","value":"{ins}"}}}},"author":[{{"identifier":{{"system":"urn:oid:1.2.250.1.71.4.2.1","value":"801234567897"}},"display":"Camille BANC"}}],"securityLabel":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"N"}}]}}],"content":[{{"attachment":{{"contentType":"text/xml","language":"fr-FR","url":"urn:uuid:b{one}","title":"Lettre de liaison","creation":"2026-11-22T10:00:00Z"}},"format":{{"system":"http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode","code":"urn:ihe:iti:xds:2017:mimeTypeSufficient"}}}}],"context":{{"period":{{"start":"2026-11-22T10:00:00Z"}},"facilityType":{{"coding":[{{"system":"urn:oid:1.2.250.1.71.4.2.4","code":"SA01"}}]}},"practiceSetting":{{"coding":[{{"system":"urn:oid:1.2.250.1.213.1.1.4.9","code":"ETABLISSEMENT"}}]}}}}}},"request":{{"method":"POST","url":"DocumentReference"}}}}"#
        ));
        entries.push(format!(
            r#"{{"fullUrl":"urn:uuid:b{one}","resource":{{"resourceType":"Binary","contentType":"text/xml","data":"{data}"}},"request":{{"method":"POST","url":"Binary"}}}}"#
        ));
    }
    format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{}]}}"#, entries.join(",")).into()
}

/// Bytes that a measured document really has.
pub fn content_length() -> usize {
    document("150017500000000", "1.2.250.1.999.7.200000", DOCUMENT).len()
}

/// A CDA of about `size` bytes.
fn document(ins: &str, unique_id: &str, size: usize) -> String {
    let head = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/><id root="{unique_id}"/><code code="11490-0" codeSystem="2.16.840.1.113883.6.1"/><title>Lettre de liaison</title><effectiveTime value="20261122100000+0000"/><confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/><languageCode code="fr-FR"/><recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="{ins}"/><patient><name><family>BANC</family></name><birthTime value="19500101"/></patient></patientRole></recordTarget><component><structuredBody><component><section><title>Texte</title><text>"#
    );
    let tail = "</text></section></component></structuredBody></component></ClinicalDocument>";
    let line = "<paragraph>Le patient va mieux ; la suite est surveillée par son médecin traitant, comme convenu.</paragraph>\n";
    let room = size.saturating_sub(head.len() + tail.len());
    format!("{head}{}{tail}", line.repeat(room / line.len()))
}
