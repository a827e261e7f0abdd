//! Whether a person of a file can be imported, and is the one whose dossier is already there under his number.

use dmp_core::code::{Day, fold_name};
use dmp_core::dossier::{Holder, Sex};
use dmp_core::identity::Ins;

/// Reads a person, and the numbers that he has.
///
/// # Errors
/// The element at fault and the rule that it breaks. Nothing of the person is in the text.
pub fn read(line: &str, today: Day) -> Result<(Vec<Ins>, Holder), String> {
    let dmp_fhir::Unique(patient) = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    dmp_fhir::read_registered(&patient, today)
}

/// The trait in which two persons under one number differ; what one of them does not say is not compared.
pub fn difference(known: &Holder, read: &Holder) -> Option<&'static str> {
    // Jean-Pierre is Jean Pierre.
    let words = |letter: char| letter.is_whitespace() || "-‐‑’'".contains(letter);
    let first = |given: &str| fold_name(given.split(words).find(|word| !word.is_empty()).unwrap_or_default());
    let told = |sex: Option<Sex>| sex.filter(|sex| *sex != Sex::Unknown);
    let given = known.given.as_deref().zip(read.given.as_deref());
    let sex = told(known.sex).zip(told(read.sex));
    [
        ("name.family", fold_name(&known.family) != fold_name(&read.family)),
        ("name.given", given.is_some_and(|(one, other)| first(one) != first(other))),
        ("birthDate", known.birth != read.birth),
        ("gender", sex.is_some_and(|(one, other)| one != other)),
    ]
    .into_iter()
    .find_map(|(element, differs)| differs.then_some(element))
}
