//! What is told, to whom and when; terms that come; reading that renews (decisions 5, 8, 19, 24, 27, 31, 33).

use std::sync::Arc;

use dmp_core::access::{PolicyName, Settings, standing};
use dmp_core::act::*;
use dmp_core::code::{Day, Instant};
use dmp_core::document::Visibility;
use dmp_core::dossier::*;
use dmp_core::history::{Audience, frequency, is_told_to, kind_of, recipients, slot};
use dmp_core::identity::*;

use crate::world::*;

fn withheld(byte: u8) -> NewDocument {
    let visibility = Visibility { invisible_patient: true, ..Visibility::default() };
    NewDocument { visibility, ..document(&format!("1.2.{byte}"), "11502-2", byte) }
}

fn born(year: i16, emails: bool) -> Act {
    let Act::OpenDossier(mut opening) = open() else { panic!("an opening") };
    opening.holder.birth = Day::new(year, 6, 30).unwrap();
    if emails {
        opening.holder.email = Some("foyer@exemple.fr".into());
        opening.holder.representatives = vec![RepresentativeRecord {
            ins: None,
            family: Some("DURAND".into()),
            given: Some("Marie".into()),
            relationship: None,
            email: Some("marie@exemple.fr".into()),
            phone: None,
        }];
    }
    Act::OpenDossier(opening)
}

fn named(person: &str) -> Act {
    let Act::RecordMandate(mut record) = mandate(person, MandateScope::Full, false) else { panic!("a mandate") };
    record.mandate.name = Some("Marie DURAND".into());
    Act::RecordMandate(record)
}

fn to(dossier: &Dossier, now: Instant) -> Vec<(Audience, String)> {
    recipients(dossier, now).into_iter().map(|one| (one.audience, one.email.into())).collect()
}

/// Facts c.7: two weeks of 7 × 24 hours, a calendar month; each term once, and none of what was shown before.
#[test]
fn the_terms_of_a_withheld_document_come_once() {
    let mut world = World::activated();
    let doctor = professional("899700218896", "10", Some("SM26"), "SA07");
    world.act(&doctor, provide(vec![withheld(1)]));
    let deposited = world.now;
    let terms: Vec<(DueKind, Instant)> = world.dossier.due().iter().map(|due| (due.kind, due.at)).collect();
    assert_eq!(
        terms,
        [
            (DueKind::WithheldInvitation, deposited.plus_hours(14 * 24)),
            (DueKind::WithheldRelease, deposited.plus_months(1)),
        ]
    );
    world.now = deposited.plus_hours(14 * 24).plus_millis(-1_001);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::AlreadyDone, "a moment before");
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).changes.len(), 1);
    assert_eq!(kind_of(&world.dossier, world.entries.last().unwrap()), Some(NoticeKind::SeeProfessional));
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::AlreadyDone, "once");
    world.now = deposited.plus_months(1);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).changes.len(), 1);
    assert_eq!(kind_of(&world.dossier, world.entries.last().unwrap()), Some(NoticeKind::Released));
    assert_eq!(world.dossier.due(), []);
    assert_eq!(world.act(&doctor, Act::FallDue(FallDue)).outcome.rule, Rule::FunctionalRight, "the program's own act");
}

/// The invitation is one, though another version came after it; the release is that of the first (decisions 19).
#[test]
fn a_new_version_invites_no_second_time() {
    let mut world = World::activated();
    let doctor = professional("899700218896", "10", Some("SM26"), "SA07");
    world.act(&doctor, provide(vec![withheld(1)]));
    let deposited = world.now;
    world.now = deposited.plus_hours(14 * 24);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).changes.len(), 1);
    let before = world.dossier.documents[0].entry.unique_id.clone();
    let newer = NewDocument { replaces: Some(ReplaceTarget::Identifier(before)), ..withheld(2) };
    assert!(world.act(&doctor, provide(vec![newer])).outcome.rule.allows());
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::AlreadyDone, "invited");
    world.now = deposited.plus_months(1);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).changes.len(), 1);
}

/// Decisions 27: clocks never stop; of a closed dossier nothing falls due until it is open again.
#[test]
fn a_closed_dossier_is_told_when_it_is_open_again() {
    let mut world = World::activated();
    let doctor = professional("899700218896", "10", Some("SM26"), "SA07");
    world.act(&doctor, provide(vec![withheld(1)]));
    world.act(&holder(), Act::CloseDossier(CloseDossier::default()));
    world.now = world.now.plus_months(2);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::AlreadyDone);
    world.act(&holder(), Act::ReopenDossier(ReopenDossier::default()));
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::System);
}

/// Decisions 8: six weeks without objection.
#[test]
fn a_suspension_closes_after_six_weeks() {
    let mut world = World::activated();
    world.act(&operator(), Act::SuspendDossier(SuspendDossier { suspended: true, motive: None }));
    world.now = world.now.plus_weeks(6).plus_millis(-1_001);
    world.act(&system(), Act::FallDue(FallDue));
    assert_eq!(world.dossier.status, DossierStatus::Open);
    world.act(&system(), Act::FallDue(FallDue));
    assert_eq!(
        (world.dossier.status, world.dossier.closing_motive),
        (DossierStatus::Closed, Some(ClosingMotive::Fraud))
    );
}

/// Decisions 8: who objects stops the six weeks, once; the operator frees the dossier, or closes it and says why.
#[test]
fn an_objection_to_a_suspension_waits_for_the_operator() {
    let suspend = |suspended| Act::SuspendDossier(SuspendDossier { suspended, motive: None });
    let object = || Act::ObjectSuspension(ObjectSuspension { text: Some("C’est une erreur".into()) });
    let close = |text: Option<&str>| Act::CloseDossier(CloseDossier { text: text.map(Into::into), express: false });
    let desk = Arc::new(Requester::HelpDesk(HelpDesk { id: "h".into(), name: None, credential: [5; 32] }));
    let doctor = professional("899700218896", "10", Some("SM26"), "SA07");
    let mut world = World::activated();
    assert_eq!(world.act(&holder(), object()).outcome.rule, Rule::State, "nothing is suspended");
    world.act(&operator(), suspend(true));
    for other in [&doctor, &operator()] {
        assert_eq!(world.act(other, object()).outcome.rule, Rule::FunctionalRight);
    }
    assert_eq!(world.act(&operator(), close(Some("Fraude"))).outcome.rule, Rule::FunctionalRight, "six weeks first");
    assert_eq!(world.act(&desk, object()).outcome.rule, Rule::HelpDesk);
    assert_eq!(kind_of(&world.dossier, world.entries.last().unwrap()), Some(NoticeKind::Life));
    assert_eq!(world.act(&holder(), object()).outcome.rule, Rule::AlreadyDone);
    world.now = world.now.plus_weeks(7);
    assert_eq!(world.act(&system(), Act::FallDue(FallDue)).outcome.rule, Rule::AlreadyDone, "it waits");
    let [waiting] = world.dossier.to_review[..] else { panic!("one: {:?}", world.dossier.to_review) };
    let review = ReviewAccess { seq: waiting.seq, outcome: ReviewOutcome::Justified, text: None };
    assert_eq!(world.act(&operator(), Act::ReviewAccess(review)).outcome.rule, Rule::State, "he frees or closes");
    assert_eq!(world.act(&operator(), suspend(false)).outcome.rule, Rule::Operator);
    assert!(world.dossier.to_review.is_empty() && world.dossier.suspended_at.is_none());

    world.act(&operator(), suspend(true));
    assert_ne!(world.dossier.due(), [], "another suspension has its own weeks");
    assert_eq!(world.act(&holder(), object()).outcome.rule, Rule::Holder);
    assert_eq!(world.act(&operator(), close(None)).outcome.rule, Rule::MotiveMissing);
    assert_eq!(world.act(&operator(), close(Some("Fraude établie"))).outcome.rule, Rule::Operator);
    assert_eq!(
        (world.dossier.status, world.dossier.closing_motive, world.dossier.to_review.len()),
        (DossierStatus::Closed, Some(ClosingMotive::Fraud), 0)
    );
    assert_eq!(world.act(&holder(), object()).outcome.rule, Rule::Closed);
    assert_eq!(world.act(&holder(), Act::ReopenDossier(ReopenDossier::default())).outcome.rule, Rule::Suspended);
}

/// A dossier that was never activated is not activated while it is suspended: who holds it objects all the same; a carer does not.
#[test]
fn who_objects_to_a_suspension() {
    let object = || Act::ObjectSuspension(ObjectSuspension::default());
    let suspend = Act::SuspendDossier(SuspendDossier { suspended: true, motive: None });
    let mut fresh = World::new();
    fresh.act(&operator(), open());
    fresh.act(&operator(), suspend.clone());
    assert_eq!(fresh.act(&holder(), object()).outcome.rule, Rule::Holder);
    let mut child = World::new();
    child.act(&operator(), born(2018, true));
    child.act(&operator(), mandate("m", MandateScope::Full, false));
    child.act(&operator(), mandate("r", MandateScope::Read, false));
    child.act(&operator(), suspend.clone());
    assert_eq!(child.act(&representative("r", ins()), object()).outcome.rule, Rule::Scope);
    assert_eq!(child.act(&representative("m", ins()), object()).outcome.rule, Rule::Representative);
    let mut cared = World::activated();
    let scope = CarerScope::Manage;
    let delegate = DelegateCarer { person: "c".into(), name: None, scope, categories: Vec::new(), end: None };
    cared.act(&holder(), Act::DelegateCarer(delegate));
    cared.act(&operator(), suspend);
    let carer = Arc::new(Requester::Carer(Carer { person: "c".into(), name: None, ins: ins(), credential: [6; 32] }));
    assert_eq!(cared.act(&carer, object()).outcome.rule, Rule::Scope);
}

/// Decisions 24: nothing hidden from representatives goes where a parent may read; the address that a minor gave is his own.
#[test]
fn who_is_told_of_a_minor() {
    let mut world = World::new();
    world.act(&operator(), born(2010, true));
    let parents = [
        (Audience::Representative, "foyer@exemple.fr".to_owned()),
        (Audience::Representative, "marie@exemple.fr".into()),
    ];
    assert_eq!(to(&world.dossier, world.now), parents, "sixteen, and no account of his own");
    world.act(&operator(), named("account-1"));
    assert_eq!(to(&world.dossier, world.now), parents, "she is the one of the record");
    world.act(&holder(), activate());
    let own = |email: &str| Act::SetContact(SetContact { email: Some(email.into()) });
    for wrong in ["", "nobody", "a@b", "a b@c.fr", "a@b.fr, c@d.fr", "a@b@c.fr", "a\n@b.fr"] {
        assert_eq!(world.act(&holder(), own(wrong)).outcome.rule, Rule::Address, "{wrong:?}");
    }
    assert_eq!(world.act(&holder(), own("moi@exemple.fr")).outcome.rule, Rule::Holder);
    assert_eq!(to(&world.dossier, world.now)[0], (Audience::Holder, "moi@exemple.fr".into()));
    assert_eq!(to(&world.dossier, world.now).len(), 3);
    let of_age = Day::new(2028, 6, 30).unwrap().start();
    assert_eq!(to(&world.dossier, of_age), [(Audience::Holder, "moi@exemple.fr".into())], "of age: his own alone");
    world.act(&operator(), Act::EndMandate(EndMandate { person: "account-1".into() }));
    let secret = |one: &Arc<Requester>| {
        let Requester::Professional(one) = &**one else { panic!() };
        Arc::new(Requester::Professional(Professional { secret: true, ..one.clone() }))
    };
    let doctor = secret(&professional("899700218896", "10", Some("SM26"), "SA07"));
    world.act(&doctor, declare());
    world.act(&doctor, find());
    let entry = world.entries.last().unwrap();
    let kind = kind_of(&world.dossier, entry).unwrap();
    assert_eq!(kind, NoticeKind::FirstAccess);
    assert!(is_told_to(&world.dossier, Audience::Holder, world.now, entry, kind));
    assert!(!is_told_to(&world.dossier, Audience::Representative, world.now, entry, kind));
}

/// At once by default; by day and by week at eight in Paris, across a change of the clocks; never a first access.
#[test]
fn when_one_is_told() {
    let mut world = World::activated();
    let kinds = (NoticeKind::DocumentRead, NoticeKind::FirstAccess);
    assert_eq!(
        frequency(&world.dossier, Audience::Holder, kinds.0, NoticeChannel::Email, world.now),
        NoticeFrequency::AtOnce
    );
    assert_eq!(
        frequency(&world.dossier, Audience::Holder, kinds.0, NoticeChannel::Letter, world.now),
        NoticeFrequency::Never
    );
    let choose = |kind, frequency| {
        Act::ChooseNotice(ChooseNotice {
            chosen: NoticeChosen { kind, channel: NoticeChannel::Email, frequency, by_representative: false },
        })
    };
    world.act(&holder(), choose(None, NoticeFrequency::Weekly));
    world.act(&holder(), choose(Some(kinds.0), NoticeFrequency::Daily));
    assert_eq!(
        frequency(&world.dossier, Audience::Holder, kinds.0, NoticeChannel::Email, world.now),
        NoticeFrequency::Daily
    );
    assert_eq!(
        frequency(&world.dossier, Audience::Holder, NoticeKind::Life, NoticeChannel::Email, world.now),
        NoticeFrequency::Weekly
    );
    assert_eq!(
        frequency(&world.dossier, Audience::Holder, kinds.1, NoticeChannel::Email, world.now),
        NoticeFrequency::AtOnce
    );
    let doctor = professional("899700218896", "10", Some("SM26"), "SA07");
    let refused = world.act(&doctor, choose(None, NoticeFrequency::Never)).outcome.rule;
    assert!(!refused.allows(), "the holder's choice");
    let at = |text: &str| Instant::parse_rfc3339(text).unwrap();
    let evening = at("2027-03-27T20:00:00Z");
    assert_eq!(slot(NoticeFrequency::Daily, evening), Some(at("2027-03-28T06:00:00Z")), "eight, in summer by now");
    assert_eq!(slot(NoticeFrequency::Daily, at("2027-03-27T06:59:59Z")), Some(at("2027-03-27T07:00:00Z")));
    assert_eq!(slot(NoticeFrequency::Weekly, evening), Some(at("2027-03-29T06:00:00Z")), "the Monday after");
    assert_eq!(slot(NoticeFrequency::Never, evening), None);
}

/// Decisions 5: off by default; where a deployment says so, a day's reading renews once.
#[test]
fn reading_renews_only_where_the_deployment_says_so() {
    for (renews, months) in [(false, 12), (true, 18)] {
        let mut world = World::activated();
        let settings = Settings { reading_renews: renews, ..Settings::default() };
        world.policy = policy(PolicyName::Mes2024, settings);
        let doctor = professional("899700218896", "10", Some("SM26"), "SA07");
        world.act(&doctor, declare());
        let declared = world.now;
        world.now = declared.plus_months(6).plus_millis(-1_000);
        world.act(&doctor, find());
        assert_eq!(world.act(&doctor, find()).changes.len(), 0, "once a day");
        let until = standing(&world.dossier, &doctor, &world.policy, world.now).until.unwrap();
        assert_eq!(until, declared.plus_months(months));
    }
}
