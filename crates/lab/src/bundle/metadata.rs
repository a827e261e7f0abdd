//! The metadata of one document that is about to be provided.

use dmp_content::cda::Body;
use dmp_content::{CdaHeader, MediaType};
use dmp_core::code::{Code, Coded, Dtm, HumanName, Instant, PersonId, Xcn, Xon, table};
use dmp_core::document::Author;
use serde_json::{Value, json};

use crate::people::Person;
use crate::personas::Persona;

/// What is otherwise than the header says.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// Another patient: `OID|VALUE`.
    pub ins: Option<&'a str>,
    /// Another type.
    pub type_code: Option<Code>,
    /// Another `uniqueId`.
    pub unique_id: Option<&'a str>,
    /// The document that this one replaces: its uniqueId, or `DocumentReference/…`.
    pub replaces: Option<&'a str>,
    /// Visibility codes: `MASQUE_PS`, `INVISIBLE_PATIENT`, `INVISIBLE_REPRESENTANTS_LEGAUX`.
    pub flags: Vec<&'a str>,
    /// Another media type than `text/xml`.
    pub mime_type: Option<&'a str>,
    /// When the set is submitted; else when the document was made.
    pub submitted: Option<Instant>,
}

/// The metadata of one document, in the names of XDS.
#[derive(Debug, Clone)]
pub struct Metadata {
    /// The patient: `OID|VALUE`.
    pub ins: String,
    /// `uniqueId`.
    pub unique_id: String,
    /// `typeCode`.
    pub type_code: Coded,
    /// `classCode`, a code of TRE_A03.
    pub class_code: String,
    /// `formatCode`.
    pub format_code: Coded,
    /// `mimeType`.
    pub mime_type: String,
    /// `title`.
    pub title: String,
    /// `languageCode`.
    pub language: String,
    /// `creationTime`.
    pub creation: Dtm,
    /// `serviceStartTime`.
    pub service_start: Dtm,
    /// `serviceStopTime`.
    pub service_stop: Option<Dtm>,
    /// `author`.
    pub authors: Vec<Author>,
    /// `legalAuthenticator`.
    pub authenticator: Option<Author>,
    /// `practiceSettingCode`.
    pub practice_setting: Coded,
    /// `healthcareFacilityTypeCode`.
    pub facility: Coded,
    /// The base `confidentialityCode`.
    pub confidentiality: String,
    /// Its visibility codes.
    pub flags: Vec<String>,
    /// The document replaced.
    pub replaces: Option<String>,
    /// `sourcePatientInfo`: family name, given name, `YYYY-MM-DD`, `M` or `F`.
    pub patient: (String, String, Option<String>, Option<&'static str>),
    /// When the set is submitted.
    pub submitted: Option<Instant>,
}

impl Metadata {
    /// The metadata that a header gives. What it lacks and PDSm asks for is filled in: ambulatory care, a group practice.
    #[must_use]
    pub fn of_cda(header: &CdaHeader, options: &Options<'_>) -> Self {
        let type_code = options.type_code.clone().map_or_else(|| header.type_code.clone(), Coded::bare);
        let ins = options.ins.map(str::to_owned);
        // A wrong number is sent as it stands: the server is to find it.
        let first = || header.patient.ids.iter().find(|(root, _)| root.starts_with("1.2.250.1.213.1.4."));
        let first = || first().or(header.patient.ids.first()).map(|(root, extension)| format!("{root}|{extension}"));
        let service = header.services.first();
        let text = |text: &Option<Box<str>>, other: &str| text.as_deref().unwrap_or(other).to_owned();
        let name = |names: &[Box<str>]| names.first().map(|name| name.to_string()).unwrap_or_default();
        Self {
            ins: ins.or_else(|| header.patient.ins.first().map(|ins| ins.to_text())).or_else(first).unwrap_or_default(),
            unique_id: options.unique_id.unwrap_or(&header.unique_id).to_owned(),
            class_code: table::class_of(&type_code.code).unwrap_or("10").to_owned(),
            format_code: format_of(header, &type_code.code),
            type_code,
            mime_type: options.mime_type.unwrap_or(MediaType::Cda.mime_type()).to_owned(),
            title: text(&header.title, "Document"),
            language: text(&header.language_code, "fr-FR"),
            creation: header.effective_time,
            service_start: service.and_then(|service| service.start).unwrap_or(header.effective_time),
            service_stop: service.and_then(|service| service.stop),
            authors: header.authors.clone(),
            authenticator: header.legal_authenticator.clone(),
            practice_setting: header.practice_setting_code.clone().unwrap_or_else(|| ambulatory("AMBULATOIRE")),
            facility: header.healthcare_facility_type_code.clone().unwrap_or_else(|| sector("SA08")),
            confidentiality: header
                .confidentiality_code
                .as_ref()
                .map_or_else(|| "N".into(), |code| code.code.code.to_string()),
            flags: options.flags.iter().map(|flag| (*flag).to_owned()).collect(),
            replaces: options.replaces.map(str::to_owned),
            patient: (
                name(&header.patient.family),
                name(&header.patient.given),
                header.patient.birth.map(|birth| birth.to_string()),
                header.patient.sex.map(|sex| sex.code()),
            ),
            submitted: options.submitted,
        }
    }

    /// The metadata of a file that is no CDA: an image, a PDF, a DICOM object.
    #[must_use]
    pub fn of_file(
        mime_type: &str,
        type_code: Code,
        unique_id: &str,
        patient: &Person,
        author: &Persona,
        created: Instant,
    ) -> Self {
        let created = Dtm::second(created);
        let author = author_of(author);
        let title = table::label(&type_code.system, &type_code.code).unwrap_or("Document").to_owned();
        Self {
            ins: patient.ins.to_text(),
            unique_id: unique_id.to_owned(),
            class_code: table::class_of(&type_code).unwrap_or("10").to_owned(),
            format_code: format(if mime_type == "application/dicom" {
                ("1.2.840.10008.2.6.1", "1.2.840.10008.5.1.4.1.1.88.59")
            } else {
                SUFFICIENT
            }),
            type_code: Coded::bare(type_code),
            mime_type: mime_type.to_owned(),
            title,
            language: "fr-FR".into(),
            creation: created,
            service_start: created,
            service_stop: None,
            authors: vec![author.clone()],
            authenticator: Some(author),
            practice_setting: ambulatory("AMBULATOIRE"),
            facility: sector("SA08"),
            confidentiality: "N".into(),
            flags: Vec::new(),
            replaces: None,
            patient: (
                patient.family.to_owned(),
                patient.given.to_owned(),
                Some(patient.birth.to_string()),
                Some(patient.sex.code()),
            ),
            submitted: None,
        }
    }

    /// The patient as a reference by his number.
    pub(super) fn subject(&self) -> Value {
        json!({"reference": format!("Patient?identifier=urn:oid:{}", self.ins)})
    }

    /// `#patient-source`.
    pub(super) fn source_patient(&self) -> Value {
        let (oid, value) = self.ins.split_once('|').unwrap_or(("", &self.ins));
        let (family, given, birth, sex) = &self.patient;
        let mut patient = json!({
            "resourceType": "Patient",
            "id": "patient-source",
            "identifier": [{"system": format!("urn:oid:{oid}"), "value": value}],
        });
        if !family.is_empty() {
            super::put(&mut patient, "name", json!([{"family": family, "given": [given]}]));
        }
        if let Some(birth) = birth {
            super::put(&mut patient, "birthDate", birth.as_str().into());
        }
        if let Some(sex) = sex {
            super::put(
                &mut patient,
                "gender",
                match *sex {
                    "M" => "male",
                    "F" => "female",
                    _ => "unknown",
                }
                .into(),
            );
        }
        patient
    }
}

/// IHE's format for "the media type says it".
const SUFFICIENT: (&str, &str) = ("1.3.6.1.4.1.19376.1.2.3", "urn:ihe:iti:xds:2017:mimeTypeSufficient");

/// N1 by the media type of the body, N3 by the type (facts d.1, ASS_A11).
fn format_of(header: &CdaHeader, type_code: &Code) -> Coded {
    const IHE: &str = "1.3.6.1.4.1.19376.1.2.3";
    const NATIONAL: &str = "1.2.250.1.213.1.1.4.2.282";
    format(match (&header.body, &*type_code.code) {
        (Body::NonXml { media_type }, _) if media_type.as_deref() == Some("application/pdf") => {
            (IHE, "urn:ihe:iti:xds-sd:pdf:2008")
        }
        (Body::NonXml { .. }, _) => (IHE, "urn:ihe:iti:xds-sd:text:2008"),
        (Body::Structured, "11502-2") => (IHE, "urn:ihe:lab:xd-lab:2008"),
        (Body::Structured, "11490-0") => (NATIONAL, "urn:asip:ci-sis:ldl-ses:2017"),
        (Body::Structured, "18761-7") => (NATIONAL, "urn:asip:ci-sis:ldl-ees:2017"),
        (Body::Structured, "11369-6") => (NATIONAL, "urn:asip:ci-sis:vac:2019"),
        (Body::Structured, "87273-9") => (NATIONAL, "urn:asip:ci-sis:vac-note:2021"),
        (Body::Structured, _) => SUFFICIENT,
    })
}

fn format((system, code): (&str, &str)) -> Coded {
    Coded::bare(Code::new(system, code))
}

fn ambulatory(code: &str) -> Coded {
    Coded::bare(Code::new("1.2.250.1.213.1.1.4.9", code))
}

fn sector(code: &str) -> Coded {
    Coded::bare(Code::new("1.2.250.1.71.4.2.4", code))
}

fn author_of(persona: &Persona) -> Author {
    let id = persona.id.map(|id| PersonId::new("1.2.250.1.71.4.2.1", id, Some(PersonId::IDNPS)));
    let name =
        HumanName { family: Some(persona.family.into()), given: Some(persona.given.into()), ..HumanName::default() };
    let structure = persona.structure.map(|(id, name)| Xon {
        name: Some(name.into()),
        id: Some(PersonId::new("1.2.250.1.71.4.2.2", id, Some(PersonId::IDNST))),
    });
    Author {
        person: Some(Xcn { id, name, name_type: Some("D".into()) }),
        institutions: structure.into_iter().collect(),
        specialties: Vec::new(),
        roles: Vec::new(),
    }
}
