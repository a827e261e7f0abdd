//! The entry that a decision leaves: whatever was decided, kept or refused, is written down.

use std::sync::Arc;

use crate::act::{Context, Decision};
use crate::document::Page;
use crate::dossier::{AccessMode, ActCode, Dossier, Facts, JournalEntry, RequesterNumber};
use crate::identity::Requester;

/// Longest motive and correlation id that an entry keeps, in bytes. Longer ones are refused where they come in.
pub const LONGEST_WORDS: usize = 1_000;

/// The entry of a decision taken on this state.
#[must_use]
pub fn journal_entry(dossier: &Dossier, act: ActCode, context: &Context<'_>, decision: &Decision) -> JournalEntry {
    let mut who = Vec::new();
    let requester = number(dossier, context.requester, &mut who);
    let on_behalf = context.on_behalf.map(|other| number(dossier, other, &mut who));
    let addressed = context.addressed.and_then(|ins| dossier.addresses.iter().position(|name| name == ins));
    let facts = Facts {
        act,
        at: context.now,
        requester,
        on_behalf,
        mode: (context.mode != AccessMode::Normal).then_some(context.mode),
        motive: context.motive.map(Into::into),
        addressed: addressed.and_then(|place| u32::try_from(place).ok()),
        policy: context.policy.digest(),
        correlation: context.correlation.map(Into::into),
        question: decision.question.clone(),
        outcome: decision.outcome.clone(),
        motive_code: None,
        page: decision.page.filter(|page| *page != Page::FIRST),
        joint: context.joint.iter().map(|other| number(dossier, other, &mut who)).collect(),
    };
    let changes = decision.changes.iter().cloned().map(Some).collect();
    JournalEntry { seq: dossier.seq + 1, facts, who, changes, annex: decision.annex.clone() }
}

fn number(dossier: &Dossier, requester: &Arc<Requester>, who: &mut Vec<Arc<Requester>>) -> RequesterNumber {
    if let Some(number) = dossier.number_of(requester) {
        return number;
    }
    let place = who.iter().position(|new| new == requester).unwrap_or_else(|| {
        who.push(Arc::clone(requester));
        who.len() - 1
    });
    RequesterNumber::try_from(dossier.requesters.len() + place).unwrap_or(RequesterNumber::MAX)
}
