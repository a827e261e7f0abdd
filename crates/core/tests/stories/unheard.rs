//! What was done about something hidden is as hidden as the thing: in the history, and in what may be closed.

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::access::functional_rights::Column;
use dmp_core::act::*;
use dmp_core::document::Visibility;
use dmp_core::document::criteria::Token;
use dmp_core::dossier::ActCode;
use dmp_core::history::HistoryLine;
use dmp_core::identity::*;

use crate::world::*;

fn mother() -> Arc<Requester> {
    representative("m", ins())
}

fn nurse(secret: bool) -> Arc<Requester> {
    let Requester::Professional(one) = &*professional("801111111111", "60", None, "SA07") else { panic!("a nurse") };
    Arc::new(Requester::Professional(Professional { secret, ..one.clone() }))
}

/// Of sixteen, represented by his mother, with a document that she may not see and one that he may not.
fn family() -> World {
    let mut world = World::of_a_minor();
    let hidden = Visibility { invisible_representants_legaux: true, ..Visibility::default() };
    let withheld = Visibility { invisible_patient: true, ..Visibility::default() };
    let flagged = |id: &str, byte, visibility| NewDocument { visibility, ..document(id, "11490-0", byte) };
    world.act(&nurse(false), provide(vec![flagged("1.2.1", 1, hidden)]));
    world.act(&nurse(false), provide(vec![flagged("1.2.2", 2, withheld)]));
    world
}

fn lines(world: &World, side: Side) -> Vec<ActCode> {
    let window = HistoryWindow::whole(side);
    let line = |entry| HistoryLine::of(&world.dossier, &window, world.now, entry).map(|line| line.act);
    world.entries.iter().filter_map(line).collect()
}

#[test]
fn what_a_minor_says_of_a_document_stays_hidden_with_it() {
    let mut world = family();
    let item = world.dossier.documents[0].item;
    let before = [Side::Representative, Side::Holder].map(|side| lines(&world, side));
    world.act(&holder(), Act::RequestDeletion(RequestDeletion { item, motive: None }));
    world.act(&nurse(false), Act::AnswerDeletion(AnswerDeletion { item, accepted: false, motive: None }));
    world.act(&holder(), Act::ClaimNotMine(ClaimNotMine { item, open: true, text: None }));
    world.act(&operator(), Act::ClaimNotMine(ClaimNotMine { item, open: false, text: None }));
    assert_eq!(lines(&world, Side::Representative), before[0]);
    assert_eq!(lines(&world, Side::Holder).len(), before[1].len() + 4);
}

#[test]
fn the_end_of_a_secret_connection_is_secret() {
    let mut world = family();
    world.act(&nurse(true), declare());
    let before = lines(&world, Side::Representative);
    let item = world.dossier.authorizations.values().next().unwrap().item;
    world.act(&holder(), Act::ReadAuthorization(ReadAuthorization { item }));
    let ended = world.act(&holder(), Act::WithdrawAccess(WithdrawAccess { item }));
    assert!(ended.outcome.rule.allows());
    assert_eq!(lines(&world, Side::Representative), before);
    assert_eq!(lines(&world, Side::Holder).last(), Some(&ActCode::WithdrawAccess));
    // That of one that she knows of is told.
    let mut world = family();
    world.act(&nurse(false), declare());
    world.act(&holder(), Act::WithdrawAccess(WithdrawAccess { item }));
    assert_eq!(lines(&world, Side::Representative).last(), Some(&ActCode::WithdrawAccess));
}

/// A question that found nothing leaves the line that a question about what is withheld leaves: none.
#[test]
fn ones_own_question_about_nothing_is_as_silent_as_one_about_what_is_withheld() {
    for (who, side) in [(holder(), Side::Holder), (mother(), Side::Representative)] {
        let mut shown = Vec::new();
        for unique_id in ["1.2.2", "1.2.404"] {
            let mut world = family();
            let code = Token { system: None, code: Some(unique_id.into()) };
            let found = world.act(&who, Act::FindReference(FindReference { identifier: code, resolved: None }));
            assert!(matches!(found.answer, Answer::NotFound), "{found:?}");
            let replaces = Some(ReplaceTarget::Identifier(unique_id.into()));
            let new = NewDocument { replaces, ..document("1.2.3", "DOCPAT08", 3) };
            let provided = world.act(&who, provide(vec![new]));
            assert!(!matches!(provided.answer, Answer::Provided(_)), "{provided:?}");
            shown.push(lines(&world, side));
        }
        assert_eq!(shown[0], shown[1], "{side:?}");
    }
}

/// The médecin traitant reads the history too, and what others sought in vain tells him no more than his own questions.
#[test]
fn a_question_about_nothing_is_as_silent_to_the_medecin_traitant() {
    let shown = ["1.2.2", "1.2.404"].map(|unique_id| {
        let mut world = family();
        world.act(&nurse(false), declare());
        let code = Token { system: None, code: Some(unique_id.into()) };
        world.dossier.documents[1].claimed = true;
        let Requester::Professional(one) = &*professional("801234567897", "10", Some("SM04"), "SA01") else {
            panic!("a doctor")
        };
        let stranger = Arc::new(Requester::Professional(Professional { structure: None, ..one.clone() }));
        world.act(&stranger, declare());
        let found = world.act(&stranger, Act::FindReference(FindReference { identifier: code, resolved: None }));
        assert!(matches!(found.answer, Answer::NotFound), "{found:?}");
        let item = world.dossier.documents[1].item;
        let hidden = [item].into_iter().collect();
        let window = HistoryWindow { hidden, ..HistoryWindow::whole(Side::Professional(Column::MtNormal)) };
        let line = |entry| HistoryLine::of(&world.dossier, &window, world.now, entry).map(|line| line.act);
        world.entries.iter().filter_map(line).collect::<Vec<_>>()
    });
    assert_eq!(shown[0], shown[1]);
}

#[test]
fn nobody_closes_a_case_about_what_he_does_not_see() {
    let mut world = family();
    let withheld = world.dossier.documents[1].item;
    let close = |item| Act::ClaimNotMine(ClaimNotMine { item, open: false, text: None });
    for who in [holder(), mother()] {
        for item in [withheld, 999] {
            let closed = world.act(&who, close(item)).answer;
            assert!(matches!(closed, Answer::NotFound), "{closed:?}");
        }
    }
}

fn consents(world: &mut World) -> Vec<(u32, bool)> {
    match world.act(&mother(), Act::ListAuthorizations(ListAuthorizations { active: None })).answer {
        Answer::Rights(rights) => rights.authorizations.iter().map(|view| (view.item, view.active)).collect(),
        other => panic!("{other:?}"),
    }
}

/// Its end was secret, and stays so when the same nurse declares herself openly; and what was open before it stays.
#[test]
fn a_secret_connection_stays_secret_between_two_open_ones() {
    let mut world = family();
    let mut seen = Vec::new();
    for secret in [false, true, false] {
        world.act(&nurse(secret), declare());
        let item = world.dossier.authorizations.values().next().unwrap().item;
        let known = consents(&mut world);
        world.act(&holder(), Act::ReadAuthorization(ReadAuthorization { item }));
        world.act(&holder(), Act::WithdrawAccess(WithdrawAccess { item }));
        let after = consents(&mut world);
        let lines = lines(&world, Side::Representative);
        let ends = lines.iter().filter(|act| **act == ActCode::WithdrawAccess).count();
        seen.push((known, after, ends));
    }
    let item = world.dossier.authorizations.values().next().unwrap().item;
    let (open, over) = (vec![(item, true)], vec![(item, false)]);
    assert_eq!(seen, [(open.clone(), over.clone(), 1), (over.clone(), over.clone(), 1), (open, over, 2)]);
    assert_eq!(lines(&world, Side::Holder).iter().filter(|act| **act == ActCode::WithdrawAccess).count(), 3);
}

/// Whoever represents the holder ends once more what she knows to be over: what was recorded in secret since runs on.
#[test]
fn a_mother_does_not_end_what_she_does_not_know_of() {
    let mut world = family();
    world.act(&nurse(false), declare());
    let item = world.dossier.authorizations.values().next().unwrap().item;
    world.act(&mother(), Act::WithdrawAccess(WithdrawAccess { item }));
    world.act(&nurse(true), declare());
    let again = world.act(&mother(), Act::WithdrawAccess(WithdrawAccess { item }));
    assert_eq!(again.outcome.rule, dmp_core::dossier::Rule::AlreadyDone);
    assert!(world.dossier.authorizations.values().next().unwrap().is_valid(world.now));
}

/// What a minor says of an access may be about a secret one: it is between him and the operator. What his mother says she reads.
#[test]
fn what_a_minor_says_of_an_access_is_his_own() {
    let mut world = family();
    world.act(&nurse(true), declare());
    let entry = world.dossier.seq;
    let before = lines(&world, Side::Representative);
    let dispute = |entry, outcome| Act::DisputeAccess(DisputeAccess { journal: 0, entry, outcome, text: None });
    world.act(&holder(), dispute(entry, None));
    world.act(&operator(), dispute(entry, Some(dmp_core::dossier::DisputeOutcome::Explained)));
    assert_eq!(lines(&world, Side::Representative), before);
    assert_eq!(lines(&world, Side::Holder).iter().filter(|act| **act == ActCode::DisputeAccess).count(), 2);
    world.act(&mother(), dispute(1, None));
    world.act(&operator(), dispute(1, Some(dmp_core::dossier::DisputeOutcome::Explained)));
    assert_eq!(lines(&world, Side::Representative).len(), before.len() + 2);
}

/// An operator's review of an emergency access that was a secret connection is told to the holder alone.
#[test]
fn the_review_of_a_secret_connection_is_secret() {
    for secret in [false, true] {
        let mut world = family();
        let Requester::Professional(one) = &*professional("801234567897", "10", Some("SM04"), "SA07") else {
            panic!("a doctor")
        };
        let doctor = Arc::new(Requester::Professional(Professional { secret, ..one.clone() }));
        world.mode = dmp_core::dossier::AccessMode::BrisDeGlace;
        world.act(&doctor, find());
        world.mode = dmp_core::dossier::AccessMode::Normal;
        let seq = world.dossier.to_review.first().expect("it waits for its review").seq;
        let before = lines(&world, Side::Representative);
        let outcome = dmp_core::dossier::ReviewOutcome::Justified;
        world.act(&operator(), Act::ReviewAccess(ReviewAccess { seq, outcome, text: None }));
        let told = lines(&world, Side::Representative).len() - before.len();
        assert_eq!(told, usize::from(!secret));
        assert_eq!(lines(&world, Side::Holder).last(), Some(&ActCode::ReviewAccess));
    }
}

/// The holder answers no request for deletion; of a withheld document he hears what he would of none.
#[test]
fn a_holder_who_answers_for_an_author_learns_nothing() {
    let mut world = family();
    let withheld = world.dossier.documents[1].item;
    let before = lines(&world, Side::Holder);
    for item in [withheld, 999] {
        let answered = Act::AnswerDeletion(AnswerDeletion { item, accepted: true, motive: None });
        let answer = world.act(&holder(), answered).answer;
        assert!(matches!(answer, Answer::NotFound), "{answer:?}");
    }
    assert_eq!(lines(&world, Side::Holder), before);
}
