//! The insured people of the demonstration. They do not exist: their names say so, and their numbers are of the domain
//! for demonstrations, with right keys.

use dmp_core::code::Day;
use dmp_core::dossier::Sex;
use dmp_core::identity::{Ins, InsDomain, InsFault, ins::nir_key};

/// Somebody who does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// How the demonstration calls him.
    pub key: &'static str,
    /// His number.
    pub ins: Ins,
    /// Family name at birth.
    pub family: &'static str,
    /// Family name in use, where it is another.
    pub used_family: Option<&'static str>,
    /// Given name.
    pub given: &'static str,
    /// Date of birth.
    pub birth: Day,
    /// Sex.
    pub sex: Sex,
    /// Postal code and town.
    pub home: (&'static str, &'static str),
    /// E-mail address; `.invalid` is nobody's.
    pub email: Option<String>,
    /// Insurance scheme, a code of the table of schemes.
    pub regime: &'static str,
    /// Keys of his legal representatives.
    pub representatives: &'static [&'static str],
    /// Why he is here.
    pub story: &'static str,
}

/// Key, NIR without its key, family name, name in use, given name, day of birth, home, scheme, representatives, story.
type Line = (
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
    &'static str,
    (i16, i8, i8),
    (&'static str, &'static str),
    &'static str,
    &'static [&'static str],
    &'static str,
);

const PARENTS: &[&str] = &["alma", "bruno"];

const LINES: [Line; 10] = [
    (
        "alma",
        "2790369990001",
        "FICTIF",
        Some("IMAGINAIRE"),
        "Alma",
        (1979, 3, 28),
        ("69003", "Lyon"),
        "REGIME-GENERAL",
        &[],
        "a mother of two, with a chronic condition and several professionals",
    ),
    (
        "bruno",
        "1770769990002",
        "IMAGINAIRE",
        None,
        "Bruno",
        (1977, 7, 14),
        ("69003", "Lyon"),
        "MGP",
        &[],
        "a father, rarely ill",
    ),
    (
        "cleo",
        "2160469990003",
        "IMAGINAIRE",
        None,
        "Cléo",
        (2016, 4, 2),
        ("69003", "Lyon"),
        "REGIME-GENERAL",
        PARENTS,
        "a child with two parents on record",
    ),
    (
        "dario",
        "1100669990004",
        "IMAGINAIRE",
        None,
        "Dario",
        (2010, 6, 30),
        ("69003", "Lyon"),
        "REGIME-GENERAL",
        PARENTS,
        "a minor of sixteen, who may sign in himself",
    ),
    (
        "elio",
        "1010559990005",
        "SUPPOSÉ",
        None,
        "Élio",
        (2001, 5, 14),
        ("59000", "Lille"),
        "REGIME-GENERAL",
        &[],
        "a twin: same day, same name, one letter apart",
    ),
    (
        "elie",
        "1010559990006",
        "SUPPOSÉ",
        None,
        "Élie",
        (2001, 5, 14),
        ("59000", "Lille"),
        "REGIME-GENERAL",
        &[],
        "the other twin",
    ),
    (
        "jeanne-f",
        "2500275990007",
        "INVENTÉ",
        None,
        "Jeanne",
        (1950, 2, 11),
        ("75012", "Paris"),
        "CAMIEG",
        &[],
        "a homonym: born on 11 February",
    ),
    (
        "jeanne-n",
        "2501175990008",
        "INVENTÉ",
        None,
        "Jeanne",
        (1950, 11, 2),
        ("75019", "Paris"),
        "REGIME-GENERAL",
        &[],
        "the other homonym: born on 2 November",
    ),
    (
        "ange",
        "188092A990009",
        "FACTICE",
        None,
        "Ange",
        (1988, 9, 9),
        ("20090", "Ajaccio"),
        "ENIM",
        &[],
        "born in Corsica: a number with a letter",
    ),
    (
        "odette",
        "2341297199010",
        "ROMANESQUE",
        None,
        "Odette",
        (1934, 12, 24),
        ("97110", "Pointe-à-Pitre"),
        "REGIME-GENERAL",
        &[],
        "an old lady overseas, with many documents",
    ),
];

/// The ten people, in the order in which they are shown.
///
/// # Errors
/// [`InsFault`] when a line of the table is wrong, which a test excludes.
pub fn people() -> Result<Vec<Person>, InsFault> {
    LINES.iter().map(person).collect()
}

fn person(line: &Line) -> Result<Person, InsFault> {
    let (key, nir, family, used_family, given, (year, month, day), home, regime, representatives, story) = *line;
    let number = format!("{nir}{:02}", nir_key(nir)?);
    let sex = if nir.starts_with('1') { Sex::Male } else { Sex::Female };
    Ok(Person {
        key,
        ins: Ins::new(InsDomain::Demonstration, &number)?,
        family,
        used_family,
        given,
        birth: Day::new(year, month, day).map_err(|_| InsFault::BirthDate)?,
        sex,
        home,
        email: representatives.is_empty().then(|| format!("{key}@demo.invalid")),
        regime,
        representatives,
        story,
    })
}
