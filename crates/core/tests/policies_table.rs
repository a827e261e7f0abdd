//! `docs/policies.md`: the two named policies side by side, the settings with their defaults, and how much of the matrix is documented.
//! `UPDATE_SNAPSHOTS=1` writes it again.

use std::path::Path;

use dmp_core::access::functional_rights::FunctionalRights;
use dmp_core::access::matrix::{HabilitationMatrix, ProfessionCount};
use dmp_core::access::{DeletesOthers, NamedPolicy, Policy, PolicyName, Settings};

/// What differs, its source, and what a policy says of it.
type Row = (&'static str, &'static str, fn(NamedPolicy) -> String);

fn yes(value: bool) -> String {
    (if value { "yes" } else { "no" }).into()
}

fn deletes(policy: NamedPolicy) -> String {
    match policy.deletes_others {
        DeletesOthers::WhatTheHolderDeposited => "the médecin traitant, what the holder deposited",
        DeletesOthers::WhatTheHolderAsks => {
            "the médecin traitant, or where there is none any doctor VALIDE, whatever the holder asked to delete"
        }
    }
    .into()
}

#[test]
fn the_two_policies_side_by_side() {
    let rows: [Row; 4] = [
        ("The insurer's feed opens, unless the person objects within six weeks", "R1111-28; decisions 26", |policy| {
            yes(policy.feed_opens)
        }),
        (
            "Professionals and reception desks open, close and reactivate, with the recorded consent",
            "TD1.1, TD1.4, TD1.2; decisions 26",
            |policy| yes(policy.professionals_open),
        ),
        (
            "The care team is presumed to be authorised: a colleague's authorisation carries, being named suffices",
            "R1111-46; decisions 4",
            |policy| yes(policy.care_team_presumed),
        ),
        ("Who deletes beside the author and his structure", "decisions 22", deletes),
    ];
    let mut page = String::from(
        "# The two policies\n\nMade from the rules by a test (`UPDATE_SNAPSHOTS=1 cargo test -p dmp-core --test policies_table`). A deployment chooses one (`policy.name`); what they do not \
         differ in is the same code. The matrix and the functional rights, whole: `crates/core/tests/snapshots/`; what is told of: `notices.md`; refusals: `refusals.md`.\n\n\
         | | source |",
    );
    for name in PolicyName::ALL {
        page.push_str(&format!(" `{}` |", name.code()));
    }
    page.push_str("\n|---|---|---|---|\n");
    for (what, source, cell) in rows {
        let cells: Vec<String> = PolicyName::ALL.iter().map(|name| cell(name.table())).collect();
        page.push_str(&format!("| {what} | {source} | {} |\n", cells.join(" | ")));
    }
    let settings = Settings::default();
    page.push_str(&format!(
        "\n## Settings where sources disagree\n\n| setting | default | source |\n|---|---|---|\n| `policy.occupational` | {} | decisions 14 |\n| `policy.authorization_years` | {} | facts c.2 \
         |\n| `policy.emergency_hours` | {} | decisions 16 |\n| `policy.masked_and_withheld` | {} | facts a.5, decisions 19 |\n| `policy.reading_renews` | {} | decisions 5 |\n| budgets | {} | decisions 32 |\n",
        settings.occupational.code(),
        settings.authorization_years,
        settings.emergency_hours,
        settings.masked_and_withheld,
        settings.reading_renews,
        settings.allowances.line(),
    ));
    let counts = HabilitationMatrix::built_in().counts();
    let sum = |of: fn(&ProfessionCount) -> usize| counts.iter().map(of).sum::<usize>();
    page.push_str(&format!(
        "\n## The matrix\n\n{} professions, {} cells: {} documented, {} assumed (each under a rule of need, `codes/need-rules.csv`), the others none.\n\n\
         | profession | | documented | assumed | reads | does not read |\n|---|---|---|---|---|---|\n",
        counts.len(),
        sum(|count| count.read + count.none),
        sum(|count| count.documented),
        sum(|count| count.assumed),
    ));
    for count in &counts {
        let code = count.profession.to_string().replace('|', " ");
        page.push_str(&format!(
            "| {code} | {} | {} | {} | {} | {} |\n",
            count.label, count.documented, count.assumed, count.read, count.none
        ));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/policies.md");
    if std::env::var("UPDATE_SNAPSHOTS").is_ok() {
        std::fs::write(&path, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), page, "docs/policies.md is not what the rules say");
}

/// The text that is published says all that decides, and its digest is what each entry holds (8 bytes of it).
#[test]
fn the_published_text_and_its_digest() {
    let built_in = || (HabilitationMatrix::built_in(), FunctionalRights::built_in());
    let of = |name, settings| Policy::new(name, built_in().0, built_in().1, settings);
    let plain = of(PolicyName::Mes2024, Settings::default());
    for part in [
        "policy mes-2024\n",
        "emergency-hours 4\n",
        "budgets professional 120 an hour",
        "sectors that read\n",
        "TD3.1",
        "SA01",
    ] {
        assert!(plain.text().contains(part), "{part}");
    }
    assert!(plain.text().contains(&plain.matrix.to_csv()));
    assert_eq!(plain.full_digest(), dmp_core::code::sha256(plain.text().as_bytes()));
    assert_eq!(plain.digest(), plain.full_digest()[..8]);
    let others = [
        of(PolicyName::Dmp2012, Settings::default()),
        of(PolicyName::Mes2024, Settings { emergency_hours: 5, ..Settings::default() }),
        of(PolicyName::Mes2024, Settings { reading_renews: true, ..Settings::default() }),
        of(PolicyName::Mes2024, Settings { authorization_years: 2, ..Settings::default() }),
    ];
    for other in others {
        assert_ne!(other.digest(), plain.digest());
    }
}

/// Production refuses a matrix that rests on assumptions: ours does, one of documented cells alone does not.
#[test]
fn an_assumed_cell_is_told() {
    let built_in = HabilitationMatrix::built_in();
    assert!(built_in.has_assumed());
    let official = built_in.to_csv().replace(",assumed,", ",documented,");
    assert!(!HabilitationMatrix::from_csv(&official).unwrap().has_assumed());
}
