//! Dates as pages write them: "mardi 17 novembre 2026" once, then "17 nov."; hours as "9 h 42". In English "Tuesday 17 November 2026",
//! "17 Nov", "09:42". Paris time.

use dmp_core::code::{Day, Dtm, Instant, Precision};
use dmp_core::history::Language;

/// The names of a language.
struct Names {
    months: [&'static str; 12],
    short: [&'static str; 12],
    weekdays: [&'static str; 7],
}

const FRENCH: Names = Names {
    months: [
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
    ],
    short: ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."],
    weekdays: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
};
const ENGLISH: Names = Names {
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    short: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
};

const fn names(language: Language) -> &'static Names {
    match language {
        Language::French => &FRENCH,
        Language::English => &ENGLISH,
    }
}

fn of_month(names: &[&'static str; 12], day: Day) -> &'static str {
    names.get(usize::from(day.month().unsigned_abs()).saturating_sub(1)).copied().unwrap_or("")
}

fn of_week(names: &[&'static str; 7], day: Day) -> &'static str {
    names.get(weekday(day)).copied().unwrap_or("")
}

fn first(day: Day, language: Language) -> String {
    if day.day() == 1 && language == Language::French { "1er".to_owned() } else { day.day().to_string() }
}

/// "Mardi 17 novembre 2026", at the head of a day.
pub fn heading(at: Instant, language: Language) -> String {
    capitalised(&long(at, language))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// "mardi 17 novembre 2026".
pub fn long(at: Instant, language: Language) -> String {
    let (day, names) = (at.paris_day(), names(language));
    let weekday = of_week(&names.weekdays, day);
    format!("{weekday} {} {} {}", first(day, language), of_month(&names.months, day), day.year())
}

/// "17 nov.".
pub fn short(at: Instant, language: Language) -> String {
    let day = at.paris_day();
    format!("{} {}", first(day, language), of_month(&names(language).short, day))
}

/// "Novembre 2026".
pub fn month(at: Instant, language: Language) -> String {
    let day = at.paris_day();
    format!("{} {}", capitalised(of_month(&names(language).months, day)), day.year())
}

/// Whether a time is known to the day, or better. Of one that is not, pages say what is known and no more.
pub const fn has_day(time: Dtm) -> bool {
    !matches!(time.precision, Precision::Year | Precision::Month)
}

/// "mardi 17 novembre 2026", "novembre 2026", "2026": as much as is known.
pub fn known(time: Dtm, language: Language) -> String {
    let day = time.start.paris_day();
    match time.precision {
        Precision::Year => day.year().to_string(),
        Precision::Month => format!("{} {}", of_month(&names(language).months, day), day.year()),
        _ => long(time.start, language),
    }
}

/// The group of a list that a time belongs to: "Novembre 2026", or "2026".
pub fn group(time: Dtm, language: Language) -> String {
    if time.precision == Precision::Year { known(time, language) } else { month(time.start, language) }
}

/// "17 nov.", "nov.", "2026": as much as is known.
pub fn brief(time: Dtm, language: Language) -> String {
    match time.precision {
        Precision::Year => known(time, language),
        Precision::Month => of_month(&names(language).short, time.start.paris_day()).to_owned(),
        _ => short(time.start, language),
    }
}

/// "9 h 42".
pub fn hour(at: Instant, language: Language) -> String {
    let (hour, minute, _) = at.paris_clock();
    match language {
        Language::French => format!("{hour} h {minute:02}"),
        Language::English => format!("{hour:02}:{minute:02}"),
    }
}

/// "17/11/2026"; in English "17 Nov 2026", for there these figures are read both ways.
pub fn figures(day: Day, language: Language) -> String {
    match language {
        Language::French => format!("{:02}/{:02}/{}", day.day(), day.month(), day.year()),
        Language::English => format!("{} {} {}", day.day(), of_month(&ENGLISH.short, day), day.year()),
    }
}

/// `2026-11-17`, `2026-11`, `2026`, for `datetime`.
pub fn machine(time: Dtm) -> String {
    let day = time.start.paris_day();
    match time.precision {
        Precision::Year => format!("{:04}", day.year()),
        Precision::Month => format!("{:04}-{:02}", day.year(), day.month()),
        _ => day.to_string(),
    }
}

/// The weekday by the rule of Sakamoto, Monday first.
fn weekday(day: Day) -> usize {
    const TABLE: [i64; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let month = usize::from(day.month().unsigned_abs());
    let year = i64::from(day.year()) - i64::from(month < 3);
    let shift = TABLE.get(month.saturating_sub(1)).copied().unwrap_or(0);
    let sunday_first = (year + year / 4 - year / 100 + year / 400 + shift + i64::from(day.day())).rem_euclid(7);
    usize::try_from((sunday_first + 6).rem_euclid(7)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_day_is_made_up() {
        for (text, written, grouped, briefly, machine_read) in [
            ("1987", "1987", "1987", "1987", "1987"),
            ("1987-11", "novembre 1987", "Novembre 1987", "nov.", "1987-11"),
            ("1987-11-01", "dimanche 1er novembre 1987", "Novembre 1987", "1er nov.", "1987-11-01"),
        ] {
            let time = Dtm::parse_fhir(text).unwrap_or(Dtm::second(Instant::MIN));
            let french = Language::French;
            let told = [known(time, french), group(time, french), brief(time, french), machine(time)];
            assert_eq!(told, [written, grouped, briefly, machine_read]);
            assert_eq!(has_day(time), text.len() == 10);
        }
    }
}
