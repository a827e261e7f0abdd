//! What an entry says beyond its act: whom it is about, the words that go with it, and whether it takes back what the act does.

use std::sync::Arc;

use crate::access::Side;
use crate::act::authorization::as_told;
use crate::dossier::{Change, Dossier, JournalEntry, Subject};
use crate::identity::Requester;

/// What an entry says beyond its act; for the holder and who represents him.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Whom it is about: who may enter, or may not.
    pub whom: Option<Whom>,
    /// What was written beside it: why a deletion is asked for, or refused; what is wrong with a document or an access.
    pub words: Option<Box<str>>,
    /// It takes back, or refuses, what the act otherwise does.
    pub undone: bool,
}

/// A professional or a structure that an entry is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whom {
    /// Its identifier.
    pub subject: Subject,
    /// Its name, where one is known.
    pub name: Option<Box<str>>,
}

impl Whom {
    /// How it is called: by its name, else by its identifier.
    #[must_use]
    pub fn called(&self) -> String {
        match (&self.name, &self.subject) {
            (Some(name), _) => name.to_string(),
            (None, Subject::Professional(id)) => id.to_string(),
            (None, Subject::Structure(id)) => id.to_string(),
        }
    }
}

impl Said {
    /// What an entry says to one side.
    pub(super) fn of(dossier: &Dossier, side: Side, entry: &JournalEntry) -> Self {
        let changes = || entry.changes.iter().flatten();
        let told = matches!(side, Side::Holder | Side::Representative);
        Self {
            whom: changes().filter(|_| told).find_map(|change| whom(dossier, side, change)),
            words: changes().filter(|_| told).find_map(words).map(Into::into),
            undone: changes().any(is_undone),
        }
    }
}

fn whom(dossier: &Dossier, side: Side, change: &Change) -> Option<Whom> {
    let (subject, name) = match change {
        Change::AuthorizationGranted(one) => (&one.subject, &one.name),
        Change::AuthorizationWithdrawn(one) => (&one.subject, &None),
        Change::Blocked(one) => (&one.subject, &one.name),
        Change::Unblocked(one) => (&one.subject, &None),
        Change::OppositionSet(one) => (one.subject.as_ref()?, &None),
        _ => return None,
    };
    let name = name.clone().or_else(|| known(dossier, side, subject));
    Some(Whom { subject: subject.clone(), name })
}

/// The name of who is authorised, as this side's list of authorisations has it. Not of whoever once asked: that somebody did may be what this
/// side may not know (decisions 19 and 24).
fn known(dossier: &Dossier, side: Side, subject: &Subject) -> Option<Box<str>> {
    let recorded = dossier.authorizations.get(subject)?;
    let told = as_told(dossier, side == Side::Representative, recorded)?;
    let himself = |by: &&Arc<Requester>| match (subject, &***by) {
        (Subject::Professional(id), Requester::Professional(one)) => one.id == *id,
        (Subject::Structure(id), Requester::Organisation(one)) => one.structure.id == *id,
        _ => false,
    };
    let by = || dossier.requester(told.recorded_by).filter(himself).map(|by| by.display_name().into());
    told.name.clone().or_else(by)
}

fn words(change: &Change) -> Option<&str> {
    match change {
        Change::DeletionRequested(one) => one.motive.as_deref(),
        Change::DeletionAnswered(one) => one.motive.as_deref(),
        Change::NotMineClaimed(one) => one.text.as_deref(),
        Change::AccessDisputed(one) => one.text.as_deref(),
        _ => None,
    }
}

fn is_undone(change: &Change) -> bool {
    match change {
        Change::DocumentStanding(one) => one.archived == Some(false),
        Change::OppositionSet(one) => !one.opposed,
        Change::OpeningObjected(one) => one.withdrawn,
        Change::Reopened(_) => true,
        Change::DossierSuspended(one) => !one.suspended,
        Change::RequesterSuspended(one) => !one.suspended,
        Change::DeletionAnswered(one) => !one.accepted,
        Change::NotMineClaimed(one) => !one.open,
        Change::AccessDisputed(one) => one.outcome.is_some(),
        _ => false,
    }
}
