//! Carers, parents, private notes (decisions 23 to 25).

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::act::*;
use dmp_core::code::Day;
use dmp_core::document::{Item, Visibility};
use dmp_core::dossier::{CarerScope, Change, Dossier, MandateScope, OppositionKind, Rule};
use dmp_core::history::{Clause, HistoryLine, Language, adopted, clause, sentence};
use dmp_core::identity::*;

use crate::world::*;

fn carer() -> Arc<Requester> {
    Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }))
}

fn delegate(person: &str) -> Act {
    let (person, categories) = (person.into(), Vec::new());
    Act::DelegateCarer(DelegateCarer { person, name: None, scope: CarerScope::Manage, categories, end: None })
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

/// Decisions 24: what a representative delegated ends with his own rights, at majority or before; what the other parent, or the child itself,
/// delegated does not.
#[test]
fn whom_a_representative_chose_goes_with_him() {
    let mut world = World::of_a_minor();
    world.act(&operator(), mandate("f", MandateScope::Full, false));
    let (mother, father) = (representative("m", ins()), representative("f", ins()));
    assert_eq!(world.act(&father, delegate("c")).outcome.rule, Rule::Representative);
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer);
    let end = || Act::EndMandate(EndMandate { person: "f".into() });
    assert_eq!(world.act(&operator(), end()).outcome.rule, Rule::Operator);
    assert_eq!(world.act(&father, find()).outcome.rule, Rule::NotHolder);
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::NotHolder);
    world.act(&operator(), mandate("f", MandateScope::Read, false));
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::NotHolder, "nobody chose him anew");
    world.act(&operator(), end());
    let Answer::Contacts(circle) = world.act(&mother, Act::ReadContactPersons(ReadContactPersons)).answer else {
        panic!("the circle")
    };
    assert!(circle.carers.is_empty(), "who is not let in is not shown as if he were");
    // Chosen by the mother too, he is hers.
    assert_eq!(world.act(&mother, delegate("c")).outcome.rule, Rule::Representative);
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer);
    world.act(&operator(), mandate("f", MandateScope::Full, false));
    world.act(&operator(), end());
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer);
    world.act(&holder(), delegate("c"));
    world.act(&operator(), Act::EndMandate(EndMandate { person: "m".into() }));
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer, "the child's own choice");
}

/// The same of a guardian, whose mandate ends on a day.
#[test]
fn whom_a_guardian_chose_goes_with_his_mandate() {
    let mut world = World::activated();
    let Act::RecordMandate(mut guardian) = mandate("g", MandateScope::Full, true) else { panic!("a mandate") };
    guardian.mandate.end = Some(Day::new(2026, 12, 1).unwrap());
    world.act(&operator(), Act::RecordMandate(guardian));
    assert_eq!(world.act(&representative("g", ins()), delegate("c")).outcome.rule, Rule::Representative);
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer);
    world.now = Day::new(2026, 12, 1).unwrap().end();
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::NotHolder);
}

/// A delegation that was kept before it said whose it is stands as it did.
#[test]
fn a_delegation_of_nobody_stands() {
    let mut world = World::of_a_minor();
    world.act(&representative("m", ins()), delegate("c"));
    for one in world.dossier.carers.values_mut() {
        one.chosen_by = None;
    }
    world.act(&operator(), Act::EndMandate(EndMandate { person: "m".into() }));
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer);
}

/// A line has its subject: "you" to who acted, the holder to others, the service where the program acted; and no French says "de un".
#[test]
fn a_line_says_who_did_it() {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = Day::new(2010, 3, 28).unwrap();
    world.act(&operator(), Act::OpenDossier(open));
    world.act(&holder(), activate());
    let told = |world: &World, reader: &Arc<Requester>, side| {
        let window = HistoryWindow::whole(side);
        let line = HistoryLine::of(&world.dossier, &window, world.now, world.entries.last().unwrap()).unwrap();
        [Language::French, Language::English].map(|language| {
            let Clause { who, what } = clause(&line, reader, language);
            format!("{who} {what}")
        })
    };
    let mother = representative("m", ins());
    let of_all = Oppose { kind: OppositionKind::Feeding, subject: None, opposed: true, motive: None };
    world.act(&holder(), Act::Oppose(of_all));
    let other_number = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    for reader in [holder(), other_number] {
        assert_eq!(
            told(&world, &reader, Side::Holder),
            [
                "Vous avez enregistré une opposition ou un choix d’accès",
                "You recorded an objection or a choice of access"
            ]
        );
    }
    assert_eq!(
        told(&world, &mother, Side::Representative),
        [
            "Le titulaire a enregistré une opposition ou un choix d’accès",
            "The holder recorded an objection or a choice of access"
        ]
    );
    world.act(&holder(), note());
    world.act(&holder(), Act::ListNotes(ListNotes));
    assert_eq!(
        told(&world, &holder(), Side::Holder),
        ["Vous avez relu vos notes privées", "You read private notes of your own"]
    );
    let system = Arc::new(Requester::System(SystemRequester { job: "terms".into() }));
    world.now = Day::new(2028, 3, 27).unwrap().start();
    assert!(world.act(&system, Act::FallDue(FallDue)).outcome.rule.allows());
    assert_eq!(
        told(&world, &holder(), Side::Holder),
        ["Le service a appliqué un délai arrivé à son terme", "The service applied a term that had come"]
    );
    world.act(&operator(), Act::ClaimNotMine(ClaimNotMine { item: 1, open: true, text: None }));
    let [french, _] = told(&world, &holder(), Side::Holder);
    assert!(french.ends_with(" a voulu signaler qu’un document n’est pas à vous : refusé"), "{french}");
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

/// What a document is called is said as its sender wrote it, to whoever acted too.
#[test]
fn the_words_of_a_title_are_its_senders() {
    const TITLE: &str = "Avis : s’il peut conduire (assessment of their own driving)";
    let mut world = World::activated();
    let mut new = document("1.1", "11490-0", 1);
    new.entry.title = Some(TITLE.into());
    world.act(&professional("801234567897", "10", Some("SM26"), "SA07"), provide(vec![new]));
    let item = world.dossier.documents[0].item;
    world.act(&holder(), Act::ReadDocumentEntry(ReadDocumentEntry { item }));
    let entry = world.entries.last().unwrap();
    let line = HistoryLine::of(&world.dossier, &HistoryWindow::whole(Side::Holder), world.now, entry).unwrap();
    for language in [Language::French, Language::English] {
        let Clause { who, what } = clause(&line, &holder(), language);
        assert!(what.contains(TITLE), "{who} {what}");
    }
}

/// Labels of a document, taken away.
fn takes_away(item: Item, codes: Visibility) -> Act {
    let changes = vec![LabelChange::Replace { from: codes, by: Visibility::default() }];
    Act::ChangeDocument(ChangeDocument {
        change: DocumentChange::Labels(ChangeLabels { item, changes, holder_asked: false }),
        identifier: None,
        resolved: None,
        alone: false,
        version: None,
        present: false,
    })
}

/// What a minor of sixteen deposited for himself alone he shows to his parents: once, and not what others deposited.
#[test]
fn a_minor_shows_his_parents_what_he_hid_from_them() {
    let hidden = Visibility { invisible_representants_legaux: true, ..Visibility::default() };
    let flagged = |unique_id: &str, byte| NewDocument { visibility: hidden, ..document(unique_id, "11490-0", byte) };
    let mut world = World::of_a_minor();
    let mother = parent("m", ins());
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    world.act(&doctor, declare());
    for (who, new) in [(&holder(), flagged("1.1", 1)), (&doctor, flagged("1.2", 2))] {
        assert!(world.act(who, provide(vec![new])).outcome.rule.allows());
    }
    let seen = |world: &mut World| match world.act(&mother, find()).answer {
        Answer::Documents(found) => found.total,
        other => panic!("{other:?}"),
    };
    let [own, other] = [0, 1].map(|place| world.dossier.documents[place].item);
    assert_eq!(seen(&mut world), 0);
    let unlike = world.act(&holder(), takes_away(other, hidden));
    assert!(
        matches!(&unlike.answer, Answer::Faulty(fault) if fault.rule == Rule::FunctionalRight),
        "{:?}",
        unlike.answer
    );
    assert!(matches!(world.act(&mother, takes_away(own, hidden)).answer, Answer::NotFound), "it is not there for her");

    world.act(&holder(), takes_away(own, hidden));
    let changed = world.entries.last().unwrap().changes.iter().flatten();
    assert!(matches!(changed.collect::<Vec<_>>()[..], [Change::DocumentVisibility(one)] if one.item == own));
    assert_eq!(seen(&mut world), 1);
    assert_eq!(world.act(&holder(), takes_away(own, hidden)).outcome.rule, Rule::AlreadyDone);
    // Never on again.
    let back = UpdateVisibility {
        item: own,
        masque_ps: None,
        invisible_patient: None,
        invisible_representants_legaux: Some(true),
        holder_asked: false,
    };
    let back = world.act(&holder(), Act::UpdateVisibility(back)).answer;
    assert!(matches!(&back, Answer::Faulty(fault) if fault.rule == Rule::FunctionalRight), "{back:?}");
    assert_eq!(seen(&mut world), 1);
    // His own mask, and this, in one request.
    world.act(
        &holder(),
        provide(vec![NewDocument {
            visibility: Visibility { masque_ps: true, ..hidden },
            ..document("1.3", "11490-0", 3)
        }]),
    );
    let both = world.dossier.documents[2].item;
    assert!(world.act(&holder(), takes_away(both, Visibility { masque_ps: true, ..hidden })).outcome.rule.allows());
    assert_eq!(seen(&mut world), 2);
}

/// What one of the family chose another does not take over: he would be gone with the other's mandate, and a minor's own choice with him.
#[test]
fn a_carer_is_whose_choice_he_was() {
    let mut world = World::of_a_minor();
    world.act(&operator(), mandate("f", MandateScope::Full, false));
    let [mother, father] = ["m", "f"].map(|person| representative(person, ins()));
    assert_eq!(world.act(&mother, delegate("c")).outcome.rule, Rule::Representative);
    assert_eq!(world.act(&father, delegate("c")).outcome.rule, Rule::CarerChosen);
    // What she chose she changes; and who is not let in any more is chosen anew, by either.
    let read = |end| {
        let (scope, categories) = (CarerScope::Read, Vec::new());
        Act::DelegateCarer(DelegateCarer { person: "c".into(), name: None, scope, categories, end })
    };
    let today = world.now.paris_day();
    assert_eq!(world.act(&mother, read(Some(today))).outcome.rule, Rule::Representative);
    world.now = world.now.plus_hours(48);
    assert_eq!(world.act(&father, delegate("c")).outcome.rule, Rule::Representative);
    world.act(&father, Act::EndDelegation(EndDelegation { person: "c".into() }));
    assert_eq!(world.act(&mother, delegate("c")).outcome.rule, Rule::Representative);
    world.act(&operator(), Act::EndMandate(EndMandate { person: "f".into() }));
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer);
    assert_eq!(world.act(&mother, delegate("c")).outcome.rule, Rule::AlreadyDone);
    // The child's own choice stands above theirs.
    assert_eq!(world.act(&holder(), delegate("c")).outcome.rule, Rule::Holder);
    assert_eq!(world.act(&mother, delegate("c")).outcome.rule, Rule::CarerChosen);
    world.act(&operator(), Act::EndMandate(EndMandate { person: "m".into() }));
    assert_eq!(world.act(&carer(), find()).outcome.rule, Rule::Carer);
}
