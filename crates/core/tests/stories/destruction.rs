//! The end of a dossier: terms, cases that hold it back, what nobody may do any more, what the operator keeps (facts b.4, decisions 27).

use dmp_core::act::*;
use dmp_core::code::Instant;
use dmp_core::dossier::{DestructionGround, DisputeOutcome, DossierStatus, Rule, destruction_begins};

use crate::world::*;

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

fn begin() -> Act {
    Act::BeginDestruction(BeginDestruction { lead_days: 37, with: None })
}

fn dispute(entry: u32, outcome: Option<DisputeOutcome>) -> Act {
    Act::DisputeAccess(DisputeAccess { journal: 0, entry, outcome, text: None })
}

fn closed() -> World {
    let mut world = World::activated();
    world.now = at("2026-11-22T09:59:59Z");
    world.act(&holder(), Act::CloseDossier(CloseDossier::default()));
    world
}

/// Begun at the end of the term and not before; from then on not reopened, not read, not exported, by nobody.
#[test]
fn once_begun_nobody_stops_it() {
    let mut world = closed();
    world.now = at("2036-11-22T22:59:58Z");
    assert_eq!(world.act(&system(), begin()).outcome.rule, Rule::NotDue);
    assert_eq!(world.act(&operator(), begin()).outcome.rule, Rule::FunctionalRight);
    assert_eq!(world.act(&system(), begin()).outcome.rule, Rule::System, "the midnight has come");
    assert_eq!(world.act(&system(), begin()).outcome.rule, Rule::AlreadyDone);
    for act in [
        Act::ReopenDossier(ReopenDossier::default()),
        Act::ReadHistory(ReadHistory),
        Act::AskExpressDeletion(AskExpressDeletion::default()),
        dispute(1, None),
    ] {
        assert_eq!(world.act(&holder(), act).outcome.rule, Rule::DestructionBegun);
    }
    for act in [
        Act::ExportJournal(ExportJournal),
        Act::TakeEvidence(TakeEvidence { entry: 1 }),
        Act::RecordDeath(RecordDeath { in_error: false }),
        Act::SuspendDossier(SuspendDossier { suspended: true, motive: None }),
    ] {
        assert_eq!(world.act(&operator(), act).outcome.rule, Rule::DestructionBegun);
    }
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    assert_eq!(
        world.act(&doctor, find()).outcome.rule,
        Rule::Closed,
        "who is not the holder hears no more than before"
    );
    assert_eq!(world.dossier.status, DossierStatus::Closed);
}

/// An open dossier, or one that was reopened in time, is never destroyed.
#[test]
fn reopened_in_time_it_stays() {
    let mut world = closed();
    world.now = at("2036-11-22T22:59:00Z");
    world.act(&holder(), Act::ReopenDossier(ReopenDossier::default()));
    world.now = at("2040-01-01T00:00:00Z");
    assert_eq!(world.act(&system(), begin()).outcome.rule, Rule::NotDue);
}

/// An express deletion begins early enough for the epoch to end within the three months; never before it was asked for.
#[test]
fn an_express_deletion_begins_before_its_term() {
    let mut world = closed();
    world.act(&holder(), Act::AskExpressDeletion(AskExpressDeletion::default()));
    let term = at("2027-02-22T10:00:01Z");
    let begins = |lead| destruction_begins(&world.dossier, lead).unwrap();
    assert_eq!(begins(37), (term.plus_hours(-37 * 24), DestructionGround::Express));
    assert_eq!(begins(200).0, world.dossier.express_asked_at.unwrap());
    world.now = term.plus_hours(-37 * 24);
    assert_eq!(world.act(&system(), begin()).outcome.rule, Rule::System);
}

/// "I do not recognise this access": the archive waits for the case; an express deletion does not.
#[test]
fn an_open_case_holds_back_the_archive_only() {
    let mut world = closed();
    assert_eq!(world.act(&holder(), dispute(2, None)).outcome.rule, Rule::Holder, "in the archive too");
    assert_eq!(world.act(&holder(), dispute(2, None)).outcome.rule, Rule::AlreadyDone);
    assert!(matches!(world.act(&holder(), dispute(900, None)).answer, Answer::NotFound));
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    assert_eq!(world.act(&doctor, dispute(2, None)).outcome.rule, Rule::Closed);
    assert_eq!(world.act(&holder(), dispute(2, Some(DisputeOutcome::Explained))).outcome.rule, Rule::Closed);
    world.now = at("2036-12-01T00:00:00Z");
    assert_eq!(world.act(&system(), begin()).outcome.rule, Rule::CaseOpen);
    let mut express = closed();
    express.act(&holder(), dispute(2, None));
    express.act(&holder(), Act::AskExpressDeletion(AskExpressDeletion::default()));
    express.now = at("2027-02-01T00:00:00Z");
    assert_eq!(express.act(&system(), begin()).outcome.rule, Rule::System);
    let close = |outcome| dispute(2, Some(outcome));
    assert_eq!(world.act(&operator(), close(DisputeOutcome::Misuse)).outcome.rule, Rule::Operator);
    assert_eq!(world.act(&operator(), close(DisputeOutcome::Misuse)).outcome.rule, Rule::State);
    assert_eq!(world.act(&system(), begin()).outcome.rule, Rule::System);
}

/// In the operator's journal: recorded once, completed once, never completed before it was recorded.
#[test]
fn the_operators_journal_keeps_a_number_and_a_reason() {
    let mut world = World::new();
    let number: Box<str> = "0d5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a5e".into();
    let begun = |world: &mut World| {
        let ground = Some(DestructionGround::Archive);
        let act = RecordDestruction::Begun { journal: 7, ground, certificate: number.clone() };
        world.act(&system(), Act::RecordDestruction(act)).outcome.rule
    };
    let completed = |world: &mut World| {
        let (removed, certificate) = (world.now, "dmp-certificate 1\n".into());
        let act = RecordDestruction::Completed { journal: 7, epoch: 3, removed, certificate };
        world.act(&system(), Act::RecordDestruction(act)).outcome.rule
    };
    assert_eq!(completed(&mut world), Rule::State);
    assert_eq!([begun(&mut world), begun(&mut world)], [Rule::System, Rule::AlreadyDone]);
    assert_eq!([completed(&mut world), completed(&mut world)], [Rule::System, Rule::AlreadyDone]);
    let listed = world.act(&operator(), Act::ListDestructions(ListDestructions)).answer;
    let Answer::Destructions(found) = listed else { panic!("a list") };
    assert_eq!((found.len(), found[0].0, found[0].1.completed), (1, 7, Some(4)));
    let refused = world.act(&holder(), Act::ListDestructions(ListDestructions)).outcome.rule;
    assert_eq!(refused, Rule::FunctionalRight);
}
