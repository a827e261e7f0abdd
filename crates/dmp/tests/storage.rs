//! What the program stands on: a disk without room, and journals of an earlier hour.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use common::{Demo, consent, patient};
use dmp_core::identity::ins::nir_key;
use dmp_lab::people;
use rustix::process::{Pid, Resource, Rlimit, prlimit};

/// Without an entry nobody may read: a server whose journal has no room for one is not ready, and is again when there is room, though nobody
/// asked it for anything meanwhile.
#[tokio::test]
async fn a_server_that_has_no_room_for_an_entry_is_not_ready() {
    let demo = Demo::start();
    let ins = people().unwrap()[0].ins.to_text().replace('|', "%7C");
    let (gp, path) = (demo.token("gp"), format!("/fhir/DocumentReference?patient.identifier={ins}"));
    let asked = async || demo.get(&gp, &path).await.0;
    let ready = async || {
        // What was seen a moment ago is believed.
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        demo.client().get(format!("{}/health/ready", demo.base)).send().await.unwrap().status().as_u16()
    };
    assert_eq!((asked().await, ready().await), (200, 200));
    let pid = Pid::from_raw(demo.pid().cast_signed()).unwrap();
    let log = std::fs::metadata(demo.data.join("journal.sqlite-wal")).unwrap().len();
    let before = prlimit(Some(pid), Resource::Fsize, Rlimit { current: Some(log), maximum: None }).unwrap();
    let mut entries = 0;
    while asked().await == 200 {
        entries += 1;
        assert!(entries < 1_000, "the log of the journal does not grow");
    }
    for _ in 0..3 {
        assert_eq!((asked().await, ready().await), (503, 503), "after {entries} entries");
    }
    prlimit(Some(pid), Resource::Fsize, before).unwrap();
    assert_eq!((ready().await, asked().await), (200, 200));
}

/// The journals of an earlier hour are put back beside the keys of today: whoever comes then is given no number, and so no id, of somebody who
/// was lost with them.
#[tokio::test]
async fn a_restored_journal_gives_no_number_again() {
    const OID: &str = "1.2.250.1.213.1.4.10";
    let mut demo = Demo::start();
    demo.stop();
    let journals = |folder: &std::path::Path| {
        let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files
            .filter(|file| file.file_name().unwrap().to_str().unwrap().starts_with("journal.sqlite"))
            .collect::<Vec<_>>()
    };
    let put = |from: &std::path::Path, to: &std::path::Path| {
        for file in journals(from) {
            std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    };
    let backup = tempfile::tempdir().unwrap();
    put(&demo.data, backup.path());
    // Somebody who is imported, and whose physician declares himself: the id of that.
    let comes = async |demo: &Demo, nir: &str| {
        let value = format!("{nir}{:02}", nir_key(nir).unwrap());
        assert!(demo.import(&[patient(OID, &value, "FICTIF", "Alix", "1980-01-01", "female")]).status.success());
        demo.activated(&format!("{OID}|{value}")).await;
        let (status, made) = demo.post(&demo.token("gp"), "/fhir/Consent", &consent(OID, &value)).await;
        assert_eq!(status, 201, "{made}");
        format!("/fhir/Consent/{}", made["id"].as_str().unwrap())
    };
    demo.again();
    let lost = comes(&demo, "2800199150001").await;
    demo.stop();
    journals(&demo.data).into_iter().for_each(|file| std::fs::remove_file(file).unwrap());
    put(backup.path(), &demo.data);
    demo.again();
    let kept = comes(&demo, "2800199150002").await;
    assert_ne!(lost, kept);
    let gp = demo.token("gp");
    assert_eq!((demo.get(&gp, &lost).await.0, demo.get(&gp, &kept).await.0), (404, 200));
}
