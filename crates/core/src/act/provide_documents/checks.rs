//! What is asked of each document by itself: its type, its patient, its visibility.

use super::{HeaderFacts, NewDocument, NewSet, REIMBURSEMENTS};
use crate::access::{Admission, Side};
use crate::act::Context;
use crate::code::{fold_name, table};
use crate::document::{DocumentEntry, Visibility};
use crate::dossier::{DocumentRecord, Dossier, Holder, Rule, Sex};
use crate::identity::Requester;

/// REMB comes from the insurer's feed, which brings nothing else; a type must be one that the tables know.
pub(super) fn check_type(admission: &Admission, new: &NewDocument) -> Result<(), Rule> {
    let code = &new.entry.type_code.code;
    table::document_type(code).ok_or(Rule::UnknownType)?;
    if (*code.code == *REIMBURSEMENTS) == (admission.side == Side::InsurerFeed) {
        Ok(())
    } else {
        Err(Rule::ReservedType)
    }
}

/// A carer adds within his categories.
pub(super) fn check_categories(dossier: &Dossier, context: &Context<'_>, new: &NewDocument) -> Result<(), Rule> {
    let Requester::Carer(one) = &**context.requester else { return Ok(()) };
    let categories = dossier.carers.get(&one.person).map_or(&[][..], |carer| &carer.categories);
    let class = table::document_type(&new.entry.type_code.code).map(|known| &*known.class_code);
    let within = categories.is_empty() || categories.iter().any(|one| Some(&**one) == class);
    if within { Ok(()) } else { Err(Rule::Scope) }
}

/// The patient of the document is the holder: by identifier, by birth date, by sex.
pub(super) fn check_patient(dossier: &Dossier, context: &Context<'_>, new: &NewDocument) -> Result<(), Rule> {
    let header = &new.header;
    let told = new.source_patient.as_ref();
    if told.is_some_and(|patient| patient.is_another(&dossier.names)) {
        return Err(Rule::PatientIdMismatch);
    }
    let unnamed = |number: &str| !dossier.names.iter().any(|ins| *ins.value == *number);
    if header.patient.iter().any(|ins| !dossier.names.contains(ins)) || header.numbers.iter().any(|one| unnamed(one)) {
        return Err(Rule::PatientIdMismatch);
    }
    check_traits(dossier, context, header)?;
    let sex = told.and_then(|patient| patient.sex.as_deref()).and_then(Sex::from_code);
    let birth = told.and_then(|patient| patient.birth);
    check_traits(dossier, context, &HeaderFacts { birth, sex, ..HeaderFacts::default() })
}

/// So is the patient of the set, by birth date and sex; by identifier he was asked with the whole request.
pub(super) fn check_set_patient(dossier: &Dossier, context: &Context<'_>, new: &NewSet) -> Result<(), Rule> {
    check_traits(dossier, context, &new.patient)
}

/// With whose traits a deposit is compared: of two merged dossiers, his whose number it came under, for it goes with that (decisions 29).
pub(super) fn registered<'a>(dossier: &'a Dossier, context: &Context<'_>) -> Option<&'a Holder> {
    dossier.identity_under(context.addressed).map(|holder| &**holder)
}

fn check_traits(dossier: &Dossier, context: &Context<'_>, told: &HeaderFacts) -> Result<(), Rule> {
    let Some(holder) = registered(dossier, context) else { return Ok(()) };
    let partly = told.partial_births.iter().any(|birth| !birth.agrees(holder.birth));
    if partly {
        return Err(Rule::BirthDateMismatch);
    }
    holder.contradicted(told.birth, told.sex).map_or(Ok(()), Err)
}

/// Another name, in the header or in the metadata, goes in, and into the operator's review queue.
pub(super) fn name_differs(holder: Option<&Holder>, new: &NewDocument) -> bool {
    let Some(holder) = holder else { return false };
    let same = |name: &str| {
        let known = [Some(&holder.family), holder.used_family.as_ref()];
        known.into_iter().flatten().any(|known| fold_name(known) == fold_name(name))
    };
    let header = &new.header.family;
    let told = new.source_patient.as_ref().and_then(|patient| patient.family.as_deref());
    (!header.is_empty() && !header.iter().any(|name| same(name))) || told.is_some_and(|name| !same(name))
}

/// Visibility at deposit (decisions 19, facts b.5).
pub(super) fn check_visibility(
    dossier: &Dossier,
    context: &Context<'_>,
    new: &NewDocument,
    replaced: Option<&DocumentRecord>,
) -> Result<Visibility, Rule> {
    let mut visibility = new.visibility;
    let signature = new.entry.is_signature();
    flags_agree(context, &new.entry, visibility)?;
    let class = table::document_type(&new.entry.type_code.code).map(|known| &*known.class_code);
    let wanted = class.is_some_and(|class| dossier.at_once.iter().any(|one| **one == *class));
    let silent = new.withhold_motive.as_deref().is_none_or(|motive| motive.trim().is_empty());
    // The code is a professional's: nobody on the holder's side keeps from him what he deposits (facts c.7, decisions 25).
    if visibility.invisible_patient && context.requester.is_on_the_holders_side() {
        return Err(Rule::FunctionalRight);
    }
    if visibility.invisible_patient && !signature && wanted && silent {
        return Err(Rule::RetentionMotive);
    }
    if let Some(replaced) = replaced {
        let withheld = replaced.is_withheld(context.now);
        if visibility.invisible_patient && !withheld {
            return Err(Rule::WithheldLate);
        }
        visibility.invisible_patient |= withheld;
        visibility.invisible_representants_legaux |= replaced.visibility.invisible_representants_legaux;
        flags_agree(context, &new.entry, visibility)?;
    }
    // What the sender himself says counts, not what a replaced version had.
    if context.requester.is_secret() && !signature && !new.visibility.invisible_representants_legaux {
        return Err(Rule::SecretConnection);
    }
    Ok(visibility)
}

/// Masked and withheld at once is refused unless the deployment allows it, the signature document excepted (decisions 19).
pub(in crate::act) fn flags_agree(
    context: &Context<'_>,
    entry: &DocumentEntry,
    visibility: Visibility,
) -> Result<(), Rule> {
    let both = visibility.masque_ps && visibility.invisible_patient;
    let allowed = context.policy.settings.masked_and_withheld || entry.is_signature();
    if both && !allowed { Err(Rule::FlagsCombined) } else { Ok(()) }
}
