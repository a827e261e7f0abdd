//! `dmp matrix show` and `dmp matrix check FILE`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use dmp_core::access::matrix::HabilitationMatrix;

use crate::failure::Failure;

/// The habilitation matrix: who reads what.
#[derive(Debug, Subcommand)]
pub enum MatrixCommand {
    /// Prints the matrix; counts for each profession go to the error output.
    Show {
        /// How.
        #[arg(long, value_enum, default_value_t = Format::Csv)]
        format: Format,
    },
    /// Says whether an official matrix could be used.
    Check {
        /// The matrix, as CSV.
        file: PathBuf,
    },
}

/// How the matrix is printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Format {
    /// Comma-separated values.
    Csv,
}

impl MatrixCommand {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] with the line, the column and the rule that a matrix breaks.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Show { format: Format::Csv } => {
                let matrix = HabilitationMatrix::built_in();
                let mut out = std::io::stdout().lock();
                out.write_all(matrix.to_csv().as_bytes())?;
                out.flush()?;
                print_counts(&matrix);
            }
            Self::Check { file } => {
                let name = file.display().to_string();
                let text = std::fs::read_to_string(&file).map_err(|error| Failure::of(&name, error))?;
                let matrix = HabilitationMatrix::from_csv(&text).map_err(|fault| Failure::of(&name, fault))?;
                print_counts(&matrix);
                println!("{name}: good");
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn print_counts(matrix: &HabilitationMatrix) {
    for count in matrix.counts() {
        eprintln!(
            "{} {}: {} read, {} none; {} documented, {} assumed",
            count.profession, count.label, count.read, count.none, count.documented, count.assumed
        );
    }
}
