//! What does not start, and what `dmp config check` says of it: the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]

mod common;

use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::DMP;

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
}
