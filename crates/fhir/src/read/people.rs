//! Who is meant by a reference: contained resources, other entries of the bundle, identifiers.

use dmp_core::act::{HeaderFacts, PartialBirth};
use dmp_core::code::{Cx, Day, HumanName, Oid, PersonId, Xcn, Xon};
use dmp_core::document::{Author, SourcePatient};
use dmp_core::dossier::Sex;
use dmp_core::identity::{Ins, InsFault, ProfessionalId, StructureId};

use crate::problem::Problem;
use crate::read::shape::check_person;
use crate::read::{Contained, Node, patients_of_address};

/// The patient whom a reference means, by his national identifier.
///
/// # Errors
/// A [`Problem`] that names the element, when there is none or its key is wrong.
pub fn patient_of(node: &Node<'_>, contained: Contained<'_>) -> Result<Ins, Problem> {
    if let Some(identifier) = node.get("identifier") {
        return ins_of(&identifier);
    }
    let reference = node.need("reference")?;
    let text = reference.text()?;
    if text.contains('?') {
        let mut found = Vec::new();
        patients_of_address(&reference.path, text, &mut found)
            .map_err(|problem| Problem { xds: Some("XDSUnknownPatientId"), ..problem })?;
        let one = found.into_iter().next().map(|one| one.ins);
        return one.ok_or_else(|| reference.wrong("patient", "write Patient?identifier=urn:oid:…|…"));
    }
    let Some(patient) = contained.find(text) else {
        return Err(reference.wrong(
            "patient",
            "the patient must be named by his INS: Patient?identifier=urn:oid:…|…, subject.identifier, or a contained Patient",
        ));
    };
    let patient = Node::root(patient, format!("{}.resolve()", reference.path));
    check_person(&patient)?;
    let mut first_fault = None;
    for identifier in patient.list("identifier")? {
        match ins_of(&identifier) {
            Ok(ins) => return Ok(ins),
            Err(fault) => first_fault = first_fault.or(Some(fault)),
        }
    }
    Err(first_fault.unwrap_or_else(|| patient.wrong("patient", "the Patient has no INS among its identifiers")))
}

fn ins_of(identifier: &Node<'_>) -> Result<Ins, Problem> {
    let system = identifier.need("system")?.text()?;
    let value = identifier.need("value")?;
    Ins::parse(system.strip_prefix("urn:oid:").unwrap_or(system), value.text()?).map_err(|fault| bad_ins(&value, fault))
}

fn bad_ins(node: &Node<'_>, fault: InsFault) -> Problem {
    let mut problem = node.wrong("ins", format!("{fault}: check the patient's INS"));
    problem.xds = Some("XDSUnknownPatientId");
    problem
}

/// The patient as the sender knows him, by a reference: to a resource that is here, or by his identifier alone.
///
/// # Errors
/// A [`Problem`] that names the element, when it names nobody.
pub fn source_of(node: &Node<'_>, contained: Contained<'_>) -> Result<(SourcePatient, Option<PartialBirth>), Problem> {
    let found = node.text_of("reference")?.and_then(|reference| contained.find(reference));
    if let Some(patient) = found {
        let patient = Node::root(patient, format!("{}.resolve()", node.path));
        if patient.text_of("resourceType")? != Some("Patient") {
            return Err(node.wrong("patient", "a Patient is expected here"));
        }
        check_person(&patient)?;
        return source_patient(&patient);
    }
    let ins = patient_of(node, contained)?;
    let id = PersonId::new(ins.domain.code(), &ins.value, Some(PersonId::NH));
    let id = Some(Cx { id, effective: None });
    Ok((SourcePatient { id, family: None, given: None, birth: None, sex: None, other: Vec::new() }, None))
}

/// The birth date and sex of the patient whom an extension refers to, where he is here; whose his numbers are is asked of the whole bundle.
///
/// # Errors
/// A [`Problem`] that names the element.
pub fn traits_of(extension: &Node<'_>, contained: Contained<'_>) -> Result<HeaderFacts, Problem> {
    let Some(reference) = extension.get("valueReference") else { return Ok(HeaderFacts::default()) };
    match reference.text_of("reference")? {
        Some(here) if contained.find(here).is_some() => {}
        Some(nobody) if nobody.starts_with('#') => {
            return Err(reference.wrong("reference", "nobody of this id is contained"));
        }
        // He is somebody of the sender's own server.
        _ => return Ok(HeaderFacts::default()),
    }
    let (source, partial_birth) = source_of(&reference, contained)?;
    Ok(HeaderFacts {
        birth: source.birth,
        partial_births: partial_birth.into_iter().collect(),
        sex: source.sex.as_deref().and_then(Sex::from_code),
        ..HeaderFacts::default()
    })
}

fn source_patient(patient: &Node<'_>) -> Result<(SourcePatient, Option<PartialBirth>), Problem> {
    let name = patient.list("name")?.into_iter().next();
    let mut ids = patient.list("identifier")?.iter().map(cx_of).collect::<Result<Vec<_>, _>>()?;
    // The sender's own identifier, where he gives one beside the INS (facts d.1); whose the INS is was asked of the whole bundle.
    let own = ids.iter().position(|id| id.id.kind.as_deref() != Some(PersonId::NH)).unwrap_or_default();
    let id = (own < ids.len()).then(|| ids.swap_remove(own));
    let (birth, partial_birth) = birth_of(patient)?;
    let sex = match patient.text_of("gender")? {
        None => None,
        Some("male") => Some("M"),
        Some("female") => Some("F"),
        Some("other" | "unknown") => Some("U"),
        Some(_) => return Err(patient.need("gender")?.wrong("gender", "male, female, other or unknown is expected")),
    };
    let given: Vec<&str> = match &name {
        Some(name) => name.list("given")?.iter().map(Node::text).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let source = SourcePatient {
        id,
        family: name.as_ref().map(|name| name.text_of("family")).transpose()?.flatten().map(Into::into),
        given: (!given.is_empty()).then(|| given.join(" ").into()),
        birth,
        sex: sex.map(Into::into),
        other: Vec::new(),
    };
    Ok((source, partial_birth))
}

/// `birthDate`: FHIR takes a year, or a month, too.
fn birth_of(patient: &Node<'_>) -> Result<(Option<Day>, Option<PartialBirth>), Problem> {
    let Some(text) = patient.text_of("birthDate")? else { return Ok((None, None)) };
    let node = patient.need("birthDate")?;
    let wrong = || node.wrong("birthDate", "write 1979-03-28, 1979-03 or 1979");
    let (year, month) = match (text.len(), text.split_once('-')) {
        (4, None) => (text, None),
        (7, Some((year, month))) => (year, Some(month)),
        _ => return Day::parse(text).map(|day| (Some(day), None)).map_err(|_| wrong()),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let year = Some(year).filter(|year| digits(year)).and_then(|year| year.parse().ok()).ok_or_else(wrong)?;
    let month: Option<i8> = month.map(|month| month.parse().map_err(|_| wrong())).transpose()?;
    Day::new(year, month.unwrap_or(1), 1).map_err(|_| wrong())?;
    Ok((None, Some(PartialBirth { year, month })))
}

fn cx_of(identifier: &Node<'_>) -> Result<Cx, Problem> {
    let id = person_id(identifier)?;
    let national = id.root.as_deref().is_some_and(|root| Ins::parse(root, &id.extension).is_ok());
    let kind = if national { PersonId::NH } else { PersonId::PI };
    Ok(Cx { id: PersonId { kind: Some(kind.into()), ..id }, effective: None })
}

/// An Identifier as an HL7 identifier with its domain.
fn person_id(identifier: &Node<'_>) -> Result<PersonId, Problem> {
    let value = identifier.need("value")?.text()?;
    let system = identifier.text_of("system")?;
    let root = system.map(|system| Oid::parse(system).map_or_else(|_| system.into(), |oid| oid.to_string().into()));
    Ok(PersonId { root, extension: value.into(), kind: None, namespace: None })
}

fn human_name(resource: &Node<'_>) -> Result<HumanName, Problem> {
    let names = resource.list("name")?;
    let Some(name) = names.first() else { return Ok(HumanName::default()) };
    let given: Vec<&str> = name.list("given")?.iter().map(Node::text).collect::<Result<_, _>>()?;
    let prefix = name.list("prefix")?;
    let family = name.text_of("family")?.or(name.text_of("text")?);
    Ok(HumanName {
        family: family.map(Into::into),
        given: (!given.is_empty()).then(|| given.join(" ").into()),
        prefix: prefix.first().map(Node::text).transpose()?.map(Into::into),
        ..HumanName::default()
    })
}

fn person(resource: &Node<'_>, kind: &str) -> Result<Xcn, Problem> {
    let first = resource.list("identifier")?.into_iter().next();
    let id = first.map(|identifier| person_id(&identifier)).transpose()?;
    let id = id.map(|id| {
        let national = id.root.as_deref() == Some(ProfessionalId::DOMAIN);
        let kind = if national { PersonId::IDNPS } else { kind };
        PersonId { kind: Some(kind.into()), ..id }
    });
    Ok(Xcn { id, name: human_name(resource)?, name_type: Some("D".into()) })
}

fn institution(resource: &Node<'_>) -> Result<Xon, Problem> {
    let first = resource.list("identifier")?.into_iter().next();
    let id = first.map(|identifier| person_id(&identifier)).transpose()?;
    let id = id.map(|id| {
        let national = id.root.as_deref() == Some(StructureId::DOMAIN);
        PersonId { kind: national.then(|| PersonId::IDNST.into()), ..id }
    });
    Ok(Xon { name: resource.text_of("name")?.map(Into::into), id })
}

/// The author, or authenticator, whom a reference means.
///
/// # Errors
/// A [`Problem`] when nobody is meant, or by a resource that is no author.
pub fn author_of(node: &Node<'_>, contained: Contained<'_>) -> Result<Author, Problem> {
    let mut author = Author { person: None, institutions: Vec::new(), specialties: Vec::new(), roles: Vec::new() };
    add(&mut author, node, contained, 0)?;
    if author.person.is_none() && author.institutions.is_empty() {
        return Err(node.wrong("author", "the author has neither an identifier nor a name"));
    }
    Ok(author)
}

fn add(author: &mut Author, node: &Node<'_>, contained: Contained<'_>, depth: u8) -> Result<(), Problem> {
    if let Some(identifier) = node.get("identifier") {
        let mut id = person_id(&identifier)?;
        id.kind = (id.root.as_deref() == Some(ProfessionalId::DOMAIN)).then(|| PersonId::IDNPS.into());
        let family = node.text_of("display")?.map(Into::into);
        let name = HumanName { family, ..HumanName::default() };
        author.person = Some(Xcn { id: Some(id), name, name_type: Some("D".into()) });
        return Ok(());
    }
    let reference = node.need("reference")?;
    let Some(resource) = contained.find(reference.text()?) else {
        return Err(reference
            .wrong("reference", "the resource must be contained, an entry of the bundle, or named by `identifier`"));
    };
    let resource = Node::root(resource, format!("{}.resolve()", reference.path));
    check_person(&resource)?;
    match resource.need("resourceType")?.text()? {
        "Practitioner" => author.person = Some(person(&resource, PersonId::EI)?),
        "Patient" | "RelatedPerson" => author.person = Some(person(&resource, PersonId::NH)?),
        "Device" => author.person = Some(device(&resource)?),
        "Organization" => author.institutions.push(institution(&resource)?),
        "PractitionerRole" if depth == 0 => {
            for part in ["practitioner", "organization"] {
                if let Some(part) = resource.get(part) {
                    add(author, &part, contained, 1)?;
                }
            }
            for concept in resource.list("specialty")?.into_iter().chain(resource.list("code")?) {
                author.specialties.push(concept.concept()?);
            }
        }
        other => return Err(resource.wrong("author", format!("{other} cannot be an author"))),
    }
    Ok(())
}

fn device(resource: &Node<'_>) -> Result<Xcn, Problem> {
    let first = resource.list("identifier")?.into_iter().next();
    let id = first.map(|identifier| person_id(&identifier)).transpose()?;
    let names = resource.list("deviceName")?;
    let family = names.first().map(|name| name.text_of("name")).transpose()?.flatten();
    let name = HumanName { family: family.map(Into::into), ..HumanName::default() };
    let id = id.map(|id| PersonId { kind: Some(PersonId::RI.into()), ..id });
    Ok(Xcn { id, name, name_type: Some("U".into()) })
}
