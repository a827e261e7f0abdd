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
    /// The first coding of a CodeableConcept; where it has no display, its text is one.
    ///
    /// # Errors
    /// A [`Problem`] when it has none.
    pub fn concept(&self) -> Result<Coded, Problem> {
        self.concept_where(|_| false)
    }

    /// The first coding whose code is such a one, else the first: what stands beside it says the same in another system.
    ///
    /// # Errors
    /// A [`Problem`] when there is none.
    pub fn concept_where(&self, wanted: impl Fn(&Code) -> bool) -> Result<Coded, Problem> {
        let codings = self.list("coding")?;
        let first = codings.first().ok_or_else(|| self.wrong("required", "`coding` must be given"))?;
        let mut all = codings.iter().map(coded_of);
        let found = all.find(|coded| coded.as_ref().is_ok_and(|coded| wanted(&coded.code)));
        let mut coded = found.unwrap_or_else(|| coded_of(first))?;
        if coded.display.is_none() {
            coded.display = self.text_of("text")?.map(Into::into);
        }
        Ok(coded)
    }

    /// The first coding of an element that is a CodeableConcept, if it is there.
    ///
    /// # Errors
    /// As [`Self::concept`].
    pub fn concept_of(&self, name: &str) -> Result<Option<Coded>, Problem> {
        self.get(name).map(|node| node.concept()).transpose()
    }
}
