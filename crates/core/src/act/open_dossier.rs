//! Open a dossier: R1111-28 (the insurer's feed), DMP TD1.1 (a professional, with the recorded consent).

use crate::access::PolicyName;
use crate::act::{Answer, Context, Decision};
use crate::code::Instant;
use crate::code::table;
use crate::dossier::{Change, Dossier, DossierStatus, Holder, Opened, OpeningGround, Rule};
use crate::identity::{Ins, Requester};

/// A dossier to open.
#[derive(Debug, Clone)]
pub struct OpenDossier {
    /// Its first name.
    pub ins: Ins,
    /// Whose it is.
    pub holder: Holder,
    /// When the person was informed; absent when the dossier opens at once.
    pub informed_on: Option<Instant>,
}

impl OpenDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let ground = match self.ground(context) {
            Ok(ground) => ground,
            Err(rule) => return Decision::refused(rule),
        };
        if self.holder.regime.as_deref().is_some_and(|regime| table::regime(regime).is_none()) {
            return Decision::refused(Rule::Regime);
        }
        match dossier.status {
            DossierStatus::Open => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            DossierStatus::Closed => Decision::refused(Rule::Closed),
            DossierStatus::Unopened => {
                let opened = Opened {
                    ins: self.ins.clone(),
                    holder: self.holder.clone(),
                    ground,
                    informed_on: self.informed_on,
                };
                let rule = match ground {
                    OpeningGround::InsurerFeed => Rule::InsurerFeed,
                    OpeningGround::ProfessionalConsent => Rule::ExplicitConsent,
                    OpeningGround::OperatorImport => Rule::Operator,
                };
                Decision::allowed(rule, Answer::Done).changing(Change::Opened(Box::new(opened)))
            }
        }
    }

    /// Who may open, and on what ground (decisions 26).
    fn ground(&self, context: &Context<'_>) -> Result<OpeningGround, Rule> {
        match (&**context.requester, context.policy.name) {
            (Requester::Operator(_), _) => Ok(OpeningGround::OperatorImport),
            (Requester::InsurerFeed(_), PolicyName::Mes2024) => Ok(OpeningGround::InsurerFeed),
            (Requester::Professional(_), PolicyName::Dmp2012) => Ok(OpeningGround::ProfessionalConsent),
            (Requester::InsurerFeed(_) | Requester::Professional(_), _) => Err(Rule::OpeningClosed),
            _ => Err(Rule::FunctionalRight),
        }
    }
}
