//! Carers, parents, private notes (decisions 23 to 25).

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::act::*;
use dmp_core::dossier::{CarerScope, MandateScope, Rule};
use dmp_core::history::HistoryLine;
use dmp_core::identity::*;

use crate::world::*;

fn carer() -> Arc<Requester> {
    Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }))
}

fn note() -> Act {
    Act::WriteNote(WriteNote { item: None, text: Some("à demander".into()) })
}

/// Decisions 25: a carer who manages does much, and never has anything to do with private notes.
#[test]
fn a_carer_has_no_private_notes() {
    let mut world = World::activated();
    world.act(&holder(), note());
    let delegate =
        DelegateCarer { person: "c".into(), name: None, scope: CarerScope::Manage, categories: Vec::new(), end: None };
    world.act(&holder(), Act::DelegateCarer(delegate));
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer);
    for act in [note(), Act::ListNotes(ListNotes)] {
        assert_eq!(world.act(&carer(), act).outcome.rule, Rule::Scope);
    }
}

/// Decisions 23: nor does anybody else's history tell that there are some.
#[test]
fn nobody_hears_that_there_are_notes() {
    let mut world = World::activated();
    world.act(&holder(), note());
    let shown = |side| {
        let window = HistoryWindow::whole(side);
        let lines = world.entries.iter().filter_map(|one| HistoryLine::of(&world.dossier, &window, world.now, one));
        lines.filter(|line| line.act.code() == "write-note").count()
    };
    assert_eq!((shown(Side::Holder), shown(Side::Representative)), (1, 0));
}

/// Decisions 24: who only reads does not activate.
#[test]
fn a_parent_of_scope_read_does_not_activate() {
    let mut world = World::new();
    world.act(&operator(), open());
    world.act(&operator(), mandate("m", MandateScope::Read, true));
    let mother = Representative { person: "m".into(), name: None, ins: ins(), credential: [5; 32] };
    let mother = Arc::new(Requester::Representative(mother));
    assert_eq!(world.act(&mother, activate()).outcome.rule, Rule::Scope);
    assert_eq!(world.act(&operator(), activate()).outcome.rule, Rule::FunctionalRight);
}
