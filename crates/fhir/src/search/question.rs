//! A search as it was asked: in an address, or in the body of a POST. What was in a body is in no address that we give back: there it is
//! sealed (the page on silence: no INS in URLs).

use dmp_core::document::Position;

use crate::problem::Problem;
use crate::render::Link;
use crate::search::Parameters;
use crate::service::Fhir;

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
        let sealed = match parameters.as_slice() {
            [(name, token)] if name == "_page" => fhir.tokens.reveal(token, kind, requester),
            _ => None,
        };
        match sealed {
            Some(query) => {
                let parameters = serde_urlencoded::from_str(&query)
                    .map_err(|_| Problem::parameter("_page", "this page is none: search again"))?;
                Ok(Self { kind, requester, parameters, hidden: true })
            }
            None => Ok(Self { kind, requester, parameters, hidden: posted }),
        }
    }

    /// The token of a later page of it.
    pub fn token(&self, fhir: &Fhir, position: Position, asked: &Parameters) -> Option<String> {
        fhir.tokens.seal(position, self.kind, self.requester, asked)
    }

    /// The link to the answer itself, of a search without pages: what was asked and looked at (FHIR R4, search, server conformance).
    pub fn own_link(&self, fhir: &Fhir) -> Link {
        let asked = self.parameters.iter().filter(|(name, _)| name != "_format");
        let query: Vec<String> = asked.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        Link { relation: "self", url: self.address(fhir, &query.join("&")) }
    }

    /// The address under which a query is asked again.
    pub fn address(&self, fhir: &Fhir, query: &str) -> String {
        let hidden = self.hidden.then(|| fhir.tokens.hide(query, self.kind, self.requester)).flatten();
        match hidden {
            Some(token) => format!("{}/{}?_page={token}", fhir.base, self.kind),
            None if self.hidden => format!("{}/{}/_search", fhir.base, self.kind),
            None => format!("{}/{}?{query}", fhir.base, self.kind),
        }
    }
}

/// A name or a value as it stands in a query.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b':' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
