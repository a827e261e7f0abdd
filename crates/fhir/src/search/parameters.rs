//! The parameters of a search. An unknown one, and a known one with an empty value, are refused, never ignored: an answer to
//! another question than was asked can hurt a patient.

use dmp_core::document::Criteria;
use dmp_core::document::criteria::{Clause, Field, TextMatch};
use dmp_core::document::{Page, Sort};
use dmp_core::identity::Ins;

use super::values::{DOCUMENT, Kind, MOST_VALUES, SET, values};
use crate::problem::Problem;

/// How many it holds at most.
const LARGEST_PAGE: u32 = 200;
/// How many parameters, and how many bytes of them as they are read, a search may have.
const MOST_PARAMETERS: usize = 40;
const MOST_BYTES: usize = 16 * 1024;
/// The longest value of a `_count`, or of a `_format`, that is not counted among them.
const LONGEST_PLACE: usize = 32;
/// How many values all its parameters may have together.
const MOST_VALUES_IN_ALL: usize = 2 * MOST_VALUES;

/// What has one value: with two of them one would be ignored.
const ONCE: &[&str] = &["_count", "_sort", "_page", "_summary", "_format"];

/// What is searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// `DocumentReference` (ITI-67).
    Documents,
    /// `List` (ITI-66).
    Sets,
}

/// The parameters, decoded, in the order in which they came.
pub type Parameters = Vec<(String, String)>;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Of whom.
    pub patient: Option<Ins>,
    /// What.
    pub criteria: Criteria,
    /// How it is sorted, and how much of it.
    pub page: Page,
    /// The token of a later page.
    pub token: Option<String>,
    /// The question without the page, to bind tokens and to give it back in links.
    pub canonical: Parameters,
    /// Which page was asked for, in the client's words: for the link to the page itself.
    pub place: Parameters,
    /// Only the number is wanted (`_summary=count`).
    pub count_only: bool,
}

/// Refuses a search that is too long. Which page of it is asked is no part of its length: the pages of what is taken are taken too.
///
/// # Errors
/// A [`Problem`] when it is.
pub fn check_size(parameters: &[(String, String)]) -> Result<(), Problem> {
    let short = |name: &str| matches!(name, "_count" | "_format");
    let place = |name: &str, value: &str| name == "_page" || (short(name) && value.len() <= LONGEST_PLACE);
    let (mut number, mut bytes) = (0, 0);
    for (name, value) in parameters.iter().filter(|(name, value)| !place(name, value)) {
        (number, bytes) = (number + 1, bytes + name.len() + value.len());
    }
    if number > MOST_PARAMETERS || bytes > MOST_BYTES {
        let text =
            format!("a search has at most {MOST_PARAMETERS} parameters of 16 KiB together: use fewer, or shorter ones");
        return Err(Problem::form("search-size", text));
    }
    Ok(())
}

/// Reads the parameters of a search.
///
/// # Errors
/// A [`Problem`] that names the parameter.
pub fn read_parameters(scope: Scope, parameters: &[(String, String)]) -> Result<Asked, Problem> {
    check_size(parameters)?;
    let mut asked = Asked {
        patient: None,
        criteria: Criteria::default(),
        page: Page::FIRST,
        token: None,
        canonical: Vec::new(),
        place: Vec::new(),
        count_only: false,
    };
    for (place, (name, value)) in parameters.iter().enumerate() {
        once(parameters.get(..place).unwrap_or_default(), name)?;
        one(scope, &mut asked, name, value)?;
        if asked.criteria.all.iter().map(|clause| clause.any.len()).sum::<usize>() > MOST_VALUES_IN_ALL {
            let why = format!("the search has more than {MOST_VALUES_IN_ALL} values in all: ask in several searches");
            return Err(Problem::parameter(name, why));
        }
    }
    asked.canonical.sort();
    if asked.count_only {
        asked.page.limit = 0;
    }
    Ok(asked)
}

/// Refuses a second value of what has one, after these parameters.
///
/// # Errors
/// A [`Problem`] that names the parameter.
pub fn once(before: &[(String, String)], name: &str) -> Result<(), Problem> {
    if ONCE.contains(&name) && before.iter().any(|(other, _)| other == name) {
        return Err(Problem::parameter(name, format!("`{name}` can be given once")));
    }
    Ok(())
}

fn one(scope: Scope, asked: &mut Asked, name: &str, value: &str) -> Result<(), Problem> {
    match name {
        "patient.identifier" | "subject.identifier" | "patient:identifier" | "subject:identifier" => {
            patient(asked, name, value)?;
        }
        "_count" => {
            asked.page.limit = match value.parse::<u32>() {
                Ok(count) if count > 0 => count.min(LARGEST_PAGE),
                Ok(_) => {
                    asked.count_only = true;
                    0
                }
                Err(_) => return Err(Problem::parameter(name, "`_count` takes a number")),
            };
            asked.place.push((name.to_owned(), asked.page.limit.to_string()));
            return Ok(());
        }
        "_sort" => {
            asked.page.sort = match value {
                "-creation" => Sort::NewestFirst,
                "creation" => Sort::OldestFirst,
                "-date" => Sort::LastDeposited,
                "date" => Sort::FirstDeposited,
                _ => return Err(Problem::parameter(name, "`_sort` takes one of: creation, -creation, date, -date")),
            };
        }
        "_page" => {
            asked.token = Some(value.to_owned());
            asked.place.push((name.to_owned(), value.to_owned()));
            return Ok(());
        }
        "_summary" if value == "count" => asked.count_only = true,
        "_summary" if value == "false" => return Ok(()),
        "_summary" => return Err(Problem::parameter(name, "`_summary` takes count or false")),
        "_format" => return json_only(value),
        "code" if scope == Scope::Sets => list_code(value)?,
        _ => asked.criteria.all.push(clause(scope, name, value)?),
    }
    asked.canonical.push((name.to_owned(), value.to_owned()));
    Ok(())
}

/// `_format`: only JSON is answered. A `+` that is not written `%2B` comes as a blank, which is taken for one (FHIR R4, http, content types).
///
/// # Errors
/// A [`Problem`] when another format is asked for.
pub fn json_only(value: &str) -> Result<(), Problem> {
    match value {
        "json" | "application/json" | "application/fhir+json" | "application/fhir json" => Ok(()),
        _ => Err(Problem::parameter("_format", "only JSON is answered: _format=json")),
    }
}

fn patient(asked: &mut Asked, name: &str, value: &str) -> Result<(), Problem> {
    if asked.patient.is_some() {
        return Err(Problem::parameter(name, "one patient at a time"));
    }
    // A comma would be an OR over patients, which is refused with everything else that is no INS.
    let ins = Ins::parse_text(value).map_err(|fault| {
        let mut problem = Problem::parameter(name, format!("{fault}: write {name}=urn:oid:1.2.250.1.213.1.4.8|…"));
        problem.xds = Some("XDSUnknownPatientId");
        problem
    })?;
    asked.patient = Some(ins);
    Ok(())
}

/// ITI-66 asks for `code`; only submission sets are kept as Lists.
fn list_code(value: &str) -> Result<(), Problem> {
    let code = value.rsplit_once('|').map_or(value, |(_, code)| code);
    if code == "submissionset" { Ok(()) } else { Err(Problem::parameter("code", "only `submissionset` is kept")) }
}

fn clause(scope: Scope, name: &str, value: &str) -> Result<Clause, Problem> {
    let table = match scope {
        Scope::Documents => DOCUMENT,
        Scope::Sets => SET,
    };
    let exact = table.iter().find(|(known, _, _)| *known == name);
    let (base, modifier) = match (exact, name.split_once(':')) {
        (Some(_), _) | (None, None) => (name, None),
        (None, Some((base, modifier))) => (base, Some(modifier)),
    };
    let Some((_, field, kind)) = table.iter().find(|(known, _, _)| *known == base) else {
        let known: Vec<&str> = table.iter().map(|(known, _, _)| *known).collect();
        let text = format!("`{name}` is not a search parameter here. Known: patient.identifier, {}", known.join(", "));
        return Err(Problem::parameter(name, text));
    };
    let (not, how) = match (modifier, kind) {
        (None, _) => (false, TextMatch::Starts),
        (Some("exact"), Kind::Text) => (false, TextMatch::Exact),
        (Some("contains"), Kind::Text) => (false, TextMatch::Contains),
        (Some("not"), Kind::Code | Kind::Word(..)) => (true, TextMatch::Starts),
        (Some(modifier), _) => {
            return Err(Problem::parameter(name, format!("the modifier `:{modifier}` is not known for `{base}`")));
        }
    };
    Ok(Clause { field: *field, not, any: values(name, *kind, how, value)? })
}

impl Asked {
    /// The values that may be our own ids, for the caller to resolve.
    pub fn own_ids(&self) -> impl Iterator<Item = &str> {
        self.criteria
            .all
            .iter()
            .filter(|clause| matches!(clause.field, Field::Id | Field::Identifier | Field::RelatesTo))
            .flat_map(|clause| &clause.any)
            .filter_map(|value| match value {
                dmp_core::document::criteria::Value::Token(token) => token.code.as_deref(),
                _ => None,
            })
    }
}

/// The parameters that are known, each with its FHIR type: what the CapabilityStatement says. Modifiers are no names of their own there.
pub fn parameter_names(scope: Scope) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (table, code) = match scope {
        Scope::Documents => (DOCUMENT, None),
        Scope::Sets => (SET, Some(("code", "token"))),
    };
    let first = std::iter::once(("patient.identifier", "token")).chain(code);
    first.chain(table.iter().filter(|(name, ..)| !name.contains(':')).map(|(name, _, kind)| {
        let kind = match kind {
            Kind::Date => "date",
            Kind::Text => "string",
            Kind::Document => "reference",
            Kind::Code | Kind::Identifier | Kind::Person | Kind::Word(..) => "token",
        };
        (*name, kind)
    }))
}
