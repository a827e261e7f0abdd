//! Open one's own dossier on line, with the code that was sent last and the carte Vitale (facts b.1 to b.3, decisions 26). What opens is
//! what the insurer registered: the person brings proofs, no data.

use crate::access::is_too_young;
use crate::act::open_dossier::check_regime;
use crate::act::{Answer, Context, Decision};
use crate::code::same_digest;
use crate::dossier::{Activated, Change, Dossier, DossierStatus, Opened, OpeningGround, Registration, Rule};
use crate::identity::{Ins, Requester};

/// An opening by the person himself.
#[derive(Debug, Clone)]
pub struct OpenOnline {
    /// His number.
    pub ins: Ins,
    /// SHA-256 of the code.
    pub code: [u8; 32],
    /// SHA-256 of the serial number of his card.
    pub card: [u8; 32],
}

impl OpenOnline {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let registration = match self.proved(dossier, context) {
            Ok(registration) => registration,
            Err(rule) => return Decision::refused(rule),
        };
        match dossier.status {
            DossierStatus::Open => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            DossierStatus::Closed => Decision::refused(Rule::Closed),
            DossierStatus::Unopened => opened(registration),
        }
    }

    /// The code first: whether a card is right is told to nobody who was not sent the code. Whoever objected may open all the same: it
    /// is his own head (facts b.2).
    fn proved<'a>(&self, dossier: &'a Dossier, context: &Context<'_>) -> Result<&'a Registration, Rule> {
        match &**context.requester {
            Requester::Holder(one) if one.ins == self.ins => {}
            Requester::Holder(_) => return Err(Rule::NotHolder),
            _ => return Err(Rule::FunctionalRight),
        }
        let registration = dossier.registration.as_ref().ok_or(Rule::CardMismatch)?;
        let same = |known: Option<[u8; 32]>, shown| known.is_some_and(|known| same_digest(&known, shown));
        if registration.is_void() || !same(registration.code, &self.code) {
            return Err(Rule::CodeWrong);
        }
        if !same(registration.holder.card, &self.card) {
            return Err(Rule::CardMismatch);
        }
        if is_too_young(registration.holder.birth, context.now) {
            return Err(Rule::TooYoung);
        }
        check_regime(&registration.holder)?;
        Ok(registration)
    }
}

/// With the code and the card it is in his hands, as after an activation (facts b.3).
fn opened(registration: &Registration) -> Decision {
    let opened = Opened {
        ins: registration.ins.clone(),
        holder: (*registration.holder).clone(),
        ground: OpeningGround::HolderOnline,
        informed_on: registration.informed_at,
        notice: None,
    };
    Decision::allowed(Rule::Holder, Answer::Done)
        .changing(Change::Opened(Box::new(opened)))
        .changing(Change::Activated(Activated { notice: None }))
}
