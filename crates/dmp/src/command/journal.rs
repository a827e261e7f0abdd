//! `dmp journal export`: one journal's rows and keys, for a verifier that shares no code with us.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use dmp_core::act::{Act, Answer, ExportJournal};
use dmp_core::history::Language;
use dmp_core::identity::Ins;
use dmp_seal::Export;
use dmp_store::{Ask, Target};

use super::{Where, operator};
use crate::data_dir::write_secret;
use crate::failure::Failure;

/// Journals.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Writes one journal with the key of its entries, and prints the digest of its head. The act is in the journal itself.
    Export {
        /// The dossier, `OID|VALUE` or an HL7 CX.
        #[arg(long)]
        ins: String,
        /// The file to write; it holds a key: keep it as the dossier itself.
        #[arg(long)]
        out: PathBuf,
        #[command(flatten)]
        place: Where,
    },
}

impl JournalCommand {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] when there is no such dossier, or its chain does not hold.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let Self::Export { ins, out, place } = self;
        let ins = Ins::parse_text(&ins).map_err(|fault| Failure::of("--ins", fault))?;
        if out.exists() {
            return Err(Failure::of(&out.display().to_string(), "the file is there already: name another"));
        }
        let opened = place.open().await?;
        let act = Act::ExportJournal(ExportJournal);
        let performed = opened.store.perform(Target::Dossier(ins), act, Ask::of(operator())).await?;
        if let Answer::Refused(rule) = performed.answer {
            let sentence = rule.sentence(Language::English).unwrap_or(rule.code());
            return Err(Failure::of("--ins", sentence));
        }
        let keys = opened.store.keys_for_export(&performed.permit)?;
        let mut export = Export::new(performed.places.journal(), keys.entries());
        for (_, row) in opened.store.engine().rows(performed.places.journal(), 0, usize::MAX).await? {
            export.push(&row).map_err(|fault| Failure::of("the chain does not hold", fault))?;
        }
        let (text, head) = export.finish().map_err(|fault| Failure::of("the export", fault))?;
        write_secret(&out, text.as_bytes()).map_err(|error| Failure::of(&out.display().to_string(), error))?;
        println!("{head}");
        // Each journal is a file of its own.
        for (journal, seq) in performed.places.annexes() {
            eprintln!("annex: journal {journal}, up to entry {seq}: export it under its own identifier");
        }
        Ok(ExitCode::SUCCESS)
    }
}
