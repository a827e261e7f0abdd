//! What is one's own: an authorisation that one withdraws, a version that one sees, a reference that one finds (decisions 2, 4, 21, 32, 33).

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::dossier::*;
use dmp_core::identity::*;

use crate::world::*;

fn hospital() -> Arc<Requester> {
    professional("801111111111", "10", Some("SM04"), "SA01")
}

/// The sheet: "withdraw one's own authorisation" is for professionals; no member shuts out his colleagues, nor do a structure's certificate and
/// its staff.
#[test]
fn nobody_but_the_holder_withdraws_what_he_gave_a_structure() {
    let mut world = World::activated();
    let structure = Subject::Structure(StructureId::parse("1750803447").unwrap());
    let given = Act::GrantAccess(GrantAccess { subject: Some(structure.clone()), ..GrantAccess::default() });
    world.act(&holder(), given);
    let item = world.dossier.authorizations[&structure].item;
    let withdraw = |item| Act::WithdrawAccess(WithdrawAccess { item });
    let nurse = professional("802222222229", "60", None, "SA01");
    assert!(matches!(world.act(&nurse, withdraw(item)).answer, Answer::NotFound));
    assert_eq!(world.act(&organisation("SA01", false), withdraw(item)).outcome.rule, Rule::FunctionalRight);
    assert_eq!(world.act(&hospital(), find()).outcome.rule, Rule::ExplicitConsent);
    world.act(&nurse, declare());
    let own = world.dossier.authorizations[&Subject::Professional(ProfessionalId::parse("802222222229").unwrap())].item;
    assert_eq!(world.act(&nurse, withdraw(own)).outcome.rule, Rule::Authenticated);
    assert_eq!(world.act(&holder(), withdraw(item)).outcome.rule, Rule::Holder);
    assert_eq!(world.act(&hospital(), find()).outcome.rule, Rule::NoAuthorization);
}
