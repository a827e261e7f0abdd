//! `dmp demo clock`: the demo's clock, and moving it: whoever tests deadlines needs no patience.
//!
//! How far it was moved is kept in the folder, in milliseconds. A running demo moves it itself, from term to term, and does what
//! falls due on the way; this command returns when it is there.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use dmp_core::code::Instant;
use dmp_store::Clock;

use crate::failure::Failure;
use crate::jobs::wish;
use crate::world::MovedClock;

/// How often one looks whether the demo is there yet.
const LOOK: Duration = Duration::from_millis(50);

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
        move_on(dir, &clock, then.millis() - now.millis())?;
    }
    println!("{}", then.rfc3339());
    Ok(())
}

/// Moves the clock of a demo that runs through its jobs; of one that does not, at once: what falls due is done when it starts.
fn move_on(dir: &Path, clock: &MovedClock, millis: i64) -> Result<(), Failure> {
    let target = clock.read() + millis;
    if !is_running(dir)? {
        clock.set(target)?;
        return Ok(());
    }
    let file = wish(dir);
    let fresh = file.with_extension("wish-new");
    std::fs::write(&fresh, target.to_string())?;
    std::fs::rename(fresh, &file)?;
    while file.exists() {
        if !is_running(dir)? {
            let why = "the demo stopped before all was done: start it again, it goes on where it was";
            return Err(Failure::of("clock", why));
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}

/// Holds the mark of a running demo as long as what it gives lives.
///
/// # Errors
/// [`Failure`] when another demo runs on this folder.
pub fn mark_running(dir: &Path) -> Result<File, Failure> {
    let file = File::create(dir.join("running"))?;
    file.try_lock().map_err(|_| Failure::of(&dir.display().to_string(), "a demo runs on this folder already"))?;
    Ok(file)
}

fn is_running(dir: &Path) -> Result<bool, Failure> {
    match File::open(dir.join("running")) {
        Ok(file) => Ok(file.try_lock().is_err()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
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
