//! The policy in force: a name, the matrix, the functional rights and the few settings that sources disagree on.

use crate::access::Allowances;
use crate::access::functional_rights::FunctionalRights;
use crate::access::matrix::HabilitationMatrix;
use crate::access::sector;
use crate::coded;
use crate::dossier::PolicyDigest;
use crate::identity::StructureId;

/// The version of the rules in code. Raise it with every change of a rule: entries name the digest it is part of.
pub const RULES_VERSION: u32 = 1;

coded! {
    /// The two named policies.
    pub enum PolicyName {
        /// Opt-out opening, presumed authorisation of the care team, deletion by the author: the law since 2021.
        Mes2024 = 1 => "mes-2024",
        /// Opened by professionals with consent, explicit yearly authorisation.
        Dmp2012 = 2 => "dmp-2012",
    }
}

coded! {
    /// What occupational medicine may do (decisions 14).
    pub enum Occupational {
        /// TD0.1 only.
        None = 1 => "none",
        /// Feeds, and deletes its own; finds and reads nothing.
        Feed = 2 => "feed",
        /// The column of the table of functional rights.
        Table = 3 => "table",
    }
}

/// What a deployment chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What occupational medicine may do.
    pub occupational: Occupational,
    /// How long an authorisation lasts, in calendar years (c.2: one).
    pub authorization_years: u8,
    /// Whether reading renews an authorisation (decisions 5: it does not).
    pub reading_renews: bool,
    /// How many hours an emergency access lasts (decisions 16: 4).
    pub emergency_hours: u8,
    /// Whether a document may be hidden from professionals and from the patient at once (facts a.5).
    pub masked_and_withheld: bool,
    /// How many dossiers may be disclosed to one professional and to one structure.
    pub allowances: Allowances,
    /// Structures that are regulation centres although their credential does not say so (decisions 16).
    pub regulation_centres: Vec<StructureId>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            occupational: Occupational::Feed,
            authorization_years: 1,
            reading_renews: false,
            emergency_hours: 4,
            masked_and_withheld: false,
            allowances: Allowances::default(),
            regulation_centres: Vec::new(),
        }
    }
}

/// The policy in force.
#[derive(Debug)]
pub struct Policy {
    /// Which of the two.
    pub name: PolicyName,
    /// Who reads what.
    pub matrix: HabilitationMatrix,
    /// Who does what.
    pub rights: FunctionalRights,
    /// What the deployment chose.
    pub settings: Settings,
    text: Box<str>,
    digest: [u8; 32],
}

impl Policy {
    /// Puts a policy together and takes its digest.
    #[must_use]
    pub fn new(name: PolicyName, matrix: HabilitationMatrix, rights: FunctionalRights, settings: Settings) -> Self {
        let mut text = format!(
            "policy {}\nrules {RULES_VERSION}\noccupational {}\nauthorization-years {}\nreading-renews {}\nemergency-hours {}\nmasked-and-withheld {}\n",
            name.code(),
            settings.occupational.code(),
            settings.authorization_years,
            settings.reading_renews,
            settings.emergency_hours,
            settings.masked_and_withheld,
        );
        text.push_str(&format!("budgets {}\n", settings.allowances.line()));
        for centre in &settings.regulation_centres {
            text.push_str(&format!("regulation-centre {centre}\n"));
        }
        text.push_str("matrix\n");
        text.push_str(&matrix.to_csv());
        text.push_str("functional-rights\n");
        text.extend(rights.text());
        text.push_str("sectors that read\n");
        text.push_str(&sector::reading_sectors().join(" "));
        text.push_str("\ndocument types\n");
        text.push_str(crate::code::table::DOCUMENT_TYPES);
        let digest = crate::code::sha256(text.as_bytes());
        Self { name, matrix, rights, settings, text: text.into(), digest }
    }

    /// The default policy of this release, with its built-in tables.
    #[must_use]
    pub fn built_in() -> Self {
        Self::new(
            PolicyName::Mes2024,
            HabilitationMatrix::built_in(),
            FunctionalRights::built_in(),
            Settings::default(),
        )
    }

    /// The policy, whole, as it is published in the operator's journal.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the text.
    #[must_use]
    pub const fn full_digest(&self) -> [u8; 32] {
        self.digest
    }

    /// What each entry holds of it: the first 8 bytes.
    #[must_use]
    pub fn digest(&self) -> PolicyDigest {
        let mut short = [0; 8];
        for (to, from) in short.iter_mut().zip(self.digest) {
            *to = from;
        }
        short
    }
}
