//! Who acts for the holder, as RelatedPersons: representatives and guardians, recorded by the operator; carers, chosen by the holder
//! or who represents him. `active` false ends what stands.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{
    Act, Answer, DelegateCarer, EndDelegation, EndMandate, ReadContactPersons, RecordMandate, SetContactPerson,
};
use dmp_core::code::{Day, table};
use dmp_core::dossier::{CarerRecord, CarerScope, ContactKind, ContactPerson, Mandate, MandateScope};
use dmp_core::identity::Requester;
use dmp_store::{Ask, Target};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::iti67::sole_patient;
use crate::posted::{patient_named, posted};
use crate::problem::Problem;
use crate::read::Node;
use crate::render::searchset_of;
use crate::request::{json_response, resource_response};
use crate::search::{Parameters, Question, Searched};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The extension that says what somebody may do: `read` or `full`; of a carer `read`, `add` or `manage`.
const SCOPE: &str = "urn:dmp:scope";
/// The extension that names a class of documents that a carer sees.
const CATEGORY: &str = "urn:dmp:category";
/// HL7's table of contact roles, and its emergency contact.
const ROLES: &str = "http://terminology.hl7.org/CodeSystem/v2-0131";
const EMERGENCY: &str = "C";
/// The trusted person (L1111-6), for whom HL7 has no code.
const CONTACTS: &str = "urn:dmp:contact";
const TRUSTED: &str = "trusted-person";
/// Longest name, number and tie, in characters.
const LONGEST: usize = 200;
/// The code systems of a tie: HL7's, and J11's own.
const ROLE_CODE: &str = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
const J11: &str = "urn:oid:1.2.250.1.213.1.1.4.327";
/// Who protects an adult: HL7's role code, and those of J11 (1.2.250.1.213.1.1.4.327).
const GUARDIANS: [&str; 4] = ["GUARD", "TUTEUR", "CURATEUR", "MSVG"];

const ELEMENTS: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "text",
    "extension",
    "identifier",
    "active",
    "patient",
    "relationship",
    "name",
    "telecom",
    "period",
    "language",
];

/// `POST RelatedPerson`
pub async fn create(
    State(fhir): State<Arc<Fhir>>,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let value = posted(&headers, &body, "RelatedPerson", ELEMENTS)?;
    let node = Node::root(&value, "RelatedPerson");
    let patient = patient_named(&value, &node.need("patient")?)?;
    let operator = matches!(&*ask.requester, Requester::Operator(_));
    let contact = contact_kind(&node)?.filter(|_| !operator);
    let today = fhir.store.now().paris_day();
    nothing_is_lost(&node)?;
    let act = if let Some(kind) = contact {
        contact_person(&node, kind)?
    } else if operator {
        mandate(&node, today)?
    } else {
        delegation(&node, today)?
    };
    fhir.perform(Target::Dossier(patient), act, ask).await?;
    Ok(resource_response(StatusCode::CREATED, &value))
}

/// `GET RelatedPerson?patient.identifier=…`, `POST RelatedPerson/_search`: the trusted person and the emergency contacts, as far as the caller is shown them; and for the
/// holder and who represents him, those who act for him, as they are ended.
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    run(&fhir, ask, parameters, posted).await
}

async fn run(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let requester = ask.requester.key();
    let question = Question::read(fhir, "RelatedPerson", &requester, parameters, posted)?;
    let (parameters, links) = (&question.parameters, [question.own_link(fhir)]);
    let patient = sole_patient(parameters, ["patient.identifier", "patient:identifier"])?;
    let act = Act::ReadContactPersons(ReadContactPersons);
    let performed = fhir.perform(Target::Dossier(patient), act, ask).await?;
    let Answer::Contacts(circle) = &performed.answer else { return Err(Problem::not_found()) };
    let contacts = circle.contacts.iter().map(resource_of);
    let mandates = circle.mandates.iter().map(|(person, one)| mandate_of(person, one));
    let carers = circle.carers.iter().map(|(person, one)| carer_of(person, one));
    let resources: Vec<Value> = contacts.chain(mandates).chain(carers).collect();
    Ok(json_response(StatusCode::OK, searchset_of(&fhir.base, &links, &resources)))
}

fn resource_of(contact: &ContactPerson) -> Value {
    let (system, code) = match contact.kind {
        ContactKind::Emergency => (ROLES, EMERGENCY),
        ContactKind::TrustedPerson => (CONTACTS, TRUSTED),
    };
    let mut relationship = json!({"coding": [{"system": system, "code": code}]});
    if let (Some(tie), Some(relationship)) = (&contact.tie, relationship.as_object_mut()) {
        relationship.insert("text".into(), json!(tie));
    }
    let mut resource = json!({
        "resourceType": "RelatedPerson", "active": true,
        "relationship": [relationship], "name": [{"text": contact.name}],
    });
    if let (Some(phone), Some(resource)) = (&contact.phone, resource.as_object_mut()) {
        resource.insert("telecom".into(), json!([{"system": "phone", "value": phone}]));
    }
    resource
}

fn mandate_of(person: &str, one: &Mandate) -> Value {
    let mut resource = acting(person, one.name.as_deref(), one.scope.code());
    if let (Some(tie), Some(resource)) = (&one.relationship, resource.as_object_mut()) {
        let french = GUARDIANS.contains(&&**tie) && **tie != *GUARDIANS[0];
        let system = if french { J11 } else { ROLE_CODE };
        resource.insert("relationship".into(), json!([{"coding": [{"system": system, "code": tie}]}]));
    }
    with_period(resource, Some(one.start), one.end)
}

fn carer_of(person: &str, one: &CarerRecord) -> Value {
    let mut resource = acting(person, one.name.as_deref(), one.scope.code());
    if let Some(extensions) = resource.get_mut("extension").and_then(Value::as_array_mut) {
        extensions.extend(one.categories.iter().map(|class| json!({"url": CATEGORY, "valueCode": class})));
    }
    with_period(resource, None, one.end)
}

/// Somebody with an account, in the form in which he was named.
fn acting(person: &str, name: Option<&str>, scope: &str) -> Value {
    let mut resource = json!({
        "resourceType": "RelatedPerson", "active": true, "identifier": [{"value": person}],
        "extension": [{"url": SCOPE, "valueCode": scope}],
    });
    if let (Some(name), Some(resource)) = (name, resource.as_object_mut()) {
        resource.insert("name".into(), json!([{"text": name}]));
    }
    resource
}

fn with_period(mut resource: Value, start: Option<Day>, end: Option<Day>) -> Value {
    let mut period = serde_json::Map::new();
    period.extend(start.map(|day| ("start".to_owned(), Value::from(day.to_string()))));
    period.extend(end.map(|day| ("end".to_owned(), Value::from(day.to_string()))));
    if let (false, Some(resource)) = (period.is_empty(), resource.as_object_mut()) {
        resource.insert("period".into(), period.into());
    }
    resource
}

/// Whom the holder wants to be called, by the code of the relationship.
fn contact_kind(node: &Node<'_>) -> Result<Option<ContactKind>, Problem> {
    Ok(match relationship(node)?.as_deref() {
        Some(EMERGENCY) => Some(ContactKind::Emergency),
        Some(TRUSTED) => Some(ContactKind::TrustedPerson),
        _ => None,
    })
}

fn contact_person(node: &Node<'_>, kind: ContactKind) -> Result<Act, Problem> {
    let name = name(node)?.ok_or_else(|| node.wrong("required", "`name` must be given"))?;
    let phone = phone(node)?;
    if let Some(period) = node.get("period") {
        return Err(period.wrong("period", "whom to call stands until it is ended: `active` false"));
    }
    let relationships = node.list("relationship")?;
    let tie: Option<Box<str>> =
        relationships.first().map(|one| one.text_of("text")).transpose()?.flatten().map(Into::into);
    let all = [Some(&name), phone.as_ref(), tie.as_ref()];
    if all.into_iter().flatten().any(|text| text.chars().count() > LONGEST) {
        return Err(node.wrong("too-long", "at most 200 characters are expected"));
    }
    Ok(Act::SetContactPerson(SetContactPerson { kind, name, phone, tie, removed: is_ended(node) }))
}

/// The one telephone number of whom to call.
fn phone(node: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let points = node.list("telecom")?;
    if let Some(second) = points.get(1) {
        return Err(second.wrong("cardinality", "one telephone number for each person to call"));
    }
    let Some(point) = points.first() else { return Ok(None) };
    if !matches!(point.text_of("system")?, None | Some("phone" | "sms")) {
        return Err(point.wrong("telecom", "a telephone number is expected: `system` phone"));
    }
    Ok(Some(point.need("value")?.text()?.into()))
}

fn mandate(node: &Node<'_>, today: Day) -> Result<Act, Problem> {
    let person = person(node)?;
    if is_ended(node) {
        return Ok(Act::EndMandate(EndMandate { person }));
    }
    let scope = match scope(node)?.as_deref() {
        None | Some("full") => MandateScope::Full,
        Some("read") => MandateScope::Read,
        Some(_) => return Err(node.wrong("scope", "`read` or `full` is expected")),
    };
    let relationship = relationship(node)?;
    let mandate = Mandate {
        name: name(node)?,
        scope,
        start: day(node, "start")?.unwrap_or(today),
        end: day(node, "end")?,
        guardian: relationship.as_deref().is_some_and(|tie| GUARDIANS.contains(&tie)),
        relationship,
    };
    Ok(Act::RecordMandate(Box::new(RecordMandate { person, mandate })))
}

fn delegation(node: &Node<'_>, today: Day) -> Result<Act, Problem> {
    let person = person(node)?;
    if is_ended(node) {
        return Ok(Act::EndDelegation(EndDelegation { person }));
    }
    let scope = match scope(node)?.as_deref() {
        None | Some("read") => CarerScope::Read,
        Some("add") => CarerScope::Add,
        Some("manage") => CarerScope::Manage,
        Some(_) => return Err(node.wrong("scope", "`read`, `add` or `manage` is expected")),
    };
    if day(node, "start")?.is_some_and(|start| start > today) {
        return Err(
            node.wrong("period", "a delegation begins when it is given: without `period.start`, on the day itself")
        );
    }
    let categories = extensions(node, CATEGORY)?;
    if let Some(unknown) = categories.iter().find(|code| table::class_label(code).is_none()) {
        let why = format!("`{CATEGORY}` is a class of documents (TRE_A03): 10, 11, 31, 42…; this is none: {unknown}");
        return Err(node.wrong("class", why));
    }
    Ok(Act::DelegateCarer(DelegateCarer { person, name: name(node)?, scope, categories, end: day(node, "end")? }))
}

fn person(node: &Node<'_>) -> Result<Box<str>, Problem> {
    let identifiers = node.list("identifier")?;
    let first = identifiers.first().ok_or_else(|| node.wrong("required", "`identifier` must be given: the account"))?;
    Ok(first.need("value")?.text()?.into())
}

/// What is said about somebody and would not be kept is refused: he would be given more, or less, than was said.
fn nothing_is_lost(node: &Node<'_>) -> Result<(), Problem> {
    for name in ["identifier", "name", "relationship"] {
        if let Some(second) = node.list(name)?.get(1) {
            return Err(second.wrong("cardinality", format!("one `{name}` for each RelatedPerson")));
        }
    }
    // What is neither true nor false would let somebody in who was to go.
    node.truth_of("active")?;
    if let Some(period) = node.get("period") {
        period.only(&["id", "start", "end"])?;
    }
    if extensions(node, SCOPE)?.len() > 1 {
        return Err(node.wrong("cardinality", format!("one `{SCOPE}` for each RelatedPerson")));
    }
    let known = |url: Option<&str>| url.is_some_and(|url| [SCOPE, CATEGORY].contains(&url));
    for extension in node.list("extension")? {
        if !known(extension.text_of("url")?) {
            return Err(
                extension.wrong("extension", format!("`{SCOPE}` and `{CATEGORY}` are taken here: it would be lost"))
            );
        }
    }
    Ok(())
}

fn is_ended(node: &Node<'_>) -> bool {
    node.get("active").is_some_and(|active| active.value == &Value::Bool(false))
}

fn scope(node: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    Ok(extensions(node, SCOPE)?.into_iter().next())
}

fn extensions(node: &Node<'_>, url: &str) -> Result<Vec<Box<str>>, Problem> {
    let mut found = Vec::new();
    for one in node.list("extension")? {
        if one.text_of("url")? == Some(url) {
            found.push(one.need("valueCode")?.text()?.into());
        }
    }
    Ok(found)
}

fn relationship(node: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let list = node.list("relationship")?;
    list.first().map(|one| Ok(one.concept()?.code.code.into())).transpose()
}

fn name(node: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let names = node.list("name")?;
    let Some(first) = names.first() else { return Ok(None) };
    if let Some(text) = first.text_of("text")? {
        return Ok(Some(text.into()));
    }
    let given = first.list("given")?.iter().map(|one| one.text().map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    let family = first.text_of("family")?.map(str::to_owned);
    let all: Vec<String> = given.into_iter().chain(family).collect();
    if all.is_empty() {
        return Err(first.wrong("required", "`text`, or `family` and `given`, is expected"));
    }
    Ok(Some(all.join(" ").into()))
}

fn day(node: &Node<'_>, name: &str) -> Result<Option<Day>, Problem> {
    let Some(period) = node.get("period") else { return Ok(None) };
    let Some(one) = period.get(name) else { return Ok(None) };
    Day::parse(one.text()?).map(Some).map_err(|fault| one.wrong("date", format!("{fault}: write 2027-01-31")))
}
