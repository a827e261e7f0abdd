//! What one may not see answers as what does not exist: signatures, sets, versions, histories, secret connections, strangers.

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::act::*;
use dmp_core::code::Day;
use dmp_core::document::{Criteria, Page, Visibility};
use dmp_core::dossier::{Change, Ground, MandateScope, OppositionKind, OppositionSet, Rule, Subject};
use dmp_core::history::HistoryLine;
use dmp_core::identity::*;

use crate::world::*;

const WITHHELD: Visibility =
    Visibility { masque_ps: false, invisible_patient: true, invisible_representants_legaux: false };
const NOT_FOR_PARENTS: Visibility =
    Visibility { masque_ps: false, invisible_patient: false, invisible_representants_legaux: true };

fn hospital() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM04"), "SA01")
}

fn stranger() -> Arc<Requester> {
    let other = Ins::parse("1.2.250.1.213.1.4.10", "277076322082910").unwrap();
    Arc::new(Requester::Holder(HolderRequester { ins: other, credential: [4; 32] }))
}

fn mother() -> Arc<Requester> {
    let one = Representative { person: "m".into(), name: None, ins: ins(), credential: [5; 32] };
    Arc::new(Requester::Representative(one))
}

/// A professional, changed.
fn but(one: &Arc<Requester>, change: impl FnOnce(&mut Professional)) -> Arc<Requester> {
    let Requester::Professional(one) = &**one else { panic!("a professional") };
    let mut one = one.clone();
    change(&mut one);
    Arc::new(Requester::Professional(one))
}

fn flagged(unique_id: &str, byte: u8, visibility: Visibility) -> NewDocument {
    NewDocument { visibility, ..document(unique_id, "11490-0", byte) }
}

fn signature(unique_id: &str, byte: u8) -> NewDocument {
    let mut signature = document(unique_id, "E1762", byte);
    signature.entry.type_code.code.system = "1.2.250.1.213.1.1.4.12".into();
    let known = dmp_core::code::table::document_types().iter().find(|row| &*row.code.code == "E1762");
    if let Some(known) = known {
        signature.entry.type_code.code = known.code.clone();
    }
    signature
}

fn opened() -> World {
    let mut world = World::new();
    world.act(&operator(), open());
    world.act(&holder(), activate());
    // Of an adult: a guardian.
    world.act(&operator(), mandate("m", MandateScope::Full, true));
    world
}

/// Sixteen, and represented by his mother: an adult has no secret connection (decisions 24).
fn of_a_minor() -> World {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = Day::new(2010, 3, 28).unwrap();
    world.act(&operator(), Act::OpenDossier(open));
    world.act(&operator(), mandate("m", MandateScope::Full, false));
    world.act(&mother(), activate());
    world
}

fn sets(world: &mut World, who: &Arc<Requester>) -> usize {
    let find = FindSubmissionSets { criteria: Criteria::default(), page: Page::FIRST, resolved: Vec::new() };
    match world.act(who, Act::FindSubmissionSets(find)).answer {
        Answer::Sets(found) => found.total,
        other => panic!("{other:?}"),
    }
}

fn reads(world: &mut World, who: &Arc<Requester>, at: usize) -> bool {
    let item = world.dossier.documents[at].item;
    matches!(world.act(who, Act::RetrieveDocument(RetrieveDocument { item })).answer, Answer::Content(_))
}

#[test]
fn a_signature_goes_only_to_who_sees_its_whole_set() {
    let mut world = opened();
    world.act(&hospital(), provide(vec![flagged("1.2.1", 1, WITHHELD), signature("1.2.2", 2)]));
    world.act(&hospital(), provide(vec![flagged("1.2.3", 3, NOT_FOR_PARENTS), signature("1.2.4", 4)]));
    assert_eq!(world.dossier.documents.len(), 4, "{:?}", world.entries.last());
    assert!(!reads(&mut world, &holder(), 1), "the manifest names what is withheld");
    assert!(reads(&mut world, &holder(), 3));
    assert!(!reads(&mut world, &mother(), 1) && !reads(&mut world, &mother(), 3));
    assert_eq!(sets(&mut world, &holder()), 1, "a signature alone makes no set");
    assert_eq!(sets(&mut world, &mother()), 0);
    world.act(&hospital(), declare());
    assert!(reads(&mut world, &hospital(), 1) && reads(&mut world, &hospital(), 3));
}

#[test]
fn the_history_tells_nothing_of_what_is_withheld() {
    let mut world = opened();
    let mut withheld = flagged("1.2.1", 1, WITHHELD);
    withheld.entry.title = Some("SECRET".into());
    world.act(&hospital(), provide(vec![withheld, document("1.2.2", "11490-0", 2)]));
    world.act(&hospital(), provide(vec![flagged("1.2.3", 3, WITHHELD)]));
    world.act(&hospital(), declare());
    world.act(&hospital(), find());
    let set = world.dossier.sets[1].item;
    world.act(&hospital(), Act::ReadSubmissionSet(ReadSubmissionSet { item: set }));
    let mut lines = Vec::new();
    for entry in &world.entries {
        lines.extend(HistoryLine::of(&world.dossier, &HistoryWindow::whole(Side::Holder), world.now, entry));
    }
    assert!(!format!("{lines:?}").contains("SECRET"));
    let acts: Vec<&str> = lines.iter().map(|line| line.act.code()).collect();
    assert_eq!(
        acts,
        ["open-dossier", "activate-dossier", "record-mandate", "provide-documents", "grant-access", "find-documents",]
    );
    assert_eq!(lines[3].documents.len(), 1, "the one that is not withheld");
    assert_eq!(lines[5].count, None, "a count of what another found would tell");
}

#[test]
fn representatives_see_no_secret_connection() {
    let mut world = of_a_minor();
    let secret = but(&hospital(), |one| one.secret = true);
    world.act(&secret, declare());
    let list = || Act::ListAuthorizations(ListAuthorizations::default());
    let listed = |answer: Answer| match answer {
        Answer::Rights(rights) => rights.authorizations.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(listed(world.act(&holder(), list()).answer), 1);
    assert_eq!(listed(world.act(&mother(), list()).answer), 0);
    let item = world.dossier.authorizations.values().next().unwrap().item;
    let read = world.act(&mother(), Act::ReadAuthorization(ReadAuthorization { item })).answer;
    assert!(matches!(read, Answer::NotFound));
    let withdraw = world.act(&mother(), Act::WithdrawAccess(WithdrawAccess { item })).answer;
    assert!(matches!(withdraw, Answer::NotFound));
    // What they know of does not vanish when it is renewed in secret.
    let open = professional("801111111111", "60", None, "SA07");
    world.act(&open, declare());
    world.act(&but(&open, |one| one.secret = true), declare());
    assert_eq!(listed(world.act(&mother(), list()).answer), 1);
}

#[test]
fn a_hidden_newer_version_is_not_betrayed() {
    let mut world = opened();
    let author = professional("801111111111", "60", None, "SA07");
    let author = but(&author, |one| one.structure = None);
    world.act(&author, provide(vec![document("1.2.1", "11490-0", 1)]));
    // The structure's version, masked: the first author does not see it.
    let newer = |id: &str, byte| NewDocument {
        replaces: Some(ReplaceTarget::Identifier("1.2.1".into())),
        visibility: Visibility { masque_ps: true, ..Visibility::default() },
        ..document(id, "11490-0", byte)
    };
    let other = but(&author, |one| {
        one.structure = Some(StructureRef { id: StructureId::parse("1750803447").unwrap(), name: None })
    });
    world.act(&other, provide(vec![newer("1.2.2", 2)]));
    world.dossier.documents[1].deposited_by = world.dossier.number_of(&operator()).unwrap();
    let again = NewDocument { visibility: Visibility::default(), ..newer("1.2.3", 3) };
    let answer = world.act(&author, provide(vec![again])).answer;
    assert!(matches!(answer, Answer::Provided(_)), "as in a world without the hidden version: {answer:?}");
}

#[test]
fn a_replacement_stays_hidden_from_representatives() {
    let mut world = opened();
    world.act(&hospital(), provide(vec![flagged("1.2.1", 1, NOT_FOR_PARENTS)]));
    let newer =
        NewDocument { replaces: Some(ReplaceTarget::Identifier("1.2.1".into())), ..document("1.2.2", "11490-0", 2) };
    world.act(&hospital(), provide(vec![newer]));
    assert!(!reads(&mut world, &mother(), 1));
    assert!(reads(&mut world, &holder(), 1));
}

#[test]
fn strangers_hear_nothing_of_a_dossier() {
    let item = |item| Act::RetrieveDocument(RetrieveDocument { item });
    let mut world = opened();
    world.act(&hospital(), provide(vec![document("1.2.1", "11490-0", 1)]));
    let there = world.dossier.documents[0].item;
    let insurer = but(&hospital(), |one| one.sector = Some("SA23".into()));
    let nobody = but(&hospital(), |one| one.specialties.clear());
    let exists = || Act::TestExistence(TestExistence);
    for closed in [false, true] {
        if closed {
            world.act(&holder(), Act::CloseDossier(CloseDossier::default()));
        }
        let mut empty = World::new();
        for who in [&stranger(), &insurer] {
            let (here, nowhere) = (world.act(who, exists()), empty.act(who, exists()));
            assert_eq!(here.outcome, nowhere.outcome, "closed {closed}, {who:?}");
            let (here, nowhere) = (
                world.act(who, provide(vec![document("1.2.9", "11490-0", 9)])),
                empty.act(who, provide(vec![document("1.2.9", "11490-0", 9)])),
            );
            assert_eq!(here.outcome.rule, nowhere.outcome.rule, "closed {closed}, {who:?}");
        }
        let answers = [there, 999].map(|number| world.act(&stranger(), item(number)).answer);
        assert!(answers.iter().all(|answer| matches!(answer, Answer::NotFound)), "{answers:?}");
    }
    let mut empty = World::new();
    let mut there = opened();
    assert_eq!(there.act(&nobody, exists()).outcome, empty.act(&nobody, exists()).outcome);
}

#[test]
fn by_identifier_alone_no_dossier_refuses() {
    let mut world = opened();
    let insurer = Arc::new(Requester::InsurerFeed(InsurerFeed { id: "cnam".into(), name: None, credential: [7; 32] }));
    let gp = professional("801111111111", "60", None, "SA07");
    let token = |code: &str| dmp_core::document::criteria::Token { system: None, code: Some(code.into()) };
    world.act(&hospital(), provide(vec![document("1.2.1", "11490-0", 1)]));
    let block = Block { subject: Subject::Professional(ProfessionalId::parse("801111111111").unwrap()), name: None };
    world.act(&holder(), Act::Block(block));
    for who in [&insurer, &gp, &stranger()] {
        let answer =
            world.act(who, Act::FindReference(FindReference { identifier: token("1.2.1"), resolved: None })).answer;
        assert!(matches!(answer, Answer::NotFound), "{answer:?}");
    }
}

#[test]
fn what_the_holder_gave_outlives_its_renewal() {
    let mut world = opened();
    let gp = professional("801111111111", "60", None, "SA07");
    let subject = Subject::Professional(ProfessionalId::parse("801111111111").unwrap());
    world.act(&holder(), Act::GrantAccess(GrantAccess { subject: Some(subject.clone()), ..GrantAccess::default() }));
    let since = world.dossier.authorizations[&subject].since;
    world.act(&gp, declare());
    let renewed = &world.dossier.authorizations[&subject];
    assert_eq!((renewed.ground, renewed.since), (Ground::ExplicitConsent, since));
    let until = renewed.until;
    let Some(Some(Change::AuthorizationGranted(granted))) = world.entries.last().map(|entry| entry.changes[0].clone())
    else {
        panic!("a renewal")
    };
    assert_eq!(granted.until, until);
    // An opposition after it is not undone by a renewal.
    let opposition = OppositionSet { kind: OppositionKind::Consultation, subject: None, opposed: true, motive: None };
    let mut entry = world.entries.last().unwrap().clone();
    entry.seq += 1;
    entry.facts.at = world.now.plus_millis(500);
    entry.changes = vec![Some(Change::OppositionSet(opposition))];
    entry.who.clear();
    world.dossier.evolve(&entry);
    world.act(&gp, declare());
    assert_eq!(world.act(&gp, find()).outcome.rule, Rule::Opposition);
}

#[test]
fn staff_records_for_its_structure_alone() {
    let mut world = opened();
    let staff = but(&hospital(), |one| {
        one.staff = true;
        one.profession = None;
        one.specialties.clear();
    });
    assert_eq!(world.act(&staff, declare()).outcome.rule, Rule::Authenticated);
    let subject = Some(Subject::Professional(ProfessionalId::parse("801111111111").unwrap()));
    let named = world.act(&staff, Act::GrantAccess(GrantAccess { subject, ..GrantAccess::default() }));
    assert_eq!(named.outcome.rule, Rule::FunctionalRight);
}

#[test]
fn two_reimbursements_at_once_are_refused() {
    let mut world = opened();
    let insurer = Arc::new(Requester::InsurerFeed(InsurerFeed { id: "cnam".into(), name: None, credential: [7; 32] }));
    let reimbursements = |id: &str, byte| {
        let mut one = document(id, "REMB", byte);
        let known = dmp_core::code::table::document_types().iter().find(|row| &*row.code.code == "REMB").unwrap();
        one.entry.type_code.code = known.code.clone();
        one
    };
    world.act(&insurer, provide(vec![reimbursements("1.2.1", 1)]));
    let both = world.act(&insurer, provide(vec![reimbursements("1.2.2", 2), reimbursements("1.2.3", 3)])).answer;
    assert!(matches!(&both, Answer::Faulty(fault) if fault.rule == Rule::DuplicateInSet), "{both:?}");
    world.act(&insurer, provide(vec![reimbursements("1.2.4", 4)]));
    let current = world.dossier.documents.iter().filter(|one| one.replaced_by.is_none()).count();
    assert_eq!(current, 1);
}

/// Decisions 12: a sector that does not read touches nothing but its own.
#[test]
fn a_sector_that_does_not_read_touches_only_its_own() {
    let mut world = opened();
    let school = but(&professional("801111111111", "60", None, "SA10"), |one| one.structure = None);
    world.act(&hospital(), provide(vec![document("1.2.1", "11490-0", 1)]));
    world.act(&school, provide(vec![document("1.2.2", "11490-0", 2)]));
    let subject = Subject::Professional(ProfessionalId::parse("801111111111").unwrap());
    world.act(&holder(), Act::GrantAccess(GrantAccess { subject: Some(subject), ..GrantAccess::default() }));
    let mask = |item| UpdateVisibility {
        item,
        masque_ps: Some(true),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: false,
    };
    let [theirs, own] = [0, 1].map(|at| world.dossier.documents[at].item);
    for item in [theirs, 999] {
        assert_eq!(world.act(&school, Act::UpdateVisibility(mask(item))).outcome.rule, Rule::Sector);
    }
    let own = world.act(&school, Act::UpdateVisibility(mask(own)));
    assert!(own.outcome.rule.allows(), "{:?}", own.outcome);
}

/// A mask that the holder took off is not shown to those who read because of it.
#[test]
fn an_unmasking_is_not_told() {
    let mut world = opened();
    let gp = but(&professional("801111111111", "60", None, "SA07"), |one| one.structure = None);
    let masked = Visibility { masque_ps: true, ..Visibility::default() };
    world.act(&hospital(), provide(vec![flagged("1.2.1", 1, masked)]));
    let item = world.dossier.documents[0].item;
    let show = UpdateVisibility {
        item,
        masque_ps: Some(false),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: false,
    };
    world.act(&holder(), Act::UpdateVisibility(show));
    world.act(&gp, declare());
    let Answer::Documents(found) = world.act(&gp, find()).answer else { panic!("a list") };
    assert_eq!((found.total, found.documents[0].visibility.masque_ps), (1, false));
}
