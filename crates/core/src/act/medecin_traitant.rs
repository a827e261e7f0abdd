//! The médecin traitant: named by the holder, declared by a doctor with the recorded consent (TD0.3), given up by himself
//! (facts c.5, decisions 10).

use crate::access::functional_rights::{Action, Column};
use crate::access::{Side, is_a_doctor, judge};
use crate::act::authorization::as_told;
use crate::act::settle::{Choice, settle};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, MedecinTraitant, MedecinTraitantLeft, MedecinTraitantSet, Rule, Subject};
use crate::identity::{Means, ProfessionalId, Requester};

/// The holder names his médecin traitant.
#[derive(Debug, Clone)]
pub struct NameMedecinTraitant {
    /// Whom.
    pub professional: ProfessionalId,
    /// His name, for the holder to read.
    pub name: Option<Box<str>>,
}

/// A doctor declares himself, with the holder's recorded consent.
#[derive(Debug, Clone, Copy)]
pub struct DeclareMedecinTraitant {
    /// The holder consents.
    pub consent: bool,
}

/// The médecin traitant gives up his role: only he can.
#[derive(Debug, Clone, Copy)]
pub struct LeaveMedecinTraitant;

impl NameMedecinTraitant {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match settle(dossier, context, Choice::Own) {
            Ok(rule) if is_no_doctor(dossier, rule != Rule::Holder, &self.professional) => {
                Decision::fault(Rule::DoctorOnly)
            }
            Ok(rule) => set(dossier, rule, &self.professional, self.name.clone()),
            Err(rule) => Decision::refused(rule),
        }
    }
}

impl DeclareMedecinTraitant {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::DeclareAuthorization) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        let doctor = matches!(admission.side, Side::Professional(Column::MedNormal | Column::MtNormal));
        match &**context.requester {
            Requester::Professional(_) if !self.consent => Decision::refused(Rule::NoAuthorization),
            Requester::Professional(one) if doctor => {
                set(dossier, admission.rule, &one.id, Some(context.requester.display_name().into()))
            }
            _ => Decision::refused(Rule::FunctionalRight),
        }
    }
}

impl LeaveMedecinTraitant {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match (judge(dossier, context, Action::LeaveMedecinTraitant), &**context.requester) {
            (Err(rule), _) => Decision::refused(rule),
            (Ok(admission), Requester::Professional(one)) => Decision::allowed(admission.rule, Answer::Done)
                .changing(Change::MedecinTraitantLeft(MedecinTraitantLeft { professional: one.id.clone() })),
            (Ok(_), _) => Decision::refused(Rule::FunctionalRight),
        }
    }
}

/// Whether he proved that he is something else when he declared himself authorised, as the holder's side reads it in its list. Of nobody else
/// is anything said: whether he ever asked may be what it may not know (decisions 19 and 24). The role is asked of a doctor when it is used.
fn is_no_doctor(dossier: &Dossier, blind: bool, professional: &ProfessionalId) -> bool {
    let recorded = dossier.authorizations.get(&Subject::Professional(professional.clone()));
    let told = recorded.and_then(|one| as_told(dossier, blind, one));
    match told.and_then(|one| dossier.requester(one.recorded_by)).map(|by| &**by) {
        Some(Requester::Professional(one)) if one.id == *professional => {
            one.means != Means::Indirect && !is_a_doctor(one)
        }
        _ => false,
    }
}

fn set(dossier: &Dossier, rule: Rule, professional: &ProfessionalId, name: Option<Box<str>>) -> Decision {
    if dossier.medecin_traitant.as_ref().is_some_and(|known| known.professional == *professional) {
        return Decision::allowed(Rule::AlreadyDone, Answer::Done);
    }
    let change = MedecinTraitantSet { professional: professional.clone(), name };
    let decision = Decision::allowed(rule, Answer::Done);
    // The former's role ends at this instant, and he is told (decisions 10).
    let left = |former: &MedecinTraitant| MedecinTraitantLeft { professional: former.professional.clone() };
    match dossier.medecin_traitant.as_ref().map(left) {
        Some(left) => decision.changing(Change::MedecinTraitantLeft(left)),
        None => decision,
    }
    .changing(Change::MedecinTraitantSet(change))
}
