//! What FHIR asks in one way where the DMP has two acts: which of them it is depends on the dossier as it stands when its turn comes.

use std::borrow::Cow;

use crate::access::functional_rights::Action;
use crate::access::{judge, judge_at_the_counter};
use crate::act::{Act, ActivateDossier, AskExpressDeletion, CloseDossier, Context, ReopenDossier, Unblock};
use crate::dossier::{Dossier, DossierStatus};

/// A change of the life of a dossier, as FHIR asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LifeOfDossier {
    /// `Patient.active` set to true: reopens what is closed, activates what is not (decisions 20, 27).
    Active,
    /// `DELETE Patient`: destruction within three months, with its closing where it is open (decisions 27).
    Deleted,
}

impl LifeOfDossier {
    fn on(self, dossier: &Dossier, context: &Context<'_>) -> Act {
        // Whoever has no word after the closing is told what he would be told of an open one, or that it is closed.
        let closed = dossier.status == DossierStatus::Closed && judge(dossier, context, Action::AfterClosing).is_ok();
        match (self, closed) {
            (Self::Active, true) => Act::ReopenDossier(ReopenDossier::default()),
            (Self::Active, false) => Act::ActivateDossier(ActivateDossier::default()),
            (Self::Deleted, true) => Act::AskExpressDeletion(AskExpressDeletion::default()),
            (Self::Deleted, false) => Act::CloseDossier(CloseDossier { express: true, ..CloseDossier::default() }),
        }
    }
}

impl Act {
    /// The act of the DMP that this one is on the dossier as it stands: the one that is decided, and that its entry names.
    #[must_use]
    pub fn on<'a>(&'a self, dossier: &Dossier, context: &Context<'_>) -> Cow<'a, Self> {
        match self {
            Self::LifeOfDossier(life) => Cow::Owned(life.on(dossier, context)),
            // Opening with the recorded consent what was closed is its reactivation (TD1.2).
            Self::OpenDossier(open)
                if dossier.status == DossierStatus::Closed && judge_at_the_counter(dossier, context).is_some() =>
            {
                let consent = open.proof.notice().map(Into::into);
                Cow::Owned(Self::ReopenDossier(ReopenDossier {
                    consent,
                    shown: Some(Box::new(open.holder.clone())),
                    text: None,
                }))
            }
            // A Consent that denies is made inactive as one that permits: which it is tells the number.
            Self::WithdrawAccess(one) => match Unblock::numbered(dossier, context, one.item) {
                Some(unblock) => Cow::Owned(Self::Unblock(unblock)),
                None => Cow::Borrowed(self),
            },
            _ => Cow::Borrowed(self),
        }
    }
}
