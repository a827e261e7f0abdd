//! A document as a DocumentReference (PDSm 3.1, comprehensive; facts e.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dmp_core::act::{DocumentView, Withheld};
use dmp_core::code::Code;
use dmp_core::document::{Confidentiality, DocumentEntry, Known, ReferenceId, Visibility};
use dmp_store::Kind;
use serde_json::{Map, Value, json};

use super::coded::{coding, concept};
use super::people::{author, source_patient};
use super::{Ground, ins_identifier};
use crate::read::WITHHOLD_MOTIVE;

/// The extension that says that a document was withheld from its holder, for him and who acts for him.
const WITHHELD: &str = "urn:dmp:withheld";
/// The extensions that say what is asked of a document's author, for him and for who asks: its deletion, and when; that it is not the
/// patient's.
const DELETION_ASKED: &str = "urn:dmp:deletion-asked";
const NOT_MINE: &str = "urn:dmp:not-mine";
/// The profile that our answers follow.
const PROFILE: &str =
    "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-comprehensive-document-reference";
/// The extension of an archived document.
pub const IS_ARCHIVED: &str = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-ext-is-archived";

/// Whether everything is there that the profile requires (PDSm comprehensive): what was deposited with less does not claim it.
fn is_comprehensive(view: &DocumentView) -> bool {
    let entry = &view.entry;
    let said = [
        entry.title.is_some(),
        entry.language_code.is_some(),
        entry.format_code.is_some(),
        entry.practice_setting_code.is_some(),
        entry.healthcare_facility_type_code.is_some(),
        entry.creation_time.is_some(),
        entry.service_start_time.is_some(),
        view.legal_authenticator.is_some(),
        view.source_patient.is_some(),
        !view.authors.is_empty(),
    ];
    said.into_iter().all(|one| one)
}

/// The DocumentReference of a view.
#[must_use]
pub fn document_reference(ground: Ground<'_>, view: &DocumentView) -> Value {
    let entry = &view.entry;
    let mut contained = Vec::new();
    let authors: Vec<Value> = references(&mut contained, &view.authors, "author");
    let authenticator = references(&mut contained, view.legal_authenticator.as_slice(), "authenticator").pop();
    let source = view.source_patient.as_ref().and_then(|known| known.source_patient());
    if let Some(patient) = source {
        contained.push(source_patient(patient, "source-patient"));
    }
    let id = ground.id(Kind::Document, view.item);
    let mut resource = Map::new();
    resource.insert("resourceType".into(), "DocumentReference".into());
    resource.insert("id".into(), id.clone().into());
    let mut meta = json!({"versionId": view.version.to_string(), "lastUpdated": view.updated_at.rfc3339()});
    if let (true, Some(meta)) = (is_comprehensive(view), meta.as_object_mut()) {
        meta.insert("profile".into(), json!([PROFILE]));
    }
    resource.insert("meta".into(), meta);
    if !contained.is_empty() {
        resource.insert("contained".into(), contained.into());
    }
    let archived = view.standing.archived.then(|| json!({"url": IS_ARCHIVED, "valueBoolean": true}));
    let motive = view.withhold_motive.as_deref().map(|motive| json!({"url": WITHHOLD_MOTIVE, "valueString": motive}));
    let withheld = view.withheld.as_ref().map(withheld);
    let asked = view.deletion_asked.map(|at| json!({"url": DELETION_ASKED, "valueDateTime": at.rfc3339()}));
    let claimed = view.claimed.then(|| json!({"url": NOT_MINE, "valueBoolean": true}));
    let extensions: Vec<Value> = [archived, motive, withheld, asked, claimed].into_iter().flatten().collect();
    if !extensions.is_empty() {
        resource.insert("extension".into(), extensions.into());
    }
    resource.insert("masterIdentifier".into(), master_identifier(&entry.unique_id));
    resource.insert("identifier".into(), identifiers(ground, view));
    resource.insert("status".into(), if view.standing.deprecated { "superseded" } else { "current" }.into());
    resource.insert("type".into(), concept(&entry.type_code));
    resource.insert("category".into(), json!([{"coding": [coding(&entry.class_code, None)]}]));
    resource.insert("subject".into(), json!({"identifier": ins_identifier(&view.patient)}));
    resource.insert("date".into(), view.deposited_at.rfc3339().into());
    resource.insert("author".into(), authors.into());
    if let Some(authenticator) = authenticator {
        resource.insert("authenticator".into(), authenticator);
    }
    if let (Some(item), Some(unique_id)) = (view.replaces, &view.replaces_unique_id) {
        let target = format!("{}/DocumentReference/{}", ground.base, ground.id(Kind::Document, item));
        let target = json!({"reference": target, "identifier": master_identifier(unique_id)});
        resource.insert("relatesTo".into(), json!([{"code": "replaces", "target": target}]));
    }
    if let Some(comments) = &entry.comments {
        resource.insert("description".into(), (&**comments).into());
    }
    resource.insert("securityLabel".into(), security_labels(entry, view.visibility));
    resource.insert("content".into(), json!([content(ground, &id, view)]));
    resource.insert("context".into(), context(entry, source.is_some()));
    Value::Object(resource)
}

/// That it was withheld, since when, until when and by whom (decisions 19).
fn withheld(one: &Withheld) -> Value {
    json!({"url": WITHHELD, "extension": [
        {"url": "since", "valueDateTime": one.since.rfc3339()},
        {"url": "by", "valueString": one.by},
        {"url": "until", "valueDateTime": one.until.rfc3339()},
    ]})
}

fn references(contained: &mut Vec<Value>, known: &[std::sync::Arc<Known>], name: &str) -> Vec<Value> {
    let mut references = Vec::new();
    for (place, one) in known.iter().filter_map(|known| known.author()).enumerate() {
        let id = format!("{name}-{}", place + 1);
        contained.extend(author(one, &id));
        references.push(json!({"reference": format!("#{id}")}));
    }
    references
}

/// `masterIdentifier`: an OID as a URN, or {`urn:oid:root`, extension} for `root^extension`.
#[must_use]
pub fn master_identifier(unique_id: &str) -> Value {
    match unique_id.split_once('^') {
        Some((root, extension)) => json!({"system": format!("urn:oid:{root}"), "value": extension}),
        None if unique_id.starts_with("urn:") => json!({"system": "urn:ietf:rfc:3986", "value": unique_id}),
        None => json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:oid:{unique_id}")}),
    }
}

/// The logicalId, the newest version's entryUUID, and the one that the sender chose.
fn identifiers(ground: Ground<'_>, view: &DocumentView) -> Value {
    let uuid = |value: &str| json!({"system": "urn:ietf:rfc:3986", "value": format!("urn:uuid:{value}")});
    let mut identifiers = vec![uuid(&ground.id(Kind::Document, view.item))];
    if view.version_item != view.item {
        identifiers.push(uuid(&ground.id(Kind::Document, view.version_item)));
    }
    if let Some(chosen) = &view.entry.entry_uuid {
        identifiers.push(uuid(chosen));
    }
    identifiers.into()
}

fn security_labels(entry: &DocumentEntry, visibility: Visibility) -> Value {
    let base = Code::new(Confidentiality::SYSTEM, entry.confidentiality_code.code());
    let codes = std::iter::once(base).chain(visibility.codes().map(|code| Code::new(Visibility::SYSTEM, code)));
    codes.map(|code| json!({"coding": [coding(&code, None)]})).collect::<Vec<_>>().into()
}

fn content(ground: Ground<'_>, id: &str, view: &DocumentView) -> Value {
    let entry = &view.entry;
    let mut attachment = Map::new();
    attachment.insert("contentType".into(), (&*entry.mime_type).into());
    if let Some(language) = &entry.language_code {
        attachment.insert("language".into(), (&**language).into());
    }
    attachment.insert("url".into(), format!("{}/Binary/{id}", ground.base).into());
    attachment.insert("size".into(), entry.content.length.into());
    // FHIR's hash is the base64 of the SHA-1 bytes; XDS writes the same in hexadecimal (facts e.3).
    attachment.insert("hash".into(), STANDARD.encode(entry.content.sha1).into());
    if let Some(title) = &entry.title {
        attachment.insert("title".into(), (&**title).into());
    }
    if let Some(time) = entry.creation_time {
        attachment.insert("creation".into(), time.fhir().into());
    }
    let mut content = json!({"attachment": attachment});
    if let (Some(format), Some(content)) = (&entry.format_code, content.as_object_mut()) {
        content.insert("format".into(), coding(&format.code, format.display.as_deref()));
    }
    content
}

fn context(entry: &DocumentEntry, source: bool) -> Value {
    let mut context = Map::new();
    let events: Vec<Value> = entry.event_codes.iter().map(concept).collect();
    if !events.is_empty() {
        context.insert("event".into(), events.into());
    }
    let mut period = Map::new();
    if let Some(start) = entry.service_start_time {
        period.insert("start".into(), start.fhir().into());
    }
    if let Some(stop) = entry.service_stop_time {
        period.insert("end".into(), stop.fhir().into());
    }
    if !period.is_empty() {
        context.insert("period".into(), period.into());
    }
    if let Some(facility) = &entry.healthcare_facility_type_code {
        context.insert("facilityType".into(), concept(facility));
    }
    if let Some(setting) = &entry.practice_setting_code {
        context.insert("practiceSetting".into(), concept(setting));
    }
    if source {
        context.insert("sourcePatientInfo".into(), json!({"reference": "#source-patient"}));
    }
    let mut encounters = Vec::new();
    let mut related = Vec::new();
    for reference in &entry.reference_ids {
        let kind = if &*reference.kind == ReferenceId::ENCOUNTER { &mut encounters } else { &mut related };
        kind.push(reference_id(reference));
    }
    for (name, references) in [("encounter", encounters), ("related", related)] {
        if !references.is_empty() {
            context.insert(name.into(), references.into());
        }
    }
    Value::Object(context)
}

/// One value of `referenceIdList`.
fn reference_id(reference: &ReferenceId) -> Value {
    let mut identifier = json!({"value": reference.id});
    if let Some(identifier) = identifier.as_object_mut() {
        if let Some(assigner) = &reference.assigner {
            identifier.insert("system".into(), super::coded::system(assigner).into());
        }
        if !reference.kind.is_empty() {
            let kind = Code::new("1.2.250.1.213.1.1.4.347", &reference.kind);
            identifier.insert("type".into(), json!({"coding": [coding(&kind, None)]}));
        }
    }
    json!({"identifier": identifier})
}
