//! Regions by postal code, and the insurance schemes whose insured have a dossier.

use std::sync::LazyLock;

/// One of the 18 French regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region {
    /// INSEE code of the region.
    pub code: &'static str,
    /// Its name.
    pub label: &'static str,
}

/// An insurance scheme; its code is this project's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Regime {
    /// The code.
    pub code: &'static str,
    /// Its name.
    pub label: &'static str,
}

static REGIONS: LazyLock<Vec<(Region, &'static str)>> = LazyLock::new(|| {
    lines::<3>(include_str!("../../../../../codes/regions.csv"))
        .map(|[code, label, prefixes]| (Region { code, label }, prefixes))
        .collect()
});

static REGIMES: LazyLock<Vec<Regime>> = LazyLock::new(|| {
    lines::<2>(include_str!("../../../../../codes/regimes.csv")).map(|[code, label]| Regime { code, label }).collect()
});

/// The 18 regions.
pub fn regions() -> impl Iterator<Item = Region> {
    REGIONS.iter().map(|(region, _)| *region)
}

/// The region of an INSEE code.
#[must_use]
pub fn region(code: &str) -> Option<Region> {
    regions().find(|region| region.code == code)
}

/// The region of a postal code of five digits, by the department with which it begins; `None` for collectivities that
/// belong to no region, and for what is no postal code. Few towns have a postal code of the neighbouring department:
/// the region serves counting, never a right.
#[must_use]
pub fn region_of_postal_code(postal_code: &str) -> Option<Region> {
    if postal_code.len() != 5 || !postal_code.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let begins = |prefixes: &str| prefixes.split(' ').any(|prefix| postal_code.starts_with(prefix));
    REGIONS.iter().find(|(_, prefixes)| begins(prefixes)).map(|(region, _)| *region)
}

/// The insurance schemes.
#[must_use]
pub fn regimes() -> &'static [Regime] {
    &REGIMES
}

/// The scheme of this code or name, whatever its capitals.
#[must_use]
pub fn regime(text: &str) -> Option<Regime> {
    let wanted = text.trim().to_lowercase();
    REGIMES.iter().find(|regime| regime.code.to_lowercase() == wanted || regime.label.to_lowercase() == wanted).copied()
}

/// The rows of a table none of whose fields holds a separator.
fn lines<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().skip(1).filter_map(|line| line.split(',').collect::<Vec<_>>().try_into().ok())
}
