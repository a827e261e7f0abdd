//! Who acts for the holder, as RelatedPersons: representatives and guardians, recorded by the operator; carers, chosen by the holder
//! or who represents him. `active` false ends what stands.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{Act, DelegateCarer, EndDelegation, EndMandate, RecordMandate};
use dmp_core::code::Day;
use dmp_core::dossier::{CarerScope, Mandate, MandateScope};
use dmp_core::identity::Requester;
use dmp_store::Target;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use crate::posted::{patient_named, posted};
use crate::problem::Problem;
use crate::read::Node;
use crate::request::resource_response;
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The extension that says what somebody may do: `read` or `full`; of a carer `read`, `add` or `manage`.
const SCOPE: &str = "urn:dmp:scope";
/// The extension that names a class of documents that a carer sees.
const CATEGORY: &str = "urn:dmp:category";
/// HL7's role code of a guardian.
const GUARDIAN: &str = "GUARD";

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
    let act = if operator { mandate(&node, fhir.store.now().paris_day())? } else { delegation(&node)? };
    fhir.perform(Target::Dossier(patient), act, ask).await?;
    Ok(resource_response(StatusCode::CREATED, &value))
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
        guardian: relationship.as_deref() == Some(GUARDIAN),
        relationship,
    };
    Ok(Act::RecordMandate(Box::new(RecordMandate { person, mandate })))
}

fn delegation(node: &Node<'_>) -> Result<Act, Problem> {
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
    let categories = extensions(node, CATEGORY)?;
    Ok(Act::DelegateCarer(DelegateCarer { person, name: name(node)?, scope, categories, end: day(node, "end")? }))
}

fn person(node: &Node<'_>) -> Result<Box<str>, Problem> {
    let identifiers = node.list("identifier")?;
    let first = identifiers.first().ok_or_else(|| node.wrong("required", "`identifier` must be given: the account"))?;
    Ok(first.need("value")?.text()?.into())
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
    list.first().map(|one| Ok(one.concept()?.code.code)).transpose()
}

fn name(node: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let names = node.list("name")?;
    let Some(first) = names.first() else { return Ok(None) };
    let given = first.list("given")?.iter().map(|one| one.text().map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    let family = first.text_of("family")?.map(str::to_owned);
    let all: Vec<String> = given.into_iter().chain(family).collect();
    Ok((!all.is_empty()).then(|| all.join(" ").into()))
}

fn day(node: &Node<'_>, name: &str) -> Result<Option<Day>, Problem> {
    let Some(period) = node.get("period") else { return Ok(None) };
    let Some(one) = period.get(name) else { return Ok(None) };
    Day::parse(one.text()?).map(Some).map_err(|fault| one.wrong("date", format!("{fault}: write 2027-01-31")))
}
