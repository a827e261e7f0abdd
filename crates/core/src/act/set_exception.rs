//! An exception of the holder on top of the matrix: this profession never sees this class (decisions 11).

use crate::act::settle::{Choice, settle};
use crate::act::{Answer, Context, Decision};
use crate::code::Code;
use crate::dossier::{Change, Dossier, ExceptionSet, Rule};

/// An exception, or its end.
#[derive(Debug, Clone)]
pub struct SetException {
    /// The profession.
    pub profession: Code,
    /// The class of documents.
    pub class_code: Box<str>,
    /// Set, or taken off.
    pub set: bool,
}

impl SetException {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match settle(dossier, context, Choice::Own) {
            Ok(rule) => rule,
            Err(rule) => return Decision::refused(rule),
        };
        let stands =
            |one: &Dossier| one.exceptions.iter().any(|known| known.is_same(&self.profession, &self.class_code));
        if dossier.each(|one| stands(one) == self.set) {
            return Decision::allowed(Rule::AlreadyDone, Answer::Done);
        }
        let change =
            ExceptionSet { profession: self.profession.clone(), class_code: self.class_code.clone(), set: self.set };
        Decision::allowed(rule, Answer::Done).changing(Change::ExceptionSet(change))
    }
}
