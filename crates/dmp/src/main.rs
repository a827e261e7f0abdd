//! The program: command line, configuration, listeners, jobs.

mod admission;
#[cfg(feature = "lab")]
mod bench;
mod clock_mark;
mod command;
mod config;
mod data_dir;
mod data_files;
mod failure;
mod fold_mark;
mod front;
mod full_path;
mod health;
mod jobs;
mod listen;
mod operations;
mod pace;
mod places;
mod root_key;
mod serving;
mod world;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;

/// A request makes and drops some thousand small things on several threads: measured in `bench/README.md`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// A Dossier Médical Partagé: the shared health record.
#[derive(Debug, Parser)]
#[command(name = "dmp", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("dmp: the runtime cannot be started: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli.command.run()) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("dmp: {failure}");
            ExitCode::FAILURE
        }
    }
}
