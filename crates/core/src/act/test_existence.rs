//! Does a dossier exist, and how is the caller authorised? DMP TD0.2; the FHIR form is `Patient?identifier=`.

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::patients::existence;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Dossier, Rule};

/// The question of TD0.2.
#[derive(Debug, Clone, Copy)]
pub struct TestExistence;

impl TestExistence {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        // The caller first: who may not ask hears the same of a dossier that is there and of one that is not.
        let admission = match judge(dossier, context, Action::TestExistence) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        let Some(existence) = existence(dossier, context) else { return Decision::refused(Rule::UnknownDossier) };
        Decision::allowed(admission.rule, Answer::Existence(Box::new(existence)))
    }
}
