//! What no interaction takes, asked once for all of them, before anything is done and before any route is chosen: a condition that would betray what is hidden, an
//! answer in another form than JSON, parameters of a `POST` that nobody would read.

use http::{Method, Request, StatusCode, header};

use crate::accept::takes_json;
use crate::iti67::{form, no_parameters};
use crate::problem::Problem;
use crate::search::json_only;

/// Why no interaction takes a request, if none does.
///
/// # Errors
/// A [`Problem`] that names the header or the parameter.
pub fn check<B>(request: &Request<B>) -> Result<(), Problem> {
    if request.headers().contains_key("if-none-exist") {
        let text = "conditional creation is not taken: it would betray what is hidden. Leave If-None-Exist out";
        return Err(Problem::form("if-none-exist", text));
    }
    let (path, query) = (request.uri().path(), request.uri().query());
    let search = path.ends_with("/_search");
    let reads = search || matches!(*request.method(), Method::GET | Method::HEAD);
    if !reads {
        conditions(request)?;
    }
    // A patch of what the address names by its id; another is conditional, and reads its own.
    let by_id =
        *request.method() == Method::PATCH && !path.ends_with("/DocumentReference") && !path.ends_with("/Patient");
    if (*request.method() == Method::POST && !search) || by_id {
        no_parameters(query)?;
    }
    // `_format` stands above Accept (FHIR R4, http): every interaction hears it, whatever else it reads of its address.
    if let Some(query) = query.filter(|query| query.contains("_format")) {
        form(query)?.iter().filter(|(name, _)| name == "_format").try_for_each(|(_, value)| json_only(value))?;
    }
    // A document has a form of its own, which is asked for where it is known; what changes something is answered in JSON whatever
    // its client hoped for.
    if reads && !path.contains("/Binary/") && !takes_json(request.headers()) {
        let text = "the answer is given as application/fhir+json";
        return Err(Problem::new(StatusCode::NOT_ACCEPTABLE, "not-supported", "accept", text));
    }
    Ok(())
}

/// The conditions that nothing that changes something is asked under: what is not looked at must not be passed over (RFC 9110, 13.1). A
/// change of what is there may name its version, by If-Match.
fn conditions<B>(request: &Request<B>) -> Result<(), Problem> {
    let on_creation = (*request.method() == Method::POST).then_some(header::IF_MATCH);
    let never = [header::IF_NONE_MATCH, header::IF_UNMODIFIED_SINCE];
    match never.into_iter().chain(on_creation).find(|name| request.headers().contains_key(name)) {
        None => Ok(()),
        Some(name) => {
            let text = format!("`{name}` is not taken here: leave it out; a PATCH or a PUT may have If-Match");
            Err(Problem::form("condition", text))
        }
    }
}
