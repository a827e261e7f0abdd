//! A List of the code `submissionset` (PDSm 3.1) as a submission set.

use dmp_core::act::{HeaderFacts, NewSet};
use dmp_core::code::Oid;
use dmp_core::document::SubmissionSet;
use dmp_core::identity::Ins;

use crate::problem::Problem;
use crate::read::document_reference::{no_standing, uuid};
use crate::read::people::{author_of, traits_of};
use crate::read::shape::check_list;
use crate::read::{Contained, Node, patient_of};

/// The extensions of MHD and PDSm that a submission set carries.
const DESIGNATION: &str = "ihe-designationType";
const SOURCE_ID: &str = "ihe-sourceId";
const AUTHOR_ORG: &str = "ihe-authorOrg";
const SOURCE_PATIENT: &str = "ihe-sourcePatientId";
/// How many members a set may have: as many as a bundle has entries. Each is written with the base of the set's fullUrl.
pub const MOST_MEMBERS: usize = 200;

/// What a List says.
#[derive(Debug)]
pub struct SubmissionSetList {
    /// The patient.
    pub patient: Ins,
    /// The set.
    pub set: NewSet,
    /// The fullUrls of its members.
    pub members: Vec<String>,
    /// Its path in the request.
    pub path: String,
}

/// Reads a submission set.
///
/// # Errors
/// A [`Problem`] that names the element and the rule.
pub fn read_list(node: &Node<'_>, contained: Contained<'_>) -> Result<SubmissionSetList, Problem> {
    check_list(node)?;
    let status = node.need("status")?;
    if status.text()? != "current" {
        return Err(status.wrong("status", "a new submission set is `current`"));
    }
    no_standing(node)?;
    // It comes back as `working`: another would be lost.
    if let Some(mode) = node.get("mode")
        && mode.text()? != "working"
    {
        return Err(mode.wrong("list-mode", "a submission set is `working` (MHD, minimal metadata)"));
    }
    let code = node.need("code")?;
    let kind = code.concept()?;
    if &*kind.code.code != "submissionset" {
        let what = if &*kind.code.code == "folder" {
            "folders are not taken yet"
        } else {
            "the code `submissionset` is expected"
        };
        return Err(code.wrong("list-code", what));
    }
    let patient = patient_of(&node.need("subject")?, contained)?;
    let mut set = SubmissionSet {
        unique_id: None,
        entry_uuid: None,
        source_id: None,
        submission_time: node.date_of("date")?,
        content_type_code: None,
        authors: Vec::new(),
        title: node.text_of("title")?.map(Into::into),
        comments: comments(node)?,
    };
    identify(&mut set, node)?;
    let mut authors = Vec::new();
    if let Some(source) = node.get("source") {
        authors.push(author_of(&source, contained)?);
    }
    let mut source_patient = HeaderFacts::default();
    let mut extensions = node.list("extension")?;
    // MHD 4.0 has the author's organisation on the source itself.
    if let Some(source) = node.get("source") {
        extensions.extend(source.list("extension")?);
    }
    for extension in extensions {
        let url = extension.need("url")?.text()?;
        if url.ends_with(DESIGNATION) {
            set.content_type_code = Some(extension.need("valueCodeableConcept")?.concept()?);
        } else if url.ends_with(SOURCE_ID) {
            let named = extension.need("valueIdentifier")?.need("value")?;
            set.source_id = Some(oid(&named)?);
        } else if url.ends_with(SOURCE_PATIENT) {
            source_patient = traits_of(&extension, contained)?;
        } else if url.ends_with(AUTHOR_ORG) {
            let organisation = author_of(&extension.need("valueReference")?, contained)?;
            match authors.first_mut() {
                Some(author) => author.institutions.extend(organisation.institutions),
                None => authors.push(organisation),
            }
        }
    }
    let mut members = Vec::new();
    for entry in node.list_of("entry", MOST_MEMBERS)? {
        members.push(entry.need("item")?.need("reference")?.text()?.to_owned());
    }
    let set = NewSet { set, authors, patient: source_patient };
    Ok(SubmissionSetList { patient, set, members, path: node.path.clone() })
}

fn comments(node: &Node<'_>) -> Result<Option<Box<str>>, Problem> {
    let notes = node.list("note")?;
    if let Some(second) = notes.get(1) {
        return Err(second.wrong("note", "one note is kept: put them into one text"));
    }
    notes.first().map(|note| Ok(note.need("text")?.text()?.into())).transpose()
}

/// The identifiers of a set: one uniqueId, and one entryUUID that its sender chose.
fn identify(set: &mut SubmissionSet, node: &Node<'_>) -> Result<(), Problem> {
    for identifier in node.list("identifier")? {
        let named = identifier.need("value")?;
        let value = named.text()?;
        let twice = if value.starts_with("urn:uuid:") { set.entry_uuid.is_some() } else { set.unique_id.is_some() };
        if twice {
            return Err(
                identifier.wrong("identifier", "a set has one uniqueId, and one entryUUID: another would be lost")
            );
        }
        match (value.strip_prefix("urn:oid:"), value.starts_with("urn:uuid:")) {
            (Some(_), _) => set.unique_id = Some(oid(&named)?),
            (_, true) => set.entry_uuid = Some(uuid(&named, value)?),
            _ if Oid::parse(value).is_ok() => set.unique_id = Some(value.into()),
            _ => return Err(identifier.wrong("identifier", "a urn:oid: or a urn:uuid: is expected")),
        }
    }
    Ok(())
}

/// An OID, with its scheme or without: a source and a uniqueId of a set have no other form (XDS, ITI-41).
fn oid(node: &Node<'_>) -> Result<Box<str>, Problem> {
    let value = node.text()?;
    let bare = value.strip_prefix("urn:oid:").unwrap_or(value);
    Oid::parse(bare).map_err(|fault| node.wrong("oid", format!("{fault}: urn:oid: and an OID are expected")))?;
    Ok(bare.into())
}
