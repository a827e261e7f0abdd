//! Read who did what: R1111-43 and L1111-19; the FHIR form is `AuditEvent` (IHE ITI-81, BALP).

use crate::access::functional_rights::{Action, Right};
use crate::access::{Side, judge};
use crate::act::decision::seen;
use crate::act::{Answer, Context, Decision, HistoryWindow};
use crate::dossier::{DocumentRecord, Dossier, Rule};

/// The history of one dossier.
#[derive(Debug, Clone, Copy)]
pub struct ReadHistory;

/// One entry of it. Its number is behind a public id and never shown.
#[derive(Debug, Clone, Copy)]
pub struct ReadHistoryEntry {
    /// The journal that it is in: the dossier's, or one of which a part belongs to it.
    pub journal: u32,
    /// Which.
    pub seq: u32,
}

impl ReadHistory {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        window(dossier, context, None)
    }
}

impl ReadHistoryEntry {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        window(dossier, context, Some((self.journal, self.seq)))
    }
}

/// The holder's side reads its own; the médecin traitant every access (facts g), but for documents that are not there for him.
fn window(dossier: &Dossier, context: &Context<'_>, only: Option<(u32, u32)>) -> Decision {
    let admission = match judge(dossier, context, Action::ReadHistory) {
        Ok(admission) => admission,
        Err(rule) => return Decision::refused(rule),
    };
    let hidden = match admission.side {
        Side::Holder | Side::Representative => Vec::new(),
        // He may manage (decisions 25), and sees what the holder sees, within his categories.
        Side::Carer => {
            let unseen = |record: &&DocumentRecord| admission.document(dossier, context, record) == Err(Rule::Flags);
            dossier.documents.iter().filter(unseen).map(|record| record.item).collect()
        }
        Side::Professional(_) if admission.right == Right::Yes => {
            // Deleted, a document is read by nobody; what became of it he reads, if it was there for him (facts c.5 and g).
            let unseen =
                |record: &&DocumentRecord| !matches!(seen(dossier, context, record), Ok(_) | Err(Rule::Deleted));
            dossier.documents.iter().filter(unseen).map(|record| record.item).collect()
        }
        _ => return Decision::refused(Rule::NotHolder),
    };
    let account = Some(context.requester.account().into());
    let window = HistoryWindow { side: admission.side, only, after: 0, hidden, account };
    Decision::allowed(admission.rule, Answer::History(window))
}
