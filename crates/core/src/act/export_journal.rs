//! Export one journal with its keys, for a verifier: an operator's act, itself in the journal.

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Dossier, DossierStatus, Rule};
use crate::identity::Requester;

/// An export.
#[derive(Debug, Clone, Copy)]
pub struct ExportJournal;

impl ExportJournal {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if dossier.status == DossierStatus::Unopened {
            return Decision::refused(Rule::UnknownDossier);
        }
        match &**context.requester {
            // A key that leaves now would outlive the destruction.
            Requester::Operator(_) if dossier.destruction.is_some() => Decision::refused(Rule::DestructionBegun),
            Requester::Operator(_) => Decision::allowed(Rule::Operator, Answer::Export),
            _ => Decision::refused(Rule::FunctionalRight),
        }
    }
}
