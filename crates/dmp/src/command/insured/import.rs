//! The import itself: many dossiers at once, a mark of how far it came, a bar.

use std::collections::BTreeSet;
use std::fmt;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use dmp_core::act::{Act, Answer, OpenDossier, OpeningProof, RegisterInsured};
use dmp_core::code::{Instant, sha256};
use dmp_core::dossier::{Holder, Rule};
use dmp_core::identity::{Ins, Requester};
use dmp_store::{Ask, Store, Target};
use tokio::task::JoinSet;

use crate::command::operator;
use crate::failure::Failure;
use crate::world::Stopwatch;

/// Dossiers that are being opened at once: enough to fill the commits.
const AT_ONCE: usize = 512;
/// How often the mark is written, in lines.
const MARK_EVERY: u64 = 2_000;
/// The longest line, in bytes.
const LONGEST_LINE: usize = 256 * 1024;

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
}

/// Imports a file.
///
/// # Errors
/// [`Failure`] when the file cannot be read, or the store gives no answer.
pub async fn run(store: &Arc<Store>, file: &Path, how: How) -> Result<Outcome, Failure> {
    let name = file.display().to_string();
    let open = || std::fs::File::open(file).map_err(|error| Failure::of(&name, error));
    let watch = Stopwatch::start();
    let total = BufReader::new(open()?).lines().count() as u64;
    let mut mark = Mark::load(store, &open()?, total).await?;
    let bar = bar(total);
    let mut outcome = Outcome { resumed: mark.done, ..Outcome::default() };
    let requester = operator();
    let mut running: JoinSet<(u64, Result<bool, Failure>)> = JoinSet::new();
    for (number, line) in (1_u64..).zip(BufReader::new(open()?).lines()) {
        if number <= outcome.resumed {
            continue;
        }
        let line = line.map_err(|error| Failure::of(&name, error))?;
        if line.trim().is_empty() {
            mark.finish(number);
            continue;
        }
        let read = if line.len() > LONGEST_LINE { Err("the line is too long".to_owned()) } else { read_line(&line) };
        match read {
            Err(fault) => bad(&bar, &mut outcome, &mut mark, number, &fault),
            Ok((names, holder)) => {
                let mut names = names.into_iter();
                let Some(ins) = names.next() else { continue };
                let act = how.act(ins.clone(), holder);
                running.spawn(open_one(Arc::clone(store), Arc::clone(&requester), number, ins, act, names.collect()));
            }
        }
        while running.len() >= AT_ONCE {
            settle(&mut running, &bar, &mut outcome, &mut mark).await?;
        }
        mark.save(store, false).await?;
    }
    while !running.is_empty() {
        settle(&mut running, &bar, &mut outcome, &mut mark).await?;
    }
    mark.save(store, true).await?;
    bar.finish_and_clear();
    outcome.seconds = watch.seconds();
    Ok(outcome)
}

fn read_line(line: &str) -> Result<(Vec<Ins>, Holder), String> {
    let patient = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    dmp_fhir::read_registered(&patient)
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
    mark.finish(number);
    bar.suspend(|| eprintln!("line {number}: {fault}"));
}

async fn open_one(
    store: Arc<Store>,
    requester: Arc<Requester>,
    number: u64,
    ins: Ins,
    act: Act,
    others: Vec<Ins>,
) -> (u64, Result<bool, Failure>) {
    let target = Target::Dossier(ins.clone());
    let performed = store.perform(target, act, Ask::of(Arc::clone(&requester))).await;
    let result = match performed {
        Ok(performed) => match performed.answer {
            Answer::Refused(Rule::Regime) => {
                Err(Failure("extension urn:dmp:regime: not in the table of regimes".into()))
            }
            Answer::Refused(rule) => Err(Failure(format!("refused: {}", rule.code()))),
            _ => Ok(performed.rule != Rule::AlreadyDone),
        },
        Err(error) => Err(error.into()),
    };
    match result {
        Ok(opened) => (number, name(&store, &requester, &ins, others).await.map(|added| opened || added)),
        Err(failure) => (number, Err(failure)),
    }
}

/// Adds the other names; whether one was new.
async fn name(store: &Arc<Store>, requester: &Arc<Requester>, ins: &Ins, others: Vec<Ins>) -> Result<bool, Failure> {
    let mut new = false;
    for other in others {
        let performed = store.add_name(ins.clone(), other, Ask::of(Arc::clone(requester))).await?;
        match performed.answer {
            Answer::Refused(Rule::NameTaken) => {
                return Err(Failure("identifier: another dossier has the second one: merge the two".into()));
            }
            Answer::Refused(rule) => return Err(Failure(format!("refused: {}", rule.code()))),
            _ => new |= performed.rule != Rule::AlreadyDone,
        }
    }
    Ok(new)
}

async fn settle(
    running: &mut JoinSet<(u64, Result<bool, Failure>)>,
    bar: &indicatif::ProgressBar,
    outcome: &mut Outcome,
    mark: &mut Mark,
) -> Result<(), Failure> {
    let Some(joined) = running.join_next().await else { return Ok(()) };
    let (number, result) = joined.map_err(|error| Failure::of("an import task", error))?;
    bar.inc(1);
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

/// How far a file was imported: every line up to here is done. Kept in the engine, under the digest of the file's beginning.
struct Mark {
    key: Bytes,
    done: u64,
    beyond: BTreeSet<u64>,
    saved: u64,
}

impl Mark {
    async fn load(store: &Store, file: &std::fs::File, total: u64) -> Result<Self, Failure> {
        let mut first = String::new();
        BufReader::new(file).read_line(&mut first)?;
        let length = file.metadata()?.len();
        let digest = sha256(format!("{length}\n{total}\n{first}").as_bytes());
        let key = Bytes::from([b"import-".as_slice(), &digest].concat());
        let kept = store.engine().get(key.clone()).await?;
        let done = kept.and_then(|bytes| <[u8; 8]>::try_from(bytes.as_ref()).ok()).map_or(0, u64::from_be_bytes);
        Ok(Self { key, done, beyond: BTreeSet::new(), saved: done })
    }

    fn finish(&mut self, number: u64) {
        self.beyond.insert(number);
        while self.beyond.remove(&(self.done + 1)) {
            self.done += 1;
        }
    }

    async fn save(&mut self, store: &Store, last: bool) -> Result<(), Failure> {
        if self.done >= self.saved + MARK_EVERY || (last && self.done > self.saved) {
            store.engine().put(self.key.clone(), Bytes::copy_from_slice(&self.done.to_be_bytes())).await?;
            self.saved = self.done;
        }
        Ok(())
    }
}
