//! What every request meets before its route: admission, and what no route takes (addresses without end, bodies that are packed). And what
//! every answer has in common, whoever gives it: one that is no success is an OperationOutcome, or a page in the language of who asks.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use dmp_fhir::Problem;
use dmp_web::{ErrorPage, Visit};
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use crate::admission::Admission;
use crate::operations::Operations;

/// The longest address, in bytes. Beyond twice this the connection answers by itself.
const LONGEST_ADDRESS: usize = 32 * 1024;
/// What is read and thrown away of a body that is not taken, so that the answer arrives.
const MOST_DRAINED: usize = 64 << 20;

/// What every request meets.
#[derive(Debug)]
pub struct Front {
    /// How much one credential may ask.
    pub admission: Admission,
    /// Counts the answers.
    pub operations: Arc<Operations>,
}

/// The one layer around every route: what it asks costs each request as little as it can.
pub async fn layer(State(front): State<Arc<Front>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let is_fhir = path == "/fhir" || path.starts_with("/fhir/");
    let method = request.method().clone();
    let visit = (!is_fhir).then(|| Visit::of(&method, request.uri(), request.headers()));
    let answer = match front.check(&request, is_fhir) {
        Ok(()) => next.run(request).await,
        Err(problem) => {
            let problem = dmp_fhir::drained(request.into_body(), MOST_DRAINED, problem).await;
            let packed = problem.status == StatusCode::UNSUPPORTED_MEDIA_TYPE;
            let mut answer = if is_fhir { problem.into_response() } else { plain(problem) };
            if packed {
                answer.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            }
            answer
        }
    };
    let answer = match visit {
        None => told(answer, &method),
        Some(visit) => shown(answer, visit),
    };
    front.operations.count(answer.status());
    answer
}

impl Front {
    fn check(&self, request: &Request, is_fhir: bool) -> Result<(), Problem> {
        self.admission.check(request.headers())?;
        if request.uri().path_and_query().map_or(0, |address| address.as_str().len()) > LONGEST_ADDRESS {
            let text =
                "the address is longer than 32 KiB: search by POST [type]/_search, with the parameters in the body";
            return Err(Problem::new(StatusCode::URI_TOO_LONG, "too-long", "address", text));
        }
        if is_packed(request.headers()) {
            let text = "a body is taken as it is: send it without Content-Encoding";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-supported", "content-encoding", text));
        }
        if is_fhir { dmp_fhir::check(request) } else { Ok(()) }
    }
}

fn is_packed(headers: &HeaderMap) -> bool {
    let packed = |value: &HeaderValue| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    headers.get_all(header::CONTENT_ENCODING).iter().any(packed)
}

fn plain(problem: Problem) -> Response {
    let mut answer = (problem.status, format!("{}\n", problem.diagnostics)).into_response();
    problem.tell_when(answer.headers_mut());
    answer
}

/// An answer as it is, or the page that it lacks: what goes wrong in a page is told here, where its language is known, and what the routes
/// themselves refuse has a line of English, or none.
fn shown(answer: Response, visit: Visit) -> Response {
    let status = answer.status();
    let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let bare = kind.is_none_or(|kind| kind.starts_with("text/plain"));
    let page = match answer.extensions().get::<ErrorPage>() {
        Some(page) => *page,
        None if bare && (status.is_client_error() || status.is_server_error()) => ErrorPage::of_status(status),
        None => return answer,
    };
    with_headers_of(&answer, page.told(visit))
}

/// An answer as it is, or the outcome that it lacks.
fn told(answer: Response, method: &Method) -> Response {
    let status = answer.status();
    let is_outcome = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/fhir+json");
    if is_outcome || !(status.is_client_error() || status.is_server_error()) {
        return answer;
    }
    let (code, rule, text) = match status {
        StatusCode::METHOD_NOT_ALLOWED => {
            ("not-supported", "no-such-interaction", format!("{method} is not served here. See [base]/metadata."))
        }
        StatusCode::NOT_FOUND => {
            ("not-supported", "no-such-interaction", "See [base]/metadata for what is served here.".to_owned())
        }
        StatusCode::PAYLOAD_TOO_LARGE => ("too-long", "size", "the body is too large".to_owned()),
        status if status.is_server_error() => {
            ("exception", "internal", "The service failed. Nothing was disclosed. Try again.".to_owned())
        }
        _ => ("structure", "request", "the request is not formed as HTTP asks".to_owned()),
    };
    with_headers_of(&answer, Problem::new(status, code, rule, text).into_response())
}

/// Which methods there are, when to come again, how long the thing is: that stays.
fn with_headers_of(answer: &Response, mut instead: Response) -> Response {
    for (name, value) in answer.headers() {
        if !instead.headers().contains_key(name) && *name != header::CONTENT_LENGTH {
            instead.headers_mut().insert(name, value.clone());
        }
    }
    instead
}
