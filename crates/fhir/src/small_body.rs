//! The body of a request that is no document: a search, a Consent, a patch. Nobody's is kept: who asks is known before its first byte is
//! read. It is paid for in memory, bounded, and must come in time; a client that sends more is answered, not cut off.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use http_body_util::BodyExt;

use crate::iti65::{IDLE, Room, declared_length, drained, time_for, too_slow};
use crate::problem::Problem;
use crate::service::Fhir;

/// The longest such body.
const LONGEST: usize = 2 << 20;
/// What is paid for at first where the client does not say how long its body is.
const UNDECLARED: usize = 64 * 1024;
/// What is read beyond it and thrown away, so that the answer arrives.
const BEYOND: usize = 64 << 20;

/// The bytes of the body. Their room is given back with the last of them.
#[derive(Debug)]
pub struct SmallBody(pub Bytes);

/// Bytes, and the room that they take.
struct Paid {
    bytes: Bytes,
    _rooms: Vec<Room>,
}

impl AsRef<[u8]> for Paid {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-long", "size", "the body is larger than 2 MiB")
}

impl FromRequest<Arc<Fhir>> for SmallBody {
    type Rejection = Problem;

    async fn from_request(request: Request, fhir: &Arc<Fhir>) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let who = match fhir.who(&parts.headers).await {
            Ok(who) => who,
            Err(problem) => return Err(drained(body, BEYOND, problem).await),
        };
        let declared = declared_length(&parts.headers);
        if declared.is_some_and(|length| length > LONGEST) {
            return Err(drained(body, BEYOND, too_large()).await);
        }
        let credential = who.requester.credential();
        let paid = declared.unwrap_or(UNDECLARED);
        let room = fhir.rooms.take(credential, paid).await?;
        let gathered = gather(fhir, credential, body, (paid, room));
        let bytes = tokio::time::timeout(time_for(declared.unwrap_or(LONGEST)), gathered);
        bytes.await.map_err(|_| too_slow())?.map(Self)
    }
}

/// The bytes, as they come; what goes beyond the room that was paid for pays for all that there may be.
async fn gather(
    fhir: &Fhir,
    credential: Option<&[u8; 32]>,
    mut body: Body,
    (mut paid, room): (usize, Room),
) -> Result<Bytes, Problem> {
    let (mut bytes, mut rooms) = (BytesMut::new(), vec![room]);
    while let Some(frame) = tokio::time::timeout(IDLE, body.frame()).await.map_err(|_| too_slow())? {
        let frame = frame.map_err(|_| Problem::form("body", "the body breaks off"))?;
        let Ok(data) = frame.into_data() else { continue };
        let length = bytes.len() + data.len();
        if length > LONGEST {
            drop((bytes, rooms));
            return Err(drained(body, BEYOND, too_large()).await);
        }
        if length > paid {
            rooms.push(fhir.rooms.take(credential, LONGEST).await?);
            paid = LONGEST;
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Bytes::from_owner(Paid { bytes: bytes.freeze(), _rooms: rooms }))
}
