//! Who is who: the insured person, the professional, the structure, and whoever asks.

pub mod ins;
pub mod insc;
pub mod professional;
pub mod requester;
pub mod structure;

pub use ins::{Ins, InsDomain, InsFault};
pub use professional::{ProfessionalId, ProfessionalIdKind};
pub use requester::{
    Carer, HelpDesk, HolderRequester, InsurerFeed, Means, Operator, Organisation, Professional, Representative,
    Requester, RequesterKind, SystemRequester,
};
pub use structure::{StructureId, StructureIdKind, StructureRef};

/// Why a text is no identifier of a professional or a structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    /// No text.
    #[error("the identifier is empty")]
    Empty,
    /// More than 64 characters.
    #[error("the identifier is longer than 64 characters")]
    Long,
    /// A blank, a control character, or a separator of HL7 or FHIR.
    #[error("the identifier holds a blank, a control character or a separator")]
    Characters,
}

/// Checks what every identifier of a professional or a structure has in common.
fn check(text: &str) -> Result<(), IdFault> {
    if text.is_empty() {
        return Err(IdFault::Empty);
    }
    if text.len() > 64 {
        return Err(IdFault::Long);
    }
    let odd = |character: char| character.is_control() || character.is_whitespace() || "|^~&\\\"<>".contains(character);
    if text.contains(odd) { Err(IdFault::Characters) } else { Ok(()) }
}

fn digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// FINESS and ADELI numbers may hold the letter of a Corsican department.
fn numbers_of_department(text: &str) -> bool {
    let corsican = text.strip_prefix("2A").or_else(|| text.strip_prefix("2B"));
    digits(text, 9) || corsican.is_some_and(|rest| digits(rest, 7))
}
