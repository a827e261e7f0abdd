//! How often the holder is told, as a Subscription: by e-mail (`email`) or by post (`message`), of one kind of notice or of all.
//!
//! `criteria` is `AuditEvent?patient.identifier=OID|VALUE`, with `&subtype=KIND` for one kind (`docs/notices.md`); `status` off ends it;
//! the extension `urn:dmp:frequency` groups by day or week.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use dmp_core::act::{Act, ChooseNotice};
use dmp_core::dossier::{NoticeChannel, NoticeChosen, NoticeFrequency, NoticeKind};
use dmp_core::identity::Ins;
use dmp_store::Target;
use http::{HeaderMap, StatusCode};

use crate::iti67::form;
use crate::posted::posted;
use crate::problem::Problem;
use crate::read::Node;
use crate::request::resource_response;
use crate::service::Fhir;
use crate::small_body::SmallBody;

/// The extension that says how often: `at-once`, `daily`, `weekly`.
const FREQUENCY: &str = "urn:dmp:frequency";

const ELEMENTS: &[&str] = &[
    "resourceType",
    "id",
    "meta",
    "text",
    "extension",
    "status",
    "reason",
    "criteria",
    "channel",
    "contact",
    "end",
    "language",
];

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
    let way = node.need("channel")?.need("type")?;
    let channel = match way.text()? {
        "email" => NoticeChannel::Email,
        "message" => NoticeChannel::Letter,
        _ => return Err(way.wrong("channel", "`email`, or `message` for a letter, is expected")),
    };
    let chosen = NoticeChosen { kind, channel, frequency: frequency(&node)? };
    fhir.perform(Target::Dossier(patient), Act::ChooseNotice(ChooseNotice { chosen }), ask).await?;
    Ok(resource_response(StatusCode::CREATED, &value))
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
    let status = node.need("status")?;
    match status.text()? {
        "off" => return Ok(NoticeFrequency::Never),
        "active" | "requested" => {}
        _ => return Err(status.wrong("status", "`active` or `off` is expected")),
    }
    for extension in node.list("extension")? {
        if extension.need("url")?.text()? == FREQUENCY {
            let value = extension.need("valueCode")?;
            let often = NoticeFrequency::from_code(value.text()?).filter(|often| *often != NoticeFrequency::Never);
            return often.ok_or_else(|| value.wrong("frequency", "`at-once`, `daily` or `weekly` is expected"));
        }
    }
    Ok(NoticeFrequency::AtOnce)
}
