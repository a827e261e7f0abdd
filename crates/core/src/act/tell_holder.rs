//! Tell the holder, and who represents him, of what others did; and the operator that a review is overdue: the program reads the entries that
//! a notice is made of.

use crate::access::Side;
use crate::act::{Answer, Context, Decision, HistoryWindow};
use crate::dossier::{Dossier, Rule};
use crate::identity::Requester;

/// How many entries before the first are read along: so that who tries again and again is told of once.
const LOOK_BACK: u32 = 64;

/// A notice to be made.
#[derive(Debug, Clone, Copy)]
pub enum TellHolder {
    /// To the holder, and who represents him: of the entries from this one on. Of a dossier that is merged, of those alone that came with the
    /// merge or after it: the survivor tells of what it took in, as everything stands by now.
    Since(u32),
    /// To the operator: of one line of his queue, an entry of this journal, whose term is over and which waits still.
    Overdue {
        /// The journal.
        journal: u32,
        /// The entry.
        seq: u32,
    },
}

impl TellHolder {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        let window = match *self {
            // After a death nobody reads (decisions 28).
            Self::Since(_) if dossier.is_dead() => return Decision::refused(Rule::Death),
            Self::Since(first) => {
                let taken = dossier.merged_into.as_ref().map_or(0, |moved| moved.seq.saturating_sub(1));
                let after = first.saturating_sub(LOOK_BACK).max(taken);
                HistoryWindow { after, ..HistoryWindow::whole(Side::Holder) }
            }
            // An emergency is reviewed after a death too, which it often comes before; the operator reads the line itself (decisions 16).
            Self::Overdue { journal, seq } => {
                let waits = dossier.to_review.iter().any(|one| one.seq == seq);
                if !waits || dossier.destruction.is_some() {
                    return Decision::allowed(Rule::AlreadyDone, Answer::Done);
                }
                let (only, after) = (Some((journal, seq)), seq.saturating_sub(1));
                HistoryWindow { only, after, ..HistoryWindow::whole(Side::Operator) }
            }
        };
        Decision::allowed(Rule::System, Answer::History(window))
    }
}
