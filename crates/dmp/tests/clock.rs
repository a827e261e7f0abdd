//! A clock that goes back: the service neither starts nor says that it is ready, whichever dossier was written last.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::process::Command;
use std::time::Duration;

use common::{DMP, Demo};
use dmp_lab::people;

async fn ready(demo: &Demo) -> (u16, String) {
    let answer = demo.client().get(format!("{}/health/ready", demo.base)).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Asks until the answer is this one.
async fn until(demo: &Demo, status: u16) -> String {
    for _ in 0..600 {
        let (answered, text) = ready(demo).await;
        if answered == status {
            return text;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("/health/ready never answers {status}");
}

#[tokio::test]
async fn a_clock_behind_any_journal_is_told_at_the_start_and_in_readiness() {
    let mut demo = Demo::start();
    let gp = demo.token("gp");
    let ins = people().unwrap()[0].ins.to_text().replace('|', "%7C");
    let path = format!("/fhir/DocumentReference?patient.identifier={ins}");
    assert_eq!(demo.get(&gp, &path).await.0, 200);
    until(&demo, 200).await;
    // The clock goes on by two hours, one dossier is read, and nothing else happens.
    let clock = demo.data.join("clock");
    std::fs::write(&clock, "7200000").unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(demo.get(&gp, &path).await.0, 200);
    // What was read is remembered within a moment; then the clock goes back.
    let kept = || {
        let engine = rusqlite::Connection::open(demo.data.join("journal.sqlite")).unwrap();
        let query = "SELECT value FROM keyed WHERE key = CAST('clock-mark' AS BLOB)";
        let bytes: Vec<u8> = engine.query_row(query, [], |row| row.get(0)).unwrap_or_default();
        bytes.try_into().map_or(0, i64::from_be_bytes)
    };
    let before = kept();
    for _ in 0..300 {
        if kept() > before + 3_600_000 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    std::fs::remove_file(&clock).unwrap();
    assert!(until(&demo, 503).await.contains("clock"));
    assert_eq!(demo.get(&gp, &path).await.0, 503);
    demo.kill();
    let start = || {
        let mut command = Command::new("timeout");
        command.args(["60", DMP, "demo", "--listen", "127.0.0.1:0", "--data"]).arg(&demo.data);
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, errors) = start();
    assert!(code == Some(1) && errors.contains("the clock") && errors.contains("behind"), "{code:?} {errors}");
    // It comes back to where it was: so does the service.
    std::fs::write(&clock, "7200000").unwrap();
    demo.again();
    until(&demo, 200).await;
    assert_eq!(demo.get(&gp, &path).await.0, 200);
}
