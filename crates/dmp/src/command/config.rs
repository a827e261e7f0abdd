//! `dmp config example` and `dmp config check FILE`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::config::{Config, EXAMPLE};
use crate::failure::Failure;

/// The configuration of `serve`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Prints a configuration with every setting explained.
    Example,
    /// Says whether a configuration would start, and what is wrong with it if not.
    Check {
        /// The configuration.
        file: PathBuf,
    },
}

impl ConfigCommand {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] that names the setting.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Example => print!("{EXAMPLE}"),
            Self::Check { file } => {
                Config::read(&file)?.check()?;
                println!("{}: good", file.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
