//! What a notice tells: the kind of each entry (issue 4, "Told of it"; facts g), and its words. Never a clinical word, a title, a
//! specialty, a structure's name (decisions 33): those are read after signing in.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::access::is_large_structure;
use crate::dossier::{AccessMode, ActCode, Change, Dossier, DueKind, JournalEntry, NoticeKind, Rule};
use crate::history::Language;
use crate::identity::{Requester, RequesterKind};

/// Whether somebody is told of an act, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// A notice of this kind.
    Kind(NoticeKind),
    /// The holder did it himself.
    Own,
    /// A note that nobody else ever sees (decisions 23).
    Private,
    /// The program's work for itself: what it made known is in a notice of its own.
    Machine,
}

/// What is told of an act: by what it was, whether it was let in, and who asked. Every combination has its cell
/// (`docs/notices.md`).
#[must_use]
pub const fn told(act: ActCode, allowed: bool, by: RequesterKind) -> Told {
    match (act, by) {
        (_, RequesterKind::Holder) => Told::Own,
        (ActCode::WriteNote | ActCode::ListNotes, _) => Told::Private,
        // The information itself tells.
        (ActCode::RegisterInsured | ActCode::InformInsured | ActCode::NoteMailReturned, _) => Told::Machine,
        (ActCode::TellHolder | ActCode::PublishPolicy | ActCode::SuspendRequester, _) => Told::Machine,
        (ActCode::ListReviews | ActCode::ListDossiers | ActCode::FindPatient, _) => Told::Machine,
        // Of a destruction nobody can be told any more: its certificate has a number that was told at the closing.
        (ActCode::BeginDestruction | ActCode::RecordDestruction | ActCode::ListDestructions, _) => Told::Machine,
        _ if !allowed => Told::Kind(NoticeKind::Refused),
        _ => Told::Kind(kind_of_act(act)),
    }
}

const fn kind_of_act(act: ActCode) -> NoticeKind {
    use {ActCode as Act, NoticeKind as Kind};
    match act {
        Act::ProvideDocuments => Kind::DocumentAdded,
        Act::UpdateVisibility | Act::ArchiveDocument | Act::RenameDocument => Kind::DocumentChanged,
        Act::DeleteDocument | Act::EraseDocument => Kind::DocumentDeleted,
        Act::RetrieveDocument => Kind::DocumentRead,
        Act::TestExistence | Act::ReadListed | Act::ReadCandidate => Kind::ExistenceAsked,
        Act::GrantAccess | Act::WithdrawAccess => Kind::Authorization,
        Act::Block
        | Act::Unblock
        | Act::Oppose
        | Act::SetException
        | Act::ChooseRelease
        | Act::ChooseNotice
        | Act::SetContact
        | Act::SetAddress
        | Act::SetContactPerson => Kind::Choices,
        Act::NameMedecinTraitant | Act::DeclareMedecinTraitant | Act::LeaveMedecinTraitant => Kind::MedecinTraitant,
        Act::RecordMandate | Act::DelegateCarer => Kind::Company,
        Act::EndMandate | Act::EndDelegation => Kind::CompanyEnded,
        Act::RequestDeletion
        | Act::AnswerDeletion
        | Act::ClaimNotMine
        | Act::DisputeAccess
        | Act::ReviewAccess => Kind::Request,
        Act::ExportJournal | Act::TakeEvidence => Kind::Extracted,
        Act::NoteCopyPosted => Kind::CopyPosted,
        Act::OpenDossier
        | Act::ObjectOpening
        | Act::ObjectSuspension
        | Act::ObjectByCode
        | Act::AddName
        | Act::CorrectIdentity
        | Act::MergeDossier
        | Act::AbsorbDossier
        | Act::SeparateDossier
        | Act::ActivateDossier
        | Act::CloseDossier
        | Act::ReopenDossier
        | Act::AskExpressDeletion
        | Act::RecordDeath
        | Act::SuspendDossier
        | Act::FallDue => Kind::Life,
        Act::FindDocuments
        | Act::FindSubmissionSets
        | Act::FindReference
        | Act::ReadSubmissionSet
        | Act::ReadDocumentEntry
        | Act::ReadAdministrative
        | Act::ReadHistory
        | Act::ReadHistoryEntry
        | Act::ReadAuthorization
        | Act::ListAuthorizations
        | Act::ReadReview
        | Act::ReadContactPersons
        // Told by `told` before; a note or the program's own work is never looked up here.
        | Act::WriteNote
        | Act::ListNotes
        | Act::TellHolder
        | Act::PublishPolicy
        | Act::SuspendRequester
        | Act::BeginDestruction
        | Act::RecordDestruction
        | Act::ListDestructions
        | Act::ListReviews
        | Act::ListDossiers
        | Act::FindPatient
        | Act::RegisterInsured
        | Act::InformInsured
        | Act::NoteMailReturned => Kind::Consulted,
    }
}

/// The kind of the notice that an entry makes, with what only its dossier tells: an emergency that opens, a first access, the first
/// reimbursements, the term that came.
#[must_use]
pub fn kind_of(dossier: &Dossier, entry: &JournalEntry) -> Option<NoticeKind> {
    let facts = &entry.facts;
    let requester = dossier.requester(facts.requester)?;
    let refused = !facts.outcome.items.is_empty()
        && facts.outcome.items.iter().all(|one| one.rule.is_some_and(|rule| !rule.allows()));
    // The program looked whether a term had anything to do; an address is the one that is known.
    let nothing = matches!(facts.act, ActCode::FallDue | ActCode::SetAddress);
    if nothing && facts.outcome.rule == Rule::AlreadyDone {
        return None;
    }
    let Told::Kind(kind) = told(facts.act, facts.outcome.rule.allows() && !refused, requester.kind()) else {
        return None;
    };
    let changes = || entry.changes.iter().flatten();
    for change in changes() {
        match change {
            Change::EmergencyOpened(opened) if opened.mode == AccessMode::Centre15 => {
                return Some(NoticeKind::Centre15);
            }
            Change::EmergencyOpened(_) => return Some(NoticeKind::BrisDeGlace),
            Change::FellDue(fell) => return Some(kind_of_term(fell.kind)),
            _ => {}
        }
    }
    let at = facts.at;
    let entered = || dossier.accesses.get(requester.session_key().as_str()).is_some_and(|access| access.first == at);
    let professional = matches!(&**requester, Requester::Professional(_) | Requester::Organisation(_));
    if professional && entry.is_access() && entered() {
        return Some(NoticeKind::FirstAccess);
    }
    let insurer = matches!(&**requester, Requester::InsurerFeed(_)) && kind == NoticeKind::DocumentAdded;
    let first = changes().any(|change| matches!(change, Change::DocumentAdded(added) if added.replaces.is_none()));
    Some(if insurer && first { NoticeKind::FirstReimbursements } else { kind })
}

const fn kind_of_term(term: DueKind) -> NoticeKind {
    match term {
        DueKind::WithheldInvitation => NoticeKind::SeeProfessional,
        DueKind::WithheldRelease => NoticeKind::Released,
        DueKind::MajorityReminder => NoticeKind::Majority,
        DueKind::SuspensionEnd | DueKind::Opening => NoticeKind::Life,
    }
}

/// The words of a notice in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// A line for the subject of a mail.
    pub subject: &'static str,
    /// A sentence; `{who}` stands for who acted.
    pub sentence: &'static str,
}

static TABLE: LazyLock<BTreeMap<&'static str, [Words; 2]>> = LazyLock::new(|| {
    include_str!("../../../../codes/notices.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut cells = line.split('|');
            let code = cells.next()?;
            let mut words = || Some(Words { subject: cells.next()?, sentence: cells.next()? });
            Some((code, [words()?, words()?]))
        })
        .collect()
});

fn look_up(code: &str, language: Language) -> Option<Words> {
    let [french, english] = TABLE.get(code)?;
    Some(if language == Language::French { *french } else { *english })
}

/// The words of a kind; `None` only if the table lacks it, which a test forbids.
#[must_use]
pub fn words(kind: NoticeKind, language: Language) -> Option<Words> {
    look_up(kind.code(), language)
}

/// Who acted, as a notice names him.
#[must_use]
pub fn who_words(requester: &Requester, language: Language) -> &'static str {
    let code = match requester {
        Requester::Professional(one) if one.sector.as_deref().is_some_and(is_large_structure) => {
            "who.hospital".to_owned()
        }
        other => format!("who.{}", other.kind().code()),
    };
    look_up(&code, language).map_or("", |words| words.sentence)
}
