//! Block a professional or a structure, and lift the block: the holder's right (L1111-19, decisions 8).

use crate::act::authorization::block_view;
use crate::act::settle::{Choice, settle};
use crate::act::{Answer, AuthorizationView, Context, Decision};
use crate::document::Item;
use crate::dossier::{AuthorizationStatus, Block as BlockRecord, Blocked, Change, Dossier, Rule, Subject, Unblocked};

/// Somebody to block.
#[derive(Debug, Clone)]
pub struct Block {
    /// Whom.
    pub subject: Subject,
    /// His name, for the holder to read.
    pub name: Option<Box<str>>,
}

/// A block to lift.
#[derive(Debug, Clone)]
pub struct Unblock {
    /// Whose.
    pub subject: Subject,
}

impl Block {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match settle(dossier, context, Choice::Block) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        let known = dossier.blocks.get(&self.subject);
        let item = known.map_or(dossier.last_item + 1, |block| block.item);
        let block = known.cloned().unwrap_or_else(|| BlockRecord {
            since: context.now,
            recorded_by: dossier.number_of(context.requester).unwrap_or_default(),
            name: self.name.clone(),
            item,
        });
        let told = block_view(dossier, &self.subject, &block).into_iter().collect();
        if dossier.each(|one| one.blocks.contains_key(&self.subject)) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Authorizations(told));
        }
        let item = dossier.last_item + 1;
        let blocked = Blocked { subject: self.subject.clone(), name: self.name.clone(), item };
        Decision::allowed(rule, Answer::Authorizations(told)).changing(Change::Blocked(blocked))
    }
}

impl Unblock {
    /// Of a Consent that is made inactive: the block that has this number, where the caller may lift it.
    pub(super) fn numbered(dossier: &Dossier, context: &Context<'_>, item: Item) -> Option<Self> {
        let (subject, _) = dossier.blocks.iter().find(|(_, block)| block.item == item)?;
        settle(dossier, context, Choice::Unblock).ok()?;
        Some(Self { subject: subject.clone() })
    }

    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match settle(dossier, context, Choice::Unblock) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        let Some(block) = dossier.blocks.get(&self.subject) else {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        };
        let lifted = |view| AuthorizationView { status: AuthorizationStatus::NonExiste, active: false, ..view };
        let told = block_view(dossier, &self.subject, block).map(lifted).into_iter().collect();
        let unblocked = Unblocked { subject: self.subject.clone() };
        Decision::allowed(rule, Answer::Authorizations(told)).changing(Change::Unblocked(unblocked))
    }
}
