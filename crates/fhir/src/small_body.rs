//! The body of a request that is no document: a search, a Consent, a patch. Bounded; a client that sends more is answered, not
//! cut off.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt;

use crate::iti65::drained;
use crate::problem::Problem;

/// The longest such body.
const LONGEST: usize = 2 << 20;
/// What is read beyond it and thrown away, so that the answer arrives.
const BEYOND: usize = 64 << 20;
/// How long a client may send nothing.
const IDLE: Duration = Duration::from_secs(10);

/// The bytes of the body.
#[derive(Debug)]
pub struct SmallBody(pub Bytes);

impl<S: Sync> FromRequest<S> for SmallBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let mut body: Body = request.into_body();
        let mut bytes = BytesMut::new();
        let slow = |_| {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "slow-body", "the body does not come: send it again")
        };
        while let Some(frame) = tokio::time::timeout(IDLE, body.frame()).await.map_err(slow)? {
            let frame = frame.map_err(|_| Problem::form("body", "the body breaks off"))?;
            let Ok(data) = frame.into_data() else { continue };
            if bytes.len() + data.len() > LONGEST {
                let problem =
                    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", "size", "the body is larger than 2 MiB");
                return Err(drained(body, BEYOND, problem).await);
            }
            bytes.extend_from_slice(&data);
        }
        Ok(Self(bytes.freeze()))
    }
}
