//! A search as it comes: who asks what, in an address or in the body of a POST (FHIR R4, http 3.2.1.3).

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use dmp_store::Ask;
use http::Method;

use crate::iti67::{form, post_form};
use crate::problem::Problem;
use crate::search::Parameters;
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// `GET [type]?…`, or `POST [type]/_search`: one handler serves both.
#[derive(Debug)]
pub struct Searched {
    /// Who, and how.
    pub ask: Ask,
    /// The parameters of the address, and of the body where there is one.
    pub parameters: Parameters,
    /// Whether there is one.
    pub posted: bool,
}

impl FromRequest<Arc<Fhir>> for Searched {
    type Rejection = Problem;

    async fn from_request(request: Request, fhir: &Arc<Fhir>) -> Result<Self, Problem> {
        let posted = *request.method() == Method::POST;
        let (parts, body) = request.into_parts();
        if !posted {
            let ask = fhir.ask(&parts.headers).await?;
            return Ok(Self { ask, parameters: form(parts.uri.query().unwrap_or_default())?, posted });
        }
        let (uri, headers) = (parts.uri.clone(), parts.headers.clone());
        let SmallBody(bytes) = SmallBody::from_request(Request::from_parts(parts, body), fhir).await?;
        let ask = fhir.ask(&headers).await?;
        Ok(Self { ask, parameters: post_form(&headers, uri.query(), &bytes)?, posted })
    }
}
