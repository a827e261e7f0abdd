//! Deleting, and being asked to (decisions 2, 14, 22).

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::act::*;
use dmp_core::document::{SourcePatient, Visibility};
use dmp_core::dossier::{ActCode, Change, Dossier, Rule};
use dmp_core::history::HistoryLine;
use dmp_core::identity::*;

use crate::world::*;

/// In the old policy any document goes at the holder's request, through the médecin traitant or, where there is none, any
/// doctor VALIDE; never without it.
#[test]
fn in_the_old_policy_a_doctor_deletes_at_the_holders_request() {
    let mut world = World::activated();
    world.policy = dmp_2012();
    // Of another structure than the doctor.
    let Requester::Professional(one) = &*professional("801111111111", "60", None, "SA01") else { panic!("a nurse") };
    let hospital = Arc::new(Requester::Professional(Professional { structure: None, ..one.clone() }));
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    world.act(&hospital, provide(vec![document("1.2.3", "11490-0", 1)]));
    let item = world.dossier.documents[0].item;
    let delete = || Act::DeleteDocument(DeleteDocument { item });
    world.act(&doctor, declare());
    assert_eq!(world.act(&doctor, delete()).outcome.rule, Rule::NotAuthor);
    world.act(&holder(), Act::RequestDeletion(RequestDeletion { item, motive: None }));
    assert!(world.act(&doctor, delete()).outcome.rule.allows());
    let again = world.act(&hospital, delete());
    assert!(matches!(again.answer, Answer::NotFound));
    assert_eq!(again.outcome.items[0].rule, Some(Rule::Deleted), "the journal knows why");
}

/// What is not there, or is another's, comes before what is wrong with the new document.
#[test]
fn a_replacement_of_nothing_is_not_found_whatever_it_brings() {
    let mut world = World::activated();
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    let mut new = document("1.2.4", "unknown", 2);
    new.replaces = Some(ReplaceTarget::Identifier("1.2.3".into()));
    let answer = world.act(&doctor, provide(vec![new])).answer;
    assert!(matches!(&answer, Answer::Faulty(fault) if fault.rule == Rule::ReplacedUnknown), "{answer:?}");
}

/// Answering a request is no deletion of one's own: occupational medicine does not (decisions 14).
#[test]
fn occupational_medicine_answers_no_request() {
    let mut world = World::activated();
    let doctor = professional("801234567897", "10", Some("SM25"), "SA07");
    world.act(&doctor, provide(vec![document("1.2.3", "11490-0", 1)]));
    let item = world.dossier.documents[0].item;
    world.act(&holder(), Act::RequestDeletion(RequestDeletion { item, motive: None }));
    let answer = AnswerDeletion { item, accepted: true, motive: None };
    assert_eq!(world.act(&doctor, Act::AnswerDeletion(answer)).outcome.rule, Rule::Sector);
    let delete = DeleteDocument { item };
    assert!(world.act(&doctor, Act::DeleteDocument(delete)).outcome.rule.allows());
}

/// The storage contract, section 1: only the operator erases, only what its holder says not to be his, with all its versions; the set goes
/// with the last of its documents, and no number is given twice.
#[test]
fn erasing_is_the_last_resort_of_a_case() {
    let mut world = World::activated();
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    world.act(&doctor, provide(vec![document("1.1", "11490-0", 1), document("1.2", "11490-0", 2)]));
    let patient = SourcePatient {
        id: None,
        family: Some("AUTRE".into()),
        given: None,
        birth: None,
        sex: None,
        other: Vec::new(),
    };
    let newer = NewDocument {
        replaces: Some(ReplaceTarget::Identifier("1.1".into())),
        source_patient: Some(patient),
        ..document("1.3", "11490-0", 3)
    };
    world.act(&doctor, provide(vec![newer]));
    let [first, other, newest] = [0, 1, 2].map(|at| world.dossier.documents[at].item);
    let erase = || Act::EraseDocument(EraseDocument { item: newest });
    assert_eq!(world.act(&operator(), erase()).outcome.rule, Rule::State, "no case is open");
    world.act(&holder(), Act::ClaimNotMine(ClaimNotMine { item: newest, open: true, text: None }));
    for who in [holder(), doctor] {
        assert_eq!(world.act(&who, erase()).outcome.rule, Rule::FunctionalRight);
    }
    let last = world.dossier.last_item;
    let erased = world.act(&operator(), erase());
    assert!(erased.outcome.rule.allows() && erased.changes.len() == 2);
    assert_eq!(world.dossier.documents.iter().map(|one| one.item).collect::<Vec<_>>(), [other]);
    assert_eq!(world.dossier.sets.iter().map(|set| set.members.clone()).collect::<Vec<_>>(), [vec![other]]);
    assert_eq!(world.dossier.last_item, last);
    assert!(world.dossier.known.is_empty(), "nor is the other person's name kept");
    assert!(matches!(world.act(&operator(), erase()).answer, Answer::NotFound));
    // Whoever folds the journal without the parts that are gone comes to the same.
    let mut again = Dossier::empty();
    for entry in &world.entries {
        let gone = |change: &Change| {
            matches!(change, Change::DocumentAdded(added) if [first, newest].contains(&added.item))
                || matches!(change, Change::SetAdded(set) if set.item > other)
                || matches!(change, Change::Known(_))
        };
        let mut entry = entry.clone();
        entry.changes.iter_mut().for_each(|change| drop(change.take_if(|change| gone(change))));
        again.evolve(&entry);
    }
    assert_eq!(again, world.dossier);
}

/// The page on silence: once it is erased, a document that was hidden from those who represent the minor is so still: nothing that was done
/// with it is told to them, nor that it was erased. Of what they saw they read everything, and the holder reads it all.
#[test]
fn what_is_erased_tells_nobody_more_than_before() {
    for hidden in [true, false] {
        let mut world = World::of_a_minor();
        let before = world.entries.len();
        let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
        world.act(&doctor, declare());
        let visibility = Visibility { invisible_representants_legaux: hidden, ..Visibility::default() };
        world.act(&doctor, provide(vec![NewDocument { visibility, ..document("1.1", "11490-0", 1) }]));
        let item = world.dossier.documents[0].item;
        world.act(&holder(), Act::ReadDocumentEntry(ReadDocumentEntry { item }));
        world.act(&representative("m", ins()), Act::ReadDocumentEntry(ReadDocumentEntry { item }));
        let text = Some("Je n'ai jamais fait ce test".into());
        world.act(&holder(), Act::ClaimNotMine(ClaimNotMine { item, open: true, text }));
        assert!(world.act(&operator(), Act::EraseDocument(EraseDocument { item })).outcome.rule.allows());
        assert!(world.dossier.documents.is_empty());
        let told = |side| {
            let window = HistoryWindow::whole(side);
            let line = |entry| HistoryLine::of(&world.dossier, &window, world.now, entry).map(|line| line.act);
            world.entries[before..].iter().filter_map(line).collect::<Vec<_>>()
        };
        let all = [
            ActCode::GrantAccess,
            ActCode::ProvideDocuments,
            ActCode::ReadDocumentEntry,
            ActCode::ReadDocumentEntry,
            ActCode::ClaimNotMine,
            ActCode::EraseDocument,
        ];
        assert_eq!(told(Side::Holder), all);
        assert_eq!(told(Side::Representative), if hidden { &all[..1] } else { &all });
    }
}
