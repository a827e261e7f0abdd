//! "I do not recognise this access": a case about one entry of the history, which the operator closes with an outcome. An open case
//! holds back the destruction of the archive.

use crate::access::functional_rights::Action;
use crate::access::{Side, judge};
use crate::act::{Answer, Context, Decision};
use crate::dossier::{AccessDisputed, Change, Dispute, DisputeOutcome, Dossier, DossierStatus, MandateScope, Rule};
use crate::identity::Requester;

/// A case, opened or closed.
#[derive(Debug, Clone)]
pub struct DisputeAccess {
    /// The journal of the entry: the dossier's, or that of one which was merged into it.
    pub journal: u32,
    /// The sequence number of the entry. Behind a public id, never shown.
    pub entry: u32,
    /// Opened without, by the holder or who represents him; closed with one, by the operator.
    pub outcome: Option<DisputeOutcome>,
    /// In the words of who says so.
    pub text: Option<Box<str>>,
}

impl DisputeAccess {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        // Who reads the history may say what he does not recognise in it; the holder in the archive too (decisions 27).
        let action = if self.outcome.is_some() { Action::Administer } else { Action::ReadHistory };
        let admission = match judge(dossier, context, action) {
            Ok(admission) => admission,
            Err(rule) => return refused(rule),
        };
        if self.outcome.is_none() && only_reads(dossier, context) {
            return refused(Rule::Scope);
        }
        if dossier.status == DossierStatus::Unopened {
            return Decision::refused(Rule::UnknownDossier);
        }
        match (self.outcome, admission.side) {
            (None, side) if side.is_holders() => {}
            (Some(_), Side::Operator) => {}
            _ => return refused(Rule::NotHolder),
        }
        let guest = dossier.guest(self.journal);
        if self.entry == 0 || self.entry > guest.map_or(dossier.seq, |guest| guest.seq) {
            return Decision::hidden(admission.rule, None, Rule::NotFound);
        }
        let journal = guest.map(|guest| guest.journal);
        let same = |one: &&Dispute| one.entry == self.entry && one.journal == journal && one.outcome.is_none();
        let mut open = dossier.disputes.iter().filter(same);
        let own = match self.outcome {
            None => is_minors_own(dossier, context),
            // Who opened one of them is told how it ended.
            Some(_) => open.clone().all(|one| one.own),
        };
        match self.outcome {
            None if open.any(|one| one.own == own) => return Decision::allowed(Rule::AlreadyDone, Answer::Done),
            Some(_) if open.next().is_none() => return Decision::fault(Rule::State),
            _ => {}
        }
        let dispute =
            AccessDisputed { entry: self.entry, outcome: self.outcome, text: self.text.clone(), own, journal };
        Decision::allowed(admission.rule, Answer::Done).changing(Change::AccessDisputed(dispute))
    }
}

/// Whether he represents the holder to read alone: a case, which holds back the destruction, is more than that (decisions 24).
fn only_reads(dossier: &Dossier, context: &Context<'_>) -> bool {
    let Requester::Representative(one) = &**context.requester else { return false };
    dossier.mandates.get(&one.person).is_some_and(|mandate| mandate.scope == MandateScope::Read)
}

/// Whether a minor says so himself: what he says is between him and the operator (decisions 24).
fn is_minors_own(dossier: &Dossier, context: &Context<'_>) -> bool {
    dossier.is_minor(context.now) && matches!(&**context.requester, Requester::Holder(_))
}

/// Who speaks for nobody here and names one access hears that there is no such thing, as he would of an id that is nowhere.
fn refused(rule: Rule) -> Decision {
    let mut decision = Decision::refused(rule);
    if rule == Rule::NotHolder {
        decision.answer = Answer::NotFound;
    }
    decision
}
