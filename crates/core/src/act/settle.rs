//! Who settles what the holder may choose, and by which rule.

use crate::access::functional_rights::{Action, Right};
use crate::access::{Side, judge};
use crate::act::Context;
use crate::dossier::{Dossier, Rule};

/// What is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Somebody is blocked.
    Block,
    /// A block is lifted.
    Unblock,
    /// Something is opposed.
    Oppose,
    /// Anything else, the end of an opposition and more masked documents in emergencies among it: the holder's side alone.
    Own,
}

/// The holder's side settles everything. The médecin traitant blocks and unblocks at his request (facts c.5), and before activation
/// records an opposition; before it the help desk records a block or an opposition (decisions 20). What the holder shut, nobody else opens.
pub(super) fn settle(dossier: &Dossier, context: &Context<'_>, choice: Choice) -> Result<Rule, Rule> {
    let admission = judge(dossier, context, Action::Settle)?;
    let activated = dossier.activated_at.is_some();
    match admission.side {
        side if side.is_holders() => Ok(admission.rule),
        Side::Professional(_) if admission.right == Right::Yes => match choice {
            Choice::Block | Choice::Unblock => Ok(Rule::MedecinTraitant),
            Choice::Oppose if !activated => Ok(Rule::MedecinTraitant),
            Choice::Oppose | Choice::Own => Err(Rule::NotHolder),
        },
        Side::HelpDesk if !activated && matches!(choice, Choice::Block | Choice::Oppose) => Ok(Rule::HelpDesk),
        Side::HelpDesk => Err(Rule::FunctionalRight),
        _ => Err(Rule::NotHolder),
    }
}
