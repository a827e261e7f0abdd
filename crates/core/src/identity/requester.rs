//! Whoever asks: what his credential proved of him, no more.

use super::ins::Ins;
use super::professional::ProfessionalId;
use super::structure::{StructureId, StructureRef};
use crate::code::{Code, HumanName};
use crate::{choice, coded, record};

coded! {
    /// How a professional or a structure proved who it is: VIHF's `Authentification_mode` (facts f.1).
    pub enum Means {
        /// The professional's own card or electronic identity.
        Direct = 1 => "DIRECTE",
        /// The structure's certificate; the professional is named, not proved.
        Indirect = 2 => "INDIRECTE",
        /// AIR: the structure's certificate, and the professional by Pro Santé Connect or card.
        Reinforced = 3 => "INDIRECTE_RENFORCEE",
    }
}

coded! {
    /// What kind of requester one is.
    pub enum RequesterKind {
        /// A professional, or a member of a structure's staff.
        Professional = 1 => "professional",
        /// A structure, by its certificate.
        Organisation = 2 => "organisation",
        /// The holder of the dossier.
        Holder = 3 => "holder",
        /// A legal representative of the holder.
        Representative = 4 => "representative",
        /// A carer whom the holder chose.
        Carer = 5 => "carer",
        /// The insurer's feed.
        InsurerFeed = 6 => "insurer-feed",
        /// An operator of this server.
        Operator = 7 => "operator",
        /// The help desk.
        HelpDesk = 8 => "help-desk",
        /// The program itself.
        System = 9 => "system",
    }
}

record! {
    /// A professional, or an employee who is none (`staff`).
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Professional {
        /// `PS_IdNat`.
        1 id: ProfessionalId,
        /// Family name in practice.
        2 family: Option<Box<str>>,
        /// Given name in practice.
        3 given: Option<Box<str>>,
        /// The profession, system and code: 10, 21, 40 and 50 each name two.
        4 profession: Option<Code>,
        /// Know-how: `SMxx`, `Cxx`, `CAPAxx`; for pharmacists the section of their order.
        5 specialties: Vec<Code>,
        /// The structure for which he acts.
        6 structure: Option<StructureRef>,
        /// `Secteur_Activite`: `SA07`.
        7 sector: Option<Box<str>>,
        /// How he proved who he is.
        8 means: Means,
        /// `Palier_Authentification`.
        9 level: Option<Box<str>>,
        /// The software through which he asks.
        10 software: Option<Box<str>>,
        /// SHA-256 of the token or assertion.
        11 credential: [u8; 32],
        /// `Acces_Regulation_Medicale`: he answers the calls of a Centre 15.
        12 regulation: bool,
        /// A secret connection: the parents of this minor shall not know.
        13 secret: bool,
        /// No professional: the holder of a staff card (CPE), or an employee named by a structure.
        14 staff: bool,
    }
}

record! {
    /// A structure, by its certificate and without a professional.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Organisation {
        /// Which.
        1 structure: StructureRef,
        /// `Secteur_Activite`.
        2 sector: Option<Box<str>>,
        /// The software through which it asks.
        3 software: Option<Box<str>>,
        /// SHA-256 of the token or assertion.
        4 credential: [u8; 32],
        /// Whether it answers the calls of a Centre 15.
        5 regulation: bool,
        /// How it proved who it is.
        6 means: Means,
        /// A secret connection.
        7 secret: bool,
    }
}

record! {
    /// The holder of the dossier that this INS names.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct HolderRequester {
        /// His number.
        1 ins: Ins,
        /// SHA-256 of the token.
        2 credential: [u8; 32],
    }
}

record! {
    /// A legal representative.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Representative {
        /// Who he is: the identifier of his account.
        1 person: Box<str>,
        /// His name, as he is shown to others.
        2 name: Option<Box<str>>,
        /// The holder whom he represents.
        3 ins: Ins,
        /// SHA-256 of the token.
        4 credential: [u8; 32],
    }
}

record! {
    /// A carer whom a holder chose.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Carer {
        /// Who he is: the identifier of his account.
        1 person: Box<str>,
        /// His name, as he is shown to others.
        2 name: Option<Box<str>>,
        /// The holder for whom he cares.
        3 ins: Ins,
        /// SHA-256 of the token.
        4 credential: [u8; 32],
    }
}

record! {
    /// The insurer's feed: it opens dossiers, keeps identities and brings reimbursements.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct InsurerFeed {
        /// The client's identifier.
        1 id: Box<str>,
        /// The name shown to the holder.
        2 name: Option<Box<str>>,
        /// SHA-256 of the token or certificate.
        3 credential: [u8; 32],
    }
}

record! {
    /// An operator of this server.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct Operator {
        /// The account's identifier.
        1 id: Box<str>,
        /// The name shown to the holder.
        2 name: Option<Box<str>>,
        /// SHA-256 of the token.
        3 credential: [u8; 32],
    }
}

record! {
    /// A member of the help desk.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct HelpDesk {
        /// The account's identifier.
        1 id: Box<str>,
        /// The name shown to the holder.
        2 name: Option<Box<str>>,
        /// SHA-256 of the token.
        3 credential: [u8; 32],
    }
}

record! {
    /// The program itself, when a deadline comes.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub struct SystemRequester {
        /// The job: `withheld-release`, `archive-end`…
        1 job: Box<str>,
    }
}

choice! {
    /// Whoever asks.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub enum Requester {
        /// A professional, or a member of a structure's staff.
        Professional(Professional) = 1,
        /// A structure.
        Organisation(Organisation) = 2,
        /// The holder.
        Holder(HolderRequester) = 3,
        /// A legal representative.
        Representative(Representative) = 4,
        /// A carer.
        Carer(Carer) = 5,
        /// The insurer's feed.
        InsurerFeed(InsurerFeed) = 6,
        /// An operator.
        Operator(Operator) = 7,
        /// The help desk.
        HelpDesk(HelpDesk) = 8,
        /// The program itself.
        System(SystemRequester) = 9,
    }
}

impl Operator {
    /// The name that stands in the journal for whoever acts at the command line: the machine knows a user of its own, and no person.
    pub const AT_THE_COMMAND_LINE: &str = "L’exploitant, à la ligne de commande,";
}

impl Requester {
    /// What kind of requester it is.
    #[must_use]
    pub const fn kind(&self) -> RequesterKind {
        match self {
            Self::Professional(_) => RequesterKind::Professional,
            Self::Organisation(_) => RequesterKind::Organisation,
            Self::Holder(_) => RequesterKind::Holder,
            Self::Representative(_) => RequesterKind::Representative,
            Self::Carer(_) => RequesterKind::Carer,
            Self::InsurerFeed(_) => RequesterKind::InsurerFeed,
            Self::Operator(_) => RequesterKind::Operator,
            Self::HelpDesk(_) => RequesterKind::HelpDesk,
            Self::System(_) => RequesterKind::System,
        }
    }

    /// Who it is, whatever the token, the software and the structure of today: `P|899700218896`.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Professional(one) => format!("P|{}", one.id),
            Self::Organisation(one) => format!("S|{}", one.structure.id),
            Self::Holder(one) => format!("H|{}", one.ins.to_text()),
            Self::Representative(one) => format!("R|{}", one.person),
            Self::Carer(one) => format!("C|{}", one.person),
            Self::InsurerFeed(one) => format!("A|{}", one.id),
            Self::Operator(one) => format!("O|{}", one.id),
            Self::HelpDesk(one) => format!("D|{}", one.id),
            Self::System(one) => format!("J|{}", one.job),
        }
    }

    /// [`Self::key`], apart for a secret connection: what was done in one is not what was done openly (decisions 24).
    #[must_use]
    pub fn session_key(&self) -> String {
        if self.is_secret() { format!("{}|secret", self.key()) } else { self.key() }
    }

    /// Whose account it is, by whatever number he signs in: a holder has one, though his number may change (NIA → NIR).
    #[must_use]
    pub fn account(&self) -> String {
        if matches!(self, Self::Holder(_)) { "H".to_owned() } else { self.key() }
    }

    /// The name as people read it; the identifier where no name was told. A holder has none here: his name is in his dossier.
    #[must_use]
    pub fn display_name(&self) -> String {
        let or_id = |name: &Option<Box<str>>, id: &str| name.as_deref().unwrap_or(id).to_owned();
        match self {
            Self::Professional(one) => {
                let name = HumanName { family: one.family.clone(), given: one.given.clone(), ..HumanName::default() };
                Some(name.display()).filter(|name| !name.is_empty()).unwrap_or_else(|| one.id.to_string())
            }
            Self::Organisation(one) => or_id(&one.structure.name, &one.structure.id),
            Self::Holder(_) => String::new(),
            Self::Representative(one) => or_id(&one.name, &one.person),
            Self::Carer(one) => or_id(&one.name, &one.person),
            Self::InsurerFeed(one) => or_id(&one.name, &one.id),
            Self::Operator(one) => or_id(&one.name, &one.id),
            Self::HelpDesk(one) => or_id(&one.name, &one.id),
            Self::System(one) => one.job.to_string(),
        }
    }

    /// The structure for which it acts.
    #[must_use]
    pub const fn structure(&self) -> Option<&StructureId> {
        match self {
            Self::Professional(Professional { structure: Some(structure), .. })
            | Self::Organisation(Organisation { structure, .. }) => Some(&structure.id),
            _ => None,
        }
    }

    /// Whether it is the holder, or who acts for him.
    #[must_use]
    pub const fn is_on_the_holders_side(&self) -> bool {
        matches!(self, Self::Holder(_) | Self::Representative(_) | Self::Carer(_))
    }

    /// Whether the connection is secret: a minor's representatives shall not know of it (facts b.5).
    #[must_use]
    pub const fn is_secret(&self) -> bool {
        match self {
            Self::Professional(one) => one.secret,
            Self::Organisation(one) => one.secret,
            _ => false,
        }
    }

    /// The profession, of professionals who have one.
    #[must_use]
    pub const fn profession(&self) -> Option<&Code> {
        match self {
            Self::Professional(Professional { profession, staff: false, .. }) => profession.as_ref(),
            _ => None,
        }
    }

    /// SHA-256 of the token or assertion; none where the program itself asks.
    #[must_use]
    pub const fn credential(&self) -> Option<&[u8; 32]> {
        match self {
            Self::Professional(one) => Some(&one.credential),
            Self::Organisation(one) => Some(&one.credential),
            Self::Holder(one) => Some(&one.credential),
            Self::Representative(one) => Some(&one.credential),
            Self::Carer(one) => Some(&one.credential),
            Self::InsurerFeed(one) => Some(&one.credential),
            Self::Operator(one) => Some(&one.credential),
            Self::HelpDesk(one) => Some(&one.credential),
            Self::System(_) => None,
        }
    }
}
