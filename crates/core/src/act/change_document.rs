//! Change a document as a conditional PATCH does (PDSm flux 03/04): chosen by an identifier, or on condition of its version. One act, whatever
//! the conditions: who is answered once has one entry.

use crate::access::functional_rights::Action;
use crate::access::{Caller, Relation, judge, relation};
use crate::act::find_reference::named_alone;
use crate::act::read_document_entry::read_one;
use crate::act::{
    Answer, ArchiveDocument, ChangeLabels, Context, Decision, DeleteDocument, DocumentView, OwnId, RenameDocument,
    UpdateVisibility,
};
use crate::document::Item;
use crate::document::criteria::Token;
use crate::dossier::{ActCode, DocumentRecord, Dossier, Question, Rule};

/// What is changed.
#[derive(Debug, Clone)]
pub enum DocumentChange {
    /// TD3.3a, TD3.3b.
    Visibility(UpdateVisibility),
    /// A title for one's own.
    Rename(RenameDocument),
    /// The same, as a change of the list of labels.
    Labels(ChangeLabels),
    /// TD3.3d.
    Archive(ArchiveDocument),
    /// TD3.3c.
    Delete(DeleteDocument),
}

/// A change, and its conditions.
#[derive(Debug, Clone)]
pub struct ChangeDocument {
    /// The identifier that chooses the document; without one the change names it.
    pub identifier: Option<Token>,
    /// What it names, where it is one of our own ids.
    pub resolved: Option<OwnId>,
    /// The identifier is all that was said: no patient is named. It chooses what TD3.1b would find, and of another's dossier nothing is told.
    pub alone: bool,
    /// The version that it must have (`If-Match`).
    pub version: Option<u32>,
    /// What says that it is archived, or deleted, is replaced: it must be there (facts e.2).
    pub present: bool,
    /// What is changed.
    pub change: DocumentChange,
}

impl DocumentChange {
    /// The act as the journal knows it.
    #[must_use]
    pub const fn code(&self) -> ActCode {
        match self {
            Self::Visibility(_) | Self::Labels(_) => ActCode::UpdateVisibility,
            Self::Rename(_) => ActCode::RenameDocument,
            Self::Archive(_) => ActCode::ArchiveDocument,
            Self::Delete(_) => ActCode::DeleteDocument,
        }
    }

    /// The document.
    pub(super) fn item(&mut self) -> &mut Item {
        match self {
            Self::Visibility(act) => &mut act.item,
            Self::Rename(act) => &mut act.item,
            Self::Labels(act) => &mut act.item,
            Self::Archive(act) => &mut act.item,
            Self::Delete(act) => &mut act.item,
        }
    }

    fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match self {
            Self::Visibility(act) => act.decide(dossier, context),
            Self::Rename(act) => act.decide(dossier, context),
            Self::Labels(act) => act.decide(dossier, context),
            Self::Archive(act) => act.decide(dossier, context),
            Self::Delete(act) => act.decide(dossier, context),
        }
    }
}

impl ChangeDocument {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let mut change = self.change.clone();
        if let Some(identifier) = &self.identifier {
            let chosen = match self.chosen(dossier, context, identifier) {
                Ok(chosen) => chosen,
                Err(decision) => return *decision,
            };
            match chosen.as_slice() {
                [] => *change.item() = 0,
                // A document and its copies are one: the change is of that whose dossier is named.
                [first, rest @ ..] if rest.iter().all(|one| dossier.is_copy(one.item, first.item)) => {
                    let mine = rest.iter().find(|one| dossier.is_of(context.addressed, one.item));
                    *change.item() =
                        mine.filter(|_| !dossier.is_of(context.addressed, first.item)).unwrap_or(first).item;
                }
                _ => return Decision::fault(Rule::SeveralMatch),
            }
        }
        let item = *change.item();
        let known = dossier.document(item).filter(|record| is_known(dossier, context, record));
        let decision = change.decide(dossier, context);
        // Whoever may not change it hears that first; its version is nothing to him.
        let other = self
            .version
            .is_some_and(|version| known.is_some_and(|record| seen_version(dossier, context, record) != version));
        let archived =
            matches!(change, DocumentChange::Archive(_)) && known.is_some_and(|record| record.standing.archived);
        match decision.answer {
            Answer::Done if other => Decision::fault(Rule::VersionChanged).asking(Question::Item(item)),
            Answer::Done if self.present && !archived => Decision::fault(Rule::State).asking(Question::Item(item)),
            Answer::Done => Decision { answer: Answer::Changed(item), ..decision },
            _ => decision,
        }
    }

    /// The documents that the identifier names, as far as the caller knows of them. A document's own is its own, whatever the sender of
    /// another called his.
    fn chosen<'a>(
        &self,
        dossier: &'a Dossier,
        context: &Context<'_>,
        identifier: &Token,
    ) -> Result<Vec<&'a DocumentRecord>, Box<Decision>> {
        if self.alone {
            let (_, named) = named_alone(dossier, context, identifier, self.resolved.as_ref())?;
            return Ok(named.into_iter().map(|(record, _)| record).collect());
        }
        let ours = self.resolved.as_ref().map(|own| own.item);
        let own = |record: &&DocumentRecord| {
            ours.is_some_and(|item| item == record.item || item == record.version_item)
                || identifier.holds_unique_id(&record.entry.unique_id)
        };
        let called = |record: &&DocumentRecord| {
            record.entry.entry_uuid.as_deref().is_some_and(|uuid| identifier.holds_unique_id(uuid))
        };
        let known = |record: &&DocumentRecord| !record.standing.deleted && is_known(dossier, context, record);
        let owned: Vec<&DocumentRecord> = dossier.documents.iter().filter(own).filter(known).collect();
        let called = || dossier.documents.iter().filter(called).filter(known).collect();
        Ok(if owned.is_empty() { called() } else { owned })
    }
}

/// The version that this caller sees: a replacement that he sees counts as one (the page on silence).
fn seen_version(dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> u32 {
    // As he would be told of it: no search is made, and no budget has a part in it.
    let context = &Context { caller: Caller { budget_spent: false, ..context.caller }, ..*context };
    let reader = judge(dossier, context, Action::FindMetadata);
    match reader.or_else(|_| judge(dossier, context, Action::FindReference)) {
        Ok(admission) => DocumentView::version_of(dossier, context, &admission, record),
        Err(_) => record.version,
    }
}

/// Whether the caller knows the document: it is his own, or he would find it.
fn is_known(dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> bool {
    relation(dossier, context.requester, record) != Relation::None || super::decision::is_seen(dossier, context, record)
}

impl Answer {
    /// The answer with what it made: of a document that was changed, what it is now, if the caller would read it; given by whoever folded
    /// the change in, before it leaves.
    #[must_use]
    pub fn shown(self, after: &Dossier, context: &Context<'_>) -> Self {
        match self {
            Self::Changed(item) => match read_one(after, context, Action::FindMetadata, item, Self::Document).answer {
                Self::Document(view) => Self::Document(view),
                _ => Self::Done,
            },
            other => other,
        }
    }
}
