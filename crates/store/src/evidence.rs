//! A signed extract of the entries about one access: who, when, in which mode, how it ended and by which rule; nothing of what the dossier
//! holds. `docs/destruction.md` says what each line is; `tools/verify_evidence.py` reads it without this program.
//!
//! It states, and it proves: each entry comes as a receipt, whose parts are open where they say nothing clinical and closed to their
//! commitment where they might (a question with its criteria, a motive in somebody's words). What is closed can still be opened before a
//! judge, and held against the commitment.

use std::fmt::Write as _;
use std::sync::Arc;

use dmp_core::dossier::{Dossier, Facts, JournalEntry, Question};
use dmp_core::identity::{Requester, RequesterKind};
use dmp_seal::{Digest, Entry, PartKind, Position, Receipt, leaf};

use crate::destruction::SigningKey;
use crate::door::{Performed, Store};
use crate::error::StoreError;
use crate::held::{JournalKeys, open_row};
use crate::reference::Kind;

/// What a decision opened for an extract.
#[derive(Debug)]
pub(crate) struct OpenEvidence {
    pub entry: u32,
    pub dossier: Arc<Dossier>,
    pub keys: Arc<JournalKeys>,
}

/// One entry: as it was sealed, and what it says.
struct Read {
    sealed: Entry,
    said: JournalEntry,
}

impl Store {
    /// The extract that a permit opens.
    ///
    /// # Errors
    /// [`StoreError`] when there is no such permit, or the journal does not hold.
    pub async fn evidence(&self, performed: &Performed, key: &SigningKey) -> Result<String, StoreError> {
        let open = performed.permit.evidence().ok_or_else(|| StoreError::Engine("no permit".into()))?;
        let entries = self.read_until(performed.places.journal(), open).await?;
        let Some(access) = entries.last() else { return Err(StoreError::Damaged("the entry is not there".into())) };
        let facts = &access.said.facts;
        let number = self.public_id(Kind::AuditEvent, performed.places.journal(), open.entry);
        let mut text = format!("dmp-evidence 1\nmade {}\nentry {number}\n", self.now().rfc3339());
        state(&mut text, facts);
        let own = [("requester", Some(facts.requester)), ("on-behalf", facts.on_behalf)];
        let joint = facts.joint.iter().map(|number| ("joint", Some(*number)));
        for (label, number) in own.into_iter().chain(joint) {
            if let Some(one) = number.and_then(|number| open.dossier.requester(number)) {
                introduce(&mut text, label, one);
            }
        }
        for dispute in open.dossier.disputes.iter().filter(|one| one.entry == open.entry) {
            let outcome = dispute.outcome.map_or("open", |outcome| outcome.code());
            push(&mut text, "disputed", format_args!("{} {outcome}", dispute.since.rfc3339()));
        }
        prove(&mut text, &entries, access)?;
        Ok(key.sign(&text))
    }

    /// The entries up to the one that is asked for, each verified on the one before.
    async fn read_until(&self, journal: u32, open: &OpenEvidence) -> Result<Vec<Read>, StoreError> {
        let count = usize::try_from(open.entry).unwrap_or(usize::MAX);
        let mut previous: Option<Digest> = None;
        let mut entries = Vec::new();
        for (seq, row) in self.engine.rows(journal, 0, count).await? {
            let position = Position { journal, seq };
            let sealed = dmp_seal::open(open.keys.entries(), position, previous.as_ref(), &row)?;
            let (said, digest) = open_row(&open.keys, journal, seq, previous.as_ref(), &row)?;
            previous = Some(digest);
            entries.push(Read { sealed, said });
        }
        Ok(entries)
    }
}

/// What the entry says, but for what was asked and why.
fn state(text: &mut String, facts: &Facts) {
    push(text, "at", format_args!("{} {}", facts.at.millis(), facts.at.rfc3339()));
    push(text, "act", format_args!("{} {}", facts.act.number(), facts.act.code()));
    push(text, "mode", format_args!("{}", facts.mode().code()));
    push(text, "policy", format_args!("{}", hex::encode(facts.policy)));
    push(text, "outcome", format_args!("{} {}", facts.outcome.rule.number(), facts.outcome.rule.code()));
    for item in &facts.outcome.items {
        push(text, "item", format_args!("{} {}", item.status.code(), item.rule.map_or("-", |rule| rule.code())));
    }
}

/// Who he is. A holder, and who acts for him, by kind alone: the extract names no patient.
fn introduce(text: &mut String, label: &str, requester: &Requester) {
    let named = !is_of_the_patient(requester);
    let name = if named { format!(" {} {}", requester.key(), requester.display_name()) } else { String::new() };
    push(text, label, format_args!("{}{name}", requester.kind().code()));
    if let Some(profession) = requester.profession() {
        push(text, &format!("{label}-profession"), format_args!("{}|{}", profession.system, profession.code));
    }
    if let Some(structure) = requester.structure() {
        push(text, &format!("{label}-structure"), format_args!("{structure}"));
    }
}

const fn is_of_the_patient(requester: &Requester) -> bool {
    matches!(requester.kind(), RequesterKind::Holder | RequesterKind::Representative | RequesterKind::Carer)
}

/// The receipts: of the access, and of the entries in which those who asked first appeared.
fn prove(text: &mut String, entries: &[Read], access: &Read) -> Result<(), StoreError> {
    let facts = &access.said.facts;
    let mut first = 0;
    for read in entries {
        let numbers = first..first + read.said.who.len();
        first = numbers.end;
        let is_asked = |number: u32| usize::try_from(number).is_ok_and(|number| numbers.contains(&number));
        let introduces = is_asked(facts.requester) || facts.on_behalf.is_some_and(is_asked);
        let is_access = read.said.seq == access.said.seq;
        if !introduces && !is_access {
            continue;
        }
        let mut shown = Vec::new();
        if is_access && says_nothing_clinical(facts) {
            shown.push(0);
        }
        let people = read.sealed.parts.iter().enumerate().filter(|(_, part)| part.kind == PartKind::Who);
        for ((place, _), (number, who)) in people.zip(numbers.zip(&read.said.who)) {
            let asked = [Some(facts.requester), facts.on_behalf].into_iter().flatten();
            let wanted = asked.into_iter().any(|asked| usize::try_from(asked) == Ok(number));
            if wanted && !is_of_the_patient(who) {
                shown.push(place);
            }
        }
        // There is no log yet that many journals share: each receipt is of a log that has its entry alone.
        let receipt = Receipt::make(&read.sealed, &shown, 0, 1, Vec::new())
            .map_err(|fault| StoreError::Damaged(fault.to_string()))?;
        let root = hex::encode(leaf(&read.sealed.digest));
        let kind = if is_access { "access" } else { "who" };
        push(text, "receipt", format_args!("{kind} {root} {}", hex::encode(receipt.to_bytes())));
    }
    Ok(())
}

/// Whether the facts may be opened whole: no criteria, no identifier, no words of anybody.
fn says_nothing_clinical(facts: &Facts) -> bool {
    let question = matches!(facts.question, None | Some(Question::Item(_) | Question::Entry(_)));
    let plain =
        |id: &str| id.trim_start_matches("urn:uuid:").bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    question && facts.motive.is_none() && facts.motive_code.is_none() && facts.correlation.as_deref().is_none_or(plain)
}

/// One line. What others chose to be called does not break it.
fn push(text: &mut String, label: &str, value: std::fmt::Arguments<'_>) {
    let value = value.to_string().replace(char::is_control, " ");
    // Writing to a String does not fail.
    let _ = writeln!(text, "{label} {value}");
}
