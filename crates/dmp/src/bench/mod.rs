//! `dmp bench`: drives the real server over HTTP, all rules and the durable journal on, and prints beside each figure the
//! ceiling of the machine, taken in the same run.

mod client;
mod machine;
mod prepare;
mod scale;
mod server;
mod workload;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::failure::Failure;
use client::Connection;
use prepare::Ground;
use server::{Counters, Server};
use workload::{Spread, Workload};

/// Drives the real server over HTTP and measures it.
#[derive(Debug, Args)]
pub struct Bench {
    /// Seconds for each figure.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How many clients at once.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 16, 64])]
    clients: Vec<usize>,
    /// Over how many dossiers the load is spread.
    #[arg(long, default_value_t = 1_000)]
    dossiers: usize,
    /// How many documents each dossier has before W3.
    #[arg(long, default_value_t = 200)]
    documents: usize,
    /// Which workloads are measured: W1, W3, W4, W5; all if none is named.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Instead: loads so many dossiers of 8 documents through the door, and lists over ever more of them.
    #[arg(long)]
    scale: Option<usize>,
    /// With --scale: the folder of the dossiers, kept; those that an earlier run loaded there are used again.
    #[arg(long, requires = "scale")]
    data: Option<PathBuf>,
}

impl Bench {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] when the server does not start, or answers wrongly: a fast wrong answer is no figure.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let folder = std::env::temp_dir().join(format!("dmp-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        machine::print(&folder)?;
        if let Some(dossiers) = self.scale {
            scale::run(self.data.as_deref().unwrap_or(&folder), dossiers, self.seconds).await?;
            std::fs::remove_dir_all(&folder)?;
            return Ok(ExitCode::SUCCESS);
        }
        let server = Server::start(&folder).await?;
        println!("idle: {} MB resident", server.resident_mb());
        let ground = prepare::ground(&server, self.dossiers, self.documents).await?;
        self.warm(&server, &ground).await?;
        println!(
            "{:4} {:7} {:>7} {:>9} {:>8} {:>8} {:>9} {:>9} {:>7} {:>9} {:>8} {:>8} {:>8} {:>7}",
            "",
            "spread",
            "clients",
            "per s",
            "p50 ms",
            "p99 ms",
            "CPU µs",
            "docs/com.",
            "next %",
            "journal B",
            "snap. B",
            "blobs B",
            "errors",
            "RSS MB"
        );
        let chosen = |workload: &&Workload| self.only.is_empty() || self.only.iter().any(|one| one == workload.name());
        for workload in Workload::ALL.iter().filter(chosen) {
            for spread in [Spread::Wide, Spread::Hot] {
                for clients in &self.clients {
                    self.measure(&server, &ground, *workload, spread, *clients).await?;
                }
            }
        }
        let disk = server.disk()?;
        println!(
            "after: {} MB resident, journal {:.0} kB, snapshots {:.0} kB",
            server.resident_mb(),
            disk.journal / 1e3,
            disk.snapshots / 1e3
        );
        server.stop();
        std::fs::remove_dir_all(&folder)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Lists each dossier once: figures are of a server that has been running, not of its first minute.
    async fn warm(&self, server: &Server, ground: &Ground) -> Result<(), Failure> {
        let mut connection = Connection::open(server.address()).await?;
        for (place, dossier) in ground.dossiers.iter().enumerate() {
            let token = ground.readers.get(place % prepare::CREDENTIALS).map_or("", String::as_str);
            let path = format!("/fhir/DocumentReference?patient.identifier={}&_count=50", dossier.query);
            connection.get(&path, token).await?;
        }
        Ok(())
    }

    async fn measure(
        &self,
        server: &Server,
        ground: &Ground,
        workload: Workload,
        spread: Spread,
        clients: usize,
    ) -> Result<(), Failure> {
        let before = (server.cpu_seconds(), server.counters().await?, server.disk()?);
        let mut running = tokio::task::JoinSet::new();
        let watch = crate::world::Stopwatch::start();
        for number in 0..clients {
            let connection = Connection::open(server.address()).await?;
            running.spawn(workload::drive(connection, ground.clone(), workload, spread, number, clients, self.seconds));
        }
        let mut times = Vec::new();
        let mut errors = 0_u64;
        while let Some(done) = running.join_next().await {
            let done = done.map_err(|error| Failure::of("a client", error))??;
            times.extend(done.times);
            errors += done.errors;
        }
        let seconds = watch.seconds();
        let after = (server.cpu_seconds(), server.counters().await?, server.disk()?);
        times.sort_unstable_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let count = times.len() as f64;
        let at = |share: f64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index below the length")]
            let place = (count * share) as usize;
            times.get(place.min(times.len().saturating_sub(1))).copied().unwrap_or_default() * 1e3
        };
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let content = if workload == Workload::Provide { prepare::content_length() as f64 } else { 0.0 };
        let commits = after.1.commits - before.1.commits;
        #[expect(clippy::cast_precision_loss, reason = "figures for people")]
        let per_commit = (after.1.rows - before.1.rows) as f64 / (commits.max(1)) as f64;
        println!(
            "{:4} {:7} {clients:>7} {:>9.0} {:>8.2} {:>8.2} {:>9.0} {per_commit:>9.1} {:>7} {:>9.0} {:>8.0} {:>8.0} {errors:>8} {:>7}",
            workload.name(),
            spread.name(),
            count / seconds,
            at(0.5),
            at(0.99),
            (after.0 - before.0) / count.max(1.0) * 1e6,
            in_the_next(before.1, after.1),
            (after.2.journal - before.2.journal) / count.max(1.0),
            (after.2.snapshots - before.2.snapshots) / count.max(1.0),
            (after.2.documents - before.2.documents) / count.max(1.0) - content,
            server.resident_mb(),
        );
        Ok(())
    }
}

/// Of the acts that waited when a commit ended, how many in a hundred were in the next one.
fn in_the_next(before: Counters, after: Counters) -> String {
    let waits = after.waits.saturating_sub(before.waits);
    let next = after.next.saturating_sub(before.next);
    (next * 100).checked_div(waits).map_or_else(|| "-".to_owned(), |share| share.to_string())
}
