//! `dmp config example` and `dmp config check FILE`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use dmp_store::Clock;

use crate::clock_mark;
use crate::config::{Config, EXAMPLE};
use crate::failure::Failure;
use crate::world::SystemClock;

/// The configuration of `serve`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Prints a configuration with every setting explained.
    Example,
    /// Says whether a configuration would start, with the data that are there, and what is wrong with it if not.
    Check {
        /// The configuration.
        file: PathBuf,
    },
}

impl ConfigCommand {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] that names the setting, or the file.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Example => print!("{EXAMPLE}"),
            Self::Check { file } => {
                let config = Config::read(&file)?;
                config.check()?;
                if let Some(engine) = config.data.folder().check().await? {
                    clock_mark::check(&engine, SystemClock.now()).await?;
                }
                println!("{}: good", file.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
