//! The import itself: many dossiers at once, a mark of how far it came, a bar.

mod lines;
mod mark;
mod person;

use std::collections::HashMap;
use std::fmt;
use std::io::IsTerminal;
use std::path::Path;
use std::sync::Arc;

use dmp_core::act::{Act, Answer, OpenDossier, OpeningProof, RegisterInsured};
use dmp_core::code::Instant;
use dmp_core::dossier::{Holder, IdentityCorrected, Rule};
use dmp_core::identity::{Ins, Requester};
use dmp_store::{Ask, Name, Store, Target};
use tokio::task::JoinSet;

use self::lines::{Lines, Whole};
use self::mark::Mark;
use crate::command::operator;
use crate::failure::Failure;
use crate::world::Stopwatch;

/// Dossiers that are being opened at once: enough to fill the commits.
const AT_ONCE: usize = 512;

/// What an import came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Dossiers opened.
    pub opened: u64,
    /// Dossiers that were open already.
    pub already: u64,
    /// Lines that were passed over because an earlier run had done them.
    pub resumed: u64,
    /// Lines that could not be used.
    pub bad: u64,
    seconds: f64,
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = self.opened + self.already;
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let rate = done as f64 / self.seconds.max(0.001);
        write!(
            formatter,
            "{} opened, {} open already, {} done by an earlier run, {} bad lines; {:.0} a second",
            self.opened, self.already, self.resumed, self.bad, rate
        )
    }
}

/// What becomes of each person of a file.
#[derive(Debug, Clone, Copy)]
pub enum How {
    /// His dossier opens now: by the operator, or because he was informed on that day and six weeks have passed.
    Open {
        /// The day.
        informed_on: Option<Instant>,
    },
    /// He is registered and informed: it opens six weeks later.
    Inform,
}

impl How {
    fn act(self, ins: Ins, holder: Holder) -> Act {
        match self {
            Self::Open { informed_on } => {
                Act::OpenDossier(Box::new(OpenDossier { ins, holder, informed_on, proof: OpeningProof::None }))
            }
            Self::Inform => Act::RegisterInsured(Box::new(RegisterInsured { ins, holder })),
        }
    }

    /// What was done in another way is not done in this one.
    fn name(self) -> String {
        match self {
            Self::Open { informed_on: None } => "open".into(),
            Self::Open { informed_on: Some(day) } => format!("informed-on {}", day.rfc3339()),
            Self::Inform => "inform".into(),
        }
    }
}

/// Imports a file.
///
/// # Errors
/// [`Failure`] when the file cannot be read, or the store gives no answer.
pub async fn run(store: &Arc<Store>, file: &Path, how: How) -> Result<Outcome, Failure> {
    let failed = |error: std::io::Error| Failure::of(&file.display().to_string(), error);
    let watch = Stopwatch::start();
    let whole = Whole::of(file).map_err(failed)?;
    let mut lines = Lines::of(file).map_err(failed)?;
    let mut mark = Mark::load(store, whole, &how.name()).await?;
    let bar = bar(whole.lines);
    let mut outcome = Outcome { resumed: mark.done(), ..Outcome::default() };
    let (requester, today) = (operator(), store.now().paris_day());
    let (mut running, mut busy) = (Running::new(), Busy::new());
    let mut number = 0;
    while let Some(line) = lines.next().map_err(failed)? {
        number += 1;
        if mark.is_done(number) {
            continue;
        }
        if line.as_ref().is_ok_and(|line| line.trim().is_empty()) {
            mark.finish(number);
            continue;
        }
        match line.and_then(|line| person::read(&line, today)) {
            Err(fault) => bad(&bar, &mut outcome, &mut mark, number, &fault),
            Ok((names, holder)) => {
                // Lines that share a number come one after the other, as they stand.
                while names.iter().any(|name| busy.contains_key(name)) {
                    settle(&mut running, &mut busy, &bar, &mut outcome, &mut mark).await?;
                }
                busy.extend(names.iter().map(|name| (name.clone(), number)));
                let opening = Opening { store: Arc::clone(store), requester: Arc::clone(&requester), how };
                running.spawn(async move { (number, opening.open(names, holder).await) });
            }
        }
        while running.len() >= AT_ONCE {
            settle(&mut running, &mut busy, &bar, &mut outcome, &mut mark).await?;
        }
        mark.save(store, false).await?;
    }
    while !running.is_empty() {
        settle(&mut running, &mut busy, &bar, &mut outcome, &mut mark).await?;
    }
    mark.save(store, true).await?;
    bar.finish_and_clear();
    outcome.seconds = watch.seconds();
    Ok(outcome)
}

fn bar(total: u64) -> indicatif::ProgressBar {
    let bar = if std::io::stderr().is_terminal() {
        indicatif::ProgressBar::new(total)
    } else {
        indicatif::ProgressBar::hidden()
    };
    if let Ok(style) = indicatif::ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len}  {per_sec}  {eta}") {
        bar.set_style(style);
    }
    bar
}

fn bad(bar: &indicatif::ProgressBar, outcome: &mut Outcome, mark: &mut Mark, number: u64, fault: &str) {
    outcome.bad += 1;
    mark.bad(number);
    bar.suspend(|| eprintln!("line {number}: {fault}"));
}

/// Lines on their way: the number of each, and whether something was new.
type Running = JoinSet<(u64, Result<bool, Failure>)>;

/// The numbers of the lines on their way, and which line each is of.
type Busy = HashMap<Ins, u64>;

/// How one person's dossier is opened.
struct Opening {
    store: Arc<Store>,
    requester: Arc<Requester>,
    how: How,
}

impl Opening {
    /// Opens a dossier under the first of these names, and adds the others; whether anything was new.
    async fn open(self, names: Vec<Ins>, holder: Holder) -> Result<bool, Failure> {
        let mut names = names.into_iter();
        let Some(ins) = names.next() else { return Err(Failure("identifier: an INS must be given".into())) };
        let others: Vec<Ins> = names.collect();
        // Before anything is done: of a bad line nothing is.
        nobody_else_has(&self.store, &ins, &others).await?;
        let act = self.how.act(ins.clone(), holder.clone());
        let ask = Ask::of(Arc::clone(&self.requester));
        let performed = self.store.perform(Target::Dossier(ins.clone()), act, ask).await?;
        match performed.answer {
            Answer::Refused(Rule::Regime) => {
                return Err(Failure("extension urn:dmp:regime: not in the table of regimes".into()));
            }
            Answer::Refused(rule) => return Err(Failure(format!("refused: {}", rule.code()))),
            _ => {}
        }
        let differs = performed.permit.registered().and_then(|known| person::difference(known, &holder));
        if let Some(element) = differs {
            let why = "the dossier under this INS has another: correct the line, or the dossier (one that is merged: once it is none)";
            return Err(Failure::of(element, why));
        }
        let added = name(&self.store, &self.requester, &ins, others).await?;
        Ok(performed.rule != Rule::AlreadyDone || added)
    }
}

/// What is said where a further name is another dossier's.
const TAKEN: &str = "identifier: another dossier has the second one: merge the two";

/// The journal that answers under a name.
async fn answering(store: &Arc<Store>, ins: &Ins) -> Result<Option<u32>, Failure> {
    match store.find_journal(&Name::Ins(ins)).await? {
        Some(journal) => Ok(Some(store.answering(journal).await?)),
        None => Ok(None),
    }
}

/// Refuses further names that lead to another dossier than the first.
async fn nobody_else_has(store: &Arc<Store>, ins: &Ins, others: &[Ins]) -> Result<(), Failure> {
    let own = answering(store, ins).await?;
    for other in others {
        let there = answering(store, other).await?;
        if there.is_some() && there != own {
            return Err(Failure(TAKEN.into()));
        }
    }
    Ok(())
}

/// Adds the other names; whether one was new.
async fn name(store: &Arc<Store>, requester: &Arc<Requester>, ins: &Ins, others: Vec<Ins>) -> Result<bool, Failure> {
    let mut new = false;
    for other in others {
        let performed =
            store.add_name(ins.clone(), other, &IdentityCorrected::default(), Ask::of(Arc::clone(requester))).await?;
        match performed.answer {
            Answer::Refused(Rule::NameTaken) => {
                return Err(Failure(TAKEN.into()));
            }
            Answer::Refused(rule) => return Err(Failure(format!("refused: {}", rule.code()))),
            _ => new |= performed.rule != Rule::AlreadyDone,
        }
    }
    Ok(new)
}

async fn settle(
    running: &mut Running,
    busy: &mut Busy,
    bar: &indicatif::ProgressBar,
    outcome: &mut Outcome,
    mark: &mut Mark,
) -> Result<(), Failure> {
    let Some(joined) = running.join_next().await else { return Ok(()) };
    let (number, result) = joined.map_err(|error| Failure::of("an import task", error))?;
    bar.inc(1);
    busy.retain(|_, line| *line != number);
    match result {
        Ok(true) => outcome.opened += 1,
        Ok(false) => outcome.already += 1,
        Err(failure) => {
            bad(bar, outcome, mark, number, &failure.0);
            return Ok(());
        }
    }
    mark.finish(number);
    Ok(())
}
