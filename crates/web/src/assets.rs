//! Style sheets and fonts: compiled in, served under names that change with the release.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// The folder of the release's assets: a new release has a new address, so that caches may keep them.
pub const FOLDER: &str = concat!("/assets/", env!("CARGO_PKG_VERSION"));

/// `GET /assets/[release]/[name]`
pub async fn asset(Path((_, name)): Path<(String, String)>) -> Response {
    let (kind, bytes): (&str, &'static [u8]) = match name.as_str() {
        "tokens.css" => ("text/css; charset=utf-8", include_bytes!("../assets/tokens.css")),
        "pages.css" => ("text/css; charset=utf-8", include_bytes!("../assets/pages.css")),
        "atkinson-next.woff2" => ("font/woff2", include_bytes!("../assets/fonts/atkinson-next.woff2")),
        "bitter-600.woff2" => ("font/woff2", include_bytes!("../assets/fonts/bitter-600.woff2")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=86400")], bytes).into_response()
}
