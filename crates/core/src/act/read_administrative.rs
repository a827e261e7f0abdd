//! Read the administrative data of the holder: DMP TD1.3a; the FHIR form is `GET Patient/[id]`.

use std::sync::Arc;

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Administrative, Answer, Context, Decision};
use crate::dossier::{Dossier, OppositionKind, Rule};

/// The question of TD1.3a.
#[derive(Debug, Clone, Copy)]
pub struct ReadAdministrative;

impl ReadAdministrative {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::ReadAdministrative) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        match &dossier.holder {
            Some(holder) => Decision::allowed(
                admission.rule,
                Answer::Administrative(Box::new(Administrative {
                    holder: Arc::clone(holder),
                    names: dossier.names.clone(),
                    deceased: dossier.is_dead(),
                    bris_de_glace_opposed: dossier.opposed(OppositionKind::BrisDeGlace, &[]).next().is_some(),
                    centre_15_opposed: dossier.opposed(OppositionKind::Centre15, &[]).next().is_some(),
                })),
            ),
            None => Decision::refused(Rule::UnknownDossier),
        }
    }
}
