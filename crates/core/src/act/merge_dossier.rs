//! Merge two dossiers: the absorbed one is frozen first, then the survivor takes it in (decisions 29; the storage contract, section 7). The
//! survivor's journal settles whether it does: what it declined comes back as it was.

use std::sync::Arc;

use crate::act::add_name::keeps_identities;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{
    Absorbed, Change, Dossier, DossierStatus, MergeDeclined, MergeId, MergeStanding, MergedInto, Rule,
};
use crate::identity::Ins;

/// The dossier is to be absorbed by another.
#[derive(Debug, Clone)]
pub struct MergeDossier {
    /// The number that the merge will have.
    pub merge: MergeId,
    /// The name of the survivor.
    pub survivor: Ins,
    /// Its journal.
    pub journal: u32,
    /// What it is now; absent when both names are of this dossier.
    pub other: Option<Arc<Dossier>>,
}

/// A frozen dossier is to be taken in.
#[derive(Debug, Clone)]
pub struct AbsorbDossier {
    /// The merge.
    pub merge: MergeId,
    /// Its journal.
    pub journal: u32,
    /// The entry by which it was frozen.
    pub seq: u32,
    /// The digest of that entry.
    pub head: [u8; 32],
    /// Its state at that entry.
    pub annex: Arc<Dossier>,
}

fn is_open(dossier: &Dossier) -> bool {
    dossier.status == DossierStatus::Open && dossier.suspended_at.is_none()
}

/// The name of what was never opened, where the feed registered somebody under it or somebody objected: it has no other way to the dossier
/// that the person has already (NIA → NIR; facts h.2).
fn awaited_name(dossier: &Dossier, context: &Context<'_>) -> Option<Ins> {
    let known = dossier.registration.is_some() || dossier.objected_at.is_some();
    let registered = || dossier.registration.as_ref().map(|one| one.ins.clone());
    context.addressed.cloned().or_else(registered).filter(|_| known && dossier.status == DossierStatus::Unopened)
}

impl MergeDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match keeps_identities(context) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        let Some(other) = &self.other else { return Decision::fault(Rule::SameDossier) };
        match &dossier.merged_into {
            Some(moved) if moved.journal == self.journal => return Decision::allowed(Rule::AlreadyDone, Answer::Done),
            Some(_) => return Decision::refused(Rule::Merged),
            None => {}
        }
        let name = awaited_name(dossier, context);
        let unknown = dossier.status == DossierStatus::Unopened && name.is_none();
        if unknown || other.status == DossierStatus::Unopened {
            return Decision::refused(Rule::UnknownDossier);
        }
        if other.merged_into.is_some() {
            return Decision::refused(Rule::Merged);
        }
        // One level only: who took others in goes on as the survivor.
        let whole = if name.is_some() { !dossier.is_dead() } else { is_open(dossier) && dossier.guests.is_empty() };
        if !whole || !is_open(other) {
            return Decision::refused(Rule::NotMergeable);
        }
        let moved = MergedInto { merge: self.merge, journal: self.journal, survivor: self.survivor.clone(), name };
        Decision::allowed(rule, Answer::Done).changing(Change::MergedInto(Box::new(moved)))
    }
}

impl AbsorbDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match keeps_identities(context) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        if let Some(standing) = dossier.merge_standing(&self.merge) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Merge(standing));
        }
        // It was open when the other was frozen; since then it may have been closed, or merged itself.
        if dossier.merged_into.is_some() || !is_open(dossier) {
            let declined = MergeDeclined { merge: self.merge, journal: self.journal };
            return Decision::allowed(rule, Answer::Merge(MergeStanding::Declined))
                .changing(Change::MergeDeclined(declined));
        }
        let absorbed = Absorbed {
            merge: self.merge,
            journal: self.journal,
            seq: self.seq,
            head: self.head,
            names: self.annex.names.clone(),
            base: dossier.last_item,
            last: self.annex.last_item,
        };
        let mut decision = Decision::allowed(rule, Answer::Merge(MergeStanding::Absorbed))
            .changing(Change::Absorbed(Box::new(absorbed)));
        decision.annex = Some(Arc::clone(&self.annex));
        decision
    }
}
