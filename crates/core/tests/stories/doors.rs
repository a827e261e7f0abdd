//! Who may take which action at all: every action against every kind of caller, as the text of the rules lists them.

use std::collections::BTreeSet;
use std::sync::Arc;

use dmp_core::access::functional_rights::Action::{self, *};
use dmp_core::access::functional_rights::Right;
use dmp_core::access::{Admission, Caller, Context, PolicyName, Settings, judge};
use dmp_core::act::{self, Act};
use dmp_core::code::{Code, Day};
use dmp_core::dossier::{AccessMode, CarerScope, MandateScope, Rule, Subject};
use dmp_core::identity::*;

use crate::world::*;

/// TD3.2 in all its rows.
const CONSULTS: [Action; 6] = [ReadUnmasked, ReadMasked, ReadInvisible, ReadArchived, ReadObsolete, ReadDeleted];

fn and_consults(actions: &[Action]) -> Vec<Action> {
    [actions, &CONSULTS].concat()
}

fn judged(world: &World, requester: &Arc<Requester>, caller: Caller, action: Action) -> Result<Admission, Rule> {
    let context = Context {
        now: world.now,
        requester,
        on_behalf: None,
        joint: &[],
        mode: world.mode,
        motive: (world.mode != AccessMode::Normal).then_some("sans connaissance"),
        policy: &world.policy,
        correlation: None,
        caller,
        addressed: None,
    };
    judge(&world.dossier, &context, action)
}

/// The actions that this rule refuses to a caller.
fn refused(world: &World, requester: &Arc<Requester>, caller: Caller, rule: Rule) -> BTreeSet<Action> {
    let refused = |action: &Action| judged(world, requester, caller, *action).err() == Some(rule);
    Action::ALL.iter().copied().filter(refused).collect()
}

fn allowed(world: &World, requester: &Arc<Requester>) -> BTreeSet<Action> {
    let allowed = |action: &Action| judged(world, requester, Caller::default(), *action).is_ok();
    Action::ALL.iter().copied().filter(allowed).collect()
}

fn set(actions: &[Action]) -> BTreeSet<Action> {
    actions.iter().copied().collect()
}

fn all() -> BTreeSet<Action> {
    Action::ALL.iter().copied().collect()
}

fn carer(ins: Ins) -> Arc<Requester> {
    Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins, credential: [6; 32] }))
}

/// Of a child, with a mother of that scope on record.
fn childs(scope: MandateScope) -> World {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = Day::new(2015, 3, 28).unwrap();
    world.act(&operator(), Act::OpenDossier(open));
    world.act(&operator(), mandate("m", MandateScope::Full, false));
    world.act(&representative("m", ins()), activate());
    world.act(&operator(), mandate("m", scope, false));
    world
}

/// Activated, with a carer of that scope.
fn cared_for(scope: CarerScope) -> World {
    let mut world = World::activated();
    let carer = act::DelegateCarer { person: "c".into(), name: None, scope, categories: Vec::new(), end: None };
    world.act(&holder(), Act::DelegateCarer(carer));
    world
}

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

fn but(one: &Arc<Requester>, change: impl FnOnce(&mut Professional)) -> Arc<Requester> {
    let Requester::Professional(one) = &**one else { panic!("a professional") };
    let mut one = one.clone();
    change(&mut one);
    Arc::new(Requester::Professional(one))
}

/// One who is the holder, the mother or the carer of somebody else has no word here.
#[test]
fn another_persons_people_hear_nothing() {
    let child = childs(MandateScope::Full);
    let cared = cared_for(CarerScope::Manage);
    let other = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    for (world, who) in [(&cared, other), (&child, representative("m", other_ins())), (&cared, carer(other_ins()))] {
        assert_eq!(refused(world, &who, Caller::default(), Rule::NotHolder), all(), "{who:?}");
    }
}

/// Decisions 24: to read, or all that the holder may.
#[test]
fn a_representative_within_his_mandate() {
    let looks = [TestExistence, ReadAdministrative, ListAuthorizations, ReadHistory, FindMetadata, FindReference];
    let world = childs(MandateScope::Read);
    assert_eq!(allowed(&world, &representative("m", ins())), set(&and_consults(&looks)));
    let others: BTreeSet<Action> = all().difference(&set(&and_consults(&looks))).copied().collect();
    assert_eq!(refused(&world, &representative("m", ins()), Caller::default(), Rule::Scope), others);
    assert_eq!(allowed(&childs(MandateScope::Full), &representative("m", ins())), all());
}

/// Decisions 25: read; read and add; what the holder may except close, delegate, delete and change contacts. He may always leave.
#[test]
fn a_carer_within_his_delegation() {
    let reads = and_consults(&[FindMetadata, FindReference, LeaveDelegation]);
    assert_eq!(allowed(&cared_for(CarerScope::Read), &carer(ins())), set(&reads));
    assert_eq!(allowed(&cared_for(CarerScope::Add), &carer(ins())), set(&[&reads[..], &[Feed]].concat()));
    let never = set(&[CloseDossier, AfterClosing, Delegate, Delete, Activate, ObjectSuspension]);
    assert_eq!(allowed(&cared_for(CarerScope::Manage), &carer(ins())), all().difference(&never).copied().collect());
}

/// The issue, Life and death: an objection, a closing; no content. An operator administers.
#[test]
fn the_help_desk_and_the_operator_see_no_content() {
    let world = World::activated();
    let desk = HelpDesk { id: "hd".into(), name: None, credential: [8; 32] };
    let desk = Arc::new(Requester::HelpDesk(desk));
    for (who, may) in [(desk, set(&[Settle, CloseDossier, ObjectSuspension])), (operator(), set(&[Administer]))] {
        assert_eq!(allowed(&world, &who), may, "{who:?}");
        let others: BTreeSet<Action> = all().difference(&may).copied().collect();
        assert_eq!(refused(&world, &who, Caller::default(), Rule::FunctionalRight), others, "{who:?}");
    }
}

/// Facts c.9: the insurer feeds and asks whether there is a dossier; nothing else, and nothing of one that is not open.
#[test]
fn the_insurer_feeds_and_reads_nothing() {
    let feed = InsurerFeed { id: "cnam".into(), name: None, credential: [7; 32] };
    let insurer = Arc::new(Requester::InsurerFeed(feed));
    let mut world = World::activated();
    assert_eq!(allowed(&world, &insurer), set(&[Feed, TestExistence]));
    assert_eq!(refused(&World::new(), &insurer, Caller::default(), Rule::UnknownDossier), all());
    let suspended = act::SuspendDossier { suspended: true, motive: None };
    world.act(&operator(), Act::SuspendDossier(suspended));
    assert_eq!(judged(&world, &insurer, Caller::default(), Feed).err(), Some(Rule::Suspended));
    assert!(judged(&world, &insurer, Caller::default(), TestExistence).is_ok());
    let mut world = World::activated();
    world.act(&holder(), Act::CloseDossier(act::CloseDossier::default()));
    assert_eq!(judged(&world, &insurer, Caller::default(), Feed).err(), Some(Rule::Closed));
    assert!(judged(&world, &insurer, Caller::default(), TestExistence).is_ok());
}

/// Decisions 8: what the operator suspended stops everything.
#[test]
fn who_is_suspended_does_nothing() {
    let world = World::activated();
    let caller = Caller { suspended: true, ..Caller::default() };
    for who in [doctor(), organisation("SA01", false)] {
        assert_eq!(refused(&world, &who, caller, Rule::Suspended), all());
    }
}

/// Decisions 12: reading is TD0.4, TD1.3a, TD1.6, TD3.1, TD3.2 (TD3.3 is looked at document by document); decisions 4: nor is a consent
/// declared from there. TD0.2 and feeding stay open, but to SA23.
#[test]
fn a_sector_that_does_not_read() {
    let reading = [
        DeclareAuthorization,
        NameAnother,
        ListDossiers,
        ReadAdministrative,
        ListAuthorizations,
        FindMetadata,
        ReadHistory,
    ];
    let mut world = World::activated();
    world.act(&doctor(), declare());
    let elsewhere = but(&doctor(), |one| one.sector = Some("SA10".into()));
    assert_eq!(refused(&world, &elsewhere, Caller::default(), Rule::Sector), set(&and_consults(&reading)));
    let insurer = but(&doctor(), |one| one.sector = Some("SA23".into()));
    assert_eq!(refused(&world, &insurer, Caller::default(), Rule::Sector), all());
    let none = but(&doctor(), |one| one.sector = None);
    assert_eq!(refused(&world, &none, Caller::default(), Rule::Sector), set(&and_consults(&reading)));
}

/// Decisions 14: `none` is TD0.1 alone; `feed` is TD0.2, TD2.1 and TD3.3c on one’s own documents: it finds nothing, by an identifier neither.
#[test]
fn occupational_medicine_by_the_setting() {
    let world = World::activated();
    let by_sector = but(&doctor(), |one| one.sector = Some("SA66".into()));
    let by_specialty = |code: &str| professional("801234567897", "10", Some(code), "SA07");
    let feeds = set(&[TestExistence, Feed, Replace, Delete]);
    for who in [by_sector, by_specialty("SM25"), by_specialty("C41"), by_specialty("CAPA11")] {
        let others: BTreeSet<Action> = all().difference(&feeds).copied().collect();
        assert_eq!(refused(&world, &who, Caller::default(), Rule::Sector), others, "{who:?}");
    }
}

/// Decisions 32: TD1.3a, TD1.6, TD3.1 and TD3.2 count, in every mode; feeding and TD0.2 never.
#[test]
fn what_a_spent_budget_stops() {
    let caller = Caller { budget_spent: true, ..Caller::default() };
    let mut world = World::activated();
    world.act(&doctor(), declare());
    // What his column lets him do counts; of the rest he hears that it is not his.
    let counts = set(&and_consults(&[ReadAdministrative, ListAuthorizations, FindMetadata]));
    let his: BTreeSet<Action> = allowed(&world, &doctor()).intersection(&counts).copied().collect();
    assert!(his.len() > 3, "{his:?}");
    assert_eq!(refused(&world, &doctor(), caller, Rule::Budget), his);
    world.mode = AccessMode::BrisDeGlace;
    assert_eq!(judged(&world, &doctor(), caller, FindMetadata).err(), Some(Rule::Budget));
    assert!(judged(&world, &doctor(), caller, TestExistence).is_ok());
}

/// Facts c.5 and g: he blocks at the patient's request and reads every access, by his role alone; he settles in normal mode only.
#[test]
fn the_role_of_medecin_traitant() {
    let mut world = World::activated();
    world.act(&doctor(), declare());
    let before = allowed(&world, &doctor());
    let whole_history = |world: &World| {
        judged(world, &doctor(), Caller::default(), ReadHistory).is_ok_and(|one| one.right == Right::Yes)
    };
    assert!(!before.contains(&Settle) && !whole_history(&world), "{before:?}");
    let id = ProfessionalId::parse("801234567897").unwrap();
    world.act(&holder(), Act::NameMedecinTraitant(act::NameMedecinTraitant { professional: id, name: None }));
    let after = allowed(&world, &doctor());
    assert!(after.contains(&Settle) && whole_history(&world), "{after:?}");
    assert!(!after.contains(&CloseDossier) && !after.contains(&Delegate) && !after.contains(&Administer), "{after:?}");
    world.mode = AccessMode::BrisDeGlace;
    let urgent = allowed(&world, &doctor());
    assert!(!urgent.contains(&Settle), "{urgent:?}");
}

/// Centre 15 is who says so in a trusted token, or a structure of the deployment's list; nobody else (decisions 16).
#[test]
fn who_is_a_centre_15() {
    let mut world = World::activated();
    world.mode = AccessMode::Centre15;
    let dispatcher = but(&doctor(), |one| one.regulation = true);
    let finds = |world: &World, who: &Arc<Requester>| judged(world, who, Caller::default(), TestExistence).err();
    for (who, plain) in [(&dispatcher, &doctor()), (&organisation("SA01", true), &organisation("SA01", false))] {
        assert_eq!(finds(&world, plain), Some(Rule::Mode));
        assert_ne!(finds(&world, who), Some(Rule::Mode));
    }
    let mut listed = world.policy.settings.clone();
    listed.regulation_centres = vec![StructureId::parse("1750803447").unwrap()];
    world.policy = policy(PolicyName::Mes2024, listed);
    for who in [doctor(), organisation("SA01", false)] {
        assert_ne!(finds(&world, &who), Some(Rule::Mode));
    }
}

/// A doctor is code 10 of TRE_G15 and has a specialty; code 10 of another system is no doctor (facts f.2).
#[test]
fn who_is_a_doctor() {
    let world = World::activated();
    let without = but(&doctor(), |one| one.specialties.clear());
    assert_eq!(judged(&world, &without, Caller::default(), TestExistence).err(), Some(Rule::SpecialtyMissing));
    let nurse = but(&without, |one| one.profession = Some(Code::new("1.2.250.1.71.1.2.7", "60")));
    assert!(judged(&world, &nurse, Caller::default(), TestExistence).is_ok());
    let unknown = but(&without, |one| one.profession = Some(Code::new("1.2.250.1.71.1.2.7", "ZZ")));
    assert_eq!(judged(&world, &unknown, Caller::default(), TestExistence).err(), Some(Rule::UnknownRequester));
    let none = but(&without, |one| one.profession = None);
    assert_eq!(judged(&world, &none, Caller::default(), TestExistence).err(), Some(Rule::UnknownRequester));
    let staff = but(&none, |one| one.staff = true);
    assert!(judged(&world, &staff, Caller::default(), TestExistence).is_ok());
}

/// Decisions 4: each ground that suffices lets in, and the entry says which it was; that of the care team in the policy of today alone.
#[test]
fn each_ground_that_suffices_lets_in_by_its_own_rule() {
    const NURSE: &str = "801111111111";
    let nurse = professional(NURSE, "60", None, "SA01");
    let Requester::Professional(one) = &*nurse else { panic!("a nurse") };
    let nurse = Arc::new(Requester::Professional(Professional { structure: None, ..one.clone() }));
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    let subject = Some(Subject::Professional(ProfessionalId::parse(NURSE).unwrap()));
    let grant = |care_team| {
        Act::GrantAccess(act::GrantAccess { subject: subject.clone(), care_team, ..act::GrantAccess::default() })
    };
    for (name, by, ground, rule) in [
        (PolicyName::Mes2024, holder(), grant(false), Rule::ExplicitConsent),
        (PolicyName::Mes2024, doctor.clone(), grant(true), Rule::CareTeam),
        (PolicyName::Dmp2012, doctor.clone(), grant(true), Rule::NoAuthorization),
        (PolicyName::Dmp2012, doctor.clone(), grant(false), Rule::CollectedByAnother),
        (PolicyName::Mes2024, nurse.clone(), declare(), Rule::Declared),
    ] {
        let mut world = World::activated();
        world.policy = policy(name, Settings::default());
        assert_eq!(world.act(&nurse, find()).outcome.rule, Rule::NoAuthorization);
        world.act(&doctor, declare());
        assert!(world.act(&by, ground).outcome.rule.allows());
        assert_eq!(world.act(&nurse, find()).outcome.rule, rule);
    }
}

/// Decisions 4: who is of one structure with somebody who is authorised is informed with him, as long as that runs, unless one of them is
/// blocked; in the policy of today alone.
#[test]
fn a_colleague_is_let_in_as_long_as_the_one_who_is_authorised() {
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    let nurse = professional("801111111111", "60", None, "SA07");
    let Requester::Professional(one) = &*nurse else { panic!("a nurse") };
    let elsewhere = Some(StructureRef { id: StructureId::parse("1750000001").unwrap(), name: None });
    let stranger = Arc::new(Requester::Professional(Professional { structure: elsewhere, ..one.clone() }));
    let authorised = |name| {
        let mut world = World::activated();
        world.policy = policy(name, Settings::default());
        world.act(&doctor, declare());
        world
    };
    let finds = |world: &mut World, who: &Arc<Requester>| world.act(who, find()).outcome.rule;
    let mut world = authorised(PolicyName::Mes2024);
    assert_eq!(finds(&mut world, &nurse), Rule::CareTeam);
    assert_eq!(finds(&mut world, &stranger), Rule::NoAuthorization);
    let until = world.dossier.authorizations.values().next().unwrap().until;
    for (before, rule) in [(1, Rule::CareTeam), (0, Rule::NoAuthorization)] {
        world.now = until.plus_millis(-1_000 - before);
        assert_eq!(finds(&mut world, &nurse), rule);
    }
    let mut world = authorised(PolicyName::Mes2024);
    let subject = Subject::Professional(ProfessionalId::parse("801234567897").unwrap());
    world.act(&holder(), Act::Block(act::Block { subject, name: None }));
    assert_eq!(finds(&mut world, &nurse), Rule::NoAuthorization);
    let mut world = authorised(PolicyName::Dmp2012);
    assert_eq!(finds(&mut world, &nurse), Rule::NoAuthorization);
}
