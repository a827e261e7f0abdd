//! DICOM objects of others go in by ITI-65 and come back by ITI-68, byte for byte; broken ones get a precise answer.
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

use common::{Demo, given, rule, shared, skip};
use dmp_core::code::{Code, Instant};
use dmp_lab::bundle::transaction;
use dmp_lab::documents::LOINC;
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

async fn provide(demo: &Demo, token: &str, unique_id: &str, bytes: &[u8]) -> (u16, Value) {
    let people = people().unwrap();
    let metadata = Metadata::of_file(
        "application/dicom",
        Code::new(LOINC, "18748-4"),
        unique_id,
        &people[0],
        persona("hospital").unwrap(),
        Instant::parse_rfc3339("2026-11-20T09:00:00Z").unwrap(),
    );
    demo.post(token, "/fhir", &transaction(&[(bytes, &metadata)])).await
}

#[tokio::test]
async fn what_dcmtk_reads_goes_in_and_comes_back() {
    let Some(given) = given() else { return skip("testdata/give/dicom") };
    let demo = shared();
    let (hospital, holder) = (demo.token("hospital"), demo.holder(&people().unwrap()[0].ins.to_text()));
    let (mut kept, mut table) = (0, Vec::new());
    for (number, file) in files(&given.join("dicom")).iter().enumerate() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Some(read_by_dcmtk) = dcmtk_reads(file) else { return skip("dcmdump (dcmtk)") };
        let bytes = std::fs::read(file).unwrap();
        let (status, answer) = provide(demo, &hospital, &format!("1.2.250.1.999.7.{number}"), &bytes).await;
        table.push(format!("{name}: dcmtk reads it: {read_by_dcmtk}; {status} {}", rule(&answer)));
        assert!(status == 200 || !read_by_dcmtk && status == 422, "{name}: {answer}");
        if status == 200 {
            let location = answer["entry"][1]["response"]["location"].as_str().unwrap();
            let path = format!("/fhir/Binary/{}", location.rsplit('/').next().unwrap());
            let (status, read) = demo.bytes(&holder, &path).await;
            assert!(status == 200 && read == bytes, "{name}: byte for byte");
            kept += 1;
        }
    }
    println!("{kept} DICOM files in and out\n{}", table.join("\n"));
}

#[tokio::test]
async fn broken_ones_get_a_precise_answer() {
    let Some(given) = given() else { return skip("testdata/give/attack/dicom") };
    let demo = shared();
    let hospital = demo.token("hospital");
    for (number, file) in files(&given.join("attack/dicom")).iter().enumerate() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(file).unwrap();
        let (status, answer) = provide(demo, &hospital, &format!("1.2.250.1.999.8.{number}"), &bytes).await;
        println!("{name}: {status} {} {}", rule(&answer), answer["issue"][0]["diagnostics"]);
        let precise = status == 422 && matches!(rule(&answer), "content" | "content-type");
        assert!(status == 200 || precise, "{name}: {answer}");
        if name.starts_with("declared_length") {
            assert_eq!(status, 422, "{name} declares what it does not have");
        }
    }
}
