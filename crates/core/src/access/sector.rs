//! Sectors of activity: which of them read, and what occupational medicine is (decisions 12 and 14).

use std::sync::LazyLock;

use crate::code::Code;
use crate::code::table::system_of_number;

/// TRE_G15, the professions of health.
pub const TRE_G15: &str = "1.2.250.1.71.1.2.7";
/// TRE_G16, the professions of those in training, in the spelling that rules know.
static TRE_G16: LazyLock<Option<&'static str>> = LazyLock::new(|| system_of_number("G16"));

/// TRE_R02, the sectors of activity.
pub const TRE_R02: &str = "1.2.250.1.71.4.2.4";

/// Private insurance, which the law keeps out altogether (L1111-18).
const PRIVATE_INSURANCE: &str = "SA23";

/// Whether a professional acts as occupational medicine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupation {
    /// Occupational medicine: kept from reading whatever his authorisations.
    Occupational,
    /// Anything else.
    Other,
}

static READING: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| include_str!("../../../../codes/reading-sectors.csv").lines().skip(1).collect());

/// The sectors that may read, in the order of their codes.
#[must_use]
pub fn reading_sectors() -> &'static [&'static str] {
    &READING
}

/// Whether this sector may read what is not its own. A sector that is not on the list, or unknown, reads nothing.
#[must_use]
pub fn may_read(sector: &str) -> bool {
    READING.contains(&sector)
}

/// Whether this sector may feed, and ask whether a dossier exists: all but private insurance.
#[must_use]
pub fn may_feed(sector: Option<&str>) -> bool {
    sector != Some(PRIVATE_INSURANCE)
}

/// Occupational medicine: a prevention service (SA66), or one of the three qualifications, each alone.
#[must_use]
pub fn occupation(sector: Option<&str>, specialties: &[Code]) -> Occupation {
    let qualified = specialties.iter().any(|specialty| matches!(&*specialty.code, "SM25" | "C41" | "CAPA11"));
    if sector == Some("SA66") || qualified { Occupation::Occupational } else { Occupation::Other }
}

/// The table that a code system of health professions is: `G15`, or `G16` for those in training.
pub(super) fn profession_table(system: &str) -> Option<&'static str> {
    match system {
        TRE_G15 => Some("G15"),
        _ if *TRE_G16 == Some(system) => Some("G16"),
        _ => None,
    }
}
