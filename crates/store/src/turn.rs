//! Acts on one journal are taken in turn: the first to arrive leads, decides what waits on the state left by the one before,
//! and appends all of it on condition that the head has not moved. Nothing is decided on a state that is not durable.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use dmp_core::access::Policy;
use dmp_core::act::{Act, Answer, Caller, Context, Decision, decide, journal_entry};
use dmp_core::code::Instant;
use dmp_core::dossier::{AccessMode, Change, Dossier, JournalEntry, Question, Rule};
use dmp_core::identity::Requester;
use tokio::sync::oneshot;

use crate::append::append;
use crate::ask::Ask;
use crate::door::{Performed, Permit, Store};
use crate::engine::{Group, Head};
use crate::error::StoreError;
use crate::held::Held;
use crate::projector::is_quiet;
use crate::reference::Places;
use crate::route::{Replied, Route, addressed, away, renumbered};
use crate::suspended::{Suspensions, is_suspended};

/// At most this many acts in one append.
const MOST_ACTS: usize = 64;
/// At most this many bytes of rows in one append, as far as they are known before the last act is taken.
const MOST_BYTES: usize = 1 << 20;
/// How often a batch is decided again when the head moved, before the answer is 503.
const MOST_RETRIES: usize = 5;
/// How old a stage may be at the append, in milliseconds: 24 hours; the sweeper looks at those of 48.
const OLDEST_STAGE: i64 = 24 * 3_600_000;
/// How far the clock may be behind the journal, in milliseconds.
const CLOCK_SLACK: i64 = 5_000;

/// An act that waits for its turn.
pub struct Waiting {
    pub act: Act,
    pub ask: Ask,
    pub route: Route,
    pub reply: oneshot::Sender<Result<Replied, StoreError>>,
    /// How many commits of the engine had ended when it came.
    pub since: u64,
}

/// Whoever leads. Should he fall, the next act finds nobody leading, and leads.
struct Lead {
    store: Arc<Store>,
    journal: u32,
    left: bool,
}

impl Drop for Lead {
    fn drop(&mut self) {
        if !self.left {
            self.store.turns.abandon(self.journal);
        }
    }
}

/// Leads the turn of a journal until nothing waits.
pub async fn lead(store: Arc<Store>, journal: u32) {
    let mut lead = Lead { store: Arc::clone(&store), journal, left: false };
    let mut held: Option<Held> = store.cache.take(journal);
    loop {
        let batch = store.turns.next_batch(journal, MOST_ACTS);
        if batch.is_empty() {
            if let Some(held) = held.take() {
                store.keep(held);
            }
            if store.turns.leave(journal) {
                lead.left = true;
                return;
            }
            held = store.cache.take(journal);
            continue;
        }
        held = run(&store, journal, held, batch).await.filter(|_| !store.is_destroyed(journal));
    }
}

/// Runs one batch to its end; gives back the state, unless it can no longer be trusted.
async fn run(store: &Store, journal: u32, mut held: Option<Held>, batch: VecDeque<Waiting>) -> Option<Held> {
    let mut batch = batch;
    let mut retries = 0;
    while retries < MOST_RETRIES {
        retries += 1;
        if store.is_destroyed(journal) {
            // It was there when they asked. The next time it is not.
            fail(batch, &StoreError::Busy);
            return None;
        }
        refuse_old_stages(store, &mut batch);
        if batch.iter().any(|waiting| waiting.route.fresh) {
            held = None;
        }
        let state = match held.take() {
            Some(state) => Ok(state),
            None => store.load(journal).await,
        };
        if let Ok(state) = &state {
            send_elsewhere(state, &mut batch);
        }
        if batch.is_empty() {
            return state.ok();
        }
        let attempt = match (state, suspensions(store, &batch).await) {
            (Ok(state), Ok((suspended, watched))) => decide_batch(store, state, &batch, &suspended)
                .and_then(|(mut state, decided)| Ok((group(store, &mut state, &decided, watched)?, state, decided)))
                .map(|(group, state, decided)| (suspended, group, state, decided)),
            (Err(error), _) | (_, Err(error)) => Err(error),
        };
        let (suspended, group, state, decided) = match attempt {
            Ok(attempt) => attempt,
            Err(error) => {
                fail(batch, &error);
                return None;
            }
        };
        let left = batch.split_off(decided.len().min(batch.len()));
        note_waits(store, &batch);
        match append(store, group, &suspended).await {
            Ok(true) => {
                answer(store, &state, batch, decided);
                if left.is_empty() {
                    return Some(state);
                }
                // What did not fit into this append goes first into the next.
                batch = left;
                held = Some(state);
                retries = 0;
            }
            Ok(false) => batch.extend(left),
            Err(error) => {
                batch.extend(left);
                fail(batch, &error);
                return None;
            }
        }
    }
    fail(batch, &StoreError::Busy);
    None
}

/// What this journal does not answer itself goes back to its caller, who asks elsewhere.
fn send_elsewhere(state: &Held, batch: &mut VecDeque<Waiting>) {
    let dossier = &state.dossier;
    // Nearly every dossier is one that nothing was ever merged with, addressed by the name that it has.
    let plain = dossier.merged_into.is_none() && dossier.departed.is_empty();
    let stays = |waiting: &Waiting| {
        plain
            && waiting.route.hop.is_none()
            && waiting.route.addressed.as_ref().is_none_or(|ins| dossier.names.contains(ins))
    };
    if batch.iter().all(stays) {
        return;
    }
    for waiting in std::mem::take(batch) {
        match away(dossier, state.journal, &waiting.act, &waiting.route) {
            None => batch.push_back(waiting),
            Some(why) => {
                let Waiting { act, ask, reply, .. } = waiting;
                drop(reply.send(Ok(Replied::Elsewhere(Box::new((act, ask, why))))));
            }
        }
    }
}

/// What was staged too long ago may be gone before the append: its act is not decided.
fn refuse_old_stages(store: &Store, batch: &mut VecDeque<Waiting>) {
    if batch.iter().all(|one| one.ask.staged_at.is_none()) {
        return;
    }
    let oldest = store.clock.now().plus_millis(-OLDEST_STAGE);
    let (old, fresh) =
        std::mem::take(batch).into_iter().partition(|one| one.ask.staged_at.is_some_and(|staged| staged < oldest));
    *batch = fresh;
    fail(old, &StoreError::StageTooOld);
}

/// Counts at the ends of how many commits these acts were waiting, and how many of them are in the very next one.
fn note_waits(store: &Store, batch: &VecDeque<Waiting>) {
    let begun = store.engine.commits().begun;
    let waits = batch.iter().map(|one| begun.saturating_sub(one.since));
    store.counters.waited(waits.clone().sum(), waits.filter(|ends| *ends > 0).count() as u64);
}

/// Who is suspended as last seen, and the head to watch, where a professional or a structure is among those who ask.
async fn suspensions(store: &Store, batch: &VecDeque<Waiting>) -> Result<(Suspensions, Option<Head>), StoreError> {
    let bound = |one: &Waiting| matches!(&*one.ask.requester, Requester::Professional(_) | Requester::Organisation(_));
    if batch.iter().any(bound) { store.known_suspensions().await } else { Ok(Default::default()) }
}

/// How the caller stands beyond this dossier.
fn caller(
    store: &Store,
    policy: &Policy,
    suspended: &Suspensions,
    waiting: &Waiting,
    journal: u32,
    now: Instant,
) -> Caller {
    let requester = &waiting.ask.requester;
    let spent =
        waiting.route.nowhere.is_none() && store.budgets.is_spent(&policy.settings.allowances, requester, journal, now);
    Caller { suspended: is_suspended(suspended, requester), budget_spent: spent }
}

/// Who asks, as what, of this dossier.
fn context<'a>(
    dossier: &'a Dossier,
    policy: &'a Policy,
    waiting: &'a Waiting,
    caller: Caller,
    now: Instant,
) -> Context<'a> {
    Context {
        now,
        requester: &waiting.ask.requester,
        on_behalf: waiting.ask.on_behalf.as_ref(),
        joint: &waiting.ask.joint,
        mode: waiting.ask.mode,
        motive: waiting.ask.motive.as_deref(),
        policy,
        correlation: waiting.ask.correlation.as_deref(),
        caller,
        addressed: addressed(dossier, &waiting.route),
    }
}

/// What was decided of one act, and the row that says so.
struct Decided {
    decision: Decision,
    row: Bytes,
    after: Option<Arc<Dossier>>,
    /// Whether the projectors derive nothing from it.
    quiet: bool,
    /// Where things were numbered when it was decided.
    places: Places,
}

/// Decides each act on the state left by the one before, and seals its entry.
fn decide_batch(
    store: &Store,
    mut held: Held,
    batch: &VecDeque<Waiting>,
    suspended: &Suspensions,
) -> Result<(Held, Vec<Decided>), StoreError> {
    let policy = store.policy();
    let mut decided = Vec::with_capacity(batch.len());
    let mut bytes = 0;
    for waiting in batch {
        if bytes > MOST_BYTES {
            break;
        }
        let now = hour(store, &held.dossier)?;
        let caller = caller(store, &policy, suspended, waiting, held.journal, now);
        let context = self::context(&held.dossier, &policy, waiting, caller, now);
        let act = renumbered(&held.dossier, held.journal, &waiting.act, &waiting.route);
        let nowhere = waiting.route.nowhere.as_deref();
        let act = if nowhere.is_none() { act.on(&held.dossier, &context) } else { Cow::Borrowed(&*act) };
        let code = act.code();
        let mut decision = decide_one(&held.dossier, &act, nowhere, &context);
        if decision.discloses(code) {
            store.budgets.note(&waiting.ask.requester, held.journal, now);
        }
        let entry: JournalEntry = journal_entry(&held.dossier, code, &context, &decision);
        let places = Places::of(held.journal, &held.dossier);
        let row = held.push(&entry, &*store.chance)?;
        bytes += row.len();
        if matches!(decision.answer, Answer::Changed(_)) {
            let context = self::context(&held.dossier, &policy, waiting, caller, now);
            decision.answer = decision.answer.shown(&held.dossier, &context);
            // What a change is answered with is disclosed (decisions 32).
            if matches!(decision.answer, Answer::Document(_)) {
                store.budgets.note(&waiting.ask.requester, held.journal, now);
            }
        }
        // Only an answer that is read from the journal itself needs the state: sharing it costs a copy at the next act.
        let after = matches!(decision.answer, Answer::History(_)).then(|| Arc::clone(&held.dossier));
        let quiet = is_quiet(&store.names, held.journal, &held.dossier, &entry);
        let other = decision.changes.iter().any(Change::joins_or_parts);
        decided.push(Decided { decision, row, after, quiet, places });
        // Who comes next may be answered elsewhere by now.
        if other {
            break;
        }
    }
    Ok((held, decided))
}

fn decide_one(dossier: &Dossier, act: &Act, nowhere: Option<&str>, context: &Context<'_>) -> Decision {
    let Some(identifier) = nowhere else { return decide(dossier, act, context) };
    // No dossier has this name: the caller is judged as he would be, and then finds nothing; both wait for one commit.
    let judged = decide(&Dossier::empty(), act, context);
    let rule = if judged.outcome.rule.allows() { Rule::UnknownDossier } else { judged.outcome.rule };
    let mut decision = Decision::refused(rule).asking(Question::Dossier(identifier.into()));
    if matches!(judged.answer, Answer::NotFound) {
        decision.answer = Answer::NotFound;
    }
    decision
}

/// The hour of a decision: never before the entry that precedes it, never far behind it.
fn hour(store: &Store, dossier: &Dossier) -> Result<Instant, StoreError> {
    let now = store.clock.now();
    if now < dossier.last_at.plus_millis(-CLOCK_SLACK) {
        store.counters.clock_behind();
        return Err(StoreError::ClockBehind);
    }
    Ok(now.max(dossier.last_at))
}

/// The rows of what was decided, to be appended unless the head moved, or the one that is watched.
fn group(store: &Store, held: &mut Held, decided: &[Decided], watched: Option<Head>) -> Result<Group, StoreError> {
    let count = u32::try_from(decided.len()).map_err(|_| StoreError::Busy)?;
    let rows = decided.iter().map(|one| one.row.clone()).collect();
    let expected_seq = held.dossier.seq - count;
    let (snapshot, quiet) = (held.due_snapshot(&*store.chance)?, decided.iter().all(|one| one.quiet));
    Ok(Group { journal: held.journal, expected_seq, rows, snapshot, watched, quiet })
}

/// Answers leave after the append, never before.
fn answer(store: &Store, held: &Held, batch: VecDeque<Waiting>, decided: Vec<Decided>) {
    // What a reading changes elsewhere (when somebody was last here) is not waited for by anybody.
    let news = |(waiting, one): (&Waiting, &Decided)| {
        !one.decision.changes.is_empty() || waiting.ask.mode != AccessMode::Normal
    };
    if batch.iter().zip(&decided).any(news) {
        store.note_news();
    }
    for (waiting, one) in batch.into_iter().zip(decided) {
        let permit = Permit::of(held, addressed(&held.dossier, &waiting.route), &one.decision, one.after);
        let performed =
            Performed { rule: one.decision.outcome.rule, answer: one.decision.answer, places: one.places, permit };
        // A caller who went away loses his answer, not his entry.
        drop(waiting.reply.send(Ok(Replied::Performed(Box::new(performed)))));
    }
}

fn fail(batch: VecDeque<Waiting>, error: &StoreError) {
    for waiting in batch {
        drop(waiting.reply.send(Err(error.clone())));
    }
}
