//! `dmp evidence`: a signed extract of the entries about one access, for who must prove it; nothing clinical in it.

use std::path::PathBuf;
use std::process::ExitCode;

use dmp_core::act::{Act, Answer, TakeEvidence};
use dmp_core::identity::Ins;
use dmp_store::{Ask, Kind, Name, Target};

use super::{Where, operator};
use crate::failure::Failure;

/// An extract about one access. It is an operator's act, and the holder sees it in his history.
#[derive(Debug, clap::Args)]
pub struct Evidence {
    /// The dossier, `OID|VALUE` or an HL7 CX.
    #[arg(long)]
    ins: String,
    /// The access: the id of its AuditEvent.
    #[arg(long)]
    entry: String,
    /// The file to write.
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    place: Where,
}

impl Evidence {
    /// Runs it.
    ///
    /// # Errors
    /// [`Failure`] when there is no such dossier or access.
    pub async fn run(self) -> Result<ExitCode, Failure> {
        let ins = Ins::parse_text(&self.ins).map_err(|fault| Failure::of("--ins", fault))?;
        let opened = self.place.open().await?;
        let store = &opened.store;
        let found = store.resolve(Kind::AuditEvent, &self.entry);
        let journal = store.find_journal(&Name::Ins(&ins)).await?;
        // An id of another dossier is refused by the same act: whatever was tried is in a journal.
        let entry = found.filter(|found| journal == Some(found.journal)).map_or(0, |found| found.item);
        let act = Act::TakeEvidence(TakeEvidence { entry });
        let performed = store.perform(Target::Dossier(ins), act, Ask::of(operator())).await?;
        match performed.answer {
            Answer::Refused(rule) => return Err(Failure::of("--ins", rule.code())),
            Answer::NotFound => return Err(Failure::of("--entry", "this dossier has no such AuditEvent")),
            _ => {}
        }
        let text = store.evidence(&performed, &opened.signer).await?;
        std::fs::write(&self.out, text.as_bytes())
            .map_err(|error| Failure::of(&self.out.display().to_string(), error))?;
        println!("signed with the key {}", opened.signer.public_hex());
        Ok(ExitCode::SUCCESS)
    }
}
