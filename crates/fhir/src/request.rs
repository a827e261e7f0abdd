//! Who asks and how, from the headers of a request; and the common form of answers.

use std::sync::Arc;

use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use dmp_auth::Authenticated;
use dmp_core::act::{Act, Answer, LONGEST_WORDS};
use dmp_core::code::turns_others;
use dmp_core::dossier::AccessMode;
use dmp_store::{Ask, Performed, Places, Target};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::Value;

use crate::joint::signed_together;
use crate::problem::Problem;
use crate::render::Ground;
use crate::service::Fhir;

/// The code system of access modes (facts f.2).
const PURPOSE_SYSTEM: &str = "1.2.250.1.213.1.1.4.248";
/// The longest correlation id that is kept.
const LONGEST_CORRELATION: usize = 128;

/// The media type of every answer that is a resource.
pub const FHIR_JSON: &str = "application/fhir+json";

impl Fhir {
    /// The circumstances of a request: a valid bearer token, who signs with its holder, the access mode, the correlation id.
    ///
    /// # Errors
    /// A [`Problem`]: 401 without a valid token, 400 for a header that is not understood.
    pub async fn ask(&self, headers: &HeaderMap) -> Result<Ask, Problem> {
        let who = self.who(headers).await?;
        let (mode, motive) = match &who.mode {
            Some(code) => (mode(&code.system, &code.code)?, who.reason.clone().or(purpose(headers)?.1)),
            None => purpose(headers)?,
        };
        Ok(Ask {
            joint: self.joint(headers, &who.requester).await?,
            requester: who.requester,
            on_behalf: None,
            mode,
            motive: motive.map(Into::into),
            correlation: correlation(headers)?,
            staged_at: None,
        })
    }

    /// Who asks: the bearer of a valid token. It is known from the headers alone, before anything of the body is read.
    ///
    /// # Errors
    /// A [`Problem`]: 401 without a valid token.
    pub async fn who(&self, headers: &HeaderMap) -> Result<Authenticated, Problem> {
        let token = once(headers, header::AUTHORIZATION.as_str())?.and_then(|value| value.to_str().ok());
        let token =
            token.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let Some((_, token)) = token else {
            return Err(unauthorized("token-missing", "Send `Authorization: Bearer <token>`."));
        };
        let who = self.authenticator.authenticate(token.trim(), self.store.now()).await;
        who.map_err(|fault| unauthorized(fault.code(), &fault.to_string()))
    }

    /// Performs an act, and turns what is refused into its problem.
    ///
    /// # Errors
    /// A [`Problem`] when the act was refused, or no answer can be given.
    pub async fn perform(self: &Arc<Self>, target: Target, act: Act, ask: Ask) -> Result<Performed, Problem> {
        if !ask.joint.is_empty() {
            signed_together(&act)?;
        }
        let performed = self.store.perform(target, act, ask).await?;
        match &performed.answer {
            Answer::Refused(rule) => Err(Problem::refused(*rule)),
            Answer::NotFound => Err(Problem::not_found()),
            Answer::Faulty(fault) => Err(Problem::fault(fault, None)),
            _ => Ok(performed),
        }
    }

    /// What rendering needs to know about a dossier.
    #[must_use]
    pub fn ground<'a>(&'a self, places: &'a Places) -> Ground<'a> {
        Ground { store: &self.store, places, base: &self.base }
    }
}

fn unauthorized(rule: &'static str, text: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "login", rule, text)
}

/// A header that says one thing: of two (RFC 9110, 5.3), a proxy may have looked at the other.
///
/// # Errors
/// A [`Problem`] where it stands twice.
pub fn once<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a HeaderValue>, Problem> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (_, Some(_)) => Err(Problem::form("header", format!("`{name}` stands twice: send it once"))),
        (one, None) => Ok(one),
    }
}

/// An access mode by its code (the VIHF's `purposeofuse`).
///
/// # Errors
/// A [`Problem`] that names the codes.
pub fn mode(system: &str, code: &str) -> Result<AccessMode, Problem> {
    let system = system.strip_prefix("urn:oid:").unwrap_or(system);
    let known = AccessMode::from_code(code).filter(|_| system == PURPOSE_SYSTEM);
    known.ok_or_else(|| {
        let codes: Vec<&str> = AccessMode::ALL.iter().map(|mode| mode.code()).collect();
        Problem::form(
            "purpose-of-use",
            format!("the purpose of use is {PURPOSE_SYSTEM}|CODE, CODE one of: {}", codes.join(", ")),
        )
    })
}

fn purpose(headers: &HeaderMap) -> Result<(AccessMode, Option<String>), Problem> {
    let text = |name: &str| {
        let text = once(headers, name)?.map(|value| String::from_utf8(value.as_bytes().to_vec()));
        text.transpose().map_err(|_| Problem::form("header", format!("`{name}` is not UTF-8")))
    };
    let reason = text("purpose-of-use-reason")?.filter(|reason| !reason.trim().is_empty());
    if reason.as_ref().is_some_and(|reason| reason.len() > LONGEST_WORDS) {
        return Err(Problem::form("header", "`Purpose-Of-Use-Reason` is longer than 1,000 bytes"));
    }
    if reason.as_ref().is_some_and(|reason| reason.chars().any(turns_others)) {
        return Err(Problem::form("header", "`Purpose-Of-Use-Reason` holds a character that turns others around"));
    }
    let Some(purpose) = text("purpose-of-use")? else { return Ok((AccessMode::Normal, reason)) };
    let (system, code) = purpose.split_once('|').unwrap_or((PURPOSE_SYSTEM, &purpose));
    Ok((mode(system.trim(), code.trim())?, reason))
}

/// The correlation id: of these headers the first that says anything. A blank one is none: what every request bears tells none from another.
fn correlation(headers: &HeaderMap) -> Result<Option<Box<str>>, Problem> {
    let blank = |value: &HeaderValue| value.as_bytes().iter().all(u8::is_ascii_whitespace);
    let named = ["x-request-id", "traceparent", "x-correlation-id"].iter().filter_map(|name| headers.get(*name));
    let Some(value) = named.into_iter().find(|value| !blank(value)) else { return Ok(None) };
    let text = value.to_str().ok().filter(|text| text.len() <= LONGEST_CORRELATION);
    text.map(|text| Some(text.into()))
        .ok_or_else(|| Problem::form("header", "a correlation id is at most 128 visible ASCII characters"))
}

/// An answer of JSON bytes. Never from a cache, never into one.
#[must_use]
pub fn json_response(status: StatusCode, body: impl Into<Bytes>) -> Response {
    let mut response = (status, body.into()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(FHIR_JSON));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An answer of one resource, with its ETag where it has a version.
#[must_use]
pub fn resource_response(status: StatusCode, resource: &Value) -> Response {
    let mut response = json_response(status, resource.to_string().into_bytes());
    let version = resource.pointer("/meta/versionId").and_then(Value::as_str);
    if let Some(etag) = version.and_then(|version| HeaderValue::from_str(&format!("W/\"{version}\"")).ok()) {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// The media type of a body, without its parameters and in small letters: it has no case (RFC 9110, 8.3.1).
pub fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Refuses a condition on what has no version: no tag that a client has can be its own.
///
/// # Errors
/// A [`Problem`]: 412.
pub fn no_version(headers: &HeaderMap) -> Result<(), Problem> {
    match once(headers, header::IF_MATCH.as_str())? {
        Some(tag) if tag != "*" => {
            let text = "this resource has no version: leave If-Match out";
            Err(Problem::new(StatusCode::PRECONDITION_FAILED, "conflict", "if-match", text))
        }
        _ => Ok(()),
    }
}

/// Whether a body is JSON; nothing else is taken.
///
/// # Errors
/// A [`Problem`]: 415.
pub fn expect_json(headers: &HeaderMap) -> Result<(), Problem> {
    if matches!(&*media_type(headers), "application/fhir+json" | "application/json") {
        return Ok(());
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", "content-type", "send application/fhir+json"))
}
