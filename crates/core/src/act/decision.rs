//! What was decided: the outcome that the journal keeps, the changes, and the answer.

use std::sync::Arc;

use crate::access::functional_rights::Action;
use crate::access::{Admission, Relation, Side, judge, relation, sector};
use crate::act::grant_access::own;
use crate::act::{Answer, Caller, Context};
use crate::document::{Item, Page};
use crate::dossier::{
    AccessMode, ActCode, Change, DocumentRecord, Dossier, EmergencyOpened, Facts, ItemOutcome, ItemStatus,
    JournalEntry, Outcome, Question, Rule,
};
use crate::identity::Requester;

/// What is wrong with a request that is not a matter of access: which of its items, and the rule it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The place of the item in the request, from 0; absent when the whole request is meant.
    pub index: Option<usize>,
    /// The rule it breaks.
    pub rule: Rule,
}

/// A decision, with the rule that settled it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// How it ended, as the journal keeps it.
    pub outcome: Outcome,
    /// What was asked, as the journal keeps it.
    pub question: Option<Question>,
    /// Which page of a list was asked for.
    pub page: Option<Page>,
    /// What it changes.
    pub changes: Vec<Change>,
    /// What the caller gets.
    pub answer: Answer,
    /// The state of another journal that the changes refer to.
    pub annex: Option<Arc<Dossier>>,
}

impl Decision {
    /// Let in by a rule, with an answer.
    #[must_use]
    pub const fn allowed(rule: Rule, answer: Answer) -> Self {
        Self {
            outcome: Outcome { rule, items: Vec::new(), count: None },
            question: None,
            page: None,
            changes: Vec::new(),
            answer,
            annex: None,
        }
    }

    /// Refused whole. What the caller is told of it follows from the rule.
    #[must_use]
    pub const fn refused(rule: Rule) -> Self {
        Self::allowed(rule, Answer::Refused(rule))
    }

    /// A request that is wrong in itself: nothing is done of it.
    #[must_use]
    pub fn faulty(fault: Fault) -> Self {
        Self::allowed(fault.rule, Answer::Faulty(fault))
    }

    /// The whole request is wrong in itself, by a rule.
    #[must_use]
    pub fn fault(rule: Rule) -> Self {
        Self::faulty(Fault { index: None, rule })
    }

    /// An adult has no secret connection: nothing is done of what was asked in one (decisions 24). And in one nothing is changed that those
    /// who represent a minor know of.
    pub(super) fn in_secret(self, dossier: &Dossier, context: &Context<'_>) -> Self {
        if !(context.requester.is_secret() && self.outcome.rule.allows()) {
            return self;
        }
        // Nearly nobody asks in secret: only then is it worth while to count years.
        let adult = dossier.birth().is_some() && !dossier.is_minor(context.now);
        let rule = match self.changes.iter().all(|change| stays_secret(dossier, context, change)) {
            _ if adult => Rule::AdultSecret,
            true => return self,
            false => Rule::SecretConnection,
        };
        let mut fault = Self::fault(rule);
        fault.question = self.question;
        fault
    }

    /// The first request in an emergency mode opens the access, with its motive and for its hours (decisions 16).
    pub(super) fn in_an_emergency(self, dossier: &Dossier, act: ActCode, context: &Context<'_>) -> Self {
        // Who only asks whether it is the right person has not entered yet (TD0.5).
        let searches = matches!(act, ActCode::FindPatient | ActCode::ReadCandidate);
        if context.mode == AccessMode::Normal || searches {
            return self;
        }
        let enters = matches!(&**context.requester, Requester::Professional(_) | Requester::Organisation(_));
        let open = dossier.emergency_of(context.requester, context.mode, context.now).is_some();
        // The dossier let it in, even if the one document that it named is not there.
        let entered = self.outcome.rule.allows() || self.outcome.rule == Rule::ReplacedUnknown;
        if !enters || open || !entered {
            return self;
        }
        let until = context.now.plus_hours(i64::from(context.policy.settings.emergency_hours));
        self.changing(Change::EmergencyOpened(EmergencyOpened { mode: context.mode, until }))
    }

    /// One thing was asked for and may not be given: the caller is told that there is no such thing (decisions 1), the
    /// journal which rule it was.
    #[must_use]
    pub fn hidden(entered_by: Rule, item: Option<Item>, rule: Rule) -> Self {
        let status =
            if matches!(rule, Rule::NotFound | Rule::Deleted) { ItemStatus::NotFound } else { ItemStatus::Refused };
        let mut decision = Self::allowed(entered_by, Answer::NotFound);
        decision.outcome.items.push(ItemOutcome { item, status, rule: Some(rule) });
        decision
    }

    /// Who speaks for nobody here and names one thing hears that there is no such thing, as he would of an id that is nowhere.
    pub(super) fn told_to_a_stranger(mut self) -> Self {
        if self.outcome.rule == Rule::NotHolder && matches!(self.question, Some(Question::Item(_))) {
            self.answer = Answer::NotFound;
        }
        self
    }

    /// Whether something of the dossier was disclosed: what a budget counts (decisions 32). An empty list tells
    /// that there is nothing.
    #[must_use]
    pub fn discloses(&self, act: ActCode) -> bool {
        let nothing = matches!(self.answer, Answer::Refused(_) | Answer::Faulty(_) | Answer::NotFound);
        !nothing && act.consults_by(self.outcome.rule)
    }

    /// The same, with what was asked.
    #[must_use]
    pub fn asking(mut self, question: Question) -> Self {
        self.question = Some(question);
        self
    }

    /// The same, with the page of a list that was asked for.
    #[must_use]
    pub fn paging(mut self, page: Page) -> Self {
        self.page = Some(page);
        self
    }

    /// The same, with a count of what was given.
    #[must_use]
    pub fn counting(mut self, count: usize) -> Self {
        self.outcome.count = u32::try_from(count).ok();
        self
    }

    /// The same, with an item that was given.
    #[must_use]
    pub fn giving(mut self, item: Item, rule: Rule) -> Self {
        self.outcome.items.push(ItemOutcome { item: Some(item), status: ItemStatus::Given, rule: Some(rule) });
        self
    }

    /// The same, with a change.
    #[must_use]
    pub fn changing(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }
}

/// Whether those who represent a minor do not learn of a change: the carer's own access, and what is hidden from them.
fn stays_secret(dossier: &Dossier, context: &Context<'_>, change: &Change) -> bool {
    let hidden =
        |item: Item| dossier.document(item).is_some_and(|record| record.visibility.invisible_representants_legaux);
    match change {
        // Another reads openly, and they would learn by whom he was let in.
        Change::AuthorizationGranted(granted) => {
            matches!(&**context.requester, Requester::Professional(one) if own(one).as_ref() == Some(&granted.subject))
        }
        // What is deposited was looked at document by document.
        Change::AuthorizationWithdrawn(_)
        | Change::EmergencyOpened(_)
        | Change::Known(_)
        | Change::SetAdded(_)
        | Change::DocumentAdded(_) => true,
        Change::DocumentStanding(change) => hidden(change.item),
        Change::DocumentVisibility(change) => hidden(change.item) && change.visibility.invisible_representants_legaux,
        Change::DocumentHidden(change) => hidden(change.item),
        Change::DocumentRenamed(change) => hidden(change.item),
        Change::DeletionAnswered(change) => hidden(change.item),
        _ => false,
    }
}

/// A document that the holder's side names, for what it alone may ask of one: whose side it is, and the document, which it sees.
///
/// # Errors
/// The decision that refuses.
pub(super) fn named_by_the_holders_side<'a>(
    dossier: &'a Dossier,
    context: &Context<'_>,
    item: Item,
) -> Result<(Admission, &'a DocumentRecord), Box<Decision>> {
    let question = Question::Item(item);
    let refused = |decision: Decision| Box::new(decision.asking(question.clone()));
    let admission = match judge(dossier, context, Action::Settle) {
        Ok(admission) if admission.side.is_holders() => admission,
        Ok(_) => return Err(refused(Decision::refused(Rule::NotHolder))),
        Err(rule) => return Err(refused(Decision::refused(rule))),
    };
    let hidden = |item, rule| refused(Decision::hidden(admission.rule, item, rule));
    let record = dossier.document(item).ok_or_else(|| hidden(None, Rule::NotFound))?;
    admission.document(dossier, context, record).map_err(|rule| hidden(Some(item), rule))?;
    Ok((admission, record))
}

/// A change that is asked of a document which is not the caller's own: told of one that he sees; what he does not see is not there.
pub(super) fn not_own(
    dossier: &Dossier,
    context: &Context<'_>,
    admission: &Admission,
    record: &DocumentRecord,
) -> Decision {
    match seen(dossier, context, record) {
        Ok(_) => Decision::refused(Rule::NotAuthor),
        Err(rule) => Decision::hidden(admission.rule, Some(record.item), rule),
    }
}

/// Whether the caller may touch documents at all, his own or others': reading, which a sector that is not on the list does not
/// do, covers every TD3.3 on what is not one's own (decisions 12).
pub(super) fn may_touch(context: &Context<'_>, admission: &Admission, own: bool) -> Result<(), Rule> {
    let reads = match &**context.requester {
        Requester::Professional(one) => one.sector.as_deref().is_some_and(sector::may_read),
        Requester::Organisation(one) => one.sector.as_deref().is_some_and(sector::may_read),
        _ => true,
    };
    match admission.side {
        Side::Holder | Side::Representative | Side::Carer => Ok(()),
        Side::Professional(_) if own || reads => Ok(()),
        Side::Professional(_) => Err(Rule::Sector),
        Side::InsurerFeed | Side::HelpDesk | Side::Operator | Side::Service => Err(Rule::FunctionalRight),
    }
}

/// Whether the caller, as he asks now, would find this document in a search.
pub(super) fn is_seen(dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> bool {
    seen(dossier, context, record).is_ok()
}

/// The same, with the rule that hides it; without any right to search it is as if it were not there.
pub(super) fn seen(dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> Result<Rule, Rule> {
    // No search is made: what was disclosed before has no part in it.
    let context = &Context { caller: Caller { budget_spent: false, ..context.caller }, ..*context };
    let reader = judge(dossier, context, Action::FindMetadata).map_err(|_| Rule::NotFound)?;
    reader.document(dossier, context, record)
}

/// Whether no version that the caller sees is newer than this one. His own side of a document counts what he may find,
/// whatever his right to search.
pub(super) fn is_newest_seen(dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> bool {
    let known = |newer: &DocumentRecord| {
        relation(dossier, context.requester, newer) != Relation::None || is_seen(dossier, context, newer)
    };
    dossier.replacements(record).all(|newer| !known(newer) && is_newest_seen(dossier, context, newer))
}

/// The dossier as it would be after one change: so that an answer can show what it made. The journal is not touched.
pub(super) fn preview(dossier: &Dossier, context: &Context<'_>, change: Option<&Change>) -> Dossier {
    let mut after = Dossier {
        names: dossier.names.clone(),
        authorizations: dossier.authorizations.clone(),
        blocks: dossier.blocks.clone(),
        requesters: dossier.requesters.clone(),
        foreign: dossier.foreign.clone(),
        ..Dossier::empty()
    };
    let Some(change) = change else { return after };
    let requester = dossier.number_of(context.requester);
    let facts = Facts {
        act: ActCode::GrantAccess,
        at: context.now,
        requester: requester.unwrap_or_else(|| u32::try_from(dossier.requesters.len()).unwrap_or(u32::MAX)),
        on_behalf: None,
        mode: None,
        motive: None,
        addressed: None,
        policy: context.policy.digest(),
        correlation: context.correlation.map(Into::into),
        question: None,
        outcome: Outcome { rule: Rule::AlreadyDone, items: Vec::new(), count: None },
        motive_code: None,
        page: None,
        joint: Vec::new(),
    };
    let who = if requester.is_some() { Vec::new() } else { vec![Arc::clone(context.requester)] };
    after.evolve(&JournalEntry { seq: dossier.seq + 1, facts, who, changes: vec![Some(change.clone())], annex: None });
    after
}
