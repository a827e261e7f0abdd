//! How a caller stands with a dossier: blocked, authorised and on what ground, expired, unknown (decisions 3, 4, 9).

use crate::access::Policy;
use crate::code::Instant;
use crate::dossier::{Authorization, AuthorizationStatus, Dossier, Ground, Held, Opposition, OppositionKind, Subject};
use crate::identity::{ProfessionalId, Requester, StructureId};

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
    let opposed: Vec<&Opposition> = dossier.opposed(OppositionKind::Consultation, &subjects).collect();
    let own: Vec<Held> = subjects
        .iter()
        .filter_map(|subject| dossier.authorizations.get(subject))
        .flat_map(Authorization::held)
        .collect();
    let sufficient = || own.iter().filter(|one| suffices(policy, one.ground));
    let mut best =
        sufficient().filter(|one| now < one.until && prevails(one, &opposed)).max_by_key(|one| one.until).cloned();
    let mut ground = best.as_ref().map(|one| one.ground);
    if best.is_none()
        && opposed.is_empty()
        && policy.name.table().care_team_presumed
        && let Some(structure) = requester.structure()
    {
        best = colleague(dossier, structure, now);
        ground = best.as_ref().map(|_| Ground::CareTeamInformed);
    }
    if let Some(one) = best {
        return AuthorizationStanding {
            status: AuthorizationStatus::Valide,
            ground,
            until: Some(one.until),
            opposed: false,
        };
    }
    if !opposed.is_empty() {
        return AuthorizationStanding { opposed: true, ..found(AuthorizationStatus::NonExiste) };
    }
    // Withdrawn is NON_EXISTE; only time makes EXPIRE (decisions 3).
    let expired = sufficient().any(|one| one.until <= now);
    found(if expired { AuthorizationStatus::Expire } else { AuthorizationStatus::NonExiste })
}

/// Whether an opposition to consultation keeps a professional out, who has no later consent of his own (decisions 9).
#[must_use]
pub fn is_opposed(dossier: &Dossier, professional: &ProfessionalId, now: Instant) -> bool {
    let subject = [Subject::Professional(professional.clone())];
    let opposed: Vec<&Opposition> = dossier.opposed(OppositionKind::Consultation, &subject).collect();
    let mut own =
        subject.iter().filter_map(|subject| dossier.authorizations.get(subject)).flat_map(Authorization::held);
    !opposed.is_empty() && !own.any(|one| now < one.until && prevails(&one, &opposed))
}

/// Whether this consent prevails over all that opposes consultation.
fn prevails(one: &Held, opposed: &[&Opposition]) -> bool {
    opposed.iter().all(|opposition| one.prevails(opposition))
}

/// Which grounds suffice (decisions 4).
#[must_use]
pub const fn suffices(policy: &Policy, ground: Ground) -> bool {
    policy.name.table().care_team_presumed || !matches!(ground, Ground::CareTeamInformed)
}

/// A valid recorded authorisation of somebody who acts for the same structure. A block on him ends what derives from him.
fn colleague(dossier: &Dossier, structure: &StructureId, now: Instant) -> Option<Held> {
    let unblocked = dossier.authorizations.iter().filter(|(subject, _)| !dossier.blocks.contains_key(*subject));
    unblocked
        .flat_map(|(_, one)| one.held())
        .filter(|one| one.structure.as_ref() == Some(structure) && now < one.until)
        .max_by_key(|one| one.until)
}
