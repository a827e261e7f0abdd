//! When a closed dossier is to be destroyed: after ten years of archive, or the three months of an express deletion (facts b.4,
//! decisions 27 and 31).

use crate::code::Instant;
use crate::dossier::{Dossier, DossierStatus};

/// Ten years of archive, to the day.
const YEARS_OF_ARCHIVE: i32 = 10;
/// Express deletion is done by then.
const MONTHS_OF_EXPRESS_DELETION: i32 = 3;

/// Whether the term of a closed dossier is over. The archive's ends at the Paris midnight that closes its day.
#[must_use]
pub fn is_destruction_due(dossier: &Dossier, now: Instant) -> bool {
    let archived = |at: Instant| now >= at.plus_years(YEARS_OF_ARCHIVE).paris_day().end();
    let express = |at: Instant| now >= at.plus_months(MONTHS_OF_EXPRESS_DELETION);
    dossier.status == DossierStatus::Closed
        && (dossier.closed_at.is_some_and(archived) || dossier.express_asked_at.is_some_and(express))
}
