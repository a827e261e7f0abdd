//! The routes of the FHIR service, and what they share.

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use dmp_auth::Authenticator;
use dmp_content::MediaTable;
use dmp_store::Store;
use http::{Method, StatusCode};

use crate::fragments::Fragments;
use crate::iti65::Rooms;
use crate::problem::Problem;
use crate::search::PageTokens;
use crate::{
    audit_event, communication, consent, document_patch, iti65, iti66, iti67, iti68, metadata, patient, related_person,
    subscription, task, typed,
};

/// What a request may cost.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest ITI-65 body, in bytes (64 MiB).
    pub largest_body: usize,
    /// How many bytes of bodies and decoded documents may be in memory at once.
    pub intake_bytes: usize,
    /// How many bytes of rendered resources are kept.
    pub fragment_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { largest_body: 64 << 20, intake_bytes: 120 << 20, fragment_bytes: 24 << 20 }
    }
}

/// The FHIR service.
#[derive(Debug)]
pub struct Fhir {
    pub(crate) store: Arc<Store>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) media: MediaTable,
    pub(crate) base: String,
    pub(crate) limits: Limits,
    pub(crate) tokens: PageTokens,
    pub(crate) fragments: Fragments,
    /// Bodies wait for room rather than fill the memory.
    pub(crate) rooms: Rooms,
}

impl Fhir {
    /// The service at an address: `base` is the address of `/fhir` as clients write it.
    ///
    /// # Errors
    /// [`Problem`] when the page-token key is refused.
    pub fn new(
        store: Arc<Store>,
        authenticator: Arc<Authenticator>,
        media: MediaTable,
        base: &str,
        token_key: &[u8; 32],
        limits: Limits,
    ) -> Result<Arc<Self>, Problem> {
        let tokens = PageTokens::new(token_key).map_err(|_| Problem::form("page-tokens", "the key is refused"))?;
        Ok(Arc::new(Self {
            store,
            authenticator,
            media,
            base: base.trim_end_matches('/').to_owned(),
            tokens,
            fragments: Fragments::new(limits.fragment_bytes),
            rooms: Rooms::new(limits.intake_bytes),
            limits,
        }))
    }
}

impl Fhir {
    /// Forgets what was rendered of dossiers that are destroyed.
    pub fn forget_destroyed(&self) {
        self.fragments.keep_only(|journal| !self.store.is_destroyed(journal));
    }
}

/// The routes, all under `/fhir`. Every one but the capability statement wants a bearer token. Whoever serves them asks
/// [`check`](crate::check) first.
pub fn router(fhir: Arc<Fhir>) -> Router {
    // A nested router answers at `/fhir` but not at `/fhir/`: clients write either.
    let base = Router::new().route("/fhir/", post(iti65::provide)).with_state(Arc::clone(&fhir));
    Router::new().nest("/fhir", resources(fhir)).merge(base)
}

fn resources(fhir: Arc<Fhir>) -> Router {
    Router::new()
        .route("/", post(iti65::provide))
        .route("/metadata", get(metadata::capability_statement))
        .route("/DocumentReference", get(iti67::search).patch(document_patch::by_identifier))
        .route("/DocumentReference/_search", post(iti67::search))
        .route("/DocumentReference/{id}", get(iti67::read).patch(document_patch::by_id))
        .route("/List", get(iti66::search))
        .route("/List/_search", post(iti66::search))
        .route("/List/{id}", get(iti66::read))
        .route("/Binary/{id}", get(iti68::retrieve))
        .route(
            "/Patient",
            get(patient::search).post(patient::open).patch(patient::patch).put(patient::feed).delete(patient::delete),
        )
        .route("/Patient/{id}", get(patient::read))
        .route("/Patient/_search", post(patient::search))
        .route("/Consent", get(consent::search).post(consent::create))
        .route("/Consent/_search", post(consent::search))
        .route("/Consent/{id}", get(consent::read).patch(consent::patch))
        .route("/RelatedPerson/_search", post(related_person::search))
        .route("/Communication/_search", post(communication::search))
        .route("/Subscription/_search", post(subscription::search))
        .route("/Task/_search", post(task::search))
        .route("/RelatedPerson", get(related_person::search).post(related_person::create))
        .route("/Communication", get(communication::search).post(communication::create))
        .route("/Communication/{id}", delete(communication::delete))
        .route("/AllergyIntolerance", post(typed::allergy))
        .route("/Condition", post(typed::condition))
        .route("/MedicationStatement", post(typed::treatment))
        .route("/Observation", post(typed::measure))
        .route("/Subscription", post(subscription::create).get(subscription::search))
        .route("/Task", get(task::search))
        .route("/Task/{id}", get(task::read).patch(task::patch))
        .route("/AuditEvent", get(audit_event::search))
        .route("/AuditEvent/_search", post(audit_event::search))
        .route("/AuditEvent/{id}", get(audit_event::read))
        .fallback(no_such_route)
        .method_not_allowed_fallback(no_such_method)
        .with_state(fhir)
}

async fn no_such_route() -> Response {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not-supported",
        "no-such-interaction",
        "See [base]/metadata for what is served here.",
    )
    .into_response()
}

async fn no_such_method(method: Method) -> Response {
    let text = format!("{method} is not served here. See [base]/metadata.");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "no-such-interaction", text).into_response()
}
