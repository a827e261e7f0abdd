//! Where a document stands: current, replaced, archived, deleted.

use crate::{coded, record};

coded! {
    /// `availabilityStatus` (XDS, and the two French values of `urn:asip:ci-sis:2010:StatusType`).
    pub enum AvailabilityStatus {
        /// The current version.
        Approved = 1 => "urn:oasis:names:tc:ebxml-regrep:StatusType:Approved",
        /// Replaced by a later version.
        Deprecated = 2 => "urn:oasis:names:tc:ebxml-regrep:StatusType:Deprecated",
        /// Put away: found only by who asks for it.
        Archived = 3 => "urn:asip:ci-sis:2010:StatusType:Archived",
        /// Logically deleted, for good.
        Deleted = 4 => "urn:asip:ci-sis:2010:StatusType:Deleted",
    }
}

record! {
    /// The three facts from which `availabilityStatus` and the PDSm extensions are told (facts e.2): an archived document
    /// may be current or replaced.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
    pub struct Standing {
        /// A later version replaced it.
        1 deprecated: bool,
        /// It is archived.
        2 archived: bool,
        /// It is deleted: nothing changes it any more.
        3 deleted: bool,
    }
}

impl Standing {
    /// The one value that XDS has for it.
    #[must_use]
    pub const fn availability_status(self) -> AvailabilityStatus {
        match self {
            Self { deleted: true, .. } => AvailabilityStatus::Deleted,
            Self { archived: true, .. } => AvailabilityStatus::Archived,
            Self { deprecated: true, .. } => AvailabilityStatus::Deprecated,
            _ => AvailabilityStatus::Approved,
        }
    }
}
