//! What a decision may know besides the dossier: the hour, who asks and how, the policy. Nothing is read from the world.

use std::sync::Arc;

use crate::access::Policy;
use crate::code::Instant;
use crate::dossier::AccessMode;
use crate::identity::{Ins, Requester};

/// How a caller stands beyond the dossier that he asks for: what other journals say of him.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Caller {
    /// The operator suspended him, or the structure in his token (decisions 8).
    pub suspended: bool,
    /// His budget, or his structure's, is spent, and this dossier is not among those that count already (decisions 32).
    pub budget_spent: bool,
}

/// The circumstances of an act.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The hour of the decision.
    pub now: Instant,
    /// Who asks.
    pub requester: &'a Arc<Requester>,
    /// For whom, when he acts for another.
    pub on_behalf: Option<&'a Arc<Requester>>,
    /// Who signs with him, each by a credential of his own: what all representatives must sign (decisions 24).
    pub joint: &'a [Arc<Requester>],
    /// How he enters.
    pub mode: AccessMode,
    /// Why, in his words.
    pub motive: Option<&'a str>,
    /// The policy in force.
    pub policy: &'a Policy,
    /// The correlation id that the client gave.
    pub correlation: Option<&'a str>,
    /// How the caller stands beyond this dossier.
    pub caller: Caller,
    /// The name under which the dossier was addressed; absent when it was by one of our own ids.
    pub addressed: Option<&'a Ins>,
}
