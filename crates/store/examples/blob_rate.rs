//! Durable 60 kB blobs a second, CPU and disk of one, and what a public id costs: `cargo run --release -p dmp-store --example blob_rate`.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![expect(clippy::unwrap_used, reason = "a measurement stops where something is not as it must be")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use dmp_seal::{Secret, TAG_LENGTH};
use dmp_store::blobs::{BlobId, BlobReader, BlobSink, BlobWriter, SqliteBlobs, Stage};
use dmp_store::public_id::{PublicIds, Target};

/// Microseconds of CPU that this process has used, all threads, to a tick of 10 ms.
fn cpu() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields.skip(11).take(2).map(|ticks| ticks.parse::<u64>().unwrap() * 10_000).sum()
}

fn id(writer: u64, number: u64) -> BlobId {
    let mixed = (writer << 32 | number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    BlobId((u128::from(mixed) << 64 | u128::from(writer << 32 | number)).to_be_bytes())
}

async fn run(sink: &Arc<dyn BlobSink>, writers: u64, round: u64) -> u64 {
    let (started, used) = (Instant::now(), cpu());
    let content = Arc::new(vec![7; 60_000]);
    let tasks: Vec<_> = (0..writers)
        .map(|writer| {
            let (sink, content) = (Arc::clone(sink), Arc::clone(&content));
            tokio::spawn(async move {
                let mut number = 0;
                while started.elapsed() < Duration::from_secs(3) {
                    let stage = Stage { id: id(round * 100 + writer, number), journal: 1, staged_at: 1 };
                    let mut blob = BlobWriter::new(Arc::clone(&sink), stage, &Secret::new([1; 32])).unwrap();
                    blob.write(&content).await.unwrap();
                    blob.finish().await.unwrap();
                    number += 1;
                }
                number
            })
        })
        .collect();
    let mut blobs = 0;
    for task in tasks {
        blobs += task.await.unwrap();
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{writers:>3} waiting: {:>6.0} blobs/s, {:>4} µs CPU each",
        blobs as f64 / seconds,
        (cpu() - used) / blobs
    );
    blobs
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let folder = tempfile::tempdir_in(std::env::args().nth(1).unwrap_or_else(|| ".".to_owned())).unwrap();
    let path = folder.path().join("blobs.sqlite");
    let sink: Arc<dyn BlobSink> = Arc::new(SqliteBlobs::open(&path).unwrap());
    let mut blobs = 0;
    for (round, writers) in [1, 16, 64].into_iter().enumerate() {
        blobs += run(&sink, writers, round as u64).await;
    }
    let started = Instant::now();
    for _ in 0..2_000 {
        let reader = BlobReader::new(Arc::clone(&sink), id(0, 1), &Secret::new([1; 32]), 60_000, 0..60_000).unwrap();
        assert_eq!(reader.rest().await.unwrap().len(), 60_000);
    }
    println!("read whole: {:.0} µs", started.elapsed().as_secs_f64() * 500.0);
    drop(sink);
    let index = std::fs::metadata(&path).unwrap().len();
    println!("{} bytes on disk beyond the content of one", index / blobs + TAG_LENGTH as u64);

    let ids = PublicIds::new(&Secret::new([1; 32]));
    let started = Instant::now();
    for item in 0..100_000 {
        let id = ids.make(Target { journal: 7, item, kind: 1 }).unwrap();
        assert!(ids.open(id).is_some());
    }
    println!("public id, made and opened: {:.2} µs", started.elapsed().as_secs_f64() * 10.0);
}
