//! Provide documents: DMP TD2.1 (and TD2.1b, replace), IHE ITI-41 and ITI-65. One set, one patient, all or nothing.

use crate::access::functional_rights::Action;
use crate::access::{Admission, Relation, Side, judge, relation, standing};
use crate::act::{Answer, Context, Decision, Fault, Provided, ProvidedDocument};
use crate::code::{Code, Day, table};
use crate::document::{
    Author, DocumentEntry, Item, Known, KnownNumber, Signs, SourcePatient, SubmissionSet, Visibility,
};
use crate::dossier::{
    AuthorizationStatus, Change, DocumentAdded, DocumentRecord, Dossier, DossierStatus, Holder, ItemOutcome,
    ItemStatus, KnownAdded, Rule, SetAdded, Sex,
};
use crate::identity::{Ins, Requester};

/// The `typeCode` of the reimbursements: the insurer's feed alone (R1111-42).
const REIMBURSEMENTS: &str = "REMB";

/// The code system of `classCode`: TRE_A03.
const CLASS_SYSTEM: &str = "1.2.250.1.213.1.1.4.1";

/// An author as the request names him.
pub type NewAuthor = Author;

/// What the header of a document says of its patient, as far as it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderFacts {
    /// The national identifiers of the patient.
    pub patient: Vec<Ins>,
    /// His date of birth.
    pub birth: Option<Day>,
    /// His sex.
    pub sex: Option<Sex>,
    /// His family names.
    pub family: Vec<Box<str>>,
}

/// The document that a new one replaces, as the request names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplaceTarget {
    /// By one of our own ids.
    Item(Item),
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
        let admission = match judge(dossier, context, Action::Feed) {
            Ok(admission) => admission,
            Err(rule) => return Decision::refused(rule),
        };
        if dossier.status == DossierStatus::Unopened {
            return Decision::refused(Rule::UnknownDossier);
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
                Err(rule) => return self.fault(dossier, new, index, rule),
            }
        }
        self.decision(dossier, &admission, plan)
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
        check_type(admission, new)?;
        check_patient(dossier, new)?;
        let (before, _) = self.documents.split_at(index);
        let twice = |other: &NewDocument| {
            // Each reimbursement replaces the last: two at once would replace the same one.
            admission.side == Side::InsurerFeed
                || other.entry.unique_id == new.entry.unique_id
                || (new.entry.entry_uuid.is_some() && other.entry.entry_uuid == new.entry.entry_uuid)
                || (new.replaces.is_some() && other.replaces == new.replaces)
        };
        if before.iter().any(twice) {
            return Err(Rule::DuplicateInSet);
        }
        if let Some(known) = dossier.documents.iter().find(|known| known.entry.unique_id == new.entry.unique_id) {
            let same = known.entry.content.sha256 == new.entry.content.sha256;
            return if same { Ok(Ok(known.item)) } else { Err(Rule::UniqueIdTaken) };
        }
        if new.entry.entry_uuid.is_some()
            && dossier.documents.iter().any(|one| one.entry.entry_uuid == new.entry.entry_uuid)
        {
            return Err(Rule::EntryUuidTaken);
        }
        let replaced = replaced(dossier, context, admission, new)?;
        let visibility = check_visibility(context, new, replaced)?;
        let remark = if name_differs(dossier.holder.as_deref(), new) { Rule::NameDiffers } else { admission.rule };
        Ok(Err(Accepted { new, visibility, replaced, remark }))
    }

    /// All or nothing: one wrong document, and nothing is done. What the journal keeps names it.
    fn fault(&self, dossier: &Dossier, new: &NewDocument, index: usize, rule: Rule) -> Decision {
        let item = dossier.documents.iter().find(|one| one.entry.unique_id == new.entry.unique_id).map(|one| one.item);
        let mut decision = Decision::faulty(Fault { index: Some(index), rule });
        decision.outcome.items =
            vec![ItemOutcome { item, status: ItemStatus::Refused, rule: Some(rule) }; self.documents.len().min(1)];
        decision
    }

    fn decision(&self, dossier: &Dossier, admission: &Admission, plan: Vec<Result<Item, Accepted<'_>>>) -> Decision {
        let mut books = Books { dossier, last: dossier.last_item, added: Vec::new(), changes: Vec::new() };
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
            let authors = self.set.authors.iter().map(|author| books.known(&Known::Author(author.clone()))).collect();
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

/// REMB comes from the insurer's feed, which brings nothing else; a type must be one that the tables know.
fn check_type(admission: &Admission, new: &NewDocument) -> Result<(), Rule> {
    let code = &new.entry.type_code.code;
    table::document_type(code).ok_or(Rule::UnknownType)?;
    if (*code.code == *REIMBURSEMENTS) == (admission.side == Side::InsurerFeed) {
        Ok(())
    } else {
        Err(Rule::ReservedType)
    }
}

/// The patient of the document is the holder: by identifier, by birth date, by sex.
fn check_patient(dossier: &Dossier, new: &NewDocument) -> Result<(), Rule> {
    let header = &new.header;
    let told = new.source_patient.as_ref();
    if told.is_some_and(|patient| patient.is_another(&dossier.names)) {
        return Err(Rule::PatientIdMismatch);
    }
    if !header.patient.is_empty() && !header.patient.iter().any(|ins| dossier.names.contains(ins)) {
        return Err(Rule::PatientIdMismatch);
    }
    let Some(holder) = dossier.holder.as_deref() else { return Ok(()) };
    let births = [header.birth, told.and_then(|patient| patient.birth)];
    if births.into_iter().flatten().any(|birth| birth != holder.birth) {
        return Err(Rule::BirthDateMismatch);
    }
    let sexes = [header.sex, told.and_then(|patient| patient.sex.as_deref()).and_then(Sex::from_code)];
    let known = |sex: &Sex| *sex != Sex::Unknown;
    match holder.sex.filter(known) {
        Some(registered) if sexes.into_iter().flatten().filter(known).any(|sex| sex != registered) => {
            Err(Rule::SexMismatch)
        }
        _ => Ok(()),
    }
}

/// Another name, in the header or in the metadata, goes in, and into the operator's review queue.
fn name_differs(holder: Option<&Holder>, new: &NewDocument) -> bool {
    let Some(holder) = holder else { return false };
    let same = |name: &str| {
        let known = [Some(&holder.family), holder.used_family.as_ref()];
        known.into_iter().flatten().any(|known| plain(known) == plain(name))
    };
    let header = &new.header.family;
    let told = new.source_patient.as_ref().and_then(|patient| patient.family.as_deref());
    (!header.is_empty() && !header.iter().any(|name| same(name))) || told.is_some_and(|name| !same(name))
}

/// A name without case, accents and punctuation, as the civil register compares them.
fn plain(name: &str) -> String {
    crate::identity::insc::plain_letters(name)
}

/// One's own, newest version (decisions 2 and 21).
fn replaced<'a>(
    dossier: &'a Dossier,
    context: &Context<'_>,
    admission: &Admission,
    new: &NewDocument,
) -> Result<Option<&'a DocumentRecord>, Rule> {
    if admission.side == Side::InsurerFeed {
        let last = dossier.documents.iter().rfind(|one| *one.entry.type_code.code.code == *REIMBURSEMENTS);
        return Ok(last.filter(|one| one.replaced_by.is_none() && !one.standing.deleted));
    }
    let found = match &new.replaces {
        None => return Ok(None),
        Some(ReplaceTarget::Item(item)) => dossier.document(*item),
        Some(ReplaceTarget::Identifier(id)) => {
            dossier.documents.iter().find(|one| one.entry.unique_id == *id || one.entry.entry_uuid.as_ref() == Some(id))
        }
    };
    if standing(dossier, context.requester, context.policy, context.now).status == AuthorizationStatus::Interdit {
        return Err(Rule::Blocked);
    }
    let record = found.filter(|record| !record.standing.deleted).ok_or(Rule::ReplacedUnknown)?;
    let own = match admission.side {
        Side::Holder => is_holders(dossier, record),
        _ => relation(dossier, context.requester, record) != Relation::None,
    };
    if !own {
        let seen = super::decision::is_seen(dossier, context, record);
        return Err(if seen { Rule::NotAuthor } else { Rule::ReplacedUnknown });
    }
    // A newer version that the caller does not see is not there: his replacement goes beside it, under its masks.
    if super::decision::is_newest_seen(dossier, context, record) { Ok(Some(record)) } else { Err(Rule::NotNewest) }
}

fn is_holders(dossier: &Dossier, record: &DocumentRecord) -> bool {
    matches!(dossier.requester(record.deposited_by).map(AsRef::as_ref), Some(Requester::Holder(_)))
}

/// Visibility at deposit (decisions 19, facts b.5).
fn check_visibility(
    context: &Context<'_>,
    new: &NewDocument,
    replaced: Option<&DocumentRecord>,
) -> Result<Visibility, Rule> {
    let mut visibility = new.visibility;
    let signature = new.entry.is_signature();
    flags_agree(context, &new.entry, visibility)?;
    if let Some(replaced) = replaced {
        if visibility.invisible_patient && !replaced.visibility.invisible_patient {
            return Err(Rule::WithheldLate);
        }
        visibility.invisible_patient |= replaced.visibility.invisible_patient;
        visibility.invisible_representants_legaux |= replaced.visibility.invisible_representants_legaux;
    }
    if context.requester.is_secret() && !signature && !visibility.invisible_representants_legaux {
        return Err(Rule::SecretConnection);
    }
    Ok(visibility)
}

/// Masked and withheld at once is refused unless the deployment allows it, the signature document excepted (decisions 19).
pub(super) fn flags_agree(context: &Context<'_>, entry: &DocumentEntry, visibility: Visibility) -> Result<(), Rule> {
    let both = visibility.masque_ps && visibility.invisible_patient;
    let allowed = context.policy.settings.masked_and_withheld || entry.is_signature();
    if both && !allowed { Err(Rule::FlagsCombined) } else { Ok(()) }
}

/// Hands out numbers, and writes shared values once.
struct Books<'a> {
    dossier: &'a Dossier,
    last: Item,
    added: Vec<(KnownNumber, Known)>,
    changes: Vec<Change>,
}

impl Books<'_> {
    const fn item(&mut self) -> Item {
        self.last += 1;
        self.last
    }

    fn known(&mut self, value: &Known) -> KnownNumber {
        let before = self.dossier.known.iter().find(|(_, known)| ***known == *value).map(|(number, _)| *number);
        let found = before.or_else(|| self.added.iter().find(|(_, known)| known == value).map(|(number, _)| *number));
        if let Some(number) = found {
            return number;
        }
        let next = self.dossier.known.last_key_value().map_or(0, |(number, _)| number + 1);
        let number = self.added.last().map_or(next, |(number, _)| number + 1);
        self.added.push((number, value.clone()));
        self.changes.push(Change::Known(KnownAdded { number, known: value.clone() }));
        number
    }

    fn document(&mut self, item: Item, set: Item, accepted: &Accepted<'_>) -> Change {
        let new = accepted.new;
        let mut entry = new.entry.clone();
        entry.authors = new.authors.iter().map(|author| self.known(&Known::Author(author.clone()))).collect();
        entry.legal_authenticator =
            new.legal_authenticator.as_ref().map(|author| self.known(&Known::Author(author.clone())));
        entry.source_patient =
            new.source_patient.as_ref().map(|patient| self.known(&Known::SourcePatient(patient.clone())));
        if let Some(known) = table::document_type(&entry.type_code.code) {
            entry.class_code = Code::new(CLASS_SYSTEM, &known.class_code);
        }
        Change::DocumentAdded(Box::new(DocumentAdded {
            item,
            set,
            entry,
            visibility: accepted.visibility,
            replaces: accepted.replaced.map(|record| record.item),
            archived: accepted.replaced.is_some_and(|record| record.standing.archived),
        }))
    }
}
