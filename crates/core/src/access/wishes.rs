//! Who is shown the trusted person and the emergency contacts: a table (`codes/wishes.csv`). What has no row is not shown. Organ donation
//! and advance directives are documents, and have their cells in the matrix.

use std::sync::LazyLock;

use crate::access::Side;
use crate::access::sector::profession_table;
use crate::code::Code;
use crate::dossier::{AccessMode, ContactKind};
use crate::identity::Requester;

/// One row: what, to whom, whether, how it is known, from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WishRow {
    /// What is wished.
    pub wish: &'static str,
    /// To whom: `G15:10`, `emergency`, `representative`, `carer`; `profession` where the matrix says.
    pub who: &'static str,
    /// `read`, or `matrix`.
    pub access: &'static str,
    /// `documented`, `assumed`, or `matrix`.
    pub status: &'static str,
    /// The source, or the reason.
    pub source: &'static str,
}

static ROWS: LazyLock<Vec<WishRow>> = LazyLock::new(|| {
    include_str!("../../../../codes/wishes.csv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .filter_map(|line| {
            let mut cells = line.split('|');
            let mut cell = || cells.next();
            Some(WishRow { wish: cell()?, who: cell()?, access: cell()?, status: cell()?, source: cell()? })
        })
        .collect()
});

/// The table.
#[must_use]
pub fn wish_rows() -> &'static [WishRow] {
    &ROWS
}

/// The name of a profession in the table: `G15:10`.
#[must_use]
pub fn profession_in_table(profession: &Code) -> Option<String> {
    // Whatever spelling of the code system the token has.
    let system = profession.clone().canonical().system;
    let table = profession_table(&system)?;
    Some(format!("{table}:{}", profession.code))
}

/// Whether somebody who was let in, in this mode, is shown a contact.
#[must_use]
pub fn shows_contact(kind: ContactKind, side: Side, requester: &Requester, mode: AccessMode) -> bool {
    let row = |who: &str| ROWS.iter().any(|row| row.wish == kind.code() && row.who == who && row.access == "read");
    match side {
        Side::Holder => true,
        Side::Representative => row("representative"),
        Side::Carer => row("carer"),
        Side::Professional(_) if mode != AccessMode::Normal => row("emergency"),
        Side::Professional(_) => requester.profession().and_then(profession_in_table).is_some_and(|who| row(&who)),
        Side::InsurerFeed | Side::HelpDesk | Side::Operator | Side::Service => false,
    }
}
