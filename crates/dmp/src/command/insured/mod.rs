//! `dmp insured import`: opens dossiers in bulk from FHIR Patients, one a line, beside a running server or not.

mod import;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use dmp_core::act::{Act, Answer, NoteMailReturned};
use dmp_core::code::{Day, Instant};
use dmp_core::identity::Ins;
use dmp_store::{Ask, Target};

use super::{Where, operator};
use crate::failure::Failure;

/// Insured persons.
#[derive(Debug, Subcommand)]
pub enum InsuredCommand {
    /// Opens the dossiers of the persons in a file. Stopped and started again, it goes on where it was.
    Import {
        /// FHIR Patients in JSON, one a line (docs/insured-import.md).
        file: PathBuf,
        /// The day on which these persons were informed (YYYY-MM-DD). The six weeks for objecting must be over. Without it the
        /// dossiers open now, and their history says so.
        #[arg(long)]
        informed_on: Option<String>,
        /// Registers these persons and has each informed, by e-mail or else by a letter, with a code that objects: their dossiers open
        /// six weeks after the sending.
        #[arg(long, conflicts_with = "informed_on")]
        inform: bool,
        #[command(flatten)]
        place: Where,
    },
    /// Notes that the e-mail of the information came back: a letter goes, and the six weeks begin again.
    Returned {
        /// The person, `OID|VALUE` or an HL7 CX.
        #[arg(long)]
        ins: String,
        #[command(flatten)]
        place: Where,
    },
}

impl InsuredCommand {
    /// Runs it. The exit code is 1 when a line was bad: each is named on the error output.
    ///
    /// # Errors
    /// [`Failure`] when nothing can be imported at all.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Import { file, informed_on, inform, place } => {
                let opened = place.open().await?;
                let informed_on = informed_on.map(|text| informed(&text, opened.store.now())).transpose()?;
                let how = if inform { import::How::Inform } else { import::How::Open { informed_on } };
                let outcome = import::run(&opened.store, &file, how).await?;
                println!("{outcome}");
                Ok(if outcome.bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
            }
            Self::Returned { ins, place } => {
                let ins = Ins::parse_text(&ins).map_err(|fault| Failure::of("--ins", fault))?;
                let opened = place.open().await?;
                let act = Act::NoteMailReturned(NoteMailReturned { text: None });
                let performed = opened.store.perform(Target::Dossier(ins), act, Ask::of(operator())).await?;
                match performed.answer {
                    Answer::Done => Ok(ExitCode::SUCCESS),
                    _ => Err(Failure::of("--ins", "nobody waits under this identifier for an e-mail that was sent")),
                }
            }
        }
    }
}

/// Six weeks must have passed since the person was informed (R1111-28).
fn informed(text: &str, now: Instant) -> Result<Instant, Failure> {
    let day = Day::parse(text).map_err(|fault| Failure::of("--informed-on", fault))?;
    let start = day.start();
    let end = start.plus_weeks(6);
    if end > now {
        let why = format!("the six weeks for objecting end on {}: import then", end.rfc3339());
        return Err(Failure::of("--informed-on", why));
    }
    Ok(start)
}
