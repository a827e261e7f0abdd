//! At the counter, under the old policy: a professional closes (TD1.4) and reactivates (TD1.2) at the holder's request.

use std::sync::Arc;

use dmp_core::access::{Caller, Context, PolicyName, Settings};
use dmp_core::act::*;
use dmp_core::code::Day;
use dmp_core::dossier::{AccessMode, ActCode, DossierStatus, Holder, MandateScope, Rule, Subject};
use dmp_core::identity::*;

use crate::world::*;

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

fn of(name: PolicyName, birth: Option<Day>) -> World {
    let mut world = World::new();
    world.policy = policy(name, Settings::default());
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = birth.unwrap_or(open.holder.birth);
    world.act(&operator(), Act::OpenDossier(open));
    world
}

fn close() -> Act {
    Act::CloseDossier(CloseDossier { text: Some("À sa demande".into()), ..CloseDossier::default() })
}

/// Opening what is closed, with this proof, as it is decided.
fn reactivate(world: &World, proof: OpeningProof) -> Act {
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    shown(world, OpenDossier { proof, ..*open })
}

/// What opening is, on the dossier as it stands.
fn shown(world: &World, open: OpenDossier) -> Act {
    let requester = doctor();
    let context = Context {
        now: world.now,
        requester: &requester,
        on_behalf: None,
        joint: &[],
        mode: AccessMode::Normal,
        motive: None,
        policy: &world.policy,
        correlation: None,
        caller: Caller::default(),
        addressed: None,
    };
    Act::OpenDossier(Box::new(open)).on(&world.dossier, &context).into_owned()
}

fn consent() -> OpeningProof {
    OpeningProof::Consent("2012-1".into())
}

#[test]
fn closed_and_reactivated_at_the_holders_request() {
    let mut world = of(PolicyName::Dmp2012, None);
    assert_eq!(world.act(&doctor(), close()).outcome.rule, Rule::ExplicitConsent);
    assert_eq!(world.dossier.status, DossierStatus::Closed);
    assert_eq!(world.act(&doctor(), close()).outcome.rule, Rule::Closed);
    let without = reactivate(&world, OpeningProof::None);
    assert_eq!(world.act(&doctor(), without).outcome.rule, Rule::ConsentMissing);
    let again = reactivate(&world, consent());
    assert_eq!(again.code(), ActCode::ReopenDossier);
    assert_eq!(world.act(&doctor(), again).outcome.rule, Rule::ExplicitConsent);
    assert_eq!((world.dossier.status, world.dossier.closed_at), (DossierStatus::Open, None));
}

/// Mon espace santé has neither door: the holder does both himself.
#[test]
fn not_under_the_policy_in_force() {
    let mut world = of(PolicyName::Mes2024, None);
    assert!(!world.act(&doctor(), close()).outcome.rule.allows());
    world.act(&holder(), activate());
    world.act(&holder(), close());
    let again = reactivate(&world, consent());
    assert_eq!(again.code(), ActCode::OpenDossier);
    assert!(!world.act(&doctor(), again).outcome.rule.allows());
    assert_eq!(world.dossier.status, DossierStatus::Closed);
}

#[test]
fn who_may_not_open_or_is_blocked_does_neither() {
    let with = |change: fn(&mut Professional)| {
        let Requester::Professional(one) = &*doctor() else { panic!("a doctor") };
        let mut one = one.clone();
        change(&mut one);
        Arc::new(Requester::Professional(one))
    };
    let others = [
        (with(|one| one.sector = Some("SA23".into())), Rule::Sector),
        (with(|one| one.specialties[0].code = "SM25".into()), Rule::Sector),
        (with(|one| one.means = Means::Reinforced), Rule::FunctionalRight),
    ];
    for (who, rule) in others {
        let mut world = of(PolicyName::Dmp2012, None);
        assert_eq!(world.act(&who, close()).outcome.rule, rule);
    }
    let mut world = of(PolicyName::Dmp2012, None);
    world.act(&holder(), activate());
    let subject = Subject::Professional(ProfessionalId::parse("801234567897").unwrap());
    world.act(&holder(), Act::Block(Block { subject, name: None }));
    assert_eq!(world.act(&doctor(), close()).outcome.rule, Rule::Blocked);
    world.act(&holder(), close());
    let again = reactivate(&world, consent());
    assert_eq!(world.act(&doctor(), again).outcome.rule, Rule::Blocked);
}

/// A minor's, with the signature of everybody who represents him, and of somebody.
#[test]
fn a_minors_is_closed_by_all_who_represent_him() {
    let mut world = of(PolicyName::Dmp2012, Some(Day::new(2015, 3, 28).unwrap()));
    assert_eq!(world.act(&doctor(), close()).outcome.rule, Rule::AllRepresentatives);
    world.act(&operator(), mandate("m", MandateScope::Full, false));
    world.act(&operator(), mandate("p", MandateScope::Full, false));
    for signed in
        [vec![], vec![representative("m", ins())], vec![representative("m", ins()), representative("x", ins())]]
    {
        world.joint = signed;
        assert_eq!(world.act(&doctor(), close()).outcome.rule, Rule::AllRepresentatives);
    }
    world.joint = vec![representative("m", ins()), representative("p", ins())];
    assert!(world.act(&doctor(), close()).outcome.rule.allows());
}

/// What is not there, what an operator suspended, and what is on its way to its end: nothing is closed or brought back at a counter.
#[test]
fn what_is_not_open_to_anybody_is_not_at_a_counter() {
    let mut nobodys = World::new();
    nobodys.policy = dmp_2012();
    assert_eq!(nobodys.act(&doctor(), close()).outcome.rule, Rule::UnknownDossier);
    let mut world = of(PolicyName::Dmp2012, None);
    world.act(&operator(), Act::SuspendDossier(SuspendDossier { suspended: true, motive: None }));
    assert_eq!(world.act(&doctor(), close()).outcome.rule, Rule::Suspended);
    world.act(&operator(), Act::SuspendDossier(SuspendDossier { suspended: false, motive: None }));
    world.act(&holder(), activate());
    world.act(&holder(), close());
    world.now = world.now.plus_years(10).plus_millis(48 * 3_600_000);
    let begun = world.act(&system(), Act::BeginDestruction(BeginDestruction { lead_days: 37, with: None }));
    assert!(begun.outcome.rule.allows() && world.dossier.destruction.is_some(), "{begun:?}");
    let again = reactivate(&world, consent());
    assert_eq!(world.act(&doctor(), again).outcome.rule, Rule::DestructionBegun);
}

/// Nobody comes back from the dead at a counter.
#[test]
fn a_death_is_not_undone_at_the_counter() {
    let mut world = of(PolicyName::Dmp2012, None);
    world.act(&operator(), Act::RecordDeath(RecordDeath { in_error: false }));
    let again = reactivate(&world, consent());
    assert_eq!(world.act(&doctor(), again).outcome.rule, Rule::Death);
}

/// Destruction is the holder's to ask for; the reason is in writing; and nobody comes in by the counter in an emergency.
#[test]
fn nothing_more_than_a_closing_with_its_reason() {
    let mut world = of(PolicyName::Dmp2012, None);
    assert_eq!(world.act(&doctor(), Act::LifeOfDossier(LifeOfDossier::Deleted)).outcome.rule, Rule::FunctionalRight);
    let silent = Act::CloseDossier(CloseDossier::default());
    assert_eq!(world.act(&doctor(), silent).outcome.rule, Rule::MotiveMissing);
    world.mode = AccessMode::BrisDeGlace;
    assert_eq!(world.act(&doctor(), close()).outcome.rule, Rule::Mode);
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let open = Act::OpenDossier(Box::new(OpenDossier { proof: consent(), ..*open }));
    assert_eq!(world.act(&doctor(), open).outcome.rule, Rule::Mode);
    assert_eq!(world.dossier.status, DossierStatus::Open);
    assert!(world.dossier.emergencies.is_empty());
}

/// Whose card is shown at the counter is whose dossier it is (TD1.1, TD1.2): what is another's is neither opened, reopened, nor said to be
/// open; and who is insured nowhere does not come back.
#[test]
fn another_card_opens_nothing() {
    let other = |change: fn(&mut Holder)| {
        let Act::OpenDossier(open) = open() else { panic!("an opening") };
        let mut open = OpenDossier { proof: consent(), ..*open };
        change(&mut open.holder);
        open
    };
    let another = || other(|holder| holder.birth = Day::parse("19501231").unwrap());
    let uninsured = || other(|holder| holder.regime = Some("nulle part".into()));
    let mut world = of(PolicyName::Dmp2012, None);
    let decided = |world: &mut World, open| {
        let act = shown(world, open);
        world.act(&doctor(), act).outcome.rule
    };
    assert_eq!(decided(&mut world, another()), Rule::CardMismatch, "open");
    assert_eq!(decided(&mut world, other(|_| {})), Rule::AlreadyDone);
    assert_eq!(world.act(&doctor(), close()).outcome.rule, Rule::ExplicitConsent);
    assert_eq!(decided(&mut world, another()), Rule::CardMismatch, "closed");
    assert_eq!(decided(&mut world, uninsured()), Rule::Regime);
    assert_eq!(world.dossier.status, DossierStatus::Closed);
    assert_eq!(decided(&mut world, other(|_| {})), Rule::ExplicitConsent);
    assert_eq!(world.dossier.status, DossierStatus::Open);
}
