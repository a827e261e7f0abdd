//! The mails that a demo wrote into its outbox.
#![allow(dead_code, reason = "each test file uses what it needs of this")]

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use crate::common::Demo;

/// A mail, decoded.
#[derive(Debug, Clone)]
pub struct Mail {
    pub file: String,
    pub to: String,
    pub kind: String,
    pub subject: String,
    pub text: String,
}

/// An outbox, without what was there when it was told to forget.
pub struct Outbox {
    folder: PathBuf,
    forgotten: Mutex<Vec<String>>,
}

impl Outbox {
    pub fn of(demo: &Demo) -> Self {
        Self { folder: demo.data.join("outbox"), forgotten: Mutex::default() }
    }

    /// Everything that is there, and was not forgotten.
    pub fn all(&self) -> Vec<Mail> {
        let forgotten = self.forgotten.lock().unwrap();
        let Ok(files) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names
            .filter(|name| name.ends_with(".eml") && !name.starts_with('.') && !forgotten.contains(name))
            .collect();
        names.sort();
        names.iter().map(|name| read(name, &std::fs::read_to_string(self.folder.join(name)).unwrap())).collect()
    }

    /// What is told by now is not looked at again: the clock that is moved waits for all of it.
    pub fn forget(&self, demo: &Demo) {
        demo.run_well(&["demo", "clock", "+PT1S"]);
        let all: Vec<String> = self.all().into_iter().map(|mail| mail.file).collect();
        self.forgotten.lock().unwrap().extend(all);
    }

    /// The kinds of the mails to somebody.
    pub fn kinds(&self, to: &str) -> Vec<String> {
        self.all().into_iter().filter(|mail| mail.to == to).map(|mail| mail.kind).collect()
    }

    /// Waits for a mail; its text.
    pub async fn until(&self, to: &str, kind: &str) -> String {
        for _ in 0..600 {
            if let Some(mail) = self.all().into_iter().find(|mail| mail.to == to && mail.kind == kind) {
                return mail.text;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no {kind} to {to}: {:?}", self.all().iter().map(|one| (&one.to, &one.kind)).collect::<Vec<_>>());
    }
}

/// The mail of that kind to somebody, which is there.
pub fn mail(outbox: &Outbox, to: &str, kind: &str) -> Mail {
    let all = outbox.all();
    let found = all.iter().find(|mail| mail.to == to && mail.kind == kind).cloned();
    found.unwrap_or_else(|| {
        panic!("no {kind} to {to}: {:?}", all.iter().map(|one| (&one.to, &one.kind)).collect::<Vec<_>>())
    })
}

fn read(file: &str, text: &str) -> Mail {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let head = head.replace("\r\n ", " ");
    let field = |name: &str| {
        let line = head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_default().to_owned()
    };
    Mail {
        file: file.to_owned(),
        to: field("To"),
        kind: field("X-Dmp-Notice"),
        subject: words(&field("Subject")),
        text: quoted(body),
    }
}

/// RFC 2047, base64 words.
fn words(text: &str) -> String {
    let text = text.replace("?= =?", "?==?");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        let (word, after) = after.split_once("?=").unwrap();
        use base64::Engine as _;
        out.push_str(before);
        out.push_str(&String::from_utf8(base64::engine::general_purpose::STANDARD.decode(word).unwrap()).unwrap());
        rest = after;
    }
    out + rest
}

/// Quoted-printable.
fn quoted(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next().unwrap(), rest.next().unwrap()];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}
