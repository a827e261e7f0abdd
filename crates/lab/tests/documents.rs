//! Documents and bundles that the sandbox makes: what it writes is what the server reads.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where something is not as it must be")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dmp_content::{Limits, MediaTable, read_cda};
use dmp_core::code::{Code, Instant, table};
use dmp_lab::bundle::transaction;
use dmp_lab::{Kind, Metadata, Options, Recipe, iti65_bundle, people, persona};
use serde_json::Value;

fn recipe(kind: Kind, people: &[dmp_lab::Person], bulk: usize) -> Recipe<'_> {
    let author = if kind == Kind::Reimbursements { "insurer" } else { "gp" };
    let created = Instant::parse_rfc3339("2026-11-20T08:30:00Z").unwrap();
    let author = persona(author).unwrap();
    let (unique_id, replaces) = ("1.2.250.1.999.1^7", Some("1.2.250.1.999.1^6"));
    Recipe { kind, patient: &people[0], author, created, unique_id, replaces, bulk }
}

#[test]
fn each_kind_reads_back() {
    let people = people().unwrap();
    for kind in Kind::ALL {
        for bulk in [0, 60_000] {
            let bytes = recipe(*kind, &people, bulk).write();
            let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
            assert_eq!(header.type_code.code, kind.type_code());
            assert!(table::document_type(&header.type_code.code).is_some_and(|row| row.in_dmp), "{kind:?}");
            assert_eq!((&*header.unique_id, header.replaces.len()), ("1.2.250.1.999.1^7", 1));
            assert_eq!(header.patient.ins, [people[0].ins.clone()]);
            assert_eq!((header.patient.birth, header.patient.sex), (Some(people[0].birth), Some(people[0].sex)));
            assert_eq!(header.effective_time.fhir(), "2026-11-20T08:30:00Z");
            assert!(header.legal_authenticator.is_some() && header.authors.len() == 1 && header.services.len() == 1);
            assert!(MediaTable::default().check("text/xml", &bytes[..64]).is_ok());
            println!("{kind:?}: {} bytes, {}", bytes.len(), header.authors[0].person.as_ref().unwrap().print());
            assert!(bytes.len() + 500 >= bulk && bytes.len() < bulk.max(9000) + 5000, "{}", bytes.len());
        }
    }
    let pdf = recipe(Kind::ScannedLetter, &people, 20_000).pdf();
    assert!(MediaTable::demo().check("application/pdf", &pdf).is_ok());
}

fn data(bundle: &Value) -> Vec<u8> {
    let entries = bundle["entry"].as_array().unwrap();
    let binary = entries.iter().find(|entry| entry["resource"]["resourceType"] == "Binary").unwrap();
    let reference = entries.iter().find(|entry| entry["resource"]["resourceType"] == "DocumentReference").unwrap();
    let attachment = &reference["resource"]["content"][0]["attachment"];
    assert_eq!(attachment["url"], binary["fullUrl"]);
    assert_eq!(entries[0]["resource"]["entry"][0]["item"]["reference"], reference["fullUrl"]);
    let bytes = STANDARD.decode(binary["resource"]["data"].as_str().unwrap()).unwrap();
    assert_eq!(attachment["size"], bytes.len());
    bytes
}

#[test]
fn a_bundle_holds_the_document() {
    let people = people().unwrap();
    let bytes = recipe(Kind::DischargeLetter, &people, 0).write();
    let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
    let options = Options { flags: vec!["MASQUE_PS"], replaces: Some("1.2.250.1.999.1^6"), ..Options::default() };
    let bundle = iti65_bundle(&bytes, &header, &options);
    assert_eq!(data(&bundle), bytes);
    let reference = &bundle["entry"][1]["resource"];
    assert_eq!(reference["masterIdentifier"]["system"], "urn:oid:1.2.250.1.999.1");
    assert_eq!(reference["relatesTo"][0]["target"]["identifier"]["value"], "6");
    assert_eq!(reference["securityLabel"][1]["coding"][0]["code"], "MASQUE_PS");
    assert_eq!(bundle, iti65_bundle(&bytes, &header, &options), "the same request is the same bytes");
    let pdf = recipe(Kind::ScannedLetter, &people, 0).pdf();
    let report = Code::new(dmp_lab::documents::LOINC, "11488-4");
    let created = Instant::parse_rfc3339("2026-11-20T08:30:00Z").unwrap();
    let metadata = Metadata::of_file("application/pdf", report, "2.25.1", &people[0], persona("gp").unwrap(), created);
    assert_eq!(data(&transaction(&[(&pdf, &metadata)])), pdf);
}

/// A bundle of every national sample.
#[test]
fn samples_become_bundles() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/testdata/give/cda");
    let Ok(files) = std::fs::read_dir(folder) else {
        println!("skipped: no samples");
        return;
    };
    for file in files.flatten() {
        let bytes = std::fs::read(file.path()).unwrap();
        let header = read_cda(bytes.as_slice(), Limits::default()).unwrap();
        let bundle = iti65_bundle(&bytes, &header, &Options::default());
        assert_eq!(data(&bundle), bytes);
        let reference = &bundle["entry"][1]["resource"];
        let (subject, format) = (&reference["subject"]["reference"], &reference["content"][0]["format"]["code"]);
        println!("{} {subject} {format}", file.file_name().display());
    }
}
