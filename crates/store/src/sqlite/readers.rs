//! A few threads that read, each with a connection of its own. One that is awake takes all that waits, one thing after another:
//! under load nobody is woken for a single row.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::{Settings, open_looking, open_reader};
use crate::engine::EngineError;

/// Connections that read at the same time.
const READERS: usize = 4;

/// Reads and tells the caller; false when the connection is not to be used again. Without a connection it tells why.
type Job = Box<dyn FnOnce(Result<&Connection, &rusqlite::Error>) -> bool + Send>;

/// The readers of one file.
#[derive(Debug)]
pub(crate) struct Readers {
    pool: Arc<Pool>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

struct Pool {
    path: PathBuf,
    settings: Settings,
    open: fn(&Path, &Settings) -> rusqlite::Result<Connection>,
    queue: Mutex<Queue>,
    news: Condvar,
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pool").field("path", &self.path).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    idle: usize,
    closed: bool,
}

impl Readers {
    pub(crate) fn new(path: &Path, settings: Settings) -> Self {
        Self::opening(path, settings, open_reader)
    }

    /// Those that make and change nothing beside the file either.
    pub(crate) fn looking(path: &Path, settings: Settings) -> Self {
        Self::opening(path, settings, open_looking)
    }

    fn opening(path: &Path, settings: Settings, open: fn(&Path, &Settings) -> rusqlite::Result<Connection>) -> Self {
        let (queue, news) = (Mutex::default(), Condvar::new());
        Self { pool: Arc::new(Pool { path: path.to_owned(), settings, open, queue, news }), threads: Mutex::default() }
    }

    /// Runs `work` on a connection, away from the runtime's own threads. It is queued before this returns.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> impl Future<Output = Result<T, EngineError>> + Send + 'static {
        let (answer, answered) = oneshot::channel();
        let started = self.queue(Box::new(move |connection| {
            if answer.is_closed() {
                return true;
            }
            let done = match connection {
                Ok(connection) => work(connection).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            let whole = done.is_ok();
            // Nobody waits any more: nothing was changed either.
            let _ = answer.send(done.map_err(EngineError::Unavailable));
            whole
        }));
        async move {
            started.map_err(|error| EngineError::Unavailable(error.to_string()))?;
            let closed = |_| EngineError::Unavailable("the readers are closed".to_owned());
            answered.await.map_err(closed)?
        }
    }

    fn queue(&self, job: Job) -> std::io::Result<()> {
        let mut queue = self.pool.lock();
        queue.jobs.push_back(job);
        let (idle, waiting) = (queue.idle, queue.jobs.len());
        drop(queue);
        if idle == 0 {
            return self.start();
        }
        if waiting == 1 {
            self.pool.news.notify_one();
        }
        Ok(())
    }

    /// Starts another thread, unless all are there.
    fn start(&self) -> std::io::Result<()> {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if threads.len() < READERS {
            let pool = Arc::clone(&self.pool);
            let spawned = std::thread::Builder::new().name("sqlite-reader".to_owned()).spawn(move || pool.read());
            match spawned {
                Ok(thread) => threads.push(thread),
                // One that is there will come to it.
                Err(_) if !threads.is_empty() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.pool.lock().closed = true;
        self.pool.news.notify_all();
        let threads = self.threads.get_mut().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            // A thread that panicked has nothing more to say here.
            let _ = thread.join();
        }
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The life of a thread: its connection is opened for its first job, and anew after one that failed.
    fn read(&self) {
        let mut open: Option<Connection> = None;
        while let Some(job) = self.next() {
            let connection = match open.take() {
                Some(connection) => Ok(connection),
                None => (self.open)(&self.path, &self.settings),
            };
            // What panics is told to its caller when its job is dropped, and costs a connection, not a thread.
            let whole = catch_unwind(AssertUnwindSafe(|| job(connection.as_ref()))).unwrap_or(false);
            open = connection.ok().filter(|_| whole);
        }
    }

    /// The next job, waited for; none when the readers are closed and nothing is left.
    fn next(&self) -> Option<Job> {
        let mut queue = self.lock();
        loop {
            if let Some(job) = queue.jobs.pop_front() {
                if !queue.jobs.is_empty() && queue.idle > 0 {
                    self.news.notify_one();
                }
                return Some(job);
            }
            if queue.closed {
                return None;
            }
            queue.idle += 1;
            queue = self.news.wait(queue).unwrap_or_else(PoisonError::into_inner);
            queue.idle -= 1;
        }
    }
}
