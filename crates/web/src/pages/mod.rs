//! The pages, one file each.

pub mod document;
pub mod documents;
pub mod history;
pub mod objection;
pub mod sign_out;

use dmp_core::act::DocumentView;
use dmp_core::code::table;
use dmp_core::dossier::Holder;

use crate::visit::Visit;

/// A holder's name as pages write it.
pub fn name_of(holder: &Holder) -> String {
    let family = holder.used_family.as_ref().unwrap_or(&holder.family);
    let first = holder.given.as_deref().and_then(|given| given.split_whitespace().next()).unwrap_or_default();
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect::<String>()
        })
    };
    let words: Vec<String> = first.split('-').map(capital).collect();
    let family: Vec<String> = family.split('-').map(capital).collect();
    format!("{} {}", words.join("-"), family.join("-")).trim().to_owned()
}

/// The name of a document: its title, else that of its type.
pub fn title_of(view: &DocumentView, visit: &Visit) -> String {
    let entry = &view.entry;
    let title = entry.title.as_deref().map(str::to_owned);
    title
        .or_else(|| table::document_type(&entry.type_code.code).map(|known| known.label.to_string()))
        .unwrap_or_else(|| visit.say("document.untitled").to_owned())
}

/// Who made a document, in one line.
pub fn author_of(view: &DocumentView) -> String {
    let Some(author) = view.authors.iter().find_map(|known| known.author()) else { return String::new() };
    let person = author.person.as_ref().map(|person| person.name.display()).filter(|name| !name.is_empty());
    let place = author.institutions.first().and_then(|one| one.name.as_deref());
    match (person, place) {
        (Some(person), Some(place)) => format!("{person}, {place}"),
        (Some(person), None) => person,
        (None, Some(place)) => place.to_owned(),
        (None, None) => String::new(),
    }
}
