//! End a session.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

use crate::web::Web;

/// `POST /deconnexion`
pub async fn end(State(web): State<Arc<Web>>, headers: HeaderMap) -> Response {
    let cookie = web.sessions.end(&headers);
    (StatusCode::SEE_OTHER, [(header::SET_COOKIE, cookie), (header::LOCATION, "/".to_owned())]).into_response()
}
