//! Do what the terms that came ask for: the program's own act, which looks at the state and not at who woke it.

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Closed, ClosingMotive, Dossier, DueKind, FellDue, Opened, OpeningGround, Rule};
use crate::identity::Requester;

/// The terms of now.
#[derive(Debug, Clone, Copy)]
pub struct FallDue;

impl FallDue {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        let mut terms = dossier.due();
        terms.retain(|due| due.at <= context.now);
        if terms.is_empty() {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        terms.iter().fold(Decision::allowed(Rule::System, Answer::Done), |decision, due| {
            let fell = Change::FellDue(FellDue { kind: due.kind, item: due.item });
            match due.kind {
                DueKind::SuspensionEnd => decision
                    .changing(fell)
                    .changing(Change::Closed(Closed { motive: ClosingMotive::Fraud, text: None })),
                DueKind::Opening => {
                    match dossier.registration.as_ref().filter(|_| context.policy.name.table().feed_opens) {
                        Some(one) => decision.changing(fell).changing(Change::Opened(Box::new(Opened {
                            ins: one.ins.clone(),
                            holder: (*one.holder).clone(),
                            ground: OpeningGround::InsurerFeed,
                            informed_on: one.informed_at,
                            notice: None,
                        }))),
                        None => decision,
                    }
                }
                DueKind::WithheldInvitation | DueKind::WithheldRelease | DueKind::MajorityReminder => {
                    decision.changing(fell)
                }
            }
        })
    }
}
