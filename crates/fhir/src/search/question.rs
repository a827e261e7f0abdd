//! A search as it was asked: in an address, or in the body of a POST. What was in a body is in no address that we give back: there it is
//! sealed (the page on silence: no INS in URLs). So is what would be too long for one: sealed, it is not written percent by percent.

use dmp_core::document::Position;

use crate::problem::Problem;
use crate::render::Link;
use crate::search::{Parameters, check_size, json_only};
use crate::service::Fhir;

/// The longest query that is written in clear: with its path it stays below the longest address that is taken (32 KiB).
const LONGEST_QUERY: usize = 31 * 1024;

/// What is asked of a resource, by whom.
#[derive(Debug)]
pub struct Question<'a> {
    /// The resource.
    kind: &'static str,
    requester: &'a str,
    /// The parameters.
    pub parameters: Parameters,
    /// They came in a body.
    hidden: bool,
}

impl<'a> Question<'a> {
    /// Of an address, which may be one of ours that holds a question sealed; or of a body.
    ///
    /// # Errors
    /// A [`Problem`] when what is sealed was not sealed for this caller.
    pub fn read(
        fhir: &Fhir,
        kind: &'static str,
        requester: &'a str,
        parameters: Parameters,
        posted: bool,
    ) -> Result<Self, Problem> {
        // Clients add the form that they want to whatever link they follow.
        let beside: Vec<_> = parameters.iter().filter(|(name, _)| name != "_format").collect();
        let sealed = match beside.as_slice() {
            [(name, token)] if name == "_page" => fhir.tokens.reveal(token, kind, requester),
            _ => None,
        };
        if sealed.is_some() {
            parameters.iter().filter(|(name, _)| name == "_format").try_for_each(|(_, value)| json_only(value))?;
        }
        let (parameters, hidden) = match sealed {
            Some(asked) => (asked, true),
            None => (parameters, posted),
        };
        check_size(&parameters)?;
        Ok(Self { kind, requester, parameters, hidden })
    }

    /// The token of a later page of it.
    pub fn token(&self, fhir: &Fhir, position: Position, asked: &Parameters) -> Option<String> {
        fhir.tokens.seal(position, self.kind, self.requester, asked)
    }

    /// The link to the answer itself, of a search without pages: what was asked and looked at (FHIR R4, search, server conformance).
    pub fn own_link(&self, fhir: &Fhir) -> Link {
        let asked: Parameters = self.parameters.iter().filter(|(name, _)| name != "_format").cloned().collect();
        Link { relation: "self", url: self.address(fhir, &asked) }
    }

    /// The address under which something is asked again.
    pub fn address(&self, fhir: &Fhir, asked: &Parameters) -> String {
        let query: Vec<String> =
            asked.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let query = query.join("&");
        if !self.hidden && query.len() <= LONGEST_QUERY {
            return format!("{}/{}?{query}", fhir.base, self.kind);
        }
        match fhir.tokens.hide(asked, self.kind, self.requester) {
            Some(token) => format!("{}/{}?_page={token}", fhir.base, self.kind),
            None => format!("{}/{}/_search", fhir.base, self.kind),
        }
    }
}

/// A name or a value as it stands in a query.
fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
