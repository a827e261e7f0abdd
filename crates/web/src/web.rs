//! The routes of the pages, and what they share.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use dmp_auth::Authenticator;
use dmp_core::act::{Act, Answer};
use dmp_core::identity::{Requester, RequesterKind};
use dmp_store::{Ask, Kind, Performed, Store, Target};
use http::HeaderMap;

use crate::page::ErrorPage;
use crate::pages::{document, documents, history, objection, sign_out};
use crate::session::Sessions;

/// The pages.
#[derive(Debug)]
pub struct Web {
    /// The door.
    pub store: Arc<Store>,
    /// Who vouches for callers.
    pub authenticator: Arc<Authenticator>,
    /// Who is signed in.
    pub sessions: Sessions,
}

/// The routes. A dossier is named by an id of ours: no INS, no name, no title is in an address.
pub fn router(web: Arc<Web>) -> Router {
    Router::new()
        .route("/dossier/{id}/documents", get(documents::page))
        .route("/dossier/{id}/documents/{document}", get(document::page))
        .route("/dossier/{id}/documents/{document}/fichier", get(document::file))
        .route("/dossier/{id}/historique", get(history::page))
        .route("/deconnexion", post(sign_out::end))
        .with_state(web)
}

/// The routes that need nobody to be signed in: every deployment has them.
pub fn open(store: Arc<Store>) -> Router {
    objection::router(store)
        .route("/langue/{language}", get(crate::visit::choose))
        .route("/assets/{release}/{name}", get(crate::assets::asset))
}

impl Web {
    /// Who asks: the token of his session, validated as any bearer token is.
    ///
    /// # Errors
    /// [`ErrorPage`] when nobody is signed in.
    pub async fn ask(&self, headers: &HeaderMap) -> Result<Ask, ErrorPage> {
        let now = self.store.now();
        let token = self.sessions.token(headers, now).ok_or_else(ErrorPage::sign_in)?;
        let who = self.authenticator.authenticate(&token, now).await.map_err(|_| ErrorPage::sign_in())?;
        Ok(Ask::of(who.requester))
    }

    /// Performs an act on the dossier of a page.
    ///
    /// # Errors
    /// [`ErrorPage`] when it is refused, or nothing is there.
    pub async fn perform(self: &Arc<Self>, dossier: &str, act: Act, ask: Ask) -> Result<Performed, ErrorPage> {
        let target = match self.store.resolve(Kind::Patient, dossier) {
            Some(reference) => Target::Journal(reference.journal),
            None => Target::Nowhere(dossier.chars().take(100).collect::<String>().into()),
        };
        self.perform_on(target, act, ask).await
    }

    /// Performs an act on one document of the dossier of a page: what is not in that dossier is not there.
    ///
    /// # Errors
    /// [`ErrorPage`] when it is refused, or nothing is there.
    pub async fn perform_there(
        self: &Arc<Self>,
        (dossier, document): (&str, &str),
        act: impl FnOnce(u32) -> Act,
        ask: Ask,
    ) -> Result<Performed, ErrorPage> {
        let here = self.store.resolve(Kind::Patient, dossier);
        let there = self.store.resolve(Kind::Document, document);
        let (Some(here), Some(there)) = (here, there) else { return self.perform(dossier, act(0), ask).await };
        let target = Target::Thing { journal: here.journal, of: there.journal };
        self.perform_on(target, act(there.item), ask).await
    }

    async fn perform_on(self: &Arc<Self>, target: Target, act: Act, ask: Ask) -> Result<Performed, ErrorPage> {
        let performed = self.store.perform(target, act, ask).await?;
        match &performed.answer {
            Answer::Refused(rule) if *rule == dmp_core::dossier::Rule::UnknownDossier => Err(ErrorPage::not_found()),
            Answer::Refused(rule) => Err(ErrorPage::refused(*rule)),
            Answer::NotFound => Err(ErrorPage::not_found()),
            Answer::Faulty(fault) => Err(ErrorPage::refused(fault.rule)),
            _ => Ok(performed),
        }
    }
}

/// Whether the reader is on the professionals' side of the pages.
#[must_use]
pub fn is_professional(requester: &Requester) -> bool {
    matches!(requester.kind(), RequesterKind::Professional | RequesterKind::Organisation)
}
