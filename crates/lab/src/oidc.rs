//! The provider's documents over HTTP: discovery and key set.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use serde_json::json;

use crate::provider::{ISSUER, Provider};

/// `/.well-known/openid-configuration` and `/jwks`, below `base`: the address at which the router is reached.
pub fn router(provider: &Provider, base: &str) -> Router {
    let json = |text: String| ([(CONTENT_TYPE, "application/json")], text);
    let configuration = json!({
        "issuer": ISSUER,
        "jwks_uri": format!("{base}/jwks"),
        "response_types_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    })
    .to_string();
    let keys = provider.jwks().to_string();
    Router::new()
        .route("/.well-known/openid-configuration", get(async move || json(configuration)))
        .route("/jwks", get(async move || json(keys)))
}
