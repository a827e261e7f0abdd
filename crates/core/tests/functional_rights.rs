//! Functional rights and sectors: every cell, printed and held.

use std::fmt::Write;

use dmp_core::access::functional_rights::{Action, Column, FunctionalRights, Right};
use dmp_core::access::sector::{Occupation, may_feed, may_read, occupation, reading_sectors};
use dmp_core::code::Code;
use dmp_core::code::table::ValueSet;

#[test]
fn every_cell_is_the_one_that_was_reviewed() {
    let rights = FunctionalRights::built_in();
    let mut table = String::from(
        "Functional rights (PDT-INF-526 v1.8); after a slash, what differs in AIR (PDT-INF-606 v1.3).\n\n",
    );
    for column in Column::ALL {
        writeln!(table, "{:>2} {}", column.number(), column.code()).unwrap();
    }
    let heads: String = Column::ALL.iter().map(|column| format!("{:>7}", column.number())).collect();
    writeln!(table, "\n{:34}{heads}", "").unwrap();
    for action in Action::ALL {
        write!(table, "{:34}", action.code()).unwrap();
        for column in Column::ALL {
            let (plain, air) = (rights.right(*action, *column, false), rights.right(*action, *column, true));
            let cell = if plain == air { plain.code().to_owned() } else { format!("{}/{}", plain.code(), air.code()) };
            write!(table, "{cell:>7}").unwrap();
        }
        writeln!(table).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/snapshots/functional-rights.txt");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &table).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(kept == table, "functional-rights.txt differs: review it, then run the test once with UPDATE_SNAPSHOTS=1");
}

#[test]
fn the_sheet_is_read_to_its_last_cell() {
    let rights = FunctionalRights::built_in();
    let sheet = include_str!("../../../codes/functional-rights.csv");
    let printed: usize = sheet.lines().skip(1).map(|line| line.split(',').filter(|cell| *cell != "N").count()).sum();
    let cells =
        Action::ALL.iter().take(26).flat_map(|action| Column::ALL.iter().map(|column| rights.cell(*action, *column)));
    assert_eq!(sheet.lines().count(), 27);
    // Two of the actions have a comma in their name, which the count above takes for two more cells than the two names.
    let names = 2 * 26 + sheet.matches('"').count() / 2;
    assert_eq!(cells.filter(|right| *right != Right::No).count() + names, printed);
}

#[test]
fn rows_that_rules_rest_on() {
    let rights = FunctionalRights::built_in();
    for (action, column, air, right) in [
        (Action::Feed, Column::MedNormal, false, Right::Yes),
        (Action::Feed, Column::MedNormal, true, Right::No),
        (Action::Feed, Column::CertEsNormal, false, Right::ImputedToStructure),
        (Action::ReadMasked, Column::MtNormal, false, Right::Yes),
        (Action::ReadMasked, Column::MtBrisDeGlace, false, Right::IfMaskedPermitted),
        (Action::ReadUnmasked, Column::MedecinTravail, false, Right::No),
        (Action::FindMetadata, Column::MedecinTravail, false, Right::Yes),
        (Action::Archive, Column::MedNormal, true, Right::Yes),
        (Action::Archive, Column::NonMedRegulation, true, Right::Own),
        (Action::Archive, Column::NonMedRegulation, false, Right::No),
        (Action::LeaveMedecinTraitant, Column::MtNormal, true, Right::No),
        (Action::Delete, Column::CpeNormal, true, Right::OwnStructure),
        (Action::ReadHistory, Column::MedNormal, false, Right::Own),
        (Action::ReadHistory, Column::CertEsNormal, false, Right::No),
    ] {
        assert_eq!(rights.right(action, column, air), right, "{} {} {air}", action.code(), column.code());
    }
}

#[test]
fn sectors_that_read_are_a_list() {
    assert_eq!(reading_sectors().len(), 44);
    let sectors = ValueSet::FacilityType.values();
    for sector in reading_sectors() {
        assert!(sectors.iter().any(|value| &*value.code.code == *sector), "{sector}");
    }
    for silent in ["SA10", "SA13", "SA23", "SA24", "SA48", "SA60", "SA66", "SA99", ""] {
        assert!(!may_read(silent), "{silent}");
    }
    assert!(may_read("SA07") && may_feed(Some("SA13")) && may_feed(None) && !may_feed(Some("SA23")));
}

#[test]
fn occupational_medicine_by_any_of_its_signs() {
    let specialty = |code| Code::new("1.2.250.1.71.4.2.5", code);
    assert_eq!(occupation(Some("SA66"), &[]), Occupation::Occupational);
    for code in ["SM25", "C41", "CAPA11"] {
        assert_eq!(occupation(Some("SA07"), &[specialty("SM54"), specialty(code)]), Occupation::Occupational);
    }
    assert_eq!(occupation(Some("SA07"), &[specialty("SM54")]), Occupation::Other);
    assert_eq!(occupation(None, &[]), Occupation::Other);
}

/// The policy's digest is made of both sheets as they are printed.
#[test]
fn both_sheets_are_in_the_digest() {
    let texts: Vec<&str> = FunctionalRights::built_in().text().collect();
    assert_eq!(
        texts,
        [
            include_str!("../../../codes/functional-rights.csv"),
            include_str!("../../../codes/functional-rights-air.csv")
        ]
    );
}
