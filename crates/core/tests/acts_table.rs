//! `docs/acts.md` is made from `codes/acts.csv`: every act has its line, and the page is what the table says.
//! `UPDATE_SNAPSHOTS=1` writes it again.

use std::collections::BTreeMap;
use std::path::Path;

use dmp_core::dossier::ActCode;

const EXAMPLES: &str = include_str!("../../../docs/acts.http");
const TABLE: &str = include_str!("../../../codes/acts.csv");

#[test]
fn every_act_has_its_forms_written_down() {
    let rows: BTreeMap<&str, Vec<&str>> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .skip(1)
        .map(|line| line.split('|').collect::<Vec<_>>())
        .map(|cells| (*cells.first().unwrap(), cells))
        .collect();
    let mut page = String::from(
        "# The acts, and how each is asked\n\nMade from `codes/acts.csv` by a test (`UPDATE_SNAPSHOTS=1 cargo test -p dmp-core --test acts_table`).\n\n\
         The examples are requests that a test sends to a fresh demo, in their order (`cargo test -p dmp --test acts`).\n\n\
         | act | FHIR | DMP | page | example |\n|---|---|---|---|---|\n",
    );
    for act in ActCode::ALL {
        let row = rows.get(act.code()).unwrap_or_else(|| unreachable!("{} has no line in codes/acts.csv", act.code()));
        assert_eq!(row.len(), 4, "{}", act.code());
        let heading = format!("### {}", act.code());
        let named = |line: &str| line.split(" · ").next() == Some(heading.as_str());
        let example = EXAMPLES.lines().position(named).map(|at| format!("[acts.http](acts.http#L{})", at + 1));
        page.push_str(&format!("| {} | {} |\n", row.join(" | "), example.as_deref().unwrap_or("-")));
    }
    assert_eq!(rows.len(), ActCode::ALL.len(), "a line of codes/acts.csv is of no act");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/acts.md");
    if std::env::var("UPDATE_SNAPSHOTS").is_ok() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page, "docs/acts.md is not what codes/acts.csv says");
}
