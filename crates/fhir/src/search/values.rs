//! One value of a search parameter: a token, a date, a text (FHIR R4, search).

use dmp_core::code::Dtm;
use dmp_core::document::criteria::{DatePrefix, DateValue, Field, TextMatch, TextValue, Token, Value};

use crate::problem::Problem;
use crate::read::code_of;

/// What kind of value a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `system|code`, of a coded attribute.
    Code,
    /// `system|value`, of an identifier.
    Identifier,
    /// The same, of a person: who wrote a document is contained in it, and has no address.
    Person,
    /// The same, of a document, or its address.
    Document,
    /// One of a few words, and the code system that it may name.
    Word(Option<&'static str>, &'static [&'static str]),
    /// A date with its prefix.
    Date,
    /// Text.
    Text,
}

/// How many values a parameter may have, one of which must hold: each is compared with every document of the dossier.
pub const MOST_VALUES: usize = 100;

/// Reads the values of a parameter: one of them must hold.
pub fn values(name: &str, kind: Kind, how: TextMatch, text: &str) -> Result<Vec<Value>, Problem> {
    let all = split(text);
    if all.len() > MOST_VALUES {
        let why = format!("`{name}` has more than {MOST_VALUES} values: ask in several searches");
        return Err(Problem::parameter(name, why));
    }
    all.iter().map(|one| value(name, kind, how, one)).collect()
}

fn value(name: &str, kind: Kind, how: TextMatch, text: &str) -> Result<Value, Problem> {
    if text.is_empty() {
        return Err(empty(name));
    }
    match kind {
        Kind::Person if text.contains('/') && at_bar(text).is_none() => {
            let why = format!("people have no address here: write `{name}` as urn:oid:…|…, their identifier");
            Err(Problem::parameter(name, why))
        }
        Kind::Document if at_bar(text).is_none() && text.contains("DocumentReference/") => {
            let id = text.rsplit('/').next().unwrap_or_default();
            self::value(name, Kind::Identifier, how, id)
        }
        Kind::Code | Kind::Identifier | Kind::Person | Kind::Document => {
            let token = token(kind, text);
            // A code system alone means any of its codes; an identifier without a value means nothing.
            let system = kind == Kind::Code && token.system.as_deref().is_some_and(|system| !system.is_empty());
            if token.code.is_none() && !system {
                return Err(empty(name));
            }
            Ok(Value::Token(token))
        }
        Kind::Word(system, words) if words.contains(&word(system, text)) => {
            Ok(Value::Token(Token { system: None, code: Some(word(system, text).into()) }))
        }
        Kind::Word(_, words) => Err(Problem::parameter(name, format!("`{name}` takes one of: {}", words.join(", ")))),
        Kind::Date => date(name, text).map(Value::Date),
        Kind::Text => Ok(Value::Text(TextValue { how, text: unescape(text).into() })),
    }
}

/// A word as a token: the code system that FHIR gives it may be named, and no other.
fn word<'a>(system: Option<&str>, text: &'a str) -> &'a str {
    let rest = system.and_then(|system| text.strip_prefix(system)?.strip_prefix('|'));
    rest.unwrap_or(text)
}

fn empty(name: &str) -> Problem {
    Problem::parameter(name, format!("`{name}` has an empty value: leave the parameter out, or fill it"))
}

fn token(kind: Kind, text: &str) -> Token {
    let some = |text: &str| (!text.is_empty()).then(|| Box::<str>::from(unescape(text)));
    match at_bar(text) {
        None => Token { system: None, code: some(text) },
        Some(("", code)) => Token { system: Some("".into()), code: some(code) },
        Some((system, code)) if kind == Kind::Code => {
            Token { system: Some(code_of(system, "").system.into()), code: some(code) }
        }
        // urn:ietf:rfc:3986 says that the value is itself a URI: it has no other system.
        Some(("urn:ietf:rfc:3986", code)) => Token { system: None, code: some(code) },
        Some((system, code)) => {
            let system = system.strip_prefix("urn:oid:").unwrap_or(system);
            Token { system: Some(system.into()), code: some(code) }
        }
    }
}

/// A date with its prefix; what is not said of it is Paris's.
///
/// # Errors
/// A [`Problem`] that names the parameter.
pub fn date(name: &str, text: &str) -> Result<DateValue, Problem> {
    let (prefix, rest) = match text.get(..2).and_then(DatePrefix::from_code) {
        Some(prefix) => (prefix, text.get(2..).unwrap_or_default()),
        None => (DatePrefix::Eq, text),
    };
    let date = Dtm::parse_asked(rest).map_err(|fault| {
        // In an address a plus sign is a blank.
        let plus = if rest.contains(' ') { "; a `+` is written %2B" } else { "" };
        Problem::parameter(
            name,
            format!("{fault}: write ge2026-11-22 or 2026-11-22T10:00:00Z, prefixes eq ne gt lt ge le sa eb{plus}"),
        )
    })?;
    Ok(DateValue { prefix, date })
}

/// Splits at the first bar that is not escaped: before it stands a code system.
fn at_bar(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    let bar = text.find(|letter| {
        let found = letter == '|' && !escaped;
        escaped = letter == '\\' && !escaped;
        found
    })?;
    Some((text.get(..bar)?, text.get(bar + 1..)?))
}

/// Splits at commas that are not escaped.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let Some(last) = parts.last_mut() else { break };
        match letter {
            ',' => parts.push(String::new()),
            '\\' => {
                last.push('\\');
                last.extend(letters.next());
            }
            other => last.push(other),
        }
    }
    parts
}

/// Takes the backslash off escaped `,`, `|`, `$` and `\`.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some(',' | '|' | '$' | '\\')) => plain.extend(letters.next()),
            _ => plain.push(letter),
        }
    }
    plain
}

/// The code systems of FHIR's own words.
const DOCUMENT_STATUS: &str = "http://hl7.org/fhir/document-reference-status";
const RELATION: &str = "http://hl7.org/fhir/document-relationship-type";

/// What a document search may ask, and how (PDSm 3.1, flux 05b).
pub const DOCUMENT: &[(&str, Field, Kind)] = &[
    ("identifier", Field::Identifier, Kind::Identifier),
    ("status", Field::Status, Kind::Word(Some(DOCUMENT_STATUS), &["current", "superseded"])),
    ("isArchived", Field::IsArchived, Kind::Word(None, &["true", "false"])),
    ("type", Field::Type, Kind::Code),
    ("category", Field::Category, Kind::Code),
    ("facility", Field::Facility, Kind::Code),
    ("setting", Field::Setting, Kind::Code),
    ("format", Field::Format, Kind::Code),
    ("event", Field::Event, Kind::Code),
    ("security-label", Field::SecurityLabel, Kind::Code),
    ("creation", Field::Creation, Kind::Date),
    ("date", Field::Date, Kind::Date),
    ("period", Field::Period, Kind::Date),
    ("period-start", Field::PeriodStart, Kind::Date),
    ("period-end", Field::PeriodEnd, Kind::Date),
    ("author.family", Field::AuthorFamily, Kind::Text),
    ("author.given", Field::AuthorGiven, Kind::Text),
    ("author.name", Field::AuthorName, Kind::Text),
    ("author", Field::Author, Kind::Person),
    ("author:identifier", Field::Author, Kind::Identifier),
    ("author.identifier", Field::Author, Kind::Identifier),
    ("related", Field::Related, Kind::Identifier),
    ("related:identifier", Field::Related, Kind::Identifier),
    ("relation", Field::Relation, Kind::Word(Some(RELATION), &["replaces"])),
    ("relatesTo", Field::RelatesTo, Kind::Document),
    ("relatesTo:identifier", Field::RelatesTo, Kind::Identifier),
    ("relatesto", Field::RelatesTo, Kind::Document),
    ("relatesto:identifier", Field::RelatesTo, Kind::Identifier),
    ("_lastUpdated", Field::LastUpdated, Kind::Date),
    ("_id", Field::Id, Kind::Identifier),
];

/// What a search of submission sets may ask (PDSm 3.1, flux 05a).
pub const SET: &[(&str, Field, Kind)] = &[
    ("identifier", Field::Identifier, Kind::Identifier),
    ("status", Field::Status, Kind::Word(Some("http://hl7.org/fhir/list-status"), &["current"])),
    ("isArchived", Field::IsArchived, Kind::Word(None, &["true", "false"])),
    ("date", Field::Date, Kind::Date),
    ("designationType", Field::DesignationType, Kind::Code),
    ("sourceId", Field::SourceId, Kind::Identifier),
    ("title", Field::Title, Kind::Text),
    ("source", Field::Author, Kind::Person),
    ("source.family", Field::AuthorFamily, Kind::Text),
    ("source.given", Field::AuthorGiven, Kind::Text),
    ("source.name", Field::AuthorName, Kind::Text),
    ("source.identifier", Field::Author, Kind::Identifier),
    ("authorOrg", Field::AuthorOrg, Kind::Identifier),
    ("_id", Field::Id, Kind::Identifier),
];
