//! Retrieve a document: IHE ITI-68, DMP TD3.2. Raw by `Accept`, or as a Binary; ranges, HEAD and If-None-Match are reads like any
//! other: the entry comes first, and what is not there is 404 before anything else is looked at.

use std::ops::Range;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use dmp_core::act::{Act, Answer, DocumentView, RetrieveDocument};
use dmp_store::blobs::{BlobFault, BlobReader};
use dmp_store::error::StoreError;
use dmp_store::{Kind, Permit};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;

use crate::accept::{Form, form_of};
use crate::iti67::no_parameters;
use crate::named::Named;
use crate::path_id::PathId;
use crate::problem::Problem;
use crate::request::json_response;
use crate::service::Fhir;

/// `GET Binary/[id]`
pub async fn retrieve(
    State(fhir): State<Arc<Fhir>>,
    method: Method,
    PathId(id): PathId,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    no_parameters(query.as_deref())?;
    let Named { target, item, .. } = fhir.named(Kind::Document, &id);
    let act = Act::RetrieveDocument(RetrieveDocument { item });
    let performed = fhir.perform_on_named(target, act, ask).await?;
    let Answer::Content(view) = &performed.answer else { return Err(Problem::not_found()) };
    // `_format` stands above Accept; what it may say was read with the parameters.
    let asked = query.as_deref().is_some_and(|query| !query.is_empty());
    let form = if asked { Form::Resource } else { form_of(&headers, &view.entry.mime_type)? };
    let etag = etag(view, form);
    let mut wanted = headers.get_all(header::IF_MATCH).iter().peekable();
    if wanted.peek().is_some() && !wanted.any(|asked| is_matched(asked, &etag, strong)) {
        let text = "If-Match names another document than the one that is here: its bytes never change";
        return Err(Problem::new(StatusCode::PRECONDITION_FAILED, "conflict", "if-match", text));
    }
    if headers.get_all(header::IF_NONE_MATCH).iter().any(|asked| is_matched(asked, &etag, weak)) {
        return Ok(with_headers(StatusCode::NOT_MODIFIED.into_response(), view, &etag));
    }
    if form == Form::Resource {
        return as_resource(&fhir, &id, view, &performed.permit, &etag).await;
    }
    raw(&fhir, &method, &headers, view, &performed.permit, &etag).await
}

/// The bytes never change, whatever becomes of the metadata: the tag is theirs, and strong, so that what was broken off is resumed
/// (RFC 9110, 13.1.5). The Binary that holds them is made of other bytes, and has another.
fn etag(view: &DocumentView, form: Form) -> String {
    let start: String = view.entry.content.sha256.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    match form {
        Form::Resource => format!("\"{start}-json\""),
        Form::Raw => format!("\"{start}\""),
    }
}

/// Whether a condition names a tag: `*`, or a list of tags, each compared as the condition asks.
fn is_matched(asked: &HeaderValue, etag: &str, compare: fn(&str, &str) -> bool) -> bool {
    let mut tags = asked.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.any(|tag| tag == "*" || compare(tag, etag))
}

/// As If-Match and If-Range compare (RFC 9110, 8.8.3.2): a weak tag is no other's equal. Ours are strong.
fn strong(asked: &str, etag: &str) -> bool {
    asked == etag
}

/// As If-None-Match compares: what stands before the tag does not count.
fn weak(asked: &str, etag: &str) -> bool {
    asked.strip_prefix("W/").unwrap_or(asked) == etag
}

/// A Binary, its base64 written as the chunks come: a document of 48 MiB is never in memory, let alone three times.
async fn as_resource(
    fhir: &Fhir,
    id: &str,
    view: &DocumentView,
    permit: &Permit,
    etag: &str,
) -> Result<Response, Problem> {
    let length = view.entry.content.length;
    let binary = json!({"resourceType": "Binary", "id": id, "contentType": view.entry.mime_type}).to_string();
    let head = format!("{},\"data\":\"", binary.trim_end_matches('}'));
    let whole = (head.len() + 2) as u64 + length.div_ceil(3) * 4;
    let chunks = Chunks::begin(fhir.store.open(permit, 0..length)?).await?;
    let mut response = json_response(StatusCode::OK, Vec::new());
    *response.body_mut() = Body::from_stream(chunks.into_base64(head, "\"}"));
    let out = response.headers_mut();
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(whole));
    if let Ok(value) = HeaderValue::from_str(etag) {
        out.insert(header::ETAG, value);
    }
    Ok(response)
}

async fn raw(
    fhir: &Fhir,
    method: &Method,
    headers: &HeaderMap,
    view: &DocumentView,
    permit: &Permit,
    etag: &str,
) -> Result<Response, Problem> {
    let length = view.entry.content.length;
    // A range of other bytes than these would be put together with them: whoever has others gets all of these (RFC 9110, 13.1.5).
    let other = headers.get(header::IF_RANGE).is_some_and(|asked| !is_matched(asked, etag, strong) || asked == "*");
    // A range is asked of GET alone (RFC 9110, 14.2).
    let range = headers.get(header::RANGE).filter(|_| !other && *method == Method::GET);
    let (status, range) = match range.map(|value| asked_range(value, length)) {
        None | Some(Asked::Whole) => (StatusCode::OK, 0..length),
        Some(Asked::Part(range)) => (StatusCode::PARTIAL_CONTENT, range),
        Some(Asked::Beyond) => return Ok(beyond(length)),
    };
    let chunks = Chunks::begin(fhir.store.open(permit, range.clone())?).await?;
    let body = if *method == Method::HEAD { Body::empty() } else { Body::from_stream(chunks.into_stream()) };
    let mut response = with_headers((status, body).into_response(), view, etag);
    let out = response.headers_mut();
    out.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    out.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if status == StatusCode::PARTIAL_CONTENT {
        let text = format!("bytes {}-{}/{length}", range.start, range.end.saturating_sub(1));
        if let Ok(value) = HeaderValue::from_str(&text) {
            out.insert(header::CONTENT_RANGE, value);
        }
    }
    Ok(response)
}

/// The bytes are somebody's health: not kept by anyone on the way, not run by a browser.
fn with_headers(mut response: Response, view: &DocumentView, etag: &str) -> Response {
    let out = response.headers_mut();
    let mime = HeaderValue::from_str(&view.entry.mime_type);
    out.insert(header::CONTENT_TYPE, mime.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    out.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    out.insert(HeaderName::from_static("content-disposition"), HeaderValue::from_static("attachment"));
    if let Ok(etag) = HeaderValue::from_str(etag) {
        out.insert(header::ETAG, etag);
    }
    response
}

enum Asked {
    Whole,
    Part(Range<u64>),
    Beyond,
}

/// One range of bytes (RFC 9110, 14.2); several, or another unit, are answered whole.
fn asked_range(value: &HeaderValue, length: u64) -> Asked {
    let Some(spec) = value.to_str().ok().and_then(|text| text.strip_prefix("bytes=")) else { return Asked::Whole };
    let Some((from, to)) = spec.split_once('-').filter(|_| !spec.contains(',')) else { return Asked::Whole };
    let range = match (from.trim().parse::<u64>(), to.trim()) {
        (Ok(from), "") => from..length,
        (Ok(from), to) => match to.parse::<u64>() {
            Ok(to) if to >= from => from..to.saturating_add(1).min(length),
            _ => return Asked::Whole,
        },
        (Err(_), suffix) if from.trim().is_empty() => match suffix.parse::<u64>() {
            Ok(last) if last > 0 => length.saturating_sub(last)..length,
            Ok(_) => return Asked::Beyond,
            Err(_) => return Asked::Whole,
        },
        _ => return Asked::Whole,
    };
    if range.start >= length { Asked::Beyond } else { Asked::Part(range) }
}

fn beyond(length: u64) -> Response {
    let text = format!("the document has {length} bytes: ask for a range within them");
    let mut response = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "value", "range", text).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("bytes */{length}")) {
        response.headers_mut().insert(header::CONTENT_RANGE, value);
    }
    response
}

/// The chunks of a document on their way out. The first is read before the status is sent; a later one that is damaged ends the answer
/// short, which the client's length check sees.
struct Chunks {
    first: Option<Bytes>,
    reader: BlobReader,
}

impl Chunks {
    async fn begin(mut reader: BlobReader) -> Result<Self, Problem> {
        let first = reader.next().await.map_err(|fault| match fault {
            BlobFault::Sink(error) => Problem::from(StoreError::from(error)),
            BlobFault::Damaged | BlobFault::Length => damaged(),
        })?;
        Ok(Self { first, reader })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, std::io::Error> {
        match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => self.reader.next().await.map_err(|fault| std::io::Error::other(fault.to_string())),
        }
    }

    fn into_stream(mut self) -> impl futures_core::Stream<Item = Result<Bytes, std::io::Error>> {
        async_stream::try_stream! {
            while let Some(bytes) = self.next().await? {
                yield bytes;
            }
        }
    }

    /// In base64, between a head and a tail; whole groups of three bytes at a time.
    fn into_base64(
        mut self,
        head: String,
        tail: &'static str,
    ) -> impl futures_core::Stream<Item = Result<Bytes, std::io::Error>> {
        async_stream::try_stream! {
            yield Bytes::from(head);
            let mut rest = Vec::new();
            while let Some(bytes) = self.next().await? {
                rest.extend_from_slice(&bytes);
                let kept = rest.split_off(rest.len() - rest.len() % 3);
                yield Bytes::from(STANDARD.encode(&rest));
                rest = kept;
            }
            yield Bytes::from(STANDARD.encode(&rest) + tail);
        }
    }
}

/// The entry says that there is such a document, and its bytes do not open: asking again changes nothing.
fn damaged() -> Problem {
    let text = "The document is on record and its bytes are damaged or lost here. Nothing of it was sent: tell the operator, who has backups.";
    let mut problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "exception", "document-damaged", text);
    "Ce document est enregistré, mais son contenu est endommagé ou perdu. Prévenez l’exploitant, qui a des sauvegardes."
        .clone_into(&mut problem.text);
    problem.xds = Some("XDSRepositoryError");
    problem
}
