//! The médecin traitant: what goes with his role, and what rests while he is not authorised (decisions 10; facts c.5 and g).

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::document::Visibility;
use dmp_core::dossier::{AccessMode, ActCode, HolderChoice, OppositionKind, Rule, Subject};
use dmp_core::history::HistoryLine;
use dmp_core::identity::*;

use crate::world::*;

const ID: &str = "801234567897";

fn doctor() -> Arc<Requester> {
    professional(ID, "10", Some("SM26"), "SA07")
}

fn named() -> World {
    let mut world = World::activated();
    let professional = ProfessionalId::parse(ID).unwrap();
    world.act(&holder(), Act::NameMedecinTraitant(NameMedecinTraitant { professional, name: None }));
    world
}

fn block() -> Act {
    block_of("801111111111")
}

fn block_of(id: &str) -> Act {
    Act::Block(Block { subject: Subject::Professional(ProfessionalId::parse(id).unwrap()), name: None })
}

/// The role gives no authorisation; while there is none, its rights rest, and it may still be given up.
#[test]
fn the_rights_of_the_role_rest_and_the_role_may_be_given_up() {
    let mut world = named();
    assert_eq!(world.act(&doctor(), block()).outcome.rule, Rule::NoAuthorization);
    assert_eq!(world.act(&doctor(), Act::ReadHistory(ReadHistory)).outcome.rule, Rule::NoAuthorization);
    let Answer::Existence(told) = world.act(&doctor(), Act::TestExistence(TestExistence)).answer else {
        panic!("TD0.2")
    };
    assert!(told.medecin_traitant, "STATUT_MT is the role, not its rights");
    assert_eq!(world.act(&doctor(), Act::LeaveMedecinTraitant(LeaveMedecinTraitant)).outcome.rule, Rule::Authenticated);
    assert!(world.dossier.medecin_traitant.is_none());
    let again = world.act(&doctor(), Act::LeaveMedecinTraitant(LeaveMedecinTraitant));
    assert_eq!(again.outcome.rule, Rule::FunctionalRight);
}

fn entry(seq: u32) -> Act {
    Act::ReadHistoryEntry(ReadHistoryEntry { journal: 1, seq })
}

/// Decisions 16 and 17: he is told of every emergency, unless he is the one who entered, or is blocked; so he reads whose it was while his
/// rights rest, and nothing else (decisions 10), and not where the holder wants no professional to read (decisions 9).
#[test]
fn an_emergency_is_told_him_while_his_rights_rest() {
    let mut world = named();
    let hospital = professional("801111111111", "10", Some("SM04"), "SA01");
    world.act(&hospital, provide(vec![document("1.2.3", "11490-0", 1)]));
    let item = world.dossier.documents[0].item;
    assert_eq!(world.act(&doctor(), entry(1)).outcome.rule, Rule::NoAuthorization, "he was told of nothing");
    let read = Act::RetrieveDocument(RetrieveDocument { item });
    world.mode = AccessMode::BrisDeGlace;
    assert_eq!(world.act(&hospital, read.clone()).outcome.rule, Rule::BrisDeGlace);
    let told = world.dossier.seq;
    world.act(&hospital, read);
    world.mode = AccessMode::Normal;
    let lines = |world: &mut World, who: &Arc<Requester>, act: Act| {
        let Answer::History(window) = world.act(who, act).answer else { return Vec::new() };
        let of = |one| HistoryLine::of(&world.dossier, &window, world.now, one);
        let wanted = |line: &HistoryLine| window.only.is_none_or(|only| only.1 == line.seq);
        world.entries.iter().filter_map(of).filter(wanted).collect::<Vec<_>>()
    };
    let line = lines(&mut world, &doctor(), entry(told)).pop().expect("the line that he was told of");
    assert_eq!((line.mode, line.motive.as_deref()), (AccessMode::BrisDeGlace, Some("sans connaissance")));
    assert_eq!(line.requester, hospital);
    assert!(line.documents.is_empty() && line.question.is_none() && !line.refused, "{line:?}");
    for other in [told - 1, told + 1] {
        assert!(lines(&mut world, &doctor(), entry(other)).is_empty(), "nothing else");
    }
    assert_eq!(world.act(&doctor(), Act::ReadHistory(ReadHistory)).outcome.rule, Rule::NoAuthorization);
    let stranger = professional("801111111112", "10", Some("SM26"), "SA08");
    assert_eq!(world.act(&stranger, entry(told)).outcome.rule, Rule::NoAuthorization);
    // He who entered was not told; and what was before his time was told another.
    world.mode = AccessMode::BrisDeGlace;
    world.act(&doctor(), find());
    let own = world.dossier.seq;
    world.mode = AccessMode::Normal;
    assert!(lines(&mut world, &doctor(), entry(own)).is_empty());
    let oppose =
        |opposed| Oppose { kind: OppositionKind::Consultation, subject: None, opposed, motive: Some("Non".into()) };
    world.act(&holder(), Act::Oppose(oppose(true)));
    assert_eq!(world.act(&doctor(), entry(told)).outcome.rule, Rule::Opposition);
    world.act(&holder(), Act::Oppose(oppose(false)));
    let name = |id: &str| NameMedecinTraitant { professional: ProfessionalId::parse(id).unwrap(), name: None };
    world.act(&holder(), Act::NameMedecinTraitant(name("801111111112")));
    assert!(lines(&mut world, &stranger, entry(told)).is_empty());
    assert_eq!(world.act(&doctor(), entry(told)).outcome.rule, Rule::NoAuthorization);
    world.act(&holder(), Act::NameMedecinTraitant(name(ID)));
    world.act(&holder(), block_of(ID));
    assert_eq!(world.act(&doctor(), entry(told)).outcome.rule, Rule::Blocked);
}

/// He reads every access, but of documents that are not there for him the history tells him nothing.
#[test]
fn he_reads_the_history_without_what_he_may_not_see() {
    let mut world = named();
    world.act(&doctor(), declare());
    let hospital = professional("801111111111", "10", Some("SM04"), "SA01");
    world.act(&hospital, provide(vec![document("1.2.3", "11490-0", 1)]));
    let mut residence = document("1.2.4", "11490-0", 2);
    let known = dmp_core::code::table::document_types().iter().find(|row| &*row.code.code == "ATTEST-RESID").unwrap();
    residence.entry.type_code.code = known.code.clone();
    residence.entry.title = Some("RÉSIDENCE".into());
    let other = professional("801111111112", "10", Some("SM04"), "SA01");
    let Requester::Professional(one) = &*other else { panic!("a professional") };
    let other = Arc::new(Requester::Professional(Professional { structure: None, ..one.clone() }));
    world.act(&other, provide(vec![residence]));
    assert_eq!(world.act(&doctor(), block()).outcome.rule, Rule::MedecinTraitant);
    let Answer::History(window) = world.act(&doctor(), Act::ReadHistory(ReadHistory)).answer else { panic!("history") };
    let lines = world.entries.iter().filter_map(|one| HistoryLine::of(&world.dossier, &window, world.now, one));
    let told = format!("{:?}", lines.collect::<Vec<_>>());
    assert!(told.contains("Ordonnance") && !told.contains("RÉSIDENCE"), "{told}");
}

/// What the holder deposited, he archives, or his médecin traitant (the note * of the sheet).
#[test]
fn what_the_holder_deposited_no_other_doctor_archives() {
    let mut world = named();
    let mut own = document("1.2.3", "11490-0", 1);
    let known = dmp_core::code::table::document_types().iter().find(|row| &*row.code.code == "DOCPAT02").unwrap();
    own.entry.type_code.code = known.code.clone();
    world.act(&holder(), provide(vec![own]));
    let item = world.dossier.documents[0].item;
    let archive = || Act::ArchiveDocument(ArchiveDocument { item, archived: true });
    let other = professional("801111111111", "10", Some("SM26"), "SA07");
    for who in [&doctor(), &other] {
        world.act(who, declare());
    }
    assert_eq!(world.act(&other, archive()).outcome.rule, Rule::NotAuthor);
    assert!(world.act(&doctor(), archive()).outcome.rule.allows());
}

/// Facts c.5 and g: he sees all traces, those of a document that was deleted since too, if it was there for him.
#[test]
fn what_was_deleted_leaves_its_traces_to_him() {
    let mut world = named();
    world.act(&doctor(), declare());
    let hospital = professional("801111111111", "10", Some("SM04"), "SA01");
    world.act(&hospital, provide(vec![document("1.2.3", "11490-0", 1)]));
    let item = world.dossier.documents[0].item;
    let told = |world: &mut World| {
        let Answer::History(window) = world.act(&doctor(), Act::ReadHistory(ReadHistory)).answer else {
            panic!("history")
        };
        let lines = world.entries.iter().filter_map(|one| HistoryLine::of(&world.dossier, &window, world.now, one));
        lines.filter(|line| line.documents.iter().any(|one| one.item == item)).map(|line| line.act).collect::<Vec<_>>()
    };
    assert_eq!(told(&mut world), [ActCode::ProvideDocuments]);
    world.act(&hospital, Act::DeleteDocument(DeleteDocument { item }));
    assert_eq!(told(&mut world), [ActCode::ProvideDocuments, ActCode::DeleteDocument]);
}

/// Facts c.5: the role is a doctor's. Who is known to be none is not named; who was named and is none has nothing of it.
#[test]
fn the_role_is_a_doctors() {
    let name = || {
        let professional = ProfessionalId::parse(ID).unwrap();
        Act::NameMedecinTraitant(NameMedecinTraitant { professional, name: None })
    };
    let nurse = professional(ID, "60", None, "SA07");
    let mut world = named();
    world.act(&nurse, declare());
    world.act(&holder(), provide(vec![document("1.2.3", "11490-0", 1)]));
    let item = world.dossier.documents[0].item;
    let refused = [
        Act::ReadHistory(ReadHistory),
        block(),
        Act::DeleteDocument(DeleteDocument { item }),
        Act::LeaveMedecinTraitant(LeaveMedecinTraitant),
    ];
    for act in refused {
        let decision = world.act(&nurse, act);
        assert!(!decision.outcome.rule.allows() || matches!(decision.answer, Answer::NotFound), "{decision:?}");
    }
    assert!(!world.dossier.documents[0].standing.deleted && world.dossier.blocks.is_empty());
    let mut world = World::activated();
    world.act(&nurse, declare());
    let answer = world.act(&holder(), name()).answer;
    assert!(matches!(&answer, Answer::Faulty(fault) if fault.rule == Rule::DoctorOnly), "{answer:?}");
    // He became one: the last that he proved counts.
    world.act(&doctor(), declare());
    assert_eq!(world.act(&holder(), name()).outcome.rule, Rule::Holder);
}

/// What the holder hid, and what is hidden from who represents him, shown in one request: both are done, or neither is said to be.
#[test]
fn he_shows_both_at_once() {
    let mut world = named();
    world.act(&doctor(), declare());
    world.act(&holder(), provide(vec![document("1.2.9", "11490-0", 9)]));
    let item = world.dossier.documents[0].item;
    let change = |masque_ps, legaux| {
        Act::UpdateVisibility(UpdateVisibility {
            item,
            masque_ps,
            invisible_patient: None,
            invisible_representants_legaux: legaux,
            holder_asked: true,
        })
    };
    let hidden = Visibility { masque_ps: false, invisible_patient: false, invisible_representants_legaux: true };
    world.dossier.documents[0].visibility = hidden;
    world.act(&holder(), change(Some(true), None));
    assert_eq!(world.dossier.documents[0].holder_choice, Some(HolderChoice::Hidden));
    let decision = world.act(&doctor(), change(Some(false), Some(false)));
    assert_eq!((decision.outcome.rule, decision.changes.len()), (Rule::MedecinTraitant, 2), "{decision:?}");
    let record = &world.dossier.documents[0];
    assert_eq!(record.holder_choice, Some(HolderChoice::Shown));
    assert!(!record.visibility.invisible_representants_legaux);
}

/// A structure's certificate names whomever it likes: it has nothing of the role of whom it names (decisions 6).
#[test]
fn a_certificate_that_names_him_has_nothing_of_his_role() {
    let Requester::Professional(one) = (*doctor()).clone() else { panic!("a doctor") };
    let certificate = Arc::new(Requester::Professional(Professional { means: Means::Indirect, ..one }));
    let mut world = named();
    let subject = Some(Subject::Professional(ProfessionalId::parse(ID).unwrap()));
    world.act(&holder(), Act::GrantAccess(GrantAccess { subject, ..GrantAccess::default() }));
    let visibility = Visibility { masque_ps: true, ..Visibility::default() };
    let masked = NewDocument { visibility, ..document("1.2.3", "11490-0", 1) };
    world.act(&professional("801111111111", "10", Some("SM04"), "SA01"), provide(vec![masked]));
    let item = world.dossier.documents[0].item;
    let asks = |world: &mut World, who: &Arc<Requester>| {
        let archive = Act::ArchiveDocument(ArchiveDocument { item, archived: true });
        let read = world.act(who, Act::ReadDocumentEntry(ReadDocumentEntry { item })).outcome.rule;
        let archived = world.act(who, archive).outcome.rule;
        let history = world.act(who, Act::ReadHistory(ReadHistory)).outcome.rule;
        (read, archived, history)
    };
    let none = Rule::FunctionalRight;
    assert_eq!(asks(&mut world, &certificate), (none, none, none));
    assert!(!world.dossier.documents[0].standing.archived);
    let consent = Rule::ExplicitConsent;
    assert_eq!(asks(&mut world, &doctor()), (consent, consent, consent));
    // What the holder deposited he deletes (decisions 22), and no certificate in his name.
    world.act(&holder(), provide(vec![document("1.2.4", "11490-0", 2)]));
    let item = world.dossier.documents[1].item;
    let delete = || Act::DeleteDocument(DeleteDocument { item });
    world.act(&certificate, delete());
    assert!(!world.dossier.documents[1].standing.deleted);
    world.act(&doctor(), delete());
    assert!(world.dossier.documents[1].standing.deleted);
}
