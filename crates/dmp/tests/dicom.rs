//! DICOM objects of others go in by ITI-65 and come back by ITI-68, byte for byte; broken ones, and those of another
//! person, get a precise answer.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::{Demo, given, patient, rule, shared, skip};
use dmp_core::code::{Code, Day, Instant};
use dmp_core::dossier::Sex;
use dmp_core::identity::Ins;
use dmp_lab::bundle::transaction;
use dmp_lab::documents::LOINC;
use dmp_lab::people::Person;
use dmp_lab::{Metadata, people, persona};
use serde_json::Value;

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|ending| ending == "dcm"));
    files.sort();
    files
}

/// Whether dcmtk reads a file; none when it is not here.
fn dcmtk_reads(path: &Path) -> Option<bool> {
    let status = Command::new("dcmdump").arg("-q").arg(path).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.ok().map(|status| status.success())
}

async fn provide(demo: &Demo, token: &str, holder: &Person, unique_id: &str, bytes: &[u8]) -> (u16, Value) {
    let metadata = Metadata::of_file(
        "application/dicom",
        Code::new(LOINC, "18748-4"),
        unique_id,
        holder,
        persona("hospital").unwrap(),
        Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
    );
    demo.post(token, "/fhir", &transaction(&[(bytes, &metadata)])).await
}

/// Somebody of whom nothing but this is known, and his dossier.
fn holder(demo: &Demo, ins: &str, birth: Day, sex: Sex) -> Person {
    let ins = Ins::parse_text(ins).unwrap();
    let gender = if sex == Sex::Male { "male" } else { "female" };
    let line = patient(ins.oid().unwrap().as_str(), &ins.value, "FICTIF", "Camille", &birth.to_string(), gender);
    let done = demo.import(&[line]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Person { ins, family: "FICTIF", used_family: None, given: "Camille", birth, sex, ..people().unwrap()[0].clone() }
}

/// Each file goes into the dossier of somebody whom it does not contradict; into Alma's, only where that is she.
#[tokio::test]
async fn what_dcmtk_reads_goes_in_for_its_patient_and_comes_back() {
    let Some(given) = given() else { return skip("testdata/give/dicom") };
    let demo = shared();
    let people = people().unwrap();
    let of_the_kos = holder(demo, "1.2.250.1.213.1.4.10|248039263001064", Day::new(1948, 3, 5).unwrap(), Sex::Female);
    let of_2000 = holder(demo, &number("1000199990011"), Day::new(2000, 1, 1).unwrap(), Sex::Male);
    let hospital = demo.token("hospital");
    let (mut kept, mut table) = (0, Vec::new());
    for (number, file) in files(&given.join("dicom")).iter().enumerate() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Some(read_by_dcmtk) = dcmtk_reads(file) else { return skip("dcmdump (dcmtk)") };
        let bytes = std::fs::read(file).unwrap();
        let (fitting, contradicts_alma) = match &*name {
            "DRIMbox_kos.dcm" => (&of_the_kos, Some("patient-id-mismatch")),
            "emri_small.dcm" => (&of_2000, Some("birth-date-mismatch")),
            "JPEG2000.dcm" | "US1_J2KI.dcm" | "examples_jpeg2k.dcm" => (&people[1], Some("sex-mismatch")),
            _ => (&people[0], None),
        };
        let unique_id = format!("1.2.250.1.999.7.{number}");
        if let Some(expected) = contradicts_alma {
            let (status, answer) = provide(demo, &hospital, &people[0], &unique_id, &bytes).await;
            assert_eq!((status, rule(&answer)), (422, expected), "{name}: {answer}");
            assert!(answer.to_string().contains("XDSPatientIdDoesNotMatch"), "{name}: {answer}");
        }
        let (status, answer) = provide(demo, &hospital, fitting, &unique_id, &bytes).await;
        table.push(format!("{name}: dcmtk reads it: {read_by_dcmtk}; {status} {}", rule(&answer)));
        assert!(status == 200 || !read_by_dcmtk && status == 422, "{name}: {answer}");
        if status == 200 {
            let location = answer["entry"][1]["response"]["location"].as_str().unwrap();
            let path = format!("/fhir/Binary/{}", location.rsplit('/').next().unwrap());
            let token = demo.activated(&fitting.ins.to_text()).await;
            let (status, read) = demo.bytes(&token, &path).await;
            assert!(status == 200 && read == bytes, "{name}: byte for byte");
            kept += 1;
        }
    }
    println!("{kept} DICOM files in and out\n{}", table.join("\n"));
}

/// A number of the domain for demonstrations, with its key.
fn number(digits: &str) -> String {
    let key = dmp_core::identity::ins::nir_key(digits).unwrap();
    format!("1.2.250.1.213.1.4.11|{digits}{key:02}")
}

/// What a file says of its patient: the element of group 0010, its value representation, its value.
type Said<'a> = (u16, &'a [u8; 2], &'a str);

/// A small report: what it says of its patient, and nothing else.
fn report(patient: &[Said<'_>]) -> Vec<u8> {
    let element = |group: u16, element: u16, kind: &[u8; 2], value: &str| {
        let mut value = value.as_bytes().to_vec();
        value.resize(value.len().next_multiple_of(2), b' ');
        let length = u16::try_from(value.len()).unwrap().to_le_bytes();
        [&group.to_le_bytes()[..], &element.to_le_bytes(), kind, &length, &value].concat()
    };
    let mut bytes = [&[0; 128][..], b"DICM", &element(2, 0x10, b"UI", "1.2.840.10008.1.2.1\0")].concat();
    bytes.extend(element(8, 0x16, b"UI", "1.2.840.10008.5.1.4.1.1.88.59\0"));
    bytes.extend(patient.iter().flat_map(|(number, kind, value)| element(0x10, *number, kind, value)));
    bytes
}

/// What a file says of its patient is compared as the header of a CDA is; a hospital's own number says nothing.
#[tokio::test]
async fn the_image_of_another_person_is_refused() {
    let demo = shared();
    let (hospital, people) = (demo.token("hospital"), people().unwrap());
    let (alma, bruno) = (&*people[0].ins.value, &*people[1].ins.value);
    let others = format!("4711\\{bruno}");
    let wrong_key = format!("{}00", &alma[..13]);
    let nir = "ASIP-SANTE-INS-NIR";
    let cases: [(&str, &[Said<'_>]); 18] = [
        ("", &[(0x20, b"LO", "4711")]),
        ("", &[(0x10, b"PN", "AUTRE^JEANNE"), (0x20, b"LO", alma), (0x21, b"LO", nir), (0x40, b"CS", "F")]),
        ("", &[(0x20, b"LO", alma), (0x30, b"DA", "19790328"), (0x40, b"CS", "O")]),
        // Fifteen characters with a right key, but the hospital says that it gave them.
        ("", &[(0x20, b"LO", bruno), (0x21, b"LO", "CHU-LYON")]),
        // Of the date the year alone is known.
        ("", &[(0x30, b"DA", "1979")]),
        ("patient-id-mismatch", &[(0x20, b"LO", bruno), (0x21, b"LO", nir)]),
        ("patient-id-mismatch", &[(0x20, b"LO", bruno)]),
        ("patient-id-mismatch", &[(0x20, b"LO", "4711"), (0x1000, b"LO", &others)]),
        ("ins", &[(0x20, b"LO", &wrong_key), (0x21, b"LO", nir)]),
        ("birth-date-mismatch", &[(0x20, b"LO", alma), (0x21, b"LO", nir), (0x30, b"DA", "19500101")]),
        ("birth-date-mismatch", &[(0x30, b"DA", "1950.01.01")]),
        ("sex-mismatch", &[(0x20, b"LO", "4711"), (0x40, b"CS", "M")]),
        ("birth-date-mismatch", &[(0x30, b"DA", "1978")]),
        ("birth-date-mismatch", &[(0x30, b"DA", "197904")]),
        ("sex-mismatch", &[(0x40, b"CS", "m")]),
        ("patient-id-mismatch", &[(0x20, b"LO", bruno), (0x21, b"LO", "asip-sante-ins-nir")]),
        ("content", &[(0x30, b"DA", "1979-03-29")]),
        ("content", &[(0x30, b"DA", "19790329"), (0x30, b"DA", "19790328")]),
    ];
    for (number, (expected, said)) in cases.iter().enumerate() {
        let unique_id = format!("1.2.250.1.999.7.1.{number}");
        let (status, answer) = provide(demo, &hospital, &people[0], &unique_id, &report(said)).await;
        let wanted = if expected.is_empty() { 200 } else { 422 };
        assert_eq!((status, rule(&answer)), (wanted, *expected), "{number}: {answer}");
        let other = status == 422 && *expected != "content";
        assert_eq!(other, answer.to_string().contains("XDSPatientIdDoesNotMatch"), "{number}: {answer}");
    }
}

#[tokio::test]
async fn broken_ones_get_a_precise_answer() {
    let Some(given) = given() else { return skip("testdata/give/attack/dicom") };
    let demo = shared();
    let (hospital, alma) = (demo.token("hospital"), people().unwrap().swap_remove(0));
    for (number, file) in files(&given.join("attack/dicom")).iter().enumerate() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(file).unwrap();
        let (status, answer) = provide(demo, &hospital, &alma, &format!("1.2.250.1.999.8.{number}"), &bytes).await;
        println!("{name}: {status} {} {}", rule(&answer), answer["issue"][0]["diagnostics"]);
        let precise = status == 422
            && matches!(rule(&answer), "content" | "content-type" | "birth-date-mismatch" | "sex-mismatch");
        assert!(status == 200 || precise, "{name}: {answer}");
        if name.starts_with("declared_length") {
            assert_eq!(status, 422, "{name} declares what it does not have");
        }
    }
}
