//! The end of a dossier that is held up by the disk: begun and not ended, it is refused as such; once the disk takes it, it ends.

use std::process::{Command, Stdio};
use std::time::Duration;

use dmp_lab::Person;
use reqwest::Method;
use rusqlite::Connection;
use serde_json::Value;

use crate::common::{DMP, rule};
use crate::provoked::Provoked;
use crate::scene::{Scene, query};

pub async fn provoke(provoked: &mut Provoked) {
    let scene = Scene::of(&[]);
    let (one, holder) = scene.lived(801).await;
    let asked = scene.request(Method::DELETE, &holder, &format!("/fhir/Patient?identifier={}", query(&one)));
    assert_eq!(asked.send().await.unwrap().status(), 202, "express deletion");
    let journals = Connection::open(scene.demo.data.join("journal.sqlite")).unwrap();
    journals.execute_batch(REFUSE).unwrap();
    let mut moving = Command::new(DMP)
        .args(["demo", "clock", "+P4M", "--data"])
        .arg(&scene.demo.data)
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    provoked.told("destruction-begun", begun(&scene, &one).await);
    journals.execute_batch("DROP TRIGGER full").unwrap();
    assert!(moving.wait().unwrap().success());
    provoked.told("unknown-dossier", scene.finds(&scene.demo.token("gp"), &one).await);
}

/// Nothing more is written into the operator's journal, the first of all, where an end is recorded before anything is removed.
const REFUSE: &str = "CREATE TRIGGER full BEFORE INSERT ON journal
    WHEN NEW.key >> 32 = (SELECT min(key) >> 32 FROM journal) BEGIN SELECT RAISE(FAIL, 'the disk is full'); END";

/// What the holder is told once the end has begun; the clock that moves takes his tokens' hours with it.
async fn begun(scene: &Scene, one: &Person) -> (u16, Value) {
    let path = format!("/fhir/AuditEvent?patient.identifier={}", query(one));
    for _ in 0..600 {
        let answer = scene.demo.get(&scene.demo.holder(&one.ins.to_text()), &path).await;
        if rule(&answer.1) == "destruction-begun" {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the destruction does not begin");
}
