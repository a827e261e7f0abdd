//! A document or a set as one caller sees it. Everything told of it (version, dates, ties) is told of what he sees.

use std::sync::Arc;

use crate::access::functional_rights::Column;
use crate::access::{Admission, Relation, Side, relation};
use crate::act::Context;
use crate::code::Instant;
use crate::document::criteria;
use crate::document::{Author, DocumentEntry, Item, Known, SourcePatient, Standing, SubmissionSet, Visibility};
use crate::dossier::{DocumentRecord, Dossier, SetRecord};
use crate::identity::Ins;

/// One document, for one caller.
#[derive(Debug, Clone)]
pub struct DocumentView {
    /// Its number: `logicalId`.
    pub item: Item,
    /// Its newest version's number: `entryUUID`.
    pub version_item: Item,
    /// The version that this caller sees, from 1.
    pub version: u32,
    /// What it says of itself.
    pub entry: Arc<DocumentEntry>,
    /// Its standing, as this caller sees it.
    pub standing: Standing,
    /// Its visibility codes, as this caller sees them.
    pub visibility: Visibility,
    /// The document that it replaces, if this caller sees that.
    pub replaces: Option<Item>,
    /// The uniqueId of that document.
    pub replaces_unique_id: Option<Box<str>>,
    /// Who made it.
    pub authors: Vec<Arc<Known>>,
    /// Who answers for it.
    pub legal_authenticator: Option<Arc<Known>>,
    /// The patient, as the sender knew him.
    pub source_patient: Option<Arc<Known>>,
    /// The dossier's name.
    pub patient: Ins,
    /// When it was deposited.
    pub deposited_at: Instant,
    /// When it last changed for this caller.
    pub updated_at: Instant,
    /// Whether the caller or his structure deposited it, or it names him.
    pub own: bool,
    /// Why it was withheld from the holder: for his side, which sees it once it is released, and for whoever deposited it (decisions 19).
    pub withhold_motive: Option<Box<str>>,
    /// For the holder's side: that it was withheld, since when, by whom and until when (decisions 19).
    pub withheld: Option<Withheld>,
    /// When its deletion was asked for, as long as nobody answered: for who asks and who decides (decisions 22).
    pub deletion_asked: Option<Instant>,
    /// Whether somebody says that it is not his, as long as the case is open: for the same (decisions 23).
    pub claimed: bool,
}

/// What the holder's side reads of a withholding that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// Since the deposit of the first version.
    pub since: Instant,
    /// Until when: its month, unless it was lifted before.
    pub until: Instant,
    /// By whom: who deposited the version that is read, as people read his name.
    pub by: Box<str>,
}

/// One submission set, for one caller.
#[derive(Debug, Clone)]
pub struct SetView {
    /// Its number.
    pub item: Item,
    /// What it says of itself.
    pub set: Arc<SubmissionSet>,
    /// Its members that this caller sees.
    pub members: Vec<Item>,
    /// Who submitted it.
    pub authors: Vec<Arc<Known>>,
    /// The patient, as the sender knew him.
    pub source_patient: Option<Arc<Known>>,
    /// The dossier's name.
    pub patient: Ins,
    /// When it arrived.
    pub deposited_at: Instant,
}

impl Known {
    /// The author, where it is one.
    #[must_use]
    pub const fn author(&self) -> Option<&Author> {
        match self {
            Self::Author(author) => Some(author),
            Self::SourcePatient(_) => None,
        }
    }

    /// The patient, where it is one.
    #[must_use]
    pub const fn source_patient(&self) -> Option<&SourcePatient> {
        match self {
            Self::SourcePatient(patient) => Some(patient),
            Self::Author(_) => None,
        }
    }
}

impl DocumentView {
    /// The version that the admitted caller sees.
    pub(super) fn version_of(
        dossier: &Dossier,
        context: &Context<'_>,
        admission: &Admission,
        record: &DocumentRecord,
    ) -> u32 {
        record.version + u32::from(visible_successor(dossier, context, admission, record).is_some())
    }

    /// The document as the admitted caller sees it; he sees it: that was judged before.
    pub(crate) fn of(
        dossier: &Dossier,
        context: &Context<'_>,
        admission: &Admission,
        record: &DocumentRecord,
    ) -> Option<Self> {
        let entry = &record.entry;
        let known = |number: &u32| dossier.known(*number).cloned();
        let successor = visible_successor(dossier, context, admission, record);
        let replaces = visible_predecessor(dossier, context, admission, record);
        let tie = relation(dossier, context.requester, record);
        Some(Self {
            item: record.item,
            version_item: record.version_item,
            version: Self::version_of(dossier, context, admission, record),
            entry: Arc::clone(entry),
            standing: Standing { deprecated: successor.is_some() || is_replaced_elsewhere(record), ..record.standing },
            visibility: shown_visibility(admission, tie, record, context.now),
            replaces: replaces.map(|one| one.item),
            replaces_unique_id: replaces.map(|one| one.entry.unique_id.clone()),
            authors: entry.authors.iter().filter_map(known).collect(),
            legal_authenticator: entry.legal_authenticator.as_ref().and_then(known),
            source_patient: entry.source_patient.as_ref().and_then(known),
            patient: dossier.primary_name()?.clone(),
            deposited_at: record.deposited_at,
            updated_at: record.updated_at.max(successor.map_or(Instant::MIN, |one| one.deposited_at)),
            own: tie != Relation::None,
            withhold_motive: record
                .withhold_motive
                .clone()
                .filter(|_| admission.side.is_holders() || tie != Relation::None),
            withheld: withheld(dossier, record).filter(|_| admission.side.is_holders()),
            deletion_asked: record.deletion_asked.filter(|_| admission.side.is_holders() || tie != Relation::None),
            claimed: record.claimed && (admission.side.is_holders() || tie != Relation::None),
        })
    }

    /// What a search compares. `ids` are the identifiers that we gave it.
    #[must_use]
    pub fn subject<'a>(&'a self, authors: &'a [&'a Author], ids: &'a [Box<str>]) -> criteria::Subject<'a> {
        criteria::Subject {
            entry: &self.entry,
            authors,
            standing: self.standing,
            visibility: self.visibility,
            deposited: self.deposited_at,
            updated: self.updated_at,
            replaces: self.replaces_unique_id.as_deref(),
            replaced_ids: &[],
            ids,
            owned: &[],
        }
    }
}

impl SetView {
    /// The set as the admitted caller sees it; none when he sees no member: a set without a visible member does not exist, and
    /// a signature alone makes none.
    pub(crate) fn of(dossier: &Dossier, context: &Context<'_>, admission: &Admission, set: &SetRecord) -> Option<Self> {
        let seen = |item: &Item| {
            dossier.document(*item).is_some_and(|record| admission.document(dossier, context, record).is_ok())
        };
        let members: Vec<Item> = set.members.iter().copied().filter(|item| seen(item)).collect();
        let first = members.iter().filter_map(|item| dossier.document(*item)).find(|record| !record.is_signature())?;
        Some(Self {
            item: set.item,
            set: Arc::clone(&set.set),
            authors: set.set.authors.iter().filter_map(|number| dossier.known(*number).cloned()).collect(),
            source_patient: first.entry.source_patient.and_then(|number| dossier.known(number).cloned()),
            patient: dossier.primary_name()?.clone(),
            deposited_at: set.deposited_at,
            members,
        })
    }
}

fn withheld(dossier: &Dossier, record: &DocumentRecord) -> Option<Withheld> {
    let since = record.withheld_since.filter(|_| !record.is_signature())?;
    let until = record.released_at.unwrap_or_else(|| since.plus_months(1));
    Some(Withheld { since, until, by: dossier.depositor(record)?.display_name().into() })
}

/// The codes that the caller may know of: masks are for the holder's side; whoever deposited a document knows the code that
/// he gave it; to other professionals what they may read is not masked.
fn shown_visibility(admission: &Admission, tie: Relation, record: &DocumentRecord, now: Instant) -> Visibility {
    let masque_ps = match (admission.side, tie) {
        (Side::Holder | Side::Representative | Side::Carer, _) => record.is_masked(),
        // Mask and unmask are shown to no professional but the médecin traitant (decisions 10).
        (Side::Professional(Column::MtNormal | Column::MtBrisDeGlace), _) => record.is_masked(),
        (_, Relation::None) => false,
        _ => record.visibility.masque_ps,
    };
    Visibility { masque_ps, invisible_patient: record.is_withheld(now), ..record.visibility }
}

/// What replaced it, and a copy of it, went to another dossier when two were parted.
const fn is_replaced_elsewhere(record: &DocumentRecord) -> bool {
    record.standing.deprecated && record.replaced_by.is_none()
}

/// The nearest later version that the caller sees: a replacement that he may not see leaves no trace.
fn visible_successor<'a>(
    dossier: &'a Dossier,
    context: &Context<'_>,
    admission: &Admission,
    record: &DocumentRecord,
) -> Option<&'a DocumentRecord> {
    dossier.replacements(record).find_map(|later| {
        if admission.document(dossier, context, later).is_ok() {
            Some(later)
        } else {
            visible_successor(dossier, context, admission, later)
        }
    })
}

/// The nearest earlier version that he sees.
fn visible_predecessor<'a>(
    dossier: &'a Dossier,
    context: &Context<'_>,
    admission: &Admission,
    record: &DocumentRecord,
) -> Option<&'a DocumentRecord> {
    let earlier = dossier.document(record.replaces?)?;
    if admission.document(dossier, context, earlier).is_ok() {
        Some(earlier)
    } else {
        visible_predecessor(dossier, context, admission, earlier)
    }
}
