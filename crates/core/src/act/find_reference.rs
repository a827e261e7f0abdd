//! Find the technical reference of a document by its identifier alone: DMP TD3.1b. To a caller without the right to
//! consult: only for documents of his own structure (the storage contract, section 5).

use crate::access::functional_rights::Action;
use crate::access::{Admission, Relation, judge, relation};
use crate::act::{Answer, Context, Decision, DocumentView, Found, OwnId};
use crate::document::criteria::Token;
use crate::dossier::{DocumentRecord, Dossier, Question, Rule};

/// The identifier of a document, as its sender chose it.
#[derive(Debug, Clone)]
pub struct FindReference {
    /// A uniqueId or an entryUUID.
    pub identifier: Token,
    /// What it names, where it is one of our own ids: a logicalId.
    pub resolved: Option<OwnId>,
}

impl FindReference {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = question(&self.identifier);
        let (admission, named) = match named_alone(dossier, context, &self.identifier, self.resolved.as_ref()) {
            Ok(named) => named,
            Err(decision) => return *decision,
        };
        let documents: Vec<DocumentView> = named.into_iter().map(|(_, view)| view).collect();
        let (total, items) = (documents.len(), documents.iter().map(|view| view.item).collect::<Vec<_>>());
        let found = Decision::allowed(admission.rule, Answer::Documents(Found { documents, total, next: None }));
        // Named one by one: what is withheld from a reader of the history is no line of his.
        let found = items.into_iter().fold(found, |found, item| found.giving(item, admission.rule));
        found.asking(question).counting(total)
    }
}

fn question(identifier: &Token) -> Question {
    let [system, code] = [&identifier.system, &identifier.code].map(|part| part.as_deref().unwrap_or_default());
    Question::Identifier(format!("{system}|{code}").into())
}

/// A document that an identifier names, and what the caller sees of it.
type Named<'a> = (&'a DocumentRecord, DocumentView);

/// What an identifier names, whoever its patient is: one or more documents that the caller may find by it alone.
///
/// # Errors
/// The decision, where there are none, or the caller himself is refused.
pub(super) fn named_alone<'a>(
    dossier: &'a Dossier,
    context: &Context<'_>,
    identifier: &Token,
    resolved: Option<&OwnId>,
) -> Result<(Admission, Vec<Named<'a>>), Box<Decision>> {
    let refused = |decision: Decision| Box::new(decision.asking(question(identifier)));
    let reader = judge(dossier, context, Action::FindMetadata);
    let admission = match reader.or_else(|_| judge(dossier, context, Action::FindReference)) {
        Ok(admission) => admission,
        Err(rule) if rule.is_callers_own() => return Err(refused(Decision::refused(rule))),
        // Without a dossier in the question, nothing may be told of one: not even that it refuses (decisions 2).
        Err(rule) => return Err(refused(Decision::hidden(rule, None, rule))),
    };
    let own = |record: &DocumentRecord| {
        let ours = resolved.map(|own| own.item);
        ours.is_some_and(|item| item == record.item || item == record.version_item)
            || identifier.holds_unique_id(&record.entry.unique_id)
    };
    let chosen = |record: &DocumentRecord| {
        record.entry.entry_uuid.as_deref().is_some_and(|uuid| identifier.holds_unique_id(uuid))
    };
    let mut hidden = (None, Rule::NotFound);
    let mut documents = Vec::new();
    for record in dossier.documents.iter().filter(|record| own(record) || chosen(record)) {
        let his = relation(dossier, context.requester, record) != Relation::None;
        match admission.document(dossier, context, record) {
            Ok(_) if reader.is_ok() || his => {
                let view = DocumentView::of(dossier, context, &admission, record);
                documents.extend(view.map(|view| (record, view)));
            }
            Err(rule) if reader.is_ok() || his => hidden = (Some(record.item), rule),
            Ok(_) | Err(_) => {}
        }
    }
    // A document's own identifier is its own, whatever the sender of another called his, as far as the caller sees the two.
    if documents.iter().any(|(record, _)| own(record)) {
        documents.retain(|(record, _)| own(record));
    }
    if documents.is_empty() {
        return Err(refused(Decision::hidden(admission.rule, hidden.0, hidden.1)));
    }
    Ok((admission, documents))
}
