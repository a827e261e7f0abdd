//! `dmp mail dead-letters`: notices that could not leave after the last try.

use std::process::ExitCode;

use clap::Subcommand;

use super::Where;
use crate::failure::Failure;
use crate::jobs::dead_letters;

/// Mail.
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Lists the notices that could not leave: their name, tries and the last reason; never an address.
    DeadLetters {
        #[command(flatten)]
        place: Where,
    },
}

impl MailCommand {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] when the data cannot be opened.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let Self::DeadLetters { place } = self;
        let opened = place.open().await?;
        for letter in dead_letters(&opened.store).await? {
            println!("{}  {} tries, the last at {}: {}", letter.id, letter.tries, letter.next.rfc3339(), letter.reason);
        }
        Ok(ExitCode::SUCCESS)
    }
}
