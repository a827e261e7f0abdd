//! Deaths, children's closings, guardians, accounts, cases: what each may do, and what stays as it was (decisions 14, 15, 23 to 29, 33).

use std::sync::Arc;

use dmp_core::access::{Occupational, PolicyName, Settings, Side};
use dmp_core::act::*;
use dmp_core::code::{Day, Instant};
use dmp_core::document::Visibility;
use dmp_core::dossier::*;
use dmp_core::history::{Audience, HistoryLine, frequency, recipients};
use dmp_core::identity::*;

use crate::world::*;

fn insurer() -> Arc<Requester> {
    Arc::new(Requester::InsurerFeed(InsurerFeed { id: "cnam".into(), name: None, credential: [7; 32] }))
}

pub fn desk() -> Arc<Requester> {
    Arc::new(Requester::HelpDesk(HelpDesk { id: "d".into(), name: None, credential: [8; 32] }))
}

pub fn doctor() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM26"), "SA07")
}

pub fn secretly(who: &Arc<Requester>) -> Arc<Requester> {
    let Requester::Professional(one) = &**who else { panic!("a professional") };
    Arc::new(Requester::Professional(Professional { secret: true, ..one.clone() }))
}

fn death(in_error: bool) -> Act {
    Act::RecordDeath(RecordDeath { in_error })
}

pub fn close() -> Act {
    Act::CloseDossier(CloseDossier::default())
}

pub fn reopen() -> Act {
    Act::ReopenDossier(ReopenDossier::default())
}

/// Born on that day, with both parents on record.
fn of_a_child(birth: Day) -> World {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = birth;
    world.act(&operator(), Act::OpenDossier(open));
    for parent in ["m", "p"] {
        world.act(&operator(), mandate(parent, MandateScope::Full, false));
    }
    world.act(&representative("m", ins()), activate());
    world
}

fn small() -> World {
    of_a_child(Day::new(2020, 3, 28).unwrap())
}

pub fn sixteen() -> World {
    of_a_child(Day::new(2010, 3, 28).unwrap())
}

pub fn lines(world: &World, side: Side) -> Vec<ActCode> {
    let window = HistoryWindow::whole(side);
    let line = |entry| HistoryLine::of(&world.dossier, &window, world.now, entry).map(|line| line.act);
    world.entries.iter().filter_map(line).collect()
}

/// Decisions 27 and 28: a death moves no term of a dossier that was closed, and its correction leaves it closed as it was.
#[test]
fn a_false_death_opens_nothing_that_was_closed() {
    let mut world = World::activated();
    world.act(&holder(), Act::CloseDossier(CloseDossier { text: Some("je pars".into()), express: true }));
    let closed = world.dossier.clone();
    world.now = world.now.plus_millis(40 * 86_400_000);
    assert_eq!(world.act(&insurer(), death(false)).outcome.rule, Rule::InsurerFeed);
    assert_eq!(world.dossier.closing_motive, Some(ClosingMotive::Death));
    assert_eq!(world.act(&holder(), reopen()).outcome.rule, Rule::Death);
    let terms = |dossier: &Dossier| (dossier.closed_at, dossier.express_asked_at, destruction_begins(dossier, 0));
    assert_eq!(terms(&world.dossier), terms(&closed));
    assert_eq!(world.act(&operator(), death(true)).outcome.rule, Rule::Operator);
    assert_eq!((world.dossier.status, world.dossier.closing_motive), (closed.status, closed.closing_motive));
    assert_eq!((&world.dossier.closing_text, terms(&world.dossier)), (&closed.closing_text, terms(&closed)));
    assert_eq!(world.act(&holder(), reopen()).outcome.rule, Rule::Holder);
    assert_eq!(world.dossier.status, DossierStatus::Open);
}

/// An open one is open again.
#[test]
fn a_false_death_of_an_open_dossier_opens_it() {
    let mut world = World::activated();
    world.act(&insurer(), death(false));
    world.act(&operator(), death(true));
    assert_eq!((world.dossier.status, world.dossier.closed_at), (DossierStatus::Open, None));
}

fn registered() -> World {
    let mut world = World::new();
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let mut holder = open.holder;
    holder.email = Some("dominique@demo.invalid".into());
    let register = RegisterInsured { ins: ins(), holder };
    world.act(&insurer(), Act::RegisterInsured(Box::new(register)));
    let asked = world.dossier.seq;
    world.act(&system(), Act::InformInsured(InformInsured { code: [4; 32], asked }));
    assert!(world.dossier.registration.as_ref().unwrap().informed_at.is_some());
    world
}

/// Decisions 26 and 28: of who was only registered nothing opens after his death; if that was an error he is informed anew.
#[test]
fn nobody_has_a_dossier_opened_after_his_death() {
    let mut world = registered();
    assert_eq!(world.act(&insurer(), death(false)).outcome.rule, Rule::InsurerFeed);
    world.now = world.now.plus_weeks(7);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::AlreadyDone);
    assert_eq!(world.act(&operator(), open()).outcome.rule, Rule::Death);
    let asked = world.dossier.seq;
    world.act(&system(), Act::InformInsured(InformInsured { code: [5; 32], asked }));
    assert_eq!(world.dossier.status, DossierStatus::Unopened);
    world.act(&operator(), death(true));
    let asked = world.dossier.registration.as_ref().unwrap().asked;
    assert_eq!(asked, world.dossier.seq, "he is to be informed");
    world.act(&system(), Act::InformInsured(InformInsured { code: [6; 32], asked }));
    world.now = world.now.plus_weeks(6);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::System);
    assert_eq!(world.dossier.status, DossierStatus::Open);
}

/// Decisions 26: of who is only registered there is nothing to close, nor to settle.
#[test]
fn the_help_desk_closes_nothing_that_is_not_open() {
    let mut world = registered();
    assert_eq!(world.act(&desk(), close()).outcome.rule, Rule::UnknownDossier);
    let who = Subject::Professional(ProfessionalId::parse("801234567897").unwrap());
    let block = dmp_core::act::Block { subject: who, name: None };
    assert_eq!(world.act(&desk(), Act::Block(block)).outcome.rule, Rule::UnknownDossier);
    world.now = world.now.plus_weeks(7);
    world.act(&system(), Act::FallDue(FallDue));
    assert_eq!(world.dossier.status, DossierStatus::Open);
    assert_eq!(world.act(&desk(), close()).outcome.rule, Rule::HelpDesk);
}

/// Decisions 24: a child's is closed by all who represent him, at the help desk too; each of them reopens; destroyed early only by all.
#[test]
fn a_childs_dossier_after_its_closing() {
    let mut world = small();
    let (mother, father) = (representative("m", ins()), representative("p", ins()));
    assert_eq!(world.act(&desk(), close()).outcome.rule, Rule::AllRepresentatives);
    world.joint = vec![Arc::clone(&father)];
    assert_eq!(world.act(&mother, close()).outcome.rule, Rule::Representative);
    world.joint = Vec::new();
    assert_eq!(world.act(&mother, Act::ReadHistory(ReadHistory)).outcome.rule, Rule::Representative);
    let express = || Act::AskExpressDeletion(AskExpressDeletion::default());
    assert_eq!(world.act(&mother, express()).outcome.rule, Rule::AllRepresentatives);
    assert_eq!(world.act(&mother, find()).outcome.rule, Rule::Closed, "nothing is read");
    assert_eq!(world.act(&father, reopen()).outcome.rule, Rule::Representative);
    assert_eq!(world.dossier.status, DossierStatus::Open);
}

/// Decisions 8: closed for fraud, it stays closed as long as it is suspended.
#[test]
fn what_was_closed_for_fraud_is_not_reopened_over_the_suspension() {
    let mut world = World::activated();
    world.act(&operator(), Act::SuspendDossier(SuspendDossier { suspended: true, motive: None }));
    world.now = world.now.plus_weeks(7);
    world.act(&system(), Act::FallDue(FallDue));
    assert_eq!(world.dossier.closing_motive, Some(ClosingMotive::Fraud));
    let closed = world.dossier.closed_at;
    assert_eq!(world.act(&holder(), reopen()).outcome.rule, Rule::Suspended);
    assert_eq!(world.dossier.closed_at, closed);
}

fn guardian(start: Day) -> Act {
    let scope = MandateScope::Full;
    let mandate = Mandate { name: None, scope, start, end: None, guardian: true, relationship: None };
    Act::RecordMandate(Box::new(RecordMandate { person: "g".into(), mandate }))
}

/// Decisions 24: at majority the rights of who represented the child end, a guardian's too; an adult's guardian begins then, and whom he
/// delegates enters.
#[test]
fn a_guardian_of_a_child_and_one_of_an_adult() {
    let birth = Day::new(2009, 1, 15).unwrap();
    let mut world = of_a_child(birth);
    world.act(&operator(), guardian(Day::new(2020, 1, 1).unwrap()));
    let him = representative("g", ins());
    assert_eq!(world.act(&him, find()).outcome.rule, Rule::Representative);
    world.now = Instant::parse_rfc3339("2027-02-01T10:00:00Z").unwrap();
    assert_eq!(world.act(&him, find()).outcome.rule, Rule::NotHolder);
    for in_vain in [mandate("m", MandateScope::Full, false), guardian(Day::new(2020, 1, 1).unwrap())] {
        let answer = world.act(&operator(), in_vain).answer;
        assert!(matches!(&answer, Answer::Faulty(fault) if fault.rule == Rule::GuardianOnly), "{answer:?}");
    }
    assert_eq!(world.act(&operator(), guardian(Day::new(2027, 1, 20).unwrap())).outcome.rule, Rule::Operator);
    assert_eq!(world.act(&him, find()).outcome.rule, Rule::Representative);
    let scope = CarerScope::Manage;
    let carer = DelegateCarer { person: "c".into(), name: None, scope, categories: Vec::new(), end: None };
    world.act(&him, Act::DelegateCarer(carer));
    let carer = Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }));
    assert_eq!(world.act(&carer, find()).outcome.rule, Rule::Carer);
}

/// Decisions 25: who manages reads the history, but for what is not in his categories.
#[test]
fn a_carer_who_manages_reads_the_history() {
    let mut world = World::activated();
    world.act(&doctor(), provide(vec![document("1.1", "57833-6", 1)]));
    world.act(&doctor(), provide(vec![document("1.2", "11490-0", 2)]));
    let class = world.dossier.documents[0].entry.class_code.code.clone();
    assert_ne!(class, world.dossier.documents[1].entry.class_code.code);
    let carer = Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }));
    for (scope, reads) in [(CarerScope::Add, false), (CarerScope::Manage, true)] {
        let categories = vec![Box::from(&*class)];
        let one = DelegateCarer { person: "c".into(), name: None, scope, categories, end: None };
        world.act(&holder(), Act::DelegateCarer(one));
        match world.act(&carer, Act::ReadHistory(ReadHistory)).answer {
            Answer::History(window) => {
                assert!(reads);
                let deposits = world.entries.iter().filter(|entry| entry.facts.act == ActCode::ProvideDocuments);
                let line = |entry| HistoryLine::of(&world.dossier, &window, world.now, entry);
                let titles = deposits.filter_map(line).flat_map(|line| line.documents).map(|one| one.item);
                assert_eq!(titles.collect::<Vec<_>>(), [world.dossier.documents[0].item]);
            }
            other => assert!(!reads, "{other:?}"),
        }
    }
}

/// Decisions 23: a note is its account's: of one parent, not of the other, whose history does not tell of it either.
#[test]
fn a_note_is_of_one_account() {
    let mut world = small();
    let (mother, father) = (representative("m", ins()), representative("p", ins()));
    world.act(&mother, Act::WriteNote(WriteNote { item: None, text: Some("à demander".into()) }));
    for (who, told) in [(&mother, 1), (&father, 0)] {
        let Answer::History(window) = world.act(who, Act::ReadHistory(ReadHistory)).answer else { panic!("a history") };
        let line = |entry| HistoryLine::of(&world.dossier, &window, world.now, entry);
        let found = world.entries.iter().filter_map(line).filter(|line| line.act == ActCode::WriteNote).count();
        assert_eq!(found, told);
    }
}

/// Decisions 23; facts h.2: the holder's notes are his by whatever number he signs in.
#[test]
fn notes_outlive_a_change_of_number() {
    let mut world = World::activated();
    world.act(&holder(), Act::WriteNote(WriteNote { item: None, text: Some("à demander".into()) }));
    world.act(&operator(), Act::AddName(AddName { ins: other_ins(), taken: false, differs: None }));
    let anew = Arc::new(Requester::Holder(HolderRequester { ins: other_ins(), credential: [3; 32] }));
    let Answer::Notes(notes) = world.act(&anew, Act::ListNotes(ListNotes)).answer else { panic!("notes") };
    assert_eq!(notes.len(), 1);
}

/// Decisions 24: whose mandate was ended is told nothing more, even if the insurer still has his address.
#[test]
fn who_represents_no_more_is_told_no_more() {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = Day::new(2020, 3, 28).unwrap();
    let father = RepresentativeRecord {
        family: Some("PAT".into()),
        given: Some("Paul".into()),
        email: Some("paul@demo.invalid".into()),
        ins: None,
        relationship: None,
        phone: None,
    };
    open.holder.representatives = vec![father];
    world.act(&operator(), Act::OpenDossier(open));
    assert_eq!(recipients(&world.dossier, world.now).len(), 1, "nobody has an account yet");
    world.act(&operator(), mandate("p", MandateScope::Full, false));
    world.act(&operator(), Act::EndMandate(EndMandate { person: "p".into() }));
    assert_eq!(recipients(&world.dossier, world.now), []);
}

/// The dossier of a child of whom the insurer recorded a mother and a father.
fn of_two_parents() -> World {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
    open.holder.birth = Day::new(2020, 3, 28).unwrap();
    let parent = |given: &str, tie: &str| RepresentativeRecord {
        family: Some("PETITE-MAR".into()),
        given: Some(given.into()),
        email: Some(format!("{given}@demo.invalid").into()),
        ins: None,
        relationship: Some(tie.into()),
        phone: None,
    };
    open.holder.representatives = vec![parent("Anna", "MTH"), parent("Paul", "FTH")];
    world.act(&operator(), Act::OpenDossier(open));
    world
}

/// The operator records a mandate under that name, from that day on.
fn record_from(world: &mut World, start: Day, person: &str, name: &str, tie: Option<&str>) {
    let (scope, relationship) = (MandateScope::Full, tie.map(Into::into));
    let mandate = Mandate { name: Some(name.into()), scope, start, end: None, guardian: false, relationship };
    world.act(&operator(), Act::RecordMandate(Box::new(RecordMandate { person: person.into(), mandate })));
}

fn record(world: &mut World, person: &str, name: &str, tie: Option<&str>) {
    record_from(world, Day::new(2015, 1, 1).unwrap(), person, name, tie);
}

fn end(world: &mut World, person: &str) {
    world.act(&operator(), Act::EndMandate(EndMandate { person: person.into() }));
}

fn who_is_told(world: &World) -> Vec<Box<str>> {
    let mut all: Vec<_> = recipients(&world.dossier, world.now).into_iter().map(|one| one.email).collect();
    all.sort_unstable();
    all
}

/// Decisions 16 and 17: who represents a child goes on being told when his mandate is recorded, however his name is written there; and who
/// represents nobody here is not told in his place.
#[test]
fn a_mandate_silences_nobody_who_has_it() {
    let told = |world: &World| who_is_told(world).iter().map(|one| one.to_string()).collect::<Vec<_>>();
    let (both, father) = (["Anna@demo.invalid", "Paul@demo.invalid"], ["Paul@demo.invalid"]);
    for (name, tie, after) in [
        ("Anna PETITE-MAR", None, &father[..]),
        ("PETITE MAR anna", None, &father),
        ("Anne-Marie PETITE", Some("MTH"), &father),
        ("Anna PETITE-MAR", Some("FTH"), &father),
        ("Léa AUTRE", None, &both),
        ("Léa AUTRE", Some("TUTEUR"), &both),
        // Which of two mothers, nobody can say: the one on the insurer's record may be she.
        ("Anna PETITE-MAR", Some("MTH"), &father),
    ] {
        let mut world = of_two_parents();
        assert_eq!(told(&world), both);
        record(&mut world, "m", name, tie);
        assert_eq!(told(&world), both, "{name}: nobody is silenced");
        end(&mut world, "m");
        assert_eq!(told(&world), after, "{name}: told no more");
    }
}

/// A tie alone is nobody, and two of one family are two; and until a mandate begins, who is on record is told, and signs, as before.
#[test]
fn who_is_on_record_is_whose_given_name_it_is() {
    for (name, without) in [("Paul BEAU", 1), ("Marc BEAU", 2), ("Marc PETITE-MAR", 2)] {
        let mut world = of_two_parents();
        record(&mut world, "b", name, Some("FTH"));
        assert_eq!(world.dossier.without_mandate(world.now).count(), without, "{name}");
    }
    let (mut world, start) = (of_two_parents(), Day::new(2030, 1, 1).unwrap());
    record_from(&mut world, start, "m", "Anna PETITE-MAR", None);
    assert_eq!(who_is_told(&world).len(), 2, "her mandate is to begin");
    assert_eq!(world.dossier.without_mandate(world.now).count(), 2);
    assert_eq!(world.dossier.without_mandate(start.end()).count(), 1);
}

/// Decisions 24: closing and deletion need all representatives on record, those of the insurer's record too.
#[test]
fn whoever_is_on_the_insurers_record_signs() {
    let mut world = of_two_parents();
    record(&mut world, "m", "Anna PETITE-MAR", None);
    let mother = representative("m", ins());
    world.act(&mother, activate());
    let close = || Act::CloseDossier(CloseDossier { text: None, express: true });
    assert_eq!(world.act(&mother, close()).outcome.rule, Rule::AllRepresentatives, "the father did not sign");
    record(&mut world, "o", "Odile TIERCE", Some("GUARD"));
    end(&mut world, "o");
    let rule = world.act(&mother, close()).outcome.rule;
    assert_eq!(rule, Rule::AllRepresentatives, "and another's end signs for nobody");
    record(&mut world, "p", "Paul PETITE-MAR", None);
    assert_eq!(world.act(&mother, close()).outcome.rule, Rule::AllRepresentatives, "nor with his account");
    end(&mut world, "p");
    assert_eq!(world.act(&mother, close()).outcome.rule, Rule::Representative, "he represents no more");
}

/// Decisions 24: a minor who has an account of his own and those who represent him each choose for themselves.
#[test]
fn a_parent_silences_nobody_else() {
    let mut world = sixteen();
    let never = NoticeChosen {
        kind: None,
        channel: NoticeChannel::Email,
        frequency: NoticeFrequency::Never,
        by_representative: false,
    };
    let choose = || Act::ChooseNotice(ChooseNotice { chosen: never });
    world.act(&representative("m", ins()), choose());
    let often = |world: &World, audience| {
        frequency(&world.dossier, audience, NoticeKind::DocumentAdded, NoticeChannel::Email, world.now)
    };
    assert_eq!(often(&world, Audience::Holder), NoticeFrequency::AtOnce);
    assert_eq!(often(&world, Audience::Representative), NoticeFrequency::Never);
    world.act(&holder(), choose());
    assert_eq!(often(&world, Audience::Holder), NoticeFrequency::Never);
}

/// Decisions 25: a carer who manages may group what the holder is told, never switch it off: he would act unseen.
#[test]
fn a_carer_silences_nobody() {
    let mut world = World::activated();
    let delegate =
        DelegateCarer { person: "c".into(), name: None, scope: CarerScope::Manage, categories: Vec::new(), end: None };
    world.act(&holder(), Act::DelegateCarer(delegate));
    let choose = |kind, frequency| {
        let chosen = NoticeChosen { kind, channel: NoticeChannel::Email, frequency, by_representative: false };
        Act::ChooseNotice(ChooseNotice { chosen })
    };
    let carer = Carer { person: "c".into(), name: None, ins: ins(), credential: [7; 32] };
    let carer = Arc::new(Requester::Carer(carer));
    for kind in [None, Some(NoticeKind::DocumentAdded)] {
        assert_eq!(world.act(&carer, choose(kind, NoticeFrequency::Never)).outcome.rule, Rule::Scope);
    }
    assert!(world.act(&carer, choose(None, NoticeFrequency::Weekly)).outcome.rule.allows());
    assert_eq!(world.act(&holder(), choose(None, NoticeFrequency::Never)).outcome.rule, Rule::Holder);
}

/// Decisions 33; R1111-48: of a first access and of an emergency he is told, by post where there is no e-mail.
#[test]
fn who_has_no_e_mail_is_told_by_post() {
    let mut world = World::activated();
    let by_post =
        |world: &World, kind| frequency(&world.dossier, Audience::Holder, kind, NoticeChannel::Letter, world.now);
    assert_eq!(by_post(&world, NoticeKind::BrisDeGlace), NoticeFrequency::AtOnce);
    assert_eq!(by_post(&world, NoticeKind::FirstAccess), NoticeFrequency::AtOnce);
    assert_eq!(by_post(&world, NoticeKind::DocumentAdded), NoticeFrequency::Never);
    world.act(&holder(), Act::SetContact(SetContact { email: Some("dominique@demo.invalid".into()) }));
    assert_eq!(by_post(&world, NoticeKind::BrisDeGlace), NoticeFrequency::Never);
}

/// The page on silence: the terms of a document that is hidden from those who represent him have no line for them.
#[test]
fn the_terms_of_a_secret_document_are_not_told() {
    let mut world = sixteen();
    let visibility = Visibility { masque_ps: false, invisible_patient: true, invisible_representants_legaux: true };
    let new = NewDocument { visibility, ..document("1.1", "11490-0", 1) };
    world.act(&secretly(&doctor()), provide(vec![new]));
    for weeks in [2, 3] {
        world.now = world.now.plus_weeks(weeks);
        assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::System);
    }
    let terms = |side| lines(&world, side).iter().filter(|act| **act == ActCode::FallDue).count();
    assert_eq!((terms(Side::Holder), terms(Side::Representative)), (2, 0));
}

/// Decisions 24: an extract about an access to a minor's dossier may be about a secret one: those who represent him read of those they asked for.
#[test]
fn an_extract_tells_nothing_of_a_secret_access() {
    let mut world = sixteen();
    world.act(&secretly(&doctor()), declare());
    let secret = world.dossier.seq;
    let extract = |entry| Act::TakeEvidence(TakeEvidence { entry });
    assert!(world.act(&operator(), extract(secret)).outcome.rule.allows());
    let told = |world: &World, side| lines(world, side).iter().filter(|act| **act == ActCode::TakeEvidence).count();
    assert_eq!((told(&world, Side::Holder), told(&world, Side::Representative)), (1, 0));
    world.act(&doctor(), declare());
    let entry = world.dossier.seq;
    let case = DisputeAccess { journal: 0, entry, outcome: None, text: None };
    world.act(&representative("m", ins()), Act::DisputeAccess(case));
    world.act(&operator(), extract(entry));
    assert_eq!((told(&world, Side::Holder), told(&world, Side::Representative)), (2, 1));
}

/// Decisions 24: who represents to read alone opens no case, which would hold back the destruction.
#[test]
fn who_only_reads_opens_no_case() {
    let mut world = sixteen();
    world.act(&doctor(), declare());
    let entry = world.dossier.seq;
    world.act(&operator(), mandate("r", MandateScope::Read, false));
    let case = || Act::DisputeAccess(DisputeAccess { journal: 0, entry, outcome: None, text: None });
    let reads = representative("r", ins());
    assert!(world.act(&reads, Act::ReadHistory(ReadHistory)).outcome.rule.allows());
    assert_eq!(world.act(&reads, case()).outcome.rule, Rule::Scope);
    assert!(world.dossier.disputes.is_empty());
    assert_eq!(world.act(&representative("m", ins()), case()).outcome.rule, Rule::Representative);
}

/// Decisions 14 and 15: the sheet has no column of occupational medicine in an emergency: it enters by none.
#[test]
fn occupational_medicine_has_no_emergencies() {
    let mut world = World::activated();
    let settings = Settings { occupational: Occupational::Table, ..Settings::default() };
    world.policy = policy(PolicyName::Mes2024, settings);
    let visibility = Visibility { invisible_patient: true, ..Visibility::default() };
    world.act(&doctor(), provide(vec![NewDocument { visibility, ..document("1.1", "11490-0", 1) }]));
    let release = Act::UpdateVisibility(UpdateVisibility {
        item: world.dossier.documents[0].item,
        masque_ps: None,
        invisible_patient: Some(false),
        invisible_representants_legaux: None,
        holder_asked: false,
    });
    world.mode = AccessMode::BrisDeGlace;
    let one = professional("801111111111", "10", Some("SM25"), "SA07");
    for act in [find(), Act::ListAuthorizations(ListAuthorizations::default()), release] {
        assert_eq!(world.act(&one, act).outcome.rule, Rule::FunctionalRight);
    }
}

/// Decisions 26, facts b.1: at the counter the card that is shown is that of whom the feed registered under this number.
#[test]
fn a_professional_opens_for_whom_was_registered() {
    let mut world = World::new();
    world.policy = dmp_2012();
    let shown = |birth: Option<Day>, card: Option<[u8; 32]>| {
        let Act::OpenDossier(mut open) = open() else { panic!("an opening") };
        open.holder.birth = birth.unwrap_or(open.holder.birth);
        open.holder.card = card;
        open.proof = OpeningProof::Consent("2012-1".into());
        open
    };
    let holder = Holder { card: Some([1; 32]), ..shown(None, None).holder };
    world.act(&insurer(), Act::RegisterInsured(Box::new(RegisterInsured { ins: ins(), holder })));
    for (birth, card) in [(Some(Day::new(1980, 3, 28).unwrap()), None), (None, Some([2; 32]))] {
        assert_eq!(world.act(&doctor(), Act::OpenDossier(shown(birth, card))).outcome.rule, Rule::CardMismatch);
    }
    assert_eq!(world.act(&doctor(), Act::OpenDossier(shown(None, Some([1; 32])))).outcome.rule, Rule::ExplicitConsent);
}
