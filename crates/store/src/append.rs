//! One append to its end: sent, settled where its answer was lost, and sent again where nothing is known.

use crate::door::Store;
use crate::engine::{Appended, Group, Settled};
use crate::error::StoreError;
use crate::suspended::Suspensions;

/// How often an append whose answer was lost is sent again, the same bytes, before the answer is 503.
const MOST_RESENDS: usize = 5;

/// What became of one append.
enum Sent {
    Durable,
    HeadMoved,
    WatchedMoved,
}

/// Appends what was decided on these suspensions: true when it is durable, false when the head moved, or others are suspended now, and all
/// must be decided again. Where the operator's journal has moved, and says the same of who is suspended, what was decided stands.
///
/// # Errors
/// [`StoreError`] when nothing was written, or nothing is known of it.
pub async fn append(store: &Store, group: Group, decided_on: &Suspensions) -> Result<bool, StoreError> {
    let mut sent = send(store, &group).await?;
    // This look is later than all who wait: they need not be guarded a second time.
    if matches!(sent, Sent::WatchedMoved) && store.suspensions().await? == *decided_on {
        sent = send(store, &Group { watched: None, ..group }).await?;
    }
    Ok(matches!(sent, Sent::Durable))
}

async fn send(store: &Store, group: &Group) -> Result<Sent, StoreError> {
    let Some(first) = group.rows.first() else { return Ok(Sent::Durable) };
    // Whether an earlier sending of these bytes may still take effect: from then on the journal alone can say what became of them.
    let mut open = false;
    for _ in 0..MOST_RESENDS {
        let settled = match store.engine.append(vec![group.clone()]).await.first() {
            Some(Appended::Done) => Some(Settled::Done),
            Some(Appended::HeadMoved) if !open => Some(Settled::Superseded),
            Some(Appended::WatchedMoved) if !open => return Ok(Sent::WatchedMoved),
            Some(Appended::NotTried) if !open => return Err(StoreError::Unavailable),
            // Unknown; or a head moved, maybe to ourselves; or this sending was not tried, and an earlier one may arrive yet.
            _ => store.engine.settle(group.journal, group.expected_seq + 1, first.clone()).await.ok(),
        };
        match settled {
            Some(Settled::Done) => {
                store.counters.appended(group.rows.len() as u64);
                return Ok(Sent::Durable);
            }
            Some(Settled::Superseded) => return Ok(Sent::HeadMoved),
            // Still open: the same bytes again. An append is its own idempotency key.
            Some(Settled::Open) | None => open = true,
        }
    }
    Err(StoreError::NotKnown)
}
