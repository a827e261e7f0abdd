//! The two named policies, one table each: everything in which they differ stands here and nowhere else (decisions 4, 22 and 26).

use crate::access::PolicyName;

/// Who deletes what he did not deposit himself, beside its author and the author's structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletesOthers {
    /// The médecin traitant, what the holder deposited.
    WhatTheHolderDeposited,
    /// The médecin traitant, or where there is none any doctor VALIDE, any document whose deletion the holder asked for.
    WhatTheHolderAsks,
}

/// What a named policy says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NamedPolicy {
    /// The insurer's feed opens, six weeks after the information, unless the person objects (R1111-28).
    pub feed_opens: bool,
    /// Professionals and reception desks open, close and reactivate with the recorded consent (TD1.1, TD1.4, TD1.2).
    pub professionals_open: bool,
    /// The authorisation of the care team is presumed: a colleague's carries, and being named by one of the team suffices
    /// (R1111-46).
    pub care_team_presumed: bool,
    /// Who deletes for others.
    pub deletes_others: DeletesOthers,
}

/// Mon espace santé: decree 2021-1047.
const MES_2024: NamedPolicy = NamedPolicy {
    feed_opens: true,
    professionals_open: false,
    care_team_presumed: true,
    deletes_others: DeletesOthers::WhatTheHolderDeposited,
};

/// The DMP before it: opt-in, with an explicit authorisation of a year.
const DMP_2012: NamedPolicy = NamedPolicy {
    feed_opens: false,
    professionals_open: true,
    care_team_presumed: false,
    deletes_others: DeletesOthers::WhatTheHolderAsks,
};

impl PolicyName {
    /// Its table.
    #[must_use]
    pub const fn table(self) -> NamedPolicy {
        match self {
            Self::Mes2024 => MES_2024,
            Self::Dmp2012 => DMP_2012,
        }
    }
}
