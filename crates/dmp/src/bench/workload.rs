//! W1 provide 60 kB, W3 list 50 of 200 documents, W4 fetch 60 kB, W5 read one DocumentReference.

use bytes::Bytes;

use crate::bench::client::Connection;
use crate::bench::prepare::{CREDENTIALS, Ground};
use crate::failure::Failure;
use crate::world::Stopwatch;

/// What is done over and over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Provide a document of 60 kB (ITI-65).
    Provide,
    /// List 50 of 200 documents (ITI-67).
    List,
    /// Fetch a document of 60 kB (ITI-68).
    Fetch,
    /// Read one DocumentReference.
    Read,
}

/// Over which dossiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// All of them.
    Wide,
    /// All clients on one.
    Hot,
}

/// What one client saw.
#[derive(Debug, Default)]
pub struct Done {
    /// Seconds that each answer took.
    pub times: Vec<f64>,
    /// Answers that were no success.
    pub errors: u64,
}

impl Workload {
    /// Those that are measured, in their order. W3 comes before W1 so that its dossiers have 200 documents.
    pub const ALL: &'static [Self] = &[Self::List, Self::Fetch, Self::Read, Self::Provide];

    /// Its short name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Provide => "W1",
            Self::List => "W3",
            Self::Fetch => "W4",
            Self::Read => "W5",
        }
    }
}

impl Spread {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Hot => "one",
        }
    }
}

/// Drives one client until the time is up.
///
/// # Errors
/// [`Failure`] when the connection breaks.
pub async fn drive(
    mut connection: Connection,
    ground: Ground,
    workload: Workload,
    spread: Spread,
    number: usize,
    clients: usize,
    seconds: f64,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    let watch = Stopwatch::start();
    let mut round = number;
    while watch.seconds() < seconds {
        let place = if spread == Spread::Hot { 0 } else { round % ground.dossiers.len().max(1) };
        round += clients;
        let Some(dossier) = ground.dossiers.get(place) else { break };
        // Credentials take turns: one alone is admitted 1,000 requests a second.
        let turn = (number + done.times.len()) % CREDENTIALS;
        let token = ground.readers.get(turn).map_or("", String::as_str);
        let writer = ground.writers.get(turn).map_or("", String::as_str);
        let body: Bytes = if workload == Workload::Provide { ground.bundle(dossier) } else { Bytes::new() };
        let one = Stopwatch::start();
        let (status, bytes) = match workload {
            Workload::Provide => connection.post("/fhir/", writer, body).await?,
            Workload::List => {
                let path = format!("/fhir/DocumentReference?patient.identifier={}&_count=50", dossier.query);
                connection.get(&path, token).await?
            }
            Workload::Fetch => connection.get(&format!("/fhir/Binary/{}", dossier.document), token).await?,
            Workload::Read => connection.get(&format!("/fhir/DocumentReference/{}", dossier.document), token).await?,
        };
        done.times.push(one.seconds());
        if status != 200 || bytes.is_empty() {
            done.errors += 1;
        }
    }
    Ok(done)
}
