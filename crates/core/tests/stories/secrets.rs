//! Secret connections of a minor: those who represent him do not learn of them, by no way round (decisions 24 and 25).

use std::sync::Arc;

use dmp_core::access::{PolicyName, Settings, Side};
use dmp_core::act::*;
use dmp_core::code::{Day, Instant};
use dmp_core::document::Visibility;
use dmp_core::dossier::*;
use dmp_core::encoding::to_bytes;
use dmp_core::history::{HistoryLine, adopted, kind_of};
use dmp_core::identity::*;

use crate::world::*;

const SURVIVOR: u32 = 8;
const ABSORBED: u32 = 7;

fn mother() -> Arc<Requester> {
    representative("m", ins())
}

fn secretly(who: Arc<Requester>, secret: bool) -> Arc<Requester> {
    let Requester::Professional(one) = &*who else { panic!("a professional") };
    Arc::new(Requester::Professional(Professional { secret, ..one.clone() }))
}

fn nurse(secret: bool) -> Arc<Requester> {
    secretly(professional("801111111111", "60", None, "SA07"), secret)
}

fn doctor(secret: bool) -> Arc<Requester> {
    secretly(professional("801234567897", "10", Some("SM04"), "SA07"), secret)
}

/// The dossier of a minor of sixteen, with his mother on record.
fn of_a_minor(ins: Ins) -> World {
    let mut world = World::new();
    let Act::OpenDossier(mut open) = open_as(ins.clone()) else { panic!("an opening") };
    open.holder.birth = Day::new(2010, 3, 28).unwrap();
    world.act(&operator(), Act::OpenDossier(open));
    world.act(&operator(), mandate("m", MandateScope::Full, false));
    world.act(&himself(ins), activate());
    world
}

fn himself(ins: Ins) -> Arc<Requester> {
    Arc::new(Requester::Holder(HolderRequester { ins, credential: [3; 32] }))
}

fn family() -> World {
    of_a_minor(ins())
}

fn told(world: &World) -> Vec<ActCode> {
    let window = HistoryWindow::whole(Side::Representative);
    let line = |entry| HistoryLine::of(&world.dossier, &window, world.now, entry).map(|line| line.act);
    world.entries.iter().filter_map(line).collect()
}

/// What a reader's list says: number and status.
fn listed(world: &mut World, who: &Arc<Requester>) -> Vec<(u32, AuthorizationStatus)> {
    match world.act(who, Act::ListAuthorizations(ListAuthorizations::default())).answer {
        Answer::Rights(rights) => rights.authorizations.iter().map(|view| (view.item, view.status)).collect(),
        other => panic!("{other:?}"),
    }
}

fn number(world: &World) -> u32 {
    world.dossier.authorizations.values().next().unwrap().item
}

fn withdraw(item: u32) -> Act {
    Act::WithdrawAccess(WithdrawAccess { item })
}

fn dispute(entry: u32, outcome: Option<DisputeOutcome>) -> Act {
    Act::DisputeAccess(DisputeAccess { journal: 0, entry, outcome, text: None })
}

/// Whom the mother chose sees no more than she does.
#[test]
fn a_carer_of_the_mother_knows_what_she_knows() {
    let mut world = family();
    let scope = CarerScope::Manage;
    let carer = DelegateCarer { person: "c".into(), name: None, scope, categories: Vec::new(), end: None };
    world.act(&mother(), Act::DelegateCarer(carer));
    world.act(&nurse(true), declare());
    let carer = Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] };
    let carer = Arc::new(Requester::Carer(carer));
    assert_eq!(listed(&mut world, &carer), []);
    let item = number(&world);
    assert!(matches!(world.act(&carer, withdraw(item)).answer, Answer::NotFound));
    assert!(world.dossier.authorizations.values().next().unwrap().is_valid(world.now));
}

/// A case that he opened as a minor stays his when he is of age and has a guardian.
#[test]
fn a_guardian_does_not_read_what_the_minor_said() {
    let mut world = family();
    world.act(&nurse(true), declare());
    let entry = world.dossier.seq;
    world.act(&holder(), dispute(entry, None));
    world.now = Instant::parse_rfc3339("2029-01-01T10:00:00Z").unwrap();
    world.act(&operator(), mandate("g", MandateScope::Full, true));
    world.act(&operator(), dispute(entry, Some(DisputeOutcome::Explained)));
    assert!(!told(&world).contains(&ActCode::DisputeAccess));
}

/// What is over is over in the same way, whether a secret connection recorded it anew or not.
#[test]
fn what_is_over_ends_alike_in_both_worlds() {
    let seen = [false, true].map(|secret| {
        let mut world = family();
        world.act(&nurse(false), declare());
        let item = number(&world);
        world.now = Instant::parse_rfc3339("2027-12-01T10:00:00Z").unwrap();
        if secret {
            world.act(&nurse(true), declare());
        } else {
            world.now = world.now.plus_millis(1_000);
        }
        let before = listed(&mut world, &mother());
        world.act(&mother(), Act::ReadAuthorization(ReadAuthorization { item }));
        let ended = world.act(&mother(), withdraw(item));
        let again = world.act(&mother(), withdraw(item)).outcome.rule;
        let after = listed(&mut world, &mother());
        let valid = world.dossier.authorizations.values().next().unwrap().is_valid(world.now);
        assert_eq!(valid, secret, "the secret one runs on");
        (before, format!("{:?}", ended.answer), ended.outcome.rule, again, after, told(&world))
    });
    assert_eq!(seen[0], seen[1]);
}

/// In a secret connection nothing is changed that she knows of.
#[test]
fn what_is_open_is_not_ended_in_secret() {
    let mut world = family();
    world.act(&nurse(false), declare());
    let item = number(&world);
    let before = listed(&mut world, &mother());
    let answer = world.act(&nurse(true), withdraw(item)).answer;
    assert!(matches!(&answer, Answer::Faulty(fault) if fault.rule == Rule::SecretConnection), "{answer:?}");
    assert_eq!(listed(&mut world, &mother()), before);
    assert!(world.act(&nurse(false), withdraw(item)).outcome.rule.allows());
}

/// Who recorded it, and with which notice: to her as it was before the secret connection; to professionals no name of hers.
#[test]
fn who_informed_is_as_silent_as_the_authorisation() {
    let mut world = family();
    let seen = |world: &mut World, who: &Arc<Requester>| -> Vec<_> {
        let answer = world.act(who, Act::ListAuthorizations(ListAuthorizations::default())).answer;
        let views = match answer {
            Answer::Rights(rights) => rights.authorizations,
            Answer::Authorizations(views) => views,
            other => panic!("{other:?}"),
        };
        let by = |view: AuthorizationView| (view.recorded_by.unwrap(), view.authorization.unwrap().notice);
        views.into_iter().map(by).map(|(by, notice)| (by.kind, by.name.is_some(), notice)).collect()
    };
    let informed =
        |notice: &str| Act::GrantAccess(GrantAccess { notice: Some(notice.into()), ..GrantAccess::default() });
    world.act(&nurse(false), informed("2026-1"));
    let open = [(RequesterKind::Professional, true, Some("2026-1".into()))];
    assert_eq!(seen(&mut world, &mother()), open);
    world.now = world.now.plus_years(1).plus_hours(1);
    world.act(&nurse(true), informed("2027-1"));
    assert_eq!(seen(&mut world, &mother()), open);
    assert_eq!(seen(&mut world, &holder())[0].2.as_deref(), Some("2027-1"));
    let subject = world.dossier.authorizations.keys().next().cloned();
    world.act(&mother(), Act::GrantAccess(GrantAccess { subject, ..GrantAccess::default() }));
    assert_eq!(seen(&mut world, &mother()), [(RequesterKind::Representative, true, None)]);
    assert_eq!(seen(&mut world, &nurse(false)), [(RequesterKind::Representative, false, None)]);
}

/// What follows openly upon something secret is told as if nothing had been before.
#[test]
fn an_open_emergency_and_a_first_access_are_told_whatever_was_before() {
    for before in [false, true] {
        let mut world = family();
        world.mode = AccessMode::BrisDeGlace;
        if before {
            world.act(&doctor(true), find());
        }
        world.act(&doctor(false), find());
        assert_eq!(kind_of(&world.dossier, world.entries.last().unwrap()), Some(NoticeKind::BrisDeGlace));
        let mut world = family();
        for secret in [true, false].into_iter().skip(usize::from(!before)) {
            world.act(&nurse(secret), declare());
            world.act(&nurse(secret), find());
        }
        assert_eq!(kind_of(&world.dossier, world.entries.last().unwrap()), Some(NoticeKind::FirstAccess));
    }
}

/// Both may say that they do not recognise an access: she hears what came of hers.
#[test]
fn his_case_does_not_swallow_hers() {
    let seen = [false, true].map(|his| {
        let mut world = family();
        world.act(&nurse(false), declare());
        let entry = world.dossier.seq;
        if his {
            world.act(&holder(), dispute(entry, None));
        }
        let rule = world.act(&mother(), dispute(entry, None)).outcome.rule;
        world.act(&operator(), dispute(entry, Some(DisputeOutcome::Explained)));
        assert!(!world.dossier.has_open_case());
        (rule, told(&world))
    });
    assert_eq!(seen[0], seen[1]);
}

/// What does not let in is no reason to refuse the secret care of a minor.
#[test]
fn an_open_record_that_lets_nobody_in_does_not_stop_a_secret_one() {
    let mut world = family();
    world.policy = dmp_2012();
    world.act(&doctor(false), declare());
    let subject = Some(Subject::Professional(ProfessionalId::parse("801111111111").unwrap()));
    world.act(&doctor(false), Act::GrantAccess(GrantAccess { subject, care_team: true, ..GrantAccess::default() }));
    let before = listed(&mut world, &mother());
    world.act(&nurse(true), declare());
    assert!(world.act(&nurse(true), find()).outcome.rule.allows());
    assert_eq!(listed(&mut world, &mother()), before);
}

/// Merges the second into the first; then the lines of the second as the mother reads them there.
fn merged(survivor: &mut World, mut absorbed: World) -> Vec<ActCode> {
    absorbed.now = absorbed.now.max(survivor.now);
    let other = Some(Arc::new(survivor.dossier.clone()));
    let merge = MergeDossier { merge: [1; 16], survivor: ins(), journal: SURVIVOR, other };
    absorbed.act(&operator(), Act::MergeDossier(Box::new(merge)));
    survivor.now = absorbed.now;
    let annex = Arc::new(absorbed.dossier.clone());
    let moved = annex.merged_into.clone().expect("it is merged");
    let absorb = AbsorbDossier { merge: moved.merge, journal: ABSORBED, seq: moved.seq, head: [0; 32], annex };
    survivor.act(&operator(), Act::AbsorbDossier(Box::new(absorb)));
    let dossier = &survivor.dossier;
    let span = dossier.spans.iter().find(|one| one.journal == ABSORBED).unwrap();
    let place = |item: u32| {
        let covered = item > span.from && item <= span.to;
        let item = if covered { Some(span.base + item) } else { dossier.here(SURVIVOR, ABSORBED, item) };
        item.filter(|item| dossier.holds(*item))
    };
    let window = HistoryWindow::whole(Side::Representative);
    let entries = absorbed.entries.iter().filter(|entry| entry.seq <= span.seq);
    let line = |entry: &JournalEntry| {
        let (requesters, addresses) = (&absorbed.dossier.requesters, &absorbed.dossier.addresses);
        let entry = adopted(entry.clone(), dossier, requesters, addresses, place)?;
        HistoryLine::of(dossier, &window, survivor.now, &entry).map(|line| line.act)
    };
    entries.filter_map(line).collect()
}

/// What she knew of stays after a merge, whichever of both dossiers has the secret one.
#[test]
fn a_merge_hides_nothing_that_was_open_and_shows_nothing_that_was_secret() {
    for secret_here in [false, true] {
        let (mut survivor, mut absorbed) = (family(), of_a_minor(other_ins()));
        let (open, secret) = if secret_here { (&mut absorbed, &mut survivor) } else { (&mut survivor, &mut absorbed) };
        open.act(&nurse(false), declare());
        secret.now = open.now.plus_millis(60_000);
        secret.act(&nurse(true), declare());
        merged(&mut survivor, absorbed);
        let known = listed(&mut survivor, &mother());
        assert_eq!(known.iter().map(|(_, status)| *status).collect::<Vec<_>>(), [AuthorizationStatus::Valide]);
        let ended = survivor.act(&mother(), withdraw(known[0].0));
        assert!(ended.outcome.rule.allows() && !matches!(ended.answer, Answer::NotFound), "{ended:?}");
        assert_eq!(listed(&mut survivor, &mother())[0].1, AuthorizationStatus::NonExiste);
        assert_eq!(told(&survivor).last(), Some(&ActCode::ListAuthorizations));
        assert!(told(&survivor).contains(&ActCode::WithdrawAccess));
    }
}

/// The lines of the absorbed dossier say after the merge what they said before.
#[test]
fn the_lines_of_a_merged_dossier_say_what_they_said() {
    for openly_here in [false, true] {
        let mut absorbed = of_a_minor(other_ins());
        absorbed.act(&nurse(true), declare());
        let item = number(&absorbed);
        absorbed.act(&himself(other_ins()), withdraw(item));
        absorbed.mode = AccessMode::BrisDeGlace;
        absorbed.act(&doctor(true), find());
        absorbed.mode = AccessMode::Normal;
        let seq = absorbed.dossier.to_review[0].seq;
        let review = ReviewAccess { seq, outcome: ReviewOutcome::Justified, text: None };
        absorbed.act(&operator(), Act::ReviewAccess(review));
        absorbed.act(&himself(other_ins()), dispute(seq, None));
        absorbed.act(&representative("m", other_ins()), dispute(1, None));
        absorbed.act(&operator(), dispute(1, Some(DisputeOutcome::Explained)));
        let before = told(&absorbed);
        assert_eq!(before.iter().filter(|act| **act == ActCode::DisputeAccess).count(), 2);
        let mut survivor = family();
        if openly_here {
            survivor.act(&nurse(false), declare());
        }
        let after = merged(&mut survivor, absorbed);
        assert_eq!(after[..before.len()], before[..], "{after:?}");
        assert!(!after.contains(&ActCode::WithdrawAccess) && !after.contains(&ActCode::ReviewAccess), "{after:?}");
    }
}

fn is_refused(answer: &Answer) -> bool {
    matches!(answer, Answer::Faulty(fault) if fault.rule == Rule::SecretConnection)
}

/// Who comes in secret changes nothing that she reads: no document that she sees, no role, no dossier.
#[test]
fn in_secret_nothing_is_changed_that_she_knows_of() {
    let mut world = family();
    world.act(&doctor(false), provide(vec![document("1.2.1", "11490-0", 1)]));
    world.act(&doctor(true), declare());
    let item = world.dossier.documents[0].item;
    let acts = [
        Act::DeclareMedecinTraitant(DeclareMedecinTraitant { consent: true }),
        Act::DeleteDocument(DeleteDocument { item }),
        Act::ArchiveDocument(ArchiveDocument { item, archived: true }),
    ];
    let before = to_bytes(&world.dossier.documents);
    for act in acts {
        let answer = world.act(&doctor(true), act).answer;
        assert!(is_refused(&answer), "{answer:?}");
    }
    assert_eq!((to_bytes(&world.dossier.documents), &world.dossier.medecin_traitant), (before, &None));
    let mut unopened = World::new();
    unopened.policy = dmp_2012();
    let Act::OpenDossier(open) = open() else { panic!("an opening") };
    let open = OpenDossier { proof: OpeningProof::Consent("2012-1".into()), ..*open };
    let answer = unopened.act(&doctor(true), Act::OpenDossier(Box::new(open))).answer;
    assert!(is_refused(&answer), "{answer:?}");
}

/// Where reading renews, an open reading does not renew what is secret, nor a secret one what is open.
#[test]
fn reading_renews_only_what_is_of_its_kind() {
    for secret in [false, true] {
        let mut world = family();
        world.policy = policy(PolicyName::Mes2024, Settings { reading_renews: true, ..Settings::default() });
        world.act(&nurse(secret), declare());
        let until = |world: &World| world.dossier.authorizations.values().next().unwrap().until;
        let first = until(&world);
        world.now = world.now.plus_hours(72);
        world.act(&nurse(!secret), find());
        assert_eq!(until(&world), first);
        world.act(&nurse(secret), find());
        assert!(until(&world) > first);
    }
}

/// What she withdrew after a merge lets nobody in, here and in the part that comes back.
#[test]
fn what_she_withdrew_in_a_merged_dossier_stays_withdrawn() {
    let (mut survivor, mut absorbed) = (family(), of_a_minor(other_ins()));
    survivor.act(&nurse(false), declare());
    let Requester::Professional(one) = &*nurse(true) else { panic!("a nurse") };
    let elsewhere = StructureRef { id: StructureId::parse("1750803448").unwrap(), name: None };
    let elsewhere = Arc::new(Requester::Professional(Professional { structure: Some(elsewhere), ..one.clone() }));
    absorbed.now = survivor.now.plus_millis(60_000);
    absorbed.act(&elsewhere, declare());
    merged(&mut survivor, absorbed);
    let item = listed(&mut survivor, &mother())[0].0;
    survivor.act(&mother(), withdraw(item));
    let colleague = professional("802222222222", "60", None, "SA07");
    assert_eq!(survivor.act(&colleague, find()).outcome.rule, Rule::NoAuthorization);
}

/// Decisions 24: whom a minor opposes himself, those who represent him do not read in his history either; what they say of the same one is
/// new to them, and does not take back what he said.
#[test]
fn whom_a_minor_opposes_is_his_own() {
    let mut world = family();
    let subject = Some(Subject::Professional(ProfessionalId::parse("801111111111").unwrap()));
    let oppose = |subject: &Option<Subject>, opposed: bool| {
        let (kind, motive) = (OppositionKind::Feeding, opposed.then(|| "Après ma visite".into()));
        Act::Oppose(Oppose { kind, subject: subject.clone(), opposed, motive })
    };
    let lines = |world: &World| told(world).iter().filter(|act| **act == ActCode::Oppose).count();
    let refused = |world: &World| !world.dossier.oppositions.is_empty();
    for opposed in [true, true, false, true] {
        assert!(world.act(&holder(), oppose(&subject, opposed)).outcome.rule.allows());
    }
    assert_eq!(lines(&world), 0);
    assert_eq!(
        world.act(&mother(), oppose(&subject, false)).outcome.rule,
        Rule::AlreadyDone,
        "nothing that she knows of"
    );
    assert_eq!(world.act(&mother(), oppose(&subject, true)).outcome.rule, Rule::Representative, "as if it were new");
    assert_eq!(world.act(&mother(), oppose(&subject, true)).outcome.rule, Rule::AlreadyDone);
    assert_eq!(world.act(&mother(), oppose(&subject, false)).outcome.rule, Rule::Representative);
    assert!(refused(&world), "his own stands");
    assert_eq!(lines(&world), 4, "her own");
    assert_eq!(world.act(&holder(), oppose(&subject, false)).outcome.rule, Rule::Holder);
    assert!(!refused(&world));
    // He opposes besides what she opposed first; and what is opposed to everybody is nobody's secret.
    world.act(&mother(), oppose(&subject, true));
    assert_eq!(world.act(&holder(), oppose(&subject, true)).outcome.rule, Rule::Holder);
    world.act(&mother(), oppose(&subject, false));
    assert!(refused(&world));
    let before = lines(&world);
    world.act(&holder(), oppose(&None, true));
    assert_eq!(lines(&world), before + 1);
}

/// Nor does their consent undo it, which they give without knowing of it; his own does, and whoever else declares renews it no further.
#[test]
fn what_a_minor_opposes_yields_to_his_own_consent() {
    let mut world = family();
    let nurse = nurse(false);
    let subject = Some(Subject::Professional(ProfessionalId::parse("801111111111").unwrap()));
    let oppose = |subject: &Option<Subject>| {
        let (kind, motive) = (OppositionKind::Consultation, Some("Après ma visite".into()));
        Act::Oppose(Oppose { kind, subject: subject.clone(), opposed: true, motive })
    };
    let consent = || Act::GrantAccess(GrantAccess { subject: subject.clone(), ..GrantAccess::default() });
    let reads = |world: &mut World| world.act(&nurse, find()).outcome.rule;
    world.act(&mother(), consent());
    assert!(reads(&mut world).allows());
    world.now = world.now.plus_hours(1);
    world.act(&holder(), oppose(&subject));
    assert_eq!(reads(&mut world), Rule::Opposition);
    world.now = world.now.plus_hours(1);
    assert!(world.act(&mother(), consent()).outcome.rule.allows(), "she learns nothing of it");
    assert_eq!(reads(&mut world), Rule::Opposition, "his own stands");
    world.act(&mother(), oppose(&subject));
    world.now = world.now.plus_hours(1);
    world.act(&mother(), consent());
    assert_eq!(reads(&mut world), Rule::Opposition, "though she opposed the same, and does no more");
    // A carer whom he chose knows what he knows; one whom she chose does not.
    let carer = |person: &str| {
        Arc::new(Requester::Carer(Carer { person: person.into(), name: None, ins: ins(), credential: [6; 32] }))
    };
    let choose = |person: &str| {
        let (person, categories) = (person.into(), Vec::new());
        Act::DelegateCarer(DelegateCarer { person, name: None, scope: CarerScope::Manage, categories, end: None })
    };
    world.act(&mother(), choose("hers"));
    world.act(&holder(), choose("his"));
    world.act(&carer("hers"), consent());
    assert_eq!(reads(&mut world), Rule::Opposition);
    world.act(&carer("his"), consent());
    assert!(reads(&mut world).allows(), "given by who knows of it");
    world.act(&holder(), oppose(&subject));
    world.now = world.now.plus_hours(1);
    assert_eq!(reads(&mut world), Rule::Opposition);
    world.act(&holder(), consent());
    assert!(reads(&mut world).allows(), "his own consent");
    world.now = world.now.plus_hours(1);
    world.act(&mother(), consent());
    assert!(reads(&mut world).allows(), "hers beside his takes nothing away");
    // What he takes back is his alone: through another it would be told.
    world.act(&holder(), oppose(&subject));
    let lift = || {
        Act::Oppose(Oppose {
            kind: OppositionKind::Consultation,
            subject: subject.clone(),
            opposed: false,
            motive: None,
        })
    };
    world.act(&carer("his"), lift());
    assert_eq!(reads(&mut world), Rule::Opposition);
    // What is opposed to everybody is no secret: theirs prevails over it as his does.
    let mut world = family();
    world.act(&holder(), oppose(&None));
    world.now = world.now.plus_hours(1);
    world.act(&mother(), consent());
    assert!(reads(&mut world).allows());
}

/// An adult keeps nothing from who represents him: what he opposed as a minor a guardian takes back, and his later consent prevails over it.
#[test]
fn what_a_minor_opposed_yields_to_his_guardian_once_he_is_of_age() {
    let subject = Some(Subject::Professional(ProfessionalId::parse("801111111111").unwrap()));
    let oppose = |opposed: bool| {
        let (kind, motive) = (OppositionKind::Consultation, None);
        Act::Oppose(Oppose { kind, subject: subject.clone(), opposed, motive })
    };
    let consent = || Act::GrantAccess(GrantAccess { subject: subject.clone(), ..GrantAccess::default() });
    for lifted in [true, false] {
        let mut world = family();
        world.act(&holder(), oppose(true));
        world.now = Day::new(2028, 5, 1).unwrap().start();
        let Act::RecordMandate(mut guardian) = mandate("g", MandateScope::Full, true) else { panic!("a mandate") };
        guardian.mandate.start = Day::new(2028, 4, 1).unwrap();
        assert_eq!(world.act(&operator(), Act::RecordMandate(guardian)).outcome.rule, Rule::Operator);
        let act = if lifted { oppose(false) } else { consent() };
        assert_eq!(world.act(&representative("g", ins()), act).outcome.rule, Rule::Representative);
        let rule = world.act(&nurse(false), find()).outcome.rule;
        assert_eq!(rule, if lifted { Rule::NoAuthorization } else { Rule::ExplicitConsent });
    }
}

/// Decisions 24: at majority oppositions stay. What his mother consented to without knowing of his opposition opens nothing by itself then, prolonged
/// or not; what is consented to for the adult does.
#[test]
fn what_a_minor_opposed_stands_at_his_majority() {
    const NURSE: &str = "801111111111";
    let subject = Some(Subject::Professional(ProfessionalId::parse(NURSE).unwrap()));
    let kind = OppositionKind::Consultation;
    let consent = || Act::GrantAccess(GrantAccess { subject: subject.clone(), ..GrantAccess::default() });
    let mut world = family();
    world.now = Day::new(2028, 3, 1).unwrap().start();
    world.act(&holder(), Act::Oppose(Oppose { kind, subject: subject.clone(), opposed: true, motive: None }));
    world.act(&mother(), consent());
    let reads = |world: &mut World| world.act(&nurse(false), find()).outcome.rule;
    assert_eq!(reads(&mut world), Rule::Opposition);
    world.now = Day::new(2028, 5, 1).unwrap().start();
    assert_eq!(reads(&mut world), Rule::Opposition, "nobody said anything since");
    world.act(&nurse(false), declare());
    assert_eq!(reads(&mut world), Rule::Opposition, "what she declares prolongs it as little");
    world.act(&holder(), consent());
    assert_eq!(reads(&mut world), Rule::ExplicitConsent);
}

/// Whom a professional names in a secret connection would read openly, and be read of: he records his own authorisation alone.
#[test]
fn another_is_not_named_in_a_secret_connection() {
    let mut world = family();
    world.act(&doctor(true), declare());
    let subject = Subject::Professional(ProfessionalId::parse("801111111111").unwrap());
    let named = Act::GrantAccess(GrantAccess { subject: Some(subject.clone()), ..GrantAccess::default() });
    assert_eq!(world.act(&doctor(true), named).outcome.rule, Rule::SecretConnection);
    assert!(!world.dossier.authorizations.contains_key(&subject));
}

/// Nor do they read who was refused by it: no opposition that they know of would explain the refusal. By theirs they do.
#[test]
fn who_is_refused_by_a_minor_is_his_own_too() {
    let mut world = family();
    let nurse = professional("801111111111", "60", None, "SA07");
    let subject = Some(Subject::Professional(ProfessionalId::parse("801111111111").unwrap()));
    let oppose = |kind, subject: &Option<Subject>, opposed: bool| {
        let motive = opposed.then(|| "Après ma visite".into());
        Act::Oppose(Oppose { kind, subject: subject.clone(), opposed, motive })
    };
    let (feeding, consultation) = (OppositionKind::Feeding, OppositionKind::Consultation);
    let deposit = |byte: u8| provide(vec![document(&format!("1.{byte}"), "11490-0", byte)]);
    let lines = |world: &World| {
        let refused = |act: &&ActCode| matches!(act, ActCode::ProvideDocuments | ActCode::FindDocuments);
        told(world).iter().filter(refused).count()
    };
    for kind in [feeding, consultation] {
        assert_eq!(world.act(&holder(), oppose(kind, &subject, true)).outcome.rule, Rule::Holder);
    }
    let before = lines(&world);
    assert_eq!(world.act(&nurse, deposit(1)).outcome.rule, Rule::OppositionFeeding);
    assert_eq!(world.act(&nurse, find()).outcome.rule, Rule::Opposition);
    assert_eq!(lines(&world), before, "they would read that he opposes her");
    world.act(&mother(), oppose(OppositionKind::Centre15, &None, true));
    assert_eq!(lines(&world), before, "what she opposes besides explains nothing");
    world.act(&holder(), oppose(feeding, &subject, false));
    assert_eq!(lines(&world), before, "nor when it is over");
    world.act(&mother(), oppose(feeding, &subject, true));
    assert_eq!(world.act(&nurse, deposit(2)).outcome.rule, Rule::OppositionFeeding);
    assert_eq!(lines(&world), before + 1, "by her own");
}

/// Her words are hers: a minor's reason, and whom he names, are not read back to her, also where she is his guardian later. What she said herself
/// is; and of an adult whom he opposed by then.
#[test]
fn a_minors_reasons_are_not_read_back_to_her() {
    let mut world = family();
    let named = |id: &str| Some(Subject::Professional(ProfessionalId::parse(id).unwrap()));
    let oppose = |id: &str, motive: &str| {
        let kind = OppositionKind::Feeding;
        Act::Oppose(Oppose { kind, subject: named(id), opposed: true, motive: Some(motive.into()) })
    };
    world.act(&holder(), oppose("801111111111", "Après ma visite"));
    let choices = |world: &mut World, who: &Arc<Requester>| match world
        .act(who, Act::ListAuthorizations(ListAuthorizations::default()))
        .answer
    {
        Answer::Rights(rights) => {
            let told = rights.choices.oppositions.into_iter();
            told.map(|one| (one.subject, one.motive.as_deref().unwrap_or_default().to_owned())).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    let (his, hers) = (named("801111111111"), named("802222222222"));
    assert_eq!(choices(&mut world, &mother()), []);
    assert_eq!(choices(&mut world, &holder()), [(his.clone(), "Après ma visite".to_owned())]);
    world.act(&mother(), oppose("802222222222", "Une dispute"));
    assert_eq!(choices(&mut world, &mother()), [(hers.clone(), "Une dispute".to_owned())]);
    world.act(&holder(), oppose("804444444444", "À moi"));
    world.act(&mother(), oppose("801111111111", "Une autre"));
    let both = [(hers.clone(), "Une dispute".to_owned()), (his.clone(), String::new())];
    assert_eq!(choices(&mut world, &mother()), both, "whose reason is kept she is not told");
    world.now = Day::new(2028, 5, 1).unwrap().start();
    let Act::RecordMandate(mut guardian) = mandate("g", MandateScope::Full, true) else { panic!("a mandate") };
    guardian.mandate.start = Day::new(2028, 4, 1).unwrap();
    world.act(&operator(), Act::RecordMandate(guardian));
    world.act(&holder(), oppose("803333333333", "Une autre encore"));
    let by_then = [both.to_vec(), vec![(named("803333333333"), "Une autre encore".to_owned())]].concat();
    assert_eq!(choices(&mut world, &representative("g", ins())), by_then);
    assert_eq!(choices(&mut world, &holder()).len(), 4);
    // What he says of whom the minor opposed is his own word, and read back.
    world.act(&representative("g", ins()), oppose("804444444444", "Une raison"));
    assert_eq!(choices(&mut world, &representative("g", ins())).len(), 4);
}

/// Naming somebody tells nobody whether he was here: neither by a refusal nor by a name (decisions 19 and 24).
#[test]
fn naming_somebody_tells_nobody_that_she_was_here() {
    const NURSE: &str = "801111111111";
    let subject = || Subject::Professional(ProfessionalId::parse(NURSE).unwrap());
    let name = || {
        let professional = ProfessionalId::parse(NURSE).unwrap();
        Act::NameMedecinTraitant(NameMedecinTraitant { professional, name: None })
    };
    let withheld = || {
        let visibility = Visibility { invisible_patient: true, ..Visibility::default() };
        provide(vec![NewDocument { visibility, ..document("1.1", "11502-2", 1) }])
    };
    let in_secret = [find(), declare()];
    for (who, side, before) in [
        (mother(), Side::Representative, in_secret.map(|act| (nurse(true), act)).to_vec()),
        (holder(), Side::Holder, vec![(nurse(false), withheld())]),
    ] {
        let seen = [false, true].map(|came| {
            let mut world = family();
            for (by, act) in before.iter().filter(|_| came) {
                world.act(by, act.clone());
            }
            let block = Act::Block(dmp_core::act::Block { subject: subject(), name: None });
            let named = world.act(&who, name()).outcome.rule;
            let blocked = world.act(&who, block).outcome.rule;
            let unblocked = world.act(&who, Act::Unblock(Unblock { subject: subject() })).outcome.rule;
            let window = HistoryWindow::whole(side);
            let line = |entry| HistoryLine::of(&world.dossier, &window, world.now, entry);
            let lines = world.entries.iter().filter_map(line);
            let called: Vec<String> = lines.filter_map(|line| line.said.whom.map(|whom| whom.called())).collect();
            (named, blocked, unblocked, called)
        });
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0].3, [NURSE, NURSE]);
    }
}
