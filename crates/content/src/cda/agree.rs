//! Whether a document's header and its metadata tell the same (CI-SIS derives metadata from the header).

use dmp_core::code::{Dtm, Precision};
use dmp_core::document::DocumentEntry;
use dmp_core::identity::{InsDomain, InsFault};

use super::header::{CdaHeader, ServiceEvent};

/// A header that says otherwise than the metadata. Codes and dates are shown, identifiers are not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.sentence())]
pub struct Disagreement {
    /// The element of the header.
    pub element: &'static str,
    /// The metadata element of XDS.
    pub metadata: &'static str,
    /// The two values, header's first, where they are codes or dates.
    pub values: Option<(String, String)>,
    /// The number's fault, where the patient's identifier in the header is wrong by itself, and its domain.
    pub ins: Option<(Box<str>, InsFault)>,
}

impl Disagreement {
    fn new(element: &'static str, metadata: &'static str, values: Option<(&str, &str)>) -> Self {
        let values = values.map(|(header, given)| (header.to_owned(), given.to_owned()));
        Self { element, metadata, values, ins: None }
    }

    fn sentence(&self) -> String {
        let Self { element, metadata, values, ins } = self;
        if let Some((domain, fault)) = ins {
            return format!(
                "the CDA header's {element} has a number of the domain {domain} that is wrong by itself ({fault}): correct the document"
            );
        }
        let values = values.as_ref().map(|(own, given)| format!(" ({own}, {given})")).unwrap_or_default();
        format!(
            "the CDA header's {element} and the metadata's {metadata} differ{values}: send the metadata that the header gives"
        )
    }
}

/// Checks that metadata derive from the header: uniqueId, typeCode, creationTime, serviceStartTime and serviceStopTime
/// where both are given, languageCode where both are given; and that the patient's INS in the header is right by itself.
/// Times are compared at the lower precision.
///
/// # Errors
/// The first [`Disagreement`].
pub fn agree(header: &CdaHeader, entry: &DocumentEntry) -> Result<(), Disagreement> {
    let wrong = header
        .patient
        .wrong_ins
        .iter()
        .find(|(oid, _)| header.patient.ins.is_empty() || **oid != *InsDomain::InsC.code());
    if let Some((oid, fault)) = wrong {
        let mut disagreement = Disagreement::new("recordTarget/patientRole/id", "patientId", None);
        disagreement.ins = Some((oid.clone(), *fault));
        return Err(disagreement);
    }
    if plain_id(&header.unique_id) != plain_id(&entry.unique_id) {
        return Err(Disagreement::new("ClinicalDocument/id", "uniqueId", None));
    }
    let (own, given) = (header.type_code.code.clone().canonical(), entry.type_code.code.clone().canonical());
    if own != given {
        let values = (own.to_string(), given.to_string());
        return Err(Disagreement::new("ClinicalDocument/code", "typeCode", Some((&values.0, &values.1))));
    }
    if let Some(given) = entry.creation_time
        && !same_time(header.effective_time, given)
    {
        return Err(times("ClinicalDocument/effectiveTime", "creationTime", header.effective_time, given));
    }
    let service = "documentationOf/serviceEvent/effectiveTime";
    check_service(header, entry.service_start_time, |event| event.start, service, "serviceStartTime")?;
    check_service(header, entry.service_stop_time, |event| event.stop, service, "serviceStopTime")?;
    match (header.language_code.as_deref(), entry.language_code.as_deref()) {
        (Some(own), Some(given)) if !own.eq_ignore_ascii_case(given) => {
            Err(Disagreement::new("ClinicalDocument/languageCode", "languageCode", Some((own, given))))
        }
        _ => Ok(()),
    }
}

/// A uniqueId without `urn:`; a UUID is one whatever its capitals.
fn plain_id(id: &str) -> String {
    let bare = id.strip_prefix("urn:oid:").or_else(|| id.strip_prefix("urn:uuid:")).unwrap_or(id);
    if super::values::is_uuid(bare) { bare.to_ascii_lowercase() } else { bare.to_owned() }
}

/// A time of the metadata must be that of one of the acts, where any act has one.
fn check_service(
    header: &CdaHeader,
    given: Option<Dtm>,
    of: impl Fn(&ServiceEvent) -> Option<Dtm>,
    element: &'static str,
    metadata: &'static str,
) -> Result<(), Disagreement> {
    let Some(given) = given else { return Ok(()) };
    let mut own = header.services.iter().filter_map(of).peekable();
    match own.peek().copied() {
        Some(first) if !own.any(|time| same_time(time, given)) => Err(times(element, metadata, first, given)),
        _ => Ok(()),
    }
}

/// Whether two times are one at the lower of their precisions. A date has no zone: it is the date of UTC or that of Paris.
fn same_time(one: Dtm, other: Dtm) -> bool {
    let (coarse, fine) = if one.precision <= other.precision { (one, other) } else { (other, one) };
    if coarse.overlaps(fine) {
        return true;
    }
    if coarse.precision > Precision::Day || fine.precision <= Precision::Day {
        return false;
    }
    let paris = Dtm::parse_fhir(&fine.start.paris_day().to_string());
    paris.is_ok_and(|paris| coarse.overlaps(paris))
}

fn times(element: &'static str, metadata: &'static str, own: Dtm, given: Dtm) -> Disagreement {
    Disagreement::new(element, metadata, Some((&own.fhir(), &given.fhir())))
}
