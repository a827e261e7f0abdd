//! The end of dossiers and of epochs in a program that is killed: whatever the hour of its death, the next life ends the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::process::{Command, Stdio};
use std::time::Duration;

use common::{DMP, Demo, patient};
use dmp_core::identity::ins::nir_key;
use serde_json::Value;

const OID: &str = "1.2.250.1.213.1.4.10";
const DOSSIERS: usize = 12;

fn insured(place: usize) -> (String, Value) {
    let nir = format!("28001991{place:05}");
    let value = format!("{nir}{:02}", nir_key(&nir).unwrap());
    (value.clone(), patient(OID, &value, "FICTIF", "Alix", "1980-01-01", "female"))
}

fn printed(demo: &Demo, arguments: &[&str]) -> String {
    let output = demo.run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// Lives, each of which waits for the lease of the one before; unless `DMP_KILLS` says twenty times how many.
fn kills() -> u64 {
    std::env::var("DMP_KILLS").ok().and_then(|text| text.parse().ok()).map_or(3, |all: u64| all.div_ceil(20))
}

#[tokio::test]
async fn killed_while_dossiers_end() {
    for life in 0..kills() {
        let mut demo = Demo::start();
        let people: Vec<(String, Value)> = (0..DOSSIERS).map(insured).collect();
        let resources: Vec<Value> = people.iter().map(|(_, resource)| resource.clone()).collect();
        assert!(demo.import(&resources).status.success());
        for (value, _) in &people {
            let holder = demo.activated(&format!("{OID}|{value}")).await;
            let url = format!("{}/fhir/Patient?identifier={OID}%7C{value}", demo.base);
            let closed = demo.client().delete(url).bearer_auth(&holder).send().await.unwrap();
            assert_eq!(closed.status().as_u16(), 202, "express deletion");
        }
        // All end at once, and the epoch with them; the program dies in the midst of it.
        let mut moving = Command::new(DMP)
            .args(["demo", "clock", "+P3M", "--data"])
            .arg(&demo.data)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        tokio::time::sleep(Duration::from_millis(60 + life * 113 % 400)).await;
        demo.kill();
        drop(moving.wait());
        demo.again();
        let now = printed(&demo, &["demo", "clock"]);
        let later = printed(&demo, &["demo", "clock", "+P4M"]);
        assert!(later > now);
        let listed = printed(&demo, &["destruction", "list"]);
        let complete = listed.lines().filter(|line| line.ends_with("express  complete")).count();
        assert_eq!((complete, listed.lines().count()), (DOSSIERS, DOSSIERS), "life {life}: {listed}");
        let gp = demo.token("gp");
        for (value, _) in &people {
            let path = format!("/fhir/DocumentReference?patient.identifier={OID}%7C{value}");
            assert_eq!(common::rule(&demo.get(&gp, &path).await.1), "unknown-dossier", "life {life}");
        }
        // The others are there, with the keys of the new epoch.
        let alma = dmp_lab::people().unwrap()[0].ins.to_text();
        let path = format!("/fhir/DocumentReference?patient.identifier={}", alma.replace('|', "%7C"));
        let holder = demo.holder(&alma);
        assert_eq!(demo.get(&holder, &path).await.0, 200);
        assert!(!demo.data.join("root.key.next").exists());
    }
}
