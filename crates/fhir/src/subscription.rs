//! How often the holder is told, as a Subscription: by e-mail (`email`) or by post (`message`), of one kind of notice or of all.
//!
//! `criteria` is `AuditEvent?patient.identifier=OID|VALUE`, with `&subtype=KIND` for one kind (`docs/notices.md`); `status` off ends it;
//! the extension `urn:dmp:frequency` groups by day or week.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{Act, Answer, ChooseNotice, ListAuthorizations};
use dmp_core::dossier::{NoticeChannel, NoticeChosen, NoticeFrequency, NoticeKind};
use dmp_core::identity::Ins;
use dmp_store::{Ask, Target};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::iti67::{form, sole_patient};
use crate::posted::posted;
use crate::problem::Problem;
use crate::read::Node;
use crate::render::searchset_of;
use crate::request::{json_response, resource_response};
use crate::search::{Parameters, Question, Searched};
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The extension that says how often: `at-once`, `daily`, `weekly`.
const FREQUENCY: &str = "urn:dmp:frequency";

const ELEMENTS: &[&str] =
    &["resourceType", "id", "meta", "text", "extension", "status", "reason", "criteria", "channel", "language"];

/// `POST Subscription`
pub async fn create(
    State(fhir): State<Arc<Fhir>>,
    headers: HeaderMap,
    SmallBody(body): SmallBody,
) -> Result<Response, Problem> {
    let ask = fhir.ask(&headers).await?;
    let value = posted(&headers, &body, "Subscription", ELEMENTS)?;
    let node = Node::root(&value, "Subscription");
    let (patient, kind) = criteria(&node.need("criteria")?)?;
    // Why is not kept, and is a text.
    node.text_of("reason")?;
    let channel = node.need("channel")?;
    // A mail goes where the holder said that he reads it (PATCH of Patient.telecom), nowhere else.
    channel.only(&["id", "type"])?;
    let way = channel.need("type")?;
    let channel = match way.text()? {
        "email" => NoticeChannel::Email,
        "message" => NoticeChannel::Letter,
        _ => return Err(way.wrong("channel", "`email`, or `message` for a letter, is expected")),
    };
    let chosen = NoticeChosen { kind, channel, frequency: frequency(&node)?, by_representative: false };
    fhir.perform(Target::Dossier(patient), Act::ChooseNotice(ChooseNotice { chosen }), ask).await?;
    Ok(resource_response(StatusCode::CREATED, &value))
}

/// `GET Subscription?patient.identifier=…`, `POST Subscription/_search`: what was chosen, in the form in which it is posted.
pub async fn search(
    State(fhir): State<Arc<Fhir>>,
    Searched { ask, parameters, posted }: Searched,
) -> Result<Response, Problem> {
    run(&fhir, ask, parameters, posted).await
}

async fn run(fhir: &Arc<Fhir>, ask: Ask, parameters: Parameters, posted: bool) -> Result<Response, Problem> {
    let requester = ask.requester.key();
    let question = Question::read(fhir, "Subscription", &requester, parameters, posted)?;
    let (parameters, links) = (&question.parameters, [question.own_link(fhir)]);
    let patient = sole_patient(parameters, ["patient.identifier", "patient:identifier"])?;
    let act = Act::ListAuthorizations(ListAuthorizations { active: Some(true) });
    let performed = fhir.perform(Target::Dossier(patient), act, ask).await?;
    // To a professional the holder's wish to be told is none of his business: he finds none.
    let resources: Vec<Value> = match &performed.answer {
        Answer::Rights(rights) => {
            rights.choices.notices.iter().map(|one| subscription(&rights.choices.patient, one)).collect()
        }
        _ => Vec::new(),
    };
    Ok(json_response(StatusCode::OK, searchset_of(&fhir.base, &links, &resources)))
}

fn subscription(patient: &Ins, one: &NoticeChosen) -> Value {
    let kind = one.kind.map(|kind| format!("&subtype={}", kind.code())).unwrap_or_default();
    let channel = match one.channel {
        NoticeChannel::Email => "email",
        NoticeChannel::Letter => "message",
    };
    let mut resource = json!({
        "resourceType": "Subscription",
        "status": if one.frequency == NoticeFrequency::Never { "off" } else { "active" },
        "reason": "notices",
        "criteria": format!("AuditEvent?patient.identifier={}{kind}", patient.to_text()),
        "channel": {"type": channel},
    });
    if let (true, Some(resource)) = (one.frequency != NoticeFrequency::Never, resource.as_object_mut()) {
        let often = json!([{"url": FREQUENCY, "valueCode": one.frequency.code()}]);
        resource.insert("extension".into(), often);
    }
    resource
}

fn criteria(node: &Node<'_>) -> Result<(Ins, Option<NoticeKind>), Problem> {
    let wrong = || {
        node.wrong(
            "criteria",
            "write AuditEvent?patient.identifier=OID|VALUE, and &subtype=KIND for one kind of notice",
        )
    };
    let query = node.text()?.strip_prefix("AuditEvent?").ok_or_else(wrong)?;
    let (mut patient, mut kind) = (None, None);
    for (name, value) in form(query)? {
        match name.as_str() {
            "patient.identifier" | "patient:identifier" if patient.is_none() => {
                patient = Some(Ins::parse_text(&value).map_err(|fault| node.wrong("criteria", fault.to_string()))?);
            }
            "subtype" if kind.is_none() => kind = Some(NoticeKind::from_code(&value).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        }
    }
    Ok((patient.ok_or_else(wrong)?, kind))
}

fn frequency(node: &Node<'_>) -> Result<NoticeFrequency, Problem> {
    let extensions = node.list("extension")?;
    if let Some(more) = extensions.get(1) {
        return Err(more.wrong("cardinality", format!("one `{FREQUENCY}`, and no other extension, is expected")));
    }
    let often = match extensions.first() {
        None => None,
        Some(one) if one.need("url")?.text()? == FREQUENCY => {
            let value = one.need("valueCode")?;
            let often = NoticeFrequency::from_code(value.text()?).filter(|often| *often != NoticeFrequency::Never);
            Some(often.ok_or_else(|| value.wrong("frequency", "`at-once`, `daily` or `weekly` is expected"))?)
        }
        Some(other) => return Err(other.wrong("extension", format!("`{FREQUENCY}` alone is taken here"))),
    };
    let status = node.need("status")?;
    match status.text()? {
        "off" => Ok(NoticeFrequency::Never),
        "active" | "requested" => Ok(often.unwrap_or(NoticeFrequency::AtOnce)),
        _ => Err(status.wrong("status", "`active` or `off` is expected")),
    }
}
