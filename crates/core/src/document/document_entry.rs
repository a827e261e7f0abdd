//! The metadata of one document (ITI TF-3, 4.2.3.2; the French rules are facts d.1).

use crate::code::{Code, Coded, Cx, Day, Dtm, Xcn, Xon};
use crate::document::Blob;
use crate::identity::{Ins, InsDomain};
use crate::{choice, coded, record};

/// The number, in a journal's own table, of something that many documents share: an [`Author`], a [`SourcePatient`].
pub type KnownNumber = u32;

coded! {
    /// The base `confidentialityCode` ([`Self::SYSTEM`]): exactly one a document.
    pub enum Confidentiality {
        /// Normal.
        Normal = 1 => "N",
        /// Restreint.
        Restricted = 2 => "R",
        /// Très restreint.
        VeryRestricted = 3 => "V",
    }
}

impl Confidentiality {
    /// The code system of N, R and V.
    pub const SYSTEM: &'static str = "2.16.840.1.113883.5.25";
}

record! {
    /// Who made a document, or answers for it.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Author {
        /// `authorPerson`.
        1 person: Option<Xcn>,
        /// `authorInstitution`.
        2 institutions: Vec<Xon>,
        /// `authorSpecialty`.
        3 specialties: Vec<Coded>,
        /// `authorRole`: free text.
        4 roles: Vec<Box<str>>,
    }
}

record! {
    /// The patient as the sender knows him: `sourcePatientId` and `sourcePatientInfo`.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct SourcePatient {
        /// The sender's identifier (an IPP, or the INS again).
        1 id: Option<Cx>,
        /// Family name.
        2 family: Option<Box<str>>,
        /// Given names.
        3 given: Option<Box<str>>,
        /// Date of birth.
        4 birth: Option<Day>,
        /// Sex: `M`, `F`, `U`.
        5 sex: Option<Box<str>>,
        /// The PID segments that only pass through (PID-11 and so on), as sent.
        6 other: Vec<Box<str>>,
    }
}

choice! {
    /// A value that is written once in a journal and then referred to by its number.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub enum Known {
        /// An author or an authenticator.
        Author(Author) = 1,
        /// A patient as a sender knows him.
        SourcePatient(SourcePatient) = 2,
    }
}

record! {
    /// One value of `referenceIdList` (J231): an accession, an order, a study.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct ReferenceId {
        /// The value.
        1 id: Box<str>,
        /// The OID of who assigned it, if given.
        2 assigner: Option<Box<str>>,
        /// What it identifies: a `urn:ihe:iti:xds:…` type.
        3 kind: Box<str>,
    }
}

record! {
    /// One metadata version of a document. What the registry adds (version, standing, dates) is in the dossier.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DocumentEntry {
        /// `uniqueId`: an OID, with `^extension` where there is one.
        1 unique_id: Box<str>,
        /// The `entryUUID` that the sender chose, if he chose one: an identifier, never our id.
        2 entry_uuid: Option<Box<str>>,
        /// `typeCode`.
        3 type_code: Coded,
        /// `classCode`: ours for the type, whatever the sender wrote.
        4 class_code: Code,
        /// `formatCode`.
        5 format_code: Option<Coded>,
        /// `practiceSettingCode`.
        6 practice_setting_code: Option<Coded>,
        /// `healthcareFacilityTypeCode`.
        7 healthcare_facility_type_code: Option<Coded>,
        /// The base `confidentialityCode`.
        8 confidentiality_code: Confidentiality,
        /// `eventCodeList`.
        9 event_codes: Vec<Coded>,
        /// `title`.
        10 title: Option<Box<str>>,
        /// `comments`.
        11 comments: Option<Box<str>>,
        /// `languageCode`.
        12 language_code: Option<Box<str>>,
        /// `mimeType`.
        13 mime_type: Box<str>,
        /// `creationTime`.
        14 creation_time: Option<Dtm>,
        /// `serviceStartTime`.
        15 service_start_time: Option<Dtm>,
        /// `serviceStopTime`.
        16 service_stop_time: Option<Dtm>,
        /// `author`: numbers of [`Known::Author`].
        17 authors: Vec<KnownNumber>,
        /// `legalAuthenticator`: the number of a [`Known::Author`].
        18 legal_authenticator: Option<KnownNumber>,
        /// The number of a [`Known::SourcePatient`].
        19 source_patient: Option<KnownNumber>,
        /// `referenceIdList`.
        20 reference_ids: Vec<ReferenceId>,
        /// `hash`, `size`, and the way to the bytes.
        21 content: Blob,
        /// The extracted text, sealed apart, where there is some.
        22 text: Option<Blob>,
    }
}

impl ReferenceId {
    /// The kind of an encounter (J231's code system): FHIR has an element of its own for it.
    pub const ENCOUNTER: &str = "urn:ihe:iti:xds:2015:encounterId";
}

impl SourcePatient {
    /// Whether the sender gives the patient a national identifier that is none of these names. An identifier of the sender's
    /// own (an IPP) names nobody here.
    #[must_use]
    pub fn is_another(&self, names: &[Ins]) -> bool {
        let national = |id: &&Cx| id.id.root.as_deref().is_some_and(|root| InsDomain::from_code(root).is_some());
        self.id.as_ref().filter(national).is_some_and(|id| !Ins::from_cx(id).is_ok_and(|ins| names.contains(&ins)))
    }
}

/// The `typeCode` of the signature of a submission set (facts d.5).
const SIGNATURE_TYPE: &str = "E1762";

impl DocumentEntry {
    /// The people whom it names: its authors, who answers for it, the patient as its sender knew him.
    pub fn known(&self) -> impl Iterator<Item = KnownNumber> + '_ {
        self.authors.iter().copied().chain(self.legal_authenticator).chain(self.source_patient)
    }

    /// Whether this is its `uniqueId`. A UUID is one in either case.
    #[must_use]
    pub fn is_named(&self, unique_id: &str) -> bool {
        *self.unique_id == *unique_id
            || (self.unique_id.starts_with("urn:uuid:") && self.unique_id.eq_ignore_ascii_case(unique_id))
    }

    /// Whether the document is the signature of its set (facts d.5).
    #[must_use]
    pub fn is_signature(&self) -> bool {
        *self.type_code.code.code == *SIGNATURE_TYPE
    }
}
