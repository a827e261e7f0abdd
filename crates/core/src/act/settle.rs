//! Who settles what the holder may choose, and by which rule.

use crate::access::functional_rights::{Action, Right};
use crate::access::{Side, judge};
use crate::act::Context;
use crate::dossier::{Dossier, Rule};

/// The holder's side; the médecin traitant, who says that the holder asked; the help desk, as long as nobody activated the
/// dossier (decisions 20).
pub(super) fn settle(dossier: &Dossier, context: &Context<'_>) -> Result<Rule, Rule> {
    let admission = judge(dossier, context, Action::Settle)?;
    match admission.side {
        side if side.is_holders() => Ok(admission.rule),
        Side::Professional(_) if admission.right == Right::Yes => Ok(Rule::MedecinTraitant),
        Side::HelpDesk if dossier.activated_at.is_none() => Ok(Rule::HelpDesk),
        Side::HelpDesk => Err(Rule::FunctionalRight),
        _ => Err(Rule::NotHolder),
    }
}

/// The same, of what no professional chooses for the holder.
pub(super) fn settle_without_professionals(dossier: &Dossier, context: &Context<'_>) -> Result<Rule, Rule> {
    match settle(dossier, context)? {
        Rule::MedecinTraitant => Err(Rule::NotHolder),
        rule => Ok(rule),
    }
}
