//! Who is shown whom to call, and what a holder's exceptions, a carer's categories and a hidden document take away: by the text of the
//! tables (`docs/wishes.md`, decisions 11, 24 and 25).

use std::sync::Arc;

use dmp_core::access::functional_rights::Column;
use dmp_core::access::{Side, profession_in_table, shows_contact};
use dmp_core::act::*;
use dmp_core::code::Code;
use dmp_core::document::Visibility;
use dmp_core::dossier::{AccessMode, CarerScope, ContactKind, MandateScope, OppositionKind, Rule};
use dmp_core::identity::*;

use crate::world::*;

const G15: &str = "1.2.250.1.71.1.2.7";
const G16: &str = "1.2.250.1.71.1.2.8";

fn of_profession(system: &str, code: &str) -> Arc<Requester> {
    let Requester::Professional(one) = &*professional("801234567897", "60", None, "SA07") else { panic!("a nurse") };
    Arc::new(Requester::Professional(Professional { profession: Some(Code::new(system, code)), ..one.clone() }))
}

#[test]
fn a_profession_is_named_with_its_table() {
    let named = |system: &str| profession_in_table(&Code::new(system, "10"));
    assert_eq!(named(G15).as_deref(), Some("G15:10"));
    assert_eq!(named(G16).as_deref(), Some("G16:10"));
    // A token's code system is read in its canonical spelling.
    let canonical = Code::new(G16, "10").canonical();
    assert_ne!(*canonical.system, *G16);
    assert_eq!(named(&canonical.system).as_deref(), Some("G16:10"));
    assert_eq!(named("1.2.250.1.71.1.2.9"), None);
}

/// The trusted person to those who decide or call; the emergency contact to those who treat; both to all in an emergency.
#[test]
fn whom_to_call_is_shown_as_the_table_says() {
    let side = Side::Professional(Column::MedNormal);
    let shows = |kind, system: &str, code: &str, mode| shows_contact(kind, side, &of_profession(system, code), mode);
    for (system, code, trusted, contact) in [
        (G15, "10", true, true),
        (G15, "40", false, true),
        (G15, "60", true, true),
        (G16, "10", true, true),
        (G15, "28", false, false),
    ] {
        assert_eq!(shows(ContactKind::TrustedPerson, system, code, AccessMode::Normal), trusted, "{code}");
        assert_eq!(shows(ContactKind::Emergency, system, code, AccessMode::Normal), contact, "{code}");
        for mode in [AccessMode::Centre15, AccessMode::BrisDeGlace] {
            assert!(shows(ContactKind::TrustedPerson, system, code, mode), "{code}");
            assert!(shows(ContactKind::Emergency, system, code, mode), "{code}");
        }
    }
    for (side, shown) in [
        (Side::Holder, true),
        (Side::Representative, true),
        (Side::Carer, true),
        (Side::InsurerFeed, false),
        (Side::HelpDesk, false),
        (Side::Operator, false),
        (Side::Service, false),
    ] {
        for kind in [ContactKind::TrustedPerson, ContactKind::Emergency] {
            assert_eq!(shows_contact(kind, side, &operator(), AccessMode::Normal), shown, "{side:?}");
        }
    }
}

fn total(world: &mut World, who: &Arc<Requester>) -> usize {
    match world.act(who, find()).answer {
        Answer::Documents(found) => found.total,
        other => panic!("{other:?}"),
    }
}

fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

/// "This profession never sees this class": that profession, that class, in normal mode; its author still does (decisions 11).
#[test]
fn an_exception_is_of_one_profession_and_one_class() {
    let mut world = World::activated();
    let hospital = professional("801111111111", "60", None, "SA07");
    // Two reports (class 10) and a prescription (class 42).
    world.act(&hospital, provide(vec![document("1.2.1", "11490-0", 1), document("1.2.3", "11490-0", 3)]));
    world.act(&hospital, provide(vec![document("1.2.2", "57833-6", 2)]));
    let elsewhere = |who: &Arc<Requester>| {
        let Requester::Professional(one) = &**who else { panic!("a professional") };
        Arc::new(Requester::Professional(Professional { structure: None, ..one.clone() }))
    };
    let reader = elsewhere(&doctor());
    world.act(&reader, declare());
    world.act(&hospital, declare());
    assert_eq!(total(&mut world, &reader), 3);
    let except = |profession: &str, class: &str, set| {
        let profession = Code::new(G15, profession);
        Act::SetException(SetException { profession, class_code: class.into(), set })
    };
    world.act(&holder(), except("60", "42", true));
    assert_eq!(total(&mut world, &reader), 3, "of another profession");
    assert_eq!(total(&mut world, &hospital), 3, "its author");
    world.act(&holder(), except("10", "42", true));
    assert_eq!(total(&mut world, &reader), 2);
    world.mode = AccessMode::BrisDeGlace;
    assert_eq!(total(&mut world, &reader), 2, "in an emergency too");
    world.mode = AccessMode::Normal;
    let masked = Oppose { kind: OppositionKind::MaskedInEmergency, subject: None, opposed: false, motive: None };
    world.act(&holder(), Act::Oppose(masked));
    assert_eq!(total(&mut world, &reader), 2);
    world.mode = AccessMode::BrisDeGlace;
    assert_eq!(total(&mut world, &reader), 3, "unless masked documents are permitted there");
    world.mode = AccessMode::Normal;
    world.act(&holder(), except("10", "42", false));
    assert_eq!(total(&mut world, &reader), 3);
}

/// A carer reads within his categories; chosen by a representative, no more than she sees (decisions 25).
#[test]
fn a_carer_reads_within_his_categories() {
    let mut world = World::activated();
    let hospital = professional("801111111111", "60", None, "SA07");
    let hidden = Visibility { invisible_patient: true, ..Visibility::default() };
    world.act(&hospital, provide(vec![document("1.2.1", "11490-0", 1)]));
    world.act(&hospital, provide(vec![document("1.2.2", "57833-6", 2)]));
    let withheld = NewDocument { visibility: hidden, ..document("1.2.3", "57833-6", 3) };
    world.act(&hospital, provide(vec![withheld]));
    let carer = Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }));
    for (categories, seen) in [(vec![], 2), (vec!["42"], 1), (vec!["31"], 0), (vec!["10", "42"], 2)] {
        let categories = categories.into_iter().map(Into::into).collect();
        let delegate = DelegateCarer { person: "c".into(), name: None, scope: CarerScope::Read, categories, end: None };
        world.act(&holder(), Act::DelegateCarer(delegate));
        assert_eq!(total(&mut world, &carer), seen);
    }
}

/// What is hidden from representatives is not there for them, and the rest is.
#[test]
fn representatives_see_what_is_not_hidden_from_them() {
    let mut world = World::activated();
    world.act(&operator(), mandate("g", MandateScope::Full, true));
    let hospital = professional("801111111111", "60", None, "SA07");
    let hidden = Visibility { invisible_representants_legaux: true, ..Visibility::default() };
    let hidden = NewDocument { visibility: hidden, ..document("1.2.2", "11490-0", 2) };
    world.act(&hospital, provide(vec![document("1.2.1", "11490-0", 1)]));
    world.act(&hospital, provide(vec![hidden]));
    let guardian = representative("g", ins());
    assert_eq!(total(&mut world, &guardian), 1);
    assert_eq!(total(&mut world, &holder()), 2);
    let item = world.dossier.documents[1].item;
    let read = world.act(&guardian, Act::ReadDocumentEntry(ReadDocumentEntry { item }));
    assert_eq!(read.outcome.items[0].rule, Some(Rule::Flags));
}

/// A masked document in an emergency: only where the holder permitted it beforehand (decisions 16; note 7 of the rights table). Its author
/// reads it in any mode, as his own.
#[test]
fn what_is_masked_in_an_emergency() {
    let mut world = World::activated();
    let hospital = professional("801111111111", "60", None, "SA07");
    let masked = Visibility { masque_ps: true, ..Visibility::default() };
    let masked = NewDocument { visibility: masked, ..document("1.2.1", "11490-0", 1) };
    world.act(&hospital, provide(vec![masked]));
    world.act(&hospital, provide(vec![document("1.2.2", "11490-0", 2)]));
    let Requester::Professional(one) = &*doctor() else { panic!("a doctor") };
    let stranger = Arc::new(Requester::Professional(Professional { structure: None, ..one.clone() }));
    let permit = |opposed| {
        let kind = OppositionKind::MaskedInEmergency;
        Act::Oppose(Oppose { kind, subject: None, opposed, motive: None })
    };
    for (permitted, seen) in [(false, 1), (true, 2), (false, 1)] {
        world.mode = AccessMode::Normal;
        world.act(&holder(), permit(!permitted));
        world.mode = AccessMode::BrisDeGlace;
        assert_eq!(total(&mut world, &stranger), seen, "permitted: {permitted}");
        assert_eq!(total(&mut world, &hospital), 2, "its author");
    }
    world.mode = AccessMode::Normal;
    world.act(&hospital, declare());
    world.act(&stranger, declare());
    let rule = |world: &mut World, who: &Arc<Requester>, item: u32| {
        let read = Act::ReadDocumentEntry(ReadDocumentEntry { item });
        world.act(who, read).outcome.items[0].rule
    };
    let open = world.dossier.documents[1].item;
    assert_eq!(rule(&mut world, &hospital, open), Some(Rule::Own));
    assert_eq!(rule(&mut world, &stranger, open), Some(Rule::MatrixRead));
}
