//! Which journal answers: a dossier that was merged sends to its survivor, one that was parted again to where things went.

use std::borrow::Cow;
use std::sync::Arc;

use dmp_core::act::Act;
use dmp_core::dossier::{Dossier, DossierStatus, MergeId};
use dmp_core::identity::Ins;
use tokio::sync::oneshot;

use crate::ask::Ask;
use crate::door::{Performed, Store};
use crate::error::StoreError;
use crate::turn::{Waiting, lead};

/// How often an act is sent on before the answer is 503: a merge that is under way takes a few.
const MOST_HOPS: usize = 16;

/// Where an act comes from, and how far it has been.
#[derive(Debug, Clone)]
pub struct Route {
    /// The dossier's name, where it was addressed by one.
    pub addressed: Option<Ins>,
    /// The identifier that names no dossier; the act is then decided in the requester's journal, and cannot succeed.
    pub nowhere: Option<Box<str>>,
    /// The journal that was asked for.
    pub from: u32,
    /// The journal of which the act's numbers are.
    pub numbers: u32,
    /// The merge by which it was sent on.
    pub hop: Option<MergeId>,
    /// What is in memory was of no use: the state is read anew.
    pub fresh: bool,
    /// For this one journal, whoever answers for the dossier.
    pub alone: bool,
}

impl Route {
    /// To a journal, by a name or by one of our own ids.
    pub const fn to(journal: u32, addressed: Option<Ins>) -> Self {
        Self { addressed, nowhere: None, from: journal, numbers: journal, hop: None, fresh: false, alone: false }
    }
}

/// Why a journal does not answer itself.
#[derive(Debug)]
pub enum Away {
    /// It is frozen: another answers for it.
    Merged { journal: u32, merge: MergeId },
    /// The merge by which the act was sent here is not done yet, or undone.
    NotHere,
    /// The name leads here, and is not written down yet.
    Unnamed(Ins),
    /// The thing went to another dossier when a merge was undone.
    Gone(u32),
}

/// What comes back from a turn.
#[derive(Debug)]
pub enum Replied {
    /// The answer.
    Performed(Box<Performed>),
    /// The act, to be asked elsewhere.
    Elsewhere(Box<(Act, Ask, Away)>),
}

/// Whether, and why, the journal of this state does not answer.
pub fn away(dossier: &Dossier, own: u32, act: &Act, route: &Route) -> Option<Away> {
    if route.alone || route.nowhere.is_some() {
        return None;
    }
    // A survivor that is frozen itself has taken nobody in: it must decline first.
    if route.hop.is_some_and(|merge| !dossier.guests.iter().any(|guest| guest.merge == merge)) {
        return Some(Away::NotHere);
    }
    if let Some(journal) = gone(dossier, own, act, route) {
        return Some(Away::Gone(journal));
    }
    if let Some(moved) = dossier.merged_into.as_ref().filter(|_| !act.is_of_one_journal()) {
        return Some(Away::Merged { journal: moved.journal, merge: moved.merge });
    }
    let opened = dossier.status != DossierStatus::Unopened && dossier.merged_into.is_none();
    route.addressed.as_ref().filter(|ins| opened && !dossier.names.contains(ins)).cloned().map(Away::Unnamed)
}

/// The dossier to which something that the act names went.
fn gone(dossier: &Dossier, own: u32, act: &Act, route: &Route) -> Option<u32> {
    if dossier.departed.is_empty() {
        return None;
    }
    if let Act::ReadHistoryEntry(act) = act {
        return dossier.entry_gone_to(act.seq).filter(|_| act.journal == own);
    }
    let mut found = None;
    act.clone().renumber(&mut |journal, item| {
        if journal.unwrap_or(route.numbers) == own {
            found = found.or_else(|| dossier.gone_to(own, item));
        }
        item
    });
    found
}

/// The act with the numbers of the dossier that answers.
pub fn renumbered<'a>(dossier: &Dossier, own: u32, act: &'a Act, route: &Route) -> Cow<'a, Act> {
    if dossier.spans.is_empty() && route.numbers == own && !act.names_journals() {
        return Cow::Borrowed(act);
    }
    let mut act = act.clone();
    act.renumber(&mut |journal, item| dossier.here(own, journal.unwrap_or(route.numbers), item).unwrap_or(0));
    Cow::Owned(act)
}

/// The name under which the dossier was addressed; of one that was asked for by an id and is a guest here, its own.
pub fn addressed<'a>(dossier: &'a Dossier, route: &'a Route) -> Option<&'a Ins> {
    let guest = || dossier.guest(route.from).and_then(|guest| guest.state.primary_name());
    route.addressed.as_ref().or_else(guest)
}

impl Store {
    /// Performs an act wherever the dossier is answered for.
    pub(crate) async fn walk(
        self: &Arc<Self>,
        mut act: Act,
        mut ask: Ask,
        mut route: Route,
    ) -> Result<Performed, StoreError> {
        let mut at = route.from;
        for _ in 0..MOST_HOPS {
            let (back, why) = match self.enqueue(at, act, ask, route.clone()).await? {
                Replied::Performed(performed) => return Ok(*performed),
                Replied::Elsewhere(elsewhere) => {
                    let (act, ask, why) = *elsewhere;
                    ((act, ask), why)
                }
            };
            (act, ask) = back;
            match why {
                Away::Merged { journal, merge } => (at, route.hop) = (journal, Some(merge)),
                Away::Gone(journal) => {
                    (at, route.from, route.hop) = (journal, journal, None);
                }
                // What is in memory may be older than a merge: looked at afresh before anything is taken up.
                Away::NotHere | Away::Unnamed(_) if !route.fresh => {
                    self.cache.forget(at);
                    self.cache.forget(route.from);
                    (at, route.hop, route.fresh) = (route.from, None, true);
                }
                Away::NotHere => {
                    Box::pin(self.settle_merge(route.from)).await?;
                    (at, route.hop) = (route.from, None);
                }
                Away::Unnamed(ins) => {
                    Box::pin(self.settle_name(route.from, ins)).await?;
                    (at, route.hop) = (route.from, None);
                }
            }
        }
        Err(StoreError::Busy)
    }

    /// Performs an act on one journal, whoever answers for its dossier.
    pub(crate) async fn alone(
        self: &Arc<Self>,
        journal: u32,
        act: Act,
        ask: Ask,
        addressed: Option<Ins>,
    ) -> Result<Performed, StoreError> {
        let route = Route { alone: true, ..Route::to(journal, addressed) };
        match self.enqueue(journal, act, ask, route).await? {
            Replied::Performed(performed) => Ok(*performed),
            Replied::Elsewhere(_) => Err(StoreError::Busy),
        }
    }

    async fn enqueue(self: &Arc<Self>, journal: u32, act: Act, ask: Ask, route: Route) -> Result<Replied, StoreError> {
        let (reply, answer) = oneshot::channel();
        let since = self.engine.commits().ended;
        if self.turns.join(journal, Waiting { act, ask, route, reply, since }) {
            // The lead outlives the caller: who goes away must not leave the others waiting.
            tokio::spawn(lead(Arc::clone(self), journal));
        }
        answer.await.unwrap_or(Err(StoreError::NotKnown))
    }
}
