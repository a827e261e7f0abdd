//! Provide documents: DMP TD2.1 (and TD2.1b, replace), IHE ITI-41 and ITI-65. One set, one patient, all or nothing.

mod books;
mod checks;
mod resent;
mod target;

use books::Books;
pub(super) use checks::flags_agree;
use checks::{
    check_categories, check_patient, check_set_patient, check_type, check_visibility, name_differs, registered,
};
use resent::{check_resent, check_set, in_another_set};
use target::{kept_item, replaced, target};

use crate::access::functional_rights::Action;
use crate::access::sector::{self, Occupation};
use crate::access::{Admission, Relation, Side, judge, relation};
use crate::act::{Answer, Context, Decision, Fault, Provided, ProvidedDocument};
use crate::code::Day;
use crate::document::{Author, DocumentEntry, Item, Known, Signs, SourcePatient, SubmissionSet, Visibility};
use crate::dossier::{Change, DocumentRecord, Dossier, DossierStatus, ItemOutcome, ItemStatus, Rule, SetAdded, Sex};
use crate::identity::{Ins, Requester};

/// The `typeCode` of the reimbursements: the insurer's feed alone (R1111-42).
const REIMBURSEMENTS: &str = "REMB";

/// An author as the request names him.
pub type NewAuthor = Author;

/// What the header of a document says of its patient, as far as it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderFacts {
    /// The national identifiers of the patient.
    pub patient: Vec<Ins>,
    /// National numbers whose domain is not told: DICOM names their issuer alone.
    pub numbers: Vec<Box<str>>,
    /// His date of birth.
    pub birth: Option<Day>,
    /// What is said of it where it is not known whole.
    pub partial_births: Vec<PartialBirth>,
    /// His sex.
    pub sex: Option<Sex>,
    /// His family names.
    pub family: Vec<Box<str>>,
}

/// A date of birth as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartialBirth {
    /// The year.
    pub year: i16,
    /// The month, 1 to 12, where it is known.
    pub month: Option<i8>,
}

impl PartialBirth {
    /// Whether it may be that day.
    #[must_use]
    pub fn agrees(self, day: Day) -> bool {
        self.year == day.year() && self.month.is_none_or(|month| month == day.month())
    }
}

/// The document that a new one replaces, as the request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplaceTarget {
    /// By one of our own ids.
    Item {
        /// The journal that it names,
        journal: u32,
        /// and the number there.
        item: Item,
    },
    /// By its uniqueId, or the entryUUID that its sender chose.
    Identifier(Box<str>),
}

/// One document of the request. Its bytes are staged: the rules see facts about them only.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// The metadata; authors and source patient are in the fields below.
    pub entry: DocumentEntry,
    /// `author`.
    pub authors: Vec<NewAuthor>,
    /// `legalAuthenticator`.
    pub legal_authenticator: Option<NewAuthor>,
    /// `sourcePatientId` and `sourcePatientInfo`.
    pub source_patient: Option<SourcePatient>,
    /// The visibility codes.
    pub visibility: Visibility,
    /// What it replaces.
    pub replaces: Option<ReplaceTarget>,
    /// Why it is withheld, where it is: the holder reads it after the release (decisions 19).
    pub withhold_motive: Option<Box<str>>,
    /// What its header says.
    pub header: HeaderFacts,
}

/// The submission set of the request.
#[derive(Debug, Clone)]
pub struct NewSet {
    /// The metadata; authors are in the field below.
    pub set: SubmissionSet,
    /// `author`.
    pub authors: Vec<NewAuthor>,
    /// What it says of its patient (`sourcePatientId`), as far as it says it.
    pub patient: HeaderFacts,
}

/// A deposit.
#[derive(Debug, Clone)]
pub struct ProvideDocuments {
    /// The set.
    pub set: NewSet,
    /// Its documents, one or more.
    pub documents: Vec<NewDocument>,
    /// Every national identifier that the request gives its patient, wherever it stands.
    pub patients: Vec<Ins>,
    /// What was found wrong with a document before the rules saw it: its content. Nothing is then deposited.
    pub unfit: Option<Fault>,
    /// The patient's own word, as this program writes it down: nobody speaks so but the holder and who acts for him.
    pub patients_word: bool,
}

/// A document of the request that passed every check.
struct Accepted<'a> {
    new: &'a NewDocument,
    visibility: Visibility,
    replaced: Option<&'a DocumentRecord>,
    remark: Rule,
}

impl ProvideDocuments {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let admission = match judge(dossier, context, self.action(context)) {
            Ok(admission) => admission,
            // Occupational medicine replaces its own only: that it may not comes before what the holder opposed (decisions 14).
            Err(Rule::OppositionFeeding) if self.is_beyond_occupation(dossier, context) => {
                return Decision::refused(Rule::Sector);
            }
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.status == DossierStatus::Unopened {
            return Decision::refused(Rule::UnknownDossier);
        }
        if self.patients_word && !admission.side.is_holders() {
            return Decision::refused(Rule::NotHolder);
        }
        if let Some(fault) = &self.unfit {
            return Decision::faulty(fault.clone());
        }
        if self.patients.iter().any(|ins| !dossier.names.contains(ins)) {
            return Decision::faulty(Fault { index: None, rule: Rule::PatientIdMismatch });
        }
        let mut plan = Vec::with_capacity(self.documents.len());
        for (index, new) in self.documents.iter().enumerate() {
            match self.check(dossier, context, &admission, index) {
                Ok(step) => plan.push(step),
                Err(rule) if rule.is_told() => return Decision::refused(rule),
                Err(rule) => {
                    let item = kept_item(dossier, context, &admission, new, rule);
                    return self.fault(index, item, rule);
                }
            }
        }
        if let Some(index) = in_another_set(dossier, &self.documents, &plan)
            && let Some(new) = self.documents.get(index)
        {
            let (item, rule) = kept_item(dossier, context, &admission, new, Rule::ResentSet);
            return self.fault(index, (item, rule), rule);
        }
        if plan.iter().any(Result::is_err)
            && let Err(rule) =
                check_set(dossier, &self.set).and_then(|()| check_set_patient(dossier, context, &self.set))
        {
            return Decision::faulty(Fault { index: None, rule });
        }
        self.decision(dossier, &admission, plan)
    }

    /// A block stops what replaces, other than what is only added (decisions 8). The holder's side and the insurer replace what
    /// is their own.
    fn action(&self, context: &Context<'_>) -> Action {
        let professional = matches!(&**context.requester, Requester::Professional(_) | Requester::Organisation(_));
        let replaces = self.documents.iter().any(|new| new.replaces.is_some());
        if professional && replaces { Action::Replace } else { Action::Feed }
    }

    fn is_beyond_occupation(&self, dossier: &Dossier, context: &Context<'_>) -> bool {
        let occupation = match &**context.requester {
            Requester::Professional(one) => sector::occupation(one.sector.as_deref(), &one.specialties),
            Requester::Organisation(one) => sector::occupation(one.sector.as_deref(), &[]),
            _ => return false,
        };
        let foreign = |new: &NewDocument| {
            let own = |record: &DocumentRecord| relation(dossier, context.requester, record) != Relation::None;
            new.replaces.is_some() && !target(dossier, context, new).is_some_and(own)
        };
        occupation == Occupation::Occupational && self.documents.iter().any(foreign)
    }

    /// Either the item that is already there with the same bytes, or what will be added.
    fn check<'a>(
        &'a self,
        dossier: &'a Dossier,
        context: &Context<'_>,
        admission: &Admission,
        index: usize,
    ) -> Result<Result<Item, Accepted<'a>>, Rule> {
        let Some(new) = self.documents.get(index) else { return Err(Rule::NotFound) };
        let (before, _) = self.documents.split_at(index);
        let twice = |other: &NewDocument| {
            // Each reimbursement replaces the last: two at once would replace the same one.
            admission.side == Side::InsurerFeed
                || other.entry.is_named(&new.entry.unique_id)
                || (new.entry.entry_uuid.is_some() && other.entry.entry_uuid == new.entry.entry_uuid)
                || (new.replaces.is_some() && other.replaces == new.replaces)
        };
        if before.iter().any(twice) {
            return Err(Rule::DuplicateInSet);
        }
        // Two dossiers that were merged may have the same uniqueId each: both stay, and neither is anybody else's.
        let mut known = dossier.documents.iter().filter(|known| known.entry.is_named(&new.entry.unique_id)).peekable();
        if known.peek().is_some() {
            let same = known.find(|known| known.entry.content.sha256 == new.entry.content.sha256);
            let same = same.ok_or(Rule::UniqueIdTaken)?;
            check_resent(dossier, context, admission, same, new)?;
            return Ok(Ok(same.item));
        }
        if new.entry.entry_uuid.is_some()
            && dossier.documents.iter().any(|one| one.entry.entry_uuid == new.entry.entry_uuid)
        {
            return Err(Rule::EntryUuidTaken);
        }
        // What is not there, or is another's, comes before what is wrong (the page on silence).
        let replaced = replaced(dossier, context, admission, new)?;
        check_type(admission, new)?;
        check_categories(dossier, context, new)?;
        check_patient(dossier, context, new)?;
        let visibility = check_visibility(dossier, context, new, replaced)?;
        let remark = if name_differs(registered(dossier, context), new) { Rule::NameDiffers } else { admission.rule };
        Ok(Err(Accepted { new, visibility, replaced, remark }))
    }

    /// All or nothing: one wrong document, and nothing is done. What the journal keeps names it.
    fn fault(&self, index: usize, (item, kept): (Option<Item>, Rule), rule: Rule) -> Decision {
        let mut decision = Decision::faulty(Fault { index: Some(index), rule });
        decision.outcome.items =
            vec![ItemOutcome { item, status: ItemStatus::Refused, rule: Some(kept) }; self.documents.len().min(1)];
        decision
    }

    fn decision(&self, dossier: &Dossier, admission: &Admission, plan: Vec<Result<Item, Accepted<'_>>>) -> Decision {
        let mut books = Books::new(dossier);
        let mut items = Vec::with_capacity(plan.len());
        let mut documents = Vec::with_capacity(plan.len());
        let fresh = plan.iter().any(Result::is_err);
        let known_set = plan.iter().find_map(|step| step.as_ref().ok()).and_then(|item| dossier.document(*item));
        let set = if fresh { books.item() } else { known_set.map_or(0, |record| record.set) };
        let mut added = Vec::new();
        let mut signature = None;
        for step in plan {
            let (item, already, rule) = match step {
                Ok(item) => (item, true, Rule::AlreadyDone),
                Err(accepted) => {
                    let item = books.item();
                    if accepted.new.entry.is_signature() {
                        signature = Some(Signs { signature: item, set });
                    }
                    let remark = accepted.remark;
                    added.push(books.document(item, set, &accepted));
                    (item, false, remark)
                }
            };
            items.push(ItemOutcome { item: Some(item), status: ItemStatus::Given, rule: Some(rule) });
            documents.push(ProvidedDocument { item, already });
        }
        if fresh {
            let authors = self.set.authors.iter().map(|author| books.known(Known::Author(author.clone()))).collect();
            let set_entry = SubmissionSet { authors, ..self.set.set.clone() };
            books.changes.push(Change::SetAdded(SetAdded { item: set, set: set_entry, signs: signature }));
        }
        books.changes.extend(added);
        let rule = if fresh { admission.rule } else { Rule::AlreadyDone };
        let mut decision = Decision::allowed(rule, Answer::Provided(Provided { set, documents }));
        decision.outcome.items = items;
        decision.changes = books.changes;
        decision
    }
}
