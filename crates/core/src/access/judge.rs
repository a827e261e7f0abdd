//! The one function that judges: is the caller let in, and may he have this document? In the order of facts c.1.

use crate::access::functional_rights::{Action, Column, Right};
use crate::access::matrix::Access;
use crate::access::sector::{self, Occupation};
use crate::access::{Occupational, Policy, Relation, relation, standing};
use crate::act::Context;
use crate::code::Code;
use crate::dossier::{
    AccessMode, AuthorizationStatus, DocumentRecord, Dossier, DossierStatus, Ground, OppositionKind, Rule,
};
use crate::identity::{Means, Organisation, Professional, Requester};

/// As whom a caller was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The holder.
    Holder,
    /// Somebody who represents him.
    Representative,
    /// A carer whom he chose.
    Carer,
    /// A professional, or a structure: by a column of the table of functional rights.
    Professional(Column),
    /// The insurer's feed.
    InsurerFeed,
    /// An operator, the help desk, or the program itself: never a content.
    Service,
}

/// A caller who was let in, for one action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admission {
    /// As whom.
    pub side: Side,
    /// By which rule.
    pub rule: Rule,
    /// What the table of functional rights says of the action.
    pub right: Right,
}

/// Judges whether a caller may take an action on a dossier at all.
///
/// # Errors
/// The rule that refuses, told to the caller (decisions 1 and 3).
pub fn judge(dossier: &Dossier, context: &Context<'_>, action: Action) -> Result<Admission, Rule> {
    let open = |side, rule| {
        let keeps_history = side == Side::Holder && action == Action::ReadHistory;
        if keeps_history { Ok(()) } else { check_open(dossier, action) }?;
        Ok(Admission { side, rule, right: Right::Yes })
    };
    match &**context.requester {
        Requester::Holder(one) if dossier.names.contains(&one.ins) => open(Side::Holder, Rule::Holder),
        Requester::Representative(one) if dossier.names.contains(&one.ins) => {
            open(Side::Representative, Rule::Representative)
        }
        Requester::Carer(one) if dossier.names.contains(&one.ins) => open(Side::Carer, Rule::Carer),
        // Whoever speaks for nobody here hears nothing of the dossier, not even that it is closed.
        Requester::Holder(_) | Requester::Representative(_) | Requester::Carer(_) => Err(Rule::NotHolder),
        Requester::InsurerFeed(_) => insurer(dossier, action),
        Requester::Operator(_) | Requester::HelpDesk(_) => Err(Rule::FunctionalRight),
        Requester::System(_) => open(Side::Service, Rule::System),
        Requester::Professional(one) => professional(dossier, context, one, action),
        Requester::Organisation(one) => organisation(dossier, context, one, action),
    }
}

/// A closed dossier answers to TD0.2 only (facts c.1, decisions 27).
fn check_open(dossier: &Dossier, action: Action) -> Result<(), Rule> {
    if dossier.status == DossierStatus::Closed && action != Action::TestExistence { Err(Rule::Closed) } else { Ok(()) }
}

/// The insurer opens, feeds the reimbursements and closes; it reads nothing (c.9, R1111-42).
fn insurer(dossier: &Dossier, action: Action) -> Result<Admission, Rule> {
    check_open(dossier, action)?;
    match action {
        _ if dossier.status == DossierStatus::Unopened => Err(Rule::UnknownDossier),
        Action::Feed | Action::TestExistence => {
            Ok(Admission { side: Side::InsurerFeed, rule: Rule::InsurerFeed, right: Right::Yes })
        }
        _ => Err(Rule::FunctionalRight),
    }
}

fn organisation(
    dossier: &Dossier,
    context: &Context<'_>,
    one: &Organisation,
    action: Action,
) -> Result<Admission, Rule> {
    check_insurer(one.sector.as_deref())?;
    check_open(dossier, action)?;
    let occupation = sector::occupation(one.sector.as_deref(), &[]);
    check_sector(context.policy, occupation, one.sector.as_deref(), action)?;
    let regulation = one.regulation || context.policy.settings.regulation_centres.contains(&one.structure.id);
    let column = match context.mode {
        AccessMode::Normal => Some(Column::CertEsNormal),
        AccessMode::Centre15 if regulation => Some(Column::CertEsRegulation),
        AccessMode::Centre15 => return Err(Rule::Mode),
        AccessMode::BrisDeGlace => None,
    };
    admit(dossier, context, action, column, false)
}

fn professional(
    dossier: &Dossier,
    context: &Context<'_>,
    one: &Professional,
    action: Action,
) -> Result<Admission, Rule> {
    check_insurer(one.sector.as_deref())?;
    check_open(dossier, action)?;
    if !one.staff {
        let profession = one.profession.as_ref().ok_or(Rule::UnknownRequester)?;
        if !context.policy.matrix.knows(profession) {
            return Err(Rule::UnknownRequester);
        }
        if is_doctor(profession) && one.specialties.is_empty() {
            return Err(Rule::SpecialtyMissing);
        }
    }
    let occupation = sector::occupation(one.sector.as_deref(), &one.specialties);
    check_sector(context.policy, occupation, one.sector.as_deref(), action)?;
    let regulation = one.regulation
        || one.structure.as_ref().is_some_and(|own| context.policy.settings.regulation_centres.contains(&own.id));
    let column = column(context, one, occupation, regulation)?;
    admit(dossier, context, action, column, one.means == Means::Reinforced)
}

/// Whether the profession is that of a doctor (10 of TRE_G15).
fn is_doctor(profession: &Code) -> bool {
    *profession.code == *"10" && *profession.system == *sector::TRE_G15
}

/// Private insurers (SA23) do nothing, and hear nothing of any dossier: not whether it exists, not that it is closed.
fn check_insurer(sector: Option<&str>) -> Result<(), Rule> {
    if sector == Some("SA23") { Err(Rule::Sector) } else { Ok(()) }
}

/// Sectors (decisions 12 and 14): the occupational ones do what the setting says; those that are not on the list read
/// nothing.
fn check_sector(policy: &Policy, occupation: Occupation, code: Option<&str>, action: Action) -> Result<(), Rule> {
    if occupation == Occupation::Occupational {
        let allowed = match policy.settings.occupational {
            Occupational::None => false,
            Occupational::Feed => {
                matches!(action, Action::TestExistence | Action::Feed | Action::Delete | Action::FindReference)
            }
            Occupational::Table => true,
        };
        return if allowed { Ok(()) } else { Err(Rule::Sector) };
    }
    if action.is_reading() && !code.is_some_and(sector::may_read) {
        return Err(Rule::Sector);
    }
    Ok(())
}

/// The column of the table of functional rights; `None` where the table has none (N throughout, decisions 15).
fn column(
    context: &Context<'_>,
    one: &Professional,
    occupation: Occupation,
    regulation: bool,
) -> Result<Option<Column>, Rule> {
    if context.mode == AccessMode::Centre15 && !regulation {
        return Err(Rule::Mode);
    }
    if one.means == Means::Indirect {
        return Ok(match context.mode {
            AccessMode::Normal => Some(Column::CertEsNormal),
            AccessMode::Centre15 => Some(Column::CertEsRegulation),
            AccessMode::BrisDeGlace => None,
        });
    }
    if one.staff {
        return Ok((context.mode == AccessMode::Normal).then_some(Column::CpeNormal));
    }
    if occupation == Occupation::Occupational {
        return Ok((context.mode == AccessMode::Normal).then_some(Column::MedecinTravail));
    }
    let doctor = one.profession.as_ref().is_some_and(|profession| *profession.code == *"10");
    Ok(Some(match (doctor, context.mode) {
        (true, AccessMode::Normal) => Column::MedNormal,
        (true, AccessMode::Centre15) => Column::MedRegulation,
        (true, AccessMode::BrisDeGlace) => Column::MedBrisDeGlace,
        (false, AccessMode::Normal) => Column::NonMedNormal,
        (false, AccessMode::Centre15) => Column::NonMedRegulation,
        (false, AccessMode::BrisDeGlace) => Column::NonMedBrisDeGlace,
    }))
}

/// Blocks, modes, oppositions, authorisation, functional right: in that order.
fn admit(
    dossier: &Dossier,
    context: &Context<'_>,
    action: Action,
    column: Option<Column>,
    reinforced: bool,
) -> Result<Admission, Rule> {
    if dossier.status == DossierStatus::Unopened {
        return Err(Rule::UnknownDossier);
    }
    let held = standing(dossier, context.requester, context.policy, context.now);
    let feeding = action == Action::Feed;
    if held.status == AuthorizationStatus::Interdit && action != Action::TestExistence && !feeding {
        return Err(Rule::Blocked);
    }
    check_mode(dossier, context, action)?;
    let subjects = super::subjects_of(context.requester);
    if feeding && dossier.opposition(OppositionKind::Feeding, &subjects).is_some() {
        return Err(Rule::OppositionFeeding);
    }
    let mut rule = if feeding { Rule::Feeding } else { Rule::Authenticated };
    if action.needs_authorization() {
        rule = match context.mode {
            AccessMode::Centre15 => Rule::Centre15,
            AccessMode::BrisDeGlace => Rule::BrisDeGlace,
            AccessMode::Normal => match (held.status, held.ground) {
                (AuthorizationStatus::Valide, Some(Ground::ExplicitConsent)) => Rule::ExplicitConsent,
                (AuthorizationStatus::Valide, Some(Ground::CareTeamInformed)) => Rule::CareTeam,
                (AuthorizationStatus::Valide, Some(Ground::CollectedByAnother)) => Rule::CollectedByAnother,
                (AuthorizationStatus::Valide, Some(Ground::Declared)) => Rule::Declared,
                _ if held.opposed => return Err(Rule::Opposition),
                _ => return Err(Rule::NoAuthorization),
            },
        };
    }
    let column = column.ok_or(Rule::FunctionalRight)?;
    let right = context.policy.rights.right(action, column, reinforced);
    if right == Right::No {
        return Err(Rule::FunctionalRight);
    }
    Ok(Admission { side: Side::Professional(column), rule, right })
}

/// The two doors that open without the patient, unless he refused them beforehand (decisions 16).
fn check_mode(dossier: &Dossier, context: &Context<'_>, action: Action) -> Result<(), Rule> {
    let kind = match context.mode {
        AccessMode::Normal => return Ok(()),
        AccessMode::Centre15 => OppositionKind::Centre15,
        AccessMode::BrisDeGlace => OppositionKind::BrisDeGlace,
    };
    if dossier.opposition(kind, &[]).is_some() && action != Action::TestExistence && action != Action::Feed {
        return Err(Rule::ModeOpposed);
    }
    if action.needs_authorization() && context.motive.is_none_or(|motive| motive.trim().is_empty()) {
        return Err(Rule::MotiveMissing);
    }
    Ok(())
}

impl Admission {
    /// Judges whether the caller may know of this document and read it. What he may not read, he does not find.
    ///
    /// # Errors
    /// The rule that refuses. It is never told: the document answers as one that does not exist (decisions 1).
    pub fn document(&self, dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> Result<Rule, Rule> {
        if record.standing.deleted {
            return Err(Rule::Deleted);
        }
        let own = self.alone(dossier, context, record)?;
        // The manifest of a signature names every document of its set: it goes only to who sees them all.
        if record.is_signature() {
            let set = dossier.set(record.set).map_or(&[][..], |set| &set.members);
            for member in set.iter().filter_map(|item| dossier.document(*item)).filter(|one| !one.is_signature()) {
                if member.standing.deleted {
                    return Err(Rule::Flags);
                }
                self.alone(dossier, context, member).map_err(|_| Rule::Flags)?;
            }
        }
        Ok(own)
    }

    /// The document by itself, whatever came with it.
    fn alone(&self, dossier: &Dossier, context: &Context<'_>, record: &DocumentRecord) -> Result<Rule, Rule> {
        match self.side {
            Side::Holder if record.visibility.invisible_patient => Err(Rule::Flags),
            Side::Holder => Ok(Rule::Holder),
            Side::Representative | Side::Carer
                if record.visibility.invisible_patient || record.visibility.invisible_representants_legaux =>
            {
                Err(Rule::Flags)
            }
            Side::Representative => Ok(Rule::Representative),
            Side::Carer => Ok(Rule::Carer),
            Side::InsurerFeed | Side::Service => Err(Rule::FunctionalRight),
            Side::Professional(column) => self.professional(dossier, context, record, column),
        }
    }

    fn professional(
        &self,
        dossier: &Dossier,
        context: &Context<'_>,
        record: &DocumentRecord,
        column: Column,
    ) -> Result<Rule, Rule> {
        let tie = relation(dossier, context.requester, record);
        if matches!(self.right, Right::FindReference | Right::OwnStructure | Right::Own | Right::OwnAsAuthor)
            && tie == Relation::None
        {
            return Err(Rule::NotAuthor);
        }
        if tie != Relation::Author && !self.reads_by_matrix(context, record) {
            return Err(Rule::Matrix);
        }
        if record.is_masked() {
            let right = context.policy.rights.right(Action::ReadMasked, column, false);
            let allowed = match right {
                Right::Yes => true,
                Right::IfMaskedPermitted => tie != Relation::None || dossier.masked_in_emergency,
                Right::No => false,
                _ => tie != Relation::None,
            };
            if !allowed && tie == Relation::None {
                return Err(Rule::Flags);
            }
        }
        Ok(if tie == Relation::None { Rule::MatrixRead } else { Rule::Own })
    }

    fn reads_by_matrix(&self, context: &Context<'_>, record: &DocumentRecord) -> bool {
        let Some(profession) = context.requester.profession() else {
            // A structure, or its staff: only what is its own, which the caller of this function has checked.
            return matches!(self.right, Right::FindReference | Right::OwnStructure | Right::Own);
        };
        context.policy.matrix.cell(profession, &record.entry.type_code.code).access == Access::Read
    }
}
