//! The pace of bodies, on every route: who sends nothing, or a byte now and then, is not waited for.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use dmp_fhir::Problem;
use http::{HeaderValue, StatusCode, header};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

/// How long a body is waited for, while none of it comes.
const PATIENCE: Duration = Duration::from_secs(15);
/// So many bytes earn a second of it back.
const SLOWEST: u64 = 16 * 1024;

/// A body that is waited for, as long as it earns that.
struct Paced {
    body: Incoming,
    /// How long it may still be waited for.
    left: Duration,
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
    slow: Slow,
}

/// Whether a body was given up.
#[derive(Debug, Clone, Default)]
pub struct Slow(Arc<AtomicBool>);

/// Why a body ends before its end.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the body comes too slowly")]
    Slow,
    #[error(transparent)]
    Connection(#[from] hyper::Error),
}

impl Slow {
    /// Says so, where the handler could only say that the body broke off.
    pub fn told(&self, answer: Response, is_fhir: bool) -> Response {
        if !self.0.load(Ordering::Relaxed) || answer.status() != StatusCode::BAD_REQUEST {
            return answer;
        }
        let text = "the body comes too slowly, or not at all: send it again";
        if is_fhir {
            let mut problem = Problem::new(StatusCode::REQUEST_TIMEOUT, "timeout", "slow-body", text);
            problem.closes = true;
            return problem.into_response();
        }
        let close = [(header::CONNECTION, HeaderValue::from_static("close"))];
        (StatusCode::REQUEST_TIMEOUT, close, format!("{text}\n")).into_response()
    }
}

/// A request whose body is waited for no longer than it earns.
pub fn paced(request: hyper::Request<Incoming>) -> (Request, Slow) {
    let slow = Slow::default();
    let request = request.map(|body| {
        if body.is_end_stream() {
            return Body::empty();
        }
        Body::new(Paced { body, left: PATIENCE, waiting: None, slow: slow.clone() })
    });
    (request, slow)
}

impl Paced {
    /// Something came: the wait is paid for, and what came earns more.
    fn came(&mut self, bytes: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        self.left = (self.left + Duration::from_millis(bytes as u64 * 1_000 / SLOWEST)).min(PATIENCE);
    }

    fn wait(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        let left = self.left;
        let (_, timer) = self.waiting.get_or_insert_with(|| (Instant::now(), Box::pin(tokio::time::sleep(left))));
        match timer.as_mut().poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(()) => {
                self.slow.0.store(true, Ordering::Relaxed);
                Poll::Ready(Some(Err(Broken::Slow)))
            }
        }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Pending => self.wait(context),
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    self.came(frame.data_ref().map_or(0, Bytes::len));
                }
                Poll::Ready(frame.map(|frame| frame.map_err(Broken::from)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
