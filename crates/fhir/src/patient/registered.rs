//! A FHIR Patient (fr-core identifiers; our extensions are in `docs/insured-import.md`) as a registered holder.

use dmp_core::code::{Day, sha256, table};
use dmp_core::dossier::{Address, Holder, RepresentativeRecord, Sex};
use dmp_core::identity::Ins;
use serde_json::Value;

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
pub fn read_registered(patient: &Value) -> Result<(Vec<Ins>, Holder), String> {
    if text(patient, "/resourceType") != Some("Patient") {
        return Err("resourceType: a Patient is expected".into());
    }
    if patient.get("modifierExtension").is_some() || patient.get("implicitRules").is_some() {
        return Err("modifierExtension: what would change the meaning of the line is not taken: leave it out".into());
    }
    let names = identifiers(patient)?;
    let (family, given, used_family) = family_names(patient)?;
    let birth = text(patient, "/birthDate").ok_or("birthDate: must be given")?;
    let birth = Day::parse(birth).map_err(|fault| format!("birthDate: {fault}"))?;
    let sex = match text(patient, "/gender") {
        None => None,
        Some("male") => Some(Sex::Male),
        Some("female") => Some(Sex::Female),
        Some("other" | "unknown") => Some(Sex::Unknown),
        Some(_) => return Err("gender: male, female, other or unknown is expected".into()),
    };
    let holder = Holder {
        family: family.into(),
        given: given.map(Into::into),
        used_family: used_family.map(Into::into),
        birth,
        sex,
        birth_place: text(patient, "/extension/0/valueAddress/postalCode").map(Into::into),
        address: current_address(patient).map(address).transpose()?,
        email: telecom(patient, "email"),
        phone: telecom(patient, "phone"),
        regime: extension(patient, REGIME).map(Into::into),
        card: extension(patient, CARD).map(card_digest),
        representatives: list(patient, "/contact").map(representative).collect::<Result<_, _>>()?,
    };
    Ok((names, holder))
}

/// SHA-256 of the serial number of a card.
pub(super) fn card_digest(serial: &str) -> [u8; 32] {
    sha256(serial.trim().as_bytes())
}

fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

fn extension<'a>(patient: &'a Value, url: &str) -> Option<&'a str> {
    let found = list(patient, "/extension").find(|one| text(one, "/url") == Some(url))?;
    ["/valueCode", "/valueString", "/valueCoding/code"].iter().find_map(|pointer| text(found, pointer))
}

/// The identifiers whose system is one of the INS's: the first opens the dossier, the others are names of it too.
pub(super) fn identifiers(patient: &Value) -> Result<Vec<Ins>, String> {
    let (mut found, mut fault) = (Vec::new(), None);
    for identifier in list(patient, "/identifier") {
        let (Some(system), Some(value)) = (text(identifier, "/system"), text(identifier, "/value")) else { continue };
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

/// Birth name, given names, name in use.
fn family_names(patient: &Value) -> Result<(&str, Option<String>, Option<&str>), String> {
    let all: Vec<&Value> = list(patient, "/name").collect();
    let with_use = |wanted: &str| all.iter().copied().find(|name| text(name, "/use") == Some(wanted));
    let official = with_use("official").or_else(|| with_use("maiden")).or_else(|| all.first().copied());
    let written =
        all.iter().flat_map(|name| list(name, "/given").filter_map(Value::as_str).chain(text(name, "/family")));
    if written.flat_map(str::chars).any(char::is_control) {
        return Err("name: a name is written on one line, without control characters".into());
    }
    let family = official.and_then(|name| text(name, "/family")).ok_or("name.family: must be given")?;
    let given: Vec<&str> =
        official.map(|name| list(name, "/given").filter_map(Value::as_str).collect()).unwrap_or_default();
    let used = with_use("usual").and_then(|name| text(name, "/family")).filter(|used| *used != family);
    Ok((family, (!given.is_empty()).then(|| given.join(" ")), used))
}

fn telecom(value: &Value, system: &str) -> Option<Box<str>> {
    let found = list(value, "/telecom").find(|one| text(one, "/system") == Some(system))?;
    text(found, "/value").map(Into::into)
}

/// An `Address`, with the region that its postal code is in.
pub(super) fn address(address: &Value) -> Result<Address, String> {
    let lines: Vec<&str> = list(address, "/line").filter_map(Value::as_str).collect();
    let postal_code = text(address, "/postalCode");
    // Who lives abroad, or in a territory that is in none of the regions, is insured all the same.
    let elsewhere = |code: &&str| NO_REGION.iter().any(|prefix| code.starts_with(prefix));
    let region = postal_code.filter(|code| is_in_france(address) && !elsewhere(code)).map(|code| {
        let unknown = || "address.postalCode: no French region has it; abroad, give the country too".to_owned();
        table::region_of_postal_code(code).ok_or_else(unknown)
    });
    Ok(Address {
        lines: (!lines.is_empty()).then(|| lines.join("\n").into()),
        postal_code: postal_code.map(Into::into),
        city: text(address, "/city").map(Into::into),
        region: region.transpose()?.map(|region| region.code.into()),
    })
}

/// Where no country is named it is France.
fn is_in_france(address: &Value) -> bool {
    let names = ["FR", "FRA", "FRANCE"];
    text(address, "/country").is_none_or(|country| names.iter().any(|name| country.trim().eq_ignore_ascii_case(name)))
}

/// The address where the person lives: none that is over.
fn current_address(patient: &Value) -> Option<&Value> {
    list(patient, "/address").find(|one| text(one, "/use") != Some("old"))
}

fn representative(contact: &Value) -> Result<RepresentativeRecord, String> {
    let given: Vec<&str> = list(contact, "/name/given").filter_map(Value::as_str).collect();
    let ins = list(contact, "/extension").find_map(|one| {
        let identifier = one.get("valueIdentifier")?;
        Some((text(identifier, "/system")?, text(identifier, "/value")?))
    });
    let ins = ins.map(|(system, value)| {
        Ins::parse(system.strip_prefix("urn:oid:").unwrap_or(system), value)
            .map_err(|fault| format!("contact: {fault}"))
    });
    Ok(RepresentativeRecord {
        ins: ins.transpose()?,
        family: text(contact, "/name/family").map(Into::into),
        given: (!given.is_empty()).then(|| given.join(" ").into()),
        relationship: text(contact, "/relationship/0/coding/0/code").map(Into::into),
        email: telecom(contact, "email"),
        phone: telecom(contact, "phone"),
    })
}
