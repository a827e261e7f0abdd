//! What a search compares: the names of authors, and identifiers of which another document has the same.

use std::sync::Arc;

use dmp_core::act::*;
use dmp_core::code::{HumanName, Xcn};
use dmp_core::document::criteria::{Clause, Criteria, Field, TextMatch, TextValue, Value};
use dmp_core::document::{Author, Item, Page};
use dmp_core::dossier::Change;
use dmp_core::identity::Requester;

use crate::world::*;

fn hospital() -> Arc<Requester> {
    professional("801234567897", "10", Some("SM04"), "SA01")
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
