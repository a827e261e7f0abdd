//! A searchset, put together from resources that are already bytes.

use std::ops::Range;

use bytes::Bytes;
use serde_json::{Value, json};

/// A link of the bundle.
#[derive(Debug, Clone)]
pub struct Link {
    /// `self` or `next`.
    pub relation: &'static str,
    /// The address.
    pub url: String,
}

/// A resource that is already JSON, as a searchset lists it.
#[derive(Debug, Clone)]
pub struct Listed {
    entry: Bytes,
    resource: Range<usize>,
}

impl Listed {
    /// The entry of a resource with its fullUrl; what has no address of its own has none.
    #[must_use]
    pub fn new(url: &str, resource: &[u8]) -> Self {
        let head = match url {
            "" => "{\"resource\":".to_owned(),
            _ => format!("{{\"fullUrl\":{},\"resource\":", Value::from(url)),
        };
        let entry = [head.as_bytes(), resource, br#","search":{"mode":"match"}}"#].concat();
        Self { entry: entry.into(), resource: head.len()..head.len() + resource.len() }
    }

    /// The resource alone.
    #[must_use]
    pub fn resource(&self) -> Bytes {
        self.entry.slice(self.resource.clone())
    }

    /// Bytes that it holds.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.entry.len()
    }
}

/// A searchset of resources that are already JSON: each with its fullUrl.
#[must_use]
pub fn searchset(total: usize, links: &[Link], resources: &[(String, Bytes)]) -> Vec<u8> {
    let resources: Vec<Listed> = resources.iter().map(|(url, resource)| Listed::new(url, resource)).collect();
    listing(total, links, &resources)
}

/// A searchset of resources as it lists them.
#[must_use]
pub fn listing(total: usize, links: &[Link], resources: &[Listed]) -> Vec<u8> {
    let size: usize = resources.iter().map(|one| one.entry.len() + 1).sum();
    let mut out = Vec::with_capacity(size + 512);
    out.extend_from_slice(br#"{"resourceType":"Bundle","type":"searchset","total":"#);
    out.extend_from_slice(total.to_string().as_bytes());
    let links: Vec<Value> = links.iter().map(|link| json!({"relation": link.relation, "url": link.url})).collect();
    if !links.is_empty() {
        out.extend_from_slice(br#","link":"#);
        out.extend_from_slice(Value::from(links).to_string().as_bytes());
    }
    for (place, one) in resources.iter().enumerate() {
        out.extend_from_slice(if place == 0 { br#","entry":["# } else { b"," });
        out.extend_from_slice(&one.entry);
    }
    out.extend_from_slice(if resources.is_empty() { b"}" } else { b"]}" });
    out
}

/// A searchset of freshly made resources.
#[must_use]
pub fn searchset_of(base: &str, links: &[Link], resources: &[Value]) -> Vec<u8> {
    let entries: Vec<(String, Bytes)> = resources
        .iter()
        .map(|resource| {
            let part = |name: &str| resource.get(name).and_then(Value::as_str);
            let url = part("resourceType").zip(part("id")).map(|(kind, id)| format!("{base}/{kind}/{id}"));
            (url.unwrap_or_default(), resource.to_string().into())
        })
        .collect();
    searchset(resources.len(), links, &entries)
}
