//! Room in memory for the bodies that are being received: paid for before a body is read, given back when it is done with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// A body of a kibibyte costs this many of them: the text itself, and the documents decoded from it.
const COST: u32 = 7;
const COST_PER: u32 = 4;
/// Bodies up to so many kibibytes do not wait behind larger ones.
const SMALL: u32 = 512;
/// The part of all room that is kept for them.
const SMALL_PART: u32 = 10;
/// How long a body waits for room before its client is told to come back.
const WAIT: Duration = Duration::from_secs(10);

/// The room there is. A credential has one large body at a time: it cannot fill the room of the others.
#[derive(Debug)]
pub struct Rooms {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
    largest: u32,
    turns: Mutex<HashMap<[u8; 32], Arc<Semaphore>>>,
}

/// The room that one body holds.
#[derive(Debug)]
pub struct Room {
    _room: OwnedSemaphorePermit,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Rooms {
    /// Room for so many bytes in all.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        let all = u32::try_from(bytes / 1024).unwrap_or(u32::MAX);
        let (small, largest) = (all / SMALL_PART, all - all / SMALL_PART);
        let permits = |kibibytes: u32| Arc::new(Semaphore::new(usize::try_from(kibibytes).unwrap_or(0)));
        Self { small: permits(small), large: permits(largest), largest, turns: Mutex::default() }
    }

    /// Waits for room for a body of so many bytes.
    ///
    /// # Errors
    /// A [`Problem`]: 503 when there is none for too long.
    pub async fn take(&self, credential: Option<&[u8; 32]>, bytes: usize) -> Result<Room, Problem> {
        let kibibytes = u32::try_from(bytes / 1024 + 1).unwrap_or(u32::MAX);
        let cost = kibibytes.saturating_mul(COST) / COST_PER;
        let waited = tokio::time::timeout(WAIT, async {
            if kibibytes <= SMALL {
                return Some(Room { _room: Arc::clone(&self.small).acquire_many_owned(cost).await.ok()?, _turn: None });
            }
            let turn = match credential {
                Some(credential) => Some(self.turn(credential).acquire_owned().await.ok()?),
                None => None,
            };
            let room = Arc::clone(&self.large).acquire_many_owned(cost.min(self.largest)).await.ok()?;
            Some(Room { _room: room, _turn: turn })
        });
        waited.await.ok().flatten().ok_or_else(busy)
    }

    fn turn(&self, credential: &[u8; 32]) -> Arc<Semaphore> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // Turns that nobody holds or waits for are forgotten.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1 || turn.available_permits() == 0);
        Arc::clone(turns.entry(*credential).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}

fn busy() -> Problem {
    let mut problem =
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "transient", "busy", "Too much at once. Try again.");
    problem.retry_after = Some(1);
    problem
}
