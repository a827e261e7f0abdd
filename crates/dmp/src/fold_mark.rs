//! The latest version of the fold that has opened these data. A kind of change that this program does not know came with a later one:
//! no journal needs to be read to find it, and none is served half.

use bytes::Bytes;
use dmp_core::dossier::FOLD_VERSION;
use dmp_store::engine::Engine;

use crate::failure::Failure;

/// Where the value lies among those of the engine.
const KEY: &[u8] = b"fold-mark";

/// Refuses data that a later program opened.
///
/// # Errors
/// [`Failure`] that says which version is needed, or when the engine gives no answer.
pub async fn check(engine: &dyn Engine) -> Result<(), Failure> {
    let kept = kept(engine).await?;
    if kept > FOLD_VERSION {
        let why = format!(
            "a later version of this program opened them (fold {kept}, this one has {FOLD_VERSION}): they may hold unknown kinds of \
             change. Start that version, or restore the backup of before"
        );
        return Err(Failure::of("the data", why));
    }
    Ok(())
}

/// Notes that this program opened them.
///
/// # Errors
/// [`Failure`] when the engine gives no answer.
pub async fn note(engine: &dyn Engine) -> Result<(), Failure> {
    if kept(engine).await? < FOLD_VERSION {
        engine.put(Bytes::from_static(KEY), Bytes::copy_from_slice(&FOLD_VERSION.to_be_bytes())).await?;
    }
    Ok(())
}

async fn kept(engine: &dyn Engine) -> Result<u32, Failure> {
    let kept = engine.get(Bytes::from_static(KEY)).await?;
    Ok(kept.and_then(|bytes| bytes.as_ref().try_into().ok()).map_or(0, u32::from_be_bytes))
}
