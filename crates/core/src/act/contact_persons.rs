//! The trusted person and the emergency contacts: the holder names them, who may see them reads them (L1111-6; issue 4, "What each document
//! shows to whom"). No carer changes them (decisions 25).

use crate::access::functional_rights::Action;
use crate::access::{Side, judge, shows_contact};
use crate::act::{Answer, Context, Decision};
use crate::document::Item;
use crate::dossier::{CarerRecord, Change, ContactKind, ContactPerson, ContactPersonSet, Dossier, Mandate, Rule};

/// Emergency contacts that one may have.
const MOST: usize = 5;

/// Somebody to call.
#[derive(Debug, Clone)]
pub struct SetContactPerson {
    /// What he is.
    pub kind: ContactKind,
    /// His name; the one of that name is written anew.
    pub name: Box<str>,
    /// His telephone number.
    pub phone: Option<Box<str>>,
    /// The tie.
    pub tie: Option<Box<str>>,
    /// He is to be called no more.
    pub removed: bool,
}

/// Who is to be called.
#[derive(Debug, Clone, Copy)]
pub struct ReadContactPersons;

/// Who stands around the holder, as far as a reader is told.
#[derive(Debug, Clone, Default)]
pub struct Circle {
    /// Whom he wants to be called.
    pub contacts: Vec<ContactPerson>,
    /// Who represents him today, by account: for his own side, which may end nothing that it does not know of (decisions 24 and 25).
    pub mandates: Vec<(Box<str>, Mandate)>,
    /// His carers of today, by account.
    pub carers: Vec<(Box<str>, CarerRecord)>,
}

/// Those who act for him at that instant.
fn acting(dossier: &Dossier, context: &Context<'_>, side: Side) -> Circle {
    let Some(birth) = dossier.birth().filter(|_| matches!(side, Side::Holder | Side::Representative)) else {
        return Circle::default();
    };
    let mandates = dossier.mandates.iter().filter(|(_, one)| one.stands(context.now, birth));
    let carers = dossier.carers.iter().filter(|(_, one)| dossier.lets_in(one, context.now));
    Circle {
        contacts: Vec::new(),
        mandates: mandates.map(|(person, one)| (person.clone(), one.clone())).collect(),
        carers: carers.map(|(person, one)| (person.clone(), one.clone())).collect(),
    }
}

impl SetContactPerson {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, Action::Settle) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        match admission.side {
            Side::Holder | Side::Representative => {}
            Side::Carer => return Decision::refused(Rule::Scope),
            _ => return Decision::refused(Rule::NotHolder),
        }
        let same = |one: &&ContactPerson| {
            one.kind == self.kind && (self.kind == ContactKind::TrustedPerson || one.name == self.name)
        };
        let known = dossier.contacts.iter().find(same);
        if self.removed && known.is_none() {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        if known.is_none() && dossier.contacts.iter().filter(|one| one.kind == self.kind).count() >= MOST {
            return Decision::fault(Rule::ContactsFull);
        }
        let item: Item = known.map_or(dossier.last_item + 1, |known| known.item);
        let contact = ContactPerson {
            item,
            kind: self.kind,
            name: self.name.clone(),
            phone: self.phone.clone(),
            tie: self.tie.clone(),
        };
        if known == Some(&contact) && !self.removed {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let set = ContactPersonSet { contact, removed: self.removed };
        Decision::allowed(admission.rule, Answer::Done).changing(Change::ContactPersonSet(set))
    }
}

impl ReadContactPersons {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        match judge(dossier, context, Action::FindMetadata) {
            Err(rule) => Decision::refused(rule),
            Ok(admission) => {
                let shown =
                    |one: &&ContactPerson| shows_contact(one.kind, admission.side, context.requester, context.mode);
                let contacts: Vec<ContactPerson> = dossier.contacts.iter().filter(shown).cloned().collect();
                let count = contacts.len();
                let circle = Circle { contacts, ..acting(dossier, context, admission.side) };
                Decision::allowed(admission.rule, Answer::Contacts(Box::new(circle))).counting(count)
            }
        }
    }
}
