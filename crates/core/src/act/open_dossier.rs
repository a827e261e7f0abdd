//! Open a dossier: by the insurer's feed (R1111-28), by a professional or a reception desk with the recorded consent (DMP TD1.1), by
//! an operator's import. The policy says which (decisions 26). The patient on line is in `open_online`.

use crate::access::judge_opening;
use crate::act::{Answer, Context, Decision};
use crate::code::{Instant, same_digest, table};
use crate::dossier::{Change, Dossier, DossierStatus, Holder, Opened, OpeningGround, Rule, WEEKS_TO_OBJECT};
use crate::identity::{Ins, Requester};

/// What whoever opens brings along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OpeningProof {
    /// Nothing: the insurer's feed, an operator.
    #[default]
    None,
    /// A professional or a desk: the person consented, after reading this version of the notice.
    Consent(Box<str>),
}

impl OpeningProof {
    /// The version of the notice that was read, where a consent is recorded.
    pub(super) fn notice(&self) -> Option<&str> {
        match self {
            Self::Consent(notice) => Some(notice),
            Self::None => None,
        }
    }
}

/// A dossier to open.
#[derive(Debug, Clone)]
pub struct OpenDossier {
    /// Its first name.
    pub ins: Ins,
    /// Whose it is.
    pub holder: Holder,
    /// When the person was informed; absent when the dossier opens at once.
    pub informed_on: Option<Instant>,
    /// What whoever opens brings along.
    pub proof: OpeningProof,
}

/// The regimes whose insured have a dossier are a table, consulted at each opening; who names none has it from his card.
pub(super) fn check_regime(holder: &Holder) -> Result<(), Rule> {
    if holder.regime.as_deref().is_some_and(|regime| table::regime(regime).is_none()) {
        Err(Rule::Regime)
    } else {
        Ok(())
    }
}

/// Whose dossier it is, or whom the feed registered under this number, is who shows his card at the counter: another date of birth, or
/// another card, is another person's (TD1.1, TD1.2).
pub(super) fn is_whose_it_is(dossier: &Dossier, shown: &Holder) -> Result<(), Rule> {
    let registered = dossier.registration.as_ref().map(|one| &*one.holder);
    let Some(known) = dossier.holder.as_deref().or(registered) else { return Ok(()) };
    let same_card = known.card.zip(shown.card).is_none_or(|(known, shown)| same_digest(&known, &shown));
    if known.birth == shown.birth && same_card { Ok(()) } else { Err(Rule::CardMismatch) }
}

impl OpenDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let ground = match self.ground(dossier, context) {
            Ok(ground) => ground,
            Err(rule) => return Decision::refused(rule),
        };
        if let Err(rule) = check_regime(&self.holder) {
            return Decision::refused(rule);
        }
        match dossier.status {
            DossierStatus::Open => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            DossierStatus::Closed => Decision::refused(Rule::Closed),
            DossierStatus::Unopened if dossier.is_dead() => Decision::refused(Rule::Death),
            DossierStatus::Unopened => self.opened(ground),
        }
    }

    fn opened(&self, ground: OpeningGround) -> Decision {
        let notice = self.proof.notice().map(Into::into);
        let opened = Opened {
            ins: self.ins.clone(),
            holder: self.holder.clone(),
            ground,
            informed_on: self.informed_on,
            notice,
        };
        let rule = match ground {
            OpeningGround::InsurerFeed => Rule::InsurerFeed,
            OpeningGround::ProfessionalConsent | OpeningGround::Desk => Rule::ExplicitConsent,
            OpeningGround::OperatorImport => Rule::Operator,
            OpeningGround::HolderOnline => Rule::Holder,
        };
        Decision::allowed(rule, Answer::Done).changing(Change::Opened(Box::new(opened)))
    }

    /// Who may open, and on what ground (decisions 26).
    fn ground(&self, dossier: &Dossier, context: &Context<'_>) -> Result<OpeningGround, Rule> {
        let policy = context.policy.name.table();
        match &**context.requester {
            // Without a date of information it is the operator's own act; with one, the feed's.
            Requester::Operator(_) if self.informed_on.is_none() => {
                self.unopposed(dossier, OpeningGround::OperatorImport)
            }
            Requester::Operator(_) | Requester::InsurerFeed(_) if policy.feed_opens => {
                let informed = self.informed_on.ok_or(Rule::TimeToObject)?;
                if context.now < informed.plus_weeks(WEEKS_TO_OBJECT) {
                    return Err(Rule::TimeToObject);
                }
                self.unopposed(dossier, OpeningGround::InsurerFeed)
            }
            Requester::Professional(one) if policy.professionals_open => {
                judge_opening(context, one)?;
                is_whose_it_is(dossier, &self.holder)?;
                match &self.proof {
                    OpeningProof::Consent(_) if one.staff => Ok(OpeningGround::Desk),
                    OpeningProof::Consent(_) => Ok(OpeningGround::ProfessionalConsent),
                    OpeningProof::None => Err(Rule::ConsentMissing),
                }
            }
            Requester::Operator(_) | Requester::InsurerFeed(_) | Requester::Professional(_) => Err(Rule::OpeningClosed),
            _ => Err(Rule::FunctionalRight),
        }
    }

    /// Who objected opens himself, or lets a professional record that he consents: nobody opens over his head (facts b.2).
    fn unopposed(&self, dossier: &Dossier, ground: OpeningGround) -> Result<OpeningGround, Rule> {
        if dossier.objected_at.is_some() { Err(Rule::Objected) } else { Ok(ground) }
    }
}
