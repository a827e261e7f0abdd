//! What a decision may know besides the dossier: the hour, who asks and how, the policy. Nothing is read from the world.

use std::sync::Arc;

use crate::access::Policy;
use crate::code::Instant;
use crate::dossier::AccessMode;
use crate::identity::{Ins, Requester};

/// The circumstances of an act.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The hour of the decision.
    pub now: Instant,
    /// Who asks.
    pub requester: &'a Arc<Requester>,
    /// For whom, when he acts for another.
    pub on_behalf: Option<&'a Arc<Requester>>,
    /// How he enters.
    pub mode: AccessMode,
    /// Why, in his words.
    pub motive: Option<&'a str>,
    /// The policy in force.
    pub policy: &'a Policy,
    /// The correlation id that the client gave.
    pub correlation: Option<&'a str>,
    /// The name under which the dossier was addressed; absent when it was by one of our own ids.
    pub addressed: Option<&'a Ins>,
}
