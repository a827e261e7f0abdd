//! The configuration of `dmp serve`: TOML, every setting documented by `dmp config example`, nothing unknown taken.

mod check;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dmp_core::access::budget::BudgetLimits;
use dmp_core::access::functional_rights::FunctionalRights;
use dmp_core::access::matrix::HabilitationMatrix;
use dmp_core::access::{Allowances, Occupational, Policy, PolicyName, Settings};
use serde::Deserialize;

use crate::data_dir::DataDir;
use crate::failure::Failure;

/// The documented example; it is also what the defaults are taken from, and a test reads it.
pub const EXAMPLE: &str = include_str!("config_example.toml");

/// The whole configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where to listen.
    pub listen: Listen,
    /// Where the data lie.
    pub data: Data,
    /// The rules in force.
    #[serde(default)]
    pub policy: PolicyConfig,
    /// The habilitation matrix.
    #[serde(default)]
    pub matrix: MatrixConfig,
    /// What documents may be.
    #[serde(default)]
    pub media: Media,
    /// Who vouches for callers.
    #[serde(default)]
    pub issuer: Vec<IssuerConfig>,
    /// How much one caller may ask.
    #[serde(default)]
    pub admission: AdmissionConfig,
    /// What may be kept in memory.
    #[serde(default)]
    pub memory: Memory,
    /// The epochs of keys.
    #[serde(default)]
    pub keys: Keys,
    /// How people are told.
    #[serde(default)]
    pub mail: MailConfig,
}

/// `[listen]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// Address and port.
    pub address: String,
    /// The address of the service as clients write it.
    pub public: String,
}

/// `[data]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The data folder.
    pub dir: PathBuf,
    /// The file of the root key: elsewhere, never beside the data.
    pub root_key: PathBuf,
    /// The list of destroyed journals; beside the root key when absent.
    pub destroyed: Option<PathBuf>,
}

/// `[policy]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// `mes-2024` or `dmp-2012`.
    pub name: String,
    /// `none`, `feed` or `table`.
    pub occupational: String,
    /// Calendar years.
    pub authorization_years: u8,
    /// Whether reading renews an authorisation.
    pub reading_renews: bool,
    /// Hours that an emergency access lasts.
    pub emergency_hours: u8,
    /// Whether a document may be hidden from professionals and patient at once.
    pub masked_and_withheld: bool,
    /// Distinct dossiers an hour and a day, 0 for no limit: of one professional, a small structure, a large one.
    pub budget_professional: [u32; 2],
    /// The same of a practice, a pharmacy, a laboratory.
    pub budget_small_structure: [u32; 2],
    /// The same of a hospital.
    pub budget_large_structure: [u32; 2],
    /// Structures that are regulation centres.
    pub regulation_centres: Vec<String>,
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            name: "mes-2024".into(),
            occupational: "feed".into(),
            authorization_years: 1,
            reading_renews: false,
            emergency_hours: 4,
            masked_and_withheld: false,
            budget_professional: [120, 500],
            budget_small_structure: [300, 1_500],
            budget_large_structure: [5_000, 30_000],
            regulation_centres: Vec::new(),
        }
    }
}

/// `[matrix]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MatrixConfig {
    /// An official matrix as CSV; the built-in one when absent.
    pub file: Option<PathBuf>,
    /// Whether cells that are assumed, not documented, may be used.
    pub accept_assumed: bool,
}

/// `[media]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Media {
    /// Media types beside CDA.
    pub also: Vec<String>,
}

/// `[[issuer]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// `iss` of its tokens.
    pub issuer: String,
    /// `aud` that they must have.
    pub audience: Option<String>,
    /// Address of its discovery document.
    pub discovery: Option<String>,
    /// File of its keys (JWKS), instead of discovery.
    pub jwks: Option<PathBuf>,
    /// Roles other than professional that it may vouch for.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// `[admission]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdmissionConfig {
    /// Requests a second for each credential.
    pub requests_per_second: u32,
    /// Connections that may be open at once.
    pub connections: usize,
    /// How many of them one address may have.
    pub connections_per_address: usize,
}

impl Default for AdmissionConfig {
    fn default() -> Self {
        Self { requests_per_second: 50, connections: 4_096, connections_per_address: 512 }
    }
}

/// `[memory]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Memory {
    /// Mebibytes of folded journals.
    pub journals_mib: u64,
    /// Mebibytes of rendered resources.
    pub fragments_mib: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self { journals_mib: 512, fragments_mib: 192 }
    }
}

/// `[keys]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keys {
    /// Days that an epoch of keys lasts.
    pub epoch_days: u16,
}

impl Default for Keys {
    fn default() -> Self {
        Self { epoch_days: 30 }
    }
}

impl Data {
    /// The data folder of a service.
    pub fn folder(&self) -> DataDir {
        let destroyed = self.destroyed.clone().unwrap_or_else(|| self.root_key.with_file_name("destroyed.list"));
        DataDir { dir: self.dir.clone(), root_key: self.root_key.clone(), destroyed, is_demo: false }
    }
}

/// `[mail]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// The mail server; no mail leaves when empty.
    pub smtp: String,
    /// The account at the mail server.
    pub user: String,
    /// The file of its password.
    pub password_file: Option<PathBuf>,
    /// A certificate authority of your own (PEM).
    pub ca: Option<PathBuf>,
    /// Who sends.
    pub from: String,
    /// Where alerts go; none are sent when empty.
    pub operator: String,
    /// A médecin traitant's address.
    pub medecin_traitant: String,
    /// The folder of letters to print and post.
    pub letters: Option<PathBuf>,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            smtp: String::new(),
            user: String::new(),
            password_file: None,
            ca: None,
            from: "Dossier médical partagé <ne-pas-repondre@dmp.example>".into(),
            operator: String::new(),
            medecin_traitant: "{id}@medecin.dmp.example".into(),
            letters: None,
        }
    }
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// [`Failure`] that names the file, the setting and the way out.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Failure::of(&name, error))?;
        toml::from_str(&text).map_err(|error| Failure::of(&name, error))
    }

    /// The policy that the settings make.
    ///
    /// # Errors
    /// [`Failure`] that names the setting and the way out.
    fn policy(&self) -> Result<Arc<Policy>, Failure> {
        let matrix = match &self.matrix.file {
            None => HabilitationMatrix::built_in(),
            Some(path) => {
                let name = format!("matrix.file {}", path.display());
                let text = std::fs::read_to_string(path).map_err(|error| Failure::of(&name, error))?;
                HabilitationMatrix::from_csv(&text).map_err(|fault| Failure::of(&name, fault))?
            }
        };
        if matrix.has_assumed() && !self.matrix.accept_assumed {
            let why = "the matrix has cells that are assumed, not documented (dmp matrix show): \
                       give an official one, or set matrix.accept_assumed = true";
            return Err(Failure::of("matrix", why));
        }
        let one = &self.policy;
        let name =
            PolicyName::from_code(&one.name).ok_or_else(|| Failure::of("policy.name", "mes-2024 or dmp-2012"))?;
        let occupational = Occupational::from_code(&one.occupational)
            .ok_or_else(|| Failure::of("policy.occupational", "none, feed or table"))?;
        let centres = one.regulation_centres.iter().map(|centre| check::structure(centre));
        let settings = Settings {
            occupational,
            authorization_years: one.authorization_years,
            reading_renews: one.reading_renews,
            emergency_hours: one.emergency_hours,
            masked_and_withheld: one.masked_and_withheld,
            allowances: Allowances {
                professional: limits(one.budget_professional),
                small_structure: limits(one.budget_small_structure),
                large_structure: limits(one.budget_large_structure),
            },
            regulation_centres: centres.collect::<Result<_, _>>()?,
        };
        Ok(Arc::new(Policy::new(name, matrix, FunctionalRights::built_in(), settings)))
    }
}

/// Dossiers an hour and a day; 0 is no limit.
fn limits([hour, day]: [u32; 2]) -> BudgetLimits {
    let limit = |number: u32| (number > 0).then_some(number);
    BudgetLimits { per_hour: limit(hour), per_day: limit(day) }
}
