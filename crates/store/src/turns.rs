//! Who leads which journal, and who waits.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::turn::Waiting;

/// Journals whose turn is led, and what waits in each; in shards, so that journals do not wait for one another.
#[derive(Default)]
pub struct Turns {
    shards: [Mutex<HashMap<u32, VecDeque<Waiting>>>; 32],
}

impl std::fmt::Debug for Turns {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Turns").finish_non_exhaustive()
    }
}

impl Turns {
    fn shard(&self, journal: u32) -> Option<MutexGuard<'_, HashMap<u32, VecDeque<Waiting>>>> {
        let place = usize::try_from(journal).unwrap_or(0) % self.shards.len();
        // A panic elsewhere leaves the queues as they are: they hold no invariant across a lock.
        self.shards.get(place).map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Queues an act; true when nobody leads this journal, and the caller must.
    pub fn join(&self, journal: u32, waiting: Waiting) -> bool {
        let Some(mut shard) = self.shard(journal) else { return false };
        match shard.get_mut(&journal) {
            Some(queue) => {
                queue.push_back(waiting);
                false
            }
            None => {
                shard.insert(journal, VecDeque::from([waiting]));
                true
            }
        }
    }

    /// The acts that wait, in the order in which they came, at most `most`. When more wait than that, what changes a right or
    /// brings a document goes before what only looks.
    pub fn next_batch(&self, journal: u32, most: usize) -> VecDeque<Waiting> {
        let Some(mut shard) = self.shard(journal) else { return VecDeque::new() };
        let Some(queue) = shard.get_mut(&journal) else { return VecDeque::new() };
        if queue.len() > most {
            queue.make_contiguous().sort_by_key(|waiting| waiting.act.code().only_looks());
        }
        let rest = queue.split_off(queue.len().min(most));
        std::mem::replace(queue, rest)
    }

    /// Nobody leads this journal any more, and what waits there is given up: its callers hear that nothing is known.
    pub fn abandon(&self, journal: u32) {
        if let Some(mut shard) = self.shard(journal) {
            drop(shard.remove(&journal));
        }
    }

    /// Gives the lead up, unless something came meanwhile.
    pub fn leave(&self, journal: u32) -> bool {
        let Some(mut shard) = self.shard(journal) else { return true };
        match shard.get(&journal) {
            Some(queue) if !queue.is_empty() => false,
            _ => {
                shard.remove(&journal);
                true
            }
        }
    }
}
