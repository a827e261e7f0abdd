//! Names added, dossiers merged and parted: what takes more than one journal, or a name and a journal. Each step is durable before the next,
//! and whoever finds one undone does it (decisions 29; the storage contract, section 7).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use dmp_core::act::{AbsorbDossier, Act, AddName, Answer, MergeDossier, ReturnDossier, SeparateDossier};
use dmp_core::dossier::{Dossier, DossierStatus, IdentityCorrected, MergeStanding, Moved, Rule};
use dmp_core::identity::{Ins, Requester, SystemRequester};

use crate::ask::{Ask, Target};
use crate::door::{Performed, Store};
use crate::error::StoreError;
use crate::library::Library;
use crate::naming::Name;

/// Who answers for a dossier that is merged.
#[derive(Debug, Clone)]
pub struct Survivor {
    /// Where the other went.
    pub moved: Moved,
    /// The state of both.
    pub dossier: Arc<Dossier>,
}

impl Store {
    /// Adds a name to the dossier of another name: first the name is claimed, then written down. The first claim wins: a name of another
    /// dossier is refused; so is one that comes with a birth date or a sex which contradict the holder's.
    ///
    /// # Errors
    /// [`StoreError`] when no answer can be given: asked again, it goes on where it was.
    pub async fn add_name(
        self: &Arc<Self>,
        known: Ins,
        added: Ins,
        traits: &IdentityCorrected,
        ask: Ask,
    ) -> Result<Performed, StoreError> {
        let may = matches!(&*ask.requester, Requester::Operator(_) | Requester::InsurerFeed(_));
        let (mut taken, mut claimed, mut differs) = (false, false, None);
        if may && let Some(journal) = self.find_journal(&Name::Ins(&known)).await? {
            let dossier = self.load(journal).await?.dossier;
            // His who has the known name: of a dossier that is merged its own, and not the survivor's.
            differs = dossier.addressee().and_then(|holder| {
                let frozen = dossier.merged_into.is_some() && !traits.agree_with(holder);
                holder.contradicted(traits.birth, traits.sex).or_else(|| frozen.then_some(Rule::Merged))
            });
            // Where another answers for it the name is its own all the same, and goes with it when they part; what was never opened, and is
            // nobody's guest, has none.
            let waits = dossier.status == DossierStatus::Unopened && dossier.merged_into.is_none();
            if differs.is_none() && !waits {
                let claims = self.claim_for(&Name::Ins(&added), journal).await?;
                taken = claims != journal && self.answering(claims).await? != answers(&dossier, journal);
                claimed = claims == journal;
            }
        }
        let act = Act::AddName(AddName { ins: added, taken, differs });
        let performed = self.perform(Target::Dossier(known), act, ask).await;
        // Claimed, the name is written down by whoever uses it first: it is not true that nothing was done.
        performed.map_err(|error| if claimed { StoreError::NotKnown } else { error })
    }

    /// Merges a dossier into another, which answers for both from then on.
    ///
    /// # Errors
    /// [`StoreError`] when no answer can be given: the merge may be under way, and is taken up again.
    pub async fn merge(self: &Arc<Self>, absorbed: Ins, survivor: Ins, ask: Ask) -> Result<Performed, StoreError> {
        let from = self.find_journal(&Name::Ins(&absorbed)).await?;
        let into = self.find_journal(&Name::Ins(&survivor)).await?;
        let (Some(from), Some(into)) = (from, into) else {
            let missing = if from.is_none() { &absorbed } else { &survivor };
            let target = Target::Nowhere(missing.to_text().into());
            let act = MergeDossier { merge: [0; 16], survivor, journal: 0, other: Some(Arc::default()) };
            return self.perform(target, Act::MergeDossier(Box::new(act)), ask).await;
        };
        let other = match from == into {
            true => None,
            false => Some(self.load(into).await?.dossier),
        };
        let mut merge = [0; 16];
        self.chance.fill(&mut merge);
        let act = MergeDossier { merge, survivor, journal: into, other };
        let mut performed = self.alone(from, Act::MergeDossier(Box::new(act)), ask, Some(absorbed)).await?;
        if !matches!(performed.answer, Answer::Done) {
            return Ok(performed);
        }
        // Frozen is frozen: from here on nobody may say that nothing was done.
        let standing = self.settle_merge(from).await.map_err(|_| StoreError::NotKnown)?;
        if standing == Some(MergeStanding::Declined) {
            // The survivor was closed, or merged itself, since it was looked at.
            performed.rule = Rule::NotMergeable;
            performed.answer = Answer::Refused(Rule::NotMergeable);
        }
        Ok(performed)
    }

    /// Undoes the merge of the dossier that had this name: it answers for itself again, with what came under its names meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] when no answer can be given: the parting may be under way, and is taken up again.
    pub async fn separate(self: &Arc<Self>, absorbed: Ins, ask: Ask) -> Result<Performed, StoreError> {
        let nothing = Act::SeparateDossier(SeparateDossier { merge: None });
        let Some(from) = self.find_journal(&Name::Ins(&absorbed)).await? else {
            return self.perform(Target::Dossier(absorbed), nothing, ask).await;
        };
        self.settle_merge(from).await?;
        let Some(moved) = self.load(from).await?.dossier.merged_into.clone() else {
            return self.perform(Target::Dossier(absorbed), nothing, ask).await;
        };
        let act = Act::SeparateDossier(SeparateDossier { merge: Some(moved.merge) });
        let performed = self.alone(moved.journal, act, ask, None).await?;
        self.settle_merge(from).await.map_err(|_| StoreError::NotKnown)?;
        Ok(performed)
    }

    /// Takes up a merge that a crash, or a race, left half done: the survivor takes the frozen dossier in; one that it declined, or let go,
    /// answers for itself again. Done already, it changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when no answer can be given.
    pub async fn settle_merge(self: &Arc<Self>, journal: u32) -> Result<Option<MergeStanding>, StoreError> {
        let held = self.load(journal).await?;
        let Some(moved) = &held.dossier.merged_into else { return Ok(None) };
        let who = held.dossier.requester(moved.by).cloned();
        let ask = Ask::of(who.ok_or_else(|| StoreError::Damaged("a merge that nobody asked for".into()))?);
        let library = self.library();
        let mut standing = self.load(moved.journal).await?.dossier.merge_standing(&moved.merge);
        if standing.is_none() {
            let (annex, head) = library.fold(journal, moved.seq).await?;
            let (merge, seq) = (moved.merge, moved.seq);
            let act = AbsorbDossier { merge, journal, seq, head: head.0, annex };
            let act = Act::AbsorbDossier(Box::new(act));
            standing = match self.alone(moved.journal, act, ask.clone(), None).await?.answer {
                Answer::Merge(standing) => Some(standing),
                _ => None,
            };
        }
        let (seq, annex) = match standing {
            Some(MergeStanding::Absorbed) | None => return Ok(standing),
            Some(MergeStanding::Separated(seq)) => {
                (seq, library.leaving(moved.journal, seq, &moved.merge).await?.map(Arc::new))
            }
            Some(MergeStanding::Declined) => (self.load(moved.journal).await?.dossier.seq, None),
        };
        let (_, head) = library.fold(moved.journal, seq).await?;
        let act = ReturnDossier { merge: moved.merge, journal: moved.journal, seq, head: head.0, annex };
        self.alone(journal, Act::ReturnDossier(Box::new(act)), ask, None).await?;
        Ok(standing)
    }

    /// Writes a name down that was claimed for this journal and, because its claimer fell in between, is not in it yet.
    pub(crate) async fn settle_name(self: &Arc<Self>, journal: u32, ins: Ins) -> Result<(), StoreError> {
        let system = Arc::new(Requester::System(SystemRequester { job: "names".into() }));
        let act = Act::AddName(AddName { ins, taken: false, differs: None });
        self.perform(Target::Journal(journal), act, Ask::of(system)).await.map(drop)
    }

    /// Journals that entries refer to.
    pub(crate) fn library(&self) -> Library<'_> {
        Library::new(&*self.engine, &self.keys)
    }

    /// Which of these entries of a journal are with another dossier, and with which: those that left with it, and did not come back; those that
    /// the survivor took in, where the journal is merged, or that with which they left.
    ///
    /// # Errors
    /// [`StoreError`] when a journal cannot be read.
    pub async fn entries_gone(self: &Arc<Self>, journal: u32, seqs: &[u32]) -> Result<BTreeMap<u32, u32>, StoreError> {
        let dossier = self.load(journal).await?.dossier;
        let left = |seq| dossier.entry_gone_to(seq).filter(|with| dossier.guest(*with).is_none());
        let mut gone = BTreeMap::new();
        let mut survivors: BTreeMap<u32, Option<Survivor>> = BTreeMap::new();
        for seq in seqs {
            let with = left(*seq).unwrap_or(journal);
            if let Entry::Vacant(place) = survivors.entry(with) {
                place.insert(match self.survivor(with).await {
                    // Destroyed: what went with it is told to nobody, and the others' is.
                    Err(StoreError::Damaged(_) | StoreError::Unreadable) => None,
                    survivor => survivor?,
                });
            }
            // What waits because of a death waits where it is.
            let taken = |one: &&Survivor| (with != journal || *seq < one.moved.seq) && !one.dossier.is_dead();
            let survivor = survivors.get(&with).and_then(Option::as_ref).filter(taken);
            if let Some(with) = survivor.map(|one| one.moved.journal).or((with != journal).then_some(with)) {
                gone.insert(*seq, with);
            }
        }
        Ok(gone)
    }

    /// The survivor of a dossier that is merged, where it took it in and has not let it go.
    ///
    /// # Errors
    /// [`StoreError`] when a journal cannot be read.
    pub async fn survivor(self: &Arc<Self>, journal: u32) -> Result<Option<Survivor>, StoreError> {
        if self.settle_merge(journal).await? != Some(MergeStanding::Absorbed) {
            return Ok(None);
        }
        let Some(moved) = self.load(journal).await?.dossier.merged_into.clone() else { return Ok(None) };
        let dossier = self.load(moved.journal).await?.dossier;
        Ok(dossier.guest(journal).is_some().then_some(Survivor { moved, dossier }))
    }

    /// The journal that answers for this one: its survivor's, where it was merged.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read.
    pub async fn answering(&self, journal: u32) -> Result<u32, StoreError> {
        Ok(answers(&self.load(journal).await?.dossier, journal))
    }
}

/// The journal that answers for this one, in this state.
fn answers(dossier: &Dossier, journal: u32) -> u32 {
    dossier.merged_into.as_ref().map_or(journal, |moved| moved.journal)
}
