//! An authorisation or a block as whoever may list them sees it.

use crate::access::{Policy, Side, suffices};
use crate::act::{AuthorizationView, Context};
use crate::code::Instant;
use crate::document::Item;
use crate::dossier::{Authorization, AuthorizationStatus, Block, Dossier, Held, Subject};
use crate::identity::Requester;

/// The last authorisation of each subject, withdrawn ones too (they are not active), and every block. Representatives never
/// see what a secret connection left.
pub(super) fn views(dossier: &Dossier, policy: &Policy, now: Instant, blind: bool) -> Vec<AuthorizationView> {
    let Some(patient) = dossier.primary_name() else { return Vec::new() };
    let blocks = dossier.blocks.iter().map(|(subject, block)| of_block(patient.clone(), subject, block));
    let authorizations = dossier
        .authorizations
        .iter()
        .filter_map(|(subject, one)| Some((subject, as_told(dossier, blind, one)?)))
        .map(|(subject, one)| of_authorization(dossier, policy, patient, subject, one, now));
    blocks.chain(authorizations).collect()
}

/// Whether whoever asks does not know of secret connections: he represents the holder, or was chosen by who does (decisions 24 and 25).
pub(super) fn is_blind(dossier: &Dossier, context: &Context<'_>, side: Side) -> bool {
    let chosen = |person: &str| dossier.carers.get(person).is_some_and(|carer| carer.by_representative);
    side == Side::Representative || matches!(&**context.requester, Requester::Carer(one) if chosen(&one.person))
}

/// The authorisation as it is known to whoever is blind to secret connections, or is not.
pub(super) fn as_told<'a>(dossier: &Dossier, blind: bool, one: &'a Authorization) -> Option<&'a Authorization> {
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
    blind: bool,
    item: Item,
) -> Option<AuthorizationView> {
    views(dossier, policy, now, blind).into_iter().find(|view| view.item == item)
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
        patient: patient.clone(),
        active: status == AuthorizationStatus::Valide,
    }
}
