//! The four stories, told to the rules alone: provided, read, refused by the matrix, read by the patient in his history.

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::act::*;
use dmp_core::document::Visibility;
use dmp_core::dossier::Rule;
use dmp_core::history::{HistoryLine, Language, sentence};
use dmp_core::identity::*;

use crate::world::*;

#[test]
fn provided_read_refused_and_read_in_the_history() {
    let mut world = World::new();
    let hospital = professional("801234567897", "10", Some("SM04"), "SA01");
    let optician = professional("899700218897", "28", None, "SA39");
    let holder = Arc::new(Requester::Holder(HolderRequester { ins: ins(), credential: [3; 32] }));
    assert_eq!(world.act(&hospital, provide(vec![document("1.2.3", "57833-6", 1)])).outcome.rule, Rule::UnknownDossier);
    assert_eq!(world.act(&operator(), open()).outcome.rule, Rule::Operator);
    assert_eq!(world.act(&holder, activate()).outcome.rule, Rule::Holder);

    let provided = world.act(&hospital, provide(vec![document("1.2.3", "57833-6", 1)]));
    assert_eq!(provided.outcome.rule, Rule::Feeding, "feeding needs no authorisation");
    let Answer::Provided(provided) = provided.answer else { panic!("a deposit") };
    let item = provided.documents[0].item;

    assert_eq!(world.act(&hospital, find()).outcome.rule, Rule::NoAuthorization, "consulting does");
    assert_eq!(world.act(&hospital, declare()).outcome.rule, Rule::Authenticated);
    let found = world.act(&hospital, find());
    assert_eq!(found.outcome.rule, Rule::Declared);
    let Answer::Documents(found) = found.answer else { panic!("a list") };
    assert_eq!((found.total, found.documents[0].item), (1, item));
    let read = world.act(&hospital, Act::RetrieveDocument(RetrieveDocument { item }));
    assert!(matches!(read.answer, Answer::Content(_)));

    assert_eq!(world.act(&optician, declare()).outcome.rule, Rule::Authenticated);
    let Answer::Documents(nothing) = world.act(&optician, find()).answer else { panic!("a list") };
    assert_eq!(nothing.total, 0, "the optician's list has no trace of the prescription");
    let refused = world.act(&optician, Act::RetrieveDocument(RetrieveDocument { item }));
    assert!(matches!(refused.answer, Answer::NotFound), "told as what does not exist");
    assert_eq!(refused.outcome.items[0].rule, Some(Rule::Matrix), "the journal knows better");
    let unknown = world.act(&optician, Act::RetrieveDocument(RetrieveDocument { item: 999 }));
    assert!(matches!(unknown.answer, Answer::NotFound));

    let history = world.act(&holder, Act::ReadHistory(ReadHistory));
    assert!(matches!(history.answer, Answer::History(_)));
    let lines: Vec<HistoryLine> = world
        .entries
        .iter()
        .filter_map(|entry| HistoryLine::of(&world.dossier, &HistoryWindow::whole(Side::Holder), world.now, entry))
        .collect();
    let told: Vec<String> = lines.iter().map(|line| sentence(line, Language::French)).collect();
    assert!(told.contains(&"a déposé «\u{a0}Ordonnance\u{a0}»".to_owned()), "{told:?}");
    assert!(told.contains(&"a lu «\u{a0}Ordonnance\u{a0}»".to_owned()), "{told:?}");
    assert!(told.contains(&"a voulu lire «\u{a0}Ordonnance\u{a0}» : refusé".to_owned()), "{told:?}");
    assert!(told.iter().all(|text| !text.is_empty()));
}

#[test]
fn the_same_bytes_twice_change_nothing_and_other_bytes_are_refused() {
    let mut world = World::new();
    let hospital = professional("801234567897", "10", Some("SM04"), "SA01");
    world.act(&operator(), open());
    world.act(&hospital, provide(vec![document("1.2.3", "57833-6", 1)]));
    let again = world.act(&hospital, provide(vec![document("1.2.3", "57833-6", 1)]));
    assert!(again.changes.is_empty());
    assert!(matches!(&again.answer, Answer::Provided(provided) if provided.documents[0].already));
    let other = world.act(&hospital, provide(vec![document("1.2.3", "57833-6", 2)]));
    assert!(matches!(&other.answer, Answer::Faulty(fault) if fault.rule == Rule::UniqueIdTaken));
    assert_eq!(world.dossier.documents.len(), 1);
}

#[test]
fn a_replacement_inherits_the_holders_mask() {
    let mut world = World::new();
    let hospital = professional("801234567897", "10", Some("SM04"), "SA01");
    let other = professional("801111111111", "60", None, "SA07");
    let holder = Arc::new(Requester::Holder(HolderRequester { ins: ins(), credential: [3; 32] }));
    world.act(&operator(), open());
    world.act(&holder, activate());
    world.act(&hospital, provide(vec![document("1.2.3", "11490-0", 1)]));
    let item = world.dossier.documents[0].item;
    let hide = UpdateVisibility {
        item,
        masque_ps: Some(true),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: false,
    };
    assert_eq!(world.act(&holder, Act::UpdateVisibility(hide)).outcome.rule, Rule::Holder);
    let mut newer = document("1.2.4", "11490-0", 2);
    newer.replaces = Some(ReplaceTarget::Identifier("1.2.3".into()));
    world.act(&hospital, provide(vec![newer]));
    assert_eq!(world.dossier.documents.len(), 2);
    assert!(world.dossier.documents[1].is_masked(), "otherwise a hospital un-hides by replacing");
    world.act(&other, declare());
    let Answer::Documents(found) = world.act(&other, find()).answer else { panic!("a list") };
    assert_eq!(found.total, 2, "the structure's own stay visible to it");
}

#[test]
fn every_rule_has_its_two_sentences() {
    for rule in Rule::ALL {
        for language in [Language::French, Language::English] {
            assert!(rule.sentence(language).is_some_and(|text| text.ends_with('.')), "{rule:?} {language:?}");
        }
    }
}

/// Decisions 2: a change of what is not one's own is refused (403) where one sees the document; where one does not, it is not there.
#[test]
fn a_change_of_anothers_document_tells_nothing_of_a_hidden_one() {
    let mut world = World::new();
    let hospital = professional("801234567897", "10", Some("SM04"), "SA01");
    let stranger = Arc::new(match &*professional("801111111111", "10", Some("SM26"), "SA07") {
        Requester::Professional(one) => Requester::Professional(Professional { structure: None, ..one.clone() }),
        _ => unreachable!("a professional"),
    });
    world.act(&operator(), open());
    world.act(&stranger, declare());
    let hidden = Visibility { masque_ps: true, ..Visibility::default() };
    let masked = NewDocument { visibility: hidden, ..document("1.2.4", "11490-0", 2) };
    world.act(&hospital, provide(vec![document("1.2.3", "11490-0", 1), masked]));
    let [seen, unseen] = [0, 1].map(|at| world.dossier.documents[at].item);
    let unmask = |item| {
        let update = UpdateVisibility {
            item,
            masque_ps: Some(false),
            invisible_patient: None,
            invisible_representants_legaux: None,
            holder_asked: false,
        };
        Act::UpdateVisibility(update)
    };
    let archive = |item| Act::ArchiveDocument(ArchiveDocument { item, archived: true });
    let delete = |item| Act::DeleteDocument(DeleteDocument { item });
    let acts: [&dyn Fn(u32) -> Act; 3] = [&unmask, &archive, &delete];
    for act in acts {
        let visible = world.act(&stranger, act(seen)).answer;
        assert!(matches!(visible, Answer::Refused(Rule::NotAuthor)), "{visible:?}");
        for item in [unseen, 999] {
            let answer = world.act(&stranger, act(item)).answer;
            assert!(matches!(answer, Answer::NotFound), "{answer:?}");
        }
    }
}
