//! Add a name to a dossier: NIA → NIR, a corrected INS, an INS-C (facts h). The name is claimed before; the old ones go on answering.

use crate::act::{Answer, Context, Decision};
use crate::dossier::{Change, Dossier, DossierStatus, NameAdded, Rule};
use crate::identity::{Ins, Requester};

/// A name to add.
#[derive(Debug, Clone)]
pub struct AddName {
    /// The name.
    pub ins: Ins,
    /// Another dossier has it: that is a merge, not a name.
    pub taken: bool,
    /// Traits that came with it and contradict the holder's: the name is somebody else's, or they are to be corrected first, which of a
    /// dossier that is merged can be done once it is none.
    pub differs: Option<Rule>,
}

/// Who changes identities and merges: the insurer's feed, and an operator.
pub(super) fn keeps_identities(context: &Context<'_>) -> Result<Rule, Rule> {
    match &**context.requester {
        Requester::Operator(_) => Ok(Rule::Operator),
        Requester::InsurerFeed(_) => Ok(Rule::InsurerFeed),
        _ => Err(Rule::FunctionalRight),
    }
}

impl AddName {
    pub(super) fn decide(&self, dossier: &Dossier, context: &Context<'_>) -> Decision {
        let rule = match (keeps_identities(context), &**context.requester) {
            (Ok(rule), _) => rule,
            // A name that was claimed and not written down, because its claimer fell in between.
            (Err(_), Requester::System(_)) if !self.taken && self.differs.is_none() => Rule::System,
            (Err(rule), _) => return Decision::refused(rule),
        };
        match (dossier.status, self.differs) {
            (DossierStatus::Unopened, _) => Decision::refused(Rule::UnknownDossier),
            (_, Some(Rule::Merged)) => Decision::refused(Rule::Merged),
            (_, Some(differs)) => Decision::fault(differs),
            _ if self.taken => Decision::refused(Rule::NameTaken),
            _ if dossier.names.contains(&self.ins) => Decision::allowed(Rule::AlreadyDone, Answer::Done),
            _ => Decision::allowed(rule, Answer::Done).changing(Change::NameAdded(NameAdded { ins: self.ins.clone() })),
        }
    }
}
