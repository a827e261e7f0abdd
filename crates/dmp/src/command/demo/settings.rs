//! `dmp demo --set KEY=VALUE`: every setting of `dmp config example`, over the demo's own.

use toml::{Table, Value};

use crate::config::Config;
use crate::failure::Failure;

/// The demo's own settings: what `dmp config example` has, where the demo differs.
const DEMO: &str = r#"
[listen]
address = "127.0.0.1:8080"
public = "http://127.0.0.1:8080"
[data]
dir = "./dmp-demo"
root_key = "./dmp-demo/root.key"
[matrix]
accept_assumed = true
[media]
also = ["application/dicom", "application/pdf", "image/jpeg"]
[admission]
requests_per_second = 1000
"#;

/// The configuration of a demo with these settings.
///
/// # Errors
/// [`Failure`] that names the setting.
pub fn configuration(set: &[String]) -> Result<Config, Failure> {
    let mut table: Table = toml::from_str(DEMO).map_err(|error| Failure::of("the demo's settings", error))?;
    for one in set {
        let (key, value) =
            one.split_once('=').ok_or_else(|| Failure::of(&format!("--set {one}"), "write KEY=VALUE"))?;
        let key = key.trim();
        if key.starts_with("listen") || key.starts_with("data") {
            return Err(Failure::of(&format!("--set {key}"), "a demo has --listen and --data for this"));
        }
        // `policy` alone is the name of the policy: what is changed most.
        let key = if key == "policy" { "policy.name" } else { key };
        put(&mut table, key, read(value.trim()));
    }
    Value::Table(table).try_into().map_err(|error: toml::de::Error| Failure::of("--set", error.message()))
}

/// A value of TOML; what is none is a text.
fn read(value: &str) -> Value {
    let table = toml::from_str::<Table>(&format!("value = {value}"));
    table.ok().and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(value.to_owned()))
}

fn put(table: &mut Table, key: &str, value: Value) {
    match key.split_once('.') {
        None => drop(table.insert(key.to_owned(), value)),
        Some((first, rest)) => {
            let inner = table.entry(first.to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}
