//! One entry as its reader is told of it: the facts of a BALP AuditEvent, and of a sentence.

use std::sync::Arc;

use crate::access::Side;
use crate::act::HistoryWindow;
use crate::code::Instant;
use crate::document::Item;
use crate::dossier::{AccessMode, ActCode, DocumentRecord, Dossier, ItemStatus, JournalEntry, Question, Rule};
use crate::history::said::Said;
use crate::history::shown::{is_shown, is_withheld};
use crate::identity::{Ins, Requester};

/// What kind of event it is (BALP): the RESTful interaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subtype {
    /// Something was made.
    Create,
    /// Something was read.
    Read,
    /// Something was searched.
    Query,
    /// Something was changed.
    Update,
    /// Something was deleted.
    Delete,
    /// Something was done that is none of these.
    Execute,
}

/// One line of the history.
#[derive(Debug, Clone)]
pub struct HistoryLine {
    /// The journal of the entry: with its place there behind a public id, never shown.
    pub journal: u32,
    /// The entry: behind a public id, never shown.
    pub seq: u32,
    /// When.
    pub at: Instant,
    /// What.
    pub act: ActCode,
    /// Who.
    pub requester: Arc<Requester>,
    /// For whom.
    pub on_behalf: Option<Arc<Requester>>,
    /// In whose name, where a carer or a representative acted: every act of a delegate bears both names (issue 4, carers).
    pub delegated_by: Option<Delegator>,
    /// Who signed with him.
    pub joint: Vec<Arc<Requester>>,
    /// How he entered.
    pub mode: AccessMode,
    /// Why, in his words.
    pub motive: Option<Box<str>>,
    /// The rule that let him in or refused him.
    pub rule: Rule,
    /// Whether he was refused, whole or on the one document that he named.
    pub refused: bool,
    /// Whether what he named is not there.
    pub not_found: bool,
    /// The documents that it is about.
    pub documents: Vec<HistoryDocument>,
    /// Whom it is about, and in what words.
    pub said: Said,
    /// How many were found, of the reader's own searches.
    pub count: Option<u32>,
    /// What was asked.
    pub question: Option<Question>,
    /// The correlation id that the client gave.
    pub correlation: Option<Box<str>>,
    /// The name under which the dossier was addressed.
    pub addressed: Option<Ins>,
}

/// The holder, as an act in his name tells of him.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegator {
    /// His name.
    pub name: Box<str>,
    /// His number.
    pub ins: Ins,
}

impl Delegator {
    fn of(dossier: &Dossier, requester: &Requester) -> Option<Self> {
        if !matches!(requester, Requester::Representative(_) | Requester::Carer(_)) {
            return None;
        }
        let holder = dossier.holder.as_deref()?;
        let family = holder.used_family.as_deref().unwrap_or(&holder.family);
        let name = [holder.given.as_deref(), Some(family)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        Some(Self { name: name.into(), ins: dossier.primary_name()?.clone() })
    }
}

/// A document that a line is about.
#[derive(Debug, Clone)]
pub struct HistoryDocument {
    /// Its number.
    pub item: Item,
    /// Its title, or the name of its type.
    pub title: Box<str>,
    /// The rule that settled this one.
    pub rule: Option<Rule>,
    /// How it ended for this one.
    pub status: ItemStatus,
}

impl HistoryLine {
    /// The line of an entry for one reader, told with the dossier as it is now; none where he may not know of it.
    #[must_use]
    pub fn of(dossier: &Dossier, window: &HistoryWindow, now: Instant, entry: &JournalEntry) -> Option<Self> {
        if !is_shown(dossier, window, now, entry) {
            return None;
        }
        let side = window.side;
        let facts = &entry.facts;
        let requester = dossier.requester(facts.requester)?;
        let items = if window.told { &[][..] } else { &facts.outcome.items };
        let documents = items.iter().filter_map(|outcome| {
            let item = outcome.item.filter(|item| !is_withheld(dossier, window, now, *item))?;
            let title = title(dossier.document(item)?);
            Some(HistoryDocument { item, title, rule: outcome.rule, status: outcome.status })
        });
        let only_refused = !items.is_empty() && items.iter().all(|outcome| outcome.status == ItemStatus::Refused);
        let not_found = !items.is_empty() && items.iter().all(|outcome| outcome.status == ItemStatus::NotFound);
        let item_rule = items.first().filter(|_| only_refused).and_then(|outcome| outcome.rule);
        Some(Self {
            journal: 0,
            seq: entry.seq,
            at: facts.at,
            act: facts.act,
            requester: Arc::clone(requester),
            on_behalf: facts.on_behalf.and_then(|number| dossier.requester(number).cloned()),
            delegated_by: Delegator::of(dossier, requester).filter(|_| facts.outcome.rule != Rule::NotHolder),
            joint: facts.joint.iter().filter_map(|number| dossier.requester(*number).cloned()).collect(),
            mode: facts.mode(),
            motive: facts.motive.clone(),
            rule: item_rule.unwrap_or(facts.outcome.rule),
            refused: only_refused || !facts.outcome.rule.allows(),
            not_found,
            documents: documents.collect(),
            said: Said::of(dossier, side, entry),
            // How many another found would tell of what is withheld from this reader.
            count: facts.outcome.count.filter(|_| is_on_the_side(requester, side)),
            // What others asked may name what a professional may not know of.
            question: facts.question.clone().filter(|_| !matches!(side, Side::Professional(_))),
            correlation: facts.correlation.clone(),
            addressed: facts.addressed.and_then(|place| dossier.addresses.get(usize::try_from(place).ok()?)).cloned(),
        })
    }

    /// The same, of that journal.
    #[must_use]
    pub fn in_journal(self, journal: u32) -> Self {
        Self { journal, ..self }
    }

    /// The kind of event, as BALP tells them apart.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: one line an act")]
    pub const fn subtype(&self) -> Subtype {
        match self.act {
            ActCode::OpenDossier
            | ActCode::ObjectOpening
            | ActCode::ObjectSuspension
            | ActCode::RegisterInsured
            | ActCode::ObjectByCode
            | ActCode::NoteMailReturned
            | ActCode::NoteCopyPosted
            | ActCode::ActivateDossier
            | ActCode::Oppose
            | ActCode::SetException
            | ActCode::RecordMandate
            | ActCode::DelegateCarer
            | ActCode::RequestDeletion
            | ActCode::ClaimNotMine
            | ActCode::DisputeAccess
            | ActCode::RecordDestruction
            | ActCode::WriteNote
            | ActCode::RecordDeath
            | ActCode::GrantAccess
            | ActCode::Block
            | ActCode::ProvideDocuments
            | ActCode::PublishPolicy
            | ActCode::ChooseNotice
            | ActCode::SetContact
            | ActCode::SetContactPerson => Subtype::Create,
            ActCode::WithdrawAccess
            | ActCode::NameMedecinTraitant
            | ActCode::DeclareMedecinTraitant
            | ActCode::LeaveMedecinTraitant
            | ActCode::ChooseRelease
            | ActCode::EndMandate
            | ActCode::EndDelegation
            | ActCode::ReopenDossier
            | ActCode::AskExpressDeletion
            | ActCode::SuspendDossier
            | ActCode::SuspendRequester
            | ActCode::ReviewAccess
            | ActCode::AddName
            | ActCode::CorrectIdentity
            | ActCode::MergeDossier
            | ActCode::AbsorbDossier
            | ActCode::SeparateDossier
            | ActCode::AnswerDeletion
            | ActCode::Unblock
            | ActCode::UpdateVisibility
            | ActCode::RenameDocument
            | ActCode::ArchiveDocument
            | ActCode::SetAddress
            | ActCode::CloseDossier => Subtype::Update,
            ActCode::DeleteDocument | ActCode::EraseDocument | ActCode::BeginDestruction => Subtype::Delete,
            ActCode::ReadDocumentEntry
            | ActCode::ReadAdministrative
            | ActCode::RetrieveDocument
            | ActCode::ReadHistoryEntry
            | ActCode::ReadSubmissionSet
            | ActCode::ReadAuthorization
            | ActCode::ReadContactPersons
            | ActCode::ReadReview => Subtype::Read,
            ActCode::TestExistence
            | ActCode::FindDocuments
            | ActCode::FindSubmissionSets
            | ActCode::FindReference
            | ActCode::ListAuthorizations
            | ActCode::ListNotes
            | ActCode::ListDestructions
            | ActCode::ListReviews
            | ActCode::ListDossiers
            | ActCode::ReadListed
            | ActCode::FindPatient
            | ActCode::ReadCandidate
            | ActCode::ReadHistory => Subtype::Query,
            ActCode::ExportJournal
            | ActCode::TakeEvidence
            | ActCode::FallDue
            | ActCode::TellHolder
            | ActCode::InformInsured => Subtype::Execute,
        }
    }
}

pub(super) const fn is_on_the_side(requester: &Requester, side: Side) -> bool {
    match side {
        Side::Holder => matches!(requester, Requester::Holder(_)),
        Side::Representative => matches!(requester, Requester::Representative(_)),
        _ => false,
    }
}

fn title(record: &DocumentRecord) -> Box<str> {
    let entry = &record.entry;
    entry
        .title
        .clone()
        .or_else(|| crate::code::table::document_type(&entry.type_code.code).map(|known| known.label.as_ref().into()))
        .unwrap_or_else(|| (&entry.type_code.code.code).into())
}
