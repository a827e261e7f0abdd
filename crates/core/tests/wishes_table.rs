//! `docs/wishes.md`: who is shown what a holder wishes, each profession, mode and who acts for him, the source by cell.
//! `UPDATE_SNAPSHOTS=1` writes it again.

use std::path::Path;

use dmp_core::access::matrix::{Access, CellStatus, HabilitationMatrix};
use dmp_core::access::{profession_in_table, wish_rows};
use dmp_core::code::Code;

const OWN: &str = "1.2.250.1.213.1.1.4.12";

#[test]
fn every_profession_has_its_cell_and_its_source() {
    let matrix = HabilitationMatrix::built_in();
    let mut page = String::from(
        "# What the holder wishes, and who is shown it\n\nMade from `codes/wishes.csv` and the matrix by a test (`UPDATE_SNAPSHOTS=1 cargo test -p dmp-core --test wishes_table`). Organ donation (`EXPPAT_1`) and advance directives \
         (`EXPPAT_3`) are documents: whoever is let in, in whatever mode, sees them by the matrix, first in a list in both emergency modes. *D* documented, *A* assumed; the reason beside.\n\n\
         | who | organ donation | advance directives | trusted person | emergency contact |\n|---|---|---|---|---|\n",
    );
    let row = |wish: &str, who: &str| {
        let found = wish_rows().iter().find(|row| row.wish == wish && row.who == who);
        found.map_or_else(
            || "none (A: no need is known)".to_owned(),
            |row| format!("{} ({}: {})", row.access, if row.status == "documented" { "D" } else { "A" }, row.source),
        )
    };
    let cell = |profession: &Code, kind: &str| {
        let code = Code::new(OWN, kind);
        let cell = matrix.cell(profession, &code);
        let access = if cell.access == Access::Read { "read" } else { "none" };
        let status = if cell.status == CellStatus::Documented { "D" } else { "A" };
        format!("{access} ({status}: {})", cell.reason.replace('|', "/"))
    };
    for count in matrix.counts() {
        let who = profession_in_table(&count.profession).unwrap_or_else(|| count.profession.code.to_string());
        page.push_str(&format!(
            "| {who} {} | {} | {} | {} | {} |\n",
            count.label,
            cell(&count.profession, "EXPPAT_1"),
            cell(&count.profession, "EXPPAT_3"),
            row("trusted-person", &who),
            row("emergency-contact", &who),
        ));
    }
    page.push_str(&format!(
        "| any profession, in an emergency mode | its cell above | its cell above | {} | {} |\n",
        row("trusted-person", "emergency"),
        row("emergency-contact", "emergency")
    ));
    for who in ["representative", "carer"] {
        let cells =
            ["organ-donation", "advance-directives", "trusted-person", "emergency-contact"].map(|wish| row(wish, who));
        page.push_str(&format!("| {who} | {} |\n", cells.join(" | ")));
    }
    page.push_str("| insurer, operator, help desk | none | none | none | none |\n");
    let dentist = Code::new("1.2.250.1.71.1.2.7", "40");
    assert_eq!(matrix.cell(&dentist, &Code::new(OWN, "EXPPAT_3")).access, Access::None, "a dentist sees no directives");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/wishes.md");
    if std::env::var("UPDATE_SNAPSHOTS").is_ok() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page, "docs/wishes.md is not what the tables say");
}
