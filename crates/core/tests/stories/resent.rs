//! What is sent a second time: the first answer again, or a refusal that tells whoever does not see the document nothing of it.

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::document::Visibility;
use dmp_core::dossier::Rule;
use dmp_core::identity::{Professional, Requester};

use crate::world::*;

const MASKED: Visibility =
    Visibility { masque_ps: true, invisible_patient: false, invisible_representants_legaux: false };

fn hospital() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM04"), "SA01")
}

/// Somebody of no structure, without authorisation: he may feed, and sees nothing.
fn stranger() -> Arc<Requester> {
    let one = professional("801234567905", "10", Some("SM04"), "SA07");
    let Requester::Professional(one) = &*one else { panic!("a professional") };
    Arc::new(Requester::Professional(Professional { structure: None, ..one.clone() }))
}

/// The second document, replacing the first where `replaces`, masked where `masked`.
fn second(replaces: bool, masked: bool) -> NewDocument {
    NewDocument {
        replaces: replaces.then(|| ReplaceTarget::Identifier("1.2.1".into())),
        visibility: if masked { MASKED } else { Visibility::default() },
        ..document("1.2.2", "11490-0", 2)
    }
}

fn answered(world: &mut World, who: &Arc<Requester>, replaces: bool, masked: bool) -> Result<(), Rule> {
    let decision = world.act(who, provide(vec![second(replaces, masked)]));
    match decision.answer {
        Answer::Provided(provided) if provided.documents.iter().all(|one| one.already) => {
            assert!(decision.changes.is_empty());
            Ok(())
        }
        Answer::Faulty(fault) => Err(fault.rule),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_sent_again_asks_no_more_and_tells_a_stranger_nothing() {
    let mut told = Vec::new();
    for (replaces, masked) in [(true, true), (false, false)] {
        let mut world = World::activated();
        world.act(&hospital(), provide(vec![document("1.2.1", "11490-0", 1)]));
        world.act(&hospital(), provide(vec![second(replaces, masked)]));
        let mut ask = |who: &Arc<Requester>| {
            [(false, false), (true, false), (false, true)].map(|(one, other)| answered(&mut world, who, one, other))
        };
        let [same, relation, visibility] = ask(&hospital());
        assert_eq!(same, Ok(()));
        assert_eq!(relation, if replaces { Ok(()) } else { Err(Rule::ResentRelation) });
        assert_eq!(visibility, if masked { Ok(()) } else { Err(Rule::ResentVisibility) });
        told.push(ask(&stranger()));
    }
    assert_eq!(told[0], [Ok(()), Err(Rule::ResentRelation), Err(Rule::ResentVisibility)]);
    assert_eq!(told[0], told[1], "to whom neither shows, both worlds are one");
}

/// A set is stored whole or not at all, and what is here already stays in the set that brought it: a set that has it beside something new, or
/// beside what another set brought, would be acknowledged without it. Whoever sends it is told so, whatever he sees of it.
#[test]
fn what_is_here_already_is_in_no_second_set() {
    let new = |number: u8| document(&format!("1.2.{number}"), "11490-0", number);
    let mut told = Vec::new();
    for (hidden, deleted) in [(false, false), (true, false), (false, true)] {
        let mut world = World::activated();
        world.act(&hospital(), provide(vec![new(1), new(2)]));
        world.act(&hospital(), provide(vec![new(3)]));
        let item = world.dossier.documents[0].item;
        if hidden {
            let show = UpdateVisibility {
                item,
                masque_ps: Some(true),
                invisible_patient: None,
                invisible_representants_legaux: None,
                holder_asked: false,
            };
            world.act(&holder(), Act::UpdateVisibility(show));
        }
        if deleted {
            world.act(&hospital(), Act::DeleteDocument(DeleteDocument { item }));
            assert!(world.dossier.documents[0].standing.deleted);
        }
        for who in [hospital(), stranger(), holder()] {
            let mut answer = |numbers: &[u8]| {
                let decision = world.act(&who, provide(numbers.iter().copied().map(new).collect()));
                assert!(decision.changes.is_empty(), "{numbers:?}");
                match decision.answer {
                    Answer::Provided(provided) => Ok(provided.documents.iter().all(|one| one.already)),
                    Answer::Faulty(fault) => Err((fault.index, fault.rule)),
                    other => panic!("{other:?}"),
                }
            };
            assert_eq!(answer(&[1, 2]), Ok(true));
            assert_eq!(answer(&[2]), Ok(true));
            told.push([answer(&[1, 9]), answer(&[9, 1]), answer(&[2, 1, 3]), answer(&[3, 1])]);
        }
    }
    for one in told {
        assert_eq!(one, [0, 1, 2, 1].map(|place| Err((Some(place), Rule::ResentSet))));
    }
}
