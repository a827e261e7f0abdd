//! Dates as French pages write them: "mardi 17 novembre 2026" once, then "17 nov."; hours as "9 h 42". Paris time.

use dmp_core::code::{Day, Instant};

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const SHORT: [&str; 12] =
    ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
const WEEKDAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

fn of_month(names: &[&'static str; 12], day: Day) -> &'static str {
    names.get(usize::from(day.month().unsigned_abs()).saturating_sub(1)).copied().unwrap_or("")
}

fn first(day: Day) -> String {
    if day.day() == 1 { "1er".to_owned() } else { day.day().to_string() }
}

/// "Mardi 17 novembre 2026", at the head of a day.
pub fn heading(at: Instant) -> String {
    capitalised(&long(at))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// "mardi 17 novembre 2026".
pub fn long(at: Instant) -> String {
    let day = at.paris_day();
    format!("{} {} {} {}", weekday(day), first(day), of_month(&MONTHS, day), day.year())
}

/// "17 nov.".
pub fn short(at: Instant) -> String {
    let day = at.paris_day();
    format!("{} {}", first(day), of_month(&SHORT, day))
}

/// "Novembre 2026".
pub fn month(at: Instant) -> String {
    let day = at.paris_day();
    let name = of_month(&MONTHS, day);
    format!("{} {}", capitalised(name), day.year())
}

/// "9 h 42".
pub fn hour(at: Instant) -> String {
    let (hour, minute, _) = at.paris_clock();
    format!("{hour} h {minute:02}")
}

/// `2026-11-17`, for `datetime`.
pub fn machine(at: Instant) -> String {
    at.paris_day().to_string()
}

/// The weekday, by the rule of Sakamoto.
fn weekday(day: Day) -> &'static str {
    const TABLE: [i64; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let month = usize::from(day.month().unsigned_abs());
    let year = i64::from(day.year()) - i64::from(month < 3);
    let shift = TABLE.get(month.saturating_sub(1)).copied().unwrap_or(0);
    let sunday_first = (year + year / 4 - year / 100 + year / 400 + shift + i64::from(day.day())).rem_euclid(7);
    let monday_first = usize::try_from((sunday_first + 6).rem_euclid(7)).unwrap_or(0);
    WEEKDAYS.get(monday_first).copied().unwrap_or("")
}
