//! The examples of PDSm for the DMP and of MHD: what each must be answered, by which clause, was written down before they were
//! run. `docs/fhir-examples.md` holds both columns; `UPDATE_SNAPSHOTS=1` writes it anew.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{Demo, given, patient, rule, shared, skip};
use dmp_content::{Limits, read_cda};
use dmp_core::code::{Day, Instant};
use dmp_core::dossier::Sex;
use dmp_core::identity::Ins;
use dmp_lab::documents::{Kind, Recipe};
use dmp_lab::{Options, Person, iti65_bundle, persona};
use serde_json::{Value, json};

const WRONG_KEY: &str =
    "CI-SIS and issue 3: the INS is checked with its key; 123456789012345 has another (XDSUnknownPatientId)";
const NO_ITI105: &str = "ITI-105 (Simplified Publish) is optional in PDSm 3.1; the CapabilityStatement does not name `create`: 405 (FHIR http)";
const NO_LIST: &str = "MHD has no interaction that creates a List alone: a set comes with its documents (ITI-65): 405";
const NO_BINARY: &str =
    "MHD retrieves a Binary, it never creates one alone: no such interaction, 404 (FHIR http: type not served)";
const NO_FEED: &str =
    "the history is the journal, written by the door alone: ITI-20 is no interaction of this server: 405";
const NO_TYPE: &str = "the server has no interaction with this type: 404 (FHIR http)";
const NO_PATIENT: &str =
    "POST Patient opens a dossier (issue 4); an insured person is named by his INS, which the example has not: 422";
const NO_OPERATION: &str = "ITI-106 (Generate Metadata) is optional in MHD and not served: 405";
const NO_TRANSACTION: &str = "ITI-65: Bundle.type is `transaction`; no other is a submission (issue 3)";
const NO_INS: &str = "PDSm: the patient is named by his INS; `Patient/ex-patient` is no identity here";
const NO_FHIR_DOCUMENT: &str = "media types are a table (issue 3); a Bundle of type document is not in it: entries are List, DocumentReference, Binary";
const NOT_A_BUNDLE: &str = "FHIR http, transaction: what is posted to [base] is a Bundle; the answer says so, whatever else the resource holds";

/// File, where it is posted, the status and the rule expected, the clause.
type Row = (&'static str, &'static str, u16, &'static str, &'static str);

/// Written before the first run.
const EXPECTED: &[Row] = &[
    ("pdsm4dmp/Bundle-example-td2-iti65-lot-soumission", "", 422, "ins", WRONG_KEY),
    ("pdsm4dmp/DocumentReference-doc-x-id", "DocumentReference", 405, "no-such-interaction", NO_ITI105),
    (
        "pdsm4dmp/DocumentReference-example-td2-iti105-publication-simplifiee",
        "DocumentReference",
        405,
        "no-such-interaction",
        NO_ITI105,
    ),
    ("mhd/AuditEvent-ex-auditFindDocumentLists-consumer", "AuditEvent", 405, "no-such-interaction", NO_FEED),
    ("mhd/AuditEvent-ex-auditFindDocumentReferences-post-responder", "AuditEvent", 405, "no-such-interaction", NO_FEED),
    ("mhd/AuditEvent-ex-auditGenerateMetadata-recipient", "AuditEvent", 405, "no-such-interaction", NO_FEED),
    ("mhd/AuditEvent-ex-auditProvideBundle-source", "AuditEvent", 405, "no-such-interaction", NO_FEED),
    ("mhd/AuditEvent-ex-auditRetrieveDocument-responder", "AuditEvent", 405, "no-such-interaction", NO_FEED),
    ("mhd/Binary-ex-b-binary", "Binary", 404, "no-such-interaction", NO_BINARY),
    ("mhd/Bundle-FindDocumentReferences", "", 422, "bundle-type", NO_TRANSACTION),
    ("mhd/Bundle-ex-comprehensiveProvideDocumentBundleDocument", "", 422, "resource-type", NO_FHIR_DOCUMENT),
    ("mhd/Bundle-ex-comprehensiveProvideDocumentBundleReplace", "", 422, "patient", NO_INS),
    ("mhd/Bundle-ex-fhir-document-bundle", "", 422, "bundle-type", NO_TRANSACTION),
    ("mhd/Bundle-ex-findDocumentReferencesResponse", "", 422, "bundle-type", NO_TRANSACTION),
    ("mhd/Bundle-ex-response-comprehensiveProvideDocumentBundleComplete", "", 422, "bundle-type", NO_TRANSACTION),
    ("mhd/Bundle-ex-response-comprehensiveProvideDocumentBundleSimple", "", 422, "bundle-type", NO_TRANSACTION),
    (
        "mhd/Bundle-ex-response-unContainedComprehensiveProvideDocumentBundleCompt",
        "",
        422,
        "bundle-type",
        NO_TRANSACTION,
    ),
    ("mhd/Device-ex-device", "Device", 404, "no-such-interaction", NO_TYPE),
    (
        "mhd/DocumentReference-ex-DocumentReferenceComprehensiveOnDemand",
        "DocumentReference",
        405,
        "no-such-interaction",
        NO_ITI105,
    ),
    ("mhd/DocumentReference-ex-DocumentReferenceMinimal", "DocumentReference", 405, "no-such-interaction", NO_ITI105),
    (
        "mhd/DocumentReference-ex-DocumentReferenceUnContained",
        "DocumentReference",
        405,
        "no-such-interaction",
        NO_ITI105,
    ),
    ("mhd/DocumentReference-ex-documentreference", "DocumentReference", 405, "no-such-interaction", NO_ITI105),
    ("mhd/List-ex-compEmailPackage", "List", 405, "no-such-interaction", NO_LIST),
    ("mhd/List-ex-compSubmissionSetFull", "List", 405, "no-such-interaction", NO_LIST),
    ("mhd/List-ex-list", "List", 405, "no-such-interaction", NO_LIST),
    ("mhd/List-ex-minimalSubmissionSet", "List", 405, "no-such-interaction", NO_LIST),
    (
        "mhd/Parameters-ex-input-doc-bundle",
        "DocumentReference/$generate-metadata",
        405,
        "no-such-interaction",
        NO_OPERATION,
    ),
    ("mhd/Patient-ex-patient", "Patient", 422, "patient", NO_PATIENT),
];

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fhir-examples.md")
}

fn answer(status: u16, rule: &str) -> String {
    if rule.is_empty() { status.to_string() } else { format!("{status} `{rule}`") }
}

/// Lines of the table: what was expected, what came.
struct Table {
    text: String,
    wrong: Vec<String>,
}

impl Table {
    fn line(&mut self, what: &str, to: &str, expected: (u16, &str), clause: &str, got: (u16, &str)) {
        let (wanted, came) = (answer(expected.0, expected.1), answer(got.0, got.1));
        if wanted != came {
            self.wrong.push(format!("{what} to {to}: expected {wanted}, came {came}"));
        }
        writeln!(self.text, "| {what} | {to} | {wanted} | {came} | {clause} |").unwrap();
    }
}

#[tokio::test]
async fn every_example_is_answered_as_written_down() {
    let Some(given) = given().map(|given| given.join("fhir")) else { return skip("testdata/give/fhir") };
    let demo = shared();
    let token = demo.token("hospital");
    let mut table = Table { text: HEAD.to_owned(), wrong: Vec::new() };
    let mut files = 0;
    for folder in ["pdsm4dmp", "mhd"] {
        files += std::fs::read_dir(given.join(folder)).unwrap().count();
    }
    assert_eq!(files, EXPECTED.len(), "an expectation for every example");
    for (name, to, status, wanted, clause) in EXPECTED {
        let text = std::fs::read_to_string(given.join(format!("{name}.json"))).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        let (came, outcome) = demo.post(&token, &format!("/fhir/{to}"), &value).await;
        table.line(name, &format!("POST [base]/{to}"), (*status, wanted), clause, (came, rule(&outcome)));
        if value["resourceType"] != "Bundle" {
            let (came, outcome) = demo.post(&token, "/fhir", &value).await;
            table.line(name, "POST [base]", (422, "bundle"), NOT_A_BUNDLE, (came, rule(&outcome)));
        }
    }
    table.text.push_str(VARIANTS_HEAD);
    let example = std::fs::read_to_string(given.join("pdsm4dmp/Bundle-example-td2-iti65-lot-soumission.json")).unwrap();
    variants(demo, &serde_json::from_str(&example).unwrap(), &mut table).await;
    assert!(table.wrong.is_empty(), "{:#?}", table.wrong);
    if std::env::var("UPDATE_SNAPSHOTS").is_ok() {
        std::fs::write(docs(), &table.text).unwrap();
    }
    assert_eq!(table.text, std::fs::read_to_string(docs()).unwrap(), "UPDATE_SNAPSHOTS=1 writes docs/fhir-examples.md");
}

const HEAD: &str = "# The examples of PDSm for the DMP and of MHD

Each example of `fhir/pdsm4dmp` and `fhir/mhd` is sent to the interaction that its resource belongs to; what is no Bundle is sent to `[base]` too.
The expected answer and its clause stand in `crates/dmp/tests/fhir_examples.rs`, written before they were run; the test writes this table.
The caller is a doctor employed at a hospital.

| example | sent to | expected | came | clause |
|---|---|---|---|---|
";

const VARIANTS_HEAD: &str = "
## The PDSM4DMP bundle with a person of ours

The example's bundle, its INS replaced by that of a registered test patient, its document by one of our own CDA documents.

| variant | sent to | expected | came | clause |
|---|---|---|---|---|
";

const VALUE: &str = "269054958815780";

fn somebody() -> Person {
    Person {
        key: "",
        ins: Ins::parse("1.2.250.1.213.1.4.8", VALUE).unwrap(),
        family: "FICTIF",
        used_family: None,
        given: "Alix",
        birth: Day::parse("1969-05-01").unwrap(),
        sex: Sex::Female,
        home: ("69003", "Lyon"),
        email: None,
        regime: "REGIME-GENERAL",
        representatives: &[],
        story: "",
    }
}

/// The example with our patient and our document.
fn ours(example: &Value, unique_id: &str) -> Value {
    let text = example.to_string().replace("123456789012345", VALUE);
    let mut bundle: Value = serde_json::from_str(&text).unwrap();
    let person = somebody();
    let recipe = Recipe {
        kind: Kind::ConsultationReport,
        patient: &person,
        author: persona("hospital").unwrap(),
        created: Instant::parse_rfc3339("2026-06-12T08:00:00Z").unwrap(),
        unique_id,
        replaces: None,
        bulk: 0,
    };
    let bytes = recipe.write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let made = iti65_bundle(&bytes, &header, &Options::default());
    let (made, reference) = (&made["entry"][1]["resource"], &mut bundle["entry"][1]["resource"]);
    reference["masterIdentifier"] = made["masterIdentifier"].clone();
    reference["context"]["period"] = made["context"]["period"].clone();
    for name in ["size", "hash", "creation", "language"] {
        reference["content"][0]["attachment"][name] = made["content"][0]["attachment"][name].clone();
    }
    bundle["entry"][2]["resource"]["data"] = json!(STANDARD.encode(&bytes));
    bundle
}

/// A PATCH entry that supersedes a document, as MHD and PDSM4DMP add to a replacement.
fn superseding(target: &str) -> Value {
    json!({
        "fullUrl": "urn:uuid:aaaaaaaa-0000-0000-0000-000000000004",
        "resource": {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
            {"name": "path", "valueString": "DocumentReference.status"},
            {"name": "type", "valueCode": "replace"},
            {"name": "value", "valueCode": "superseded"},
        ]}]},
        "request": {"method": "PATCH", "url": target},
    })
}

async fn variants(demo: &Demo, example: &Value, table: &mut Table) {
    let token = demo.token("hospital");
    let imported = demo.import(&[patient("1.2.250.1.213.1.4.8", VALUE, "FICTIF", "Alix", "1969-05-01", "female")]);
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let identified = json!({"identifier": {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": VALUE}});

    let conditional = ours(example, "1.2.250.1.999.9.1");
    let mut by_identifier = ours(example, "1.2.250.1.999.9.2");
    let mut contained = ours(example, "1.2.250.1.999.9.3");
    for place in [0, 1] {
        by_identifier["entry"][place]["resource"]["subject"] = identified.clone();
        contained["entry"][place]["resource"]["subject"] = json!({"reference": "#patient-source"});
    }
    let extension = ours(example, "1.2.250.1.999.9.4^EXT-1");
    let mut hexadecimal = ours(example, "1.2.250.1.999.9.5");
    let attachment = &mut hexadecimal["entry"][1]["resource"]["content"][0]["attachment"];
    let sha1 = STANDARD.decode(attachment["hash"].as_str().unwrap()).unwrap();
    attachment["hash"] = json!(sha1.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")));
    let mut damaged = ours(example, "1.2.250.1.999.9.6");
    damaged["entry"][1]["resource"]["content"][0]["attachment"]["hash"] = json!(STANDARD.encode([0_u8; 20]));
    let mut unknown = ours(example, "1.2.250.1.999.9.7");
    unknown["entry"].as_array_mut().unwrap().push(superseding("DocumentReference/doc-x-id"));
    let rows: [(&str, Value, u16, &str, &str); 7] = [
        (
            "subject `Patient?identifier=`",
            conditional,
            200,
            "",
            "PDSM4DMP: the conditional reference names the patient; its category 11 yields to our class",
        ),
        ("subject.identifier", by_identifier, 200, "", "PDSm: subject.identifier holds the INS"),
        ("subject a contained Patient", contained, 200, "", "MHD: the reference may be contained"),
        ("masterIdentifier {urn:oid:root, extension}", extension, 200, "", "issue 3: a CDA id with an extension"),
        ("hash in hexadecimal", hexadecimal, 200, "", "XDS writes SHA-1 in hexadecimal; either is taken"),
        ("hash of something else", damaged, 422, "hash", "MHD: hash is of the bytes (XDSNonIdenticalHash)"),
        (
            "PATCH of an unknown document",
            unknown,
            404,
            "replaced-unknown",
            "silence: hidden, deleted or unknown, one answer",
        ),
    ];
    let mut first = String::new();
    for (what, bundle, status, wanted, clause) in rows {
        let (came, answer) = demo.post(&token, "/fhir", &bundle).await;
        table.line(what, "POST [base]", (status, wanted), clause, (came, rule(&answer)));
        let location = answer.pointer("/entry/1/response/location").and_then(Value::as_str);
        if let (Some(location), true) = (location, first.is_empty()) {
            location.rsplit('/').next().unwrap().clone_into(&mut first);
        }
    }
    replacements(demo, example, &first, table).await;
}

async fn replacements(demo: &Demo, example: &Value, first: &str, table: &mut Table) {
    let token = demo.token("hospital");
    // The replacement of the first: 200 at the place of the patch, 201 for the rest (PDSM4DMP, TD2.1).
    let mut replacement = ours(example, "1.2.250.1.999.9.8");
    replacement["entry"].as_array_mut().unwrap().push(superseding(&format!("DocumentReference/{first}")));
    let (came, answer) = demo.post(&token, "/fhir", &replacement).await;
    let clause = "PDSM4DMP, TD2.1: 200 at the place of the patch, 201 for the others; the replaced is superseded";
    table.line("PATCH with Parameters superseding", "POST [base]", (200, ""), clause, (came, rule(&answer)));
    let statuses: Vec<&str> = answer["entry"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry["response"]["status"].as_str())
        .collect();
    assert!(table.wrong.is_empty(), "{:#?}", table.wrong);
    assert_eq!(statuses, ["201 Created", "201 Created", "201 Created", "200 OK"], "{answer}");
    let holder = demo.activated(&somebody().ins.to_text()).await;
    let (_, replaced) = demo.get(&holder, &format!("/fhir/DocumentReference/{first}")).await;
    assert_eq!(replaced["status"], "superseded", "{replaced}");
    let id = answer["entry"][1]["response"]["location"].as_str().unwrap().rsplit('/').next().unwrap();
    let (_, new) = demo.get(&holder, &format!("/fhir/DocumentReference/{id}")).await;
    assert_eq!((&new["status"], &new["relatesTo"][0]["code"]), (&json!("current"), &json!("replaces")), "{new}");
    // Said twice, as MHD's own example does: by relatesTo and by the patch.
    let mut twice = ours(example, "1.2.250.1.999.9.9");
    let reference = format!("DocumentReference/{id}");
    twice["entry"][1]["resource"]["relatesTo"] = json!([{"code": "replaces", "target": {"reference": reference}}]);
    twice["entry"].as_array_mut().unwrap().push(superseding(&reference));
    let (came, answer) = demo.post(&token, "/fhir", &twice).await;
    let clause = "MHD, Replace: relatesTo names the document that the patch supersedes";
    table.line("relatesTo and PATCH", "POST [base]", (200, ""), clause, (came, rule(&answer)));
    let (_, replaced) = demo.get(&holder, &format!("/fhir/{reference}")).await;
    assert_eq!(replaced["status"], "superseded", "{replaced}");
}
