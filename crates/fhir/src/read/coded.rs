//! Codings and CodeableConcepts, with the code system in any of its accepted spellings.

use dmp_core::code::{Code, Coded};

use crate::problem::Problem;
use crate::read::Node;

/// A Coding.
///
/// # Errors
/// A [`Problem`] when it has no code or no system.
pub fn coded_of(coding: &Node<'_>) -> Result<Coded, Problem> {
    let code = coding.need("code")?.text()?;
    let system = coding.need("system")?;
    let display = coding.text_of("display")?;
    Ok(Coded { code: code_of(system.text()?, code), display: display.map(Into::into) })
}

/// A code with its system as we store it: an OID where the system has one.
#[must_use]
pub fn code_of(system: &str, code: &str) -> Code {
    Code::new(system, code).canonical()
}

impl Node<'_> {
    /// The first coding of a CodeableConcept.
    ///
    /// # Errors
    /// A [`Problem`] when it has none.
    pub fn concept(&self) -> Result<Coded, Problem> {
        let codings = self.list("coding")?;
        let first = codings.first().ok_or_else(|| self.wrong("required", "`coding` must be given"))?;
        coded_of(first)
    }

    /// The first coding of an element that is a CodeableConcept, if it is there.
    ///
    /// # Errors
    /// As [`Self::concept`].
    pub fn concept_of(&self, name: &str) -> Result<Option<Coded>, Problem> {
        self.get(name).map(|node| node.concept()).transpose()
    }
}
