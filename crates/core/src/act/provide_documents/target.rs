//! What a new document replaces: one's own, and the newest version that one sees.

use super::{NewDocument, REIMBURSEMENTS, ReplaceTarget};
use crate::access::{Admission, Relation, Side, relation};
use crate::act::Context;
use crate::act::decision::{is_newest_seen, is_seen};
use crate::act::delete_document::is_holders;
use crate::document::Item;
use crate::dossier::{CarerScope, DocumentRecord, Dossier, Rule};
use crate::identity::Requester;

/// What the journal names of a fault: of what is to be replaced and is one's own, that it is deleted; the sender hears of
/// that no more than of what is not there.
pub(super) fn kept_item(
    dossier: &Dossier,
    context: &Context<'_>,
    admission: &Admission,
    new: &NewDocument,
    rule: Rule,
) -> (Option<Item>, Rule) {
    let (unknown, target) = (rule == Rule::ReplacedUnknown, target(dossier, context, new));
    let deleted = |record: &&DocumentRecord| record.standing.deleted && is_own(dossier, context, admission, record);
    if let Some(record) = target.filter(deleted).filter(|_| unknown) {
        return (Some(record.item), Rule::Deleted);
    }
    let known = dossier.documents.iter().find(|one| one.entry.is_named(&new.entry.unique_id));
    // Who may not know of what it was to replace finds no line of it in the history.
    (known.or(target.filter(|_| !unknown)).map(|one| one.item), rule)
}

/// What a document is to replace.
pub(super) fn target<'a>(dossier: &'a Dossier, context: &Context<'_>, new: &NewDocument) -> Option<&'a DocumentRecord> {
    match new.replaces.as_ref()? {
        ReplaceTarget::Item { item, .. } => dossier.document(*item),
        ReplaceTarget::Identifier(id) => {
            // A masterIdentifier that is a UUID is kept as a URN.
            let urn = |known: &str| known.strip_prefix("urn:uuid:").is_some_and(|known| known.eq_ignore_ascii_case(id));
            let own = |one: &DocumentRecord| one.entry.unique_id == *id || urn(&one.entry.unique_id);
            let named = |one: &&DocumentRecord| own(one) || one.entry.entry_uuid.as_ref() == Some(id);
            let his = |one: &DocumentRecord| relation(dossier, context.requester, one) != Relation::None;
            let seen = |one: &DocumentRecord| is_seen(dossier, context, one);
            // Of two copies, that of the dossier that is named, if it is still there. Of one that is called so and one that its sender called so,
            // the first; but what is not the caller's own does not stand before what is, nor what he does not see before what he sees: it
            // would be told by the answer (the page on silence).
            let last = |one: &&DocumentRecord| {
                (one.standing.deleted, !his(one), !seen(one), !own(one), !dossier.is_of(context.addressed, one.item))
            };
            dossier.documents.iter().filter(named).min_by_key(last)
        }
    }
}

/// Whether a document is the caller's own, to replace and to send again.
pub(super) fn is_own(dossier: &Dossier, context: &Context<'_>, admission: &Admission, record: &DocumentRecord) -> bool {
    match admission.side {
        Side::Holder => is_holders(dossier, record),
        // What is hidden from who acts for him is not there for him to replace.
        Side::Representative | Side::Carer => {
            is_holders(dossier, record)
                && admission.document(dossier, context, record) != Err(Rule::Flags)
                && may_replace(dossier, context.requester, record)
        }
        _ => relation(dossier, context.requester, record) != Relation::None,
    }
}

/// A carer who adds replaces what he added himself; what the holder wrote, or another for him, is for who manages (decisions 25).
fn may_replace(dossier: &Dossier, requester: &Requester, record: &DocumentRecord) -> bool {
    let Requester::Carer(one) = requester else { return true };
    let manages = dossier.carers.get(&one.person).is_some_and(|carer| carer.scope == CarerScope::Manage);
    manages || dossier.depositor(record).is_some_and(|by| by.account() == requester.account())
}

/// One's own, newest version (decisions 2 and 21).
pub(super) fn replaced<'a>(
    dossier: &'a Dossier,
    context: &Context<'_>,
    admission: &Admission,
    new: &NewDocument,
) -> Result<Option<&'a DocumentRecord>, Rule> {
    if admission.side == Side::InsurerFeed {
        // The last of the person whom it names: where another's dossier is one with his, that one's is not his (decisions 29).
        let is_last = |one: &&DocumentRecord| {
            *one.entry.type_code.code.code == *REIMBURSEMENTS && dossier.is_of(context.addressed, one.item)
        };
        let last = dossier.documents.iter().rfind(is_last);
        return Ok(last.filter(|one| one.replaced_by.is_none() && !one.standing.deleted));
    }
    if new.replaces.is_none() {
        return Ok(None);
    }
    let found = target(dossier, context, new).filter(|record| !record.standing.deleted);
    let record = found.ok_or(Rule::ReplacedUnknown)?;
    if !is_own(dossier, context, admission, record) {
        let seen = is_seen(dossier, context, record);
        return Err(if seen { Rule::NotAuthor } else { Rule::ReplacedUnknown });
    }
    // A newer version that the caller does not see is not there: his replacement goes beside it, under its masks.
    if is_newest_seen(dossier, context, record) { Ok(Some(record)) } else { Err(Rule::NotNewest) }
}
