//! The transaction bundle: one submission set, its documents, their bytes. Read once; the base64 of a document is never copied.

use std::collections::{BTreeMap, BTreeSet};

use dmp_core::act::{NewSet, ReplaceTarget};
use dmp_core::identity::Ins;
use dmp_store::Reference;
use serde_json::Value;
use serde_json::value::RawValue;

use super::envelope::{check_meta, check_names, nothing_lost, too_long, unmodified};
use super::members::{check_members, one_patient};
use super::raw::{Binary, MOST_ENTRIES, Object, Peek, RawBundle, RawEntry};
use super::superseded::{apply_patch, check_conditions, superseded};
use crate::json::Unique;
use crate::posted::not_json;
use crate::problem::Problem;
use crate::read::{
    Contained, DocumentReference, NamedPatient, Node, SubmissionSetList, absolute, canonical, distinct_ids, id_here,
    named_patients, no_modifiers, read_document_reference, read_list,
};

/// The largest resource, in bytes: those of a document, in base64, do not count.
const LARGEST_RESOURCE: usize = 256 * 1024;
/// All of them together: a value read from JSON takes many times its text.
const LARGEST_RESOURCES: usize = 2 * 1024 * 1024;

const ONE_SET: &str = "exactly one List of the code `submissionset` is expected";

/// What stands at each place of the bundle: the answer has the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The submission set.
    Set,
    /// A document, by its number.
    Document(usize),
    /// The bytes of a document, by its number.
    Bytes(usize),
    /// What makes nothing of its own: the patient, the patch that a replacement implies.
    Nothing,
}

/// A bundle that was read.
#[derive(Debug)]
pub struct Bundle<'a> {
    /// The one patient.
    pub patient: Ins,
    /// Every national identifier that the bundle gives a patient, wherever. Whether they are the holder's is for the rules.
    pub patients: Vec<NamedPatient>,
    /// The documents.
    pub documents: Vec<DocumentReference>,
    /// Where the submission set stands.
    pub set_path: String,
    set: NewSet,
    superseded: Vec<Box<str>>,
    binaries: BTreeMap<String, (usize, Binary<'a>)>,
    layout: Vec<Place>,
}

fn structure(diagnostics: impl Into<String>) -> Problem {
    Problem::element("Bundle", "bundle", diagnostics)
}

/// Reads a bundle.
///
/// # Errors
/// A [`Problem`] that names the element and the rule: 400 when it is no JSON, 422 when it is no ITI-65 bundle.
pub fn read(bytes: &[u8]) -> Result<Bundle<'_>, Problem> {
    let Object(raw): Object<RawBundle<'_>> = serde_json::from_slice(bytes).map_err(|fault| unread(bytes, &fault))?;
    if raw.resource_type.text() != "Bundle" {
        return Err(structure("a Bundle is expected"));
    }
    if raw.kind.text() != "transaction" {
        let found = raw.kind.text().chars().take(40).collect::<String>();
        return Err(Problem::element(
            "Bundle.type",
            "bundle-type",
            format!("`transaction` is expected, not `{found}`"),
        ));
    }
    unmodified("Bundle", raw.modifier.is_some())?;
    nothing_lost("Bundle", raw.unknown.as_deref())?;
    let entries = raw.entry.0;
    if entries.is_empty() || entries.len() > MOST_ENTRIES {
        return Err(structure(format!("1 to {MOST_ENTRIES} entries are expected")));
    }
    let mut parts = Parts::default();
    check_meta("Bundle", raw.meta, &mut parts.patients)?;
    for (place, entry) in entries.iter().enumerate() {
        parts.add(place, entry)?;
    }
    parts.finish()
}

/// Why a body could not be read as a Bundle: it is another resource, or no JSON.
fn unread(bytes: &[u8], fault: &serde_json::Error) -> Problem {
    let other =
        serde_json::from_slice::<Object<Peek>>(bytes).is_ok_and(|Object(peek)| peek.resource_type.text() != "Bundle");
    if other { structure("a Bundle is expected") } else { not_json(bytes, &fault.to_string()) }
}

/// The resources of a bundle, sorted by what they are.
#[derive(Default)]
struct Parts<'a> {
    values: Vec<(usize, String, &'static str, Value)>,
    binaries: BTreeMap<String, (usize, Binary<'a>)>,
    superseded: Vec<Box<str>>,
    patients: Vec<NamedPatient>,
    full_urls: BTreeSet<String>,
    places: usize,
    size: usize,
}

impl<'a> Parts<'a> {
    fn add(&mut self, place: usize, entry: &RawEntry<'a>) -> Result<(), Problem> {
        self.places += 1;
        let path = format!("Bundle.entry[{place}]");
        let wrong = |name: &str, rule, text: String| Problem::element(format!("{path}.{name}"), rule, text);
        let Some(resource) = entry.resource else {
            return Err(wrong("resource", "required", "a resource must be given".into()));
        };
        unmodified(&path, entry.modifier.is_some())?;
        nothing_lost(&path, entry.unknown.as_deref())?;
        let whole = announced_binary(entry);
        let peek = match &whole {
            Some(binary) => Peek { resource_type: binary.resource_type.clone() },
            None => {
                serde_json::from_str::<Object<Peek>>(resource.get())
                    .map_err(|_| {
                        wrong("resource", "resource-type", "an object with its `resourceType` is expected".into())
                    })?
                    .0
            }
        };
        let Some(Object(request)) = &entry.request else {
            return Err(wrong("request", "required", "`request` must be given".into()));
        };
        let kind = peek.resource_type.text();
        check_names(&path, entry, request, &peek)?;
        let full_url = canonical(entry.full_url.text());
        if !full_url.is_empty() && !self.full_urls.insert(full_url.clone()) {
            return Err(wrong("fullUrl", "full-url", "two entries have the same fullUrl".into()));
        }
        check_conditions(&path, request)?;
        unmodified(&format!("{path}.request"), request.modifier.is_some())?;
        nothing_lost(&format!("{path}.request"), request.unknown.as_deref())?;
        if kind != "Binary" {
            self.weigh(&path, resource.get().len())?;
        }
        if kind == "Parameters" && request.method.text().eq_ignore_ascii_case("PATCH") {
            let target = superseded(&path, request.url.text(), resource.get(), &mut self.patients)?;
            self.superseded.push(target);
            return Ok(());
        }
        if !request.method.text().eq_ignore_ascii_case("POST") {
            return Err(wrong("request.method", "request-method", "POST is expected".into()));
        }
        if request.url.text() != kind {
            let kind = kind.chars().take(40).collect::<String>();
            return Err(wrong("request.url", "request-url", format!("`{kind}` is expected: what the resource is")));
        }
        if kind == "Binary" {
            return self.add_binary(place, &path, full_url, whole, resource);
        }
        let kind = kind_of(kind).map_err(|text| wrong("resource", "resource-type", text))?;
        let Unique(value) =
            serde_json::from_str(resource.get()).map_err(|fault| wrong("resource", "json", fault.to_string()))?;
        self.values.push((place, full_url, kind, value));
        Ok(())
    }

    /// Counts what an entry holds that is no document's bytes.
    fn weigh(&mut self, path: &str, bytes: usize) -> Result<(), Problem> {
        self.size = self.size.saturating_add(bytes);
        if bytes > LARGEST_RESOURCE || self.size > LARGEST_RESOURCES {
            let text = "a resource is at most 256 KiB, all of them together 2 MiB; the `data` of a Binary do not count";
            return Err(Problem::element(format!("{path}.resource"), "size", text));
        }
        Ok(())
    }

    fn add_binary(
        &mut self,
        place: usize,
        path: &str,
        full_url: String,
        whole: Option<Binary<'a>>,
        resource: &'a RawValue,
    ) -> Result<(), Problem> {
        let wrong = |name: &str, rule, text: String| Problem::element(format!("{path}.{name}"), rule, text);
        let binary: Binary<'a> = match whole {
            Some(binary) => binary,
            None => serde_json::from_str::<Object<Binary<'a>>>(resource.get())
                .map(|Object(binary)| binary)
                .map_err(|fault| wrong("resource", "binary", format!("not a Binary: {fault}")))?,
        };
        self.weigh(path, resource.get().len().saturating_sub(binary.data.map_or(0, |data| data.get().len())))?;
        if binary.content_type.is_too_long() {
            return Err(too_long(path, "resource.contentType"));
        }
        let of_binary = format!("{path}.resource");
        unmodified(&of_binary, binary.modifier.is_some())?;
        nothing_lost(&of_binary, binary.unknown.as_deref())?;
        check_meta(&of_binary, binary.meta, &mut self.patients)?;
        if let Some(context) = binary.security_context {
            let Unique(context): Unique = serde_json::from_str(context.get())
                .map_err(|fault| wrong("resource.securityContext", "json", fault.to_string()))?;
            if !context.is_object() {
                return Err(wrong("resource.securityContext", "type", "an object is expected here".into()));
            }
            named_patients(&format!("{path}.resource.securityContext"), &context, &mut self.patients)?;
        }
        match self.binaries.insert(full_url, (place, binary)) {
            None => Ok(()),
            Some(_) => Err(wrong("fullUrl", "full-url", "two Binaries have no fullUrl".into())),
        }
    }

    fn finish(self) -> Result<Bundle<'a>, Problem> {
        let entries: BTreeMap<&str, &Value> =
            self.values.iter().map(|(_, url, _, value)| (url.as_str(), value)).collect();
        let mut layout = vec![Place::Nothing; self.places];
        let mut set: Option<SubmissionSetList> = None;
        let mut documents: Vec<DocumentReference> = Vec::new();
        let mut urls: Vec<&str> = Vec::new();
        for (place, url, kind, value) in &self.values {
            let node = Node::root(value, format!("Bundle.entry[{place}].resource"));
            let contained = Contained { resource: value, full_url: url, entries: &entries };
            no_modifiers(&node)?;
            distinct_ids(&node)?;
            let what = match *kind {
                "List" => {
                    let mut read = read_list(&node, contained)?;
                    read.members.iter_mut().for_each(|member| *member = absolute(url, member));
                    if set.replace(read).is_some() {
                        return Err(structure(ONE_SET));
                    }
                    Place::Set
                }
                "DocumentReference" => {
                    let mut document = read_document_reference(&node, contained)?;
                    document.url = document.url.map(|bytes| absolute(url, &bytes));
                    documents.push(document);
                    urls.push(url);
                    Place::Document(documents.len() - 1)
                }
                _ => continue,
            };
            if let Some(slot) = layout.get_mut(*place) {
                *slot = what;
            }
        }
        let Some(set) = set else { return Err(structure(ONE_SET)) };
        if documents.is_empty() {
            return Err(structure("at least one DocumentReference is expected"));
        }
        check_members(&set, &urls)?;
        let patient = one_patient(&set, &documents)?;
        let mut patients = self.patients;
        for (place, _, _, value) in &self.values {
            named_patients(&format!("Bundle.entry[{place}].resource"), value, &mut patients)?;
        }
        for (number, document) in documents.iter().enumerate() {
            let binary = document.url.as_deref().and_then(|url| self.binaries.get(url));
            if let Some(slot) = binary.and_then(|(place, _)| layout.get_mut(*place)) {
                *slot = Place::Bytes(number);
            }
        }
        if let Some((place, _)) = self.binaries.values().find(|(place, _)| layout.get(*place) == Some(&Place::Nothing))
        {
            let text = "no DocumentReference of the bundle names this Binary by its fullUrl";
            return Err(Problem::element(format!("Bundle.entry[{place}]"), "orphan-binary", text));
        }
        let (mut set_entry, set_path) = (set.set, set.path);
        if set_entry.authors.is_empty() {
            set_entry.authors = documents.first().map(|document| document.document.authors.clone()).unwrap_or_default();
        }
        let superseded = self.superseded;
        Ok(Bundle {
            patient,
            patients,
            documents,
            set_path,
            set: set_entry,
            superseded,
            binaries: self.binaries,
            layout,
        })
    }
}

/// What a resource is to a bundle.
fn kind_of(resource_type: &str) -> Result<&'static str, String> {
    match resource_type {
        "List" => Ok("List"),
        "DocumentReference" => Ok("DocumentReference"),
        "Patient" => Ok("Patient"),
        "Practitioner" | "PractitionerRole" | "Organization" | "Device" | "RelatedPerson" => Ok("People"),
        other => Err(format!("a {} has no place in an ITI-65 bundle here", other.chars().take(40).collect::<String>())),
    }
}

/// The Binary of an entry whose request announces one: its base64 is passed over once, not twice. What is none, or is wrong, is
/// for the slower way to tell.
fn announced_binary<'a>(entry: &RawEntry<'a>) -> Option<Binary<'a>> {
    let announced = entry.request.as_ref().is_some_and(|Object(request)| request.url.text() == "Binary");
    let Object(binary): Object<Binary<'a>> = serde_json::from_str(entry.resource.filter(|_| announced)?.get()).ok()?;
    (binary.resource_type.text() == "Binary").then_some(binary)
}

impl<'a> Bundle<'a> {
    /// What is replaced, by relatesTo or by a patch, at the server of that base; `own` finds what one of our own ids names.
    ///
    /// # Errors
    /// A [`Problem`] when a patch names a document that none of the bundle replaces.
    pub fn settle_replacements(&mut self, base: &str, own: impl Fn(&str) -> Option<Reference>) -> Result<(), Problem> {
        let target = |named: &str| {
            let id = id_here(base, named);
            match own(&id) {
                Some(Reference { journal, item }) => ReplaceTarget::Item { journal, item },
                None => ReplaceTarget::Identifier(id),
            }
        };
        for document in &mut self.documents {
            if let Some(ReplaceTarget::Identifier(id)) = &document.document.replaces {
                document.document.replaces = Some(target(id));
            }
        }
        for superseded in &self.superseded {
            apply_patch(&mut self.documents, target(superseded))?;
        }
        Ok(())
    }

    /// The bytes that each document names.
    ///
    /// # Errors
    /// A [`Problem`] when one names none of the bundle.
    pub fn binaries(&self) -> Result<Vec<&Binary<'a>>, Problem> {
        self.documents.iter().map(|document| self.binary(document)).collect()
    }

    fn binary(&self, document: &DocumentReference) -> Result<&Binary<'a>, Problem> {
        let path = format!("{}.content[0].attachment.url", document.path);
        let url =
            document.url.as_deref().ok_or_else(|| Problem::element(path.clone(), "required", "`url` must be given"))?;
        let found = self.binaries.get(url).map(|(_, binary)| binary);
        found.ok_or_else(|| {
            let mut problem = Problem::element(path, "missing-document", "no Binary of the bundle has this fullUrl");
            problem.xds = Some("XDSMissingDocument");
            problem
        })
    }

    /// What stands where.
    #[must_use]
    pub fn layout(&self) -> Vec<Place> {
        self.layout.clone()
    }

    /// The submission set, when the rest has been used.
    #[must_use]
    pub fn into_set(self) -> NewSet {
        self.set
    }
}
