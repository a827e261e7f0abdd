//! What no interaction takes, asked once for all of them, before anything is done: a condition that would betray what is hidden, an
//! answer in another form than JSON, parameters of a `POST` that nobody would read.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{Method, StatusCode};

use crate::accept::takes_json;
use crate::iti65::drained;
use crate::iti67::{form, no_parameters};
use crate::problem::Problem;
use crate::search::json_only;

/// What is read of a refused body and thrown away, so that the answer arrives.
const MOST_DRAINED: usize = 64 << 20;

/// The layer.
pub async fn layer(request: Request, next: Next) -> Response {
    match check(&request) {
        Ok(()) => next.run(request).await,
        Err(problem) => drained(request.into_body(), MOST_DRAINED, problem).await.into_response(),
    }
}

fn check(request: &Request) -> Result<(), Problem> {
    if request.headers().contains_key("if-none-exist") {
        let text = "conditional creation is not taken: it would betray what is hidden. Leave If-None-Exist out";
        return Err(Problem::form("if-none-exist", text));
    }
    let (path, query) = (request.uri().path(), request.uri().query());
    let search = path.ends_with("/_search");
    if *request.method() == Method::POST && !search {
        no_parameters(query)?;
    }
    // `_format` stands above Accept (FHIR R4, http): every interaction hears it, whatever else it reads of its address.
    if let Some(query) = query.filter(|query| query.contains("_format")) {
        form(query)?.iter().filter(|(name, _)| name == "_format").try_for_each(|(_, value)| json_only(value))?;
    }
    // A document has a form of its own, which is asked for where it is known; what changes something is answered in JSON whatever
    // its client hoped for.
    let reads = search || matches!(*request.method(), Method::GET | Method::HEAD);
    if reads && !path.contains("/Binary/") && !takes_json(request.headers()) {
        let text = "the answer is given as application/fhir+json";
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not-supported", "accept", text));
    }
    Ok(())
}
