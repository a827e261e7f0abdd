//! What references may point at, and how a reference in a bundle is resolved (FHIR R4, Bundle, "Resolving references in Bundles").

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Node;
use crate::problem::Problem;

/// What references may point at: the resource's own contained ones, and entries of the bundle by their fullUrl.
#[derive(Debug, Clone, Copy)]
pub struct Contained<'a> {
    /// The resource that contains.
    pub resource: &'a Value,
    /// Its own fullUrl; empty where it has none.
    pub full_url: &'a str,
    /// Entries of the bundle, by [`canonical`] fullUrl.
    pub entries: &'a BTreeMap<&'a str, &'a Value>,
}

impl<'a> Contained<'a> {
    /// The resource that a reference means, when it is here.
    #[must_use]
    pub fn find(&self, reference: &str) -> Option<&'a Value> {
        if let Some(id) = reference.strip_prefix('#') {
            let contained = self.resource.get("contained")?.as_array()?;
            return contained.iter().find(|one| one.get("id").and_then(Value::as_str) == Some(id));
        }
        self.entries.get(absolute(self.full_url, reference).as_str()).copied()
    }
}

/// Refuses two contained resources of one id (FHIR R4, references, 2.3.0.1): of whom a reference speaks would be a matter of their order.
///
/// # Errors
/// A [`Problem`] that names the second.
pub fn distinct_ids(node: &Node<'_>) -> Result<(), Problem> {
    let mut ids = BTreeSet::new();
    for contained in node.list_of("contained", usize::MAX)? {
        let Some(id) = contained.get("id") else { continue };
        if !ids.insert(id.text()?) {
            return Err(id.wrong("contained", "another contained resource has this id: give each its own"));
        }
    }
    Ok(())
}

/// An address as it is compared: a UUID is one whatever its capitals (RFC 9562, 4).
#[must_use]
pub fn canonical(url: &str) -> String {
    let uuid = url.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("urn:uuid:"));
    if uuid { url.to_ascii_lowercase() } else { url.to_owned() }
}

/// A reference seen from the entry of that fullUrl: a relative one is of the same server, where the fullUrl tells which.
#[must_use]
pub fn absolute(full_url: &str, reference: &str) -> String {
    let relative = !reference.starts_with('#') && !reference.contains(':');
    let base = full_url.contains("://").then(|| full_url.rsplitn(3, '/').nth(2)).flatten().filter(|_| relative);
    match base {
        Some(base) => format!("{base}/{reference}"),
        None => canonical(reference),
    }
}
