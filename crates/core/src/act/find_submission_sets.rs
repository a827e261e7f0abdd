//! Find submission sets: IHE ITI-66, ITI-18 `FindSubmissionSets`. A set without a visible member does not exist.

use crate::access::functional_rights::Action;
use crate::access::judge;
use crate::act::{Answer, Context, Decision, FoundSets, OwnId, SetView};
use crate::document::criteria::{Clause, Field, Value};
use crate::document::{AskedTexts, Author, Criteria, Item, Known, Page, Position};
use crate::dossier::{Dossier, Question, Rule};

/// A search of sets in one dossier.
#[derive(Debug, Clone)]
pub struct FindSubmissionSets {
    /// What is looked for.
    pub criteria: Criteria,
    /// Which page.
    pub page: Page,
    /// Our own ids among the criteria's values, resolved by the caller.
    pub resolved: Vec<OwnId>,
}

/// One set to read.
#[derive(Debug, Clone, Copy)]
pub struct ReadSubmissionSet {
    /// Which.
    pub item: Item,
}

impl FindSubmissionSets {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Criteria(self.criteria.clone());
        let admission = match judge(dossier, context, Action::FindMetadata) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let clauses = self.criteria.ready();
        let seen = dossier.sets.iter().filter_map(|set| SetView::of(dossier, context, &admission, set));
        let found: Vec<(Position, SetView)> =
            seen.filter(|set| self.holds(&clauses, set)).map(|set| (position(&set), set)).collect();
        let total = found.len();
        let (page, next) = self.page.cut(found);
        let sets = page.into_iter().map(|(_, set)| set).collect();
        Decision::allowed(admission.rule, Answer::Sets(FoundSets { sets, total, next }))
            .asking(question)
            .paging(self.page)
            .counting(total)
    }

    fn holds(&self, clauses: &[(&Clause, AskedTexts<'_>)], view: &SetView) -> bool {
        let authors: Vec<&Author> = view.authors.iter().filter_map(|known| Known::author(known)).collect();
        clauses.iter().all(|(clause, texts)| {
            let titled =
                || clause.field == Field::Title && view.set.title.as_deref().is_some_and(|title| texts.are_in(title));
            let found = self.clause_holds(clause, view, &authors) || titled() || texts.are_of(clause.field, &authors);
            found != clause.not
        })
    }

    fn clause_holds(&self, clause: &Clause, view: &SetView, authors: &[&Author]) -> bool {
        let set = &view.set;
        clause.any.iter().any(|value| match (clause.field, value) {
            (Field::Identifier | Field::Id, Value::Token(token)) => {
                let ours =
                    self.resolved.iter().filter(|own| own.item == view.item).any(|own| token.holds_unique_id(&own.id));
                ours || set.unique_id.as_deref().is_some_and(|id| token.holds_unique_id(id))
                    || set.entry_uuid.as_deref().is_some_and(|id| token.holds_unique_id(id))
            }
            (Field::Status, Value::Token(token)) => token.code.as_deref() == Some("current"),
            // Documents are archived, sets never.
            (Field::IsArchived, Value::Token(token)) => token.code.as_deref() == Some("false"),
            (Field::DesignationType, Value::Token(token)) => {
                set.content_type_code.as_ref().is_some_and(|code| token.holds(&code.code.system, &code.code.code))
            }
            (Field::SourceId, Value::Token(token)) => {
                set.source_id.as_deref().is_some_and(|id| token.holds_unique_id(id))
            }
            (Field::Date, Value::Date(date)) => set.submission_time.is_some_and(|time| date.holds_time(time)),
            (Field::Author, Value::Token(token)) => people(authors)
                .filter_map(|person| person.id.as_ref())
                .any(|id| token.holds(id.root.as_deref().unwrap_or_default(), &id.extension)),
            (Field::AuthorOrg, Value::Token(token)) => authors
                .iter()
                .flat_map(|author| &author.institutions)
                .filter_map(|institution| institution.id.as_ref())
                .any(|id| token.holds(id.root.as_deref().unwrap_or_default(), &id.extension)),
            _ => false,
        })
    }
}

fn people<'a>(authors: &'a [&'a Author]) -> impl Iterator<Item = &'a crate::code::Xcn> {
    authors.iter().filter_map(|author| author.person.as_ref())
}

fn position(set: &SetView) -> Position {
    Position { at: set.set.submission_time.map_or(set.deposited_at, |time| time.start), item: set.item }
}

impl ReadSubmissionSet {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let question = Question::Item(self.item);
        let admission = match judge(dossier, context, Action::FindMetadata) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule).asking(question),
        };
        let view = dossier.set(self.item).and_then(|set| SetView::of(dossier, context, &admission, set));
        match view {
            Some(view) => {
                Decision::allowed(admission.rule, Answer::Set(Box::new(view))).giving(self.item, admission.rule)
            }
            None => Decision::hidden(admission.rule, None, Rule::NotFound).asking(question),
        }
    }
}
