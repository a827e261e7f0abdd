//! Oppose consultation, feeding or an emergency mode, permit masked documents in emergencies, and take it back (R1111-47,
//! R1111-48, decisions 9).

use crate::act::settle::{Choice, settle};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{
    Authorization, Change, Dossier, Ground, Held, Opposition, OppositionKind, OppositionSet, Rule, Subject,
};
use crate::identity::Requester;

/// An opposition, or its end.
#[derive(Debug, Clone)]
pub struct Oppose {
    /// What is opposed.
    pub kind: OppositionKind,
    /// Whom it concerns; everybody when absent.
    pub subject: Option<Subject>,
    /// Opposed, or not any more.
    pub opposed: bool,
    /// Why.
    pub motive: Option<Box<str>>,
}

impl Oppose {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let choice = if self.opposed { Choice::Oppose } else { Choice::Own };
        let rule = match settle(dossier, context, choice) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        let speaker = Speaker::of(dossier, context);
        if dossier.each(|one| self.is_so(one, speaker)) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let change = OppositionSet {
            kind: self.kind,
            subject: self.subject.clone(),
            opposed: self.opposed,
            // Said again without one, it has the motive that it had.
            motive: self.motive.clone().or_else(|| {
                // A reason that he kept as a minor is said again by nobody else, nor when he is of age.
                let known = self.known(dossier, speaker).filter(|one| speaker.knows(one))?;
                known.motive.clone().filter(|_| self.opposed)
            }),
        };
        Decision::allowed(rule, Answer::Done).changing(Change::OppositionSet(change))
    }

    /// Whether nothing is left to say: it is opposed, for that motive, and no consent prevails over it (decisions 9); or it is not opposed.
    fn is_so(&self, dossier: &Dossier, speaker: Speaker) -> bool {
        if self.kind == OppositionKind::MaskedInEmergency {
            return dossier.masked_in_emergency != self.opposed;
        }
        match self.known(dossier, speaker) {
            Some(known) if self.opposed => {
                let another = self.motive.is_some() && self.motive != known.motive;
                // What others oppose a minor opposes himself besides: it stands when they take theirs back.
                let himself = speaker != Speaker::Minor || self.subject.is_none() || known.own;
                // And of what he alone opposed as a minor whoever represents him since does not know: what is said of an adult is told them.
                himself && speaker.knows(known) && !another && !has_consent_since(dossier, known)
            }
            known => known.is_some() == self.opposed,
        }
    }

    /// The one that stands, where who speaks may know of it (decisions 24).
    fn known<'a>(&self, dossier: &'a Dossier, speaker: Speaker) -> Option<&'a Opposition> {
        let same = |one: &&Opposition| one.kind == self.kind && one.subject == self.subject;
        dossier.oppositions.iter().find(same).filter(|one| speaker != Speaker::Blind || !one.is_own_alone())
    }
}

/// Who opposes, or takes it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Speaker {
    /// A minor himself.
    Minor,
    /// Who represents a minor, or a carer: what the minor opposes himself is his own to take back, and would be told of anybody else.
    Blind,
    /// Anybody else.
    Other,
}

impl Speaker {
    fn of(dossier: &Dossier, context: &Context<'_>) -> Self {
        match &**context.requester {
            Requester::Holder(_) if dossier.is_minor(context.now) => Self::Minor,
            Requester::Representative(_) | Requester::Carer(_) if dossier.is_minor(context.now) => Self::Blind,
            _ => Self::Other,
        }
    }

    /// Whether it is nothing that the holder kept to himself as a minor, or the minor who speaks.
    fn knows(self, known: &Opposition) -> bool {
        self == Self::Minor || !known.is_own_alone()
    }
}

/// Whether the holder consented to somebody after he opposed consultation, to everybody or to that one: opposed again, it counts anew.
fn has_consent_since(dossier: &Dossier, opposition: &Opposition) -> bool {
    let later = |held: Held| held.ground == Ground::ExplicitConsent && held.since > opposition.since;
    opposition.kind == OppositionKind::Consultation
        && dossier.authorizations.values().flat_map(Authorization::held).any(later)
}
