//! What the holder chose about his dossier, as his own side reads it back beside who is authorised.

use crate::dossier::{Dossier, Exception, MedecinTraitant, NoticeChosen, Opposition};
use crate::identity::Ins;

use super::{Answer, AuthorizationView};

/// Who is authorised or blocked, and all else that the holder settled: what he reads to know who may enter.
#[derive(Debug, Clone)]
pub struct Rights {
    /// Authorisations and blocks.
    pub authorizations: Vec<AuthorizationView>,
    /// The other choices.
    pub choices: Choices,
}

/// The choices that stand; what nothing was chosen about goes by the law and the policy.
#[derive(Debug, Clone)]
pub struct Choices {
    /// The dossier's name.
    pub patient: Ins,
    /// To consultation, to feeding, to an emergency mode.
    pub oppositions: Vec<Opposition>,
    /// Whether masked documents may be read in an emergency.
    pub masked_in_emergency: bool,
    /// Classes that a profession does not read.
    pub exceptions: Vec<Exception>,
    /// Classes whose results appear at once.
    pub at_once: Vec<Box<str>>,
    /// The médecin traitant.
    pub medecin_traitant: Option<MedecinTraitant>,
    /// How often he is told, of what and by which way.
    pub notices: Vec<NoticeChosen>,
}

impl Choices {
    /// Who represents the holder does not read whom he alone opposed as a minor, nor why: it may be about a secret connection, also when he is of
    /// age since (decisions 24). All else they do. A minor, and those who represent him, choose their notices each for themselves.
    pub(super) fn of(dossier: &Dossier, blind: bool, minor: bool) -> Option<Self> {
        let notices = dossier.notices.iter().filter(|one| one.by_representative == (minor && blind));
        let known = dossier.oppositions.iter().filter(|one| !(blind && one.is_own_alone()));
        // His reasons are his; of what is opposed to everybody nobody knows whose they are.
        let is_his = |one: &Opposition| blind && (one.own || (minor && one.subject.is_none()));
        let oppositions =
            known.map(|one| Opposition { motive: one.motive.clone().filter(|_| !is_his(one)), ..one.clone() });
        Some(Self {
            patient: dossier.primary_name()?.clone(),
            oppositions: oppositions.collect(),
            masked_in_emergency: dossier.masked_in_emergency,
            exceptions: dossier.exceptions.clone(),
            at_once: dossier.at_once.clone(),
            medecin_traitant: dossier.medecin_traitant.clone(),
            notices: notices.copied().collect(),
        })
    }
}

impl Answer {
    /// The authorisations and blocks that it lists, alone or beside the holder's other choices.
    #[must_use]
    pub fn authorizations(&self) -> Option<&[AuthorizationView]> {
        match self {
            Self::Authorizations(views) => Some(views),
            Self::Rights(rights) => Some(&rights.authorizations),
            _ => None,
        }
    }
}
