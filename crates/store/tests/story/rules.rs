//! The reference: a small dossier written from the text of the rules, which decides nothing but what the story asks.

mod papers;

use std::collections::{BTreeMap, BTreeSet};

use dmp_core::access::Policy;
use dmp_core::code::Instant;
use dmp_core::document::Item;
use dmp_core::dossier::{AuthorizationStatus, Change, DossierStatus, JournalEntry, Rule, Subject};

use crate::cast::{Person, Role, Type};
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
    /// Whether it was deposited masked, and whether withheld.
    first: (bool, bool),
    /// The holder's choice, hidden or shown.
    choice: Option<bool>,
    withheld_since: Option<Instant>,
    pub archived: bool,
    pub deleted: bool,
    replaces: Option<Item>,
    replaced: bool,
    /// The first document of the set that brought it.
    set: Item,
}

impl RefDocument {
    fn withheld(&self, at: Instant) -> bool {
        self.withheld_since.is_some_and(|since| at < since.plus_months(1))
    }

    pub fn masked(&self) -> bool {
        self.choice.unwrap_or(self.flag)
    }
}

#[derive(Debug, Clone)]
struct RefAuthorization {
    item: Item,
    until: Instant,
    /// For whom he acted, each time that he was authorised, and until when: what a later record says takes none of it away.
    acted: Vec<(Option<Subject>, Instant)>,
    withdrawn: bool,
}

/// A dossier as the reference sees it.
#[derive(Debug, Clone)]
pub struct RefDossier {
    number: usize,
    pub status: DossierStatus,
    activated: bool,
    /// Emergency accesses that are open, by who opened them, until when.
    emergencies: BTreeMap<usize, Instant>,
    pub documents: Vec<RefDocument>,
    authorizations: BTreeMap<Subject, RefAuthorization>,
    blocks: BTreeMap<Subject, Item>,
    last_item: Item,
    entries: u32,
    /// Entries that the holder does not recognise, whose case is open.
    disputed: BTreeSet<u32>,
}

/// What a caller may be after. The three that need an authorisation come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Want {
    Activate,
    Settle,
    Close,
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
            activated: false,
            emergencies: BTreeMap::new(),
            documents: Vec::new(),
            authorizations: BTreeMap::new(),
            blocks: BTreeMap::new(),
            last_item: 0,
            entries: 0,
            disputed: BTreeSet::new(),
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
        let opened = entry.changes.iter().flatten().any(|change| matches!(change, Change::EmergencyOpened(_)));
        let changes: Vec<&Change> =
            entry.changes.iter().flatten().filter(|change| !matches!(change, Change::EmergencyOpened(_))).collect();
        self.check_items(issue, &changes)?;
        let told = match self.decide(&case, &changes) {
            Ok(told) => told,
            Err(rule) => Told::Refused(rule),
        };
        if matches!(told, Told::Refused(_) | Told::Faulty(_) | Told::NotFound) && !changes.is_empty() {
            return Err(format!("{told:?} and yet it changed {changes:?}"));
        }
        // The first request that is let in opens the access, for four hours (decisions 16).
        let open = self.is_open(&case);
        let opens = issue.emergency == Some(true) && !open && !matches!(told, Told::Refused(_) | Told::Faulty(_));
        if opens != opened {
            return Err(format!("{issue:?}: an emergency access opened: {opened}, the rules say {opens}"));
        }
        if opens {
            self.emergencies.insert(issue.who, at.plus_hours(4));
        }
        Ok(told)
    }

    /// What is new has a number that nothing had before; what is renewed keeps its own.
    fn check_items(&mut self, issue: &Issue, changes: &[&Change]) -> Result<(), String> {
        for change in changes {
            let renewed = match change {
                Change::AuthorizationGranted(granted) => self.authorizations.get(&granted.subject).map(|one| one.item),
                _ => None,
            };
            for item in fresh_items(change).into_iter().filter(|item| Some(*item) != renewed) {
                if item <= self.last_item {
                    return Err(format!("item {item} is given twice: {issue:?}"));
                }
                self.last_item = item;
            }
        }
        Ok(())
    }

    fn decide(&mut self, case: &Case<'_>, changes: &[&Change]) -> Result<Told, Rule> {
        match &case.issue.deed {
            Deed::Open => self.open(case),
            Deed::Activate => {
                self.enter(case, Want::Activate)?;
                if !self.is_holder(case) {
                    return Err(Rule::FunctionalRight);
                }
                self.activated = true;
                Ok(Told::Done)
            }
            Deed::Existence => {
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
                let item = self.blocks.get(subject).ok_or(Rule::NotFound)?;
                Ok(Told::Authorizations(vec![(*item, true)]))
            }
            Deed::Unblock(subject) => {
                self.holders_right(case)?;
                let lifted = self.blocks.remove(subject);
                Ok(lifted.map_or(Told::Done, |item| Told::Authorizations(vec![(item, false)])))
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
            Deed::Dispute(entry, closed) => self.dispute(case, *entry, *closed),
            Deed::Close => {
                self.enter(case, Want::Close)?;
                if !self.is_holder(case) {
                    return Err(Rule::NotHolder);
                }
                self.status = DossierStatus::Closed;
                Ok(Told::Done)
            }
        }
    }

    /// Who reads his history says what he does not recognise there; the operator alone closes the case.
    fn dispute(&mut self, case: &Case<'_>, entry: u32, closed: bool) -> Result<Told, Rule> {
        if closed {
            assert_eq!(*case.role, Role::Operator);
            if self.status == DossierStatus::Unopened {
                return Err(Rule::UnknownDossier);
            }
        } else if !self.enter_history(case)? {
            return Err(Rule::NotHolder);
        }
        // This entry is one of them, and is not there yet.
        if !(1..self.entries).contains(&entry) {
            return Ok(Told::NotFound);
        }
        match (closed, self.disputed.contains(&entry)) {
            (true, false) => return Ok(Told::Faulty(Rule::State)),
            (true, true) => self.disputed.remove(&entry),
            (false, _) => self.disputed.insert(entry),
        };
        Ok(Told::Done)
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

    /// Whether the dossier is there, and the caller is not blocked in it.
    fn is_open_to(&self, case: &Case<'_>) -> bool {
        self.status != DossierStatus::Unopened && self.standing(case) == AuthorizationStatus::Interdit
    }

    fn is_open(&self, case: &Case<'_>) -> bool {
        self.emergencies.get(&case.issue.who).is_some_and(|until| case.at < *until)
    }

    fn is_holder(&self, case: &Case<'_>) -> bool {
        *case.role == Role::Holder(self.number) && self.status != DossierStatus::Unopened
    }

    /// Facts c.1, for those who play here: closed, unknown, blocked, mode, authorisation.
    fn enter(&self, case: &Case<'_>, want: Want) -> Result<(), Rule> {
        match case.role {
            Role::Holder(_) if !self.is_holder(case) => return Err(Rule::NotHolder),
            Role::Operator => return Err(Rule::FunctionalRight),
            _ => {}
        }
        if self.status == DossierStatus::Closed && want != Want::Existence {
            return Err(Rule::Closed);
        }
        match case.role {
            // Decisions 20: activate first.
            Role::Holder(_) if !self.activated && want != Want::Activate => Err(Rule::NotActivated),
            Role::Holder(_) => Ok(()),
            Role::Operator => Err(Rule::FunctionalRight),
            // What the caller lacks himself is told first: the same whether the dossier is there or not.
            Role::Professional(..) if case.issue.emergency == Some(false) && self.status == DossierStatus::Unopened => {
                Err(Rule::MotiveMissing)
            }
            Role::Professional(..) if matches!(want, Want::Close | Want::Activate) && !self.is_open_to(case) => {
                Err(Rule::FunctionalRight)
            }
            _ if self.status == DossierStatus::Unopened => Err(Rule::UnknownDossier),
            Role::Insurer if matches!(want, Want::Feed | Want::Existence) => Ok(()),
            Role::Insurer => Err(Rule::FunctionalRight),
            Role::Professional(..) => {
                let standing = self.standing(case);
                let settles = matches!(want, Want::Settle | Want::Close);
                if standing == AuthorizationStatus::Interdit && !matches!(want, Want::Feed | Want::Existence) {
                    return Err(Rule::Blocked);
                }
                match case.issue.emergency {
                    Some(false) if !self.is_open(case) => Err(Rule::MotiveMissing),
                    Some(false) => Ok(()),
                    Some(true) => Ok(()),
                    None => {
                        let needs = matches!(want, Want::Find | Want::Change | Want::List | Want::Settle);
                        let valid = standing == AuthorizationStatus::Valide;
                        match (needs && !valid, settles) {
                            (true, _) => Err(Rule::NoAuthorization),
                            // No professional of the story is the médecin traitant.
                            (false, true) => Err(Rule::FunctionalRight),
                            (false, false) => Ok(()),
                        }
                    }
                }
            }
        }
    }

    /// The history: the holder's, open or closed; a professional needs what any reading needs, and still is not the holder.
    fn enter_history(&self, case: &Case<'_>) -> Result<bool, Rule> {
        if self.status == DossierStatus::Closed && matches!(case.role, Role::Holder(_)) {
            return match (self.is_holder(case), self.activated) {
                (true, true) => Ok(true),
                (true, false) => Err(Rule::NotActivated),
                _ => Err(Rule::NotHolder),
            };
        }
        self.enter(case, Want::List)?;
        Ok(self.is_holder(case))
    }

    fn holders_right(&self, case: &Case<'_>) -> Result<(), Rule> {
        self.enter(case, Want::Settle)?;
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
            let carries = |(acted, until): &(Option<Subject>, Instant)| acted.as_ref() == structure && case.at < *until;
            structure.is_some() && !one.withdrawn && one.acted.iter().any(carries) && !self.blocks.contains_key(subject)
        });
        if own.iter().any(|one| valid(one)) || colleague {
            AuthorizationStatus::Valide
        } else if own.iter().any(|one| !one.withdrawn) {
            AuthorizationStatus::Expire
        } else {
            AuthorizationStatus::NonExiste
        }
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
        let before = self.authorizations.get(subject).filter(|before| !before.withdrawn);
        let mut acted = before.map_or_else(Vec::new, |before| before.acted.clone());
        acted.push((structure, until));
        self.authorizations.insert(subject.clone(), RefAuthorization { item, until, acted, withdrawn: false });
        Ok(Told::Authorizations(vec![(item, !self.blocks.contains_key(subject))]))
    }

    fn withdraw(&mut self, case: &Case<'_>, item: Item) -> Result<Told, Rule> {
        self.enter(case, Want::Withdraw)?;
        let holder = self.is_holder(case);
        // Of a structure's authorisation the sheet lets no member dispose.
        let own = |subject: &Subject| matches!(case.role, Role::Professional(me, ..) if me == subject);
        let found = self.authorizations.iter_mut().find(|(subject, one)| one.item == item && (holder || own(subject)));
        let Some((_, one)) = found else {
            // The number of a block: the holder lifts it.
            let block =
                self.blocks.iter().find(|(_, block)| holder && **block == item).map(|(subject, _)| subject.clone());
            let Some(subject) = block else { return Ok(Told::NotFound) };
            self.blocks.remove(&subject);
            return Ok(Told::Authorizations(vec![(item, false)]));
        };
        one.withdrawn = true;
        Ok(Told::Authorizations(vec![(item, false)]))
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
