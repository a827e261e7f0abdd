//! The habilitation matrix, whole: every profession and type has its cell, and the printed table is the one reviewed.

use std::collections::HashMap;
use std::fmt::Write;

use dmp_core::access::matrix::{Access, COLUMNS, CellStatus, HabilitationMatrix, need_rule, need_rules};
use dmp_core::code::Code;
use dmp_core::code::table::{canonical_system, document_types, label};

const G15: &str = "1.2.250.1.71.1.2.7";
const LOINC: &str = "2.16.840.1.113883.6.1";
const OWN: &str = "1.2.250.1.213.1.1.4.12";

#[cfg(test)]
fn cell(profession: &str, system: &str, code: &str) -> (Access, CellStatus) {
    let matrix = HabilitationMatrix::built_in();
    let cell = matrix.cell(&Code::new(G15, profession), &Code::new(system, code));
    (cell.access, cell.status)
}

#[test]
fn every_profession_and_type_has_a_cell_with_its_reason() {
    let matrix = HabilitationMatrix::built_in();
    let mut cells = 0;
    for profession in HabilitationMatrix::professions() {
        for kind in document_types() {
            let cell = matrix.cell(profession, &kind.code);
            assert!(!cell.reason.is_empty() && !cell.reason.starts_with("no cell"), "{profession} {}", kind.code);
            if cell.status == CellStatus::Assumed {
                let rule = need_rule(cell.reason).unwrap();
                assert!(rule.reason_fr.ends_with('.') && rule.reason_en.ends_with('.'), "{}", rule.id);
            }
            assert!(cell.status != CellStatus::None || cell.access == Access::None);
            cells += 1;
        }
    }
    assert_eq!((HabilitationMatrix::professions().count(), document_types().len(), cells), (51, 131, 51 * 131));
}

#[test]
fn what_is_public_is_documented() {
    let documented: HashMap<String, usize> = HabilitationMatrix::built_in()
        .counts()
        .into_iter()
        .filter(|count| count.documented > 0)
        .map(|count| (count.profession.code.to_string(), count.documented))
        .collect();
    assert_eq!(documented, HashMap::from([("10".into(), 107), ("60".into(), 12), ("40".into(), 5), ("28".into(), 6)]));
    assert_eq!(cell("10", OWN, "ATTEST-RESID"), (Access::None, CellStatus::Documented));
    assert_eq!(cell("10", LOINC, "68599-0"), (Access::Read, CellStatus::Documented));
    assert_eq!(cell("60", LOINC, "11502-2"), (Access::Read, CellStatus::Documented));
    assert_eq!(cell("60", LOINC, "89601-9"), (Access::None, CellStatus::Documented));
    assert_eq!(cell("60", LOINC, "34874-8"), (Access::Read, CellStatus::Assumed));
    assert_eq!(cell("40", LOINC, "83901-9"), (Access::None, CellStatus::Documented));
}

#[test]
fn the_optician_reads_neither_imaging_nor_reimbursements_nor_medicines() {
    let matrix = HabilitationMatrix::built_in();
    for kind in document_types() {
        let cell = matrix.cell(&Code::new(G15, "28"), &kind.code);
        let documented = matches!(kind.class_code.as_ref(), "31" | "60") || &*kind.code.code == "57833-6";
        if documented {
            assert_eq!((cell.access, cell.status), (Access::None, CellStatus::Documented), "{}", kind.code);
        } else {
            assert_eq!(cell.status, CellStatus::Assumed, "{}", kind.code);
        }
    }
}

#[test]
fn who_reads_nothing() {
    let matrix = HabilitationMatrix::built_in();
    for count in matrix.counts() {
        let health = [Some(G15), canonical_system("1.2.250.1.71.1.2.8")].contains(&Some(&*count.profession.system));
        assert_eq!(count.read == 0, !health, "{}", count.profession);
        assert_eq!(count.read + count.none, document_types().len());
    }
    let report = Code::new(LOINC, "11488-4");
    let unknown = matrix.cell(&Code::new(G15, "77"), &report);
    assert_eq!((unknown.access, unknown.status), (Access::None, CellStatus::None));
    assert_eq!(matrix.cell(&Code::new("10", "10"), &report).access, Access::None);
    assert_eq!(matrix.cell(&Code::new(G15, "10"), &Code::new(LOINC, "0-0")).access, Access::None);
    assert!(!matrix.knows(&Code::new(G15, "77")) && matrix.knows(&Code::new(G15, "10")));
}

#[test]
fn those_in_training_have_the_cells_of_their_profession() {
    let matrix = HabilitationMatrix::built_in();
    let training = canonical_system("1.2.250.1.71.1.2.8").unwrap();
    for code in ["10", "21", "40", "50"] {
        for kind in document_types() {
            let (full, learning) =
                (matrix.cell(&Code::new(G15, code), &kind.code), matrix.cell(&Code::new(training, code), &kind.code));
            assert_eq!((learning.access, learning.status), (full.access, CellStatus::Assumed), "{code} {}", kind.code);
        }
    }
}

#[test]
fn every_rule_of_need_is_used_and_numbered_once() {
    let printed = HabilitationMatrix::built_in().to_csv();
    for rule in need_rules() {
        assert!(printed.contains(&format!("{}: ", rule.id)), "rule {} decides nothing", rule.id);
        assert_eq!(need_rules().iter().filter(|other| other.id == rule.id).count(), 1, "{}", rule.id);
    }
}

#[test]
fn the_printed_matrix_is_read_again() {
    let printed = HabilitationMatrix::built_in().to_csv();
    assert_eq!(printed.lines().next().unwrap(), COLUMNS.join(","));
    assert_eq!(printed.lines().count(), 1 + 51 * 131);
    assert!(printed.contains(&format!("{G15}|28,Opticien-Lunetier,,57833-6,")));
    assert_eq!(HabilitationMatrix::from_csv(&printed).unwrap().to_csv(), printed);
}

#[test]
fn a_faulty_matrix_is_refused_with_its_way_out() {
    let printed = HabilitationMatrix::built_in().to_csv();
    let row = printed.lines().nth(1).unwrap().to_owned() + "\n";
    let class = |row: &str| row.replacen(",95,", ",10,", 1);
    let (place, assumed) = printed.lines().enumerate().find(|(_, line)| line.contains(",assumed,")).unwrap();
    let bare = format!("{},assumed,", assumed.split_once(",assumed,").unwrap().0);
    for (text, line, column, rule) in [
        (String::new(), 1, "*", "the file is empty"),
        (printed.replacen("scope", "extent", 1), 1, "*", "a column is unknown"),
        (printed.replacen("scope", "source", 1), 1, "scope", "a column is given twice or is missing"),
        (printed.replacen("|10,", "|77,", 1), 2, "profession_code", "the profession is unknown"),
        (printed.replacen("AUTORIS-SOINS", "AUTORIS", 1), 2, "type_code", "the type of document is unknown"),
        (printed.replacen(&row, &class(&row), 1), 2, "class_code", "the class is not that of the type"),
        (printed.replacen(",read,", ",,", 1), 2, "access (read/none/unknown)", "the access is empty"),
        (
            printed.replacen(",read,", ",unknown,", 1),
            2,
            "access (read/none/unknown)",
            "the access is neither read nor none",
        ),
        (printed.replacen(",documented,", ",sure,", 1), 2, "status", "the status is unknown"),
        (printed.replacen(",documented,", ",none,", 1), 2, "status", "a cell that rests on nothing grants access"),
        (printed.replacen(assumed, &bare, 1), place + 1, "source", "an assumed cell has no reason"),
        (printed.replacen(&row, &row.repeat(2), 1), 3, "type_code", "the cell is given twice"),
        (printed.replacen(&row, "", 1), 6682, "*", "a cell is missing"),
        (printed.replacen(&row, "a,b\n", 1), 2, "*", "the line has another number of fields than the header"),
    ] {
        let fault = HabilitationMatrix::from_csv(&text).unwrap_err();
        assert_eq!((fault.line, fault.column, fault.rule), (line, column, rule), "{fault}");
        assert!(!fault.way_out.is_empty());
    }
}

#[test]
fn the_matrix_is_the_one_that_was_reviewed() {
    let matrix = HabilitationMatrix::built_in();
    let mut grid = String::from(
        "The habilitation matrix. R read, documented; r read, assumed; N none, documented; n none, assumed; . none.\n\n",
    );
    for count in matrix.counts() {
        let (system, code) = (&count.profession.system, &count.profession.code);
        let (read, none) = (count.read, count.none);
        writeln!(grid, "{code:>3} {read:>3} read {none:>3} none  {}  ({system})", count.label).unwrap();
    }
    writeln!(
        grid,
        "\n{:18}{}",
        "",
        HabilitationMatrix::professions().map(|code| format!("{:>3}", code.code)).collect::<String>()
    )
    .unwrap();
    for kind in document_types() {
        write!(grid, "{:18}", kind.code.code).unwrap();
        for profession in HabilitationMatrix::professions() {
            let cell = matrix.cell(profession, &kind.code);
            let sign = match (cell.access, cell.status) {
                (Access::Read, CellStatus::Documented) => 'R',
                (Access::Read, _) => 'r',
                (Access::None, CellStatus::Documented) => 'N',
                (Access::None, CellStatus::Assumed) => 'n',
                (Access::None, CellStatus::None) => '.',
            };
            write!(grid, "  {sign}").unwrap();
        }
        writeln!(grid, "  {} {}", kind.class_code, label(&kind.code.system, &kind.code.code).unwrap_or("?")).unwrap();
    }
    snapshot("matrix.txt", &grid);
}

#[cfg(test)]
fn snapshot(name: &str, found: &str) {
    let path = format!("{}/tests/snapshots/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == found, "{name} differs: review it, then run the test once with UPDATE_SNAPSHOTS=1");
}

/// Each cell that no source documents names its rule of need, with its reason in both languages.
#[test]
fn an_assumed_cell_names_its_rule() {
    assert!(need_rules().len() > 5);
    let matrix = HabilitationMatrix::built_in();
    for profession in HabilitationMatrix::professions() {
        for kind in document_types() {
            let cell = matrix.cell(profession, &kind.code);
            let rule = need_rule(cell.reason);
            assert_eq!(rule.is_some(), cell.status != CellStatus::Documented, "{}", cell.reason);
            if let Some(rule) = rule {
                assert!(cell.reason.starts_with(&*rule.id) && !rule.reason_fr.is_empty(), "{}", cell.reason);
            }
        }
    }
}

/// A cell that rests on nothing grants nothing, and may say so.
#[test]
fn a_cell_that_rests_on_nothing() {
    let text = HabilitationMatrix::built_in().to_csv();
    let line = text.lines().find(|line| line.contains(",none,assumed,")).unwrap();
    let nothing = |to: &str| text.replacen(line, &line.replace(",none,assumed,", to), 1);
    assert!(HabilitationMatrix::from_csv(&nothing(",none,none,")).is_ok());
    assert!(HabilitationMatrix::from_csv(&nothing(",read,none,")).is_err());
}
