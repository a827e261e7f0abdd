//! What the embedded engine promises beyond the suite: two processes on one file, a restart, one commit for all that waits.

use std::sync::Arc;

use bytes::Bytes;
use dmp_store::engine::sqlite::SqliteEngine;
use dmp_store::engine::{Appended, Engine, Group};

fn group(journal: u32, expected_seq: u32, row: &[u8]) -> Group {
    Group {
        journal,
        expected_seq,
        rows: vec![Bytes::copy_from_slice(row)],
        snapshot: None,
        watched: None,
        quiet: false,
    }
}

/// Two engines on one file share nothing but the file, as two processes do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_writers_of_one_journal_have_one_winner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sqlite");
    let engines = [1_u8, 2].map(|_| Arc::new(SqliteEngine::open(&path).unwrap()));
    for seq in 0..100 {
        let [one, two] = [0, 1].map(|at| {
            let engine = Arc::clone(&engines[at]);
            tokio::spawn(async move { engine.append(vec![group(1, seq, &[at as u8])]).await[0] })
        });
        let answers = (one.await.unwrap(), two.await.unwrap());
        assert!(
            matches!(answers, (Appended::Done, Appended::HeadMoved) | (Appended::HeadMoved, Appended::Done)),
            "{answers:?}"
        );
    }
    assert_eq!(engines[0].load(1, None).await.unwrap().rows, engines[1].load(1, None).await.unwrap().rows);
}

#[tokio::test]
async fn what_waits_shares_a_commit_and_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sqlite");
    let engine = Arc::new(SqliteEngine::open(&path).unwrap());
    let waiting: Vec<_> = (0..2_000).map(|journal| engine.append(vec![group(journal, 0, b"row")])).collect();
    for append in waiting {
        assert_eq!(append.await, [Appended::Done]);
    }
    let counts = engine.counts();
    assert_eq!((counts.groups, counts.rows), (2_000, 2_000));
    assert!(counts.commits < 200, "{counts:?}");
    drop(engine);
    let engine = SqliteEngine::open(&path).unwrap();
    for journal in 0..2_000 {
        assert_eq!(engine.load(journal, None).await.unwrap().rows.len(), 1);
    }
}

/// More than the log holds before a checkpoint: it starts anew, and does not grow for ever.
#[tokio::test]
async fn the_log_is_brought_into_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("engine.sqlite");
    let engine = Arc::new(SqliteEngine::open(&path).unwrap());
    let row = vec![7; 1 << 20];
    for seq in 0..150 {
        assert_eq!(engine.append(vec![group(1, seq, &row)]).await, [Appended::Done]);
    }
    let log = std::fs::metadata(folder.path().join("engine.sqlite-wal")).unwrap().len();
    assert!(log < 100 << 20, "the log has {log} bytes");
}
