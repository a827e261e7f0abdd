//! What is one's own: an authorisation that one withdraws, a version that one sees, a reference that one finds (decisions 2, 4, 21, 32, 33).

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::code::{HumanName, PersonId, Xcn};
use dmp_core::document::criteria::Token;
use dmp_core::document::{Author, Visibility};
use dmp_core::dossier::*;
use dmp_core::history::kind_of;
use dmp_core::identity::*;

use crate::world::*;

fn hospital() -> Arc<Requester> {
    professional("801111111111", "10", Some("SM04"), "SA01")
}

/// Of another structure.
fn doctor() -> Arc<Requester> {
    let Requester::Professional(one) = &*professional("801234567897", "10", Some("SM26"), "SA07") else {
        panic!("a doctor")
    };
    let structure = Some(StructureRef { id: StructureId::parse("1750000001").unwrap(), name: None });
    Arc::new(Requester::Professional(Professional { structure, ..one.clone() }))
}

/// The sheet: "withdraw one's own authorisation" is for professionals; no member shuts out his colleagues, nor do a structure's certificate and
/// its staff.
#[test]
fn nobody_but_the_holder_withdraws_what_he_gave_a_structure() {
    let mut world = World::activated();
    let structure = Subject::Structure(StructureId::parse("1750803447").unwrap());
    let given = Act::GrantAccess(GrantAccess { subject: Some(structure.clone()), ..GrantAccess::default() });
    world.act(&holder(), given);
    let item = world.dossier.authorizations[&structure].item;
    let withdraw = |item| Act::WithdrawAccess(WithdrawAccess { item });
    let nurse = professional("802222222229", "60", None, "SA01");
    assert!(matches!(world.act(&nurse, withdraw(item)).answer, Answer::NotFound));
    assert_eq!(world.act(&organisation("SA01", false), withdraw(item)).outcome.rule, Rule::FunctionalRight);
    assert_eq!(world.act(&hospital(), find()).outcome.rule, Rule::ExplicitConsent);
    world.act(&nurse, declare());
    let own = world.dossier.authorizations[&Subject::Professional(ProfessionalId::parse("802222222229").unwrap())].item;
    assert_eq!(world.act(&nurse, withdraw(own)).outcome.rule, Rule::Authenticated);
    assert_eq!(world.act(&holder(), withdraw(item)).outcome.rule, Rule::Holder);
    assert_eq!(world.act(&hospital(), find()).outcome.rule, Rule::NoAuthorization);
}

/// The page on silence: the version of an ETag is that which this caller sees, and it is what `If-Match` is held against.
#[test]
fn the_version_that_one_sees_is_the_one_that_one_changes() {
    let mut world = World::activated();
    world.act(&hospital(), provide(vec![document("1.1", "11490-0", 1)]));
    let newer =
        NewDocument { replaces: Some(ReplaceTarget::Identifier("1.1".into())), ..document("1.2", "11490-0", 2) };
    world.act(&hospital(), provide(vec![newer]));
    world.act(&hospital(), declare());
    let item = world.dossier.documents[0].item;
    let read = Act::ReadDocumentEntry(ReadDocumentEntry { item });
    let Answer::Document(view) = world.act(&hospital(), read).answer else { panic!("a document") };
    assert_eq!(view.version, 2, "its replacement is one more");
    let archive = |version| {
        let change = DocumentChange::Archive(ArchiveDocument { item, archived: true });
        Act::ChangeDocument(ChangeDocument {
            identifier: None,
            resolved: None,
            alone: false,
            version: Some(version),
            present: false,
            change,
        })
    };
    let stale = world.act(&hospital(), archive(1)).answer;
    assert!(matches!(&stale, Answer::Faulty(fault) if fault.rule == Rule::VersionChanged), "{stale:?}");
    assert!(matches!(world.act(&hospital(), archive(2)).answer, Answer::Changed(_)));
    // Whoever may not see the newer one is told of none.
    let hide = UpdateVisibility {
        item: world.dossier.documents[1].item,
        masque_ps: Some(true),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: false,
    };
    world.act(&holder(), Act::UpdateVisibility(hide));
    world.act(&doctor(), declare());
    let Answer::Document(view) = world.act(&doctor(), Act::ReadDocumentEntry(ReadDocumentEntry { item })).answer else {
        panic!("a document")
    };
    let mask = DocumentChange::Visibility(UpdateVisibility {
        item,
        masque_ps: Some(true),
        invisible_patient: None,
        invisible_representants_legaux: None,
        holder_asked: false,
    });
    let change = ChangeDocument {
        identifier: None,
        resolved: None,
        alone: false,
        version: Some(view.version),
        present: false,
        change: mask,
    };
    let answer = world.act(&doctor(), Act::ChangeDocument(change)).answer;
    assert!(matches!(answer, Answer::Changed(_)), "{answer:?}");
}

fn reference(of: &str) -> Act {
    let identifier = Token { system: None, code: Some(format!("urn:oid:{of}").into()) };
    Act::FindReference(FindReference { identifier, resolved: None })
}

/// Decisions 32 and 33: TD3.1b discloses to who may consult: it counts, and the first is a first access. To who only finds his own it is part of
/// feeding.
#[test]
fn a_reference_that_is_found_is_an_access() {
    let mut world = World::activated();
    world.act(&hospital(), provide(vec![document("1.1", "11490-0", 1)]));
    let code = ActCode::FindReference;
    let own = world.act(&hospital(), reference("1.1"));
    assert!(matches!(own.answer, Answer::Documents(_)) && !own.discloses(code));
    assert!(!world.entries.last().unwrap().is_access());
    world.act(&doctor(), declare());
    let nothing = world.act(&doctor(), reference("1.404"));
    assert!(!nothing.discloses(code) && !world.entries.last().unwrap().is_access());
    let found = world.act(&doctor(), reference("1.1"));
    assert!(matches!(found.answer, Answer::Documents(_)) && found.discloses(code));
    let entry = world.entries.last().unwrap();
    assert_eq!(kind_of(&world.dossier, entry), Some(NoticeKind::FirstAccess));
    world.act(&doctor(), find());
    let entry = world.entries.last().unwrap();
    assert_ne!(kind_of(&world.dossier, entry), Some(NoticeKind::FirstAccess), "once");
}

/// Note Y3 of the sheet: by a structure's certificate new authorisations alone are listed, by date; a professional lists them all.
#[test]
fn a_certificate_lists_new_authorisations_alone() {
    let list = |who: &Arc<Requester>, since| {
        let mut world = World::activated();
        world.act(who, Act::ListDossiers(ListDossiers { since })).outcome.rule
    };
    let since = Some(World::new().now);
    let certificate = organisation("SA01", false);
    assert_eq!((list(&certificate, None), list(&certificate, since)), (Rule::FunctionalRight, Rule::Authenticated));
    assert_eq!((list(&doctor(), None), list(&doctor(), since)), (Rule::Authenticated, Rule::Authenticated));
}

/// By a structure's certificate: what its structure deposited, and nothing else, whoever deposited it there.
#[test]
fn a_certificate_has_what_its_structure_deposited() {
    for (by, own) in [(hospital(), true), (doctor(), false)] {
        let mut world = World::activated();
        world.act(&by, provide(vec![document("1.1", "11490-0", 1)]));
        let newer =
            NewDocument { replaces: Some(ReplaceTarget::Identifier("1.1".into())), ..document("1.2", "11490-0", 2) };
        let replaced = world.act(&organisation("SA01", false), provide(vec![newer]));
        assert_eq!(replaced.outcome.items.iter().all(|one| one.status == ItemStatus::Given), own, "{replaced:?}");
        let item = world.dossier.documents.last().unwrap().item;
        let deleted = world.act(&organisation("SA01", false), Act::DeleteDocument(DeleteDocument { item }));
        assert_eq!(world.dossier.documents.last().unwrap().standing.deleted, own, "{deleted:?}");
    }
}

/// Decisions, preamble: a document is one's own that names one as its author, whoever deposited it.
#[test]
fn a_document_is_also_its_authors() {
    let Requester::Professional(one) = &*doctor() else { panic!("a doctor") };
    for (id, own) in [(one.id.to_string(), true), ("801234567899".to_owned(), false)] {
        let root = Some("1.2.250.1.71.4.2.1".into());
        let person = Xcn {
            id: Some(PersonId { root, extension: id.into(), kind: None, namespace: None }),
            name: HumanName::default(),
            name_type: None,
        };
        let author =
            Author { person: Some(person), institutions: Vec::new(), specialties: Vec::new(), roles: Vec::new() };
        let visibility = Visibility { masque_ps: true, ..Visibility::default() };
        let mut world = World::activated();
        let named = NewDocument { authors: vec![author], visibility, ..document("1.1", "11490-0", 1) };
        world.act(&hospital(), provide(vec![named]));
        world.act(&doctor(), declare());
        let Answer::Documents(found) = world.act(&doctor(), find()).answer else { panic!("documents") };
        assert_eq!(found.total, usize::from(own));
    }
}

/// Decisions 2: who names no patient hears of no dossier, not even that it refuses; and the change itself is what looks, once.
#[test]
fn what_is_changed_by_its_identifier_alone_is_ones_own() {
    let mut world = World::activated();
    world.act(&hospital(), provide(vec![document("1.1", "11490-0", 1)]));
    let archive = |of: &str, alone: bool| {
        let identifier = Some(Token { system: None, code: Some(format!("urn:oid:{of}").into()) });
        let change = DocumentChange::Archive(ArchiveDocument { item: 0, archived: true });
        Act::ChangeDocument(ChangeDocument { identifier, resolved: None, alone, version: None, present: false, change })
    };
    for of in ["1.1", "1.404"] {
        let told = world.act(&doctor(), archive(of, false)).answer;
        assert!(matches!(told, Answer::Refused(Rule::NoAuthorization)), "{of}: {told:?}");
        let alone = world.act(&doctor(), archive(of, true)).answer;
        assert!(matches!(alone, Answer::NotFound), "{of}: {alone:?}");
    }
    let entry = world.entries.last().unwrap();
    assert_eq!(entry.facts.act, ActCode::ArchiveDocument);
    world.act(&hospital(), declare());
    assert!(matches!(world.act(&hospital(), archive("1.1", true)).answer, Answer::Changed(_)));
    assert!(world.dossier.documents[0].standing.archived);
}
