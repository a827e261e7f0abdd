//! Do what the terms that came ask for: the program's own act, which looks at the state and not at who woke it.

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Closed, ClosingMotive, Dossier, DueKind, FellDue, Opened, OpeningGround, Rule};
use crate::identity::Requester;

/// The earliest term that came: each has an entry of its own, since each is told to others and in other words.
#[derive(Debug, Clone, Copy)]
pub struct FallDue;

impl FallDue {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        let opens = context.policy.name.table().feed_opens;
        let mut terms = dossier.due();
        terms.retain(|due| due.at <= context.now && (due.kind != DueKind::Opening || opens));
        let Some(due) = terms.iter().min_by_key(|due| due.at) else {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        };
        // A dossier that closes has no other terms for now; one that opens may have those of what waited with it.
        let waited = due.kind == DueKind::Opening && !dossier.documents.is_empty();
        let more = (terms.len() > 1 && due.kind != DueKind::SuspensionEnd) || waited;
        let fell = Change::FellDue(FellDue { kind: due.kind, item: due.item });
        let decision = Decision::allowed(Rule::System, Answer::FellDue { more }).changing(fell);
        decision.follow(dossier, due.kind)
    }
}

impl Decision {
    /// The same, with what the term brings about beyond being told.
    fn follow(self, dossier: &Dossier, kind: DueKind) -> Self {
        match (kind, &dossier.registration) {
            (DueKind::SuspensionEnd, _) => {
                self.changing(Change::Closed(Closed { motive: ClosingMotive::Fraud, text: None }))
            }
            (DueKind::Opening, Some(one)) => self.changing(Change::Opened(Box::new(Opened {
                ins: one.ins.clone(),
                holder: (*one.holder).clone(),
                ground: OpeningGround::InsurerFeed,
                informed_on: one.informed_at,
                notice: None,
            }))),
            _ => self,
        }
    }
}
