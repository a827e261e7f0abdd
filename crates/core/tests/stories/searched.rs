//! What a search compares: the names of authors, and identifiers of which another document has the same.

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::code::{Dtm, HumanName, Xcn};
use dmp_core::document::criteria::{
    Clause, Criteria, DatePrefix, DateValue, Field, TextMatch, TextValue, Token, Value,
};
use dmp_core::document::{Author, Item, Page, Visibility};
use dmp_core::dossier::{Change, Rule};
use dmp_core::identity::{Professional, Requester, StructureId, StructureRef};

use crate::world::*;

fn hospital() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM04"), "SA01")
}

/// Of another structure than the hospital's.
fn gp() -> Arc<Requester> {
    let one = professional("801234567905", "10", Some("SM26"), "SA07");
    let Requester::Professional(one) = &*one else { panic!("a professional") };
    let structure = Some(StructureRef { id: StructureId::parse("1750803448").unwrap(), name: None });
    Arc::new(Requester::Professional(Professional { structure, ..one.clone() }))
}

fn author(family: &str) -> Author {
    let name = HumanName { family: Some(family.into()), ..HumanName::default() };
    let person = Some(Xcn { id: None, name, name_type: None });
    Author { person, institutions: Vec::new(), specialties: Vec::new(), roles: Vec::new() }
}

fn found(world: &mut World, field: Field, any: Vec<Value>) -> Vec<Item> {
    let criteria = Criteria { all: vec![Clause { field, not: false, any }] };
    let find = Act::FindDocuments(FindDocuments { criteria, page: Page::FIRST, resolved: Vec::new() });
    match world.act(&holder(), find).answer {
        Answer::Documents(found) => found.documents.iter().map(|view| view.item).collect(),
        other => panic!("{other:?}"),
    }
}

fn text(how: TextMatch, text: &str) -> Value {
    Value::Text(TextValue { how, text: text.into() })
}

fn token(code: &str) -> Token {
    Token { system: None, code: Some(code.into()) }
}

#[test]
fn one_of_the_texts_is_found_as_it_was_asked() {
    let mut world = World::activated();
    let new = NewDocument { authors: vec![author("Lefèvre")], ..document("1.2.1", "11490-0", 1) };
    world.act(&hospital(), provide(vec![new, document("1.2.2", "11490-0", 2)]));
    let cases = [
        (TextMatch::Starts, "LEFE", true),
        (TextMatch::Starts, "fevre", false),
        (TextMatch::Contains, "FEVRE", true),
        (TextMatch::Contains, "zq", false),
        (TextMatch::Exact, "Lefèvre", true),
        (TextMatch::Exact, "lefevre", false),
    ];
    for (how, asked, expected) in cases {
        for field in [Field::AuthorFamily, Field::AuthorName] {
            let any = vec![text(how, "zz"), text(how, asked)];
            assert_eq!(found(&mut world, field, any).len(), usize::from(expected), "{how:?} {asked}");
        }
        assert!(found(&mut world, Field::AuthorGiven, vec![text(how, asked)]).is_empty());
    }
}

/// A name is one name however its letters are written: with an accent of their own or one behind them, in one letter or in two.
#[test]
fn a_name_is_found_however_its_letters_are_written() {
    let names = [
        ("E\u{301}CRU", ["Écru", "écru", "ecru", "e\u{301}CRU"]),
        ("Écru", ["E\u{301}cru", "ÉCRU", "Ecru", "ecru"]),
        ("LEBŒUF", ["Leboeuf", "lebœuf", "LEBOEUF", "leb"]),
        ("Šimić", ["SIMIC", "šimić", "S\u{30c}imic\u{301}", "Simić"]),
        ("ÅSTRÖM-ŁÓDŹ", ["Astrom-Lodz", "åström-łódź", "ASTRÖM", "Åstrom"]),
        ("Groß", ["GROSS", "groß", "gross", "Gros"]),
    ];
    for (name, asked) in names {
        let mut world = World::activated();
        let new = NewDocument { authors: vec![author(name)], ..document("1.2.1", "11490-0", 1) };
        world.act(&hospital(), provide(vec![new]));
        for asked in asked {
            let found = found(&mut world, Field::AuthorFamily, vec![text(TextMatch::Starts, asked)]);
            assert_eq!(found.len(), 1, "{name} {asked}");
        }
        let other = found(&mut world, Field::AuthorFamily, vec![text(TextMatch::Starts, "Ecrin")]);
        assert!(other.is_empty(), "{name}");
    }
}

/// Values that many documents share are written once; thousands of them are not compared with one another.
#[test]
fn an_author_is_written_once_however_many_there_are() {
    let mut world = World::activated();
    let many: Vec<Author> = (0..30_000).map(|one| author(&format!("Auteur {one}"))).collect();
    let new = |id: &str, byte: u8, authors: Vec<Author>| NewDocument { authors, ..document(id, "11490-0", byte) };
    let begun = world.act(&hospital(), provide(vec![new("1.2.1", 1, many.clone())]));
    let known = |decision: &Decision| decision.changes.iter().filter(|one| matches!(one, Change::Known(_))).count();
    assert_eq!(known(&begun), 30_000);
    let again = [many[7].clone(), author("Autre"), many[29_999].clone(), author("Autre")];
    let second = world.act(&hospital(), provide(vec![new("1.2.2", 2, again.to_vec())]));
    assert_eq!(known(&second), 1);
    let Some(Change::DocumentAdded(added)) = second.changes.iter().find(|one| matches!(one, Change::DocumentAdded(_)))
    else {
        panic!("{:?}", second.changes)
    };
    let numbers = &added.entry.authors;
    assert_eq!((numbers[1], numbers[2] - numbers[0]), (numbers[3], 29_992));
}

/// A document's own identifier is its own, whatever the sender of another calls his.
#[test]
fn what_another_is_called_does_not_make_it_this_one() {
    const UUID: &str = "b3c4a7de-90af-4d51-8c3e-2f6a1b0c9d8e";
    let mut world = World::activated();
    world.act(&hospital(), declare());
    world.act(&hospital(), provide(vec![document(&format!("urn:uuid:{UUID}"), "11490-0", 1)]));
    let mut called = document("1.2.2", "11490-0", 2);
    called.entry.entry_uuid = Some(UUID.into());
    let gp = gp();
    world.act(&gp, declare());
    world.act(&gp, provide(vec![called]));
    let first = world.dossier.documents[0].item;
    let asked = vec![Value::Token(token(UUID))];
    assert_eq!(found(&mut world, Field::Identifier, asked.clone()), [first]);
    let reference = |who: &Arc<Requester>, world: &mut World| {
        let act = FindReference { identifier: token(UUID), resolved: None };
        match world.act(who, Act::FindReference(act)).answer {
            Answer::Documents(found) => found.documents.iter().map(|view| view.item).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reference(&gp, &mut world), [first]);
    let archive = |resolved: Option<OwnId>, code: &str| {
        let change = DocumentChange::Archive(ArchiveDocument { item: 0, archived: true });
        Act::ChangeDocument(ChangeDocument {
            identifier: Some(token(code)),
            resolved,
            alone: false,
            version: None,
            present: false,
            change,
        })
    };
    let decision = world.act(&hospital(), archive(None, UUID));
    assert!(
        matches!(decision.answer, Answer::Document(_) | Answer::Changed(_) | Answer::Done),
        "{:?}",
        decision.answer
    );
    assert!(world.dossier.documents[0].standing.archived && !world.dossier.documents[1].standing.archived);
    // To replace it is to replace that one.
    let replaces = Some(ReplaceTarget::Identifier(UUID.into()));
    let decision = world.act(&hospital(), provide(vec![NewDocument { replaces, ..document("1.2.3", "11490-0", 3) }]));
    assert!(matches!(decision.answer, Answer::Provided(_)), "{:?}", decision.answer);
    assert_eq!(world.dossier.documents[2].replaces, Some(first));
    // An id of ours is a document's own too.
    let id: Box<str> = "0d5f3f0a-4a1c-4b1e-9a52-1f0d2c3b4a59".into();
    let mut other = document("1.2.4", "11490-0", 4);
    other.entry.entry_uuid = Some(id.clone());
    world.act(&gp, provide(vec![other]));
    let resolved = OwnId { id: id.clone(), journal: 1, item: first };
    let criteria =
        Criteria { all: vec![Clause { field: Field::Identifier, not: false, any: vec![Value::Token(token(&id))] }] };
    let find = FindDocuments { criteria, page: Page::FIRST, resolved: vec![resolved.clone()] };
    let Answer::Documents(answer) = world.act(&holder(), Act::FindDocuments(find)).answer else { panic!("a list") };
    assert_eq!(answer.documents.iter().map(|view| view.item).collect::<Vec<_>>(), [first]);
    let decision = world.act(&gp, archive(Some(resolved), &id));
    assert!(!matches!(decision.answer, Answer::Faulty(ref fault) if fault.rule == Rule::SeveralMatch));
    assert!(!world.dossier.documents[3].standing.archived, "{:?}", decision.answer);
}

/// To whom the one is hidden, the other is what it is called.
#[test]
fn what_is_hidden_is_not_betrayed_by_its_identifier() {
    const UUID: &str = "b3c4a7de-90af-4d51-8c3e-2f6a1b0c9d8e";
    let mut world = World::activated();
    let mut masked = document(&format!("urn:uuid:{UUID}"), "11490-0", 1);
    masked.visibility.masque_ps = true;
    world.act(&hospital(), provide(vec![masked]));
    let gp = gp();
    world.act(&gp, declare());
    let mut called = document("1.2.2", "11490-0", 2);
    called.entry.entry_uuid = Some(UUID.into());
    world.act(&gp, provide(vec![called]));
    let second = world.dossier.documents[1].item;
    let criteria =
        Criteria { all: vec![Clause { field: Field::Identifier, not: false, any: vec![Value::Token(token(UUID))] }] };
    let find = FindDocuments { criteria, page: Page::FIRST, resolved: Vec::new() };
    let Answer::Documents(answer) = world.act(&gp, Act::FindDocuments(find)).answer else { panic!("a list") };
    assert_eq!(answer.documents.iter().map(|view| view.item).collect::<Vec<_>>(), [second]);
}

/// A service of which only the start, or only the end, is known is found where that lies (facts d.1; FHIR R4, search: dates).
#[test]
fn a_service_is_found_by_what_is_known_of_it() {
    let mut world = World::activated();
    let time = |text: &str| Some(Dtm::parse_fhir(text).unwrap());
    let mut new = |id: &str, byte: u8, start: Option<Dtm>, stop: Option<Dtm>| {
        let mut one = document(id, "11490-0", byte);
        (one.entry.service_start_time, one.entry.service_stop_time) = (start, stop);
        world.act(&hospital(), provide(vec![one]));
        world.dossier.documents.last().unwrap().item
    };
    let started = new("1.2.1", 1, time("2026-11-20"), None);
    let stopped = new("1.2.2", 2, None, time("2026-11-30"));
    let both = new("1.2.3", 3, time("2026-10-01"), time("2026-11-30"));
    let asked = |prefix, date: &str| vec![Value::Date(DateValue { prefix, date: time(date).unwrap() })];
    for (prefix, date, expected) in [
        (DatePrefix::Eq, "2026-11", vec![stopped, started]),
        (DatePrefix::Le, "2026-12-31", vec![both, stopped, started]),
        (DatePrefix::Ge, "2026-11-25", vec![both, stopped]),
        (DatePrefix::Lt, "2026-10-01", vec![]),
    ] {
        let mut found = found(&mut world, Field::Period, asked(prefix, date));
        found.sort_unstable_by(|one, other| other.cmp(one));
        assert_eq!(found, expected, "{prefix:?} {date}");
    }
}

/// Nor by what is to be replaced: of what is called so, that which he sees is meant, whether or not something hidden is called so too.
#[test]
fn what_is_hidden_does_not_stand_before_what_is_replaced() {
    const UUID: &str = "b3c4a7de-90af-4d51-8c3e-2f6a1b0c9d8e";
    let answer = |hidden: Option<Visibility>, who: &Arc<Requester>| {
        let mut world = World::activated();
        if let Some(visibility) = hidden {
            let own = NewDocument { visibility, ..document(&format!("urn:uuid:{UUID}"), "11490-0", 1) };
            world.act(&hospital(), provide(vec![own]));
        }
        let mut called = document("1.2.2", "11490-0", 2);
        called.entry.entry_uuid = Some(UUID.into());
        world.act(&hospital(), provide(vec![called]));
        world.act(&gp(), declare());
        let replaces = Some(ReplaceTarget::Identifier(UUID.into()));
        let decision = world.act(who, provide(vec![NewDocument { replaces, ..document("1.2.3", "11490-0", 3) }]));
        match decision.answer {
            Answer::Refused(rule) => rule,
            other => panic!("{other:?}"),
        }
    };
    let masked = Visibility { masque_ps: true, ..Visibility::default() };
    let withheld = Visibility { invisible_patient: true, ..Visibility::default() };
    for (who, visibility) in [(gp(), masked), (holder(), withheld)] {
        assert_eq!(answer(None, &who), Rule::NotAuthor, "he sees the one");
        assert_eq!(answer(Some(visibility), &who), Rule::NotAuthor, "and not the other: {visibility:?}");
    }
}
