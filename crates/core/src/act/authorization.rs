//! An authorisation or a block as whoever may list them sees it.

use crate::access::{Policy, Side, suffices};
use crate::act::{AuthorizationView, Context, RecordedBy};
use crate::code::Instant;
use crate::document::Item;
use crate::dossier::{Authorization, AuthorizationStatus, Block, Dossier, Held, Subject};
use crate::identity::Requester;

/// Who asks, as far as what he is shown depends on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader {
    /// He does not know of secret connections ([`is_blind`]).
    pub blind: bool,
    /// He is a professional: who represents the holder, or cares for him, has no name to him.
    outside: bool,
}

impl Reader {
    pub(super) fn of(dossier: &Dossier, context: &Context<'_>, side: Side) -> Self {
        Self { blind: dossier.is_blind(context.requester), outside: matches!(side, Side::Professional(_)) }
    }
}

/// The last authorisation of each subject, withdrawn ones too (they are not active), and every block. Representatives never
/// see what a secret connection left.
pub(super) fn views(dossier: &Dossier, policy: &Policy, now: Instant, reader: Reader) -> Vec<AuthorizationView> {
    let Some(patient) = dossier.primary_name() else { return Vec::new() };
    let blocks = dossier.blocks.iter().map(|(subject, block)| of_block(patient.clone(), subject, block));
    let authorizations = dossier
        .authorizations
        .iter()
        .filter_map(|(subject, one)| Some((subject, as_told(dossier, reader.blind, one)?)))
        .map(|(subject, one)| AuthorizationView {
            recorded_by: recorded_by(dossier, reader, one),
            ..of_authorization(dossier, policy, patient, subject, one, now)
        });
    blocks.chain(authorizations).collect()
}

/// The authorisation as it is known to whoever is blind to secret connections, or is not.
pub(crate) fn as_told<'a>(dossier: &Dossier, blind: bool, one: &'a Authorization) -> Option<&'a Authorization> {
    if blind && is_secret(dossier, one) { one.told.as_deref() } else { Some(one) }
}

/// Whether a secret connection recorded it last.
pub(super) fn is_secret(dossier: &Dossier, one: &Authorization) -> bool {
    dossier.requester(one.recorded_by).is_some_and(|by| by.is_secret())
}

/// The one with that number.
pub(super) fn view(
    dossier: &Dossier,
    policy: &Policy,
    now: Instant,
    reader: Reader,
    item: Item,
) -> Option<AuthorizationView> {
    views(dossier, policy, now, reader).into_iter().find(|view| view.item == item)
}

fn recorded_by(dossier: &Dossier, reader: Reader, one: &Authorization) -> Option<RecordedBy> {
    let by = dossier.requester(one.recorded_by)?;
    let subject = match &**by {
        Requester::Professional(one) => Some(Subject::Professional(one.id.clone())),
        Requester::Organisation(one) => Some(Subject::Structure(one.structure.id.clone())),
        _ => None,
    };
    let name = (subject.is_some() || !reader.outside).then(|| by.display_name()).filter(|name| !name.is_empty());
    Some(RecordedBy { kind: by.kind(), name: name.map(Into::into), subject })
}

/// A block by itself, as who blocks is told of it: by its number it is lifted.
pub(super) fn block_view(dossier: &Dossier, subject: &Subject, block: &Block) -> Option<AuthorizationView> {
    dossier.primary_name().map(|patient| of_block(patient.clone(), subject, block))
}

fn of_block(patient: crate::identity::Ins, subject: &Subject, block: &Block) -> AuthorizationView {
    AuthorizationView {
        item: block.item,
        subject: subject.clone(),
        status: AuthorizationStatus::Interdit,
        authorization: None,
        block: Some(block.clone()),
        recorded_by: None,
        patient,
        active: true,
    }
}

fn of_authorization(
    dossier: &Dossier,
    policy: &Policy,
    patient: &crate::identity::Ins,
    subject: &Subject,
    one: &Authorization,
    now: Instant,
) -> AuthorizationView {
    let held: Vec<Held> = one.held().filter(|held| suffices(policy, held.ground)).collect();
    let status = if dossier.blocks.contains_key(subject) {
        AuthorizationStatus::Interdit
    } else if held.is_empty() {
        AuthorizationStatus::NonExiste
    } else if held.iter().any(|held| now < held.until) {
        AuthorizationStatus::Valide
    } else {
        AuthorizationStatus::Expire
    };
    AuthorizationView {
        item: one.item,
        subject: subject.clone(),
        status,
        authorization: Some(one.clone()),
        block: None,
        recorded_by: None,
        patient: patient.clone(),
        active: status == AuthorizationStatus::Valide,
    }
}
