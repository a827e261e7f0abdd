//! The listener: accepts connections, bounds them, and on a signal finishes what was accepted before it stops.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::pace;
use crate::places::{Place, Places, Use};

/// How long a client may take to send its header.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// The same in a place that is kept for who asks how the service is.
const HEALTH_HEADER_TIME: Duration = Duration::from_secs(2);
/// How long such a place is held at most.
const HEALTH_TIME: Duration = Duration::from_secs(5);
/// How long a client may leave what it is sent where it is, in milliseconds.
#[cfg(target_os = "linux")]
const UNREAD_TIME: u32 = 60_000;
/// Bytes that are read ahead of a connection: a crowd of them must fit into memory.
const READ_AHEAD: usize = 64 * 1024;
/// How long requests that were accepted have to finish after the signal.
const GRACE: Duration = Duration::from_secs(30);
/// What is said to who finds no place.
const NO_PLACE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n\
    Content-Type: text/plain\r\nContent-Length: 28\r\n\r\nToo many connections. Later.";

/// Serves until `stop` turns true, then lets every accepted request finish.
pub async fn serve(listener: TcpListener, router: Router, places: Arc<Places>, mut stop: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    loop {
        // Nothing but these two is ever waited for: no crowd keeps the signal from being heard.
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                // Out of descriptors, or a client gone before it was accepted: wait rather than spin.
                Err(_) => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match places.take(peer.ip()) {
            Some(place) => connected(stream, place, &router, &graceful),
            None => turned_away(stream),
        }
    }
    drop(listener);
    tokio::select! {
        () = graceful.shutdown() => {}
        () = tokio::time::sleep(GRACE) => tracing::warn!("some requests did not finish in time"),
    }
}

/// Serves one connection, until it ends.
fn connected(stream: TcpStream, place: Place, router: &Router, graceful: &GracefulShutdown) {
    drop(stream.set_nodelay(true));
    #[cfg(target_os = "linux")]
    let _bounded = rustix::net::sockopt::set_tcp_user_timeout(&stream, UNREAD_TIME);
    let (router, good_for) = (router.clone(), place.good_for);
    let service = service_fn(move |request| {
        let router = router.clone();
        async move { Ok::<_, Infallible>(answer(router, request, good_for).await) }
    });
    let health = good_for == Use::Health;
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(if health { HEALTH_HEADER_TIME } else { HEADER_TIME })
        .keep_alive(!health)
        .max_buf_size(READ_AHEAD)
        .serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        if health {
            drop(tokio::time::timeout(HEALTH_TIME, watched).await);
        } else {
            drop(watched.await);
        }
        drop(place);
    });
}

async fn answer(mut router: Router, request: hyper::Request<Incoming>, good_for: Use) -> Response {
    let path = request.uri().path();
    if good_for == Use::Health && !path.starts_with("/health/") && path != "/metrics" {
        let later = [(header::RETRY_AFTER, HeaderValue::from_static("1"))];
        return (StatusCode::SERVICE_UNAVAILABLE, later, "Too many connections. Later.\n").into_response();
    }
    let is_fhir = path.starts_with("/fhir");
    let (request, slow) = pace::paced(request);
    let answer = tower_service::Service::call(&mut router, request).await;
    slow.told(answer.unwrap_or_else(|never| match never {}), is_fhir)
}

/// Says that there is no place, if that can be said at once. What has come is read and thrown away: a connection that is closed with bytes
/// unread is reset, and the answer lost on its way.
fn turned_away(stream: TcpStream) {
    if let Ok(mut stream) = stream.into_std() {
        drop((stream.write(NO_PLACE), stream.read(&mut [0; 4_096]), stream.shutdown(Shutdown::Write)));
    }
}

/// Turns true on SIGTERM or Ctrl-C.
pub fn stop_signal() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            match signal(SignalKind::terminate()) {
                Ok(mut terminate) => {
                    tokio::select! {
                        _ = terminate.recv() => {}
                        _ = tokio::signal::ctrl_c() => {}
                    }
                }
                Err(_) => drop(tokio::signal::ctrl_c().await),
            }
        }
        #[cfg(not(unix))]
        drop(tokio::signal::ctrl_c().await);
        let _nobody_waits = sender.send(true);
        // Kept alive: a receiver without a sender would read as closed.
        std::future::pending::<()>().await;
    });
    receiver
}
