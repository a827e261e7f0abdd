//! What the parts of a bundle are to one another: one set names each of the documents, and all of it is about one patient.

use dmp_core::identity::Ins;

use crate::problem::Problem;
use crate::read::{DocumentReference, SubmissionSetList};

/// The set names exactly the documents of the bundle.
///
/// # Errors
/// A [`Problem`] that names the member.
pub fn check_members(set: &SubmissionSetList, urls: &[&str]) -> Result<(), Problem> {
    for (place, member) in set.members.iter().enumerate() {
        let wrong = |text: &str| Problem::element(format!("{}.entry[{place}].item", set.path), "set-member", text);
        if !urls.contains(&member.as_str()) {
            return Err(wrong("this entry of the submission set is no DocumentReference of the bundle"));
        }
        if set.members.iter().take(place).any(|before| before == member) {
            return Err(wrong("the submission set names this DocumentReference twice"));
        }
    }
    if urls.iter().all(|url| set.members.iter().any(|member| member == url)) {
        return Ok(());
    }
    Err(Problem::element(
        format!("{}.entry", set.path),
        "set-member",
        "the submission set must name each DocumentReference of the bundle",
    ))
}

/// The patient of the set, and of each document.
///
/// # Errors
/// A [`Problem`] that names the document of another.
pub fn one_patient(set: &SubmissionSetList, documents: &[DocumentReference]) -> Result<Ins, Problem> {
    for document in documents {
        if document.patient != set.patient {
            let path = format!("{}.subject", document.path);
            let mut problem = Problem::element(
                path,
                "one-patient",
                "one bundle is about one patient: this is another than the set's",
            );
            problem.xds = Some("XDSPatientIdDoesNotMatch");
            return Err(problem);
        }
    }
    Ok(set.patient.clone())
}
