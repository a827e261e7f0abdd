//! Undo a merge: the survivor lets its guest go, then the guest answers for itself again (decisions 29).

use std::sync::Arc;

use crate::act::add_name::keeps_identities;
use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierStatus, MergeId, MergeStanding, Returned, Rule, Separated};

/// A guest to let go: in the journal of the survivor.
#[derive(Debug, Clone, Copy)]
pub struct SeparateDossier {
    /// The merge; absent when the dossier that was named is not merged.
    pub merge: Option<MergeId>,
}

/// A frozen dossier that answers for itself again, because the survivor let it go or never took it in.
#[derive(Debug, Clone)]
pub struct ReturnDossier {
    /// The merge.
    pub merge: MergeId,
    /// The journal of the survivor.
    pub journal: u32,
    /// The entry there that settled it.
    pub seq: u32,
    /// The digest of that entry.
    pub head: [u8; 32],
    /// What it is now; absent when the survivor declined.
    pub annex: Option<Arc<Dossier>>,
}

impl SeparateDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match keeps_identities(context) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.status == DossierStatus::Unopened {
            return Decision::refused(Rule::UnknownDossier);
        }
        match self.merge.and_then(|merge| Some((merge, dossier.merge_standing(&merge)?))) {
            Some((merge, MergeStanding::Absorbed)) => {
                Decision::allowed(rule, Answer::Done).changing(Change::Separated(Separated { merge }))
            }
            Some((_, MergeStanding::Separated(_))) => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            Some((_, MergeStanding::Declined)) | None => Decision::fault(Rule::NotMerged),
        }
    }
}

impl ReturnDossier {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match keeps_identities(context) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.merged_into.as_ref().is_none_or(|moved| moved.merge != self.merge) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let returned = Returned {
            merge: self.merge,
            journal: self.journal,
            seq: self.seq,
            head: self.head,
            declined: self.annex.is_none(),
            names: self.annex.as_ref().map_or_else(Vec::new, |annex| annex.uncounted(&dossier.addresses)),
        };
        let mut decision = Decision::allowed(rule, Answer::Done).changing(Change::Returned(Box::new(returned)));
        decision.annex.clone_from(&self.annex);
        decision
    }
}
