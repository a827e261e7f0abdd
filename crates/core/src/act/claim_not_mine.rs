//! "This document is not mine": a case with its author; masked to all other professionals until it is closed (decisions 23).

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::{Change, Dossier, NotMineClaimed, Question, Rule};

/// A claim, or the end of its case.
#[derive(Debug, Clone)]
pub struct ClaimNotMine {
    /// Which document.
    pub item: Item,
    /// Opens the case; otherwise the operator closes it.
    pub open: bool,
    /// In the words of who says so.
    pub text: Option<Box<str>>,
}

impl ClaimNotMine {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let action = if self.open { Action::Settle } else { Action::Administer };
        let admission = match judge(dossier, context, action) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let holders = admission.side.is_holders();
        if self.open && !holders {
            return Decision::refused(Rule::NotHolder).asking(question);
        }
        let Some(record) = dossier.document(self.item) else {
            return Decision::hidden(admission.rule, None, Rule::NotFound).asking(question);
        };
        // The operator closes a case and sees no content; the holder's side, only about what it sees.
        if (self.open || holders)
            && let Err(rule) = admission.document(dossier, context, record)
        {
            return Decision::hidden(admission.rule, Some(self.item), rule).asking(question);
        }
        if dossier.each_copy(self.item, |one| one.claimed == self.open) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done).giving(self.item, Rule::AlreadyDone);
        }
        let claim = NotMineClaimed { item: self.item, open: self.open, text: self.text.clone() };
        Decision::allowed(admission.rule, Answer::Done)
            .giving(self.item, admission.rule)
            .changing(Change::NotMineClaimed(claim))
    }
}
