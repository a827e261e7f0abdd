//! `dmp destruction`: what was destroyed, the certificates, and the key that they are verified with.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use dmp_store::Ask;

use super::{Where, operator};
use crate::failure::Failure;

/// Destructions.
#[derive(Debug, Subcommand)]
pub enum DestructionCommand {
    /// Lists them: number of the certificate, when it was recorded, why, whether it is complete. The act is in the operator's journal.
    List {
        #[command(flatten)]
        place: Where,
    },
    /// Prints a certificate, signed, by its number: the one that the holder was given when the dossier was closed.
    Certificate {
        /// Its number.
        number: String,
        /// The file to write, instead of the output.
        #[arg(long)]
        out: Option<PathBuf>,
        #[command(flatten)]
        place: Where,
    },
    /// Prints the public key of certificates and evidence, for `tools/verify_evidence.py --key`.
    Key {
        #[command(flatten)]
        place: Where,
    },
}

impl DestructionCommand {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] when there is no such certificate, or none yet.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Self::Key { place } => println!("{}", place.open().await?.signer.public_hex()),
            Self::List { place } => {
                let opened = place.open().await?;
                for one in opened.store.certificates(Ask::of(operator()), None).await? {
                    let ground = one.destruction.ground.map_or("unknown", |ground| ground.code());
                    let state = if one.signed.is_some() { "complete" } else { "key removed, its epoch not ended" };
                    println!("{}  {}  {ground}  {state}", one.number, one.destruction.at.rfc3339());
                }
            }
            Self::Certificate { number, out, place } => {
                let opened = place.open().await?;
                let found = opened.store.certificates(Ask::of(operator()), Some(&number)).await?;
                let Some(one) = found.into_iter().next() else {
                    return Err(Failure::of(&number, "no destruction has this number"));
                };
                let Some(signed) = one.signed else {
                    let why = "the key is removed; the certificate is made when the epoch that knew it ends";
                    return Err(Failure::of(&number, why));
                };
                match out {
                    None => print!("{signed}"),
                    Some(path) => std::fs::write(&path, signed.as_bytes())
                        .map_err(|error| Failure::of(&path.display().to_string(), error))?,
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
