//! A line of the history as an AuditEvent, in the shapes of BALP (Basic Audit Log Patterns).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dmp_core::dossier::{AccessMode, Question, Subject};
use dmp_core::history::{Clause, HistoryLine, Language, Subtype, clause};
use dmp_core::identity::{ProfessionalId, Requester, StructureId};
use dmp_store::Kind;
use serde_json::{Map, Value, json};

use super::{Ground, ins_identifier};

const TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-event-type";
const DICOM: &str = "http://dicom.nema.org/resources/ontology/DCM";
const PARTICIPATION: &str = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType";
const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const BALP: &str = "https://profiles.ihe.net/ITI/BALP/StructureDefinition";

/// The AuditEvent of a line, as it is told to a reader.
#[must_use]
pub fn audit_event(ground: Ground<'_>, line: &HistoryLine, reader: &Requester) -> Value {
    let (interaction, action, pattern) = match line.subtype() {
        Subtype::Create => ("create", "C", "Create"),
        Subtype::Read => ("read", "R", "Read"),
        Subtype::Query => ("search", "E", "Query"),
        Subtype::Update => ("update", "U", "Update"),
        Subtype::Delete => ("delete", "D", "Delete"),
        Subtype::Execute => ("operation", "E", "Query"),
    };
    let mut resource = Map::new();
    resource.insert("resourceType".into(), "AuditEvent".into());
    resource.insert("id".into(), ground.store.public_id(Kind::AuditEvent, line.journal, line.seq).into());
    if follows(line, pattern) {
        resource.insert("meta".into(), json!({"profile": [format!("{BALP}/IHE.BasicAudit.Patient{pattern}")]}));
    }
    let Clause { who, what } = clause(line, reader, Language::French);
    let text = format!("{who} {what}");
    resource.insert("text".into(), json!({"status": "generated", "div": div(text.trim())}));
    resource.insert("type".into(), json!({"system": TYPE, "code": "rest", "display": "RESTful Operation"}));
    resource.insert(
        "subtype".into(),
        json!([
            {"system": "http://hl7.org/fhir/restful-interaction", "code": interaction},
            {"system": "urn:dmp:act", "code": line.act.code()},
        ]),
    );
    resource.insert("action".into(), action.into());
    resource.insert("recorded".into(), line.at.rfc3339().into());
    resource.insert("outcome".into(), if line.refused || line.not_found { "4" } else { "0" }.into());
    resource.insert("outcomeDesc".into(), outcome_description(line).into());
    if let Some(motive) = purpose(line) {
        resource.insert("purposeOfEvent".into(), json!([motive]));
    }
    resource.insert("agent".into(), agents(line).into());
    resource.insert("source".into(), json!({"observer": {"display": "DMP"}, "type": [{
        "system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4", "display": "Application Server",
    }]}));
    resource.insert("entity".into(), entities(ground, line).into());
    Value::Object(resource)
}

/// Whether a line has what a pattern asks for: the patient, and what was read or changed, or the query. An event that is of none of
/// them names no profile.
fn follows(line: &HistoryLine, pattern: &str) -> bool {
    let queried = matches!(line.question, Some(Question::Criteria(_)));
    line.addressed.is_some() && if pattern == "Query" { queried } else { !line.documents.is_empty() }
}

fn div(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<div xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"fr\" lang=\"fr\">{escaped}</div>")
}

fn outcome_description(line: &HistoryLine) -> String {
    let verdict = if line.refused {
        "refused"
    } else if line.not_found {
        "not-found"
    } else {
        "done"
    };
    format!("{verdict}: {}", line.rule.code())
}

fn purpose(line: &HistoryLine) -> Option<Value> {
    if line.mode == AccessMode::Normal && line.motive.is_none() {
        return None;
    }
    let coding = json!({"system": "urn:oid:1.2.250.1.213.1.1.4.248", "code": line.mode.code()});
    let mut concept = json!({"coding": [coding]});
    if let (Some(motive), Some(concept)) = (&line.motive, concept.as_object_mut()) {
        concept.insert("text".into(), (&**motive).into());
    }
    Some(concept)
}

/// The software that asked, this server, the person or structure for whom it asked, and who signed with them.
fn agents(line: &HistoryLine) -> Vec<Value> {
    let role = |code: &str, display: &str| json!({"coding": [{"system": DICOM, "code": code, "display": display}]});
    let software = software(&line.requester).unwrap_or("client");
    let mut agents = vec![
        json!({"type": role("110153", "Source Role ID"), "who": {"display": software}, "requestor": false}),
        json!({"type": role("110152", "Destination Role ID"), "who": {"display": "DMP"}, "requestor": false}),
        agent(&line.requester, "IRCP"),
    ];
    agents.extend(line.on_behalf.as_ref().map(|other| agent(other, "RESP")));
    agents.extend(line.delegated_by.as_ref().map(|holder| {
        let who = json!({"display": holder.name, "identifier": ins_identifier(&holder.ins)});
        json!({"type": {"coding": [{"system": PARTICIPATION, "code": "RESP"}]}, "who": who, "requestor": false})
    }));
    agents.extend(line.joint.iter().map(|other| agent(other, "AUT")));
    agents
}

fn agent(requester: &Requester, participation: &str) -> Value {
    let mut who = json!({});
    let name = requester.display_name();
    if let (false, Some(who)) = (name.is_empty(), who.as_object_mut()) {
        who.insert("display".into(), name.into());
    }
    let identifier = match requester {
        Requester::Professional(one) => {
            Some(json!({"system": format!("urn:oid:{}", ProfessionalId::DOMAIN), "value": one.id.to_string()}))
        }
        Requester::Organisation(one) => {
            Some(json!({"system": format!("urn:oid:{}", StructureId::DOMAIN), "value": one.structure.id.to_string()}))
        }
        Requester::Holder(one) => Some(ins_identifier(&one.ins)),
        _ => None,
    };
    if let (Some(identifier), Some(who)) = (identifier, who.as_object_mut()) {
        who.insert("identifier".into(), identifier);
    }
    let mut agent = json!({
        "type": {"coding": [{"system": PARTICIPATION, "code": participation}]},
        "who": who,
        "requestor": participation == "IRCP",
    });
    let roles: Vec<Value> = requester
        .profession()
        .map(|profession| json!({"coding": [super::coded::coding(profession, None)]}))
        .into_iter()
        .collect();
    if let (false, Some(agent)) = (roles.is_empty(), agent.as_object_mut()) {
        agent.insert("role".into(), roles.into());
    }
    if let (Some(structure), Some(agent)) = (requester.structure(), agent.as_object_mut()) {
        agent.insert(
            "location".into(),
            json!({"identifier": {
                "system": format!("urn:oid:{}", StructureId::DOMAIN), "value": structure.to_string(),
            }}),
        );
    }
    agent
}

fn software(requester: &Requester) -> Option<&str> {
    match requester {
        Requester::Professional(one) => one.software.as_deref(),
        Requester::Organisation(one) => one.software.as_deref(),
        _ => None,
    }
}

fn entities(ground: Ground<'_>, line: &HistoryLine) -> Vec<Value> {
    let kind = |code: &str, display: &str| json!({"system": ENTITY_TYPE, "code": code, "display": display});
    let role = |code: &str, display: &str| json!({"system": ENTITY_ROLE, "code": code, "display": display});
    let mut entities = Vec::new();
    if let Some(ins) = &line.addressed {
        entities.push(json!({
            "what": {"identifier": ins_identifier(ins)}, "type": kind("1", "Person"), "role": role("1", "Patient"),
        }));
    }
    entities.extend(line.said.whom.as_ref().map(|whom| {
        let (domain, value) = match &whom.subject {
            Subject::Professional(id) => (ProfessionalId::DOMAIN, id.to_string()),
            Subject::Structure(id) => (StructureId::DOMAIN, id.to_string()),
        };
        let mut what = json!({"identifier": {"system": format!("urn:oid:{domain}"), "value": value}});
        if let (Some(name), Some(what)) = (&whom.name, what.as_object_mut()) {
            what.insert("display".into(), (&**name).into());
        }
        json!({"what": what, "type": kind("1", "Person"), "role": role("15", "Provider")})
    }));
    entities.extend(line.said.words.as_ref().map(|words| {
        let detail = json!([{"type": "words", "valueString": words}]);
        json!({"type": kind("4", "Other"), "role": role("20", "Job"), "detail": detail})
    }));
    for document in &line.documents {
        let reference = format!("{}/DocumentReference/{}", ground.base, ground.id(Kind::Document, document.item));
        let mut entity = json!({
            "what": {"reference": reference, "display": document.title},
            "type": kind("2", "System Object"),
            "role": role("3", "Report"),
        });
        if let (Some(rule), Some(entity)) = (document.rule, entity.as_object_mut()) {
            entity.insert(
                "detail".into(),
                json!([
                    {"type": "outcome", "valueString": document.status.code()},
                    {"type": "rule", "valueString": rule.code()},
                ]),
            );
        }
        entities.push(entity);
    }
    if let Some(Question::Criteria(criteria)) = &line.question {
        // What was looked for, not its values; the patient always.
        let fields = criteria.all.iter().map(|clause| clause.field.code());
        let text: Vec<&str> = std::iter::once("patient.identifier").chain(fields).collect();
        entities.push(json!({
            "type": kind("2", "System Object"), "role": role("24", "Query"),
            "query": STANDARD.encode(text.join("&")),
        }));
    }
    // One that was blank was kept once, and is no value.
    if let Some(correlation) = line.correlation.as_ref().filter(|text| !text.trim().is_empty()) {
        let tracing = json!({"system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "code": "XrequestId"});
        entities.push(json!({"what": {"identifier": {"value": correlation}}, "type": tracing}));
    }
    entities
}
