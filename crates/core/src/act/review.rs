//! The operator's review queue: list it, read one line, say what was found. He sees who, when, how and why, never a content
//! (decisions 16).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::object_suspension::awaits_an_answer;
use crate::act::{Answer, Context, Decision, HistoryWindow};
use crate::dossier::{Change, Dossier, DossierStatus, ReviewOutcome, Reviewed, Rule, ToReview};
use crate::identity::Requester;

/// The whole queue: in the operator's own journal. Which dossiers are in it is told by a projection, what is to be said of each by its
/// own act.
#[derive(Debug, Clone, Copy)]
pub struct ListReviews;

/// One line of it: an entry of a dossier.
#[derive(Debug, Clone, Copy)]
pub struct ReadReview {
    /// The journal that it is in.
    pub journal: u32,
    /// The entry.
    pub seq: u32,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct ReviewAccess {
    /// The entry.
    pub seq: u32,
    /// What.
    pub outcome: ReviewOutcome,
    /// In words; nothing clinical.
    pub text: Option<Box<str>>,
}

impl ListReviews {
    pub(super) fn decide(&self, _: &Dossier, context: &Context<'_>) -> Decision {
        match &**context.requester {
            Requester::Operator(_) => Decision::allowed(Rule::Operator, Answer::Done),
            _ => Decision::refused(Rule::FunctionalRight),
        }
    }
}

/// What waits under that number, for an operator.
fn waiting(dossier: &Dossier, context: &Context<'_>, seq: u32) -> Result<Vec<ToReview>, Decision> {
    judge(dossier, context, Action::Administer).map_err(Decision::refused)?;
    if dossier.status == DossierStatus::Unopened {
        return Err(Decision::refused(Rule::UnknownDossier));
    }
    let found: Vec<ToReview> = dossier.to_review.iter().filter(|one| one.seq == seq).copied().collect();
    if found.is_empty() { Err(Decision::hidden(Rule::Operator, None, Rule::NotFound)) } else { Ok(found) }
}

impl ReadReview {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match waiting(dossier, context, self.seq) {
            Err(decision) => decision,
            Ok(_) => {
                let window = HistoryWindow {
                    only: Some((self.journal, self.seq)),
                    after: self.seq.saturating_sub(1),
                    ..HistoryWindow::whole(Side::Operator)
                };
                Decision::allowed(Rule::Operator, Answer::History(window))
            }
        }
    }
}

impl ReviewAccess {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match waiting(dossier, context, self.seq) {
            Err(decision) => decision,
            // It is answered by what becomes of the dossier: freed, or closed.
            Ok(found) if found.iter().any(|one| one.suspension) && awaits_an_answer(dossier) => {
                Decision::fault(Rule::State)
            }
            Ok(found) => {
                found.into_iter().fold(Decision::allowed(Rule::Operator, Answer::Done), |decision, reviewed| {
                    decision.changing(Change::Reviewed(Reviewed {
                        reviewed,
                        outcome: self.outcome,
                        text: self.text.clone(),
                    }))
                })
            }
        }
    }
}
