//! How a caller stands with a dossier: blocked, authorised and on what ground, expired, unknown (decisions 3, 4, 9).

use crate::access::{Policy, PolicyName};
use crate::code::Instant;
use crate::dossier::{Authorization, AuthorizationStatus, Dossier, Ground, OppositionKind, Subject};
use crate::identity::{Requester, StructureId};

/// What TD0.2 says, and on what it rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuthorizationStanding {
    /// The status.
    pub status: AuthorizationStatus,
    /// The ground, when valid.
    pub ground: Option<Ground>,
    /// When it ends, when valid.
    pub until: Option<Instant>,
    /// Refused because of an opposition to consultation that no later consent covers.
    pub opposed: bool,
}

/// The subjects as which a caller may be authorised or blocked: himself, and the structure in his token.
#[must_use]
pub fn subjects_of(requester: &Requester) -> Vec<Subject> {
    let mut subjects = Vec::with_capacity(2);
    if let Requester::Professional(one) = requester {
        subjects.push(Subject::Professional(one.id.clone()));
    }
    if let Some(structure) = requester.structure() {
        subjects.push(Subject::Structure(structure.clone()));
    }
    subjects
}

/// How a caller stands at that instant.
#[must_use]
pub fn standing(dossier: &Dossier, requester: &Requester, policy: &Policy, now: Instant) -> AuthorizationStanding {
    let subjects = subjects_of(requester);
    let found = |status| AuthorizationStanding { status, ground: None, until: None, opposed: false };
    if subjects.iter().any(|subject| dossier.blocks.contains_key(subject)) {
        return found(AuthorizationStatus::Interdit);
    }
    let opposition = dossier.opposition(OppositionKind::Consultation, &subjects);
    let covers = |one: &Authorization| {
        opposition.is_none_or(|opposition| one.ground == Ground::ExplicitConsent && one.since > opposition.since)
    };
    let own = subjects.iter().filter_map(|subject| dossier.authorizations.get(subject));
    let mut best = own
        .clone()
        .filter(|one| one.is_valid(now) && suffices(policy, one.ground) && covers(one))
        .max_by_key(|one| one.until);
    let mut ground = best.map(|one| one.ground);
    if best.is_none()
        && opposition.is_none()
        && policy.name == PolicyName::Mes2024
        && let Some(structure) = requester.structure()
    {
        best = colleague(dossier, structure, now);
        ground = best.map(|_| Ground::CareTeamInformed);
    }
    if let Some(one) = best {
        return AuthorizationStanding {
            status: AuthorizationStatus::Valide,
            ground,
            until: Some(one.until),
            opposed: false,
        };
    }
    if opposition.is_some() {
        return AuthorizationStanding { opposed: true, ..found(AuthorizationStatus::NonExiste) };
    }
    // Withdrawn is NON_EXISTE; only time makes EXPIRE (decisions 3).
    let expired = own.filter(|one| suffices(policy, one.ground)).any(|one| one.withdrawn.is_none() && one.until <= now);
    found(if expired { AuthorizationStatus::Expire } else { AuthorizationStatus::NonExiste })
}

/// Which grounds suffice (decisions 4).
const fn suffices(policy: &Policy, ground: Ground) -> bool {
    match policy.name {
        PolicyName::Mes2024 => true,
        PolicyName::Dmp2012 => !matches!(ground, Ground::CareTeamInformed),
    }
}

/// A valid recorded authorisation of somebody who acts for the same structure. A block on him ends what derives from him.
fn colleague<'a>(dossier: &'a Dossier, structure: &StructureId, now: Instant) -> Option<&'a Authorization> {
    dossier
        .authorizations
        .iter()
        .filter(|(subject, one)| {
            one.structure.as_ref() == Some(structure) && one.is_valid(now) && !dossier.blocks.contains_key(*subject)
        })
        .map(|(_, one)| one)
        .max_by_key(|one| one.until)
}
