//! Opening, objecting, authorisations that overlap, death, destruction, budgets (decisions 4, 5, 26 to 28, 31, 32).

use std::sync::Arc;

use dmp_core::access::budget::{BudgetLimits, DisclosureWindow};
use dmp_core::access::standing;
use dmp_core::act::*;
use dmp_core::code::{Day, Instant};
use dmp_core::dossier::{
    Address, AuthorizationStatus, CarerScope, DossierStatus, Holder, IdentityCorrected, MandateScope, NoticeChannel,
    RepresentativeRecord, Rule, Subject, is_destruction_due,
};
use dmp_core::identity::*;

use crate::world::*;

fn insurer() -> Arc<Requester> {
    Arc::new(Requester::InsurerFeed(InsurerFeed { id: "cnam".into(), name: None, credential: [7; 32] }))
}

fn opening(informed_on: Option<Instant>, proof: OpeningProof) -> Act {
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    Act::OpenDossier(Box::new(OpenDossier { informed_on, proof, ..*open }))
}

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

/// Six weeks of 7 × 24 hours from sending; not a second earlier; and never over an objection.
#[test]
fn the_feed_opens_after_six_weeks_if_nobody_objected() {
    let mut world = World::new();
    let informed = world.now.plus_weeks(-6).plus_millis(2_000);
    assert_eq!(world.act(&insurer(), opening(Some(informed), OpeningProof::None)).outcome.rule, Rule::TimeToObject);
    let object = || Act::ObjectOpening(ObjectOpening { ins: ins(), text: None, withdrawn: false });
    let mut objected = World::new();
    assert_eq!(objected.act(&holder(), object()).outcome.rule, Rule::Holder);
    let informed = objected.now.plus_weeks(-7);
    assert_eq!(objected.act(&insurer(), opening(Some(informed), OpeningProof::None)).outcome.rule, Rule::Objected);
    assert_eq!(objected.act(&operator(), open()).outcome.rule, Rule::Objected);
    assert_eq!(world.act(&insurer(), opening(Some(informed), OpeningProof::None)).outcome.rule, Rule::InsurerFeed);
    assert_eq!(
        world.act(&holder(), object()).outcome.rule,
        Rule::State,
        "an objection to an open dossier is a closing"
    );
}

/// The policy decides who opens (decisions 26); who consented must have read the notice.
#[test]
fn a_professional_opens_in_the_old_policy_only_with_the_consent() {
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    let consent = || OpeningProof::Consent("2012-1".into());
    let mut world = World::new();
    assert_eq!(world.act(&doctor, opening(None, consent())).outcome.rule, Rule::OpeningClosed);
    world.policy = dmp_2012();
    assert_eq!(world.act(&doctor, opening(None, OpeningProof::None)).outcome.rule, Rule::ConsentMissing);
    let school = professional("801234567897", "10", Some("SM26"), "SA10");
    assert_eq!(world.act(&school, opening(None, consent())).outcome.rule, Rule::Sector);
    assert_eq!(
        world.act(&insurer(), opening(Some(at("2026-01-01T00:00:00Z")), OpeningProof::None)).outcome.rule,
        Rule::OpeningClosed
    );
    assert_eq!(world.act(&doctor, opening(None, consent())).outcome.rule, Rule::ExplicitConsent);
}

/// A person whom the insurer registered with that card, and who was sent that code.
fn informed(card: Option<[u8; 32]>, born: Option<Day>, code: [u8; 32]) -> World {
    let mut world = registered(card, born);
    inform(&mut world, code);
    world
}

fn registered(card: Option<[u8; 32]>, born: Option<Day>) -> World {
    let mut world = World::new();
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let birth = born.unwrap_or(open.holder.birth);
    let address = Some(lilas());
    let registered = Holder { card, birth, address, ..open.holder.clone() };
    world.act(&insurer(), Act::RegisterInsured(Box::new(RegisterInsured { ins: ins(), holder: registered })));
    world
}

fn lilas() -> Address {
    let text = |text: &str| Some(text.into());
    Address { lines: text("1 rue des Lilas"), postal_code: text("75011"), city: None, region: None, country: None }
}

fn inform(world: &mut World, code: [u8; 32]) {
    let system = Arc::new(Requester::System(SystemRequester { job: "information".into() }));
    let asked = world.dossier.registration.as_ref().map_or(0, |one| one.asked);
    world.act(&system, Act::InformInsured(InformInsured { code, asked }));
}

fn online(code: [u8; 32], card: [u8; 32]) -> Act {
    Act::OpenOnline(Box::new(OpenOnline { ins: ins(), code, card }))
}

/// The person opens on line with the code that he was sent and his own card, as he is registered, and the dossier is active at once.
#[test]
fn opened_on_line_it_is_activated() {
    let mut world = informed(Some([7; 32]), None, [3; 32]);
    assert_eq!(world.act(&holder(), online([4; 32], [7; 32])).outcome.rule, Rule::CodeWrong);
    assert_eq!(
        world.act(&holder(), online([4; 32], [8; 32])).outcome.rule,
        Rule::CodeWrong,
        "the card is told to nobody"
    );
    assert_eq!(world.act(&holder(), online([3; 32], [8; 32])).outcome.rule, Rule::CardMismatch);
    assert_eq!(world.act(&operator(), online([3; 32], [7; 32])).outcome.rule, Rule::FunctionalRight);
    assert_eq!(world.act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::Holder);
    assert!(world.dossier.activated_at.is_some());
    assert_eq!(world.dossier.holder.as_deref().and_then(|holder| holder.card), Some([7; 32]));
    assert_eq!(world.act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::AlreadyDone);
}

/// Whoever has the code and not the card tries in vain, and not for long; a new code makes the old one void and begins again.
#[test]
fn cards_are_not_tried_for_ever() {
    let mut world = informed(Some([7; 32]), None, [3; 32]);
    for other in 0..5 {
        assert_eq!(world.act(&holder(), online([3; 32], [other; 32])).outcome.rule, Rule::CardMismatch);
    }
    assert_eq!(world.act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::CodeWrong);
    world.act(&desk(), Act::NoteMailReturned(NoteMailReturned { text: None }));
    inform(&mut world, [5; 32]);
    assert_eq!(world.act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::CodeWrong, "void");
    assert_eq!(world.act(&holder(), online([5; 32], [7; 32])).outcome.rule, Rule::Holder);
}

fn desk() -> Arc<Requester> {
    Arc::new(Requester::HelpDesk(HelpDesk { id: "d".into(), name: Some("Agent".into()), credential: [4; 32] }))
}

fn asked(world: &mut World) -> Rule {
    world.act(&desk(), Act::NoteMailReturned(NoteMailReturned { text: None })).outcome.rule
}

/// Decisions 26: in the old policy the feed opens nothing and nobody is told that it will. Who wants to open on line asks for a code; it
/// announces nothing, and starts no weeks, whatever the policy is afterwards.
#[test]
fn in_the_old_policy_the_code_is_asked_for() {
    let mut world = registered(Some([7; 32]), None);
    world.policy = dmp_2012();
    inform(&mut world, [3; 32]);
    assert_eq!(world.act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::CodeWrong, "nobody asked");
    assert_eq!(asked(&mut world), Rule::HelpDesk);
    inform(&mut world, [3; 32]);
    assert_eq!(world.dossier.registration.as_ref().and_then(|one| one.opens_at()), None);
    world.policy = mes_2024();
    assert_eq!(asked(&mut world), Rule::HelpDesk, "who lost it asks again, under whichever policy");
    world.policy = dmp_2012();
    inform(&mut world, [4; 32]);
    assert_eq!(world.act(&holder(), online([4; 32], [7; 32])).outcome.rule, Rule::Holder);
    let child = Day::new(2015, 1, 1).ok();
    for (card, born) in [(None, None), (Some([7; 32]), child)] {
        let mut other = registered(card, born);
        other.policy = dmp_2012();
        assert_eq!(asked(&mut other), Rule::State, "no code opens anything for him");
    }
}

/// Registered while the feed opened nothing, and the policy is another by now: the help desk is a way in.
#[test]
fn who_was_registered_under_the_old_policy_has_a_way_in() {
    let mut world = registered(Some([7; 32]), None);
    world.policy = dmp_2012();
    inform(&mut world, [3; 32]);
    world.policy = mes_2024();
    assert_eq!(asked(&mut world), Rule::HelpDesk);
    inform(&mut world, [4; 32]);
    assert!(world.dossier.registration.as_ref().is_some_and(|one| one.opens_at().is_some()));
}

/// Who objected may open all the same, and may lose the code, as often as it happens.
#[test]
fn who_objected_gets_a_code_and_no_weeks() {
    let mut world = informed(Some([7; 32]), None, [3; 32]);
    world.act(&holder(), Act::ObjectOpening(ObjectOpening { ins: ins(), text: None, withdrawn: false }));
    for code in [4, 5] {
        assert_eq!(asked(&mut world), Rule::HelpDesk);
        inform(&mut world, [code; 32]);
    }
    assert!(world.dossier.objected_at.is_some());
    assert_eq!(world.dossier.registration.as_ref().and_then(|one| one.opens_at()), None);
    assert_eq!(world.act(&holder(), online([4; 32], [7; 32])).outcome.rule, Rule::CodeWrong);
    assert_eq!(world.act(&holder(), online([5; 32], [7; 32])).outcome.rule, Rule::Holder);
    let mut without = informed(None, None, [3; 32]);
    without.act(&holder(), Act::ObjectOpening(ObjectOpening { ins: ins(), text: None, withdrawn: false }));
    assert_eq!(asked(&mut without), Rule::State, "without a card no code opens anything");
}

/// A code goes by post, so to an address. Nobody whom no letter reaches is said to be informed: his weeks begin when the feed knows where
/// he lives.
#[test]
fn who_has_no_address_gets_no_letter() {
    let mut world = World::new();
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let nowhere = Holder { card: Some([7; 32]), address: None, ..open.holder.clone() };
    world.act(&insurer(), Act::RegisterInsured(Box::new(RegisterInsured { ins: ins(), holder: nowhere })));
    inform(&mut world, [3; 32]);
    assert_eq!(world.dossier.registration.as_ref().and_then(|one| one.informed_at), None);
    assert_eq!(asked(&mut world), Rule::PostalAddress);
    let moved = Act::SetAddress(SetAddress { address: lilas() });
    assert!(!world.act(&holder(), moved.clone()).outcome.rule.allows());
    assert_eq!(world.act(&insurer(), moved).outcome.rule, Rule::InsurerFeed);
    inform(&mut world, [4; 32]);
    assert!(world.dossier.registration.as_ref().is_some_and(|one| one.opens_at().is_some()));
    assert_eq!(asked(&mut world), Rule::HelpDesk);
}

/// Who writes may fall between the entry and the letter: within a day the same asking is answered again, with another code; then it is
/// taken as sent, and an asking of before never is.
#[test]
fn a_letter_that_was_not_written_is_written_again() {
    let mut world = informed(Some([7; 32]), None, [3; 32]);
    let first = world.dossier.registration.as_ref().map_or(0, |one| one.asked);
    inform(&mut world, [4; 32]);
    assert_eq!(world.act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::CodeWrong, "void");
    world.now = world.now.plus_hours(25);
    inform(&mut world, [5; 32]);
    let code = |world: &World| world.dossier.registration.as_ref().and_then(|one| one.code);
    assert_eq!(code(&world), Some([4; 32]));
    assert_eq!(asked(&mut world), Rule::HelpDesk);
    let system = Arc::new(Requester::System(SystemRequester { job: "information".into() }));
    world.act(&system, Act::InformInsured(InformInsured { code: [6; 32], asked: first }));
    assert_eq!(code(&world), Some([4; 32]));
    inform(&mut world, [7; 32]);
    assert_eq!(code(&world), Some([7; 32]));
}

/// A code that announces nothing opens, and closes nothing.
#[test]
fn a_code_that_was_asked_for_closes_nothing() {
    let mut world = registered(Some([7; 32]), None);
    world.policy = dmp_2012();
    asked(&mut world);
    inform(&mut world, [3; 32]);
    world.act(&operator(), open());
    assert_eq!(world.dossier.status, DossierStatus::Open);
    let system = Arc::new(Requester::System(SystemRequester { job: "objection".into() }));
    let close = Act::ObjectByCode(ObjectByCode { code: [3; 32], text: None });
    assert_eq!(world.act(&system, close).outcome.rule, Rule::CodeWrong);
}

/// The help desk notes that a copy went by post: to the address on record, of a dossier that is open, under its own name.
#[test]
fn a_copy_goes_to_the_address_on_record() {
    let mut world = World::activated();
    let act = || Act::NoteCopyPosted(NoteCopyPosted);
    assert_eq!(world.act(&desk(), act()).outcome.rule, Rule::PostalAddress);
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let mut world = World::new();
    let address = Some(lilas());
    let opening = OpenDossier { holder: Holder { address, ..open.holder.clone() }, ..*open };
    world.act(&operator(), Act::OpenDossier(Box::new(opening)));
    for other in [holder(), operator(), insurer()] {
        assert_eq!(world.act(&other, act()).outcome.rule, Rule::FunctionalRight);
    }
    let decision = world.act(&desk(), act());
    assert_eq!(decision.outcome.rule, Rule::HelpDesk);
    assert!(matches!(decision.answer, Answer::Done), "he sees no content");
    world.act(&desk(), Act::CloseDossier(CloseDossier { text: None, express: false }));
    assert_eq!(world.act(&desk(), act()).outcome.rule, Rule::Closed);
}

/// TD1.3b: who may say where the holder lives.
#[test]
fn who_says_where_the_holder_lives() {
    let lives = |line: &str| {
        let lines = Some(line.into());
        Act::SetAddress(SetAddress { address: Address { lines, ..Address::default() } })
    };
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    let mut world = World::activated();
    let told = |world: &mut World, who: &Arc<Requester>, line: &str| world.act(who, lives(line)).outcome.rule;
    assert_eq!(told(&mut world, &holder(), "1"), Rule::Holder);
    assert_eq!(told(&mut world, &holder(), "1"), Rule::AlreadyDone);
    assert_eq!(told(&mut world, &insurer(), "2"), Rule::InsurerFeed);
    for other in [desk(), operator(), doctor.clone()] {
        assert_eq!(told(&mut world, &other, "3"), Rule::FunctionalRight);
    }
    let line =
        |world: &World| world.dossier.holder.as_ref().and_then(|one| one.address.clone()).and_then(|one| one.lines);
    assert_eq!(line(&world).as_deref(), Some("2"));
    let scope = CarerScope::Manage;
    let delegate = DelegateCarer { person: "c".into(), name: None, scope, categories: Vec::new(), end: None };
    world.act(&holder(), Act::DelegateCarer(delegate));
    let carer = Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }));
    assert_eq!(told(&mut world, &carer, "3"), Rule::Scope, "decisions 25: no contacts");
    world.policy = dmp_2012();
    assert_eq!(told(&mut world, &doctor, "4"), Rule::ExplicitConsent);
    assert_eq!(line(&world).as_deref(), Some("4"));
    let school = professional("801234567897", "10", Some("SM26"), "SA10");
    assert_eq!(told(&mut world, &school, "5"), Rule::Sector);
    world.act(&holder(), Act::CloseDossier(CloseDossier { text: None, express: false }));
    for other in [insurer(), doctor, holder()] {
        assert_eq!(told(&mut world, &other, "6"), Rule::Closed);
    }
    assert_eq!(told(&mut World::new(), &insurer(), "7"), Rule::UnknownDossier);
    let mut fraud = World::activated();
    fraud.act(&operator(), Act::SuspendDossier(SuspendDossier { suspended: true, motive: None }));
    for other in [insurer(), holder()] {
        assert_eq!(told(&mut fraud, &other, "8"), Rule::Suspended);
    }
}

/// Nobody opens on line whom the insurer did not register with a card, nor before the age at which he may sign in.
#[test]
fn who_is_not_registered_with_a_card_does_not_open() {
    assert_eq!(World::new().act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::CardMismatch);
    let mut without = informed(None, None, [3; 32]);
    assert_eq!(without.act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::CardMismatch);
    let mut young = informed(Some([7; 32]), Day::new(2015, 1, 1).ok(), [3; 32]);
    assert_eq!(young.act(&holder(), online([3; 32], [7; 32])).outcome.rule, Rule::TooYoung);
}

/// Decisions 4: in the old policy to be named does not suffice; nor does it take away what a declaration gave.
#[test]
fn being_named_takes_nothing_away() {
    let mut world = World::activated();
    world.policy = dmp_2012();
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    let nurse = professional("801111111111", "60", None, "SA07");
    let subject = Some(Subject::Professional(ProfessionalId::parse("801111111111").unwrap()));
    let name = || Act::GrantAccess(GrantAccess { subject: subject.clone(), care_team: true, ..GrantAccess::default() });
    assert_eq!(world.act(&doctor, name()).outcome.rule, Rule::NoAuthorization, "who names must be VALIDE himself");
    world.act(&doctor, declare());
    world.act(&nurse, declare());
    assert_eq!(world.act(&doctor, name()).outcome.rule, Rule::Declared);
    let held = |world: &World| standing(&world.dossier, &nurse, &world.policy, world.now).status;
    assert_eq!(held(&world), AuthorizationStatus::Valide);
    world.now = world.now.plus_years(1);
    assert_eq!(held(&world), AuthorizationStatus::Expire, "what it gave ends with its own year");
}

/// Decisions 28: after a death nobody reads, the history neither; only the operator corrects an error.
#[test]
fn after_a_death_nobody_reads() {
    let mut world = World::activated();
    world.act(&insurer(), Act::RecordDeath(RecordDeath { in_error: false }));
    for act in [Act::ReadHistory(ReadHistory), Act::ReopenDossier(ReopenDossier::default())] {
        assert_eq!(world.act(&holder(), act).outcome.rule, Rule::Death);
    }
    world.act(&operator(), Act::RecordDeath(RecordDeath { in_error: true }));
    assert_eq!(world.dossier.status, DossierStatus::Open);
    assert!(matches!(world.act(&holder(), Act::ReadHistory(ReadHistory)).answer, Answer::History(_)));
}

/// Ten years of archive end at the Paris midnight that closes the day; three months of an express deletion to the second.
#[test]
fn a_closed_dossier_is_destroyed_when_its_term_is_over() {
    let mut world = World::activated();
    world.now = at("2026-11-22T09:59:59Z");
    world.act(&holder(), Act::CloseDossier(CloseDossier::default()));
    assert!(!is_destruction_due(&world.dossier, at("2036-11-22T22:59:59Z")));
    assert!(is_destruction_due(&world.dossier, at("2036-11-22T23:00:00Z")));
    world.now = at("2026-11-29T09:59:59Z");
    world.act(&holder(), Act::AskExpressDeletion(AskExpressDeletion::default()));
    assert!(!is_destruction_due(&world.dossier, at("2027-02-28T09:59:59Z")));
    assert!(is_destruction_due(&world.dossier, at("2027-02-28T10:00:00Z")));
    world.act(&holder(), Act::ReopenDossier(ReopenDossier::default()));
    assert!(!is_destruction_due(&world.dossier, at("2040-01-01T00:00:00Z")));
}

/// Decisions 32: sliding windows, the end excluded; one already counted still passes.
#[test]
fn a_budget_slides() {
    let start = at("2026-11-22T10:00:00Z");
    let limits = BudgetLimits { per_hour: Some(1), per_day: Some(2) };
    let mut window = DisclosureWindow::new();
    window.note("a", start);
    assert!(
        !window.is_spent(&"a", start, limits) && window.is_spent(&"b", start.plus_hours(1).plus_millis(-1), limits)
    );
    assert!(!window.is_spent(&"b", start.plus_hours(1), limits));
    window.note("b", start.plus_hours(1));
    assert!(window.is_spent(&"c", start.plus_hours(3), limits), "two within the day");
    assert!(!window.is_spent(&"a", start.plus_hours(3), limits), "counted already");
    assert!(!window.is_spent(&"c", start.plus_hours(24), limits));
    window.forget(start.plus_hours(24));
    assert!(!window.is_spent(&"a", start.plus_hours(24), limits));
}

/// Whoever has the link and its code objects once, and may think better of it by another way; once the dossier is open he closes it, as
/// long as nobody activated it.
#[test]
fn the_code_objects_before_and_closes_after() {
    let page = Arc::new(Requester::System(SystemRequester { job: "objection".into() }));
    let object = |code: [u8; 32]| Act::ObjectByCode(ObjectByCode { code, text: None });
    let mut world = informed(Some([7; 32]), None, [3; 32]);
    assert_eq!(world.act(&page, object([4; 32])).outcome.rule, Rule::CodeWrong);
    assert_eq!(world.act(&holder(), object([3; 32])).outcome.rule, Rule::FunctionalRight);
    assert_eq!(world.act(&page, object([3; 32])).outcome.rule, Rule::Holder);
    assert!(world.dossier.objected_at.is_some());
    assert_eq!(world.act(&page, object([3; 32])).outcome.rule, Rule::AlreadyDone);

    let opened = || {
        let mut world = informed(Some([7; 32]), None, [3; 32]);
        world.act(&operator(), open());
        world
    };
    let mut world = opened();
    assert_eq!(world.act(&page, object([3; 32])).outcome.rule, Rule::Holder);
    assert_eq!(world.dossier.status, DossierStatus::Closed);
    assert_eq!(world.act(&page, object([3; 32])).outcome.rule, Rule::AlreadyDone);
    world.act(&holder(), Act::ReopenDossier(ReopenDossier::default()));
    assert_eq!(world.act(&page, object([3; 32])).outcome.rule, Rule::CodeWrong, "it objects once");
    let mut world = opened();
    world.act(&holder(), activate());
    assert_eq!(world.act(&page, object([3; 32])).outcome.rule, Rule::CodeWrong, "he signs in");
    assert_eq!(world.dossier.status, DossierStatus::Open);
}

/// The feed or an operator registers, once; who objected is not registered again.
#[test]
fn one_is_registered_once_and_never_over_an_objection() {
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let register = || Act::RegisterInsured(Box::new(RegisterInsured { ins: ins(), holder: open.holder.clone() }));
    for (who, rule) in [(insurer(), Rule::InsurerFeed), (operator(), Rule::Operator), (desk(), Rule::FunctionalRight)] {
        assert_eq!(World::new().act(&who, register()).outcome.rule, rule);
    }
    let mut world = World::new();
    world.act(&insurer(), register());
    let again = world.act(&insurer(), register());
    assert_eq!((again.outcome.rule, again.changes.len()), (Rule::AlreadyDone, 0));
    world.act(&holder(), Act::ObjectOpening(ObjectOpening { ins: ins(), text: None, withdrawn: false }));
    assert_eq!(world.act(&insurer(), register()).outcome.rule, Rule::Objected);
}

/// An operator, or the program, notes that an e-mail came back: of who was written to by e-mail, and the weeks begin again by post.
#[test]
fn an_e_mail_comes_back_once() {
    let note = || Act::NoteMailReturned(NoteMailReturned { text: None });
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let mailed = || {
        let holder = Holder { email: Some("d@example.invalid".into()), address: Some(lilas()), ..open.holder.clone() };
        let mut world = World::new();
        world.act(&insurer(), Act::RegisterInsured(Box::new(RegisterInsured { ins: ins(), holder })));
        world
    };
    let program = Arc::new(Requester::System(SystemRequester { job: "information".into() }));
    for (who, rule) in [(operator(), Rule::Operator), (program, Rule::System)] {
        let mut world = mailed();
        assert_eq!(world.act(&who, note()).outcome.rule, Rule::State, "nothing was sent");
        inform(&mut world, [3; 32]);
        assert_eq!(world.act(&who, note()).outcome.rule, rule);
        assert_eq!(world.dossier.registration.as_ref().and_then(|one| one.opens_at()), None);
        inform(&mut world, [4; 32]);
        assert_eq!(world.act(&who, note()).outcome.rule, Rule::State, "a letter is no e-mail");
    }
    assert_eq!(mailed().act(&insurer(), note()).outcome.rule, Rule::FunctionalRight);
    // An adult by himself, or nobody: under the old policy a code is for who opens on line.
    let mut young = registered(Some([7; 32]), Day::new(2015, 1, 1).ok());
    young.policy = dmp_2012();
    let mut bare = registered(None, None);
    bare.policy = dmp_2012();
    for world in [&mut young, &mut bare] {
        assert_eq!(asked(world), Rule::State);
    }
}

/// Facts b.2 and b.4: an objection is not for ever, for a child or whoever has no card either: taken back at the help desk, or by who
/// represents him, the weeks run anew.
#[test]
fn an_objection_is_taken_back() {
    let object = |withdrawn| Act::ObjectOpening(ObjectOpening { ins: ins(), text: None, withdrawn });
    let desk = desk();
    let mut world = informed(None, None, [3; 32]);
    assert_eq!(world.act(&desk, object(true)).outcome.rule, Rule::AlreadyDone, "there is none");
    world.act(&holder(), object(false));
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    assert_eq!(world.act(&doctor, object(true)).outcome.rule, Rule::FunctionalRight);
    assert_eq!(world.act(&desk, object(true)).outcome.rule, Rule::HelpDesk);
    assert_eq!((world.dossier.objected_at, world.dossier.registration.as_ref().unwrap().opens_at()), (None, None));
    assert_eq!(world.act(&operator(), open()).outcome.rule, Rule::Operator, "nobody is opened over his head");
    let mut world = informed(None, None, [3; 32]);
    world.act(&holder(), object(false));
    world.act(&desk, object(true));
    let again = world.now;
    inform(&mut world, [4; 32]);
    let opens = world.dossier.registration.as_ref().unwrap().opens_at();
    assert!(opens >= Some(again.plus_weeks(6)), "the weeks run from the new information");
    // Who represents him objects for him, and nobody who says so.
    let parent = representative("m", ins());
    assert_eq!(world.act(&parent, object(false)).outcome.rule, Rule::NotHolder);
    let mut child = informed(None, None, [3; 32]);
    let mut registration = child.dossier.registration.clone().unwrap();
    Arc::make_mut(&mut registration.holder).birth = Day::new(2020, 1, 1).unwrap();
    child.dossier.registration = Some(registration);
    assert_eq!(child.act(&holder(), object(false)).outcome.rule, Rule::TooYoung);
    child.act(&operator(), mandate("m", MandateScope::Full, false));
    assert_eq!(child.act(&parent, object(false)).outcome.rule, Rule::Representative);
    assert_eq!(child.act(&parent, object(true)).outcome.rule, Rule::Representative);
    child.act(&operator(), mandate("r", MandateScope::Read, false));
    assert_eq!(child.act(&representative("r", ins()), object(false)).outcome.rule, Rule::NotHolder);
}

/// Facts b.2: a child is informed through who represents it: by the address of the first who has one, else by post.
#[test]
fn a_child_is_informed_through_who_represents_it() {
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let parent = |email: Option<&str>| RepresentativeRecord {
        ins: None,
        family: Some("GAMIN".into()),
        given: None,
        relationship: None,
        email: email.map(Into::into),
        phone: None,
    };
    let (child, adult) = (Day::new(2020, 1, 1).unwrap(), Day::new(1979, 3, 28).unwrap());
    for (birth, own, parents, expected) in [
        (child, None, vec![parent(None), parent(Some("m@demo.invalid"))], Some("m@demo.invalid")),
        (child, Some("z@demo.invalid"), vec![parent(Some("m@demo.invalid"))], Some("z@demo.invalid")),
        (child, None, vec![parent(None)], None),
        (child, None, vec![], None),
        // The contacts of a grown-up do not speak for him.
        (adult, None, vec![parent(Some("m@demo.invalid"))], None),
    ] {
        let holder = Holder { birth, email: own.map(Into::into), representatives: parents, ..open.holder.clone() };
        let mut world = World::new();
        world.act(&insurer(), Act::RegisterInsured(Box::new(RegisterInsured { ins: ins(), holder })));
        let by = world.dossier.informed_by(world.now).unwrap();
        assert_eq!(by.email.as_deref(), expected);
        assert_eq!(by.channel() == NoticeChannel::Email, expected.is_some());
    }
}

/// Decisions 24: the code speaks for the child, so it goes to nobody whose mandate was ended, or may have been; to who has a mandate first;
/// where nobody has an e-mail a letter names those who stand.
#[test]
fn a_child_is_informed_through_nobody_whose_mandate_was_ended() {
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let parent = |given: &str, tie: &str, email: bool| RepresentativeRecord {
        ins: None,
        family: Some("GAMIN".into()),
        given: Some(given.into()),
        relationship: Some(tie.into()),
        email: email.then(|| format!("{given}@demo.invalid").into()),
        phone: None,
    };
    let record = |person: &str, name: &str, tie: &str, scope: MandateScope| {
        let Act::RecordMandate(mut record) = mandate(person, scope, false) else { panic!("a mandate") };
        record.mandate.name = Some(name.into());
        record.mandate.relationship = Some(tie.into());
        Act::RecordMandate(record)
    };
    let end = |person: &str| Act::EndMandate(EndMandate { person: person.into() });
    let child = |mother: bool, father: bool, acts: &[Act]| {
        let representatives = vec![parent("Anna", "MTH", mother), parent("Marc", "FTH", father)];
        let birth = Day::new(2020, 1, 1).unwrap();
        let holder = Holder { birth, email: None, address: Some(lilas()), representatives, ..open.holder.clone() };
        let mut world = World::new();
        world.act(&insurer(), Act::RegisterInsured(Box::new(RegisterInsured { ins: ins(), holder })));
        for act in acts {
            assert!(world.act(&operator(), act.clone()).outcome.rule.allows());
        }
        let by = world.dossier.informed_by(world.now).unwrap();
        (by.email.map(String::from), by.names)
    };
    let (anna, marc) =
        (record("a", "Anna GAMIN", "MTH", MandateScope::Full), record("m", "Marc GAMIN", "FTH", MandateScope::Full));
    let to = |given: &str| Some(format!("{given}@demo.invalid"));
    let names = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
    assert_eq!(child(true, true, &[]), (to("Anna"), vec![]), "nobody has a mandate");
    assert_eq!(child(true, true, std::slice::from_ref(&marc)), (to("Marc"), vec![]), "who has one goes before");
    assert_eq!(child(true, true, &[anna.clone(), marc.clone(), end("a")]), (to("Marc"), names(&["Marc GAMIN"])));
    assert_eq!(
        child(true, true, &[anna.clone(), end("a")]),
        (to("Marc"), names(&["Marc GAMIN"])),
        "he has none, and none ended"
    );
    assert_eq!(child(true, false, &[anna.clone(), marc.clone(), end("a")]), (None, names(&["Marc GAMIN"])), "a letter");
    let other = record("a", "Zoé AUTRE", "MTH", MandateScope::Full);
    assert_eq!(child(true, true, &[other, end("a")]), (to("Marc"), names(&["Marc GAMIN"])), "it may have been hers");
    assert_eq!(child(true, true, &[anna, marc, end("a"), end("m")]), (None, vec![]), "nobody stands");
    // One that is over by its own day is as one that was ended.
    let Act::RecordMandate(mut over) = record("a", "Anna GAMIN", "MTH", MandateScope::Full) else {
        panic!("a mandate")
    };
    over.mandate.end = Day::new(2020, 1, 1).ok();
    let over = Act::RecordMandate(over);
    assert_eq!(child(true, false, &[over]), (None, names(&["Marc GAMIN"])), "a letter to him");
    // Who may only read objects to nothing.
    let reads = record("a", "Anna GAMIN", "MTH", MandateScope::Read);
    assert_eq!(child(true, true, &[reads]), (to("Marc"), vec![]));
}

/// Facts h.2: an INS is a number and its traits; where the register had them wrong, who keeps identities puts them right, and every rule goes
/// by the right ones.
#[test]
fn traits_that_were_wrong_are_put_right() {
    let mut world = World::activated();
    let birth = Day::new(2009, 3, 28).unwrap();
    let correct = |traits: IdentityCorrected| Act::CorrectIdentity(Box::new(CorrectIdentity { traits }));
    let traits = || IdentityCorrected { birth: Some(birth), family: Some("PAT-QUATRE".into()), ..Default::default() };
    let doctor = professional("801234567897", "10", Some("SM26"), "SA07");
    for who in [&doctor, &holder(), &desk()] {
        assert_eq!(world.act(who, correct(traits())).outcome.rule, Rule::FunctionalRight);
    }
    let before = world.dossier.holder.as_deref().unwrap().clone();
    assert!(!world.dossier.is_minor(world.now));
    assert_eq!(world.act(&insurer(), correct(traits())).outcome.rule, Rule::InsurerFeed);
    let after = world.dossier.holder.as_deref().unwrap().clone();
    let expected = Holder { birth, family: "PAT-QUATRE".into(), ..before };
    assert_eq!(after, expected, "what is absent stays as it was");
    assert!(world.dossier.is_minor(world.now), "every rule goes by it");
    assert_eq!(world.act(&operator(), correct(traits())).outcome.rule, Rule::AlreadyDone);
    let mut nobody = World::new();
    assert_eq!(nobody.act(&operator(), correct(traits())).outcome.rule, Rule::UnknownDossier);
    let mut waits = informed(None, None, [3; 32]);
    assert_eq!(waits.act(&insurer(), correct(traits())).outcome.rule, Rule::InsurerFeed);
    assert_eq!(waits.dossier.registration.as_ref().unwrap().holder.birth, birth, "before it is open too");
}
