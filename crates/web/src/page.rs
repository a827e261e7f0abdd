//! What every page has in common: its frame, its headers, and the page for what goes wrong.

use askama::Template;
use axum::response::{IntoResponse, Response};
use dmp_core::dossier::Rule;
use dmp_store::error::StoreError;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::assets::FOLDER;
use crate::visit::Visit;

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Chrome {
    /// In which language it is written, and where it stands.
    pub visit: Visit,
    /// The title, without the name of the site.
    pub title: String,
    /// The address of the assets.
    pub assets: &'static str,
    /// Whose dossier is open.
    pub whose: Option<String>,
    /// The first letters of that name.
    pub initials: String,
    /// The dossier's address, for the menu.
    pub dossier: Option<String>,
    /// Which entry of the menu is this page.
    pub here: &'static str,
    /// Whether the reader is a professional: another name of the site, a denser page.
    pub professional: bool,
}

impl Chrome {
    /// The frame of a page that belongs to no dossier.
    #[must_use]
    pub fn plain(title: &str, visit: Visit) -> Self {
        Self {
            visit,
            title: title.to_owned(),
            assets: FOLDER,
            whose: None,
            initials: String::new(),
            dossier: None,
            here: "",
            professional: false,
        }
    }

    /// The frame of a page of a dossier.
    #[must_use]
    pub fn of(
        (title, visit): (&str, Visit),
        (whose, dossier): (&str, &str),
        here: &'static str,
        professional: bool,
    ) -> Self {
        let letters = whose.split_whitespace().filter_map(|word| word.chars().next()).take(2);
        Self {
            visit,
            title: title.to_owned(),
            assets: FOLDER,
            whose: Some(whose.to_owned()),
            initials: letters.flat_map(char::to_uppercase).collect(),
            dossier: Some(dossier.to_owned()),
            here,
            professional,
        }
    }

    /// A text in the language of the page.
    #[must_use]
    pub fn say(&self, key: &str) -> &'static str {
        self.visit.say(key)
    }

    /// The name of the site.
    #[must_use]
    pub fn site(&self) -> &'static str {
        self.say(if self.professional { "base.professional" } else { "base.mine" })
    }
}

/// What goes wrong instead of a page. As an answer it is bare: [`ErrorPage::told`] makes the page, where the language is known.
#[derive(Debug, Clone, Copy)]
pub struct ErrorPage {
    status: StatusCode,
    /// Its texts: `.title`, `.what` and `.way-out` of this.
    key: &'static str,
    /// The rule that refused: its sentence says what happened, its code is for who asks why.
    rule: Option<Rule>,
}

#[derive(Debug, Template)]
#[template(path = "error.html")]
struct Told {
    chrome: Chrome,
    what: &'static str,
    way_out: &'static str,
    rule: Option<&'static str>,
}

impl ErrorPage {
    /// A page for what is not there: hidden, deleted, unknown, all alike.
    #[must_use]
    pub const fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "error.not-found")
    }

    /// A page for who is not signed in.
    #[must_use]
    pub const fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "error.sign-in")
    }

    /// A page for a refusal that is told with its rule.
    #[must_use]
    pub const fn refused(rule: Rule) -> Self {
        Self { rule: Some(rule), ..Self::new(StatusCode::FORBIDDEN, "error.refused") }
    }

    /// A page for what no page answers: a request that is not understood, too long, or of another kind.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let key = match status {
            StatusCode::NOT_FOUND => return Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => "error.method",
            StatusCode::PAYLOAD_TOO_LARGE => "error.too-long",
            StatusCode::TOO_MANY_REQUESTS => "error.too-many",
            status if status.is_server_error() => "error.service",
            _ => "error.not-understood",
        };
        Self::new(status, key)
    }

    const fn new(status: StatusCode, key: &'static str) -> Self {
        Self { status, key, rule: None }
    }

    /// The page: what happened, what is kept, the way out.
    #[must_use]
    pub fn told(self, visit: Visit) -> Response {
        let part = |name: &str| visit.say(&format!("{}.{name}", self.key));
        let what = self.rule.and_then(|rule| rule.sentence(visit.language)).unwrap_or_else(|| part("what"));
        let (title, way_out) = (part("title"), part("way-out"));
        let rule = self.rule.map(Rule::code);
        let mut response = Secured(Told { chrome: Chrome::plain(title, visit), what, way_out, rule }).into_response();
        *response.status_mut() = self.status;
        response
    }
}

impl From<StoreError> for ErrorPage {
    fn from(_: StoreError) -> Self {
        Self::of_status(StatusCode::SERVICE_UNAVAILABLE)
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A page with the headers that every page has.
#[derive(Debug)]
pub struct Secured<T>(pub T);

impl<T: Template> IntoResponse for Secured<T> {
    fn into_response(self) -> Response {
        let Ok(text) = self.0.render() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
        let mut response = text.into_response();
        let headers = response.headers_mut();
        let fixed = [
            (header::CONTENT_TYPE, "text/html; charset=utf-8"),
            // Kept nowhere, a page needs no `Vary` for its language.
            (header::CACHE_CONTROL, "no-store"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; \
                 frame-ancestors 'none'; base-uri 'none'",
            ),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::REFERRER_POLICY, "no-referrer"),
            (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
        ];
        for (name, value) in fixed {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
