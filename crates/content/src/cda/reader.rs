//! The pass over the document.

use dmp_core::code::{Coded, Dtm};
use dmp_core::identity::{Ins, InsDomain};
use dmp_xml::{Element, Event, Limits, Reader};

use super::header::{Body, CdaHeader, CdaPatient, ServiceEvent};
use super::people::Draft;
use super::place::{DEEPEST, Tag};
use super::values::{Birth, MOST, birth, coded, identifier, once, plain, push_new, sex, time};
use crate::fault::ContentFault;

const HL7: &str = "urn:hl7-org:v3";
const XSLT: &str = "http://www.w3.org/1999/XSL/Transform";
/// A longer name or title is cut: no metadata element holds as much.
const LONGEST_TEXT: usize = 4096;

/// Reads the header of a CDA R2 document, and the document to its last byte.
///
/// # Errors
/// [`ContentFault`]: what is not well-formed, not CDA, missing, or no value of its element.
pub fn read_cda(document: &[u8], limits: Limits) -> Result<CdaHeader, ContentFault> {
    let mut reader = Reader::new(document, limits);
    let mut pass = Pass::default();
    loop {
        match reader.read()? {
            Event::Start(element) => pass.start(&element)?,
            Event::Text(text) => pass.text(text),
            Event::End => pass.end(),
            Event::Done => return pass.finish(),
        }
    }
}

/// What was read so far.
#[derive(Default)]
struct Pass {
    /// The elements open below `ClinicalDocument`; those passed over are only counted.
    path: Vec<Tag>,
    /// Elements open in one that is passed over, itself included.
    over: usize,
    /// Elements open around `ClinicalDocument`.
    around: usize,
    in_document: bool,
    documents: usize,
    text: Option<String>,
    wrapped: bool,
    template_ids: Vec<Box<str>>,
    unique_id: Option<Box<str>>,
    type_code: Option<Coded>,
    title: Option<Box<str>>,
    effective_time: Option<Dtm>,
    confidentiality_code: Option<Coded>,
    language_code: Option<Box<str>>,
    set_id: Option<Box<str>>,
    version: Option<u32>,
    record_targets: usize,
    /// What says who the patient is, and was met: twice, one would hide the other.
    met: Vec<Tag>,
    patient: CdaPatient,
    authors: Vec<Draft>,
    legal_authenticator: Option<Draft>,
    custodian: Option<Draft>,
    replaces: Vec<Box<str>>,
    replacing: bool,
    services: Vec<ServiceEvent>,
    practice_setting_code: Option<Coded>,
    healthcare_facility_type_code: Option<Coded>,
    body: Option<Body>,
}

impl Pass {
    fn start(&mut self, element: &Element<'_>) -> Result<(), ContentFault> {
        if self.over > 0 {
            self.over += 1;
            return Ok(());
        }
        let hl7 = element.namespace() == Some(HL7);
        if !self.in_document {
            return self.outside(element, hl7);
        }
        let tag = if hl7 && self.path.len() < DEEPEST { Tag::of(element.local()) } else { None };
        match tag {
            Some(tag) if self.open(tag, element)? => self.path.push(tag),
            _ => self.over += 1,
        }
        Ok(())
    }

    /// The root, or what a stylesheet holds around the document.
    fn outside(&mut self, element: &Element<'_>, hl7: bool) -> Result<(), ContentFault> {
        let document = hl7 && element.local() == "ClinicalDocument";
        if self.around == 0 && !document {
            let stylesheet = matches!(element.local(), "stylesheet" | "transform");
            if element.namespace() != Some(XSLT) || !stylesheet {
                return Err(ContentFault::NotCda);
            }
            self.wrapped = true;
        }
        self.around += 1;
        if document {
            self.documents += 1;
            self.in_document = true;
        }
        if self.documents > 1 { Err(ContentFault::Several("ClinicalDocument")) } else { Ok(()) }
    }

    fn text(&mut self, piece: &str) {
        if self.over == 0
            && let Some(text) = &mut self.text
        {
            let room = LONGEST_TEXT.saturating_sub(text.len());
            text.extend(piece.chars().take(room));
        }
    }

    fn end(&mut self) {
        if !self.in_document {
            self.around = self.around.saturating_sub(1);
        } else if self.over > 0 {
            self.over -= 1;
        } else {
            if let Some(text) = self.text.take() {
                let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
                if !words.is_empty() {
                    self.close(words.into());
                }
            }
            if self.path.pop().is_none() {
                self.in_document = false;
                self.around = self.around.saturating_sub(1);
            }
        }
    }

    /// An element that may be read: takes what its attributes say. False: it and what it holds are passed over.
    fn open(&mut self, tag: Tag, element: &Element<'_>) -> Result<bool, ContentFault> {
        use Tag::*;
        match (self.path.as_slice(), tag) {
            (
                [],
                Id | SetId | TemplateId | Code | EffectiveTime | ConfidentialityCode | LanguageCode | VersionNumber,
            ) => {
                self.document(tag, element)?;
            }
            ([], Title) => self.listen(),
            ([], RecordTarget) => {
                self.record_targets += 1;
                if self.record_targets > 1 {
                    return Err(ContentFault::Several("recordTarget"));
                }
            }
            ([], Author) if self.authors.len() < MOST => self.authors.push(Draft::default()),
            ([], LegalAuthenticator) => once(&mut self.legal_authenticator, Draft::default(), "legalAuthenticator")?,
            ([], Custodian) => once(&mut self.custodian, Draft::default(), "custodian")?,
            ([], RelatedDocument) => self.replacing = element.attribute("typeCode").as_deref() == Some("RPLC"),
            ([RelatedDocument, ParentDocument], Id) if self.replacing && self.replaces.len() < MOST => {
                self.replaces.extend(identifier(element, "relatedDocument/parentDocument/id")?);
            }
            ([RecordTarget, PatientRole, ..], _) => return self.patient(tag, element),
            ([DocumentationOf, ServiceEvent, ..], _) | ([DocumentationOf], ServiceEvent) => {
                return self.service(tag, element);
            }
            ([ComponentOf, EncompassingEncounter, Location, HealthCareFacility], Code) => {
                self.healthcare_facility_type_code = self.healthcare_facility_type_code.take().or(coded(element));
            }
            ([Component], StructuredBody) => {
                once(&mut self.body, Body::Structured, "component/structuredBody or nonXMLBody")?;
                return Ok(false);
            }
            ([Component], NonXmlBody) => {
                let body = Body::NonXml { media_type: None };
                once(&mut self.body, body, "component/structuredBody or nonXMLBody")?;
            }
            ([Component, NonXmlBody], Text) => {
                self.body = Some(Body::NonXml { media_type: plain(element, "mediaType") });
                return Ok(false);
            }
            ([Author | LegalAuthenticator | Custodian, ..], _) => return Ok(self.person(tag, element)),
            ([RecordTarget], PatientRole) => self.meet(tag, "recordTarget/patientRole")?,
            ([], DocumentationOf | ComponentOf | Component) => {}
            ([RelatedDocument], ParentDocument) | ([ComponentOf], EncompassingEncounter) => {}
            ([ComponentOf, EncompassingEncounter], Location) => {}
            ([ComponentOf, EncompassingEncounter, Location], HealthCareFacility) => {}
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn document(&mut self, tag: Tag, element: &Element<'_>) -> Result<(), ContentFault> {
        match tag {
            Tag::Id => {
                let id = identifier(element, "ClinicalDocument/id")?;
                once(
                    &mut self.unique_id,
                    id.ok_or(ContentFault::Missing("ClinicalDocument/id/@root"))?,
                    "ClinicalDocument/id",
                )?;
            }
            Tag::SetId => self.set_id = identifier(element, "ClinicalDocument/setId")?,
            Tag::TemplateId if self.template_ids.len() < MOST => {
                self.template_ids.extend(identifier(element, "ClinicalDocument/templateId")?);
            }
            Tag::Code => {
                let code =
                    coded(element).ok_or(ContentFault::Missing("ClinicalDocument/code/@code and @codeSystem"))?;
                once(&mut self.type_code, code, "ClinicalDocument/code")?;
            }
            Tag::EffectiveTime => {
                let time = time(element, "ClinicalDocument/effectiveTime")?;
                let time = time.ok_or(ContentFault::Missing("ClinicalDocument/effectiveTime/@value"))?;
                once(&mut self.effective_time, time, "ClinicalDocument/effectiveTime")?;
            }
            Tag::ConfidentialityCode => self.confidentiality_code = coded(element),
            Tag::LanguageCode => self.language_code = plain(element, "code"),
            Tag::VersionNumber => {
                let wrong = ContentFault::Invalid { element: "ClinicalDocument/versionNumber", expected: "a number" };
                self.version = plain(element, "value").map(|value| value.parse().map_err(|_| wrong)).transpose()?;
            }
            _ => {}
        }
        Ok(())
    }

    fn patient(&mut self, tag: Tag, element: &Element<'_>) -> Result<bool, ContentFault> {
        use Tag::*;
        match (self.path.get(2..).unwrap_or_default(), tag) {
            ([], Id) if self.patient.ids.len() < MOST => self.patient_id(element),
            ([], Patient) => self.meet(tag, "recordTarget/patientRole/patient")?,
            ([Patient], Name) => {}
            ([Patient, Name], Family | Given) => self.listen(),
            ([Patient], AdministrativeGenderCode) => {
                self.meet(tag, "recordTarget/patientRole/patient/administrativeGenderCode")?;
                self.patient.sex = sex(element)?;
            }
            ([Patient], BirthTime) => {
                self.meet(tag, "recordTarget/patientRole/patient/birthTime")?;
                match birth(element)? {
                    Some(Birth::Whole(day)) => self.patient.birth = Some(day),
                    Some(Birth::Partial(partial)) => self.patient.partial_birth = Some(partial),
                    None => {}
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn meet(&mut self, tag: Tag, element: &'static str) -> Result<(), ContentFault> {
        if self.met.contains(&tag) {
            return Err(ContentFault::Several(element));
        }
        self.met.push(tag);
        Ok(())
    }

    fn patient_id(&mut self, element: &Element<'_>) {
        let (Some(root), Some(extension)) = (plain(element, "root"), plain(element, "extension")) else { return };
        // Some write an OID as FHIR does: the number is the patient's all the same.
        let root: Box<str> = match root.get(..8) {
            Some(scheme) if scheme.eq_ignore_ascii_case("urn:oid:") => root.get(8..).unwrap_or_default().into(),
            _ => root,
        };
        if InsDomain::from_code(&root).is_some() {
            match Ins::parse(&root, &extension) {
                Ok(ins) => self.patient.ins.push(ins),
                Err(fault) => self.patient.wrong_ins.push((root.clone(), fault)),
            }
        }
        self.patient.ids.push((root, extension));
    }

    fn service(&mut self, tag: Tag, element: &Element<'_>) -> Result<bool, ContentFault> {
        use Tag::*;
        const TIME: &str = "documentationOf/serviceEvent/effectiveTime";
        let rest = self.path.get(2..).unwrap_or_default();
        let below = self.path.len() >= 2;
        if !below {
            if tag == ServiceEvent && self.services.len() < MOST {
                self.services.push(super::ServiceEvent::default());
                return Ok(true);
            }
            return Ok(false);
        }
        let Some(service) = self.services.last_mut() else { return Ok(false) };
        match (rest, tag) {
            ([], Code) => service.code = coded(element),
            ([], EffectiveTime) => {
                service.start = time(element, TIME)?;
                service.stop = service.start;
            }
            ([EffectiveTime], Low) => service.start = time(element, TIME)?,
            ([EffectiveTime], High) => service.stop = time(element, TIME)?,
            ([], Performer) | ([Performer], AssignedEntity) => {}
            ([Performer, AssignedEntity], RepresentedOrganization) => {}
            ([Performer, AssignedEntity, RepresentedOrganization], StandardIndustryClassCode) => {
                self.practice_setting_code = self.practice_setting_code.take().or(coded(element));
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The person being read.
    fn draft(&mut self) -> Option<&mut Draft> {
        match self.path.first()? {
            Tag::Author => self.authors.last_mut(),
            Tag::LegalAuthenticator => self.legal_authenticator.as_mut(),
            Tag::Custodian => self.custodian.as_mut(),
            _ => None,
        }
    }

    fn person(&mut self, tag: Tag, element: &Element<'_>) -> bool {
        use Tag::*;
        let pair = || Some((plain(element, "root")?, plain(element, "extension")?));
        let rest: [Option<Tag>; 3] = [1, 2, 3].map(|at| self.path.get(at).copied());
        let Some(draft) = self.draft() else { return false };
        match (rest, tag) {
            ([None, ..], FunctionCode) => draft.function = plain(element, "displayName").or(plain(element, "code")),
            ([None, ..], AssignedAuthor | AssignedEntity | AssignedCustodian) => {}
            ([Some(AssignedAuthor | AssignedEntity), None, _], Id) if draft.ids.len() < MOST => {
                draft.ids.extend(pair())
            }
            ([Some(AssignedAuthor | AssignedEntity), None, _], Code) => draft.code = coded(element),
            ([Some(AssignedAuthor), None, _], AssignedAuthoringDevice) => draft.device = true,
            ([Some(AssignedAuthor | AssignedEntity), None, _], AssignedPerson | RepresentedOrganization) => {}
            ([Some(AssignedCustodian), None, _], RepresentedCustodianOrganization) => {}
            ([_, Some(AssignedPerson), None], Name) => {}
            ([_, Some(AssignedPerson), Some(Name)], Family | Given | Prefix | Suffix) => self.listen(),
            ([_, Some(AssignedAuthoringDevice), None], ManufacturerModelName | SoftwareName) => self.listen(),
            ([_, Some(RepresentedOrganization | RepresentedCustodianOrganization), None], Id) => {
                draft.organisation_id = draft.organisation_id.take().or_else(pair);
            }
            ([_, Some(RepresentedOrganization | RepresentedCustodianOrganization), None], Name) => self.listen(),
            _ => return false,
        }
        true
    }

    fn listen(&mut self) {
        self.text = Some(String::new());
    }

    /// The text of the element that ends.
    fn close(&mut self, text: Box<str>) {
        use Tag::*;
        let Some(last) = self.path.last().copied() else { return };
        match (self.path.first(), last) {
            (Some(Title), Title) => self.title = Some(text),
            (Some(RecordTarget), Family) => push_new(&mut self.patient.family, text),
            (Some(RecordTarget), Given) => push_new(&mut self.patient.given, text),
            _ => {
                let Some(draft) = self.draft() else { return };
                let part = match last {
                    Family | ManufacturerModelName => &mut draft.name.family,
                    Given | SoftwareName => &mut draft.name.given,
                    Prefix => &mut draft.name.prefix,
                    Suffix => &mut draft.name.suffix,
                    _ => &mut draft.organisation_name,
                };
                if part.is_none() {
                    *part = Some(text);
                }
            }
        }
    }

    fn finish(self) -> Result<CdaHeader, ContentFault> {
        let missing = ContentFault::Missing;
        if self.documents == 0 {
            return Err(ContentFault::NotCda);
        }
        if self.record_targets == 0 {
            return Err(missing("recordTarget"));
        }
        Ok(CdaHeader {
            wrapped: self.wrapped,
            template_ids: self.template_ids,
            unique_id: self.unique_id.ok_or(missing("ClinicalDocument/id"))?,
            type_code: self.type_code.ok_or(missing("ClinicalDocument/code"))?,
            title: self.title,
            effective_time: self.effective_time.ok_or(missing("ClinicalDocument/effectiveTime"))?,
            confidentiality_code: self.confidentiality_code,
            language_code: self.language_code,
            set_id: self.set_id,
            version: self.version,
            patient: self.patient,
            authors: self.authors.into_iter().map(Draft::author).collect(),
            legal_authenticator: self.legal_authenticator.map(Draft::author),
            custodian: self.custodian.and_then(Draft::organisation),
            replaces: self.replaces,
            services: self.services,
            practice_setting_code: self.practice_setting_code,
            healthcare_facility_type_code: self.healthcare_facility_type_code,
            body: self.body.ok_or(missing("component/structuredBody or nonXMLBody"))?,
        })
    }
}
