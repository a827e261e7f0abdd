//! The reference: a small dossier written from the text of the rules, which decides nothing but what the story asks.

use std::collections::{BTreeMap, BTreeSet};

use dmp_core::access::Policy;
use dmp_core::access::matrix::Access;
use dmp_core::code::Instant;
use dmp_core::document::Item;
use dmp_core::dossier::{AuthorizationStatus, Change, DossierStatus, JournalEntry, Rule, Subject};

use crate::cast::{Paper, Person, Role, Type};
use crate::deed::{Deed, Issue, Told};

#[derive(Debug, Clone)]
pub struct RefDocument {
    pub item: Item,
    unique_id: Box<str>,
    entry_uuid: Option<Box<str>>,
    sha256: [u8; 32],
    kind: Type,
    by: Role,
    deposited: Instant,
    flag: bool,
    /// The holder's choice, hidden or shown.
    choice: Option<bool>,
    withheld: bool,
    pub archived: bool,
    pub deleted: bool,
    replaces: Option<Item>,
    replaced: bool,
}

impl RefDocument {
    pub fn masked(&self) -> bool {
        self.choice.unwrap_or(self.flag)
    }
}

#[derive(Debug, Clone)]
struct RefAuthorization {
    item: Item,
    until: Instant,
    structure: Option<Subject>,
    withdrawn: bool,
}

/// A dossier as the reference sees it.
#[derive(Debug, Clone)]
pub struct RefDossier {
    number: usize,
    pub status: DossierStatus,
    pub documents: Vec<RefDocument>,
    authorizations: BTreeMap<Subject, RefAuthorization>,
    blocks: BTreeMap<Subject, Item>,
    last_item: Item,
    entries: u32,
}

/// What a caller may be after. The three that need an authorisation come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Existence,
    Feed,
    Declare,
    Withdraw,
    Delete,
    Find,
    Change,
    List,
}

impl RefDossier {
    pub fn new(number: usize) -> Self {
        Self {
            number,
            status: DossierStatus::Unopened,
            documents: Vec::new(),
            authorizations: BTreeMap::new(),
            blocks: BTreeMap::new(),
            last_item: 0,
            entries: 0,
        }
    }

    /// What the caller of this issue must be told if it is decided now, and what changes. Numbers of new things are taken from
    /// the entry: that they are new is all that the rules ask of them.
    pub fn step(
        &mut self,
        issue: &Issue,
        person: &Person,
        policy: &Policy,
        entry: &JournalEntry,
    ) -> Result<Told, String> {
        self.entries += 1;
        let at = entry.facts.at;
        let case = Case { role: &person.role, issue, policy, at };
        let changes: Vec<&Change> = entry.changes.iter().flatten().collect();
        let told = match self.decide(&case, &changes) {
            Ok(told) => told,
            Err(rule) => Told::Refused(rule),
        };
        self.count(&told, issue, &changes)?;
        Ok(told)
    }

    /// Every change must be one that `decide` made here too: it takes what it expects, and the rest is too much.
    fn count(&mut self, told: &Told, issue: &Issue, changes: &[&Change]) -> Result<(), String> {
        let items: Vec<Item> = changes.iter().flat_map(|change| fresh_items(change)).collect();
        for item in items {
            let renewed = self.authorizations.values().any(|one| one.item == item);
            if item <= self.last_item && !renewed {
                return Err(format!("item {item} is given twice: {issue:?}"));
            }
            self.last_item = self.last_item.max(item);
        }
        if matches!(told, Told::Refused(_) | Told::Faulty(_) | Told::NotFound) && !changes.is_empty() {
            return Err(format!("{told:?} and yet it changed {changes:?}"));
        }
        Ok(())
    }

    fn decide(&mut self, case: &Case<'_>, changes: &[&Change]) -> Result<Told, Rule> {
        match &case.issue.deed {
            Deed::Open => self.open(case),
            Deed::Existence => {
                if self.status == DossierStatus::Unopened {
                    return Err(Rule::UnknownDossier);
                }
                self.enter(case, Want::Existence)?;
                Ok(Told::Existence(self.status, self.standing(case)))
            }
            Deed::Find => {
                self.enter(case, Want::Find)?;
                Ok(Told::Documents(self.found(case)))
            }
            Deed::Read(item) => {
                self.enter(case, Want::Find)?;
                let seen = self.documents.iter().find(|one| one.item == *item && self.sees(case, one));
                Ok(seen.map_or(Told::NotFound, |one| Told::Content(one.item, one.sha256)))
            }
            Deed::Provide(papers) => self.provide(case, papers, changes),
            Deed::Grant(subject) => self.grant(case, subject.as_ref(), changes),
            Deed::Withdraw(item) => self.withdraw(case, *item),
            Deed::Block(subject) => {
                self.holders_right(case)?;
                if let Some(Change::Blocked(blocked)) = changes.first() {
                    self.blocks.entry(subject.clone()).or_insert(blocked.item);
                }
                if self.blocks.contains_key(subject) { Ok(Told::Done) } else { Err(Rule::NotFound) }
            }
            Deed::Unblock(subject) => {
                self.holders_right(case)?;
                self.blocks.remove(subject);
                Ok(Told::Done)
            }
            Deed::Mask(item, masked) => self.mask(case, *item, *masked),
            Deed::Archive(item, archived) => self.archive(case, *item, *archived),
            Deed::Delete(item) => self.delete(case, *item),
            Deed::List => {
                self.enter(case, Want::List)?;
                Ok(Told::Authorizations(self.listed(case)))
            }
            Deed::History => match self.enter_history(case)? {
                true => Ok(Told::History(Some(self.entries))),
                false => Err(Rule::NotHolder),
            },
            Deed::Close => {
                if self.status == DossierStatus::Closed {
                    return Err(Rule::Closed);
                }
                self.holders_right(case)?;
                self.status = DossierStatus::Closed;
                Ok(Told::Done)
            }
        }
    }

    fn open(&mut self, case: &Case<'_>) -> Result<Told, Rule> {
        match case.role {
            Role::Insurer | Role::Operator => {}
            Role::Professional(..) => return Err(Rule::OpeningClosed),
            Role::Holder(_) => return Err(Rule::FunctionalRight),
        }
        match self.status {
            DossierStatus::Closed => Err(Rule::Closed),
            _ => {
                self.status = DossierStatus::Open;
                Ok(Told::Done)
            }
        }
    }

    fn is_holder(&self, case: &Case<'_>) -> bool {
        *case.role == Role::Holder(self.number) && self.status != DossierStatus::Unopened
    }

    /// Facts c.1, for those who play here: closed, unknown, blocked, mode, authorisation.
    fn enter(&self, case: &Case<'_>, want: Want) -> Result<(), Rule> {
        if self.status == DossierStatus::Closed && want != Want::Existence {
            return Err(Rule::Closed);
        }
        match case.role {
            Role::Holder(_) if self.is_holder(case) => Ok(()),
            Role::Holder(_) => Err(Rule::NotHolder),
            Role::Operator => Err(Rule::FunctionalRight),
            _ if self.status == DossierStatus::Unopened => Err(Rule::UnknownDossier),
            Role::Insurer if matches!(want, Want::Feed | Want::Existence) => Ok(()),
            Role::Insurer => Err(Rule::FunctionalRight),
            Role::Professional(..) => {
                let standing = self.standing(case);
                if standing == AuthorizationStatus::Interdit && !matches!(want, Want::Feed | Want::Existence) {
                    return Err(Rule::Blocked);
                }
                match case.issue.emergency {
                    Some(false) => Err(Rule::MotiveMissing),
                    Some(true) => Ok(()),
                    None => {
                        let needs = matches!(want, Want::Find | Want::Change | Want::List);
                        let valid = standing == AuthorizationStatus::Valide;
                        if needs && !valid { Err(Rule::NoAuthorization) } else { Ok(()) }
                    }
                }
            }
        }
    }

    /// The history: the holder's, open or closed; a professional needs what any reading needs, and still is not the holder.
    fn enter_history(&self, case: &Case<'_>) -> Result<bool, Rule> {
        if self.status == DossierStatus::Closed && matches!(case.role, Role::Holder(_)) {
            return if self.is_holder(case) { Ok(true) } else { Err(Rule::NotHolder) };
        }
        self.enter(case, Want::List)?;
        Ok(self.is_holder(case))
    }

    fn holders_right(&self, case: &Case<'_>) -> Result<(), Rule> {
        self.enter(case, Want::List)?;
        if self.is_holder(case) { Ok(()) } else { Err(Rule::NotHolder) }
    }

    fn standing(&self, case: &Case<'_>) -> AuthorizationStatus {
        let subjects = case.subjects();
        if subjects.iter().any(|subject| self.blocks.contains_key(subject)) {
            return AuthorizationStatus::Interdit;
        }
        let valid = |one: &RefAuthorization| !one.withdrawn && case.at < one.until;
        let own: Vec<_> = subjects.iter().filter_map(|subject| self.authorizations.get(subject)).collect();
        let structure = case.structure();
        let colleague = self.authorizations.iter().any(|(subject, one)| {
            structure.is_some() && one.structure.as_ref() == structure && valid(one) && !self.blocks.contains_key(subject)
        });
        if own.iter().any(|one| valid(one)) || colleague {
            AuthorizationStatus::Valide
        } else if own.iter().any(|one| !one.withdrawn) {
            AuthorizationStatus::Expire
        } else {
            AuthorizationStatus::NonExiste
        }
    }

    /// Own: deposited by the caller or his structure.
    fn own(&self, case: &Case<'_>, one: &RefDocument) -> bool {
        match (case.role, &one.by) {
            (Role::Professional(me, mine, _), Role::Professional(by, at, _)) => me == by || (mine.is_some() && mine == at),
            _ => false,
        }
    }

    /// Whether the caller may know of a document at all.
    fn sees(&self, case: &Case<'_>, one: &RefDocument) -> bool {
        if one.deleted {
            return false;
        }
        match case.role {
            Role::Holder(_) => !one.withheld,
            Role::Professional(me, _, profession) => {
                let author = matches!(&one.by, Role::Professional(by, _, _) if by == me);
                let reads = case.policy.matrix.cell(profession, &one.kind.code()).access == Access::Read;
                (author || reads) && (!one.masked() || self.own(case, one))
            }
            _ => false,
        }
    }

    fn found(&self, case: &Case<'_>) -> Vec<Item> {
        let shows = |one: &&RefDocument| self.sees(case, one) && (!one.archived || matches!(case.role, Role::Holder(_)));
        let mut found: Vec<_> = self.documents.iter().filter(shows).map(|one| (one.deposited, one.item)).collect();
        found.sort_unstable();
        found.into_iter().rev().map(|(_, item)| item).collect()
    }

    fn provide(&mut self, case: &Case<'_>, papers: &[Paper], changes: &[&Change]) -> Result<Told, Rule> {
        if self.status == DossierStatus::Unopened {
            return Err(Rule::UnknownDossier);
        }
        self.enter(case, Want::Feed)?;
        let mut plan = Vec::new();
        let mut seen = BTreeSet::new();
        for paper in papers {
            match self.check(case, paper, seen.insert(&paper.unique_id)) {
                Ok(step) => plan.push((paper, step)),
                Err(rule) if rule.is_told() => return Err(rule),
                Err(rule) => return Ok(Told::Faulty(rule)),
            }
        }
        let mut items = changes.iter().filter_map(|change| match change {
            Change::DocumentAdded(added) => Some(added.item),
            _ => None,
        });
        let mut provided = Vec::new();
        for (paper, step) in plan {
            match step {
                Step::Already(item) => provided.push((item, true)),
                Step::New(replaced) => {
                    // A change that is missing shows as a document without number, which no answer has.
                    let item = items.next().unwrap_or(0);
                    self.add(case, paper, item, replaced);
                    provided.push((item, false));
                }
            }
        }
        Ok(Told::Provided(provided))
    }

    fn check(&self, case: &Case<'_>, paper: &Paper, first: bool) -> Result<Step, Rule> {
        if (paper.kind == Type::Reimbursements) != (*case.role == Role::Insurer) {
            return Err(Rule::ReservedType);
        }
        if !first {
            return Err(Rule::DuplicateInSet);
        }
        if let Some(known) = self.documents.iter().find(|one| one.unique_id == paper.unique_id) {
            return if known.sha256 == paper.sha256() { Ok(Step::Already(known.item)) } else { Err(Rule::UniqueIdTaken) };
        }
        if paper.entry_uuid.is_some() && self.documents.iter().any(|one| one.entry_uuid == paper.entry_uuid) {
            return Err(Rule::EntryUuidTaken);
        }
        let replaced = self.replaced(case, paper)?;
        if paper.masked && paper.withheld {
            return Err(Rule::FlagsCombined);
        }
        if replaced.is_some_and(|one| paper.withheld && !one.withheld) {
            return Err(Rule::WithheldLate);
        }
        Ok(Step::New(replaced.map(|one| one.item)))
    }

    fn replaced(&self, case: &Case<'_>, paper: &Paper) -> Result<Option<&RefDocument>, Rule> {
        if *case.role == Role::Insurer {
            let last = self.documents.iter().rfind(|one| one.kind == Type::Reimbursements);
            return Ok(last.filter(|one| !one.replaced && !one.deleted));
        }
        let Some(target) = &paper.replaces else { return Ok(None) };
        if self.standing(case) == AuthorizationStatus::Interdit {
            return Err(Rule::Blocked);
        }
        let found = self.documents.iter().find(|one| one.unique_id == *target).filter(|one| !one.deleted);
        let one = found.ok_or(Rule::ReplacedUnknown)?;
        let own = match case.role {
            Role::Holder(_) => one.by == *case.role,
            _ => self.own(case, one),
        };
        if !own {
            let seen = self.enter(case, Want::Find).is_ok() && self.sees(case, one);
            return Err(if seen { Rule::NotAuthor } else { Rule::ReplacedUnknown });
        }
        if one.replaced { Err(Rule::NotNewest) } else { Ok(Some(one)) }
    }

    fn add(&mut self, case: &Case<'_>, paper: &Paper, item: Item, replaces: Option<Item>) {
        let (mut choice, mut archived, mut withheld) = (None, false, paper.withheld);
        if let Some(old) = self.documents.iter_mut().find(|one| Some(one.item) == replaces) {
            old.replaced = true;
            (choice, archived, withheld) = (old.choice, old.archived, withheld || old.withheld);
        }
        self.documents.push(RefDocument {
            item,
            unique_id: paper.unique_id.clone(),
            entry_uuid: paper.entry_uuid.clone(),
            sha256: paper.sha256(),
            kind: paper.kind,
            by: case.role.clone(),
            deposited: case.at,
            flag: paper.masked,
            choice,
            withheld,
            archived,
            deleted: false,
            replaces,
            replaced: false,
        });
    }

    fn grant(&mut self, case: &Case<'_>, subject: Option<&Subject>, changes: &[&Change]) -> Result<Told, Rule> {
        self.enter(case, Want::Declare)?;
        let (subject, structure) = match (case.role, subject) {
            (Role::Holder(_), Some(subject)) => (subject, None),
            (Role::Holder(_), None) => return Err(Rule::UnknownRequester),
            (Role::Professional(me, mine, _), None) => (me, mine.clone()),
            (Role::Professional(me, mine, _), Some(subject)) if subject == me => (me, mine.clone()),
            (Role::Professional(..), Some(_)) if self.standing(case) != AuthorizationStatus::Valide => {
                return Err(Rule::NoAuthorization);
            }
            (Role::Professional(..), Some(subject)) if self.blocks.contains_key(subject) => return Err(Rule::Blocked),
            (Role::Professional(..), Some(subject)) => (subject, None),
            _ => return Err(Rule::FunctionalRight),
        };
        let given = changes.iter().find_map(|change| match change {
            Change::AuthorizationGranted(granted) => Some(granted.item),
            _ => None,
        });
        let item = given.unwrap_or(0);
        let until = case.at.plus_years(1);
        self.authorizations.insert(subject.clone(), RefAuthorization { item, until, structure, withdrawn: false });
        Ok(Told::Authorizations(vec![(item, !self.blocks.contains_key(subject))]))
    }

    fn withdraw(&mut self, case: &Case<'_>, item: Item) -> Result<Told, Rule> {
        self.enter(case, Want::Withdraw)?;
        let holder = self.is_holder(case);
        let subjects = case.subjects();
        let found = self.authorizations.iter_mut().find(|(subject, one)| {
            one.item == item && (holder || subjects.contains(subject))
        });
        let Some((_, one)) = found else { return Ok(Told::NotFound) };
        one.withdrawn = true;
        Ok(Told::Authorizations(vec![(item, false)]))
    }

    fn mask(&mut self, case: &Case<'_>, item: Item, masked: bool) -> Result<Told, Rule> {
        self.enter(case, Want::Change)?;
        let Some(at) = self.documents.iter().position(|one| one.item == item && self.sees(case, one)) else {
            return Ok(Told::NotFound);
        };
        // Masking is for whoever reads; unmasking for the author and his structure (decisions 18, Y8).
        if !masked && !self.is_holder(case) && !self.own(case, &self.documents[at]) {
            return Err(Rule::NotAuthor);
        }
        let holder = self.is_holder(case);
        let one = &mut self.documents[at];
        if holder {
            one.choice = if masked == one.masked() { one.choice } else { Some(masked) };
        } else {
            one.flag = masked;
        }
        Ok(Told::Done)
    }

    fn archive(&mut self, case: &Case<'_>, item: Item, archived: bool) -> Result<Told, Rule> {
        self.enter(case, Want::Change)?;
        let Some(at) = self.documents.iter().position(|one| one.item == item && self.sees(case, one)) else {
            return Ok(Told::NotFound);
        };
        if !self.is_holder(case) && !self.own(case, &self.documents[at]) {
            return Err(Rule::NotAuthor);
        }
        self.documents[at].archived = archived;
        Ok(Told::Done)
    }

    fn delete(&mut self, case: &Case<'_>, item: Item) -> Result<Told, Rule> {
        self.enter(case, Want::Delete)?;
        let Some(at) = self.documents.iter().position(|one| one.item == item && !one.deleted) else {
            return Ok(Told::NotFound);
        };
        let one = &self.documents[at];
        let own = if self.is_holder(case) { one.by == *case.role } else { self.own(case, one) };
        if !own {
            let seen = self.enter(case, Want::Find).is_ok() && self.sees(case, one);
            return if seen { Err(Rule::NotAuthor) } else { Ok(Told::NotFound) };
        }
        if one.replaced {
            return Ok(Told::Faulty(Rule::NotNewest));
        }
        let mut next = Some(item);
        while let Some(one) = self.documents.iter_mut().find(|one| Some(one.item) == next) {
            (one.deleted, one.archived, next) = (true, false, one.replaces);
        }
        Ok(Told::Done)
    }

    fn listed(&self, case: &Case<'_>) -> Vec<(Item, bool)> {
        let valid = |subject, one: &RefAuthorization| {
            !one.withdrawn && case.at < one.until && !self.blocks.contains_key(subject)
        };
        let given = self.authorizations.iter().map(|(subject, one)| (one.item, valid(subject, one)));
        let mut listed: Vec<_> = given.chain(self.blocks.values().map(|item| (*item, true))).collect();
        listed.sort_unstable();
        listed
    }
}

enum Step {
    Already(Item),
    New(Option<Item>),
}

/// The circumstances of one issue.
struct Case<'a> {
    role: &'a Role,
    issue: &'a Issue,
    policy: &'a Policy,
    at: Instant,
}

impl Case<'_> {
    fn structure(&self) -> Option<&Subject> {
        match self.role {
            Role::Professional(_, structure, _) => structure.as_ref(),
            _ => None,
        }
    }

    fn subjects(&self) -> Vec<Subject> {
        match self.role {
            Role::Professional(me, structure, _) => std::iter::once(me.clone()).chain(structure.clone()).collect(),
            _ => Vec::new(),
        }
    }
}

fn fresh_items(change: &Change) -> Vec<Item> {
    match change {
        Change::SetAdded(added) => vec![added.item],
        Change::DocumentAdded(added) => vec![added.item],
        Change::DocumentVisibility(changed) => vec![changed.version_item],
        Change::AuthorizationGranted(granted) => vec![granted.item],
        Change::Blocked(blocked) => vec![blocked.item],
        _ => Vec::new(),
    }
}
