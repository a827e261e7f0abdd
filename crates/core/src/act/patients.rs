//! The dossiers of a professional (DMP TD0.4), and a person without his INS (TD0.5, Centre 15 alone).
//!
//! The list and the search touch no dossier: each is an act in the requester's own journal. Which dossiers may be meant is told by a
//! projection; what is said of each, by that dossier's own act.

use std::sync::Arc;

use crate::access::functional_rights::{Action, Right};
use crate::access::{has_role, judge, right_of_certificate, standing};
use crate::act::{Answer, Candidate, Context, Decision, Existence, Listed};
use crate::code::{Day, Instant, fold_name};
use crate::dossier::{
    AccessMode, AuthorizationStatus, Dossier, DossierStatus, Holder, OppositionKind, Question, Rule, Sex,
};

/// The list of one's dossiers.
#[derive(Debug, Clone, Copy)]
pub struct ListDossiers {
    /// Only those for which one is authorised since then.
    pub since: Option<Instant>,
}

/// One line of it.
#[derive(Debug, Clone, Copy)]
pub struct ReadListed;

/// What is known of a person.
#[derive(Debug, Clone)]
pub struct Traits {
    /// Family name: at birth, or in use.
    pub family: Box<str>,
    /// Given name.
    pub given: Option<Box<str>>,
    /// Date of birth.
    pub birth: Day,
    /// Sex.
    pub sex: Option<Sex>,
    /// Postal code.
    pub postal_code: Option<Box<str>>,
}

/// A search by traits.
#[derive(Debug, Clone)]
pub struct FindPatient {
    /// What is known.
    pub traits: Traits,
}

/// One candidate of it.
#[derive(Debug, Clone)]
pub struct ReadCandidate {
    /// What is known.
    pub traits: Traits,
}

impl Traits {
    /// How well a holder fits, from 0 to 100 (`POURCENTAGE`, facts a.2): of what was said, what agrees. `None` unless family name and
    /// date of birth do.
    #[must_use]
    pub fn fit(&self, holder: &Holder) -> Option<u8> {
        let family = fold_name(&self.family);
        let named = fold_name(&holder.family) == family
            || holder.used_family.as_deref().is_some_and(|used| fold_name(used) == family);
        if !named || holder.birth != self.birth {
            return None;
        }
        let (mut agreed, mut said) = (70_u32, 70_u32);
        let mut weigh = |weight: u32, agrees: Option<bool>| {
            if let Some(agrees) = agrees {
                said += weight;
                agreed += if agrees { weight } else { 0 };
            }
        };
        let first = |given: &str| fold_name(given.split_whitespace().next().unwrap_or_default());
        let given = holder.given.as_deref().map(first);
        weigh(20, self.given.as_deref().map(|said| given == Some(first(said))));
        weigh(5, self.sex.map(|said| holder.sex == Some(said)));
        let postal = holder.address.as_ref().and_then(|address| address.postal_code.as_deref());
        weigh(5, self.postal_code.as_deref().map(|said| postal == Some(said)));
        u8::try_from(agreed * 100 / said).ok()
    }
}

/// The caller alone is judged: his own journal is nobody's dossier, and says so last.
fn caller(dossier: &Dossier, context: &Context<'_>, action: Action) -> Result<Rule, Rule> {
    match judge(dossier, context, action) {
        Ok(admission) => Ok(admission.rule),
        Err(Rule::UnknownDossier) => Ok(Rule::Authenticated),
        Err(rule) => Err(rule),
    }
}

impl ListDossiers {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let whole = self.since.is_none();
        match caller(dossier, context, Action::ListDossiers) {
            // By a structure's certificate: new authorisations only, by date (note Y3 of the sheet).
            Ok(_) if whole && right_of_certificate(context, Action::ListDossiers) == Some(Right::NewOnly) => {
                Decision::refused(Rule::FunctionalRight)
            }
            Ok(rule) => Decision::allowed(rule, Answer::Done),
            Err(rule) => Decision::refused(rule),
        }
    }
}

impl ReadListed {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::ListDossiers) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        let Some(existence) = existence(dossier, context) else { return Decision::refused(Rule::UnknownDossier) };
        if existence.authorization != AuthorizationStatus::Valide {
            return Decision::refused(Rule::NoAuthorization);
        }
        let access = dossier.accesses.get(context.requester.session_key().as_str());
        // What the caller does not see is not there: it has no date either.
        let seen = dossier.documents.iter().filter(|record| super::decision::is_seen(dossier, context, record));
        let (added, updated) = seen.fold((None, None), |(added, updated), record| {
            (added.max(Some(record.deposited_at)), updated.max(Some(record.updated_at)))
        });
        let listed = Listed {
            existence,
            last_access: access.map(|access| access.last),
            last_added: added,
            last_updated: updated,
        };
        Decision::allowed(admission.rule, Answer::Listed(Box::new(listed)))
    }
}

impl FindPatient {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let asked = Question::Identifier(format!("{}|{}", self.traits.family, self.traits.birth).into());
        let decision = match caller(dossier, context, Action::FindPatient) {
            // The sheet has no such right in another mode, and decisions 16 say who may use this one.
            Ok(_) if context.mode != AccessMode::Centre15 => Decision::refused(Rule::Mode),
            Ok(rule) => Decision::allowed(rule, Answer::Done),
            Err(rule) => Decision::refused(rule),
        };
        decision.asking(asked)
    }
}

impl ReadCandidate {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match judge(dossier, context, Action::FindPatient) {
            Ok(admission) => admission.rule,
            // He is told that the person opposed (`OPPOSITION_ACCES_URGENCE`, facts a.2): he looks no further.
            Err(Rule::ModeOpposed) => Rule::Authenticated,
            Err(rule) => return Decision::refused(rule),
        };
        let (Some(existence), Some(holder)) = (existence(dossier, context), &dossier.holder) else {
            return Decision::refused(Rule::UnknownDossier);
        };
        let fit = (existence.status == DossierStatus::Open).then(|| self.traits.fit(holder)).flatten();
        let Some(fit) = fit else { return Decision::hidden(rule, None, Rule::NotFound) };
        let opposed = dossier.opposed(OppositionKind::Centre15, &[]).next().is_some();
        Decision::allowed(rule, Answer::Candidate(Box::new(Candidate { existence, fit, opposed })))
    }
}

pub(super) fn existence(dossier: &Dossier, context: &Context<'_>) -> Option<Existence> {
    let (DossierStatus::Open | DossierStatus::Closed, Some(holder)) = (dossier.status, &dossier.holder) else {
        return None;
    };
    let held = standing(dossier, context.requester, context.policy, context.now);
    Some(Existence {
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
    })
}
