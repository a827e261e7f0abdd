//! Who hears of what: no line and no letter tells of what is hidden from its reader, and no choice binds another (decisions 24, 27 and 33).

use std::sync::Arc;

use dmp_core::access::Side;
use dmp_core::act::*;
use dmp_core::code::{Day, Instant};
use dmp_core::document::Visibility;
use dmp_core::document::criteria::Token;
use dmp_core::dossier::*;
use dmp_core::history::*;
use dmp_core::identity::*;

use crate::lives::{close, doctor, lines, reopen, secretly, sixteen};
use crate::world::*;

const WITHHELD: Visibility =
    Visibility { masque_ps: false, invisible_patient: true, invisible_representants_legaux: false };
const SECRET: Visibility =
    Visibility { masque_ps: false, invisible_patient: false, invisible_representants_legaux: true };

fn deposit(unique_id: &str, byte: u8, visibility: Visibility) -> NewDocument {
    NewDocument { visibility, ..document(unique_id, "11490-0", byte) }
}

fn count(world: &World, side: Side, act: ActCode) -> usize {
    lines(world, side).iter().filter(|one| **one == act).count()
}

/// Decisions 24 and 33: the postal address of a minor is his family's, and nothing secret is written there.
#[test]
fn no_letter_tells_a_family_of_a_secret_connection() {
    let mut world = sixteen();
    world.act(&secretly(&doctor()), declare());
    world.act(&secretly(&doctor()), find());
    let (entry, now) = (world.entries.last().unwrap(), world.now);
    assert_eq!(kind_of(&world.dossier, entry), Some(NoticeKind::FirstAccess));
    let told = |audience| is_told_to(&world.dossier, audience, now, entry, NoticeKind::FirstAccess);
    assert_eq!(letters_to(&world.dossier, now), Audience::Representative);
    assert!(!told(letters_to(&world.dossier, now)) && told(Audience::Holder));
    assert_eq!(letters_to(&world.dossier, Day::new(2028, 3, 28).unwrap().start()), Audience::Holder, "of age");
}

/// The page on silence: a search by identifier alone leaves no line about what is withheld from the reader.
#[test]
fn a_reference_that_is_found_tells_of_no_hidden_document() {
    for (visibility, holder, representative) in [(WITHHELD, 0, 0), (SECRET, 1, 0), (Visibility::default(), 1, 1)] {
        let mut world = sixteen();
        world.act(&doctor(), provide(vec![deposit("1.1", 1, visibility)]));
        let identifier = Token { system: None, code: Some("1.1".into()) };
        let found = world.act(&doctor(), Act::FindReference(FindReference { identifier, resolved: None }));
        assert!(matches!(found.answer, Answer::Documents(_)));
        let told = |side| count(&world, side, ActCode::FindReference);
        assert_eq!((told(Side::Holder), told(Side::Representative)), (holder, representative), "{visibility:?}");
    }
}

/// The same of what was asked wrongly: an older version deleted or replaced, a request answered that nobody made.
#[test]
fn a_wrong_request_tells_of_no_hidden_document() {
    let mut world = sixteen();
    world.act(&doctor(), provide(vec![deposit("1.1", 1, SECRET)]));
    let second = |id: &str, byte| NewDocument {
        replaces: Some(ReplaceTarget::Identifier("1.1".into())),
        ..deposit(id, byte, SECRET)
    };
    world.act(&doctor(), provide(vec![second("1.2", 2)]));
    let (first, newest) = (world.dossier.documents[0].item, world.dossier.documents[1].item);
    let before = lines(&world, Side::Representative);
    let answer = AnswerDeletion { item: newest, accepted: true, motive: None };
    let wrong = [
        (provide(vec![second("1.3", 3)]), Rule::NotNewest),
        (Act::DeleteDocument(DeleteDocument { item: first }), Rule::NotNewest),
        (Act::AnswerDeletion(answer), Rule::State),
        (Act::RequestDeletion(RequestDeletion { item: first, motive: None }), Rule::NotNewest),
    ];
    for (act, rule) in wrong {
        let who = if matches!(act, Act::RequestDeletion(_)) { holder() } else { doctor() };
        let decision = world.act(&who, act);
        assert_eq!(decision.outcome.rule, rule);
        assert_eq!(lines(&world, Side::Representative), before, "{rule:?}");
    }
    assert_eq!(lines(&world, Side::Holder).len(), world.entries.len(), "the minor reads them all");
}

/// Decisions 27: every term that came while it was closed is told when it is open again, each by itself.
#[test]
fn each_term_is_told_by_itself() {
    let mut world = World::activated();
    world.act(&doctor(), provide(vec![deposit("1.1", 1, WITHHELD)]));
    world.act(&holder(), close());
    world.now = world.now.plus_months(2);
    world.act(&holder(), reopen());
    let mut told = Vec::new();
    for more in [true, false] {
        let fell = world.act(&system(), Act::FallDue(FallDue));
        assert!(matches!(fell.answer, Answer::FellDue { more: found } if found == more));
        told.extend(kind_of(&world.dossier, world.entries.last().unwrap()));
    }
    assert_eq!(told, [NoticeKind::SeeProfessional, NoticeKind::Released]);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::AlreadyDone);
}

/// Of two documents whose term comes at once, those who represent a minor are told of the one that is not hidden from them.
#[test]
fn a_hidden_term_hides_no_other() {
    let mut world = sixteen();
    let secret = Visibility { invisible_patient: true, ..SECRET };
    world.act(&doctor(), provide(vec![deposit("1.1", 1, secret), deposit("1.2", 2, WITHHELD)]));
    world.now = world.now.plus_weeks(2);
    for _ in 0..2 {
        world.act(&system(), Act::FallDue(FallDue));
    }
    let told = |world: &World, audience| {
        let kind = |entry: &&JournalEntry| kind_of(&world.dossier, entry) == Some(NoticeKind::SeeProfessional);
        let all = world.entries.iter().filter(kind);
        all.filter(|entry| is_told_to(&world.dossier, audience, world.now, entry, NoticeKind::SeeProfessional)).count()
    };
    assert_eq!((told(&world, Audience::Holder), told(&world, Audience::Representative)), (2, 1));
}

/// What a parent chose for herself ends at the majority; the postal address is one, whoever asks for letters.
#[test]
fn a_parents_choice_does_not_outlive_the_majority() {
    let mut world = sixteen();
    let chosen = |channel, frequency| {
        let chosen = NoticeChosen { kind: None, channel, frequency, by_representative: false };
        Act::ChooseNotice(ChooseNotice { chosen })
    };
    world.act(&holder(), chosen(NoticeChannel::Email, NoticeFrequency::AtOnce));
    let mother = representative("m", ins());
    world.act(&mother, chosen(NoticeChannel::Email, NoticeFrequency::Never));
    world.act(&mother, chosen(NoticeChannel::Letter, NoticeFrequency::Weekly));
    let often =
        |now: Instant, audience, channel| frequency(&world.dossier, audience, NoticeKind::DocumentAdded, channel, now);
    let letters = often(world.now, letters_to(&world.dossier, world.now), NoticeChannel::Letter);
    assert_eq!(letters, NoticeFrequency::Weekly);
    let of_age = Day::new(2028, 3, 28).unwrap().start();
    assert_eq!(often(of_age, Audience::Holder, NoticeChannel::Email), NoticeFrequency::AtOnce);
    assert_eq!(often(of_age, letters_to(&world.dossier, of_age), NoticeChannel::Letter), NoticeFrequency::Never);
}

/// Decisions 24: where the insurer wrote to the family of a child, nobody writes to the grown-up: his parents may read there.
#[test]
fn a_familys_address_does_not_outlive_the_majority() {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = Day::new(2010, 3, 28).unwrap();
    open.holder.email = Some("famille@demo.invalid".into());
    world.act(&operator(), Act::OpenDossier(open));
    let told = |world: &World, now: Instant| {
        recipients(&world.dossier, now).into_iter().map(|one| one.email).collect::<Vec<_>>()
    };
    let of_age = Day::new(2028, 3, 28).unwrap().start();
    assert_eq!(told(&world, of_age.plus_millis(-1)), ["famille@demo.invalid".into()]);
    assert_eq!(told(&world, of_age), []);
    let always = frequency(&world.dossier, Audience::Holder, NoticeKind::FirstAccess, NoticeChannel::Letter, of_age);
    assert_eq!(always, NoticeFrequency::AtOnce, "by post, until he says where he reads");
    world.now = of_age;
    world.act(&holder(), activate());
    world.act(&holder(), Act::SetContact(SetContact { email: Some("moi@demo.invalid".into()) }));
    assert_eq!(told(&world, of_age), ["moi@demo.invalid".into()]);
}

/// What is grouped by week and happened on a Monday before the hour is told on that Monday.
#[test]
fn a_monday_morning_is_its_own() {
    let monday = Day::new(2026, 11, 23).unwrap();
    let slot = |at: Instant| slot(NoticeFrequency::Weekly, at).unwrap();
    assert_eq!(slot(monday.at_hour(7)), monday.at_hour(8));
    assert_eq!(slot(monday.at_hour(8)), monday.add_days(7).at_hour(8));
    assert_eq!(slot(monday.add_days(-1).at_hour(23)), monday.at_hour(8));
    assert_eq!(slot(monday.add_days(1).at_hour(0)), monday.add_days(7).at_hour(8));
}

/// Issue 4: every act of a delegate bears both names.
#[test]
fn an_act_in_anothers_name_bears_both() {
    let mut world = World::activated();
    let (person, name) = ("c".into(), Some("Jeanne AIDE".into()));
    let carer = DelegateCarer { person, name, scope: CarerScope::Read, categories: Vec::new(), end: None };
    world.act(&holder(), Act::DelegateCarer(carer));
    let name = Some("Jeanne AIDE".into());
    let carer = Arc::new(Requester::Carer(Carer { person: "c".into(), name, ins: ins(), credential: [6; 32] }));
    world.act(&carer, find());
    let line = |entry| HistoryLine::of(&world.dossier, &HistoryWindow::whole(Side::Holder), world.now, entry).unwrap();
    let last = line(world.entries.last().unwrap());
    assert_eq!(last.requester.display_name(), "Jeanne AIDE");
    assert_eq!(
        last.delegated_by.as_ref().map(|holder| (&*holder.name, &holder.ins)),
        Some(("DOMINIQUE PAT-TROIS", &ins()))
    );
    assert!(sentence(&last, Language::French).ends_with(", au nom de DOMINIQUE PAT-TROIS"));
    assert!(line(&world.entries[0]).delegated_by.is_none(), "an operator acts for himself");
}

/// Decisions 24: who comes of age another day than the register said is reminded of the right one.
#[test]
fn a_reminder_of_the_wrong_day_is_none() {
    let mut world = sixteen();
    let reminded = |world: &mut World, at: Day| {
        world.now = at.start();
        world.act(&system(), Act::FallDue(FallDue)).changes.len()
    };
    assert_eq!(reminded(&mut world, Day::new(2028, 2, 27).unwrap()), 1);
    let traits = IdentityCorrected { birth: Some(Day::new(2011, 3, 28).unwrap()), ..IdentityCorrected::default() };
    world.act(&operator(), Act::CorrectIdentity(Box::new(CorrectIdentity { traits })));
    assert_eq!(reminded(&mut world, Day::new(2028, 3, 28).unwrap()), 0, "not yet of age");
    assert_eq!(reminded(&mut world, Day::new(2029, 2, 27).unwrap()), 1);
}
