//! A number that is only registered, or under which somebody objected, is taken in by a dossier, and leaves it again (decisions 26 and 29;
//! facts b.2 and h.2).

use std::sync::Arc;

use dmp_core::access::standing;
use dmp_core::act::Block;
use dmp_core::act::*;
use dmp_core::code::Day;
use dmp_core::dossier::*;
use dmp_core::identity::*;

use crate::merge::{Two, found};
use crate::world::*;

fn insurer() -> Arc<Requester> {
    Arc::new(Requester::InsurerFeed(InsurerFeed { id: "cnam".into(), name: None, credential: [7; 32] }))
}

fn there() -> Arc<Requester> {
    Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }))
}

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

fn subject(id: &str) -> Subject {
    Subject::Professional(ProfessionalId::parse(id).unwrap())
}

fn close() -> Act {
    Act::CloseDossier(CloseDossier::default())
}

fn death(in_error: bool) -> Act {
    Act::RecordDeath(RecordDeath { in_error })
}

fn inform(world: &mut World, code: u8) -> Decision {
    let asked = world.dossier.registration.as_ref().unwrap().asked;
    world.act(&system(), Act::InformInsured(InformInsured { code: [code; 32], asked }))
}

fn registered() -> World {
    let Act::OpenDossier(open) = open_as(other_ins()) else { panic!("an opening") };
    let holder = Holder { email: Some("moi@exemple.fr".into()), ..open.holder };
    let mut world = World { addressed: Some(other_ins()), ..World::new() };
    world.act(&insurer(), Act::RegisterInsured(Box::new(RegisterInsured { ins: other_ins(), holder })));
    world
}

fn objected() -> World {
    let mut world = World { addressed: Some(other_ins()), ..World::new() };
    world.act(&there(), Act::ObjectOpening(ObjectOpening { ins: other_ins(), text: None, withdrawn: false }));
    world
}

/// A dossier, and what was never opened beside it, which it took in.
fn taken_in(never_opened: World) -> Two {
    let mut two = Two::new();
    two.absorbed = World { now: two.survivor.now, ..never_opened };
    assert_eq!(two.merge().outcome.rule, Rule::Operator);
    two
}

fn held(world: &World) -> AuthorizationStatus {
    standing(&world.dossier, &doctor(), &world.policy, world.now).status
}

/// The issue: merge, feed both names, un-merge: each document returns to the identifier it was sent under; decisions 29: so do
/// authorisations, and a block stays on both. Nothing opens by it (decisions 26).
#[test]
fn what_came_under_a_registered_name_waits_with_it() {
    for never_opened in [registered(), objected()] {
        let mut two = Two::new();
        two.absorbed = World { now: two.survivor.now, addressed: Some(other_ins()), ..World::new() };
        assert_eq!(two.merge().outcome.rule, Rule::UnknownDossier, "nobody was ever there");
        let before = never_opened.dossier.clone();
        let mut two = taken_in(never_opened);
        assert_eq!(two.absorbed.dossier.due(), [], "nothing opens");
        assert_eq!(two.survivor.dossier.primary_name(), Some(&ins()));
        two.under(other_ins(), &doctor(), provide(vec![document("1.1", "11490-0", 1)]));
        two.under(ins(), &doctor(), provide(vec![document("1.2", "11490-0", 2)]));
        two.under(other_ins(), &doctor(), declare());
        let block = || Act::Block(Block { subject: subject("801111111111"), name: None });
        assert_eq!(two.under(other_ins(), &there(), block()).outcome.rule, Rule::Holder, "his dossier by either name");
        assert_eq!(two.under(ins(), &holder(), block()).outcome.rule, Rule::AlreadyDone);
        for name in [ins(), other_ins()] {
            assert_eq!(found(&two.under(name, &doctor(), find())), ["1.1", "1.2"]);
        }
        two.separate();
        assert_eq!(found(&two.survivor.act(&holder(), find())), ["1.2"]);
        assert_eq!(held(&two.survivor), AuthorizationStatus::NonExiste, "he came for the other");
        assert!(two.survivor.dossier.blocks.contains_key(&subject("801111111111")));
        let after = &two.absorbed.dossier;
        assert_eq!((after.status, &after.names, after.objected_at), (before.status, &before.names, before.objected_at));
        assert_eq!((after.documents.len(), after.authorizations.len(), after.blocks.len()), (1, 1, 1));
        assert_eq!((after.registration.is_some(), after.due()), (before.registration.is_some(), vec![]));
        assert_eq!(two.absorbed.act(&doctor(), find()).outcome.rule, Rule::UnknownDossier);
        // Merged once more, and parted, it is the same.
        two.survivor.now = two.absorbed.now;
        two.merge();
        assert_eq!(found(&two.under(ins(), &doctor(), find())), ["1.1", "1.2"]);
        two.separate();
        assert_eq!(found(&two.survivor.act(&holder(), find())), ["1.2"]);
        assert_eq!(two.absorbed.dossier.documents.len(), 1);
        let opening = two.absorbed.act(&operator(), open_as(other_ins())).outcome.rule;
        if before.objected_at.is_some() {
            assert_eq!(opening, Rule::Objected, "over his head nothing opens, whatever was sent");
            continue;
        }
        two.absorbed.act(&there(), activate());
        assert_eq!(found(&two.absorbed.act(&there(), find())), ["1.1"]);
        assert_eq!(held(&two.absorbed), AuthorizationStatus::Valide);
    }
}

/// Facts b.2: as long as another answered for him he could not object: he is informed anew, and his weeks are whole.
#[test]
fn the_weeks_of_who_is_parted_begin_anew() {
    let mut world = registered();
    inform(&mut world, 4);
    let mut two = taken_in(world);
    two.under(other_ins(), &doctor(), provide(vec![document("1.1", "11490-0", 1)]));
    two.under(other_ins(), &doctor(), declare());
    two.survivor.now = two.survivor.now.plus_weeks(7);
    two.separate();
    assert_eq!(two.absorbed.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::AlreadyDone);
    assert!(matches!(inform(&mut two.absorbed, 5).answer, Answer::Informing { code_only: false, .. }));
    two.absorbed.now = two.absorbed.now.plus_weeks(6);
    assert_eq!(two.absorbed.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::System);
    assert_eq!(two.absorbed.dossier.status, DossierStatus::Open);
    assert_eq!(held(&two.absorbed), AuthorizationStatus::Valide);
    assert_eq!(found(&two.absorbed.act(&doctor(), find())), ["1.1"]);
}

/// A dossier that nobody took in after all has nothing to begin anew.
#[test]
fn the_weeks_of_who_was_not_taken_in_run_on() {
    let mut two = Two::new();
    two.absorbed = World { now: two.survivor.now, ..registered() };
    inform(&mut two.absorbed, 4);
    let terms = two.absorbed.dossier.due();
    let other = Some(Arc::new(two.survivor.dossier.clone()));
    let act = MergeDossier { merge: [3; 16], survivor: ins(), journal: crate::merge::HERE, other };
    two.absorbed.act(&operator(), Act::MergeDossier(Box::new(act)));
    let act = ReturnDossier { merge: [3; 16], journal: crate::merge::HERE, seq: 9, head: [0; 32], annex: None };
    assert_eq!(two.absorbed.act(&operator(), Act::ReturnDossier(Box::new(act))).outcome.rule, Rule::Operator);
    assert_eq!(two.absorbed.dossier.due(), terms);
}

/// A death is of the person whose name was used: the other lives, and no dossier opens for the dead.
#[test]
fn a_death_goes_by_the_registered_name() {
    for in_error in [false, true] {
        let mut two = taken_in(registered());
        two.under(other_ins(), &insurer(), death(false));
        assert_eq!(two.under(ins(), &holder(), find()).outcome.rule, Rule::Death, "while they are one");
        if in_error {
            assert_eq!(two.under(other_ins(), &operator(), death(true)).outcome.rule, Rule::Operator);
        }
        two.separate();
        assert_eq!(two.survivor.act(&holder(), find()).outcome.rule, Rule::Holder, "the living reads on");
        let informed = matches!(inform(&mut two.absorbed, 4).answer, Answer::Informing { .. });
        assert_eq!((two.absorbed.dossier.is_dead(), informed), (!in_error, in_error));
        two.absorbed.now = two.absorbed.now.plus_weeks(7);
        two.absorbed.act(&system(), Act::FallDue(FallDue));
        assert_eq!(two.absorbed.dossier.status == DossierStatus::Open, in_error);
    }
}

/// Facts b.2: who closes under a name that is not open yet objects to its opening; taken back, he does not.
#[test]
fn a_closing_under_a_registered_name_is_an_objection() {
    for reopened in [false, true] {
        let mut two = taken_in(registered());
        two.under(other_ins(), &there(), close());
        assert_eq!(two.under(ins(), &holder(), find()).outcome.rule, Rule::Closed, "while they are one");
        if reopened {
            two.under(ins(), &holder(), Act::ReopenDossier(ReopenDossier::default()));
        }
        two.separate();
        assert_eq!(two.survivor.dossier.status, DossierStatus::Open);
        assert_eq!(two.absorbed.dossier.objected_at.is_some(), !reopened);
        let informed = matches!(inform(&mut two.absorbed, 4).answer, Answer::Informing { .. });
        assert_eq!(informed, reopened);
    }
}

/// Whose death was said goes, and those who stay read on, though one is still a guest.
#[test]
fn who_stays_is_not_closed_with_the_dead_who_leaves() {
    let mut two = taken_in(registered());
    let mut third = World::new();
    third.act(&operator(), open_as(Ins::parse("1.2.250.1.213.1.4.8", "279035121518989").unwrap()));
    let dead = std::mem::replace(&mut two.absorbed, third);
    two.absorbed.now = two.survivor.now;
    assert_eq!(two.merge().outcome.rule, Rule::Operator);
    two.under(other_ins(), &insurer(), death(false));
    two.absorbed = dead;
    two.separate();
    assert_eq!(two.survivor.act(&holder(), find()).outcome.rule, Rule::Holder);
    assert!(two.absorbed.dossier.is_dead());
}

/// What is only registered switches nothing off, and is not suspended with the dossier that took it in.
#[test]
fn what_the_survivor_chose_and_suffers_is_its_own() {
    let mut two = Two::new();
    two.absorbed = World { now: two.survivor.now, ..registered() };
    let switch = Oppose { kind: OppositionKind::MaskedInEmergency, subject: None, opposed: false, motive: None };
    two.survivor.act(&holder(), Act::Oppose(switch));
    two.merge();
    assert!(two.survivor.dossier.masked_in_emergency, "the holder permitted it, and nobody took it back");
    let suspend = SuspendDossier { suspended: true, motive: Some("fraude".into()) };
    assert_eq!(two.under(ins(), &operator(), Act::SuspendDossier(suspend)).outcome.rule, Rule::Operator);
    two.separate();
    assert!(two.survivor.dossier.suspended_at.is_some() && two.absorbed.dossier.suspended_at.is_none());
}

/// Decisions 24: whom a minor opposes himself stays his own in a number that is only registered, of whom it is known how old he is.
#[test]
fn whom_a_minor_opposes_is_his_own_in_both() {
    let Act::OpenDossier(open) = open_as(other_ins()) else { panic!("an opening") };
    let holder_there = Holder { birth: Day::new(2010, 3, 28).unwrap(), ..open.holder };
    let mut never_opened = World { addressed: Some(other_ins()), ..World::new() };
    never_opened
        .act(&insurer(), Act::RegisterInsured(Box::new(RegisterInsured { ins: other_ins(), holder: holder_there })));
    let mut minor = World::of_a_minor();
    minor.now = minor.now.max(never_opened.now);
    let mut two = Two { survivor: minor, absorbed: never_opened };
    two.absorbed.now = two.survivor.now;
    assert_eq!(two.merge().outcome.rule, Rule::Operator);
    let (kind, motive) = (OppositionKind::Feeding, Some("Après ma visite".into()));
    let oppose = Oppose { kind, subject: Some(subject("801111111111")), opposed: true, motive };
    assert_eq!(two.under(ins(), &holder(), Act::Oppose(oppose)).outcome.rule, Rule::Holder);
    two.separate();
    for world in [&two.survivor, &two.absorbed] {
        assert!(world.dossier.oppositions.iter().all(Opposition::is_own_alone));
        assert_eq!(world.dossier.oppositions.len(), 1);
    }
}
