//! One document on its way in: decoded, hashed, checked, sealed and staged; durable before the act is decided.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dmp_content::{
    CdaHeader, ContentFault, DicomPatient, Disagreement, Limits, MediaType, agree, read_cda, scan_dicom,
};
use dmp_core::act::NewDocument;
use dmp_core::document::Blob;
use dmp_core::dossier::Rule;

use serde_json::value::RawValue;

use super::base64_text::base64_of_json;
use super::raw::Binary;
use crate::problem::Problem;
use crate::read::DocumentReference;
use crate::service::Fhir;

/// Above this many bytes the work leaves the threads that serve other requests.
pub(super) const LARGE: usize = 512 * 1024;
/// How many bytes are hashed and sealed at a time.
const STEP: usize = 64 * 1024;

/// A document that the rules never see.
pub struct Unfit {
    /// What its sender is told.
    pub problem: Problem,
    /// The rule that it breaks, for the entry; none where the fault is ours, and there is no entry.
    pub fault: Option<Rule>,
}

fn breaks(fault: Rule) -> impl Fn(Problem) -> Unfit {
    move |problem| Unfit { problem: problem.breaking(fault), fault: Some(fault) }
}

const fn ours(problem: Problem) -> Unfit {
    Unfit { problem, fault: None }
}

/// What was computed of the bytes.
struct Hashed {
    sha1: [u8; 20],
    sha256: [u8; 32],
}

/// Takes a document in. Without a journal nothing is staged: the act will find that there is no dossier.
pub async fn take_in(
    fhir: &Fhir,
    journal: Option<u32>,
    reference: &DocumentReference,
    binary: &Binary<'_>,
) -> Result<NewDocument, Unfit> {
    let attachment = format!("{}.content[0].attachment", reference.path);
    let bytes = decode(&attachment, binary).map_err(breaks(Rule::Content))?;
    let kind = check_type(fhir, &attachment, reference, binary, &bytes).map_err(breaks(Rule::Content))?;
    let work = || -> Result<(Hashed, Told), Problem> {
        let told = read_content(kind, &bytes).map_err(|fault| content(&attachment, &fault))?;
        Ok((hash(&bytes)?, told))
    };
    let worked = if bytes.len() > LARGE { tokio::task::block_in_place(work) } else { work() };
    let (hashed, told) = worked.map_err(breaks(Rule::Content))?;
    check_declared(&attachment, reference, &hashed, bytes.len()).map_err(breaks(Rule::Integrity))?;
    let mut document = reference.document.clone();
    compare(&reference.path, &mut document, &told).map_err(breaks(Rule::Header))?;
    document.entry.content = match journal {
        Some(journal) => stage(fhir, journal, &bytes, &hashed).await.map_err(ours)?,
        None => {
            Blob { id: [0; 16], key: [0; 32], length: bytes.len() as u64, sha1: hashed.sha1, sha256: hashed.sha256 }
        }
    };
    Ok(document)
}

fn decode(attachment: &str, binary: &Binary<'_>) -> Result<Vec<u8>, Problem> {
    let wrong = |rule, text: &str| Problem::element(format!("{attachment}.url"), rule, text.to_owned());
    let text = binary.data.map_or("\"\"", RawValue::get);
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let text = text.ok_or_else(|| wrong("base64", "the Binary's data are not a text"))?;
    let bytes = base64_of_json(text).ok_or_else(|| wrong("base64", "the Binary's data are not base64"))?;
    if bytes.is_empty() {
        return Err(wrong("empty", "an empty document is not taken"));
    }
    Ok(bytes)
}

fn check_type(
    fhir: &Fhir,
    attachment: &str,
    reference: &DocumentReference,
    binary: &Binary<'_>,
    bytes: &[u8],
) -> Result<MediaType, Problem> {
    let declared = &reference.document.entry.mime_type;
    let path = format!("{attachment}.contentType");
    let sent = binary.content_type.text().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let alike = |one: &str| matches!(one, "text/xml" | "application/xml");
    if sent != **declared && !(alike(&sent) && alike(declared)) {
        return Err(Problem::element(
            path,
            "content-type",
            format!("the Binary says `{}`, the attachment `{}`", told(&sent), told(declared)),
        ));
    }
    fhir.media.check(declared, bytes).map_err(|fault| {
        let mut problem = Problem::element(path, "content-type", fault.to_string());
        problem.xds = Some("XDSRepositoryMetadataError");
        problem
    })
}

/// As much of a word as is told.
fn told(word: &str) -> String {
    word.chars().take(40).collect()
}

fn hash(bytes: &[u8]) -> Result<Hashed, Problem> {
    let (mut sha1, mut sha256) = (Context::new(&SHA1_FOR_LEGACY_USE_ONLY), Context::new(&SHA256));
    for step in bytes.chunks(STEP) {
        sha1.update(step);
        sha256.update(step);
    }
    let short = |_| Problem::form("hash", "the bytes cannot be hashed");
    Ok(Hashed {
        sha1: sha1.finish().as_ref().try_into().map_err(short)?,
        sha256: sha256.finish().as_ref().try_into().map_err(short)?,
    })
}

fn check_declared(
    attachment: &str,
    reference: &DocumentReference,
    hashed: &Hashed,
    length: usize,
) -> Result<(), Problem> {
    if reference.size.is_some_and(|size| size != length as u64) {
        return Err(Problem::element(format!("{attachment}.size"), "size", format!("the document has {length} bytes")));
    }
    let Some(declared) = &reference.hash else { return Ok(()) };
    // FHIR: base64 of SHA-1; XDS writes it in hexadecimal. Either is taken; another value means damage on the way.
    let hexadecimal: String = hashed.sha1.iter().map(|byte| format!("{byte:02x}")).collect();
    if *declared == STANDARD.encode(hashed.sha1) || declared.eq_ignore_ascii_case(&hexadecimal) {
        return Ok(());
    }
    let mut problem = Problem::element(format!("{attachment}.hash"), "hash", "the SHA-1 of the document is another");
    problem.xds = Some("XDSNonIdenticalHash");
    Err(problem)
}

fn content(attachment: &str, fault: &ContentFault) -> Problem {
    let mut problem = Problem::element(format!("{attachment}.url"), "content", fault.to_string());
    problem.xds = Some("XDSInvalidDocumentContent");
    problem
}

/// What a document says of itself.
enum Told {
    Cda(Box<CdaHeader>),
    Dicom(DicomPatient),
    Nothing,
}

/// Reads what the document says of itself.
fn read_content(kind: MediaType, bytes: &[u8]) -> Result<Told, ContentFault> {
    match kind {
        MediaType::Cda => read_cda(bytes, Limits::default()).map(|header| Told::Cda(Box::new(header))),
        MediaType::Dicom => Ok(Told::Dicom(scan_dicom(bytes)?.patient)),
        _ => Ok(Told::Nothing),
    }
}

/// Compares what the document says with the metadata, and leaves to the rules what they compare with the holder.
fn compare(path: &str, document: &mut NewDocument, told: &Told) -> Result<(), Problem> {
    let header = match told {
        Told::Cda(header) => {
            agree(header, &document.entry).map_err(|fault| disagreement(path, &fault))?;
            // XDS asks for it, and the document says it (CI-SIS derives it from there).
            document.entry.creation_time.get_or_insert(header.effective_time);
            header.header_facts()
        }
        Told::Dicom(patient) => patient.header_facts().map_err(|fault| {
            let text = format!(
                "the DICOM file's PatientID has a national number that is wrong by itself ({fault}): correct the file"
            );
            let mut problem = Problem::element(format!("{path}.subject"), "ins", text);
            problem.xds = Some("XDSPatientIdDoesNotMatch");
            problem
        })?,
        Told::Nothing => return Ok(()),
    };
    let metadata = std::mem::replace(&mut document.header, header);
    document.header.partial_births.extend(metadata.partial_births);
    Ok(())
}

fn disagreement(path: &str, fault: &Disagreement) -> Problem {
    let element = match fault.metadata {
        "uniqueId" => "masterIdentifier",
        "typeCode" => "type",
        "creationTime" => "content[0].attachment.creation",
        "serviceStartTime" => "context.period.start",
        "serviceStopTime" => "context.period.end",
        "languageCode" => "content[0].attachment.language",
        _ => "subject",
    };
    let mut problem = Problem::element(format!("{path}.{element}"), "header", fault.to_string());
    if fault.ins.is_some() {
        problem.rule = "ins";
        problem.xds = Some("XDSPatientIdDoesNotMatch");
    }
    problem
}

async fn stage(fhir: &Fhir, journal: u32, bytes: &[u8], hashed: &Hashed) -> Result<Blob, Problem> {
    let mut staging = fhir.store.stage(journal)?;
    for step in bytes.chunks(STEP) {
        staging.writer.write(step).await.map_err(dmp_store::error::StoreError::from)?;
    }
    let length = staging.writer.finish().await.map_err(dmp_store::error::StoreError::from)?;
    Ok(Blob { id: staging.id, key: staging.key, length, sha1: hashed.sha1, sha256: hashed.sha256 })
}

/// Takes in a CDA that this program wrote: hashed, read again as any other, staged where there is a dossier.
///
/// # Errors
/// A [`Problem`] when it cannot be staged.
pub async fn stage_bytes(fhir: &Fhir, journal: Option<u32>, bytes: &[u8]) -> Result<(Blob, CdaHeader), Problem> {
    let hashed = hash(bytes)?;
    let header = read_cda(bytes, Limits::default()).map_err(|fault| Problem::form("content", fault.to_string()))?;
    let blob = match journal {
        Some(journal) => stage(fhir, journal, bytes, &hashed).await?,
        None => {
            Blob { id: [0; 16], key: [0; 32], length: bytes.len() as u64, sha1: hashed.sha1, sha256: hashed.sha256 }
        }
    };
    Ok((blob, header))
}
