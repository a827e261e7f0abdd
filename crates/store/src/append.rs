//! One append to its end: sent, settled where its answer was lost, and sent again where nothing is known.

use crate::door::Store;
use crate::engine::{Appended, Group, Settled};
use crate::error::StoreError;
use crate::suspended::Suspensions;

/// How often an append whose answer was lost is sent again, the same bytes, before the answer is 503.
const MOST_RESENDS: usize = 5;

/// What became of what was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// It is durable.
    Durable,
    /// The head moved: all must be decided again.
    HeadMoved,
    /// Others are suspended now: all must be decided again.
    WatchedMoved,
}

/// Appends what was decided on these suspensions. Where the operator's journal has moved, and says the same of who is suspended, it stands.
///
/// # Errors
/// [`StoreError`] when nothing was written, or nothing is known of it.
pub async fn append(store: &Store, group: Group, decided_on: &Suspensions) -> Result<Ended, StoreError> {
    let ended = send(store, &group).await?;
    if ended == Ended::WatchedMoved && store.suspensions().await? == *decided_on {
        return send(store, &Group { watched: None, ..group }).await;
    }
    Ok(ended)
}

async fn send(store: &Store, group: &Group) -> Result<Ended, StoreError> {
    let Some(first) = group.rows.first() else { return Ok(Ended::Durable) };
    // Whether an earlier sending of these bytes may still take effect: from then on the journal alone can say what became of them.
    let mut open = false;
    for _ in 0..MOST_RESENDS {
        let settled = match store.engine.append(vec![group.clone()]).await.first() {
            Some(Appended::Done) => Some(Settled::Done),
            Some(Appended::HeadMoved) if !open => Some(Settled::Superseded),
            Some(Appended::WatchedMoved) if !open => return Ok(Ended::WatchedMoved),
            Some(Appended::NotTried) if !open => return Err(StoreError::Unavailable),
            // Unknown; or a head moved, maybe to ourselves; or this sending was not tried, and an earlier one may arrive yet.
            _ => store.engine.settle(group.journal, group.expected_seq + 1, first.clone()).await.ok(),
        };
        match settled {
            Some(Settled::Done) => {
                store.counters.appended(group.rows.len() as u64);
                return Ok(Ended::Durable);
            }
            Some(Settled::Superseded) => return Ok(Ended::HeadMoved),
            // Still open: the same bytes again. An append is its own idempotency key.
            Some(Settled::Open) | None => open = true,
        }
    }
    Err(StoreError::NotKnown)
}
