//! Carers, parents, private notes (decisions 23 to 25).

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::act::*;
use dmp_core::dossier::{CarerScope, Dossier, MandateScope, Rule};
use dmp_core::history::{HistoryLine, Language, adopted, sentence};
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

fn parent(person: &str, of: Ins) -> Arc<Requester> {
    let one = Representative { person: person.into(), name: Some(person.into()), ins: of, credential: [5; 32] };
    Arc::new(Requester::Representative(one))
}

/// Decisions 24: closing needs all representatives on record, each as a representative of this holder; the entry keeps who signed.
#[test]
fn both_parents_close_together() {
    let mut world = World::activated();
    world.act(&operator(), mandate("m", MandateScope::Full, true));
    world.act(&operator(), mandate("p", MandateScope::Full, true));
    let (mother, father) = (parent("m", ins()), parent("p", ins()));
    let close = || Act::CloseDossier(CloseDossier::default());
    assert_eq!(world.act(&mother, close()).outcome.rule, Rule::AllRepresentatives);
    let elsewhere = Ins::parse("1.2.250.1.213.1.4.10", "277076322082910").unwrap();
    for other in [parent("x", ins()), parent("p", elsewhere), holder()] {
        world.joint = vec![other];
        assert_eq!(world.act(&mother, close()).outcome.rule, Rule::AllRepresentatives);
    }
    world.joint = vec![Arc::clone(&father)];
    assert_eq!(world.act(&mother, close()).outcome.rule, Rule::Representative);
    let entry = world.entries.last().unwrap();
    let signed: Vec<_> = entry.facts.joint.iter().map(|number| world.dossier.requester(*number)).collect();
    assert_eq!(signed, [Some(&father)]);
    let line = HistoryLine::of(&world.dossier, &HistoryWindow::whole(Side::Holder), world.now, entry).unwrap();
    assert_eq!(line.joint, [Arc::clone(&father)]);
    assert_eq!(
        sentence(&line, Language::French),
        "a fermé le dossier, au nom de DOMINIQUE PAT-TROIS (signé aussi par p)"
    );
    assert_eq!(
        sentence(&line, Language::English),
        "closed the record, on behalf of DOMINIQUE PAT-TROIS (also signed by p)"
    );
    // In a dossier of which this journal is a part, everybody has another number.
    let into = Dossier { requesters: vec![father, mother], ..Dossier::empty() };
    let adopted = adopted(entry.clone(), &into, &world.dossier.requesters, &[], Some).unwrap();
    assert_eq!((adopted.facts.requester, adopted.facts.joint), (1, vec![0]));
}
