//! The body of a request: bounded, and paid for in memory before it is read.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;

use super::room::Room;
use crate::problem::Problem;
use crate::service::Fhir;

/// How long a client may send nothing.
pub const IDLE: Duration = Duration::from_secs(10);
/// How long what is not wanted is read at most.
const LONGEST_DRAIN: Duration = Duration::from_secs(60);
/// A body slower than this many bytes a second keeps its room no longer: others wait for it.
const SLOWEST: u64 = 256 * 1024;

/// What a client is told whose body does not come in time.
pub fn too_slow() -> Problem {
    let text = "the body comes too slowly, or not at all: send it again";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "slow-body", text)
}

/// How long a body of so many bytes may take in all.
pub const fn time_for(bytes: usize) -> Duration {
    Duration::from_secs(IDLE.as_secs() + bytes as u64 / SLOWEST)
}

/// How long the client says that the body is.
pub fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

fn too_large(limit: usize) -> Problem {
    let text = format!("the bundle is larger than {} MiB: send fewer or smaller documents", limit >> 20);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", "size", text)
}

/// Reads the body, once there is room for it.
///
/// # Errors
/// A [`Problem`]: 413 beyond the limit, 400 when the client breaks off.
pub async fn read(
    fhir: &Fhir,
    credential: Option<&[u8; 32]>,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Bytes, Room), Problem> {
    let limit = fhir.limits.largest_body;
    let declared = declared_length(headers);
    if declared.is_some_and(|length| length > limit) {
        return Err(drained(body, limit, too_large(limit)).await);
    }
    let room = fhir.rooms.take(credential, declared.unwrap_or(limit)).await?;
    let all = time_for(declared.unwrap_or(limit));
    let bytes = tokio::time::timeout(all, gather(body, declared, limit)).await.map_err(|_| too_slow())??;
    Ok((bytes, room))
}

/// The bytes, as they come.
async fn gather(mut body: Body, declared: Option<usize>, limit: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::with_capacity(declared.unwrap_or(0).min(limit));
    while let Some(frame) = tokio::time::timeout(IDLE, body.frame()).await.map_err(|_| too_slow())? {
        let frame = frame.map_err(|_| Problem::form("body", "the body breaks off"))?;
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > limit {
            return Err(drained(body, limit, too_large(limit)).await);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes.freeze())
}

/// Reads a bounded remainder and throws it away: a client that still sends would otherwise see a reset, not the answer.
pub async fn drained(mut body: Body, limit: usize, mut problem: Problem) -> Problem {
    // Twice the limit: a body somewhat beyond it is read to its end, and its client hears why, not a reset.
    let mut left = limit.saturating_mul(2);
    let end = tokio::time::Instant::now() + LONGEST_DRAIN;
    loop {
        match tokio::time::timeout_at(end.min(tokio::time::Instant::now() + IDLE), body.frame()).await {
            Ok(None) => return problem,
            Ok(Some(Ok(frame))) if frame.data_ref().map_or(0, Bytes::len) <= left => {
                left -= frame.data_ref().map_or(0, Bytes::len);
            }
            _ => break,
        }
    }
    problem.closes = true;
    problem
}
