//! Does a dossier exist, and how is the caller authorised? DMP TD0.2; the FHIR form is `Patient?identifier=`.

use std::sync::Arc;

use crate::access::functional_rights::Action;
use crate::access::{has_role, judge, standing};
use crate::act::{Answer, Context, Decision, Existence};
use crate::dossier::{Dossier, DossierStatus, Rule};

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
        let (DossierStatus::Open | DossierStatus::Closed, Some(holder)) = (dossier.status, &dossier.holder) else {
            return Decision::refused(Rule::UnknownDossier);
        };
        let held = standing(dossier, context.requester, context.policy, context.now);
        let existence = Existence {
            status: dossier.status,
            names: dossier.names.clone(),
            holder: Arc::clone(holder),
            authorization: held.status,
            ground: held.ground,
            until: held.until,
            closed_at: dossier.closed_at,
            closing_motive: dossier.closing_motive,
            closing_text: dossier.closing_text.clone(),
            medecin_traitant: has_role(dossier, context.requester),
        };
        Decision::allowed(admission.rule, Answer::Existence(Box::new(existence)))
    }
}
