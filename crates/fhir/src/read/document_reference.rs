//! A DocumentReference (PDSm 3.1, comprehensive) as the metadata of a document.

use dmp_core::act::{HeaderFacts, LONGEST_WORDS, NewDocument, PartialBirth, ReplaceTarget};
use dmp_core::code::{Code, Coded, Dtm, Oid, table};
use dmp_core::document::{Blob, Confidentiality, DocumentEntry, ReferenceId, SourcePatient, Visibility};
use dmp_core::identity::Ins;
use serde_json::Value;

use crate::problem::Problem;
use crate::read::people::{author_of, source_of};
use crate::read::shape::check_document;
use crate::read::target::{is_uuid, target_of_address, target_of_identifier};
use crate::read::{Contained, Node, patient_of};

/// The longest title, in characters (facts d.1).
pub const LONGEST_TITLE: usize = 128;

/// Why a document is withheld from the patient (facts c.7, decisions 19): an extension of ours, `valueString`, beside the visibility code
/// INVISIBLE_PATIENT. It is told to the patient once the document is, and to who deposited it.
pub const WITHHOLD_MOTIVE: &str = "urn:dmp:withhold-motive";

/// What a DocumentReference says.
#[derive(Debug)]
pub struct DocumentReference {
    /// The patient.
    pub patient: Ins,
    /// The metadata; the content is filled in when the bytes were read.
    pub document: NewDocument,
    /// Where the bytes are: `content.attachment.url`, or inline.
    pub url: Option<String>,
    /// The declared length.
    pub size: Option<u64>,
    /// The declared SHA-1, base64 or hexadecimal.
    pub hash: Option<String>,
    /// Its path in the request.
    pub path: String,
}

/// Reads a DocumentReference.
///
/// # Errors
/// A [`Problem`] that names the element and the rule.
pub fn read_document_reference(node: &Node<'_>, contained: Contained<'_>) -> Result<DocumentReference, Problem> {
    check_document(node)?;
    check_status(node)?;
    let patient = patient_of(&node.need("subject")?, contained)?;
    let contents = node.list("content")?;
    let [content] = contents.as_slice() else {
        return Err(Problem::element(
            format!("{}.content", node.path),
            "cardinality",
            "exactly one content is expected",
        ));
    };
    let attachment = content.need("attachment")?;
    let context = node.get("context");
    let authors = node.list("author")?;
    if authors.is_empty() {
        return Err(Problem::element(format!("{}.author", node.path), "required", "at least one author must be given"));
    }
    let (confidentiality_code, visibility) = security_labels(node)?;
    let (service_start_time, service_stop_time) = period(context.as_ref())?;
    let entry = DocumentEntry {
        unique_id: unique_id(&node.need("masterIdentifier")?)?,
        entry_uuid: entry_uuid(node)?,
        type_code: type_code(&node.need("type")?)?,
        class_code: Code::new("", ""),
        format_code: content.get("format").map(|format| super::coded_of(&format)).transpose()?,
        practice_setting_code: context.as_ref().map(|one| one.concept_of("practiceSetting")).transpose()?.flatten(),
        healthcare_facility_type_code: context
            .as_ref()
            .map(|one| one.concept_of("facilityType"))
            .transpose()?
            .flatten(),
        confidentiality_code,
        event_codes: events(context.as_ref())?,
        title: title(&attachment)?,
        comments: node.text_of("description")?.map(Into::into),
        language_code: attachment.text_of("language")?.map(Into::into),
        mime_type: mime_type(&attachment)?,
        creation_time: attachment.date_of("creation")?,
        service_start_time,
        service_stop_time,
        authors: Vec::new(),
        legal_authenticator: None,
        source_patient: None,
        reference_ids: related(context.as_ref())?,
        content: Blob { id: [0; 16], key: [0; 32], length: 0, sha1: [0; 20], sha256: [0; 32] },
        text: None,
    };
    let (source_patient, partial_birth) = source_patient(context.as_ref(), contained)?.unzip();
    let document = NewDocument {
        withhold_motive: withhold_motive(node, visibility)?,
        entry,
        authors: authors.iter().map(|author| author_of(author, contained)).collect::<Result<_, _>>()?,
        legal_authenticator: node.get("authenticator").map(|one| author_of(&one, contained)).transpose()?,
        source_patient,
        visibility,
        replaces: replaces(node)?,
        header: HeaderFacts { partial_births: partial_birth.flatten().into_iter().collect(), ..HeaderFacts::default() },
    };
    let size = attachment
        .get("size")
        .map(|size| size.value.as_u64().ok_or_else(|| size.wrong("type", "a number of bytes is expected here")));
    Ok(DocumentReference {
        patient,
        document,
        url: attachment.text_of("url")?.map(Into::into),
        size: size.transpose()?,
        hash: attachment.text_of("hash")?.map(Into::into),
        path: node.path.clone(),
    })
}

/// The one type that the tables know; what stands beside it says the same in another system. Of two that they know, the first would decide who
/// reads the document.
fn type_code(node: &Node<'_>) -> Result<Coded, Problem> {
    let known = |code: &Code| table::document_type(code).is_some();
    let found = node.concept_where(known)?;
    for coding in node.list("coding")? {
        let other = |coded: &Coded| known(&coded.code) && coded.code != found.code;
        if known(&found.code) && super::coded_of(&coding).is_ok_and(|coded| other(&coded)) {
            return Err(coding.wrong("type", "a document has one type: this is another than the one before it"));
        }
    }
    Ok(found)
}

fn source_patient(
    context: Option<&Node<'_>>,
    contained: Contained<'_>,
) -> Result<Option<(SourcePatient, Option<PartialBirth>)>, Problem> {
    let source = context.and_then(|one| one.get("sourcePatientInfo"));
    source.map(|source| source_of(&source, contained)).transpose()
}

/// A new document is current, and none that is withdrawn already.
fn check_status(node: &Node<'_>) -> Result<(), Problem> {
    let status = node.need("status")?;
    if status.text()? != "current" {
        return Err(status.wrong("status", "a new document is `current`"));
    }
    if let Some(status) = node.get("docStatus")
        && status.text()? != "final"
    {
        return Err(status.wrong("docStatus", "what is deposited is `final`: another docStatus is not kept"));
    }
    // It is taken and never compared; a date it must be.
    node.date_of("date")?;
    no_standing(node)
}

/// What is deposited is neither archived nor deleted: that is asked afterwards, by a PATCH.
pub(super) fn no_standing(node: &Node<'_>) -> Result<(), Problem> {
    for extension in node.list("extension")? {
        let name = extension.text_of("url")?.and_then(|url| url.rsplit('/').next());
        let standing = matches!(name, Some("pdsm-ext-is-archived" | "pdsm-ext-is-deleted"));
        if standing && extension.value.get("valueBoolean") != Some(&Value::Bool(false)) {
            let why = "what is deposited is neither archived nor deleted: leave it out, and PATCH it afterwards";
            return Err(extension.wrong("standing", why));
        }
    }
    Ok(())
}

fn withhold_motive(node: &Node<'_>, visibility: Visibility) -> Result<Option<Box<str>>, Problem> {
    let named = |one: &Node<'_>| one.value.get("url").and_then(Value::as_str) == Some(WITHHOLD_MOTIVE);
    let mut found = node.list("extension")?.into_iter().filter(named);
    let Some(extension) = found.next() else { return Ok(None) };
    if let Some(second) = found.next() {
        return Err(second.wrong("cardinality", "one motive for each document"));
    }
    if !visibility.invisible_patient {
        let why =
            "a motive is taken beside the securityLabel INVISIBLE_PATIENT: add the label, or leave the motive out";
        return Err(extension.wrong("withhold-motive", why));
    }
    let words = extension.need("valueString")?;
    match words.text()? {
        text if text.len() > LONGEST_WORDS => Err(words.wrong("length", "the motive is longer than 1,000 bytes")),
        text => Ok(Some(text.into())),
    }
}

fn mime_type(attachment: &Node<'_>) -> Result<Box<str>, Problem> {
    let node = attachment.need("contentType")?;
    let text = node.text()?.trim().to_ascii_lowercase();
    let bare = text.split(';').next().unwrap_or(&text).trim().to_owned();
    Ok(bare.into())
}

/// `masterIdentifier` as XDS uniqueId: `urn:oid:root` alone, or {`urn:oid:root`, extension} as `root^extension`.
pub(super) fn unique_id(node: &Node<'_>) -> Result<Box<str>, Problem> {
    let system = node.text_of("system")?;
    let value = node.need("value")?;
    let text = value.text()?;
    let bad = |why: &str| value.wrong("masterIdentifier", why.to_owned());
    match system {
        Some("urn:ietf:rfc:3986") | None => match text.strip_prefix("urn:oid:") {
            Some(oid) => {
                Oid::parse(oid).map_err(|_| bad("not an OID: write urn:oid:1.2.3"))?;
                Ok(oid.into())
            }
            None if text.starts_with("urn:uuid:") => Ok(format!("urn:uuid:{}", uuid(&value, text)?).into()),
            None => Err(bad("with the system urn:ietf:rfc:3986, a urn:oid: or a urn:uuid: is expected")),
        },
        Some(system) => {
            let root = Oid::parse(system)
                .map_err(|_| bad("the system of a masterIdentifier is urn:ietf:rfc:3986 or a urn:oid:"))?;
            if text.len() > 128 || text.contains(['^', '|', '&']) {
                return Err(bad("the extension is longer than 128 characters or holds ^ | &"));
            }
            Ok(format!("{root}^{text}").into())
        }
    }
}

/// A UUID behind `urn:uuid:`, in lower case: its letters are digits, and two spellings are one identifier (RFC 9562).
pub(super) fn uuid(node: &Node<'_>, text: &str) -> Result<Box<str>, Problem> {
    let bare = text.strip_prefix("urn:uuid:").filter(|bare| is_uuid(bare));
    let bare = bare.ok_or_else(|| {
        node.wrong("identifier", "not a UUID: write urn:uuid: and 32 hexadecimal digits, as 8-4-4-4-12")
    })?;
    Ok(bare.to_ascii_lowercase().into())
}

/// The entryUUID that the sender chose, among `identifier`: kept as an identifier, never our id.
fn entry_uuid(node: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let identifiers = node.list("identifier")?;
    if let Some(second) = identifiers.get(1) {
        return Err(second.wrong("identifier", "one identifier is kept beside the masterIdentifier: the entryUUID"));
    }
    let Some(identifier) = identifiers.first() else { return Ok(None) };
    let system = identifier.get("system").filter(|one| one.value.as_str() != Some("urn:ietf:rfc:3986"));
    let value = identifier.need("value")?;
    match system {
        Some(system) => {
            Err(system.wrong("identifier", "the entryUUID alone is kept: urn:ietf:rfc:3986 and urn:uuid:…"))
        }
        None => uuid(&value, value.text()?).map(Some),
    }
}

fn security_labels(node: &Node<'_>) -> Result<(Confidentiality, Visibility), Problem> {
    let mut base = None;
    let mut visibility = Visibility::default();
    for label in node.list("securityLabel")? {
        let codings = label.list("coding")?;
        if codings.is_empty() {
            return Err(label.wrong("required", "`coding` must be given: a text alone hides nothing"));
        }
        for coding in codings {
            let Coded { code, .. } = super::coded_of(&coding)?;
            match (&*code.system, Confidentiality::from_code(&code.code)) {
                (Confidentiality::SYSTEM, Some(found)) if base.is_none() => base = Some(found),
                (Confidentiality::SYSTEM, Some(_)) => {
                    return Err(coding.wrong("confidentialityCode", "exactly one of N, R, V is expected"));
                }
                (Visibility::SYSTEM, _) if visibility.set(&code.code) => {}
                _ => {
                    return Err(coding.wrong("confidentialityCode", "neither N, R, V nor a visibility code of TRE_A07"));
                }
            }
        }
    }
    let path = format!("{}.securityLabel", node.path);
    let base = base.ok_or_else(|| Problem::element(path, "required", "one of N, R, V must be given"))?;
    Ok((base, visibility))
}

fn events(context: Option<&Node<'_>>) -> Result<Vec<Coded>, Problem> {
    let Some(context) = context else { return Ok(Vec::new()) };
    context.list("event")?.iter().map(Node::concept).collect()
}

/// `title`, as long as XDS has it (facts d.1).
fn title(attachment: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let Some(node) = attachment.get("title") else { return Ok(None) };
    match node.text()? {
        text if text.chars().count() > LONGEST_TITLE => Err(node
            .wrong("length", format!("a title has at most {LONGEST_TITLE} characters: say the rest in `description`"))),
        text => Ok(Some(text.into())),
    }
}

/// The service's time. What ends before it begins is no period; a date known to the day ends with its day.
fn period(context: Option<&Node<'_>>) -> Result<(Option<Dtm>, Option<Dtm>), Problem> {
    let Some(period) = context.and_then(|one| one.get("period")) else { return Ok((None, None)) };
    let (start, end) = (period.date_of("start")?, period.date_of("end")?);
    if let (Some(start), Some(end)) = (start, end)
        && end.interval().1 <= start.interval().0
    {
        let text = "the service ends before it begins: correct the start or the end";
        return Err(Problem::element(format!("{}.end", period.path), "period", text));
    }
    Ok((start, end))
}

fn related(context: Option<&Node<'_>>) -> Result<Vec<ReferenceId>, Problem> {
    let Some(context) = context else { return Ok(Vec::new()) };
    let reference = |related: &Node<'_>, kind: Option<&str>| -> Result<ReferenceId, Problem> {
        let identifier = related.need("identifier")?;
        let system = identifier.text_of("system")?.map(|system| system.strip_prefix("urn:oid:").unwrap_or(system));
        let said = || identifier.concept_of("type");
        let kind = match kind {
            Some(kind) => kind.into(),
            None => said()?.map_or_else(|| "".into(), |kind| kind.code.code),
        };
        let id = identifier.need("value")?.text()?;
        Ok(ReferenceId { id: id.into(), assigner: system.map(Into::into), kind: kind.into() })
    };
    let mut references = Vec::new();
    for related in context.list("related")? {
        references.push(reference(&related, None)?);
    }
    // MHD: the encounter is the referenceIdList's own kind of it.
    for encounter in context.list("encounter")? {
        references.push(reference(&encounter, Some(ReferenceId::ENCOUNTER))?);
    }
    Ok(references)
}

/// `relatesTo` with `replaces`: the target by our id, or by its masterIdentifier. Other ties are not taken (facts d.6).
fn replaces(node: &Node<'_>) -> Result<Option<ReplaceTarget>, Problem> {
    let ties = node.list("relatesTo")?;
    let [tie] = ties.as_slice() else {
        return match ties.get(1) {
            Some(second) => Err(second.wrong("relatesTo", "one replaced document is expected: one request for each")),
            None => Ok(None),
        };
    };
    let code = tie.need("code")?;
    if code.text()? != "replaces" {
        return Err(code.wrong("relatesTo", "only `replaces` is taken at submission"));
    }
    let target = tie.need("target")?;
    let named = match target.get("identifier") {
        Some(identifier) => target_of_identifier(&identifier)?,
        None => {
            let reference = target.need("reference")?;
            target_of_address(&reference.path, reference.text()?)?
        }
    };
    Ok(Some(ReplaceTarget::Identifier(named)))
}
