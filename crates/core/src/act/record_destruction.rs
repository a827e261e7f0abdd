//! Record a destruction in the operator's journal: before anything is removed, and when it is complete. It names a journal by its
//! number and a certificate by its own, and nobody (the storage contract, section 3).

use crate::act::{Answer, Context, Decision};
use crate::code::Instant;
use crate::dossier::{Change, DestructionCompleted, DestructionGround, Dossier, DossierDestroyed, Rule};
use crate::identity::Requester;

/// What is recorded.
#[derive(Debug, Clone)]
pub enum RecordDestruction {
    /// A dossier is about to be destroyed.
    Begun {
        /// The number of its journal.
        journal: u32,
        /// Why, as far as it is known.
        ground: Option<DestructionGround>,
        /// The number of the certificate.
        certificate: Box<str>,
    },
    /// The epoch that knew its key is gone.
    Completed {
        /// The number of its journal.
        journal: u32,
        /// The last epoch that knew the key.
        epoch: u32,
        /// When the key was removed.
        removed: Instant,
        /// The certificate, signed.
        certificate: Box<str>,
    },
}

/// The list of what was destroyed, for an operator.
#[derive(Debug, Clone, Copy)]
pub struct ListDestructions;

impl RecordDestruction {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        let known = |journal: &u32| dossier.destroyed.get(journal);
        let change = match self {
            Self::Begun { journal, .. } if known(journal).is_some() => None,
            Self::Begun { journal, ground, certificate } => Some(Change::DossierDestroyed(DossierDestroyed {
                journal: *journal,
                ground: *ground,
                certificate: certificate.clone(),
            })),
            Self::Completed { journal, .. } if known(journal).is_some_and(|one| one.completed.is_some()) => None,
            Self::Completed { journal, .. } if known(journal).is_none() => return Decision::fault(Rule::State),
            Self::Completed { journal, epoch, removed, certificate } => {
                Some(Change::DestructionCompleted(DestructionCompleted {
                    journal: *journal,
                    epoch: *epoch,
                    removed: *removed,
                    certificate: certificate.clone(),
                }))
            }
        };
        match change {
            None => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            Some(change) => Decision::allowed(Rule::System, Answer::Done).changing(change),
        }
    }
}

impl ListDestructions {
    pub(super) fn decide(self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::Operator(_) | Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        let found = dossier.destroyed.iter().map(|(journal, one)| (*journal, *one)).collect();
        Decision::allowed(Rule::Operator, Answer::Destructions(found)).counting(dossier.destroyed.len())
    }
}
