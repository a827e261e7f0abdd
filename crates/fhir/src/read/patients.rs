//! Every patient whom a resource names, wherever in it he stands. One bundle is about one patient: what one element says of him and another
//! element of somebody else is a document in the wrong dossier.

use std::collections::BTreeSet;

use dmp_core::identity::{Ins, InsFault};
use serde_json::Value;

use crate::problem::Problem;

/// Whose own identifiers are no patient's: who wrote, sent or stands by.
const OTHERS: &[&str] = &["Practitioner", "PractitionerRole", "Organization", "Device", "RelatedPerson"];
/// The elements that name who wrote or signed: a relative may have, under his own number, in XDS as a patient is named (facts d.3, type NH).
const WRITERS: &[&str] = &["author", "authenticator", "source", "practitioner"];

/// A patient's number, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPatient {
    /// The element.
    pub path: String,
    /// The number.
    pub ins: Ins,
}

/// Adds every national number that a resource gives a patient.
///
/// # Errors
/// A [`Problem`] that names the element, when a number of a national domain is wrong by itself.
pub fn named_patients(path: &str, resource: &Value, found: &mut Vec<NamedPatient>) -> Result<(), Problem> {
    let mut named = References::default();
    named.value(resource, false);
    let writers = named.as_writers.difference(&named.otherwise).copied().collect();
    let mut walk = Walk { root: path, steps: Vec::new(), writers, found };
    walk.value(resource, false)
}

/// The numbers in the conditions of an address: `Patient?identifier=…`, `DocumentReference?patient.identifier=…`.
///
/// # Errors
/// A [`Problem`] that names the element, when one is no number of a patient.
pub fn patients_of_address(path: &str, address: &str, found: &mut Vec<NamedPatient>) -> Result<(), Problem> {
    let Some((what, query)) = address.split_once('?') else { return Ok(()) };
    let wrong = |text: String| Problem::element(path.to_owned(), "patient", text);
    let of_patient = what.rsplit('/').next() == Some("Patient");
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|_| wrong("the conditions of the address are not well-formed".into()))?;
    for (name, value) in pairs {
        let names_patient = matches!(name.split(['.', ':']).next(), Some("patient" | "subject"));
        if of_patient && name != "identifier" {
            return Err(wrong(format!("`{name}` names no patient here: write Patient?identifier=urn:oid:…|…")));
        }
        if of_patient || names_patient {
            let ins = Ins::parse_text(&value).map_err(|fault| mismatch(path.to_owned(), fault))?;
            found.push(NamedPatient { path: path.to_owned(), ins });
        }
    }
    Ok(())
}

fn mismatch(path: String, fault: InsFault) -> Problem {
    let mut problem = Problem::element(path, "ins", format!("{fault}: check the patient's INS"));
    problem.xds = Some("XDSPatientIdDoesNotMatch");
    problem
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// What is contained, by how it is referred to.
#[derive(Default)]
struct References<'a> {
    as_writers: BTreeSet<&'a str>,
    otherwise: BTreeSet<&'a str>,
}

impl<'a> References<'a> {
    fn value(&mut self, value: &'a Value, writer: bool) {
        if let Some(id) = text(value, "reference").and_then(|reference| reference.strip_prefix('#')) {
            let known = if writer { &mut self.as_writers } else { &mut self.otherwise };
            known.insert(id);
        }
        for item in value.as_array().into_iter().flatten() {
            self.value(item, writer);
        }
        let resource = text(value, "resourceType").is_some();
        for (name, member) in value.as_object().into_iter().flatten() {
            self.value(member, resource && WRITERS.contains(&name.as_str()));
        }
    }
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Place(usize),
}

struct Walk<'a, 'f> {
    root: &'f str,
    steps: Vec<Step<'a>>,
    /// What is contained and only wrote or signed.
    writers: BTreeSet<&'a str>,
    found: &'f mut Vec<NamedPatient>,
}

impl<'a> Walk<'a, '_> {
    fn value(&mut self, value: &'a Value, writer: bool) -> Result<(), Problem> {
        match value {
            Value::Object(_) => self.object(value, writer),
            Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    self.below(Step::Place(place), item, writer)?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn below(&mut self, step: Step<'a>, value: &'a Value, writer: bool) -> Result<(), Problem> {
        self.steps.push(step);
        let done = self.value(value, writer);
        self.steps.pop();
        done
    }

    fn object(&mut self, value: &'a Value, writer: bool) -> Result<(), Problem> {
        if let (Some(system), Some(number)) = (text(value, "system"), text(value, "value")) {
            self.identifier(system, number)?;
        }
        if let Some(reference) = text(value, "reference").filter(|one| one.contains('?')) {
            let path = format!("{}.reference", self.path());
            patients_of_address(&path, reference, self.found)?;
        }
        let kind = text(value, "resourceType");
        let wrote = writer || text(value, "id").is_some_and(|id| kind.is_some() && self.writers.contains(id));
        let of_another = wrote || kind.is_some_and(|kind| OTHERS.contains(&kind));
        for (name, member) in value.as_object().into_iter().flatten() {
            if name == "identifier" && of_another {
                continue;
            }
            let writes = kind.is_some() && WRITERS.contains(&name.as_str());
            self.below(Step::Member(name), member, writes)?;
        }
        Ok(())
    }

    fn identifier(&mut self, system: &str, number: &str) -> Result<(), Problem> {
        // The beginning of a URN is the same in capitals (RFC 8141, 3.1).
        let urn = system.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("urn:oid:"));
        let domain = if urn { system.get(8..).unwrap_or_default() } else { system };
        match Ins::parse(domain, number) {
            Ok(ins) => self.found.push(NamedPatient { path: self.path(), ins }),
            // An identifier of the sender's own, or of something else.
            Err(InsFault::UnknownDomain) => {}
            Err(fault) => return Err(mismatch(self.path(), fault)),
        }
        Ok(())
    }

    fn path(&self) -> String {
        let mut path = self.root.to_owned();
        for step in &self.steps {
            match step {
                Step::Member(name) => path.extend([".", name]),
                Step::Place(place) => path.push_str(&format!("[{place}]")),
            }
        }
        path
    }
}
