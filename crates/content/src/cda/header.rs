//! What a CDA header says.

use dmp_core::act::{HeaderFacts, PartialBirth};
use dmp_core::code::{Coded, Day, Dtm, Xon};
use dmp_core::document::Author;
use dmp_core::dossier::Sex;
use dmp_core::identity::{Ins, InsFault};

/// The header of a CDA R2 document, in the words of XDS where XDS has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CdaHeader {
    /// Whether the document is wrapped in the XSLT stylesheet that shows it.
    pub wrapped: bool,
    /// `templateId`: root, with `^extension` where there is one.
    pub template_ids: Vec<Box<str>>,
    /// `id`: root, with `^extension` where there is one; XDS uniqueId.
    pub unique_id: Box<str>,
    /// `code`; XDS typeCode, its system spelt canonically.
    pub type_code: Coded,
    /// `title`.
    pub title: Option<Box<str>>,
    /// `effectiveTime`; XDS creationTime.
    pub effective_time: Dtm,
    /// `confidentialityCode`.
    pub confidentiality_code: Option<Coded>,
    /// `languageCode`.
    pub language_code: Option<Box<str>>,
    /// `setId`: root, with `^extension` where there is one.
    pub set_id: Option<Box<str>>,
    /// `versionNumber`.
    pub version: Option<u32>,
    /// `recordTarget`.
    pub patient: CdaPatient,
    /// `author`s.
    pub authors: Vec<Author>,
    /// `legalAuthenticator`.
    pub legal_authenticator: Option<Author>,
    /// `custodian`.
    pub custodian: Option<Xon>,
    /// The documents that `relatedDocument` RPLC names: they bind nobody (only the association does).
    pub replaces: Vec<Box<str>>,
    /// `documentationOf`, the main act first.
    pub services: Vec<ServiceEvent>,
    /// `practiceSettingCode`, from the performer of the main act.
    pub practice_setting_code: Option<Coded>,
    /// `healthcareFacilityTypeCode`, from the encounter.
    pub healthcare_facility_type_code: Option<Coded>,
    /// What the body is.
    pub body: Body,
}

/// The patient of a CDA.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CdaPatient {
    /// Every identifier: root and extension.
    pub ids: Vec<(Box<str>, Box<str>)>,
    /// Those that are national and right.
    pub ins: Vec<Ins>,
    /// Those that are of a national domain and wrong: the domain's OID and what is wrong.
    pub wrong_ins: Vec<(Box<str>, InsFault)>,
    /// Date of birth, where a whole date is given.
    pub birth: Option<Day>,
    /// The year, and the month where it is known, of a date that is not given whole.
    pub partial_birth: Option<PartialBirth>,
    /// Sex, where a code is given.
    pub sex: Option<Sex>,
    /// Family names, of birth and in use.
    pub family: Vec<Box<str>>,
    /// Given names.
    pub given: Vec<Box<str>>,
}

/// An act that the document is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceEvent {
    /// What was done.
    pub code: Option<Coded>,
    /// When it began; XDS serviceStartTime.
    pub start: Option<Dtm>,
    /// When it ended; XDS serviceStopTime.
    pub stop: Option<Dtm>,
}

/// The body of a CDA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Level 3: `structuredBody`.
    Structured,
    /// Level 1: `nonXMLBody`, and the media type of what it holds.
    NonXml {
        /// `text/@mediaType`.
        media_type: Option<Box<str>>,
    },
}

impl CdaHeader {
    /// What the rules compare with the holder of the dossier.
    #[must_use]
    pub fn header_facts(&self) -> HeaderFacts {
        HeaderFacts {
            patient: self.patient.ins.clone(),
            numbers: Vec::new(),
            birth: self.patient.birth,
            partial_births: self.patient.partial_birth.into_iter().collect(),
            sex: self.patient.sex,
            family: self.patient.family.clone(),
        }
    }
}
