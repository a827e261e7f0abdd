//! A FHIR Patient (fr-core identifiers; our extensions are in `docs/insured-import.md`) as a registered holder.

use dmp_core::act::is_email_address;
use dmp_core::code::table::ValueSet;
use dmp_core::code::{Day, sha256, table};
use dmp_core::dossier::{Address, Holder, IdentityCorrected, RepresentativeRecord, Sex};
use dmp_core::identity::Ins;
use serde_json::Value;

use crate::problem::Problem;
use crate::read::Node;

/// The extension of the insurance regime: `valueCode` or `valueString`.
const REGIME: &str = "urn:dmp:regime";
/// The extension of the serial number of the carte Vitale: `valueString`.
pub(super) const CARD: &str = "urn:dmp:carte-vitale";

/// Saint-Pierre-et-Miquelon, Saint-Barthélemy, Saint-Martin, Wallis-et-Futuna, Polynésie, Nouvelle-Calédonie: French, and in none of the
/// 18 regions. Monaco has French codes too.
const NO_REGION: &[&str] = &["975", "977", "978", "980", "984", "986", "987", "988"];

/// Reads a person, and the numbers that he has.
///
/// # Errors
/// The element at fault and the rule it breaks. Nothing of the person is in the text.
pub fn read_registered(patient: &Value, today: Day) -> Result<(Vec<Ins>, Holder), String> {
    let node = Node::root(patient, "");
    if said(&node, "resourceType")? != Some("Patient") {
        return Err("resourceType: a Patient is expected".into());
    }
    if patient.get("modifierExtension").is_some() || patient.get("implicitRules").is_some() {
        return Err("modifierExtension: what would change the meaning of the line is not taken: leave it out".into());
    }
    is_in_use(&node)?;
    let names = identifiers(patient)?;
    let (family, given, used_family) = family_names(&node, today)?;
    let birth = birth(&node, today)?.ok_or("birthDate: must be given")?;
    let sex = sex(&node)?;
    let holder = Holder {
        family: family.into(),
        given: given.map(Into::into),
        used_family: used_family.map(Into::into),
        birth,
        sex,
        birth_place: birth_place(&node)?.map(Into::into),
        address: current_address(&node, today)?.map(|one| address(one.value)).transpose()?,
        email: email(&node, "telecom", today)?,
        phone: telecom(&node, "phone", today)?,
        regime: extension(&node, REGIME)?.map(Into::into),
        card: extension(&node, CARD)?.map(card_digest),
        representatives: representatives(&node, today)?,
    };
    Ok((names, holder))
}

/// Whether the person lives, and the record is the one in use: no dossier opens otherwise (decisions 28).
fn is_in_use(patient: &Node<'_>) -> Result<(), String> {
    let value = |name: &str| get(patient, name).map(|one| one.value.clone());
    if value("deceasedBoolean").is_some_and(|dead| dead != Value::Bool(false)) {
        return Err("deceasedBoolean: no dossier opens for who is dead".into());
    }
    if value("deceasedDateTime").is_some() {
        return Err("deceasedDateTime: no dossier opens for who is dead".into());
    }
    if value("link").is_some() {
        return Err("link: a record that is linked to another opens nothing: give the one in use, alone".into());
    }
    if value("active").is_some_and(|active| active != Value::Bool(true)) {
        return Err("active: only a record in use opens a dossier".into());
    }
    Ok(())
}

fn birth(patient: &Node<'_>, today: Day) -> Result<Option<Day>, String> {
    let Some(text) = said(patient, "birthDate")? else { return Ok(None) };
    let birth = Day::parse(text).map_err(|fault| format!("birthDate: {fault}"))?;
    if birth > today { Err("birthDate: the day is still to come".into()) } else { Ok(Some(birth)) }
}

fn sex(patient: &Node<'_>) -> Result<Option<Sex>, String> {
    Ok(match said(patient, "gender")? {
        None => None,
        Some("male") => Some(Sex::Male),
        Some("female") => Some(Sex::Female),
        Some("other" | "unknown") => Some(Sex::Unknown),
        Some(_) => return Err("gender: male, female, other or unknown is expected".into()),
    })
}

/// The identity traits that a Patient says, as far as it says them (facts h.2).
pub(super) fn traits_of(patient: &Value, today: Day) -> Result<IdentityCorrected, String> {
    let node = Node::root(patient, "");
    let mut traits = IdentityCorrected { birth: birth(&node, today)?, sex: sex(&node)?, ..Default::default() };
    for Name { used, family, given } in names(&node, today)? {
        let given = (!given.is_empty()).then(|| given.join(" "));
        match used {
            // The trait of an INS is the birth name; the name in use stands beside it.
            None | Some("official" | "maiden") if traits.family.is_none() && traits.given.is_none() => {
                (traits.family, traits.given) = (family.map(Into::into), given.map(Into::into));
            }
            Some("usual") if traits.used_family.is_none() => traits.used_family = family.map(Into::into),
            _ => {
                return Err(
                    "name: one name of `use` official and one of `use` usual are taken; others would be lost".into()
                );
            }
        }
    }
    // Who is named without a name in use has none any more.
    if traits.used_family.is_none() {
        traits.used_family.clone_from(&traits.family);
    }
    Ok(traits)
}

/// SHA-256 of the serial number of a card.
pub(super) fn card_digest(serial: &str) -> [u8; 32] {
    sha256(serial.trim().as_bytes())
}

/// The element that a problem names, and what is wrong with it.
fn told(problem: Problem) -> String {
    let path = problem.expression.unwrap_or_default();
    format!("{}: {}", path.trim_start_matches('.'), problem.diagnostics)
}

/// An element that is there: one that is null says nothing.
fn get<'a>(node: &Node<'a>, name: &str) -> Option<Node<'a>> {
    node.get(name).filter(|one| !one.value.is_null())
}

/// The text of an element; a blank one says nothing.
fn said<'a>(node: &Node<'a>, name: &str) -> Result<Option<&'a str>, String> {
    let blank = |one: &Node<'_>| one.value.as_str().is_some_and(|text| text.trim().is_empty());
    get(node, name).filter(|one| !blank(one)).map(|one| one.text()).transpose().map_err(told)
}

/// An element that holds others.
fn part<'a>(node: &Node<'a>, name: &str) -> Result<Option<Node<'a>>, String> {
    get(node, name).map(whole).transpose()
}

/// The members of a list, which hold elements.
fn list<'a>(node: &Node<'a>, name: &str) -> Result<Vec<Node<'a>>, String> {
    match get(node, name) {
        None => Ok(Vec::new()),
        Some(_) => node.list(name).map_err(told)?.into_iter().map(whole).collect(),
    }
}

fn whole(node: Node<'_>) -> Result<Node<'_>, String> {
    if node.value.is_object() { Ok(node) } else { Err(told(node.wrong("type", "an object is expected here"))) }
}

/// The members of a list of texts.
fn texts<'a>(node: &Node<'a>, name: &str) -> Result<Vec<&'a str>, String> {
    match get(node, name) {
        None => Ok(Vec::new()),
        Some(_) => node.list(name).and_then(|all| all.iter().map(Node::text).collect()).map_err(told),
    }
}

/// The value of one of our extensions; given twice, one would be lost.
fn extension<'a>(patient: &Node<'a>, url: &str) -> Result<Option<&'a str>, String> {
    let mut found = None;
    for one in list(patient, "extension")? {
        if said(&one, "url")? != Some(url) {
            continue;
        }
        let coding = part(&one, "valueCoding")?;
        let code = coding.map(|coding| said(&coding, "code")).transpose()?.flatten();
        let value = said(&one, "valueCode")?.or(said(&one, "valueString")?).or(code);
        let value = value.ok_or_else(|| format!("extension: `{url}` has no text for a value"))?;
        if found.replace(value).is_some() {
            return Err(format!("extension: `{url}` is given twice: one would be lost"));
        }
    }
    Ok(found)
}

fn birth_place<'a>(patient: &Node<'a>) -> Result<Option<&'a str>, String> {
    let first = list(patient, "extension")?.into_iter().next();
    let address = first.map(|one| part(&one, "valueAddress")).transpose()?.flatten();
    Ok(address.map(|address| said(&address, "postalCode")).transpose()?.flatten())
}

/// The identifiers whose system is one of the INS's: the first opens the dossier, the others are names of it too.
pub(super) fn identifiers(patient: &Value) -> Result<Vec<Ins>, String> {
    let (mut found, mut fault) = (Vec::new(), None);
    for identifier in list(&Node::root(patient, ""), "identifier")? {
        let (Some(system), Some(value)) = (said(&identifier, "system")?, said(&identifier, "value")?) else { continue };
        let system = system.strip_prefix("urn:oid:").unwrap_or(system);
        match Ins::parse(system, value) {
            Ok(ins) if found.contains(&ins) => {}
            Ok(ins) => found.push(ins),
            Err(dmp_core::identity::InsFault::UnknownDomain) => {}
            Err(other) => fault = fault.or(Some(other)),
        }
    }
    match fault {
        Some(fault) => Err(format!("identifier: {fault}")),
        None if !found.is_empty() => Ok(found),
        None => Err("identifier: an INS must be given (system urn:oid:1.2.250.1.213.1.4.8, .9, .10 or .11)".into()),
    }
}

/// A name as it is written.
struct Name<'a> {
    used: Option<&'a str>,
    family: Option<&'a str>,
    given: Vec<&'a str>,
}

/// The names of a person: one whose time is over is an old one, and one that he will have is none yet.
fn names<'a>(patient: &Node<'a>, today: Day) -> Result<Vec<Name<'a>>, String> {
    let mut all = Vec::new();
    for name in list(patient, "name")? {
        let written = |element: &str| name.value.get(element).is_some_and(is_on_several_lines);
        if written("family") || written("given") {
            return Err("name: a name is written on one line, without control characters".into());
        }
        if is_to_come(&name, today)? {
            continue;
        }
        let used = if is_over(&name, today)? { Some("old") } else { said(&name, "use")? };
        all.push(Name { used, family: said(&name, "family")?, given: texts(&name, "given")? });
    }
    Ok(all)
}

/// Birth name, given names, name in use.
fn family_names<'a>(patient: &Node<'a>, today: Day) -> Result<(&'a str, Option<String>, Option<&'a str>), String> {
    let all = names(patient, today)?;
    let mut current = all.iter().filter(|name| name.used != Some("old"));
    let with_use = |wanted: &str| all.iter().find(|name| name.used == Some(wanted));
    let official =
        with_use("official").or_else(|| with_use("maiden")).or_else(|| current.next()).or_else(|| all.first());
    let family = official.and_then(|name| name.family).ok_or("name.family: must be given")?;
    let given = official.map(|name| name.given.join(" ")).filter(|given| !given.is_empty());
    let used = with_use("usual").and_then(|name| name.family).filter(|used| *used != family);
    Ok((family, given, used))
}

/// Whether a text, or one of a list of them, holds control characters.
fn is_on_several_lines(value: &Value) -> bool {
    let texts = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
    texts.iter().filter_map(Value::as_str).any(|text| text.chars().any(char::is_control))
}

/// The first contact point of that system which is in use: somebody else may read a mailbox that was given up.
fn telecom(node: &Node<'_>, system: &str, today: Day) -> Result<Option<Box<str>>, String> {
    let mut found = None;
    for point in list(node, "telecom")? {
        let (named, value) = (said(&point, "system")?, said(&point, "value")?);
        if named == Some(system) && found.is_none() && !is_over(&point, today)? && !is_to_come(&point, today)? {
            found = value.map(Into::into);
        }
    }
    Ok(found)
}

/// The e-mail to which notices go.
fn email(node: &Node<'_>, element: &str, today: Day) -> Result<Option<Box<str>>, String> {
    match telecom(node, "email", today)? {
        Some(email) if !is_email_address(&email) => Err(format!("{element}: the e-mail is none: write name@domain")),
        email => Ok(email),
    }
}

/// Whether an address, a name, or a contact point, is one that the person had before (R4: `use` old, or a `period` that has ended).
fn is_over(node: &Node<'_>, today: Day) -> Result<bool, String> {
    let end = part(node, "period")?.map(|period| period.date_of("end").map_err(told)).transpose()?.flatten();
    let ended = end.is_some_and(|end| end.interval().1 <= today.start());
    Ok(ended || said(node, "use")? == Some("old"))
}

/// Whether it is one that the person will have, by its `period`.
fn is_to_come(node: &Node<'_>, today: Day) -> Result<bool, String> {
    let start = part(node, "period")?.map(|period| period.date_of("start").map_err(told)).transpose()?.flatten();
    Ok(start.is_some_and(|start| start.interval().0 >= today.end()))
}

/// An `Address`, with the region that its postal code is in.
pub(super) fn address(address: &Value) -> Result<Address, String> {
    let node = Node::root(address, "address");
    let lines = texts(&node, "line")?;
    let postal_code = said(&node, "postalCode")?;
    // Who lives abroad, or in a territory that is in none of the regions, is insured all the same.
    let elsewhere = |code: &&str| NO_REGION.iter().any(|prefix| code.starts_with(prefix));
    let in_france = said(&node, "country")?.is_none_or(is_france);
    let region = postal_code.filter(|code| in_france && !elsewhere(code)).map(|code| {
        let unknown = || "address.postalCode: no French region has it; abroad, give the country too".to_owned();
        table::region_of_postal_code(code).ok_or_else(unknown)
    });
    Ok(Address {
        lines: (!lines.is_empty()).then(|| lines.join("\n").into()),
        postal_code: postal_code.map(Into::into),
        city: said(&node, "city")?.map(Into::into),
        country: said(&node, "country")?.filter(|country| !is_france(country)).map(Into::into),
        region: region.transpose()?.map(|region| region.code.into()),
    })
}

/// Where no country is named it is France.
fn is_france(country: &str) -> bool {
    ["FR", "FRA", "FRANCE"].iter().any(|name| country.trim().eq_ignore_ascii_case(name))
}

/// The address where the person lives: none that is over.
fn current_address<'a>(patient: &Node<'a>, today: Day) -> Result<Option<Node<'a>>, String> {
    for one in list(patient, "address")? {
        if !is_over(&one, today)? && !is_to_come(&one, today)? {
            return Ok(Some(one));
        }
    }
    Ok(None)
}

/// Those who represent the person today (R4: `contact.period`): who did so before, or will, is not written to.
fn representatives(patient: &Node<'_>, today: Day) -> Result<Vec<RepresentativeRecord>, String> {
    let mut all = Vec::new();
    for contact in list(patient, "contact")? {
        let one = representative(&contact, today)?;
        if !is_to_come(&contact, today)? && !is_over(&contact, today)? {
            all.push(one);
        }
    }
    Ok(all)
}

fn representative(contact: &Node<'_>, today: Day) -> Result<RepresentativeRecord, String> {
    let name = part(contact, "name")?;
    let (mut family, mut given) = (None, Vec::new());
    if let Some(name) = &name {
        (family, given) = (said(name, "family")?, texts(name, "given")?);
    }
    let mut ins = None;
    for one in list(contact, "extension")? {
        let Some(identifier) = part(&one, "valueIdentifier")? else { continue };
        let (Some(system), Some(value)) = (said(&identifier, "system")?, said(&identifier, "value")?) else { continue };
        let read = Ins::parse(system.strip_prefix("urn:oid:").unwrap_or(system), value);
        ins = ins.or(Some(read.map_err(|fault| format!("contact: {fault}"))?));
    }
    Ok(RepresentativeRecord {
        ins,
        family: family.map(Into::into),
        given: (!given.is_empty()).then(|| given.join(" ").into()),
        relationship: relationship(contact)?.map(Into::into),
        email: email(contact, "contact.telecom", today)?,
        phone: telecom(contact, "phone", today)?,
    })
}

/// The tie, by a code of J11.
fn relationship<'a>(contact: &Node<'a>) -> Result<Option<&'a str>, String> {
    let Some(tie) = list(contact, "relationship")?.into_iter().next() else { return Ok(None) };
    let Some(coding) = list(&tie, "coding")?.into_iter().next() else { return Ok(None) };
    let Some(code) = said(&coding, "code")? else { return Ok(None) };
    let known = ValueSet::Relationship.values().iter().any(|value| *value.code.code == *code);
    if known { Ok(Some(code)) } else { Err("contact.relationship: the code is none of the value set J11".into()) }
}
