//! Find documents: DMP TD3.1, IHE ITI-18 (`FindDocuments`) and ITI-67.

use crate::access::functional_rights::Action;
use crate::access::{Admission, judge};
use crate::act::{Answer, Context, Decision, DocumentView, Found, OwnId};
use crate::code::Instant;
use crate::document::criteria::{self, Clause, Field, Token, Value};
use crate::document::{AskedTexts, Author, Criteria, Item, Known, Page, Position, Sort};
use crate::dossier::{AccessMode, DocumentRecord, Dossier, Question};

/// A search in one dossier.
#[derive(Debug, Clone)]
pub struct FindDocuments {
    /// What is looked for.
    pub criteria: Criteria,
    /// Which page.
    pub page: Page,
    /// Names the items that the criteria's `_id` and `identifier` values stand for, resolved by the caller: our own ids are
    /// opaque to the rules.
    pub resolved: Vec<OwnId>,
}

impl FindDocuments {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Criteria(self.criteria.clone());
        let admission = match judge(dossier, context, Action::FindMetadata) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let mut found: Vec<(Position, &DocumentRecord)> = Vec::new();
        let asked = Asked { clauses: self.criteria.ready(), owned: self.owned(dossier, context, &admission) };
        for record in &dossier.documents {
            if self.shows(dossier, context, &admission, &asked, record) {
                found.push((position(record, self.page.sort, context.mode), record));
            }
        }
        let total = found.len();
        let (page, next) = self.page.cut(found);
        let documents =
            page.into_iter().filter_map(|(_, record)| DocumentView::of(dossier, context, &admission, record)).collect();
        Decision::allowed(admission.rule, Answer::Documents(Found { documents, total, next }))
            .asking(question)
            .paging(self.page)
            .counting(total)
    }

    fn shows(
        &self,
        dossier: &Dossier,
        context: &Context<'_>,
        admission: &Admission,
        asked: &Asked<'_>,
        record: &DocumentRecord,
    ) -> bool {
        let holder = admission.side.is_holders();
        // Without `isArchived` a professional's search leaves archived documents out; the holder's keeps them (decisions 21).
        if record.standing.archived && !holder && self.criteria.on(Field::IsArchived).next().is_none() {
            return false;
        }
        // The signature document is left out of human lists (facts d.5): only who asks for its type finds it.
        if record.is_signature() && self.criteria.on(Field::Type).next().is_none() {
            return false;
        }
        if admission.document(dossier, context, record).is_err() {
            return false;
        }
        if self.criteria.all.is_empty() {
            return true;
        }
        let Some(view) = DocumentView::of(dossier, context, admission, record) else { return false };
        let authors: Vec<&Author> = view.authors.iter().filter_map(|known| Known::author(known)).collect();
        let ids = |of: [Option<Item>; 2]| -> Vec<Box<str>> {
            self.resolved.iter().filter(|own| of.contains(&Some(own.item))).map(|own| own.id.clone()).collect()
        };
        let replaced = ids([view.replaces; 2]);
        let ids = ids([Some(view.item), Some(view.version_item)]);
        let subject =
            criteria::Subject { replaced_ids: &replaced, owned: &asked.owned, ..view.subject(&authors, &ids) };
        criteria::hold(&asked.clauses, &subject)
    }

    /// The identifiers asked for that are a document's own, as far as the caller sees it: its uniqueId, or our id. What the sender of another
    /// document called it (its entryUUID) does not make it that one.
    fn owned(&self, dossier: &Dossier, context: &Context<'_>, admission: &Admission) -> Vec<&Token> {
        let own = |token: &&Token| {
            let ours = |item: Item| self.resolved.iter().any(|own| own.item == item && token.holds_unique_id(&own.id));
            dossier.documents.iter().any(|record| {
                let named =
                    token.holds_unique_id(&record.entry.unique_id) || ours(record.item) || ours(record.version_item);
                named && admission.document(dossier, context, record).is_ok()
            })
        };
        let tokens = self.criteria.on(Field::Identifier).flat_map(|clause| &clause.any);
        let tokens = tokens.filter_map(|value| match value {
            Value::Token(token) => Some(token),
            _ => None,
        });
        tokens.filter(own).collect()
    }
}

/// A search made ready.
struct Asked<'a> {
    clauses: Vec<(&'a Clause, AskedTexts<'a>)>,
    owned: Vec<&'a Token>,
}

/// The types of what a holder wishes: organ donation, advance directives.
const WISHES: [&str; 2] = ["EXPPAT_1", "EXPPAT_3"];

/// Where a document stands in a list. In an emergency mode what the holder wishes comes first, whatever its date.
fn position(record: &DocumentRecord, sort: Sort, mode: AccessMode) -> Position {
    let created = record.entry.creation_time.filter(|_| !sort.is_by_deposit());
    let at = created.map_or(record.deposited_at, |time| time.start);
    let first = mode != AccessMode::Normal && WISHES.contains(&&*record.entry.type_code.code.code);
    let at = match (first, sort) {
        (true, Sort::NewestFirst | Sort::LastDeposited) => Instant::MAX,
        (true, Sort::OldestFirst | Sort::FirstDeposited) => Instant::MIN,
        (false, _) => at,
    };
    Position { at, item: record.item }
}
