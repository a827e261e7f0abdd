//! `/health/live`, `/health/ready` and `/metrics` (Prometheus).

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use dmp_store::Store;
use dmp_store::engine::Engine;
use dmp_store::engine::sqlite::SqliteEngine;
use http::{StatusCode, header};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::clock_mark;
use crate::operations::Operations;
use crate::places::Places;

/// Bytes that a look at the engine writes: more than an entry without a snapshot needs even where pages part for it, so that none finds the disk
/// full where the look does not.
const LOOK_BYTES: usize = 32 << 10;
/// For how long a look is believed: whoever asks often has the engine write once.
const BELIEVED: Duration = Duration::from_secs(1);

/// What the three pages tell of.
#[derive(Debug, Clone)]
pub struct Health {
    /// The store.
    pub store: Arc<Store>,
    /// The engine under it.
    pub engine: Arc<SqliteEngine>,
    /// The program's own counters.
    pub operations: Arc<Operations>,
    /// The places for connections.
    pub places: Arc<Places>,
    /// The last look at the engine: when, and whether it took a write.
    pub looked: Arc<Mutex<Option<(Instant, bool)>>>,
}

impl Health {
    /// Whether the engine takes a write.
    async fn takes_writes(&self) -> bool {
        let mut looked = self.looked.lock().await;
        if let Some((at, took)) = *looked
            && at.elapsed() < BELIEVED
        {
            return took;
        }
        // Other bytes each time: what is there already is written again without a write.
        let mut bytes = vec![0; LOOK_BYTES];
        self.store.draw(&mut bytes);
        let took = self.engine.put(Bytes::from_static(b"health"), bytes.into()).await.is_ok();
        *looked = Some((Instant::now(), took));
        took
    }
}

/// The routes.
pub fn router(health: Health) -> Router {
    Router::new()
        .route("/health/live", get(|| async { "live\n" }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(health)
}

/// Ready when the engine takes a write, and no journal is ahead of the clock: without an entry nobody may read.
async fn ready(State(health): State<Health>) -> Response {
    match (health.takes_writes().await, clock_mark::behind(&*health.engine, health.store.now()).await) {
        (true, Ok(None)) => (StatusCode::OK, "ready\n").into_response(),
        (true, Ok(Some(_))) => (StatusCode::SERVICE_UNAVAILABLE, "the clock is behind a journal\n").into_response(),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the journal cannot be written\n").into_response(),
    }
}

async fn metrics(State(health): State<Health>) -> Response {
    let store = health.store.counters().now();
    let engine = health.engine.counts();
    let (hits, misses) = health.store.cache().hits_and_misses();
    let mut text = String::new();
    let mut line = |name: &str, kind: &str, help: &str, value: u64| {
        // Writing to a String does not fail.
        let _infallible = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    };
    line("dmp_journal_appends_total", "counter", "Batches appended by turns.", store.appends);
    line("dmp_journal_entries_total", "counter", "Entries appended.", store.entries);
    line(
        "dmp_acts_waiting_total",
        "counter",
        "Acts that waited when a commit ended, once for each such commit.",
        store.waits,
    );
    line("dmp_acts_next_total", "counter", "Of these, acts that were in the next commit.", store.next);
    line("dmp_engine_commits_total", "counter", "Commits of the engine.", engine.commits);
    line("dmp_engine_groups_total", "counter", "Groups in those commits.", engine.groups);
    line("dmp_engine_rows_total", "counter", "Rows in those commits.", engine.rows);
    line(
        "dmp_clock_behind_total",
        "counter",
        "Requests refused because the clock is behind a journal.",
        store.clock_behind,
    );
    line("dmp_connections_open", "gauge", "Connections that are open.", health.places.open());
    line("dmp_connections_refused_total", "counter", "Connections that found no place.", health.places.refused());
    line("dmp_journal_loads_total", "counter", "Journals loaded from the engine.", store.loads);
    line("dmp_blob_opens_total", "counter", "Documents opened.", store.opens);
    line(
        "dmp_blob_faults_total",
        "counter",
        "Chunks of documents that did not open; the log names the blob.",
        store.blob_faults,
    );
    line("dmp_cache_hits_total", "counter", "Folded journals found in memory.", hits);
    line("dmp_cache_misses_total", "counter", "Folded journals not found in memory.", misses);
    line(
        "dmp_cache_bytes",
        "gauge",
        "Memory held by folded journals, by our reckoning.",
        health.store.cache().weight(),
    );
    let _infallible =
        writeln!(text, "# HELP dmp_answers_total Answers by class of status.\n# TYPE dmp_answers_total counter");
    for (class, count) in health.operations.classes() {
        let _infallible = writeln!(text, "dmp_answers_total{{class=\"{class}xx\"}} {count}");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}
