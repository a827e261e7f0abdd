//! The writer thread: takes all that waits, runs it in one transaction, commits once, then answers everybody.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::{BUSY, Settings, open_writer};
use crate::engine::EngineError;

/// Jobs in one transaction, and bytes in one: what bounds the time until the first of them is answered.
const MOST_JOBS: usize = 1_024;
const MOST_BYTES: usize = 16 << 20;
/// The write-ahead log is brought into the file when about so much has been written to it.
const CHECKPOINT_BYTES: usize = 32 << 20;

/// Whether a job's answer waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Answered when it is durable. Runs before what is lazy.
    Durable,
    /// Answered when it is committed; durable with the next durable commit, in order.
    Lazy,
}

/// Why a job has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It was rolled back, or never run.
    NotTried,
    /// The commit itself failed.
    Unknown,
}

impl From<Lost> for EngineError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::NotTried => Self::Unavailable("the transaction was not carried out".to_owned()),
            Lost::Unknown => Self::Unknown("the commit failed".to_owned()),
        }
    }
}

/// Tells the caller, with whether the commit went well.
type Deliver = Box<dyn FnOnce(bool) + Send>;
/// Works inside the transaction.
type Work = Box<dyn FnOnce(&Connection) -> rusqlite::Result<Deliver> + Send>;

/// What stands before each durable commit.
pub(crate) type Before = Box<dyn Fn() -> std::io::Result<()> + Send>;

struct Job {
    urgency: Urgency,
    bytes: usize,
    work: Work,
}

/// What the writer counts.
#[derive(Debug, Default)]
pub(crate) struct Commits {
    /// Durable commits that have begun.
    pub begun: AtomicU64,
    /// Durable commits.
    pub durable: AtomicU64,
    /// Jobs that were in them.
    pub jobs: AtomicU64,
}

/// The writer of one file.
pub(crate) struct Writer {
    jobs: Option<Sender<Job>>,
    nudge: Option<Sender<Nudge>>,
    threads: Vec<JoinHandle<()>>,
    pub(crate) commits: Arc<Commits>,
}

impl fmt::Debug for Writer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Writer").field("commits", &self.commits).finish_non_exhaustive()
    }
}

impl Writer {
    /// Opens the file and starts its writer and its checkpointer.
    pub(crate) fn start(path: &Path, settings: &Settings) -> Result<Self, EngineError> {
        Self::start_after(path, settings, Box::new(|| Ok(())))
    }

    /// The same, where `before` makes durable what the rows lead to: no durable commit begins before it has.
    pub(crate) fn start_after(path: &Path, settings: &Settings, before: Before) -> Result<Self, EngineError> {
        let failed = |error: &dyn fmt::Display| EngineError::Unavailable(error.to_string());
        let connection = open_writer(path, settings).map_err(|error| failed(&error))?;
        let beside = open_writer(path, settings).map_err(|error| failed(&error))?;
        let (jobs, waiting) = channel();
        let (nudge, nudges) = channel();
        let gate = Arc::new(Mutex::new(()));
        let commits = Arc::new(Commits::default());
        let turns = Turns {
            connection,
            before,
            set_to: Urgency::Durable,
            gate: Arc::clone(&gate),
            commits: Arc::clone(&commits),
            nudge: nudge.clone(),
            written: 0,
            page: settings.page_size as usize,
        };
        let spawn =
            |name: &str, body: Box<dyn FnOnce() + Send>| std::thread::Builder::new().name(name.to_owned()).spawn(body);
        let writer = spawn("sqlite-writer", Box::new(move || turns.run(&waiting))).map_err(|error| failed(&error))?;
        let checkpointer = spawn("sqlite-checkpoint", Box::new(move || checkpoint(&beside, &gate, &nudges)));
        let checkpointer = checkpointer.map_err(|error| failed(&error))?;
        Ok(Self { jobs: Some(jobs), nudge: Some(nudge), threads: vec![writer, checkpointer], commits })
    }

    /// One that writes nothing: every job hears that it was not tried.
    pub(crate) fn none() -> Self {
        Self { jobs: None, nudge: None, threads: Vec::new(), commits: Arc::default() }
    }

    /// Runs `work` in the next transaction; `bytes` is about what it writes. The job is queued before this returns, and
    /// dropping the answer does not take it back.
    pub(crate) fn run<T, W>(
        &self,
        urgency: Urgency,
        bytes: usize,
        work: W,
    ) -> impl Future<Output = Result<T, Lost>> + Send + 'static + use<T, W>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let work: Work = Box::new(move |connection| {
            let value = work(connection)?;
            Ok(Box::new(move |committed| {
                // Nobody waits any more: the work is done all the same.
                let _ = answer.send(if committed { Ok(value) } else { Err(Lost::Unknown) });
            }))
        });
        if let Some(jobs) = &self.jobs {
            // A writer that is gone drops the job, and the caller hears that it was not tried.
            let _ = jobs.send(Job { urgency, bytes, work });
        }
        async move { answered.await.unwrap_or(Err(Lost::NotTried)) }
    }

    /// Has the log brought into the file and cut to nothing soon, so that what was deleted does not live on there.
    pub(crate) fn empty_log(&self) {
        // A checkpointer that is busy empties the log after what it is at.
        if let Some(nudge) = &self.nudge {
            let _ = nudge.send(Nudge::Empty);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        self.nudge = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing more to say here.
            let _ = thread.join();
        }
    }
}

struct Turns {
    connection: Connection,
    before: Before,
    /// What the connection syncs for: it opens with `synchronous=FULL`.
    set_to: Urgency,
    gate: Arc<Mutex<()>>,
    commits: Arc<Commits>,
    nudge: Sender<Nudge>,
    written: usize,
    page: usize,
}

impl Turns {
    fn run(mut self, waiting: &Receiver<Job>) {
        while let Ok(first) = waiting.recv() {
            let mut bytes = first.bytes;
            let mut jobs = vec![first];
            while jobs.len() < MOST_JOBS && bytes < MOST_BYTES {
                let Ok(job) = waiting.try_recv() else { break };
                bytes += job.bytes;
                jobs.push(job);
            }
            self.written += bytes + jobs.len() * self.page;
            let (durable, lazy): (Vec<Job>, Vec<Job>) =
                jobs.into_iter().partition(|job| job.urgency == Urgency::Durable);
            self.turn(durable, Urgency::Durable);
            self.turn(lazy, Urgency::Lazy);
            if self.written > CHECKPOINT_BYTES {
                self.written = 0;
                // Without a checkpointer the log grows, and nothing is lost.
                let _ = self.nudge.send(Nudge::Checkpoint);
            }
        }
    }

    /// One transaction. What fails before the commit is rolled back, and its callers hear so when their job is dropped.
    fn turn(&mut self, jobs: Vec<Job>, urgency: Urgency) {
        if jobs.is_empty() {
            return;
        }
        let count = jobs.len() as u64;
        if urgency == Urgency::Durable {
            // One that fails has begun all the same, and is the next one again.
            self.commits.begun.store(self.commits.durable.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        }
        let gate = Arc::clone(&self.gate);
        let held = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok((answers, committed)) = self.transact(jobs, urgency) else { return };
        drop(held);
        if committed && urgency == Urgency::Durable {
            self.commits.durable.fetch_add(1, Ordering::Relaxed);
            self.commits.jobs.fetch_add(count, Ordering::Relaxed);
        }
        for answer in answers {
            answer(committed);
        }
    }

    fn transact(&mut self, jobs: Vec<Job>, urgency: Urgency) -> rusqlite::Result<(Vec<Deliver>, bool)> {
        if self.set_to != urgency {
            let synchronous =
                if urgency == Urgency::Durable { "PRAGMA synchronous=FULL" } else { "PRAGMA synchronous=NORMAL" };
            self.connection.prepare_cached(synchronous)?.execute([])?;
            self.set_to = urgency;
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut answers = Vec::with_capacity(jobs.len());
        for job in jobs {
            answers.push((job.work)(&transaction)?);
        }
        if urgency == Urgency::Durable {
            (self.before)().map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        }
        let committed = transaction.commit().is_ok();
        if !committed && !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        Ok((answers, committed))
    }
}

/// What the checkpointer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nudge {
    /// The log is long: let it start anew.
    Checkpoint,
    /// Something was deleted that must not live on in the log: cut it.
    Empty,
}

/// Brings the log into the file: the bulk beside the writer, the rest while it holds still, so that the log starts anew.
fn checkpoint(connection: &Connection, gate: &Mutex<()>, nudges: &Receiver<Nudge>) {
    // A checkpoint that a reader or another process stands in the way of is made at the next nudge.
    let run = |sql: &str| connection.query_row(sql, [], |_| Ok(()));
    let _ = connection.busy_timeout(BUSY / 100);
    while let Ok(nudge) = nudges.recv() {
        let empty = nudges.try_iter().chain([nudge]).any(|nudge| nudge == Nudge::Empty);
        let _ = run("PRAGMA wal_checkpoint(PASSIVE)");
        let _held = gate.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = run(if empty { "PRAGMA wal_checkpoint(TRUNCATE)" } else { "PRAGMA wal_checkpoint(RESTART)" });
    }
}
