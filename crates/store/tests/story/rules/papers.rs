//! The reference, as far as documents go: who sees, provides, hides, archives and deletes them.

use std::collections::BTreeSet;

use dmp_core::access::matrix::Access;
use dmp_core::document::Item;
use dmp_core::dossier::{AuthorizationStatus, Change, Rule};

use super::{Case, RefDocument, RefDossier, Want};
use crate::cast::{Paper, Role, Type};
use crate::deed::Told;

/// What becomes of one paper: it is there already, or it goes in, maybe in place of another.
enum Step {
    Already { item: Item, set: Item },
    New(Option<Item>),
}

impl RefDossier {
    /// Own: deposited by the caller or his structure.
    fn own(&self, case: &Case<'_>, one: &RefDocument) -> bool {
        match (case.role, &one.by) {
            (Role::Professional(me, mine, _), Role::Professional(by, at, _)) => {
                me == by || (mine.is_some() && mine == at)
            }
            _ => false,
        }
    }

    /// Whether the caller may know of a document at all.
    pub(super) fn sees(&self, case: &Case<'_>, one: &RefDocument) -> bool {
        if one.deleted {
            return false;
        }
        match case.role {
            Role::Holder(_) => !one.withheld(case.at),
            Role::Professional(me, _, profession) => {
                let author = matches!(&one.by, Role::Professional(by, _, _) if by == me);
                let reads = case.policy.matrix.cell(profession, &one.kind.code()).access == Access::Read;
                (author || reads) && (!one.masked() || self.own(case, one))
            }
            _ => false,
        }
    }

    pub(super) fn found(&self, case: &Case<'_>) -> Vec<Item> {
        let shows =
            |one: &&RefDocument| self.sees(case, one) && (!one.archived || matches!(case.role, Role::Holder(_)));
        let mut found: Vec<_> = self.documents.iter().filter(shows).map(|one| (one.deposited, one.item)).collect();
        found.sort_unstable();
        found.into_iter().rev().map(|(_, item)| item).collect()
    }

    pub(super) fn provide(&mut self, case: &Case<'_>, papers: &[Paper], changes: &[&Change]) -> Result<Told, Rule> {
        self.enter(case, Want::Feed)?;
        // A block stops what replaces, before anything of the request is looked at (decisions 8).
        let replaces = papers.iter().any(|paper| paper.replaces.is_some());
        if replaces && self.standing(case) == AuthorizationStatus::Interdit {
            return Err(Rule::Blocked);
        }
        let mut plan = Vec::new();
        let mut seen = BTreeSet::new();
        for paper in papers {
            let first = seen.insert(&paper.unique_id) && (plan.is_empty() || *case.role != Role::Insurer);
            match self.check(case, paper, first) {
                Ok(step) => plan.push((paper, step)),
                Err(rule) if rule.is_told() => return Err(rule),
                Err(rule) => return Ok(Told::Faulty(rule)),
            }
        }
        // A set is stored whole: what is here already is in no second one (facts d.4).
        let mut sets = plan.iter().filter_map(|(_, step)| match step {
            Step::Already { set, .. } => Some(*set),
            Step::New(_) => None,
        });
        let known = sets.next();
        let new = plan.iter().any(|(_, step)| matches!(step, Step::New(_)));
        if known.is_some() && (new || sets.any(|set| Some(set) != known)) {
            return Ok(Told::Faulty(Rule::ResentSet));
        }
        let mut items = changes.iter().filter_map(|change| match change {
            Change::DocumentAdded(added) => Some(added.item),
            _ => None,
        });
        let (mut provided, mut set) = (Vec::new(), 0);
        for (paper, step) in plan {
            match step {
                Step::Already { item, .. } => provided.push((item, true)),
                Step::New(replaced) => {
                    // A change that is missing shows as a document without number, which no answer has.
                    let item = items.next().unwrap_or(0);
                    set = if set == 0 { item } else { set };
                    self.add(case, paper, (item, set), replaced);
                    provided.push((item, false));
                }
            }
        }
        Ok(Told::Provided(provided))
    }

    fn check(&self, case: &Case<'_>, paper: &Paper, first: bool) -> Result<Step, Rule> {
        // Each reimbursement replaces the last: two at once would replace the same one.
        if !first {
            return Err(Rule::DuplicateInSet);
        }
        if let Some(known) = self.documents.iter().find(|one| one.unique_id == paper.unique_id) {
            if known.sha256 != paper.sha256() {
                return Err(Rule::UniqueIdTaken);
            }
            return self.resent(case, known, paper).map(|()| Step::Already { item: known.item, set: known.set });
        }
        if paper.entry_uuid.is_some() && self.documents.iter().any(|one| one.entry_uuid == paper.entry_uuid) {
            return Err(Rule::EntryUuidTaken);
        }
        // What is not there, or is another's, comes before what is wrong (the page on silence).
        let replaced = self.replaced(case, paper)?;
        if (paper.kind == Type::Reimbursements) != (*case.role == Role::Insurer) {
            return Err(Rule::ReservedType);
        }
        if paper.masked && paper.withheld {
            return Err(Rule::FlagsCombined);
        }
        // The code that withholds is a professional's (facts c.7).
        if paper.withheld && self.is_holder(case) {
            return Err(Rule::FunctionalRight);
        }
        if replaced.is_some_and(|one| paper.withheld && !one.withheld(case.at)) {
            return Err(Rule::WithheldLate);
        }
        // What is left of a withholding is inherited, and a mask does not go with it either.
        if paper.masked && replaced.is_some_and(|one| one.withheld(case.at)) {
            return Err(Rule::FlagsCombined);
        }
        Ok(Step::New(replaced.map(|one| one.item)))
    }

    /// What is sent again asks no more than it did the first time.
    fn resent(&self, case: &Case<'_>, known: &RefDocument, paper: &Paper) -> Result<(), Rule> {
        let feed = *case.role == Role::Insurer && known.kind == Type::Reimbursements;
        let own = match case.role {
            Role::Holder(_) => known.by == *case.role,
            _ => self.own(case, known),
        };
        let told = feed || own || (self.enter(case, Want::Find).is_ok() && self.sees(case, known));
        let named = |target: &str| self.documents.iter().find(|one| *one.unique_id == *target).map(|one| one.item);
        let same = |target: &str| named(target).is_some_and(|item| known.replaces == Some(item));
        if !feed && paper.replaces.as_ref().is_some_and(|target| !told || !same(target)) {
            return Err(Rule::ResentRelation);
        }
        let (masked, withheld) = known.first;
        let more = (paper.masked && !masked) || (paper.withheld && !withheld);
        let asks = paper.masked || paper.withheld;
        if more || (asks && !told) { Err(Rule::ResentVisibility) } else { Ok(()) }
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
        if self.newest(case, one) { Ok(Some(one)) } else { Err(Rule::NotNewest) }
    }

    /// Whether the caller knows of no newer version.
    fn newest(&self, case: &Case<'_>, one: &RefDocument) -> bool {
        let knows = |newer: &RefDocument| {
            self.own(case, newer) || (self.enter(case, Want::Find).is_ok() && self.sees(case, newer))
        };
        let mut newer = self.documents.iter().filter(|newer| newer.replaces == Some(one.item));
        newer.all(|newer| !knows(newer) && self.newest(case, newer))
    }

    fn hidden_later(&self, item: Item) -> bool {
        let mut later = self.documents.iter().filter(|later| later.replaces == Some(item));
        later.any(|later| later.choice == Some(true) || self.hidden_later(later.item))
    }

    fn add(&mut self, case: &Case<'_>, paper: &Paper, (item, set): (Item, Item), replaces: Option<Item>) {
        let (mut choice, mut archived) = (None, false);
        let mut withheld_since = paper.withheld.then_some(case.at);
        let later = replaces.is_some_and(|item| self.hidden_later(item));
        if let Some(old) = self.documents.iter_mut().find(|one| Some(one.item) == replaces) {
            old.replaced = true;
            // Withheld for a month from the deposit of the first version (decisions 19).
            if old.withheld(case.at) {
                withheld_since = old.withheld_since;
            }
            (choice, archived) = (old.choice, old.archived);
            if later {
                choice = Some(true);
            }
        }
        let mut flag = paper.masked;
        if flag && self.is_holder(case) {
            choice = Some(true);
        }
        flag &= choice != Some(false);
        self.documents.push(RefDocument {
            item,
            unique_id: paper.unique_id.clone(),
            entry_uuid: paper.entry_uuid.clone(),
            sha256: paper.sha256(),
            kind: paper.kind,
            by: case.role.clone(),
            deposited: case.at,
            flag,
            first: (paper.masked, withheld_since.is_some()),
            choice,
            withheld_since,
            archived,
            deleted: false,
            replaces,
            replaced: false,
            set,
        });
    }

    pub(super) fn mask(&mut self, case: &Case<'_>, item: Item, masked: bool) -> Result<Told, Rule> {
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
        // Hidden from professionals and from the patient at once: refused, later as at deposit (decisions 19).
        if !holder && masked && one.withheld(case.at) {
            return Ok(Told::Faulty(Rule::FlagsCombined));
        }
        if holder {
            // His last choice, also where it was so before; who shows lifts a professional's mask (decisions 18).
            one.choice = Some(masked);
            one.flag &= masked;
        } else {
            if masked && !one.flag {
                one.choice = one.choice.filter(|hidden| *hidden);
            }
            one.flag = masked;
        }
        Ok(Told::Done)
    }

    pub(super) fn archive(&mut self, case: &Case<'_>, item: Item, archived: bool) -> Result<Told, Rule> {
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

    pub(super) fn delete(&mut self, case: &Case<'_>, item: Item) -> Result<Told, Rule> {
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
        if !self.newest(case, one) {
            return Ok(Told::Faulty(Rule::NotNewest));
        }
        let mut next = Some(item);
        while let Some(one) = self.documents.iter_mut().find(|one| Some(one.item) == next) {
            (one.deleted, one.archived, next) = (true, false, one.replaces);
        }
        Ok(Told::Done)
    }
}
