//! What somebody asks in a story, and what he is told.

use dmp_core::act::*;
use dmp_core::code::Instant;
use dmp_core::document::{Criteria, Item, Page};
use dmp_core::dossier::{AuthorizationStatus, DisputeOutcome, DossierStatus, Rule, Subject};

use crate::cast::{self, PROFESSIONALS, Paper, Person, Role, Type};
use crate::dice::Dice;

/// One thing that is asked.
#[derive(Debug, Clone)]
pub enum Deed {
    Open,
    Activate,
    Existence,
    Find,
    Read(Item),
    Provide(Vec<Paper>),
    Grant(Option<Subject>),
    Withdraw(Item),
    Block(Subject),
    Unblock(Subject),
    Mask(Item, bool),
    Archive(Item, bool),
    Delete(Item),
    List,
    History,
    Close,
    /// An access that is not recognised; with an outcome the case is closed.
    Dispute(u32, bool),
}

impl Deed {
    /// Whether it asks for one thing by its number.
    pub fn names_a_thing(&self) -> bool {
        matches!(
            self,
            Self::Read(_)
                | Self::Withdraw(_)
                | Self::Mask(..)
                | Self::Archive(..)
                | Self::Delete(_)
                | Self::Dispute(..)
        )
    }
}

/// A deed, by whom, on which dossier.
#[derive(Debug, Clone)]
pub struct Issue {
    pub number: usize,
    pub dossier: usize,
    pub who: usize,
    pub deed: Deed,
    /// In bris de glace, with or without a motive.
    pub emergency: Option<bool>,
}

impl Issue {
    /// The correlation id of the request.
    pub fn correlation(&self) -> Box<str> {
        format!("request-{}", self.number).into()
    }
}

/// What the caller was told, as far as the rules say what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Done,
    Refused(Rule),
    Faulty(Rule),
    NotFound,
    Existence(DossierStatus, AuthorizationStatus),
    /// Each document, and whether it was there already.
    Provided(Vec<(Item, bool)>),
    Documents(Vec<Item>),
    /// A document and the SHA-256 of the bytes that came.
    Content(Item, [u8; 32]),
    /// Each authorisation or block, and whether it is in force.
    Authorizations(Vec<(Item, bool)>),
    /// How many entries; `None` when they could not be read.
    History(Option<u32>),
}

/// The act that a deed is; the blobs of its papers were staged.
pub fn act(issue: &Issue, papers: Vec<NewDocument>) -> Act {
    let page = Page { limit: 500, ..Page::FIRST };
    match &issue.deed {
        Deed::Open => Act::OpenDossier(Box::new(OpenDossier {
            ins: cast::ins(issue.dossier),
            holder: cast::holder(issue.dossier),
            // Long ago: the time to object is over.
            informed_on: (issue.who == cast::INSURER).then(|| Instant::from_millis(1_700_000_000_000)),
            proof: OpeningProof::None,
        })),
        Deed::Activate => Act::ActivateDossier(ActivateDossier::default()),
        Deed::Existence => Act::TestExistence(TestExistence),
        Deed::Find => Act::FindDocuments(FindDocuments { criteria: Criteria::default(), page, resolved: Vec::new() }),
        Deed::Read(item) => Act::RetrieveDocument(RetrieveDocument { item: *item }),
        Deed::Provide(_) => cast::provide(papers),
        Deed::Grant(subject) => Act::GrantAccess(GrantAccess { subject: subject.clone(), ..GrantAccess::default() }),
        Deed::Withdraw(item) => Act::WithdrawAccess(WithdrawAccess { item: *item }),
        Deed::Block(subject) => Act::Block(Block { subject: subject.clone(), name: None }),
        Deed::Unblock(subject) => Act::Unblock(Unblock { subject: subject.clone() }),
        Deed::Mask(item, masked) => Act::UpdateVisibility(UpdateVisibility {
            item: *item,
            masque_ps: Some(*masked),
            invisible_patient: None,
            invisible_representants_legaux: None,
            holder_asked: false,
        }),
        Deed::Archive(item, archived) => Act::ArchiveDocument(ArchiveDocument { item: *item, archived: *archived }),
        Deed::Delete(item) => Act::DeleteDocument(DeleteDocument { item: *item }),
        Deed::List => Act::ListAuthorizations(ListAuthorizations::default()),
        Deed::History => Act::ReadHistory(ReadHistory),
        Deed::Close => Act::CloseDossier(CloseDossier::default()),
        Deed::Dispute(entry, closed) => Act::DisputeAccess(DisputeAccess {
            journal: 0,
            entry: *entry,
            outcome: closed.then_some(DisputeOutcome::Explained),
            text: None,
        }),
    }
}

/// The items that answers told of: documents, and authorisations or blocks.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub documents: Vec<Item>,
    pub rights: Vec<Item>,
}

/// What chance lets somebody ask next, of what is known of each dossier.
pub fn next(dice: &mut Dice, people: &[Person], known: &[Known], heavy: bool, number: usize) -> Issue {
    let dossier = dice.below(known.len());
    let mut who = match dice.below(100) {
        0..58 => dice.below(PROFESSIONALS),
        58..90 => cast::FIRST_HOLDER + dossier,
        90..96 => cast::INSURER,
        96..98 => cast::OPERATOR,
        _ => dice.below(people.len()),
    };
    let item = |dice: &mut Dice, known: &[Item]| {
        if !known.is_empty() && dice.percent(85) { *dice.pick(known) } else { 1 + dice.below(14) as Item }
    };
    let document = |dice: &mut Dice| item(dice, &known[dossier].documents);
    let deed = match dice.below(100) {
        0..3 => Deed::Open,
        3 => Deed::Activate,
        4..9 => Deed::Existence,
        9..24 => Deed::Find,
        24..40 => Deed::Read(document(dice)),
        40..62 => Deed::Provide(papers(dice, people, who, heavy)),
        62..72 => {
            Deed::Grant((people[who].role == Role::Holder(dossier) || dice.percent(30)).then(|| subject(dice, people)))
        }
        72..75 => Deed::Withdraw(item(dice, &known[dossier].rights)),
        75..77 => Deed::Block(subject(dice, people)),
        77..79 => Deed::Unblock(subject(dice, people)),
        79..85 => Deed::Mask(document(dice), dice.percent(60)),
        85..89 => Deed::Archive(document(dice), dice.percent(60)),
        89..93 => Deed::Delete(document(dice)),
        93..95 => Deed::List,
        95..97 => Deed::History,
        97..99 => Deed::Dispute(dice.below(12) as u32, dice.percent(40)),
        _ => Deed::Close,
    };
    if matches!(deed, Deed::Open) && dice.percent(80) {
        who = *dice.pick(&[cast::INSURER, cast::OPERATOR]);
    }
    if matches!(deed, Deed::Dispute(_, true)) {
        who = cast::OPERATOR;
    }
    let reads = matches!(deed, Deed::Find | Deed::Read(_)) && who < PROFESSIONALS;
    let emergency = (reads && dice.percent(15)).then(|| dice.percent(70));
    Issue { number, dossier, who, deed, emergency }
}

fn subject(dice: &mut Dice, people: &[Person]) -> Subject {
    match &people[dice.below(PROFESSIONALS)].role {
        Role::Professional(_, Some(structure), _) if dice.percent(30) => structure.clone(),
        Role::Professional(one, _, _) => one.clone(),
        _ => unreachable!("the first people are professionals"),
    }
}

fn papers(dice: &mut Dice, people: &[Person], who: usize, heavy: bool) -> Vec<Paper> {
    let feeds = people[who].role == Role::Insurer;
    let count = if !feeds && dice.percent(20) { 2 } else { 1 };
    let mut papers: Vec<Paper> = Vec::new();
    for _ in 0..count {
        let kind = match dice.below(20) {
            0 => Type::Reimbursements,
            _ if feeds => Type::Reimbursements,
            1..8 => Type::Prescription,
            _ => Type::Letter,
        };
        let mut paper = Paper {
            unique_id: format!("1.2.3.{}", dice.below(9)).into(),
            variant: if dice.percent(80) { 0 } else { 1 },
            kind,
            masked: dice.percent(15),
            withheld: dice.percent(12),
            replaces: dice.percent(25).then(|| format!("1.2.3.{}", dice.below(9)).into()),
            entry_uuid: dice
                .percent(30)
                .then(|| format!("0d5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a5{}", dice.below(5)).into()),
            other_name: dice.percent(10),
            comments: if heavy { 9_000 + dice.below(9_000) } else { 0 },
        };
        // Two documents of one set that claim the same uuid or replace the same one are left to the tests of the rules.
        if papers.iter().any(|other| other.entry_uuid == paper.entry_uuid || other.replaces == paper.replaces) {
            paper.entry_uuid = None;
            paper.replaces = None;
        }
        papers.push(paper);
    }
    papers
}
