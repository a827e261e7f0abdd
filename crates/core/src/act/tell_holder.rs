//! Tell the holder, and who represents him, of what others did: the program reads the entries that a notice is made of.

use crate::access::Side;
use crate::act::{Answer, Context, Decision, HistoryWindow};
use crate::dossier::{Dossier, Rule};
use crate::identity::Requester;

/// How many entries before the first are read along: so that who tries again and again is told of once.
const LOOK_BACK: u32 = 64;

/// A notice to be made.
#[derive(Debug, Clone, Copy)]
pub struct TellHolder {
    /// The first entry that it is about.
    pub first: u32,
}

impl TellHolder {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        // After a death nobody reads (decisions 28).
        if dossier.is_dead() {
            return Decision::refused(Rule::Death);
        }
        let window =
            HistoryWindow { after: self.first.saturating_sub(LOOK_BACK), ..HistoryWindow::whole(Side::Holder) };
        Decision::allowed(Rule::System, Answer::History(window))
    }
}
