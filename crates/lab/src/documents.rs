//! CDA documents about people who do not exist: our own words, in the shape of CI-SIS, level 3 and level 1.

mod pdf;
mod texts;
mod xml;

use dmp_core::code::{Code, Instant};

use crate::people::Person;
use crate::personas::Persona;

/// LOINC.
pub const LOINC: &str = "2.16.840.1.113883.6.1";

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A prescription of medicines.
    Prescription,
    /// The letter at the end of a stay.
    DischargeLetter,
    /// A laboratory report.
    LabReport,
    /// An imaging report.
    ImagingReport,
    /// A consultation report.
    ConsultationReport,
    /// A note of vaccination.
    VaccinationNote,
    /// A consultation report on paper: level 1, a PDF in a CDA.
    ScannedLetter,
    /// What the insurer reimbursed.
    Reimbursements,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Prescription,
        Self::DischargeLetter,
        Self::LabReport,
        Self::ImagingReport,
        Self::ConsultationReport,
        Self::VaccinationNote,
        Self::ScannedLetter,
        Self::Reimbursements,
    ];

    /// The `typeCode`.
    #[must_use]
    pub fn type_code(self) -> Code {
        let (system, code) = match self {
            Self::Prescription => (LOINC, "57833-6"),
            Self::DischargeLetter => (LOINC, "11490-0"),
            Self::LabReport => (LOINC, "11502-2"),
            Self::ImagingReport => (LOINC, "18748-4"),
            Self::ConsultationReport | Self::ScannedLetter => (LOINC, "11488-4"),
            Self::VaccinationNote => (LOINC, "87273-9"),
            Self::Reimbursements => ("1.2.250.1.213.1.1.4.12", "REMB"),
        };
        Code::new(system, code)
    }

    /// The title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Prescription => "Ordonnance de médicaments",
            Self::DischargeLetter => "Lettre de liaison à la sortie",
            Self::LabReport => "Compte rendu d'examens biologiques",
            Self::ImagingReport => "Compte rendu d'imagerie : radiographie du thorax",
            Self::ConsultationReport => "Compte rendu de consultation",
            Self::VaccinationNote => "Note de vaccination",
            Self::ScannedLetter => "Courrier numérisé",
            Self::Reimbursements => "Données de remboursement",
        }
    }
}

/// A document to be written.
#[derive(Debug, Clone, Copy)]
pub struct Recipe<'a> {
    /// What it is.
    pub kind: Kind,
    /// About whom.
    pub patient: &'a Person,
    /// By whom.
    pub author: &'a Persona,
    /// When.
    pub created: Instant,
    /// Its `id`: an OID, or an OID and an extension as `root^extension`.
    pub unique_id: &'a str,
    /// The `id` of the document that it replaces.
    pub replaces: Option<&'a str>,
    /// At least so many bytes: rows of follow-up, or pages, are added.
    pub bulk: usize,
}

impl Recipe<'_> {
    /// The document.
    #[must_use]
    pub fn write(&self) -> Vec<u8> {
        let mut text = String::with_capacity(self.bulk.max(8192) + 1024);
        xml::header(&mut text, self);
        if self.kind == Kind::ScannedLetter {
            let lines = texts::lines(self.kind, self.patient, self.author);
            let pdf = pdf::write(&lines, self.bulk.saturating_sub(text.len()) * 3 / 4);
            xml::non_xml_body(&mut text, "application/pdf", &pdf);
        } else {
            xml::structured_body(&mut text, texts::sections(self.kind), self.bulk);
        }
        text.push_str("</ClinicalDocument>\n");
        text.into_bytes()
    }

    /// The PDF that [`Kind::ScannedLetter`] wraps, alone.
    #[must_use]
    pub fn pdf(&self) -> Vec<u8> {
        pdf::write(&texts::lines(self.kind, self.patient, self.author), self.bulk)
    }
}
