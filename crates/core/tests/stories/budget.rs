//! Budgets (decisions 32): sliding windows of distinct dossiers, by person and by the size of a structure.

use std::collections::BTreeMap;

use dmp_core::access::budget::{BudgetLimits, DisclosureWindow};
use dmp_core::access::{Allowances, is_large_structure};
use dmp_core::code::Instant;
use dmp_core::dossier::Subject;
use dmp_core::identity::*;
use proptest::prelude::*;

use crate::world::*;

const HOUR: i64 = 3_600_000;

fn at(millis: i64) -> Instant {
    Instant::parse_rfc3339("2026-11-22T10:00:00Z").unwrap().plus_millis(millis)
}

fn limits(per_hour: Option<u32>, per_day: Option<u32>) -> BudgetLimits {
    BudgetLimits { per_hour, per_day }
}

#[test]
fn a_dossier_counts_for_an_hour_and_for_a_day_to_the_millisecond() {
    let mut window = DisclosureWindow::new();
    assert!(window.is_empty());
    window.note(1, at(0));
    assert!(!window.is_empty());
    let spent = |now: i64, limits| window.is_spent(&2, at(now), limits);
    for (limits, end) in [(limits(Some(1), None), HOUR), (limits(None, Some(1)), 24 * HOUR)] {
        assert!(spent(0, limits) && spent(end - 1, limits));
        assert!(!spent(end, limits));
    }
    assert!(!spent(0, limits(None, None)), "no limit");
    assert!(spent(24 * HOUR, limits(Some(0), None)), "none at all");
}

#[test]
fn one_that_counts_already_still_passes_and_counts_anew() {
    let mut window = DisclosureWindow::new();
    let one = limits(Some(1), Some(1));
    window.note(1, at(0));
    assert!(!window.is_spent(&1, at(1), one) && window.is_spent(&2, at(1), one));
    window.note(1, at(HOUR / 2));
    // A clock that goes back takes nothing away.
    window.note(1, at(HOUR / 4));
    assert!(window.is_spent(&2, at(HOUR), limits(Some(1), None)));
    assert!(!window.is_spent(&2, at(HOUR + HOUR / 2), limits(Some(1), None)));
}

#[test]
fn what_no_window_reaches_is_forgotten_and_nothing_else() {
    let mut window = DisclosureWindow::new();
    window.note(1, at(0));
    window.note(2, at(HOUR));
    window.forget(at(24 * HOUR - 1));
    assert!(window.is_spent(&3, at(24 * HOUR - 1), limits(None, Some(2))));
    window.forget(at(24 * HOUR));
    assert!(!window.is_empty());
    assert!(window.is_spent(&3, at(24 * HOUR), limits(None, Some(1))));
    window.forget(at(25 * HOUR));
    assert!(window.is_empty());
}

proptest! {
    /// The same as counting a list of what was disclosed.
    #[test]
    fn as_counted_by_hand(notes in prop::collection::vec((0u8..6, 0i64..40), 0..30), asked in 0u8..6, hour in 0u32..5, day in 0u32..6) {
        let mut window = DisclosureWindow::new();
        let mut last: BTreeMap<u8, i64> = BTreeMap::new();
        let mut now = 0;
        for (dossier, step) in notes {
            now += step * HOUR / 4;
            window.note(dossier, at(now));
            last.insert(dossier, now);
        }
        let counted = |hours: i64| last.iter().filter(|(_, then)| now - **then < hours * HOUR).map(|(one, _)| *one).collect::<Vec<u8>>();
        let full = |hours, limit: u32| counted(hours).len() >= limit as usize && !counted(hours).contains(&asked);
        prop_assert_eq!(window.is_spent(&asked, at(now), limits(Some(hour), Some(day))), full(1, hour) || full(24, day));
    }
}

#[test]
fn hospitals_are_large_and_nobody_else() {
    for (sector, large) in [
        ("SA01", true),
        ("SA02", true),
        ("SA03", true),
        ("SA04", true),
        ("SA05", false),
        ("SA07", false),
        ("SA33", false),
        ("", false),
    ] {
        assert_eq!(is_large_structure(sector), large, "{sector}");
    }
}

#[test]
fn a_person_has_one_budget_and_a_structure_that_of_its_size() {
    let allowances = Allowances::default();
    let (id, structure) = (ProfessionalId::parse("801234567897").unwrap(), StructureId::parse("1750803447").unwrap());
    let (person, structure) = (Subject::Professional(id), Subject::Structure(structure));
    for (sector, of_structure) in [("SA01", allowances.large_structure), ("SA07", allowances.small_structure)] {
        for one in [professional("801234567897", "60", None, sector), organisation(sector, false)] {
            assert_eq!(allowances.of(&person, &one), allowances.professional, "{sector}");
            assert_eq!(allowances.of(&structure, &one), of_structure, "{sector}");
        }
    }
    assert_ne!(allowances.large_structure, allowances.small_structure);
    assert_ne!(allowances.small_structure, allowances.professional);
    assert_ne!(allowances.professional, BudgetLimits::default());
    let line = "professional 120 an hour 500 a day, small structure 300 an hour 1500 a day, large structure 5000 an hour 30000 a day";
    assert_eq!(allowances.line(), line);
}
