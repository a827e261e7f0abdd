//! Read who did what: R1111-43 and L1111-19; the FHIR form is `AuditEvent` (IHE ITI-81, BALP).

use crate::access::functional_rights::{Action, Column, Right};
use crate::access::{Side, judge, role_rests};
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
        let decision = window(dossier, context, Some((self.journal, self.seq)));
        // An opposition to consultation keeps him out like every other professional (decisions 9).
        if decision.outcome.rule == Rule::NoAuthorization && role_rests(dossier, context) {
            return self.told_of(context);
        }
        decision
    }

    /// Decisions 16 and 17: he is told of every emergency, authorised or not. What he was told of has a patient, whose consent he may then ask
    /// for; nothing else of the history is his as long as his rights rest (decisions 10).
    fn told_of(&self, context: &Context<'_>) -> Decision {
        let side = Side::Professional(Column::MtNormal);
        let account = Some(context.requester.account().into());
        let only = Some((self.journal, self.seq));
        let window = HistoryWindow { only, account, told: true, ..HistoryWindow::whole(side) };
        Decision::allowed(Rule::MedecinTraitant, Answer::History(window))
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
    let window = HistoryWindow { only, hidden, account, ..HistoryWindow::whole(admission.side) };
    Decision::allowed(admission.rule, Answer::History(window))
}
