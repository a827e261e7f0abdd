//! A thing that a client names by its id here.

use std::sync::Arc;

use dmp_core::act::Act;
use dmp_core::document::Item;
use dmp_core::dossier::Rule;
use dmp_store::{Ask, Kind, Performed, Target};

use crate::iti67::bounded;
use crate::problem::Problem;
use crate::service::Fhir;

/// Where the thing is, and its numbers there; an id that we never gave out names no dossier, and 0.
#[derive(Debug)]
pub struct Named {
    pub target: Target,
    pub journal: u32,
    pub item: Item,
}

impl Fhir {
    /// What an id of that kind names. One that is not ours names nothing: the answer waits for an entry all the same.
    pub(crate) fn named(&self, kind: Kind, id: &str) -> Named {
        match self.store.resolve(kind, id) {
            Some(found) => Named { target: Target::Journal(found.journal), journal: found.journal, item: found.item },
            None => Named { target: Target::Nowhere(bounded(id)), journal: 0, item: 0 },
        }
    }

    /// Performs an act on a thing that was named so. An id that is not ours answers exactly as one that names nothing: whoever may
    /// read nothing is told so either way.
    ///
    /// # Errors
    /// A [`Problem`] when the act was refused, or no answer can be given.
    pub(crate) async fn perform_on_named(
        self: &Arc<Self>,
        target: Target,
        act: Act,
        ask: Ask,
    ) -> Result<Performed, Problem> {
        let nowhere = matches!(target, Target::Nowhere(_));
        let unknown = |problem: &Problem| nowhere && problem.rule == Rule::UnknownDossier.code();
        self.perform(target, act, ask)
            .await
            .map_err(|problem| if unknown(&problem) { Problem::not_found() } else { problem })
    }
}
