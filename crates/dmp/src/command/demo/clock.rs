//! `dmp demo clock`: the demo's clock, and moving it: whoever tests deadlines needs no patience.
//!
//! How far it was moved is kept in the folder, in milliseconds; a running demo looks there ten times a second.

use std::path::Path;

use dmp_core::code::Instant;
use dmp_store::Clock;

use crate::failure::Failure;
use crate::world::MovedClock;

/// Prints the clock, or moves it first.
///
/// # Errors
/// [`Failure`] when the instant or the period is none, lies in the past, or the folder cannot be written.
pub fn run(dir: &Path, to: Option<&str>) -> Result<(), Failure> {
    if !dir.is_dir() {
        return Err(Failure::of(&dir.display().to_string(), "there is no demo in this folder"));
    }
    let clock = MovedClock::of(dir);
    let now = clock.now();
    let then = match to {
        None => now,
        Some(text) => moved(now, text).ok_or_else(|| {
            Failure::of(text, "write a period, +P1Y, +P2M, +P3W, +P40D, +PT4H30M; or an instant, 2027-03-01T10:00:00Z")
        })?,
    };
    if then < now {
        return Err(Failure::of("clock", "it only goes forward: a journal never goes back in time"));
    }
    if then > now {
        clock.shift(then.millis() - now.millis())?;
    }
    println!("{}", then.rfc3339());
    Ok(())
}

/// An instant, or so much later: calendar years and months in Paris, weeks and days of 24 hours (decisions 31).
fn moved(now: Instant, text: &str) -> Option<Instant> {
    let Some(period) = text.strip_prefix("+P") else { return Instant::parse_rfc3339(text).ok() };
    let (date, time) = period.split_once('T').unwrap_or((period, ""));
    let mut then = now;
    for (number, unit) in parts(date)? {
        then = match unit {
            'Y' => then.plus_years(number),
            'M' => then.plus_months(number),
            'W' => then.plus_weeks(i64::from(number)),
            'D' => then.plus_hours(24 * i64::from(number)),
            _ => return None,
        };
    }
    for (number, unit) in parts(time)? {
        then = match unit {
            'H' => then.plus_hours(i64::from(number)),
            'M' => then.plus_millis(60_000 * i64::from(number)),
            'S' => then.plus_millis(1_000 * i64::from(number)),
            _ => return None,
        };
    }
    Some(then)
}

fn parts(text: &str) -> Option<Vec<(i32, char)>> {
    let mut found = Vec::new();
    let mut digits = String::new();
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
        } else {
            found.push((digits.parse().ok().filter(|number| *number <= 10_000)?, letter));
            digits.clear();
        }
    }
    digits.is_empty().then_some(found)
}
