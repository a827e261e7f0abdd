//! What a client takes: `Accept` (RFC 9110, 12.5.1), for a document that is given as its bytes or as a Binary.

use http::{HeaderMap, StatusCode, header};

use crate::problem::Problem;

/// How a document is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Its bytes.
    Raw,
    /// A Binary.
    Resource,
}

/// The names of a Binary in JSON; the first is the one that we write.
const RESOURCE: &[&str] = &["application/fhir+json", "application/json", "application/json+fhir"];
/// Two names of one thing.
const XML: &[&str] = &["text/xml", "application/xml"];

/// One range of `Accept`: its type, and its weight in thousandths.
struct Range {
    kind: String,
    weight: u32,
}

/// How the client wants a document of that media type; as its bytes, where nothing tells the two apart.
///
/// # Errors
/// A [`Problem`]: 406 when it takes neither.
pub fn form_of(headers: &HeaderMap, media_type: &str) -> Result<Form, Problem> {
    let ranges = ranges(headers);
    if ranges.is_empty() {
        return Ok(Form::Raw);
    }
    let own = media_type.to_ascii_lowercase();
    let names = [own.as_str()];
    let raw = weight(&ranges, if XML.contains(&own.as_str()) { XML } else { &names });
    match (raw, weight(&ranges, RESOURCE)) {
        (0, 0) => {
            let text = format!("the document is given as {own}, or as a Binary in application/fhir+json");
            Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not-supported", "accept", text))
        }
        (raw, resource) if resource > raw => Ok(Form::Resource),
        _ => Ok(Form::Raw),
    }
}

/// Whether the client takes a resource in JSON.
#[must_use]
pub fn takes_json(headers: &HeaderMap) -> bool {
    let ranges = ranges(headers);
    ranges.is_empty() || weight(&ranges, RESOURCE) > 0
}

fn ranges(headers: &HeaderMap) -> Vec<Range> {
    let texts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).map(str::trim).filter(|one| !one.is_empty()).map(range).collect()
}

fn range(text: &str) -> Range {
    let mut parts = text.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let named = |part: &str| {
        part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q")).map(|(_, q)| q.trim().to_owned())
    };
    let weight = parts.find_map(named).map_or(1_000, |text| thousandths(&text));
    Range { kind, weight }
}

/// `0`, `0.5`, `1.000`; what is none of these asks for nothing.
fn thousandths(text: &str) -> u32 {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = part.len() <= 3 && part.bytes().all(|byte| byte.is_ascii_digit());
    let part = format!("{part:0<3}").parse::<u32>().unwrap_or_default();
    match whole {
        "1" if digits => 1_000,
        "0" if digits => part,
        _ => 0,
    }
}

/// The weight of what has these names: by the names themselves, else by the ranges that hold the first, the narrowest before the widest.
fn weight(ranges: &[Range], names: &[&str]) -> u32 {
    let named = |wanted: &str| ranges.iter().filter(|range| range.kind == wanted).map(|range| range.weight).max();
    if let Some(weight) = names.iter().filter_map(|name| named(name)).max() {
        return weight;
    }
    let first = names.first().copied().unwrap_or_default();
    let family = first.split('/').next().unwrap_or_default();
    named(&format!("{family}/*")).or_else(|| named("*/*")).unwrap_or_default()
}
