//! The elements of a CDA header that are read; everything else is passed over with what it holds.

macro_rules! tags {
    ($($name:ident = $local:literal),+ $(,)?) => {
        /// An element of `urn:hl7-org:v3`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Tag { $(#[doc = $local] $name),+ }
        impl Tag {
            /// The element of this name, if it is ever read.
            pub fn of(local: &str) -> Option<Self> { match local { $($local => Some(Self::$name),)+ _ => None } }
        }
    };
}

tags! {
    AdministrativeGenderCode = "administrativeGenderCode",
    AssignedAuthor = "assignedAuthor",
    AssignedAuthoringDevice = "assignedAuthoringDevice",
    AssignedCustodian = "assignedCustodian",
    AssignedEntity = "assignedEntity",
    AssignedPerson = "assignedPerson",
    Author = "author",
    BirthTime = "birthTime",
    Code = "code",
    Component = "component",
    ComponentOf = "componentOf",
    ConfidentialityCode = "confidentialityCode",
    Custodian = "custodian",
    DocumentationOf = "documentationOf",
    EffectiveTime = "effectiveTime",
    EncompassingEncounter = "encompassingEncounter",
    Family = "family",
    FunctionCode = "functionCode",
    Given = "given",
    HealthCareFacility = "healthCareFacility",
    High = "high",
    Id = "id",
    LanguageCode = "languageCode",
    LegalAuthenticator = "legalAuthenticator",
    Location = "location",
    Low = "low",
    ManufacturerModelName = "manufacturerModelName",
    Name = "name",
    NonXmlBody = "nonXMLBody",
    ParentDocument = "parentDocument",
    Patient = "patient",
    PatientRole = "patientRole",
    Performer = "performer",
    Prefix = "prefix",
    RecordTarget = "recordTarget",
    RelatedDocument = "relatedDocument",
    RepresentedCustodianOrganization = "representedCustodianOrganization",
    RepresentedOrganization = "representedOrganization",
    ServiceEvent = "serviceEvent",
    SetId = "setId",
    SoftwareName = "softwareName",
    StandardIndustryClassCode = "standardIndustryClassCode",
    StructuredBody = "structuredBody",
    Suffix = "suffix",
    TemplateId = "templateId",
    Text = "text",
    Title = "title",
    VersionNumber = "versionNumber",
}

/// Where a value that is read may stand, below `ClinicalDocument`.
pub(super) const DEEPEST: usize = 8;
