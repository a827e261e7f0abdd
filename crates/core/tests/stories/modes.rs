//! Emergency modes, sectors and blocks: in which order doors close (decisions 3, 8, 12, 14).

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::dossier::{Rule, Subject};
use dmp_core::identity::*;

use crate::world::*;

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

fn replacing(old: &str, new: &str) -> NewDocument {
    NewDocument { replaces: Some(ReplaceTarget::Identifier(old.into())), ..document(new, "11490-0", 2) }
}

fn with(one: &Arc<Requester>, change: impl FnOnce(&mut Professional)) -> Arc<Requester> {
    let Requester::Professional(one) = &**one else { panic!("a professional") };
    let mut one = one.clone();
    change(&mut one);
    Arc::new(Requester::Professional(one))
}

/// Decisions 8: a block leaves feeding open, and stops a replacement.
#[test]
fn a_blocked_professional_feeds_and_replaces_nothing() {
    let mut world = World::activated();
    world.act(&doctor(), provide(vec![document("1.2.3", "11490-0", 1)]));
    let subject = Subject::Professional(ProfessionalId::parse("801234567897").unwrap());
    world.act(&holder(), Act::Block(Block { subject, name: None }));
    assert_eq!(world.act(&doctor(), provide(vec![replacing("1.2.3", "1.2.4")])).outcome.rule, Rule::Blocked);
    assert_eq!(world.act(&doctor(), provide(vec![document("1.2.5", "11490-0", 3)])).outcome.rule, Rule::Feeding);
}

/// The sheet has a row of its own for staff (TD2.2); AIR has neither (the notes of the sheet).
#[test]
fn staff_feeds_by_its_own_row_and_nobody_in_air() {
    let mut world = World::activated();
    let staff = with(&doctor(), |one| (one.staff, one.profession, one.specialties) = (true, None, Vec::new()));
    assert_eq!(world.act(&staff, provide(vec![document("1.2.3", "11490-0", 1)])).outcome.rule, Rule::Feeding);
    for who in [&staff, &doctor()] {
        let air = with(who, |one| one.means = Means::Reinforced);
        for new in [document("1.2.6", "11490-0", 4), replacing("1.2.3", "1.2.4")] {
            assert_eq!(world.act(&air, provide(vec![new])).outcome.rule, Rule::FunctionalRight);
        }
    }
}

/// Who may not ask hears the same of a dossier that is there and of one that is not: the mode comes first.
#[test]
fn a_mode_that_one_may_not_use_tells_nothing_of_a_dossier() {
    let mut nowhere = World::new();
    let mut there = World::activated();
    for world in [&mut nowhere, &mut there] {
        world.mode = dmp_core::dossier::AccessMode::Centre15;
        assert_eq!(world.act(&doctor(), Act::TestExistence(TestExistence)).outcome.rule, Rule::Mode);
    }
}

/// What is hidden is told with its own rule in the journal, and to the caller as what is not there.
#[test]
fn the_journal_keeps_the_rule_of_what_is_hidden() {
    let mut world = World::activated();
    let optician = professional("899700218897", "28", None, "SA39");
    world.act(&doctor(), provide(vec![document("1.2.3", "57833-6", 1)]));
    world.act(&optician, declare());
    let item = world.dossier.documents[0].item;
    let archive = world.act(&optician, Act::ArchiveDocument(ArchiveDocument { item, archived: true }));
    assert!(matches!(archive.answer, Answer::NotFound));
    assert_eq!(archive.outcome.items[0].rule, Some(Rule::Matrix));
}
