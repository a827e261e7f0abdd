//! Block a professional or a structure, and lift the block: the holder's right (L1111-19, decisions 8).

use crate::act::settle::{Choice, settle};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Blocked, Change, Dossier, Rule, Subject, Unblocked};

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
        if dossier.each(|one| one.blocks.contains_key(&self.subject)) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let item = dossier.last_item + 1;
        let blocked = Blocked { subject: self.subject.clone(), name: self.name.clone(), item };
        Decision::allowed(rule, Answer::Done).changing(Change::Blocked(blocked))
    }
}

impl Unblock {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match settle(dossier, context, Choice::Unblock) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        if !dossier.blocks.contains_key(&self.subject) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let unblocked = Unblocked { subject: self.subject.clone() };
        Decision::allowed(rule, Answer::Done).changing(Change::Unblocked(unblocked))
    }
}
