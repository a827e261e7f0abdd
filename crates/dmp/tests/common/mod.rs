//! The real program, started on a folder of its own, and a client that talks to it over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on must stop"
)]
#![allow(dead_code, reason = "each test file uses what it needs of this")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

/// The program under test.
pub const DMP: &str = env!("CARGO_BIN_EXE_dmp");

/// The documents and messages made by others; `None` when they are not here.
pub fn given() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/testdata/give");
    path.is_dir().then_some(path)
}

/// Says that a test is skipped, and for want of what.
pub fn skip(what: &str) {
    assert!(std::env::var("CI").is_err() || std::env::var("DMP_WITHOUT_GIVEN").is_ok(), "skipped under CI: {what}");
    println!("SKIPPED: {what} is not here");
}

/// A running demo.
pub struct Demo {
    pub base: String,
    pub data: PathBuf,
    child: Option<Child>,
    folder: Option<tempfile::TempDir>,
    settings: Vec<String>,
}

/// Without budgets: a test of something else reads more than a person does.
pub const NO_BUDGETS: &[&str] = &[
    "policy.budget_professional=[0, 0]",
    "policy.budget_small_structure=[0, 0]",
    "policy.budget_large_structure=[0, 0]",
];

impl Demo {
    /// A demo on a fresh folder.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let mut demo = Self::on(&data);
        demo.folder = Some(folder);
        demo
    }

    /// A demo on a fresh folder, with settings of its own.
    pub fn set(settings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let settings: Vec<String> = settings.iter().flat_map(|one| ["--set".to_owned(), (*one).to_owned()]).collect();
        let (child, base) = launch(&data, &settings);
        Self { base, data, child: Some(child), folder: Some(folder), settings }
    }

    /// A demo on a folder.
    pub fn on(data: &Path) -> Self {
        let (child, base) = launch(data, &[]);
        Self { base, data: data.to_owned(), child: Some(child), folder: None, settings: Vec::new() }
    }

    /// A client of this test's own runtime: one that is shared would hold connections of another's, which may be gone.
    pub fn client(&self) -> reqwest::Client {
        reqwest::Client::new()
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// SIGTERM, and waits.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
        child.wait().unwrap();
    }

    /// SIGKILL: no goodbye.
    pub fn kill(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Starts again on the same folder.
    pub fn again(&mut self) {
        let (child, base) = launch(&self.data, &self.settings);
        self.child = Some(child);
        self.base = base;
    }

    /// Runs the program with `--data` of this demo.
    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(DMP).args(arguments).arg("--data").arg(&self.data).output().unwrap()
    }

    /// The same, and it ends well.
    pub fn run_well(&self, arguments: &[&str]) -> String {
        self.text(arguments)
    }

    /// A persona's token.
    pub fn token(&self, persona: &str) -> String {
        self.text(&["demo", "token", "--as", persona])
    }

    /// A holder's token.
    pub fn holder(&self, ins: &str) -> String {
        self.text(&["demo", "token", "--as", "holder", "--ins", ins])
    }

    /// A token of claims.
    pub fn claims(&self, claims: &Value) -> String {
        let file = self.data.join("claims.json");
        std::fs::write(&file, claims.to_string()).unwrap();
        self.text(&["demo", "token", "--claims", file.to_str().unwrap()])
    }

    /// A holder's token, once he has activated his dossier.
    pub async fn activated(&self, ins: &str) -> String {
        let token = self.holder(ins);
        let patch = json!({"resourceType": "Parameters", "parameter": [{"name": "operation", "part": [
            {"name": "type", "valueCode": "replace"}, {"name": "path", "valueString": "Patient.active"},
            {"name": "value", "valueBoolean": true},
        ]}]});
        let path = format!("/fhir/Patient?identifier={}", ins.replace('|', "%7C"));
        let (status, answer) = self.patch(&token, &path, &patch).await;
        assert_eq!(status, 200, "{answer}");
        token
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Imports Patients.
    pub fn import(&self, patients: &[Value]) -> Output {
        let file = self.data.join(format!("import-{}.ndjson", patients.len()));
        let lines: Vec<String> = patients.iter().map(Value::to_string).collect();
        std::fs::write(&file, lines.join("\n")).unwrap();
        self.run(&["insured", "import", file.to_str().unwrap()])
    }

    /// `GET`.
    pub async fn get(&self, token: &str, path: &str) -> (u16, Value) {
        let response = self.client().get(format!("{}{path}", self.base)).bearer_auth(token).send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// `GET`, the bytes.
    pub async fn bytes(&self, token: &str, path: &str) -> (u16, Vec<u8>) {
        let response = self.client().get(format!("{}{path}", self.base)).bearer_auth(token).send().await.unwrap();
        (response.status().as_u16(), response.bytes().await.unwrap().to_vec())
    }

    /// `POST` of a resource.
    pub async fn post(&self, token: &str, path: &str, body: &Value) -> (u16, Value) {
        let request = self.client().post(format!("{}{path}", self.base)).bearer_auth(token);
        let request = request.header("content-type", "application/fhir+json").body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }

    /// `PATCH`.
    pub async fn patch(&self, token: &str, path: &str, body: &Value) -> (u16, Value) {
        self.patch_with(token, path, body, &[]).await
    }

    /// `PATCH`, with more headers.
    pub async fn patch_with(
        &self,
        token: &str,
        path: &str,
        body: &Value,
        headers: &[(&'static str, String)],
    ) -> (u16, Value) {
        let mut request = self.client().patch(format!("{}{path}", self.base)).bearer_auth(token);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        // A JSON Patch is a list, a FHIRPath Patch a Parameters.
        let kind = if body.is_array() { "application/json-patch+json" } else { "application/fhir+json" };
        let request = request.header("content-type", kind).body(body.to_string());
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap_or(Value::Null))
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.kill();
    }
}

fn launch(data: &Path, arguments: &[String]) -> (Child, String) {
    // A file that may not grow is to be an error, as a full disk is, not the end of the program.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", DMP, "demo", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let ready = lines.find_map(|line| {
        let line = line.unwrap();
        line.strip_prefix("ready ").map(|rest| rest.split_whitespace().next().unwrap().to_owned())
    });
    (child, ready.expect("the demo says that it is ready"))
}

/// One demo for the tests of a file that do not disturb one another.
pub fn shared() -> &'static Demo {
    static SHARED: OnceLock<Demo> = OnceLock::new();
    SHARED.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        // Statics are not dropped: the guard ends the program with the test process.
        let demo = Demo::on(&folder.path().join("data"));
        end_with_us(demo.pid());
        std::mem::forget(folder);
        demo
    })
}

/// A small watcher that ends the program once this process is gone.
fn end_with_us(pid: u32) {
    let ours = std::process::id();
    let script = format!("while kill -0 {ours} 2>/dev/null; do sleep 1; done; kill -9 {pid} 2>/dev/null");
    let watcher = Command::new("sh").args(["-c", &script]).stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
    std::mem::forget(watcher);
}

/// A Patient to import.
pub fn patient(oid: &str, value: &str, family: &str, given: &str, birth: &str, gender: &str) -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [{"system": format!("urn:oid:{oid}"), "value": value}],
        "name": [{"use": "official", "family": family, "given": [given]}],
        "birthDate": birth, "gender": gender,
    })
}

/// The code of the rule that an OperationOutcome names.
pub fn rule(outcome: &Value) -> &str {
    outcome.pointer("/issue/0/details/coding/0/code").and_then(Value::as_str).unwrap_or("")
}

/// A Consent that declares its caller.
pub fn consent(oid: &str, value: &str) -> Value {
    json!({
        "resourceType": "Consent", "status": "active",
        "patient": {"identifier": {"system": format!("urn:oid:{oid}"), "value": value}},
        "provision": {"type": "permit"},
    })
}
