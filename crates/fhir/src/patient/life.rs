//! The life of a dossier, as a patch of its Patient: `active` true activates or reopens, false closes; `deceasedBoolean` records a
//! death or its correction. `identifier` and `link` are its identity. `DELETE` asks for destruction within three months.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::response::Response;
use dmp_core::act::{Act, Answer, CloseDossier, LifeOfDossier, RecordDeath, SetAddress, SetContact};
use dmp_core::dossier::Address;
use dmp_core::identity::Ins;
use dmp_store::{Ask, Kind, Target};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::identity::patched;
use super::registered::address;
use crate::iti67::form;
use crate::patch::{changes, one, read_patch};
use crate::problem::Problem;
use crate::read::Node;
use crate::request::{no_version, resource_response};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// Bytes of an address, which is printed on a letter.
const LONGEST_ADDRESS: usize = 500;
/// The system of the number of a certificate of destruction.
const CERTIFICATE: &str = "urn:dmp:destruction-certificate";

/// `PATCH Patient?identifier=…`
pub async fn patch(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let ins = identifier(query.as_deref())?;
    let value = read_patch(&headers, &body)?;
    no_version(&headers)?;
    if let Some(identity) = patched(&changes("Patient", &value)?, fhir.store.now().paris_day())? {
        return super::identity::run(&fhir, ins, identity, ask).await;
    }
    let set = one("Patient", &value)?;
    let act = match (set.element.as_str(), &set.value) {
        ("Patient.active", Value::Bool(true)) => Act::LifeOfDossier(LifeOfDossier::Active),
        ("Patient.active", Value::Bool(false)) => {
            Act::CloseDossier(CloseDossier { text: ask.motive.clone(), ..CloseDossier::default() })
        }
        ("Patient.deceasedBoolean" | "Patient.deceased", Value::Bool(dead)) => {
            Act::RecordDeath(RecordDeath { in_error: !dead })
        }
        ("Patient.telecom", telecom) => Act::SetContact(SetContact { email: email(telecom)? }),
        ("Patient.address", value) => Act::SetAddress(SetAddress { address: lives_at(value)? }),
        _ => {
            let text = "`active`, `deceasedBoolean`, `telecom`, `address`, `identifier`, `link`, `name`, `birthDate` or `gender` can be patched";
            return Err(Problem::new(StatusCode::METHOD_NOT_ALLOWED, "not-supported", "patch-element", text));
        }
    };
    run(&fhir, ins, act, ask, StatusCode::OK).await
}

/// `DELETE Patient?identifier=…`: express deletion; of an open dossier, with its closing.
pub async fn delete(
    State(fhir): State<Arc<Fhir>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let ins = identifier(query.as_deref())?;
    run(&fhir, ins, Act::LifeOfDossier(LifeOfDossier::Deleted), ask, StatusCode::ACCEPTED).await
}

/// One act; of one that ends the dossier, the number of its certificate.
async fn run(fhir: &Arc<Fhir>, ins: Ins, act: Act, ask: Ask, status: StatusCode) -> Result<Response, Problem> {
    let closes = matches!(act, Act::CloseDossier(_) | Act::LifeOfDossier(LifeOfDossier::Deleted));
    let performed = fhir.perform(Target::Dossier(ins.clone()), act, ask).await?;
    match performed.answer {
        Answer::Done if closes => Ok(closed(fhir, &ins, performed.places.journal(), status)),
        Answer::Done => Ok(done(&ins, status)),
        _ => Err(Problem::not_found()),
    }
}

/// Closed: with the number of the certificate of its destruction, which nothing will lead to later but this number.
fn closed(fhir: &Fhir, ins: &Ins, journal: u32, status: StatusCode) -> Response {
    let name = json!({"system": format!("urn:oid:{}", ins.domain.code()), "value": ins.value});
    let number = fhir.store.public_id(Kind::Certificate, journal, 0);
    let certificate = json!({"system": CERTIFICATE, "value": number});
    let patient = json!({"resourceType": "Patient", "active": false, "identifier": [name, certificate]});
    resource_response(status, &patient)
}

pub(super) fn done(ins: &Ins, status: StatusCode) -> Response {
    let identifier = json!({"system": format!("urn:oid:{}", ins.domain.code()), "value": ins.value});
    resource_response(status, &json!({"resourceType": "Patient", "identifier": [identifier]}))
}

/// The e-mail address of a patched `telecom`: one contact point, or a list of them; without one it is taken away. One that is given up, or
/// only for a time, is none.
fn email(telecom: &Value) -> Result<Option<Box<str>>, Problem> {
    let points = telecom.as_array().map_or_else(|| std::slice::from_ref(telecom), Vec::as_slice);
    let mut found = None;
    for point in points {
        Node::root(point, "Patient.telecom").only(&["id", "system", "value", "use", "rank"])?;
        if point.get("use").and_then(Value::as_str) == Some("old") {
            return Err(Problem::element(
                "Patient.telecom.use",
                "telecom",
                "an address that is no longer used is none",
            ));
        }
        let text = |name: &str| point.get(name).and_then(Value::as_str);
        match (text("system"), text("value")) {
            (Some("email"), Some(value)) if found.is_none() => found = Some(value.into()),
            _ => {
                let why = "`telecom` has at most one ContactPoint, of the system `email`, with its value";
                return Err(Problem::element("Patient.telecom", "telecom", why));
            }
        }
    }
    Ok(found)
}

/// The one `Address` of a patched `address`, in a list or by itself.
fn lives_at(value: &Value) -> Result<Address, Problem> {
    let wrong = |why: &str| Problem::element("Patient.address", "address", why);
    let one = match value.as_array().map(Vec::as_slice) {
        Some([one]) => one,
        Some(_) => return Err(wrong("exactly one Address is expected")),
        None => value,
    };
    Node::root(one, "Patient.address").only(&["id", "line", "postalCode", "city", "country", "use", "type"])?;
    if one.get("use").and_then(Value::as_str) == Some("old") {
        return Err(wrong("where somebody lives is no address of before (`use` old)"));
    }
    let text = |name: &str| one.get(name).is_none_or(Value::is_string);
    let lines = one.get("line").and_then(Value::as_array);
    if !lines.is_some_and(|all| !all.is_empty() && all.iter().all(Value::is_string))
        || !text("postalCode")
        || !text("city")
    {
        return Err(wrong("`line` is a list of texts, `postalCode` and `city` are texts"));
    }
    let address = address(one).map_err(|why| wrong(&why))?;
    if address.postal_code.is_none() {
        return Err(wrong("`postalCode` must be given"));
    }
    let length = [&address.lines, &address.postal_code, &address.city, &address.country]
        .into_iter()
        .flatten()
        .map(|text| text.len())
        .sum::<usize>();
    if length > LONGEST_ADDRESS { Err(wrong("the address is too long: at most 500 bytes")) } else { Ok(address) }
}

pub(super) fn identifier(query: Option<&str>) -> Result<Ins, Problem> {
    let parameters = form(query.unwrap_or_default())?;
    match parameters.as_slice() {
        [(name, value)] if name == "identifier" => {
            Ins::parse_text(value).map_err(|fault| Problem::parameter(name, fault.to_string()))
        }
        _ => Err(Problem::parameter("identifier", "`identifier` must be given, and nothing else")),
    }
}
