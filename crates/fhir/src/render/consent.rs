//! An authorisation, or a block, as a Consent (TD0.3, TD1.6).

use dmp_core::act::{AuthorizationView, RecordedBy};
use dmp_core::dossier::Subject;
use dmp_core::identity::{ProfessionalId, RequesterKind, StructureId};
use dmp_store::Kind;
use serde_json::{Map, Value, json};

use super::{Ground, ins_identifier};
use crate::posted::NOTICE;

/// The Consent of a view: `provision.type` permit for an authorisation, deny for a block.
#[must_use]
pub fn consent(ground: Ground<'_>, view: &AuthorizationView) -> Value {
    let mut resource = Map::new();
    resource.insert("resourceType".into(), "Consent".into());
    resource.insert("id".into(), ground.id(Kind::Consent, view.item).into());
    let status = json!({"system": "urn:oid:1.2.250.1.213.4.1.2.6.2", "code": view.status.code()});
    let mut extensions = vec![json!({"url": "urn:dmp:authorization-status", "valueCoding": status})];
    let notice = view.authorization.as_ref().and_then(|one| one.notice.as_deref());
    extensions.extend(notice.map(|notice| json!({"url": NOTICE, "valueString": notice})));
    resource.insert("extension".into(), extensions.into());
    resource.insert("status".into(), if view.active { "active" } else { "inactive" }.into());
    let scope = json!({"system": "http://terminology.hl7.org/CodeSystem/consentscope", "code": "patient-privacy"});
    resource.insert("scope".into(), json!({"coding": [scope]}));
    resource.insert("category".into(), json!([{"coding": [{"system": "http://loinc.org", "code": "59284-0"}]}]));
    resource.insert("patient".into(), json!({"identifier": ins_identifier(&view.patient)}));
    let since = view.authorization.as_ref().map(|one| one.since).or_else(|| view.block.as_ref().map(|one| one.since));
    if let Some(since) = since {
        resource.insert("dateTime".into(), since.rfc3339().into());
    }
    if let Some(by) = &view.recorded_by {
        resource.insert("performer".into(), json!([performer(view, by)]));
    }
    if let Some(one) = &view.authorization {
        resource
            .insert("policyRule".into(), json!({"coding": [{"system": "urn:dmp:ground", "code": one.ground.code()}]}));
    }
    resource.insert("provision".into(), provision(view));
    Value::Object(resource)
}

/// Who recorded it: by his national identifier; the holder by his INS; whoever has neither, by what he is.
fn performer(view: &AuthorizationView, by: &RecordedBy) -> Value {
    if let Some(subject) = &by.subject {
        return reference_of(subject, by.name.as_deref());
    }
    let kind = json!({"system": "urn:dmp:requester-kind", "value": by.kind.code()});
    let mut reference = match by.kind {
        RequesterKind::Holder => json!({"type": "Patient", "identifier": ins_identifier(&view.patient)}),
        RequesterKind::Representative | RequesterKind::Carer => json!({"type": "RelatedPerson", "identifier": kind}),
        _ => json!({"identifier": kind}),
    };
    if let (Some(name), Some(reference)) = (&by.name, reference.as_object_mut()) {
        reference.insert("display".into(), (&**name).into());
    }
    reference
}

fn provision(view: &AuthorizationView) -> Value {
    let name = match (&view.authorization, &view.block) {
        (Some(one), _) => one.name.as_deref(),
        (None, Some(block)) => block.name.as_deref(),
        (None, None) => None,
    };
    let reference = reference_of(&view.subject, name);
    let role = json!({"system": "http://terminology.hl7.org/CodeSystem/v3-RoleClass", "code": "ASSIGNED"});
    let mut provision = Map::new();
    provision.insert("type".into(), if view.block.is_some() { "deny" } else { "permit" }.into());
    if let Some(one) = &view.authorization {
        let end = one.withdrawn.unwrap_or(one.until);
        provision.insert("period".into(), json!({"start": one.since.rfc3339(), "end": end.rfc3339()}));
    }
    provision.insert("actor".into(), json!([{"role": {"coding": [role]}, "reference": reference}]));
    Value::Object(provision)
}

/// A professional or a structure, by its national identifier.
pub(super) fn reference_of(subject: &Subject, name: Option<&str>) -> Value {
    let (system, value, kind) = match subject {
        Subject::Professional(id) => (ProfessionalId::DOMAIN, id.to_string(), "Practitioner"),
        Subject::Structure(id) => (StructureId::DOMAIN, id.to_string(), "Organization"),
    };
    let mut reference = json!({"type": kind, "identifier": {"system": format!("urn:oid:{system}"), "value": value}});
    if let (Some(name), Some(reference)) = (name, reference.as_object_mut()) {
        reference.insert("display".into(), name.into());
    }
    reference
}
