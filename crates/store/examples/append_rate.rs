//! Durable appends a second, CPU and disk of one append, for 300-byte rows: `cargo run --release -p dmp-store --example append_rate`.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![expect(clippy::unwrap_used, reason = "a measurement stops where something is not as it must be")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use dmp_store::engine::sqlite::SqliteEngine;
use dmp_store::engine::{Appended, Engine, Group};

const DOSSIERS: u32 = 20_000;

/// Microseconds of CPU that this process has used, all threads, to a tick of 10 ms.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap() * 10_000).sum()
}

async fn run(engine: &Arc<SqliteEngine>, writers: u32, row: &Bytes, heads: &Arc<Vec<AtomicU64>>) {
    let (before, started, used) = (engine.counts(), Instant::now(), cpu());
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let (engine, row, heads) = (Arc::clone(engine), row.clone(), Arc::clone(heads));
            tokio::spawn(async move {
                let mut turn = u64::from(writer) * 7_919;
                while started.elapsed() < Duration::from_secs(3) {
                    turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    // Each writer has its own dossiers, spread over all.
                    let dossier = (turn >> 33) as u32 % (DOSSIERS / writers) * writers + writer;
                    let head = heads.get(dossier as usize).unwrap();
                    let expected_seq = head.fetch_add(1, Ordering::Relaxed) as u32;
                    let group = Group {
                        journal: dossier,
                        expected_seq,
                        rows: vec![row.clone()],
                        snapshot: None,
                        watched: None,
                        quiet: false,
                    };
                    assert_eq!(engine.append(vec![group]).await, [Appended::Done]);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let (after, seconds, used) = (engine.counts(), started.elapsed().as_secs_f64(), cpu() - used);
    let groups = after.groups - before.groups;
    println!(
        "{writers:>3} waiting: {:>7.0} appends/s, {:>5.1} a commit, {:>5.1} µs CPU each",
        groups as f64 / seconds,
        groups as f64 / (after.commits - before.commits) as f64,
        used as f64 / groups as f64
    );
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let folder = tempfile::tempdir_in(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned())).unwrap();
    let path = folder.path().join("engine.sqlite");
    let engine = Arc::new(SqliteEngine::open(&path).unwrap());
    let heads: Arc<Vec<AtomicU64>> = Arc::new((0..DOSSIERS).map(|_| AtomicU64::new(0)).collect());
    for writers in [1, 16, 64] {
        run(&engine, writers, &Bytes::from(vec![7; 300]), &heads).await;
    }
    let rows = engine.counts().rows;
    drop(engine);
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!("{} bytes on disk a row of 300, page fill and marks included ({rows} rows)", bytes / rows);
    let engine = Arc::new(SqliteEngine::open(&folder.path().join("small.sqlite")).unwrap());
    let heads: Arc<Vec<AtomicU64>> = Arc::new((0..DOSSIERS).map(|_| AtomicU64::new(0)).collect());
    run(&engine, 64, &Bytes::from(vec![7; 202]), &heads).await;
    let rows = engine.counts().rows;
    drop(engine);
    let bytes = std::fs::metadata(folder.path().join("small.sqlite")).unwrap().len();
    println!("{} bytes on disk a row of 202 (a read with 100 bytes of facts)", bytes / rows);
}
