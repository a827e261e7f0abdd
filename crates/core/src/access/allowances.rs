//! How large the budgets are: by person, and by the size of a structure, which its sector tells (decisions 32).

use crate::access::budget::BudgetLimits;
use crate::dossier::Subject;
use crate::identity::Requester;

/// Sectors of large structures: public and military hospitals, private ones with and without a public mission.
const LARGE: [&str; 4] = ["SA01", "SA02", "SA03", "SA04"];

/// Whether a sector of activity is a hospital's.
#[must_use]
pub fn is_large_structure(sector: &str) -> bool {
    LARGE.contains(&sector)
}

/// The most distinct dossiers that may be disclosed, to one professional and to one structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowances {
    /// To one professional, wherever he works.
    pub professional: BudgetLimits,
    /// To a practice, a pharmacy, a laboratory, with all its members.
    pub small_structure: BudgetLimits,
    /// To a hospital, with all its members.
    pub large_structure: BudgetLimits,
}

const fn limits(per_hour: u32, per_day: u32) -> BudgetLimits {
    BudgetLimits { per_hour: Some(per_hour), per_day: Some(per_day) }
}

impl Default for Allowances {
    /// Above what a long day of consultations, a large pharmacy and a university hospital need; far below what a stolen credential
    /// takes at machine speed.
    fn default() -> Self {
        Self {
            professional: limits(120, 500),
            small_structure: limits(300, 1_500),
            large_structure: limits(5_000, 30_000),
        }
    }
}

impl Allowances {
    /// The limits of a subject as which a caller acts.
    #[must_use]
    pub fn of(&self, subject: &Subject, requester: &Requester) -> BudgetLimits {
        let sector = match requester {
            Requester::Professional(one) => one.sector.as_deref(),
            Requester::Organisation(one) => one.sector.as_deref(),
            _ => None,
        };
        match subject {
            Subject::Professional(_) => self.professional,
            Subject::Structure(_) if sector.is_some_and(is_large_structure) => self.large_structure,
            Subject::Structure(_) => self.small_structure,
        }
    }

    /// As one line of the printed policy.
    #[must_use]
    pub fn line(&self) -> String {
        let one = |name: &str, limits: BudgetLimits| {
            let number = |limit: Option<u32>| limit.map_or_else(|| "none".to_owned(), |limit| limit.to_string());
            format!("{name} {} an hour {} a day", number(limits.per_hour), number(limits.per_day))
        };
        [
            one("professional", self.professional),
            one("small structure", self.small_structure),
            one("large structure", self.large_structure),
        ]
        .join(", ")
    }
}
