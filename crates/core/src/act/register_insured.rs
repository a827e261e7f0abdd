//! The opt-out opening: the feed registers a person, the program informs him, an e-mail may come back, he may object with the code that
//! he was sent (R1111-28; facts b.2, decisions 26).

use crate::access::is_too_young;
use crate::act::open_dossier::check_regime;
use crate::act::{Answer, Context, Decision};
use crate::code::Instant;
use crate::dossier::{
    Change, Closed, ClosingMotive, Dossier, DossierStatus, Holder, Informed, MailReturned, OpeningObjected, Registered,
    Registration, Rule,
};
use crate::identity::{Ins, Requester};

/// A person to register.
#[derive(Debug, Clone)]
pub struct RegisterInsured {
    /// His number.
    pub ins: Ins,
    /// Who he is.
    pub holder: Holder,
}

/// The information leaves.
#[derive(Debug, Clone, Copy)]
pub struct InformInsured {
    /// SHA-256 of the code that it carries.
    pub code: [u8; 32],
    /// The entry that asks for it.
    pub asked: u32,
}

/// The e-mail came back.
#[derive(Debug, Clone)]
pub struct NoteMailReturned {
    /// In words.
    pub text: Option<Box<str>>,
}

/// An objection by the link and the code that were sent: before the opening, or after it.
#[derive(Debug, Clone)]
pub struct ObjectByCode {
    /// SHA-256 of the code.
    pub code: [u8; 32],
    /// In his words.
    pub text: Option<Box<str>>,
}

impl RegisterInsured {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match &**context.requester {
            Requester::InsurerFeed(_) => Rule::InsurerFeed,
            Requester::Operator(_) => Rule::Operator,
            _ => return Decision::refused(Rule::FunctionalRight),
        };
        if let Err(rule) = check_regime(&self.holder) {
            return Decision::refused(rule);
        }
        match dossier.status {
            DossierStatus::Open => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            DossierStatus::Closed => Decision::refused(Rule::Closed),
            DossierStatus::Unopened if dossier.is_dead() => Decision::refused(Rule::Death),
            DossierStatus::Unopened if dossier.objected_at.is_some() => Decision::refused(Rule::Objected),
            DossierStatus::Unopened if dossier.registration.is_some() => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done)
            }
            DossierStatus::Unopened => {
                Decision::allowed(rule, Answer::Done).changing(Change::Registered(Box::new(Registered {
                    ins: self.ins.clone(),
                    holder: self.holder.clone(),
                })))
            }
        }
    }
}

impl InformInsured {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        // Where the feed opens nothing, nobody is told that it will (decisions 26): the code goes to who asked for it.
        // Nor who objected, who may open all the same.
        let code_only = !context.policy.name.table().feed_opens || dossier.objected_at.is_some();
        let waits = dossier.status == DossierStatus::Unopened && !dossier.is_dead();
        let asked = dossier.registration.as_ref().filter(|one| waits && one.awaits(self.asked, context.now));
        match asked.zip(dossier.informed_by(context.now)) {
            // Nobody whom no letter reaches is said to be informed: his weeks begin when an address is known.
            Some((one, by))
                if (by.email.is_some() || one.holder.has_postal_address()) && (!code_only || one.at_desk) =>
            {
                let informed = Informed { channel: by.channel(), code: self.code, code_only };
                let (registration, by) = (Box::new(one.clone()), Box::new(by));
                Decision::allowed(Rule::System, Answer::Informing { registration, by, code_only })
                    .changing(Change::Informed(informed))
            }
            _ => Decision::allowed(Rule::AlreadyDone, Answer::Done),
        }
    }
}

/// Whether a person opens on line once he has a code: with a card, at an age to sign in, by himself.
fn opens_on_line(holder: &Holder, now: Instant) -> bool {
    holder.card.is_some()
        && (holder.representatives.is_empty() || now >= holder.birth.majority())
        && !is_too_young(holder.birth, now)
}

/// Whether what left may have left by e-mail: whoever spoke for a child then may not any more.
fn may_have_been_mailed(dossier: &Dossier, one: &Registration, now: Instant) -> bool {
    let by = dossier.informed_by(now).filter(|_| one.informed_at.is_some() && !one.by_post);
    let family = || one.holder.representatives.iter().any(|one| one.email.is_some());
    by.is_some_and(|by| by.email.is_some() || (by.represented && family()))
}

impl NoteMailReturned {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match &**context.requester {
            Requester::Operator(_) => Rule::Operator,
            Requester::System(_) => Rule::System,
            // The person has no code, or lost it: one goes by post.
            Requester::HelpDesk(_) => Rule::HelpDesk,
            _ => return Decision::refused(Rule::FunctionalRight),
        };
        let lost = rule == Rule::HelpDesk;
        let announced = context.policy.name.table().feed_opens && dossier.objected_at.is_none();
        let waits = dossier.status == DossierStatus::Unopened && !dossier.is_dead();
        let sent = dossier.registration.as_ref().filter(|_| waits);
        let concerns = |one: &&Registration| match (lost, announced) {
            (false, _) => may_have_been_mailed(dossier, one, context.now),
            (true, true) => one.code.is_some() || opens_on_line(&one.holder, context.now),
            // The only use of a code is then to open on line.
            (true, false) => opens_on_line(&one.holder, context.now),
        };
        match sent.filter(concerns) {
            Some(one) if lost && !one.holder.has_postal_address() => Decision::fault(Rule::PostalAddress),
            Some(_) => Decision::allowed(rule, Answer::Done)
                .changing(Change::MailReturned(MailReturned { text: self.text.clone() })),
            None => Decision::fault(Rule::State),
        }
    }
}

impl ObjectByCode {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        // The code speaks for the person: whoever holds the link asks through the program's own page.
        if !matches!(&**context.requester, Requester::System(_)) {
            return Decision::refused(Rule::FunctionalRight);
        }
        let code = dossier.registration.as_ref().and_then(|one| one.code);
        // Digests of a secret are compared, not the secret: how long it takes tells nothing.
        if code != Some(self.code) {
            return Decision::refused(Rule::CodeWrong);
        }
        let text = self.text.clone();
        match dossier.status {
            DossierStatus::Unopened if dossier.objected_at.is_some() => {
                Decision::allowed(Rule::AlreadyDone, Answer::Done)
            }
            DossierStatus::Unopened => Decision::allowed(Rule::Holder, Answer::Done)
                .changing(Change::OpeningObjected(OpeningObjected { text, withdrawn: false })),
            // Once it is open, to object is to close it; who activated it does so by signing in.
            // A code that was asked for to open with announces nothing that could be objected to.
            DossierStatus::Open if dossier.registration.as_ref().is_some_and(|one| one.code_only) => {
                Decision::refused(Rule::CodeWrong)
            }
            DossierStatus::Open if dossier.activated_at.is_none() => Decision::allowed(Rule::Holder, Answer::Done)
                .changing(Change::Closed(Closed { motive: ClosingMotive::HolderAsked, text })),
            DossierStatus::Open => Decision::refused(Rule::CodeWrong),
            DossierStatus::Closed => Decision::allowed(Rule::AlreadyDone, Answer::Done),
        }
    }
}
