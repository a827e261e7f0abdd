//! A few read connections, used on the runtime's blocking threads.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{Settings, open_reader};
use crate::engine::EngineError;

/// Connections that read at the same time.
const READERS: usize = 4;

/// The readers of one file.
#[derive(Debug, Clone)]
pub(crate) struct Readers(Arc<Pool>);

#[derive(Debug)]
struct Pool {
    path: PathBuf,
    settings: Settings,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
}

impl Readers {
    pub(crate) fn new(path: &Path, settings: Settings) -> Self {
        let (path, idle, permits) = (path.to_owned(), Mutex::new(Vec::new()), Semaphore::new(READERS));
        Self(Arc::new(Pool { path, settings, idle, permits }))
    }

    /// Runs `work` on a connection, away from the runtime's own threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, EngineError> {
        let closed = |_| EngineError::Unavailable("the readers are closed".to_owned());
        let _permit = self.0.permits.acquire().await.map_err(closed)?;
        let pool = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            let idle = pool.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let connection = idle.map_or_else(|| open_reader(&pool.path, &pool.settings), Ok)?;
            let value = work(&connection)?;
            pool.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            Ok(value)
        });
        let done = done.await.map_err(|error| EngineError::Unavailable(error.to_string()))?;
        done.map_err(|error: rusqlite::Error| EngineError::Unavailable(error.to_string()))
    }
}
