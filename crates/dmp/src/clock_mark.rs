//! The latest hour at which this deployment is known to have written, whichever journal it was: a clock behind it is behind a journal.
//!
//! One value in the engine, moved on in steps while entries are written, not with each of them: a crash may leave it a step behind the
//! last entry. So it never says that a good clock is wrong, and finds every clock that is wrong by more than a step and the slack.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use dmp_core::code::Instant;
use dmp_store::Store;
use dmp_store::engine::{Engine, EngineError};
use tokio::sync::watch;

use crate::failure::Failure;

/// Where the value lies among those of the engine.
const KEY: &[u8] = b"clock-mark";
/// By how much the clock moves on before the mark does, in milliseconds.
const STEP: i64 = 10_000;
/// How far a clock may be behind, in milliseconds: as far as the door lets it.
const SLACK: i64 = 5_000;
/// How often it is looked whether something was written.
const LOOK: Duration = Duration::from_secs(1);

async fn kept(engine: &dyn Engine) -> Result<Option<Instant>, EngineError> {
    let bytes = engine.get(Bytes::from_static(KEY)).await?;
    let millis = bytes.and_then(|bytes| bytes.as_ref().try_into().ok()).map(i64::from_be_bytes);
    Ok(millis.map(Instant::from_millis))
}

/// The hour that the clock is behind, if it is.
///
/// # Errors
/// When the engine gives no answer.
pub async fn behind(engine: &dyn Engine, now: Instant) -> Result<Option<Instant>, EngineError> {
    let now = now.plus_millis(SLACK);
    Ok(kept(engine).await?.filter(|mark| now < *mark))
}

/// Refuses a clock that is behind what was written.
///
/// # Errors
/// [`Failure`] that says how far the clock is behind.
pub async fn check(engine: &dyn Engine, now: Instant) -> Result<(), Failure> {
    let Some(mark) = behind(engine, now).await? else { return Ok(()) };
    let (now, mark) = (now.rfc3339(), mark.rfc3339());
    let why =
        format!("it says {now}, and a journal was written at {mark}: it is behind. Set it right, then start again");
    Err(Failure::of("the clock of this machine", why))
}

/// Something was written now: the mark moves on, if a step has passed.
///
/// # Errors
/// When the engine does not take it.
pub async fn note(store: &Store) -> Result<(), EngineError> {
    let now = store.now();
    if kept(&**store.engine()).await?.is_none_or(|mark| mark.plus_millis(STEP) <= now) {
        let value = Bytes::copy_from_slice(&now.millis().to_be_bytes());
        store.engine().put(Bytes::from_static(KEY), value).await?;
    }
    Ok(())
}

/// Notes what this process writes, until `stop` turns true.
pub async fn follow(store: Arc<Store>, mut stop: watch::Receiver<bool>) {
    let mut seen = 0;
    loop {
        let last = *stop.borrow();
        let entries = store.counters().now().entries;
        if entries != seen {
            // What the engine does not take now is noted with the next look.
            match note(&store).await {
                Ok(()) => seen = entries,
                Err(error) => tracing::warn!(%error, "the hour of the last entry is not noted"),
            }
        }
        if last {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            // A sender that is gone will never say stop: then it is now.
            changed = stop.changed() => if changed.is_err() { break },
        }
    }
}
