//! Days of the calendar: birth dates, and periods that end with a day.

use std::fmt;

use jiff::civil::Date;
use jiff::{Span, civil::Time};

use super::instant::{Instant, TimeFault};
use crate::encoding::{Malformed, Reader, Stored, Writer};

/// A day of the Gregorian calendar, from year 1 to year 9999; stored as the number yyyymmdd.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Day {
    year: i16,
    month: i8,
    day: i8,
}

impl Day {
    /// The day of this year, month (1 to 12) and day of the month.
    ///
    /// # Errors
    /// [`TimeFault::Range`] for a year outside 1 to 9999, [`TimeFault::Calendar`] for a day that does not exist.
    pub fn new(year: i16, month: i8, day: i8) -> Result<Self, TimeFault> {
        if !(1..=9999).contains(&year) {
            return Err(TimeFault::Range);
        }
        Date::new(year, month, day).map(Self::from_civil).map_err(|_| TimeFault::Calendar)
    }

    /// Reads `2026-11-21` (FHIR) or `20261121` (HL7).
    ///
    /// # Errors
    /// [`TimeFault`] when it is another form, or a day that does not exist.
    pub fn parse(text: &str) -> Result<Self, TimeFault> {
        let bytes = text.as_bytes();
        let digits = match bytes.len() {
            8 => text.to_owned(),
            10 if bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-') => text.replace('-', ""),
            _ => return Err(TimeFault::Form),
        };
        if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TimeFault::Form);
        }
        digits.parse().map_err(|_| TimeFault::Form).and_then(Self::from_number)
    }

    /// The year, 1 to 9999.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> i8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> i8 {
        self.day
    }

    /// The number yyyymmdd.
    #[must_use]
    pub fn number(self) -> u32 {
        u32::from(self.year.unsigned_abs()) * 10_000
            + u32::from(self.month.unsigned_abs()) * 100
            + u32::from(self.day.unsigned_abs())
    }

    /// The Paris midnight with which the day begins.
    #[must_use]
    pub fn start(self) -> Instant {
        Instant::from_paris(self.civil().to_datetime(Time::midnight()))
    }

    /// The instant at which clocks in Paris show this full hour on this day, 0 to 23.
    #[must_use]
    pub fn at_hour(self, hour: i8) -> Instant {
        Instant::from_paris(self.civil().at(hour.clamp(0, 23), 0, 0, 0))
    }

    /// The Monday after this day.
    #[must_use]
    pub fn next_monday(self) -> Self {
        let days = i32::from(self.civil().weekday().to_monday_zero_offset());
        self.add_days(7 - days)
    }

    /// The Paris midnight that closes the day: periods given as a date end there, excluded (decision 31).
    #[must_use]
    pub fn end(self) -> Instant {
        self.add_days(1).start()
    }

    /// So many days later.
    #[must_use]
    pub fn add_days(self, days: i32) -> Self {
        self.add(Span::new().try_days(days), days < 0)
    }

    /// So many months later; the last day of the month where the day is missing.
    #[must_use]
    pub fn add_months(self, months: i32) -> Self {
        self.add(Span::new().try_months(months), months < 0)
    }

    /// The birthday so many years later: a 29 February that is missing becomes 1 March (decision 31). For a period
    /// that is not an age, see [`Self::add_months`].
    #[must_use]
    pub fn add_years(self, years: i32) -> Self {
        let plain = self.add(Span::new().try_years(years), years < 0);
        if plain.day == self.day { plain } else { plain.add_days(1) }
    }

    /// The Paris midnight at which somebody born on this day is of age: eighteen years (French civil code, article 388).
    #[must_use]
    pub fn majority(self) -> Instant {
        self.add_years(18).start()
    }

    /// Full years of age on `today`; 0 before birth.
    #[must_use]
    pub fn age_on(self, today: Self) -> u16 {
        let years = i32::from(today.year) - i32::from(self.year);
        let full = if self.add_years(years) <= today { years } else { years - 1 };
        u16::try_from(full).unwrap_or(0)
    }

    fn add(self, span: Result<Span, jiff::Error>, backwards: bool) -> Self {
        let end = if backwards { Date::constant(1, 1, 1) } else { Date::constant(9999, 12, 31) };
        let moved = span.and_then(|span| self.civil().checked_add(span));
        Self::from_civil(moved.unwrap_or(end).max(Date::constant(1, 1, 1)))
    }

    pub(super) fn from_civil(date: Date) -> Self {
        Self { year: date.year(), month: date.month(), day: date.day() }
    }

    fn civil(self) -> Date {
        Date::new(self.year, self.month, self.day).unwrap_or(Date::constant(1, 1, 1))
    }

    fn from_number(number: u32) -> Result<Self, TimeFault> {
        let year = i16::try_from(number / 10_000).map_err(|_| TimeFault::Range)?;
        let month = i8::try_from(number / 100 % 100).map_err(|_| TimeFault::Calendar)?;
        let day = i8::try_from(number % 100).map_err(|_| TimeFault::Calendar)?;
        Self::new(year, month, day)
    }
}

impl fmt::Display for Day {
    /// `2026-11-21`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Stored for Day {
    fn put(&self, writer: &mut Writer) {
        writer.unsigned(u64::from(self.number()));
    }
    fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let number = u32::take(reader)?;
        Self::from_number(number).map_err(|_| Malformed::Domain)
    }
}
