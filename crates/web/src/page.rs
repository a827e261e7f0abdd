//! What every page has in common: its frame, its headers, and the page for what goes wrong.

use askama::Template;
use axum::response::{IntoResponse, Response};
use dmp_core::dossier::Rule;
use dmp_core::history::Language;
use dmp_store::error::StoreError;
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::assets::FOLDER;

/// The frame of a page.
#[derive(Debug, Clone)]
pub struct Chrome {
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
    pub fn plain(title: &str) -> Self {
        Self {
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
    pub fn of(title: &str, whose: &str, dossier: &str, here: &'static str, professional: bool) -> Self {
        let letters = whose.split_whitespace().filter_map(|word| word.chars().next()).take(2);
        Self {
            title: title.to_owned(),
            assets: FOLDER,
            whose: Some(whose.to_owned()),
            initials: letters.flat_map(char::to_uppercase).collect(),
            dossier: Some(dossier.to_owned()),
            here,
            professional,
        }
    }
}

/// A page that goes wrong: what happened, what is kept, the way out.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// The frame.
    pub chrome: Chrome,
    /// The status.
    pub status: u16,
    /// What happened, in one sentence.
    pub what: String,
    /// What to do.
    pub way_out: String,
    /// The rule, for who asks why.
    pub rule: Option<&'static str>,
}

impl ErrorPage {
    /// A page for what is not there: hidden, deleted, unknown, all alike.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            404,
            "Cette page n’existe pas",
            "Il n’y a rien à cette adresse.",
            "Revenez à la liste des documents.",
            None,
        )
    }

    /// A page for who is not signed in.
    #[must_use]
    pub fn sign_in() -> Self {
        Self::new(
            401,
            "Connectez-vous",
            "Vous n’êtes pas connecté, ou votre session est terminée.",
            "Connectez-vous, puis revenez ici.",
            None,
        )
    }

    /// A page for a refusal that is told with its rule.
    #[must_use]
    pub fn refused(rule: Rule) -> Self {
        let sentence = rule.sentence(Language::French).unwrap_or_default();
        Self::new(
            403,
            "Nous avons refusé",
            sentence,
            "Cette tentative est inscrite dans l’historique que lit le patient.",
            Some(rule.code()),
        )
    }

    /// A page for what no page answers: a request that is not understood, too long, or of another kind.
    #[must_use]
    pub fn of_status(status: StatusCode) -> Self {
        let (title, what, way_out) = match status {
            StatusCode::NOT_FOUND => return Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => (
                "Cette page ne se demande pas ainsi",
                "Rien n’a été fait : cette adresse n’accepte pas cette demande.",
                "Revenez à la page d’avant et utilisez ses boutons.",
            ),
            StatusCode::PAYLOAD_TOO_LARGE => (
                "L’envoi est trop long",
                "Rien n’a été fait : l’envoi est trop long.",
                "Écrivez plus court, puis renvoyez.",
            ),
            StatusCode::TOO_MANY_REQUESTS => (
                "Trop de demandes à la fois",
                "Rien n’a été fait : trop de demandes sont venues en même temps.",
                "Attendez quelques secondes, puis recommencez.",
            ),
            status if status.is_server_error() => (
                "Le service ne répond pas",
                "Le service ne peut pas répondre pour l’instant.",
                "Rien n’a été lu ni changé. Réessayez dans un instant.",
            ),
            _ => (
                "Nous n’avons pas compris la demande",
                "Rien n’a été fait : un champ manque, ou l’adresse est mal écrite.",
                "Revenez à la page d’avant, remplissez tous les champs et recommencez.",
            ),
        };
        Self::new(status.as_u16(), title, what, way_out, None)
    }

    fn new(status: u16, title: &str, what: &str, way_out: &str, rule: Option<&'static str>) -> Self {
        Self { chrome: Chrome::plain(title), status, what: what.to_owned(), way_out: way_out.to_owned(), rule }
    }
}

impl From<StoreError> for ErrorPage {
    fn from(_: StoreError) -> Self {
        let way_out = "Rien n’a été lu ni changé. Réessayez dans un instant.";
        Self::new(503, "Le service ne répond pas", "Le service ne peut pas répondre pour l’instant.", way_out, None)
    }
}

impl IntoResponse for ErrorPage {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Secured(self).into_response();
        *response.status_mut() = status;
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
