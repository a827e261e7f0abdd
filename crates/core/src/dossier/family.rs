//! Who acts for the holder: legal representatives, guardians, carers (decisions 24 and 25).

use crate::code::{Day, Instant, fold_name};
use crate::dossier::{Dossier, RepresentativeRecord};
use crate::identity::Requester;
use crate::{coded, record};

coded! {
    /// What a representative may do.
    pub enum MandateScope {
        /// Read.
        Read = 1 => "read",
        /// All that the holder may, but close and delete, which need all representatives on record.
        Full = 2 => "full",
    }
}

record! {
    /// A legal mandate.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Mandate {
        /// His name, as others read it.
        1 name: Option<Box<str>>,
        /// What he may do.
        2 scope: MandateScope,
        /// From this day on.
        3 start: Day,
        /// Until the midnight that closes this day.
        4 end: Option<Day>,
        /// A guardian of a protected adult: his mandate begins with majority or after it, and does not end with it.
        5 guardian: bool,
        /// The tie, in the code of J11 (`MTH`, `FTH`…).
        6 relationship: Option<Box<str>>,
    }
}

impl Mandate {
    /// Whether it stands at that instant, for a holder of that birth date.
    #[must_use]
    pub fn stands(&self, now: Instant, birth: Day) -> bool {
        let over =
            self.end.is_some_and(|end| now >= end.end()) || (!self.is_for_an_adult(birth) && now >= birth.majority());
        now >= self.start.start() && !over
    }

    /// Whether it is of a protected adult: a guardian of a child is one until its majority (decisions 24).
    #[must_use]
    pub fn is_for_an_adult(&self, birth: Day) -> bool {
        self.guardian && self.start.start() >= birth.majority()
    }
}

coded! {
    /// What a carer may do.
    pub enum CarerScope {
        /// Read.
        Read = 1 => "read",
        /// Read, and add documents.
        Add = 2 => "add",
        /// What the holder may, except close, delegate, delete and change contacts.
        Manage = 3 => "manage",
    }
}

record! {
    /// A carer whom the holder chose, or his representative.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct CarerRecord {
        /// His name, as others read it.
        1 name: Option<Box<str>>,
        /// What he may do.
        2 scope: CarerScope,
        /// The classes of documents; all when empty.
        3 categories: Vec<Box<str>>,
        /// Until the midnight that closes this day.
        4 end: Option<Day>,
        /// Chosen by a representative: it shows no more than he sees; of a child's, it ends with the child's majority.
        5 by_representative: bool,
        /// Chosen for an adult, by his guardian.
        6 for_an_adult: bool,
        /// The representative who chose him, by account: the delegation stands while his mandate does. Absent where the holder chose, and in
        /// delegations of before this was kept.
        7 chosen_by: Option<Box<str>>,
    }
}

impl CarerRecord {
    /// Whether its own time runs at that instant, for a holder of that birth date.
    fn runs(&self, now: Instant, birth: Day) -> bool {
        let of_a_child = self.by_representative && !self.for_an_adult;
        !(self.end.is_some_and(|end| now >= end.end()) || (of_a_child && now >= birth.majority()))
    }
}

/// Somebody who speaks for a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spokesperson<'a> {
    /// His name, where it is known.
    pub name: Option<String>,
    /// Where he is written to by e-mail.
    pub email: Option<&'a str>,
}

impl RepresentativeRecord {
    /// Given names and family name.
    #[must_use]
    pub fn full_name(&self) -> String {
        [self.given.as_deref(), self.family.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// Whether it is of who has this mandate, by his name, whatever the order of its parts.
    fn is_called(&self, mandate: &Mandate) -> bool {
        let part = |part: &Option<Box<str>>| fold_name(part.as_deref().unwrap_or_default());
        let (given, family) = (part(&self.given), part(&self.family));
        let name = mandate.name.as_deref().map(fold_name).unwrap_or_default();
        !name.is_empty() && (name == format!("{given}{family}") || name == format!("{family}{given}"))
    }

    /// Whether a part of the given name is the same; of the family name, where no given name is known; or no name is known of the mandate. Two of
    /// one family are two persons.
    fn is_alike(&self, mandate: &Mandate) -> bool {
        let parts = |text: &str| {
            let words = text.split(|letter: char| !letter.is_alphanumeric()).map(fold_name);
            words.filter(|word| !word.is_empty()).collect::<Vec<_>>()
        };
        let own: Vec<String> = self.given.as_ref().or(self.family.as_ref()).map_or_else(Vec::new, |part| parts(part));
        mandate.name.as_deref().is_none_or(|name| parts(name).iter().any(|part| own.contains(part)))
    }
}

impl Dossier {
    /// Every mandate that was ever recorded, those that were ended too.
    fn all_mandates(&self) -> impl Iterator<Item = &Mandate> {
        self.mandates.values().chain(&self.ended_mandates)
    }

    /// A mandate ends, and what was delegated by it: whoever has it again chooses anew.
    pub(super) fn end_mandate(&mut self, person: &str) {
        self.ended_mandates.extend(self.mandates.remove(person));
        self.carers.retain(|_, carer| carer.chosen_by.as_deref() != Some(person));
    }

    /// What the insurer knows of who has a mandate: under his name; else by the tie, where the name is alike and nobody else is meant by it.
    #[must_use]
    pub fn record_of(&self, mandate: &Mandate) -> Option<&RepresentativeRecord> {
        let all = &self.addressee()?.representatives;
        let named = |one: &RepresentativeRecord| self.all_mandates().any(|mandate| one.is_called(mandate));
        let tied = |one: &&RepresentativeRecord| one.relationship.is_some() && one.relationship == mandate.relationship;
        let mut ties = all.iter().filter(|one| !named(one) && one.is_alike(mandate)).filter(tied);
        let tied = ties.next().filter(|_| ties.next().is_none());
        all.iter().find(|one| one.is_called(mandate)).or(tied)
    }

    /// Those whom the insurer recorded as representatives and who have no mandate here at that instant, and had none: one that is to begin is none
    /// yet.
    pub fn without_mandate(&self, now: Instant) -> impl Iterator<Item = &RepresentativeRecord> {
        let begun = self.all_mandates().filter(|mandate| now >= mandate.start.start());
        let known: Vec<&RepresentativeRecord> = begun.filter_map(|mandate| self.record_of(mandate)).collect();
        let all = self.addressee().map_or(&[][..], |holder| &holder.representatives);
        all.iter().filter(move |one| !known.iter().any(|known| std::ptr::eq(*known, *one)))
    }

    /// Whether it may be his mandate that was ended, under another name: of that tie, and of nobody whom the insurer names so.
    #[must_use]
    pub fn may_have_ended(&self, one: &RepresentativeRecord) -> bool {
        let mut unnamed = self.ended_mandates.iter().filter(|mandate| self.record_of(mandate).is_none());
        unnamed.any(|mandate| mandate.relationship == one.relationship)
    }

    /// Who speaks for a child: those who have a full mandate that stands, then those whom the insurer recorded and of whom no mandate was
    /// recorded or ended.
    #[must_use]
    pub fn spokespeople(&self, now: Instant) -> Vec<Spokesperson<'_>> {
        let Some(holder) = self.addressee().filter(|holder| now < holder.birth.majority()) else { return Vec::new() };
        let named = |name: String| Some(name).filter(|name| !name.is_empty());
        let full = |mandate: &Mandate| mandate.scope == MandateScope::Full && mandate.stands(now, holder.birth);
        let mandated = self.mandates.iter().filter(|(_, mandate)| full(mandate)).map(|(person, mandate)| {
            let recorded = self.record_of(mandate);
            let given = self.emails.get(person).map(|email| &**email);
            Spokesperson {
                name: mandate.name.as_deref().map(str::to_owned).or_else(|| named(recorded?.full_name())),
                email: given.or_else(|| recorded?.email.as_deref()),
            }
        });
        let recorded = self.without_mandate(now).filter(|one| !self.may_have_ended(one));
        let recorded = recorded.map(|one| Spokesperson { name: named(one.full_name()), email: one.email.as_deref() });
        mandated.chain(recorded).collect()
    }

    /// Whether a delegation stands at that instant. What a representative delegated ends with his own rights (decisions 24).
    #[must_use]
    pub fn lets_in(&self, carer: &CarerRecord, now: Instant) -> bool {
        let stands = |birth, person| self.mandates.get(person).is_some_and(|mandate| mandate.stands(now, birth));
        self.birth().is_some_and(|birth| {
            carer.runs(now, birth) && carer.chosen_by.as_ref().is_none_or(|person| stands(birth, person))
        })
    }

    /// Whether who asks does not know what a minor keeps to himself: he represents the holder, or was chosen by who does (decisions 24 and 25).
    #[must_use]
    pub fn is_blind(&self, by: &Requester) -> bool {
        match by {
            Requester::Representative(_) => true,
            Requester::Carer(one) => self.carers.get(&one.person).is_none_or(|carer| carer.by_representative),
            _ => false,
        }
    }

    /// Whether the holder is not of age at that instant; nobody is whose birth is not known.
    #[must_use]
    pub fn is_minor(&self, at: Instant) -> bool {
        self.birth().is_some_and(|birth| at < birth.majority())
    }
}
