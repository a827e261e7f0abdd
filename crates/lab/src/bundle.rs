//! Documents as an ITI-65 transaction (PDSm 3.1 comprehensive, MHD 4.2): what a client of this server sends.

mod metadata;
mod people;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dmp_content::CdaHeader;
use dmp_core::code::{Code, Coded, Dtm, sha256};
use serde_json::{Value, json};

pub use metadata::{Metadata, Options};

const PDSM: &str = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition";
const MHD: &str = "https://profiles.ihe.net/ITI/MHD";

/// A transaction that provides one CDA document, its metadata derived from its header.
#[must_use]
pub fn iti65_bundle(bytes: &[u8], header: &CdaHeader, options: &Options<'_>) -> Value {
    transaction(&[(bytes, &Metadata::of_cda(header, options))])
}

/// A transaction that provides documents of any kind, all of one patient, in one submission set.
#[must_use]
pub fn transaction(documents: &[(&[u8], &Metadata)]) -> Value {
    let Some((_, first)) = documents.first() else { return json!({"resourceType": "Bundle", "type": "transaction"}) };
    let seed: String =
        documents.iter().map(|(bytes, one)| format!("{}|{}|{}|", one.ins, one.unique_id, bytes.len())).collect();
    let url = |kind: &str, index: usize| format!("urn:uuid:{}", uuid(&format!("{seed}{kind}{index}")));
    let mut members = Vec::new();
    let mut entries = Vec::new();
    for (index, (bytes, one)) in documents.iter().enumerate() {
        let (reference, binary) = (url("reference", index), url("binary", index));
        members.push(json!({"item": {"reference": reference}}));
        entries.push(entry(&reference, "DocumentReference", document_reference(bytes, one, &binary)));
        let data = STANDARD.encode(bytes);
        entries.push(entry(
            &binary,
            "Binary",
            json!({"resourceType": "Binary", "contentType": one.mime_type, "data": data}),
        ));
    }
    let list = submission_set(first, &seed, &members);
    entries.insert(0, entry(&url("list", 0), "List", list));
    json!({
        "resourceType": "Bundle",
        "meta": {"profile": [format!("{PDSM}/pdsm-comprehensive-provide-document-bundle")]},
        "type": "transaction",
        "entry": entries,
    })
}

fn entry(full_url: &str, kind: &str, resource: Value) -> Value {
    json!({"fullUrl": full_url, "resource": resource, "request": {"method": "POST", "url": kind}})
}

fn submission_set(one: &Metadata, seed: &str, members: &[Value]) -> Value {
    let mut contained = vec![one.source_patient()];
    let source = one.authors.first().map(|author| people::add(&mut contained, "source", author));
    let content_type = Coded::bare(Code::new("1.2.250.1.213.2.2", "07"));
    let mut list = json!({
        "resourceType": "List",
        "meta": {"profile": [format!("{PDSM}/pdsm-submissionset-comprehensive")]},
        "contained": contained,
        "extension": [
            {"url": format!("{MHD}/StructureDefinition/ihe-designationType"), "valueCodeableConcept": concept(&content_type)},
            {"url": format!("{MHD}/StructureDefinition/ihe-sourceId"),
                "valueIdentifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:2.16.840.1.113883.19.99"}},
            {"url": format!("{MHD}/StructureDefinition/ihe-sourcePatientId"),
                "valueReference": {"reference": "#patient-source"}},
        ],
        "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986", "value": format!("urn:oid:{}", oid(seed))}],
        "status": "current",
        "mode": "working",
        "title": one.title,
        "code": {"coding": [{"system": format!("{MHD}/CodeSystem/MHDlistTypes"), "code": "submissionset"}]},
        "subject": one.subject(),
        "date": instant(one.submitted.map_or(one.creation, Dtm::second)),
        "entry": members,
    });
    if let Some(source) = source {
        put(&mut list, "source", json!({"reference": source}));
    }
    list
}

const NOS: &str = "https://mos.esante.gouv.fr/NOS";

fn document_reference(bytes: &[u8], one: &Metadata, binary: &str) -> Value {
    let mut contained = vec![one.source_patient()];
    let name = |index: usize| format!("author{index}");
    let authors: Vec<Value> = one
        .authors
        .iter()
        .enumerate()
        .map(|(index, author)| json!({"reference": people::add(&mut contained, &name(index), author)}))
        .collect();
    let authenticator = one.authenticator.as_ref().map(|author| people::add(&mut contained, "authenticator", author));
    let sha1 = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
    let mut labels = vec![json!({"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
        "code": one.confidentiality}]})];
    labels.extend(
        one.flags.iter().map(|flag| json!({"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": flag}]})),
    );
    let mut period = json!({"start": one.service_start.fhir()});
    if let Some(stop) = one.service_stop {
        put(&mut period, "end", stop.fhir().into());
    }
    let class =
        Coded::bare(Code::new(&format!("{NOS}/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"), &one.class_code));
    let mut reference = json!({
        "resourceType": "DocumentReference",
        "meta": {"profile": [format!("{PDSM}/pdsm-comprehensive-document-reference")]},
        "contained": contained,
        "masterIdentifier": identifier(&one.unique_id),
        "status": "current",
        "type": concept(&one.type_code),
        "category": [concept(&class)],
        "subject": one.subject(),
        "date": instant(one.creation),
        "author": authors,
        "securityLabel": labels,
        "content": [{
            "attachment": {
                "contentType": one.mime_type, "language": one.language, "url": binary, "size": bytes.len(),
                "hash": STANDARD.encode(sha1.as_ref()), "title": one.title, "creation": one.creation.fhir(),
            },
            "format": coding(&one.format_code),
        }],
        "context": {
            "period": period,
            "sourcePatientInfo": {"reference": "#patient-source"},
            "facilityType": concept(&one.facility),
            "practiceSetting": concept(&one.practice_setting),
        },
    });
    if let Some(authenticator) = authenticator {
        put(&mut reference, "authenticator", json!({"reference": authenticator}));
    }
    if let Some(replaced) = &one.replaces {
        let target = if replaced.contains('/') {
            json!({"reference": replaced})
        } else {
            json!({"identifier": identifier(replaced)})
        };
        put(&mut reference, "relatesTo", json!([{"code": "replaces", "target": target}]));
    }
    reference
}

/// Sets an element of an object.
pub(crate) fn put(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

/// A uniqueId as FHIR writes it: `urn:oid:root`, `urn:uuid:…`, or the extension in the system of its root.
fn identifier(unique_id: &str) -> Value {
    match unique_id.split_once('^') {
        Some((root, extension)) => json!({"system": format!("urn:oid:{root}"), "value": extension}),
        None if unique_id.contains('-') => {
            json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{}", unique_id.to_ascii_lowercase())})
        }
        None => json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:oid:{unique_id}")}),
    }
}

fn concept(coded: &Coded) -> Value {
    json!({"coding": [coding(coded)]})
}

fn coding(coded: &Coded) -> Value {
    let system = match &*coded.code.system {
        "2.16.840.1.113883.6.1" => "http://loinc.org".to_owned(),
        url if url.contains(':') => url.to_owned(),
        oid => format!("urn:oid:{oid}"),
    };
    let mut coding = json!({"system": system, "code": &*coded.code.code});
    if let Some(display) = &coded.display {
        put(&mut coding, "display", (**display).into());
    }
    coding
}

/// FHIR `instant`: whole, whatever was known.
fn instant(time: Dtm) -> String {
    time.start.rfc3339()
}

/// A UUID by name: the same for the same seed.
fn uuid(seed: &str) -> String {
    let digest = sha256(seed.as_bytes());
    let mut number = digest.iter().take(16).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    number = number & !(0xf << 76) | 8 << 76;
    number = number & !(0x3 << 62) | 2 << 62;
    let text = format!("{number:032x}");
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// An OID by name, under the arc of UUIDs (ITU-T X.667).
fn oid(seed: &str) -> String {
    let number = sha256(seed.as_bytes()).iter().take(15).fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    format!("2.25.{number}")
}
