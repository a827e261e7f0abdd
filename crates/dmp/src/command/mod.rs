//! The commands.

mod config;
#[cfg(feature = "lab")]
mod demo;
mod destruction;
mod evidence;
mod insured;
mod journal;
mod mail;
mod matrix;
mod serve;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::failure::Failure;

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A working DMP with fictional people, for trying and testing.
    #[cfg(feature = "lab")]
    Demo(demo::Demo),
    /// Drives the real server over HTTP and measures it.
    #[cfg(feature = "lab")]
    Bench(crate::bench::Bench),
    /// The real thing.
    Serve {
        /// The configuration (`dmp config example`).
        #[arg(long)]
        config: PathBuf,
    },
    /// The configuration of `serve`.
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// The habilitation matrix: who reads what.
    #[command(subcommand)]
    Matrix(matrix::MatrixCommand),
    /// Insured persons.
    #[command(subcommand)]
    Insured(insured::InsuredCommand),
    /// Journals.
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    /// Destructions and their certificates.
    #[command(subcommand)]
    Destruction(destruction::DestructionCommand),
    /// A signed extract about one access, nothing clinical in it.
    Evidence(evidence::Evidence),
    /// Notices by mail.
    #[command(subcommand)]
    Mail(mail::MailCommand),
}

impl Command {
    /// Runs it to its end.
    ///
    /// # Errors
    /// [`Failure`] with one line for who typed the command.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            #[cfg(feature = "lab")]
            Self::Demo(demo) => demo.run().await,
            #[cfg(feature = "lab")]
            Self::Bench(bench) => bench.run().await,
            Self::Serve { config } => serve::run(&config).await,
            Self::Config(command) => command.run().await,
            Self::Matrix(command) => command.run(),
            Self::Insured(command) => command.run().await,
            Self::Journal(command) => command.run().await,
            Self::Destruction(command) => command.run().await,
            Self::Evidence(command) => command.run().await,
            Self::Mail(command) => command.run().await,
        }
    }
}

/// The data folder of a command: `--data DIR` for a demo's, `--config FILE` for a service's.
#[derive(Debug, Clone, clap::Args)]
pub struct Where {
    /// The data folder of a demo.
    #[arg(long, default_value = "./dmp-demo", conflicts_with = "config")]
    data: PathBuf,
    /// The configuration of a service.
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Where {
    /// Opens the store, beside a running server or not.
    ///
    /// # Errors
    /// [`Failure`] when it cannot be opened.
    pub async fn open(&self) -> Result<crate::data_dir::Opened, Failure> {
        let (dir, policy) = match &self.config {
            Some(path) => {
                let config = crate::config::Config::read(path)?;
                let policy = config.check()?;
                (config.data.folder(), policy)
            }
            None => {
                if !self.data.join("journal.sqlite").exists() {
                    let why =
                        "there is no data here: start `dmp demo` once, or name the folder with --data or --config";
                    return Err(Failure::of(&self.data.display().to_string(), why));
                }
                let policy = std::sync::Arc::new(dmp_core::access::Policy::built_in());
                (crate::data_dir::DataDir::demo(&self.data), policy)
            }
        };
        dir.open(policy, 64 << 20).await
    }
}

/// The operator at the command line: his name is in every entry that he causes.
pub fn operator() -> std::sync::Arc<dmp_core::identity::Requester> {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "operator".into());
    let operator = dmp_core::identity::Operator {
        id: user.into(),
        name: Some(dmp_core::identity::Operator::AT_THE_COMMAND_LINE.into()),
        credential: dmp_core::code::sha256(b"command line"),
    };
    std::sync::Arc::new(dmp_core::identity::Requester::Operator(operator))
}
