//! The one function that judges: is the caller let in? In the order of facts c.1 and of the refusals of decisions 3.

use crate::access::Context;
use crate::access::functional_rights::{Action, Column, Right};
use crate::access::sector::{self, Occupation};
use crate::access::{Occupational, Policy, holder_side, standing};
use crate::code::Code;
use crate::dossier::{AccessMode, AuthorizationStatus, Dossier, DossierStatus, Ground, OppositionKind, Rule};
use crate::identity::{Means, Organisation, Professional, Requester};

/// As whom a caller was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The holder.
    Holder,
    /// Somebody who represents him.
    Representative,
    /// A carer whom he chose, or his representative.
    Carer,
    /// A professional, or a structure: by a column of the table of functional rights.
    Professional(Column),
    /// The insurer's feed.
    InsurerFeed,
    /// The help desk: it records what a person asks, and sees no content.
    HelpDesk,
    /// An operator: never a content.
    Operator,
    /// The program itself: never a content.
    Service,
}

impl Side {
    /// The holder, or who acts for him.
    #[must_use]
    pub const fn is_holders(self) -> bool {
        matches!(self, Self::Holder | Self::Representative | Self::Carer)
    }
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
    /// He is the médecin traitant, and his authorisation is valid: while it is not, the rights of the role rest (decisions 10).
    pub medecin_traitant: bool,
}

impl Admission {
    /// Somebody who is no professional.
    pub(super) const fn of(side: Side, rule: Rule) -> Self {
        Self { side, rule, right: Right::Yes, medecin_traitant: false }
    }
}

/// Judges whether a caller may take an action on a dossier at all.
///
/// # Errors
/// The rule that refuses, told to the caller (decisions 1 and 3).
pub fn judge(dossier: &Dossier, context: &Context<'_>, action: Action) -> Result<Admission, Rule> {
    let service = |side, rule| Ok(Admission::of(side, rule));
    match &**context.requester {
        Requester::Holder(_) | Requester::Representative(_) | Requester::Carer(_) => {
            holder_side::judge(dossier, context, action)
        }
        Requester::InsurerFeed(_) => insurer(dossier, action),
        // From its beginning on nothing about the dossier is settled any more.
        Requester::Operator(_) if action == Action::Administer && dossier.destruction.is_some() => {
            Err(Rule::DestructionBegun)
        }
        Requester::Operator(_) if action == Action::Administer => service(Side::Operator, Rule::Operator),
        Requester::HelpDesk(_) if action.is_for_the_help_desk() => {
            check_open(dossier, action)?;
            // Who is only registered objects, or opens: there is nothing yet to close or to settle (decisions 26).
            if dossier.status == DossierStatus::Unopened {
                return Err(Rule::UnknownDossier);
            }
            service(Side::HelpDesk, Rule::HelpDesk)
        }
        Requester::Operator(_) | Requester::HelpDesk(_) => Err(Rule::FunctionalRight),
        Requester::System(_) => {
            check_open(dossier, action)?;
            service(Side::Service, Rule::System)
        }
        Requester::Professional(one) => professional(dossier, context, one, action),
        Requester::Organisation(one) => organisation(dossier, context, one, action),
    }
}

/// A closed dossier answers to TD0.2 only, one that is suspended likewise, and to who objects to that (facts c.1, decisions 8 and 27).
pub(super) fn check_open(dossier: &Dossier, action: Action) -> Result<(), Rule> {
    match action {
        Action::TestExistence => Ok(()),
        _ if dossier.status == DossierStatus::Closed => Err(Rule::Closed),
        Action::ObjectSuspension => Ok(()),
        _ if dossier.suspended_at.is_some() => Err(Rule::Suspended),
        _ => Ok(()),
    }
}

/// The insurer opens, feeds the reimbursements and closes; it reads nothing (c.9, R1111-42).
fn insurer(dossier: &Dossier, action: Action) -> Result<Admission, Rule> {
    check_open(dossier, action)?;
    match action {
        _ if dossier.status == DossierStatus::Unopened => Err(Rule::UnknownDossier),
        Action::Feed | Action::TestExistence => Ok(Admission::of(Side::InsurerFeed, Rule::InsurerFeed)),
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
    check_suspended(context)?;
    check_open(dossier, action)?;
    let occupation = sector::occupation(one.sector.as_deref(), &[]);
    check_sector(context.policy, occupation, one.sector.as_deref(), action)?;
    let regulation = one.regulation || context.policy.settings.regulation_centres.contains(&one.structure.id);
    let column = certificate_column(context.mode);
    admit(dossier, context, action, Entering { column, reinforced: false, regulation, staff: false })
}

fn professional(
    dossier: &Dossier,
    context: &Context<'_>,
    one: &Professional,
    action: Action,
) -> Result<Admission, Rule> {
    check_insurer(one.sector.as_deref())?;
    check_suspended(context)?;
    check_open(dossier, action)?;
    check_identity(context, one)?;
    let occupation = sector::occupation(one.sector.as_deref(), &one.specialties);
    check_sector(context.policy, occupation, one.sector.as_deref(), action)?;
    let regulation = one.regulation
        || one.structure.as_ref().is_some_and(|own| context.policy.settings.regulation_centres.contains(&own.id));
    let column = column(context, one, occupation);
    let reinforced = one.means == Means::Reinforced;
    admit(dossier, context, action, Entering { column, reinforced, regulation, staff: one.staff })
}

/// Whether a professional, or a reception desk, may open a dossier at all: by his own means, from a sector of care (decisions
/// 12 and 26). Whether the policy has this door, and whether the person consented, is asked elsewhere.
///
/// # Errors
/// The rule that refuses.
pub fn judge_opening(context: &Context<'_>, one: &Professional) -> Result<(), Rule> {
    check_insurer(one.sector.as_deref())?;
    check_suspended(context)?;
    check_identity(context, one)?;
    // Nobody opens, closes or reactivates in an emergency.
    if context.mode != AccessMode::Normal {
        return Err(Rule::Mode);
    }
    let occupation = sector::occupation(one.sector.as_deref(), &one.specialties);
    if occupation == Occupation::Occupational || !one.sector.as_deref().is_some_and(sector::may_read) {
        return Err(Rule::Sector);
    }
    if one.means == Means::Direct { Ok(()) } else { Err(Rule::FunctionalRight) }
}

/// Whether a professional, or a reception desk, closes or reactivates a dossier at its holder's request (TD1.4, TD1.2): where the policy has
/// these doors, whoever may open one, unless the holder blocked him. None where it has not.
#[must_use]
pub fn judge_at_the_counter(dossier: &Dossier, context: &Context<'_>) -> Option<Result<(), Rule>> {
    let Requester::Professional(one) = &**context.requester else { return None };
    let held = || standing(dossier, context.requester, context.policy, context.now).status;
    let judged = || {
        judge_opening(context, one)?;
        match dossier.status {
            DossierStatus::Unopened => Err(Rule::UnknownDossier),
            _ if dossier.destruction.is_some() => Err(Rule::DestructionBegun),
            _ if dossier.is_dead() => Err(Rule::Death),
            _ if dossier.suspended_at.is_some() => Err(Rule::Suspended),
            _ if held() == AuthorizationStatus::Interdit => Err(Rule::Blocked),
            _ => Ok(()),
        }
    };
    context.policy.name.table().professionals_open.then(judged)
}

/// A known profession, a doctor with his specialty (facts c.1, decisions 6).
fn check_identity(context: &Context<'_>, one: &Professional) -> Result<(), Rule> {
    if one.staff {
        return Ok(());
    }
    let profession = one.profession.as_ref().ok_or(Rule::UnknownRequester)?;
    if !context.policy.matrix.knows(profession) {
        return Err(Rule::UnknownRequester);
    }
    if is_doctor(profession) && one.specialties.is_empty() { Err(Rule::SpecialtyMissing) } else { Ok(()) }
}

/// The operator's suspension stops everything (decisions 8).
const fn check_suspended(context: &Context<'_>) -> Result<(), Rule> {
    if context.caller.suspended { Err(Rule::Suspended) } else { Ok(()) }
}

/// Whether the profession is that of a doctor (10 of TRE_G15).
fn is_doctor(profession: &Code) -> bool {
    *profession.code == *"10" && *profession.system == *sector::TRE_G15
}

/// Whether he has the doctors' column: a doctor, or one in training (10 of TRE_G15 and of TRE_G16; decisions 6).
#[must_use]
pub fn is_a_doctor(one: &Professional) -> bool {
    let is_one =
        |profession: &Code| *profession.code == *"10" && sector::profession_table(&profession.system).is_some();
    !one.staff && one.profession.as_ref().is_some_and(is_one)
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
                // It finds nothing, its own by an identifier neither (issue: TD0.1, TD0.2, TD2.1, TD3.3c on its own).
                matches!(action, Action::TestExistence | Action::Feed | Action::Replace | Action::Delete)
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

/// What the table of functional rights says of an action to a structure's certificate, of whatever dossier it is; none to anybody else.
#[must_use]
pub fn right_of_certificate(context: &Context<'_>, action: Action) -> Option<Right> {
    let certificate = matches!(&**context.requester, Requester::Organisation(_));
    let column = certificate_column(context.mode).filter(|_| certificate)?;
    Some(context.policy.rights.right(action, column, false))
}

/// The column of a structure's certificate, whoever it names.
const fn certificate_column(mode: AccessMode) -> Option<Column> {
    match mode {
        AccessMode::Normal => Some(Column::CertEsNormal),
        AccessMode::Centre15 => Some(Column::CertEsRegulation),
        AccessMode::BrisDeGlace => None,
    }
}

/// The column of the table of functional rights; `None` where the table has none (N throughout, decisions 15).
fn column(context: &Context<'_>, one: &Professional, occupation: Occupation) -> Option<Column> {
    if one.means == Means::Indirect {
        return certificate_column(context.mode);
    }
    if one.staff {
        return (context.mode == AccessMode::Normal).then_some(Column::CpeNormal);
    }
    if occupation == Occupation::Occupational {
        // The sheet prints one column for them, without a mode.
        return Some(Column::MedecinTravail);
    }
    Some(match (is_a_doctor(one), context.mode) {
        (true, AccessMode::Normal) => Column::MedNormal,
        (true, AccessMode::Centre15) => Column::MedRegulation,
        (true, AccessMode::BrisDeGlace) => Column::MedBrisDeGlace,
        (false, AccessMode::Normal) => Column::NonMedNormal,
        (false, AccessMode::Centre15) => Column::NonMedRegulation,
        (false, AccessMode::BrisDeGlace) => Column::NonMedBrisDeGlace,
    })
}

/// With what a professional or a structure enters.
#[derive(Debug, Clone, Copy)]
struct Entering {
    column: Option<Column>,
    reinforced: bool,
    regulation: bool,
    staff: bool,
}

impl Entering {
    /// The row of the sheet: staff feeds by a row of its own.
    const fn row(self, action: Action) -> Action {
        match action {
            Action::Feed | Action::Replace if self.staff => Action::FeedByStaff,
            other => other,
        }
    }
}

/// Blocks, modes, oppositions, authorisation, functional right, budget, opposition to feeding: in that order.
fn admit(dossier: &Dossier, context: &Context<'_>, action: Action, entering: Entering) -> Result<Admission, Rule> {
    let held = standing(dossier, context.requester, context.policy, context.now);
    let feeding = matches!(action, Action::Feed | Action::Replace);
    let despite_block = matches!(action, Action::TestExistence | Action::Feed);
    if held.status == AuthorizationStatus::Interdit && !despite_block {
        return Err(Rule::Blocked);
    }
    check_mode(dossier, context, entering.regulation)?;
    let unopened = dossier.status == DossierStatus::Unopened;
    if unopened && action.needs_authorization() {
        return Err(Rule::UnknownDossier);
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
    let column = entering.column.ok_or(Rule::FunctionalRight)?;
    // It was printed for who is authorised: nobody reads or changes by it in an emergency, where nobody is (decisions 14 and 15).
    let by_authorization = action.is_reading() || action.needs_authorization();
    if column == Column::MedecinTravail && context.mode != AccessMode::Normal && by_authorization {
        return Err(Rule::FunctionalRight);
    }
    let medecin_traitant = is_medecin_traitant(dossier, context, held.status);
    // The role may be given up while its rights rest.
    let leaves = action == Action::LeaveMedecinTraitant && has_role(dossier, context.requester);
    let column = if medecin_traitant || leaves { column.of_medecin_traitant() } else { column };
    let right = context.policy.rights.right(entering.row(action), column, entering.reinforced);
    if right == Right::No {
        return Err(Rule::FunctionalRight);
    }
    // Who may not ask hears the same of a dossier that is there and of one that is not.
    if unopened {
        return Err(Rule::UnknownDossier);
    }
    if context.caller.budget_spent && action.counts() {
        return Err(Rule::Budget);
    }
    let subjects = super::subjects_of(context.requester);
    if feeding && dossier.opposed(OppositionKind::Feeding, &subjects).next().is_some() {
        return Err(Rule::OppositionFeeding);
    }
    Ok(Admission { side: Side::Professional(column), rule, right, medecin_traitant })
}

/// The role gives no authorisation: while that has expired its rights rest (decisions 10).
fn is_medecin_traitant(dossier: &Dossier, context: &Context<'_>, status: AuthorizationStatus) -> bool {
    is_proved(context) && has_role(dossier, context.requester) && status == AuthorizationStatus::Valide
}

/// Whether a médecin traitant who is not authorised was told of an emergency, maybe: there was one.
#[must_use]
pub(crate) fn role_rests(dossier: &Dossier, context: &Context<'_>) -> bool {
    is_proved(context) && has_role(dossier, context.requester) && !dossier.emergencies.is_empty()
}

/// Whether he came with means of his own: a structure's certificate names whomever it likes (decisions 6).
fn is_proved(context: &Context<'_>) -> bool {
    !matches!(&**context.requester, Requester::Professional(one) if one.means == Means::Indirect)
}

/// Whether the caller has the role of médecin traitant here, authorised or not. It is a doctor's (facts c.5): whoever was named and is none
/// has nothing of it.
#[must_use]
pub fn has_role(dossier: &Dossier, requester: &Requester) -> bool {
    let Requester::Professional(one) = requester else { return false };
    is_a_doctor(one) && dossier.medecin_traitant.as_ref().is_some_and(|known| known.professional == one.id)
}

/// The two doors that open without the patient, unless he refused them beforehand (decisions 16).
fn check_mode(dossier: &Dossier, context: &Context<'_>, regulation: bool) -> Result<(), Rule> {
    let kind = match context.mode {
        AccessMode::Normal => return Ok(()),
        AccessMode::Centre15 if !regulation => return Err(Rule::Mode),
        AccessMode::Centre15 => OppositionKind::Centre15,
        AccessMode::BrisDeGlace => OppositionKind::BrisDeGlace,
    };
    if dossier.opposed(kind, &[]).next().is_some() {
        return Err(Rule::ModeOpposed);
    }
    let open = dossier.emergency_of(context.requester, context.mode, context.now).is_some();
    let said = context.motive.is_some_and(|motive| !motive.trim().is_empty());
    if open || said { Ok(()) } else { Err(Rule::MotiveMissing) }
}
