//! The body of a request: bounded, and paid for in memory before it is read.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use tokio::sync::SemaphorePermit;

use crate::problem::Problem;
use crate::service::Fhir;

/// A body of a kibibyte costs this many of them: the text itself, and the documents decoded from it.
const COST: u32 = 7;
const COST_PER: u32 = 4;

/// How long a client may send nothing.
const IDLE: Duration = Duration::from_secs(10);
/// How long a body waits for room before its client is told to come back.
const WAIT: Duration = Duration::from_secs(10);
/// A body slower than this many bytes a second keeps its room no longer: others wait for it.
const SLOWEST: u64 = 256 * 1024;

fn too_slow() -> Problem {
    let text = "the body comes too slowly, or not at all: send it again";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "slow-body", text)
}

fn too_large(limit: usize) -> Problem {
    let text = format!("the bundle is larger than {} MiB: send fewer or smaller documents", limit >> 20);
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", "size", text)
}

/// Reads the body, once there is room for it.
///
/// # Errors
/// A [`Problem`]: 413 beyond the limit, 400 when the client breaks off.
pub async fn read<'a>(
    fhir: &'a Fhir,
    headers: &HeaderMap,
    body: Body,
) -> Result<(Bytes, SemaphorePermit<'a>), Problem> {
    let limit = fhir.limits.largest_body;
    let declared = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(drained(body, limit, too_large(limit)).await);
    }
    let kibibytes = u32::try_from(declared.unwrap_or(limit) / 1024 + 1).unwrap_or(u32::MAX);
    let most = u32::try_from(fhir.limits.intake_bytes / 1024).unwrap_or(u32::MAX);
    let cost = (kibibytes.saturating_mul(COST) / COST_PER).min(most);
    let busy = || {
        let mut problem =
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "transient", "busy", "Too much at once. Try again.");
        problem.retry_after = Some(1);
        problem
    };
    let room = tokio::time::timeout(WAIT, fhir.intake.acquire_many(cost)).await;
    let room = match room {
        Ok(room) => room.map_err(|_| busy())?,
        Err(_) => return Err(busy()),
    };
    let all = IDLE + Duration::from_secs(declared.unwrap_or(limit) as u64 / SLOWEST);
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
pub async fn drained(mut body: Body, limit: usize, problem: Problem) -> Problem {
    let mut left = limit;
    while let Ok(Some(Ok(frame))) = tokio::time::timeout(IDLE, body.frame()).await {
        let length = frame.data_ref().map_or(0, Bytes::len);
        if length > left {
            break;
        }
        left -= length;
    }
    problem
}
