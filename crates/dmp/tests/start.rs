//! What does not start, and what `dmp config check` says of it: the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use common::{DMP, Demo};

/// A configuration that starts, in a folder.
fn good(folder: &Path) -> String {
    let example = Command::new(DMP).args(["config", "example"]).output().unwrap();
    let text = String::from_utf8(example.stdout).unwrap();
    let root = folder.display();
    text.replace("accept_assumed = false", "accept_assumed = true")
        .replace("127.0.0.1:8080", "127.0.0.1:0")
        .replace("\"/var/lib/dmp\"", &format!("\"{root}/data\""))
        .replace("\"/etc/dmp/root.key\"", &format!("\"{root}/keys/root.key\""))
}

/// What the check says of a configuration, run in that folder.
fn checked(folder: &Path, text: &str) -> (bool, String) {
    let path = folder.join("dmp.toml");
    std::fs::write(&path, text).unwrap();
    let output = Command::new(DMP).current_dir(folder).args(["config", "check"]).arg(path).output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Starts with the configuration that was checked last. One that starts is stopped: what it said is empty then.
fn started(folder: &Path) -> String {
    let mut child = Command::new(DMP)
        .current_dir(folder)
        .args(["serve", "--config", "dmp.toml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    let ready = lines.find_map(|line| line.unwrap().starts_with("ready ").then_some(()));
    if ready.is_some() {
        stop(&mut child);
        return String::new();
    }
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success(), "it ends without saying that it is ready");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stop(child: &mut Child) {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_is_good_starts() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    assert_eq!(checked(folder.path(), &good(folder.path())), (true, String::new()));
    assert_eq!(started(folder.path()), "");
    assert!(folder.path().join("keys/root.key").is_file());
}

/// A server on the folder's configuration, once it is ready; its output is kept open as long as it is watched.
fn serving(folder: &Path) -> (Child, impl Iterator<Item = std::io::Result<String>>) {
    let mut child = Command::new(DMP)
        .current_dir(folder)
        .args(["serve", "--config", "dmp.toml"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.any(|line| line.unwrap().starts_with("ready ")));
    (child, lines)
}

/// The one page of a deployment without a demo, that of an objection, has its style and its languages there too.
#[tokio::test]
async fn a_deployment_has_all_of_its_page() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let text = good(folder.path()).replace("127.0.0.1:0", &free);
    assert_eq!(checked(folder.path(), &text), (true, String::new()));
    let (mut child, _lines) = serving(folder.path());
    let page = reqwest::get(format!("http://{free}/opposition/x")).await.unwrap().text().await.unwrap();
    let links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let mut answers = Vec::new();
    for link in links.filter(|link| link.ends_with(".css") || link.starts_with("/langue")) {
        let answer = reqwest::get(format!("http://{free}{link}")).await.unwrap();
        answers.push((answer.status().as_u16(), answer.text().await.unwrap().contains("<html lang=\"fr\"")));
    }
    stop(&mut child);
    assert_eq!(answers.len(), 3, "{page}");
    assert_eq!(answers[..2], [(200, false), (200, false)], "the style sheets");
    // Without the cookie the page that the link leads back to is in French.
    assert_eq!(answers[2], (200, true), "the other language");
}

#[test]
fn neither_key_nor_list_lies_with_the_data_however_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().display().to_string();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::os::unix::fs::symlink("data", folder.path().join("link")).unwrap();
    let text = good(folder.path());
    let (dir, key) = (format!("dir = \"{root}/data\""), format!("root_key = \"{root}/keys/root.key\""));
    assert!(text.contains(&dir) && text.contains(&key));
    let absolute = format!("{root}/data");
    let upwards = format!("{root}/x/../data");
    for (data, file) in [
        ("./data", "data/root.key".to_owned()),
        ("data", "./data/root.key".to_owned()),
        ("x/../data", "data/root.key".to_owned()),
        ("data", format!("{absolute}/root.key")),
        (absolute.as_str(), "data/root.key".to_owned()),
        (upwards.as_str(), format!("{absolute}/deep/root.key")),
        ("data", "link/root.key".to_owned()),
    ] {
        let here = text.replace(&dir, &format!("dir = \"{data}\""));
        let with_key = here.replace(&key, &format!("root_key = \"{file}\""));
        let list = file.replace("root.key", "destroyed.list");
        let with_list = here.replace("# destroyed = \"/etc/dmp/destroyed.list\"", &format!("destroyed = \"{list}\""));
        for (text, setting) in [(with_key, "data.root_key"), (with_list, "data.destroyed")] {
            let (is_good, errors) = checked(folder.path(), &text);
            assert!(!is_good && errors.contains(setting), "{data} with {file}: {errors}");
            let errors = started(folder.path());
            assert!(errors.contains(setting), "{data} with {file} starts: {errors}");
            assert!(!folder.path().join("data").exists(), "nothing is made");
        }
    }
    // Nor does the key lie beside the folder: who copies what holds it has both.
    for file in [format!("{root}/root.key"), "./root.key".to_owned()] {
        let text = text.replace(&key, &format!("root_key = \"{file}\""));
        let (is_good, errors) = checked(folder.path(), &text);
        assert!(!is_good && errors.contains("the folder that holds the data folder"), "{file}: {errors}");
        assert!(started(folder.path()).contains("data.root_key"), "{file} starts");
    }
}

/// What is written, what stands there instead, and the setting that is named.
const WRONG: &[(&str, &str, &str)] = &[
    ("also = []", "also = [\"text/banana\"]", "media.also"),
    ("roles = []", "roles = [\"king\"]", "issuer.roles"),
    ("discovery = \"https://auth", "discovery = \"http://auth", "issuer.discovery"),
    ("discovery = \"https://auth", "jwks = \"nowhere.json\"\n# \"", "issuer.jwks nowhere.json"),
    ("discovery = \"https://auth", "jwks = \"dmp.toml\"\n# \"", "issuer.jwks dmp.toml"),
    (
        "[mail]",
        "[[issuer]]\nissuer = \"https://auth.example.org/realms/esante-wallet\"\ndiscovery = \"https://a/\"\n[mail]",
        "issuer.issuer",
    ),
    ("address = \"127.0.0.1:0\"", "address = \"banana\"", "listen.address"),
    ("address = \"127.0.0.1:0\"", "address = \"127.0.0.1:99999\"", "listen.address"),
    ("public = \"https://dmp.example.org\"", "public = \"banana\"", "listen.public"),
    ("public = \"https://dmp.example.org\"", "public = \"\"", "listen.public"),
    ("public = \"https://dmp.example.org\"", "public = \"https://dmp.example.org/?a\"", "listen.public"),
    ("smtp = \"\"", "smtp = \"smtps://mail.example.org:465\"", "mail.letters"),
    ("smtp = \"\"", "letters = \"letters\"\nsmtp = \"mail.example.org\"", "mail.smtp"),
    ("user = \"\"", "user = \"dmp\"", "mail.password_file"),
    ("user = \"\"", "user = \"dmp\"\npassword_file = \"nowhere\"", "mail.password_file nowhere"),
    ("user = \"\"", "user = \"\"\npassword_file = \"dmp.toml\"", "mail.user"),
    ("from = \"Dossier", "from = \"not an address\"\n# \"", "mail.from"),
    ("operator = \"\"", "operator = \"nobody\"", "mail.operator"),
    ("\"{id}@medecin.dmp.example\"", "\"all@medecin.dmp.example\"", "mail.medecin_traitant"),
    ("requests_per_second = 50", "requests_per_second = 0", "admission.requests_per_second"),
    ("connections = 4096", "connections = 0", "admission.connections"),
    ("connections_per_address = 512", "connections_per_address = 5000", "admission.connections_per_address"),
    ("emergency_hours = 4", "emergency_hours = 0", "policy.emergency_hours"),
    ("authorization_years = 1", "authorization_years = 0", "policy.authorization_years"),
    ("regulation_centres = []", "regulation_centres = [\"?\"]", "policy.regulation_centres"),
    ("journals_mib = 512", "journals_mib = 0", "memory.journals_mib"),
    ("journals_mib = 512", "journals_mib = 99999999999999", "memory.journals_mib"),
    ("epoch_days = 30", "epoch_days = 0", "keys.epoch_days"),
    ("# file = \"/etc/dmp/matrix.csv\"", "file = \"nowhere.csv\"", "matrix.file nowhere.csv"),
    ("/keys/root.key", "/keys/short.key", "data.root_key"),
];

#[test]
fn what_does_not_start_is_not_called_good() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::fs::write(folder.path().join("keys/short.key"), "short").unwrap();
    let text = good(folder.path());
    for (written, instead, setting) in WRONG {
        assert!(text.contains(written), "{written}");
        let (is_good, errors) = checked(folder.path(), &text.replacen(written, instead, 1));
        assert!(!is_good && errors.contains(setting), "{instead}: {errors}");
        let errors = started(folder.path());
        assert!(errors.contains(setting), "{instead} starts: {errors}");
    }
    assert!(!folder.path().join("data").exists(), "nothing is made");
}

#[test]
fn what_is_unusual_is_good() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::fs::write(folder.path().join("password"), "secret\n").unwrap();
    let text = good(folder.path());
    for (written, instead) in [
        ("address = \"127.0.0.1:0\"", "address = \"localhost:0\""),
        ("address = \"127.0.0.1:0\"", "address = \"[::]:0\""),
        ("public = \"https://dmp.example.org\"", "public = \"http://10.0.0.1:8080/dmp\""),
        ("regulation_centres = []", "regulation_centres = [\"1750000001\", \"10B0150000\", \"R10100000012345\"]"),
        ("smtp = \"\"", "letters = \"letters\"\nsmtp = \"smtp+plain://127.0.0.1:25\""),
        ("user = \"\"", "user = \"dmp\"\npassword_file = \"password\""),
        ("operator = \"\"", "operator = \"Astreinte <garde@exemple.fr>\""),
        ("also = []", "also = [\"application/dicom\", \"application/pdf\", \"image/jpeg\"]"),
    ] {
        assert!(text.contains(written), "{written}");
        assert_eq!(checked(folder.path(), &text.replacen(written, instead, 1)), (true, String::new()), "{instead}");
    }
}

#[test]
fn a_demo_takes_no_harmful_setting_either() {
    let folder = tempfile::tempdir().unwrap();
    for setting in ["admission.requests_per_second=0", "policy.emergency_hours=0", "mail.from=nobody"] {
        let output = Command::new(DMP)
            .args(["demo", "--listen", "127.0.0.1:0", "--set", setting, "--data"])
            .arg(folder.path().join("data"))
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        let key = setting.split('=').next().unwrap();
        assert!(!output.status.success() && errors.contains(key), "{setting}: {errors}");
    }
}

#[test]
fn data_of_a_later_version_are_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    assert!(checked(folder.path(), &good(folder.path())).0);
    assert_eq!(started(folder.path()), "");
    let engine = rusqlite::Connection::open(folder.path().join("data/journal.sqlite")).unwrap();
    let later = "UPDATE keyed SET value = ?1 WHERE key = CAST('fold-mark' AS BLOB)";
    let was: Vec<u8> = engine
        .query_row("SELECT value FROM keyed WHERE key = CAST('fold-mark' AS BLOB)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(engine.execute(later, [1_000_000_u32.to_be_bytes().to_vec()]).unwrap(), 1);
    let errors = started(folder.path());
    assert!(
        errors.contains("a later version of this program") && errors.contains("unknown kinds of change"),
        "{errors}"
    );
    assert_eq!(checked(folder.path(), &good(folder.path())), (false, errors));
    assert_eq!(engine.execute(later, [was]).unwrap(), 1);
    assert_eq!(started(folder.path()), "");
}

/// The files belong together: where one is gone, nothing is made in its place, and what is gone is named.
#[test]
fn a_file_that_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    assert!(checked(folder.path(), &good(folder.path())).0);
    assert_eq!(started(folder.path()), "");
    let aside = folder.path().join("aside");
    let others = ["data/journal.sqlite", "data/keys.sqlite", "data/blobs.sqlite", "data/blobs", "keys/destroyed.list"];
    for name in others {
        let path = folder.path().join(name);
        std::fs::rename(&path, &aside).unwrap();
        let errors = started(folder.path());
        assert!(errors.contains(&path.display().to_string()) && errors.contains("bring it back"), "{name}: {errors}");
        assert!(!path.exists(), "{name}: nothing is made in its place");
        std::fs::rename(&aside, &path).unwrap();
    }
    // The keys and their root together are no new deployment either.
    for name in ["data/keys.sqlite", "keys/root.key"] {
        std::fs::rename(folder.path().join(name), folder.path().join(name.replace('/', "-"))).unwrap();
    }
    let errors = started(folder.path());
    assert!(errors.contains("keys.sqlite") && !folder.path().join("keys/root.key").exists(), "{errors}");
    for name in ["data/keys.sqlite", "keys/root.key"] {
        std::fs::rename(folder.path().join(name.replace('/', "-")), folder.path().join(name)).unwrap();
    }
    assert_eq!(started(folder.path()), "");
}

/// Every file below a folder, and what is in it.
fn files_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        match std::fs::read(&path) {
            Ok(bytes) => drop(found.insert(path, bytes)),
            Err(_) => found.extend(files_below(&path)),
        }
    }
    found
}

/// The check refuses what `serve` refuses when there are data, and touches none of them.
#[test]
fn the_check_looks_at_the_data_that_are_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    let text = good(folder.path());
    assert!(checked(folder.path(), &text).0);
    assert_eq!(started(folder.path()), "");
    assert_eq!(checked(folder.path(), &text), (true, String::new()));
    let aside = folder.path().join("aside");
    let names = [
        "data/journal.sqlite",
        "data/keys.sqlite",
        "data/blobs.sqlite",
        "data/blobs",
        "keys/destroyed.list",
        "keys/root.key",
    ];
    for name in names {
        let path = folder.path().join(name);
        std::fs::rename(&path, &aside).unwrap();
        let before = files_below(folder.path());
        let (is_good, errors) = checked(folder.path(), &text);
        assert!(!is_good && errors.contains(&path.display().to_string()), "{name}: {errors}");
        assert_eq!(errors, started(folder.path()), "{name}: both say the same");
        assert!(files_below(folder.path()) == before, "{name}: something was made or changed");
        std::fs::rename(&aside, &path).unwrap();
    }
    let root = folder.path().join("keys/root.key");
    let right = std::fs::read(&root).unwrap();
    std::fs::write(&root, [7; 32]).unwrap();
    let before = files_below(folder.path());
    let (is_good, errors) = checked(folder.path(), &text);
    assert!(!is_good && errors.contains("no root key opens"), "{errors}");
    assert_eq!(errors, started(folder.path()));
    assert!(files_below(folder.path()) == before, "something was made or changed");
    std::fs::write(&root, right).unwrap();
    assert_eq!(started(folder.path()), "");
}

/// Beside a server that runs, and after one that was killed: the check says what it is, and leaves all as it was.
#[test]
fn the_check_disturbs_nobody() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    let text = good(folder.path());
    assert!(checked(folder.path(), &text).0);
    let (mut child, _lines) = serving(folder.path());
    let names = || files_below(&folder.path().join("data")).into_keys().collect::<Vec<_>>();
    let before = names();
    assert!(before.iter().any(|path| path.ends_with("journal.sqlite-wal")), "it is open: {before:?}");
    for _ in 0..5 {
        assert_eq!(checked(folder.path(), &text), (true, String::new()));
        assert_eq!(names(), before);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // The index of a log is nothing but a help for reading it, made anew by who reads after a kill.
    let kept = || {
        let mut files = files_below(folder.path());
        files.retain(|path, _| !path.to_string_lossy().ends_with("-shm"));
        files
    };
    let before = kept();
    for _ in 0..2 {
        assert_eq!(checked(folder.path(), &text), (true, String::new()));
        assert!(kept() == before, "something was made or changed");
    }
    let root = folder.path().join("keys/root.key");
    let right = std::fs::read(&root).unwrap();
    std::fs::write(&root, [7; 32]).unwrap();
    let (_, errors) = checked(folder.path(), &text);
    assert!(errors.contains("no root key opens"), "what only the log holds is seen: {errors}");
    std::fs::write(&root, right).unwrap();
    assert_eq!(started(folder.path()), "");
}

/// A file of documents that is gone, or was cut short, is named, and nothing is served without it.
#[test]
fn documents_that_are_lost_are_named() {
    let mut demo = Demo::start();
    let index = demo.data.join("blobs.sqlite");
    let staged = || {
        let index = rusqlite::Connection::open(&index).unwrap();
        index.query_row("SELECT count(*) FROM stage", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    for _ in 0..600 {
        if staged() == 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    demo.stop();
    let file = demo.data.join("blobs/00000001.sealed");
    let whole = std::fs::read(&file).unwrap();
    let refused = || {
        let output = demo.run(&["demo", "--listen", "127.0.0.1:0"]);
        assert!(!output.status.success());
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let named = |errors: &str| errors.contains(&file.display().to_string()) && errors.contains("bring it back whole");
    std::fs::remove_file(&file).unwrap();
    let errors = refused();
    assert!(named(&errors) && errors.contains("is not here"), "{errors}");
    std::fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    let errors = refused();
    assert!(named(&errors) && errors.contains("ends after"), "{errors}");
    std::fs::write(&file, &whole).unwrap();
    demo.again();
}

/// An address that is taken, and a place that cannot be written, are named; nothing is left behind.
#[test]
fn what_cannot_be_had_is_named_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let demo = |listen: &str, data: &Path| {
        let output = Command::new(DMP).args(["demo", "--listen", listen, "--data"]).arg(data).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let data = folder.path().join("data");
    let (is_good, errors) = demo(&taken.local_addr().unwrap().to_string(), &data);
    assert!(!is_good && errors.contains("--listen") && !data.exists(), "{errors}");
    // A file where a folder should be: it holds for root too, whom no permission stops.
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (is_good, errors) = demo("127.0.0.1:0", &file.join("data"));
    assert!(!is_good && errors.contains(&file.display().to_string()), "{errors}");
}

#[test]
fn an_export_of_nobody_says_so_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    assert!(checked(folder.path(), &good(folder.path())).0);
    assert_eq!(started(folder.path()), "");
    let output = Command::new(DMP)
        .current_dir(folder.path())
        .args(["journal", "export", "--ins", "1.2.250.1.213.1.4.11|279036999000115", "--out", "out"])
        .args(["--config", "dmp.toml"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && errors.contains("No record is open under this identifier"), "{errors}");
}
