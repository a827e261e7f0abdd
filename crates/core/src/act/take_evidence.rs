//! Take a signed extract about one access: an operator's act, itself in the journal, for the holder to see. It shows who, when, in which
//! mode and by which rule it ended, and nothing that the dossier holds.

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Dossier, DossierStatus, Question, Rule};
use crate::identity::Requester;

/// An extract about the access of one entry.
#[derive(Debug, Clone, Copy)]
pub struct TakeEvidence {
    /// The sequence number of the entry. Behind a public id, never shown.
    pub entry: u32,
}

impl TakeEvidence {
    pub(super) fn decide(self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if dossier.status == DossierStatus::Unopened {
            return Decision::refused(Rule::UnknownDossier);
        }
        if !matches!(&**context.requester, Requester::Operator(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        if dossier.destruction.is_some() {
            return Decision::refused(Rule::DestructionBegun);
        }
        if self.entry == 0 || self.entry > dossier.seq {
            return Decision::hidden(Rule::Operator, None, Rule::NotFound);
        }
        Decision::allowed(Rule::Operator, Answer::Evidence(self.entry)).asking(Question::Entry(self.entry))
    }
}
